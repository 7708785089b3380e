/* project_code.c - Project: new variables; columns that only pass through keep theirs.
 *
 *   double revenue = price * (1 - discount);
 *
 * ColumnarToRow stands here, too: rl_next_row () gives rows, whatever the source reads.
 *
 * Mirrors: ProjectExec.doConsume, ColumnarToRowExec.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/physical/operators/basic.h"

void
rush_code_project (RushStageCode *self, const RushExprList *named, const RushExprList *output)
{
  g_autofree RushCode *codes = g_new (RushCode, named->n + 1);

  for (guint i = 0; i < named->n; i++)
    codes[i] = rush_code_variable (self, rush_code_expression (self, named->items[i]),
                                   rush_expr_name (output->items[i]));
  for (guint i = 0; i < named->n; i++)
    rush_code_set (self, output->items[i], codes[i]);
}

static void
project_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  rush_code_announce (self, exec);
  rush_code_project (self, rush_project_exec_list (exec), exec->output);
  rush_code_consume (self, exec);
}

static void
columnar_to_row_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  rush_code_consume (self, exec);
}

const RushOperatorCode rush_project_code = { "Project", rush_code_produce_child, project_consume };
const RushOperatorCode rush_columnar_to_row_code = { "ColumnarToRow", rush_code_produce_child,
                                                     columnar_to_row_consume };
