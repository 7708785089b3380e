/* generate_code.c - Generate: a loop over the rows that explode () and its like make of a row.
 *
 *   rl_generated *rows = rl_generate (stage, "explode", 0, 1, (rl_datum[]){ … });
 *   while ((generated = rl_generated_next (rows)) != NULL)
 *
 * Mirrors: GenerateExec.doConsume.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/physical/operators/generate.h"

static void
generate_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  const RushExpr *generator = rush_code_nth_expression (exec, 0);
  const RushPlan *plan = rush_generate_exec_plan (exec);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  guint reference = rush_code_reference (self, generator, arguments);
  const char *rows = rush_code_name (self, "generated_rows");
  const char *row = rush_code_name (self, "generated");
  const char *name = generator->as.function.name;
  const char *values;

  rush_code_announce (self, exec);
  values = rush_code_arguments (self, arguments);
  rush_code_line (self, "rl_generated *%s = %s (stage, \"%s\", %u, %u, %s);", rows,
                  plan->as.generate.outer ? "rl_generate_outer" : "rl_generate", name, reference,
                  arguments->len, values);
  rush_code_if (self, "return false;", "%s == NULL", rows);
  rush_code_line (self, "const rl_row *%s;", row);
  rush_code_open (self, "while ((%s = rl_generated_next (%s)) != NULL)", row, rows);
  rush_code_load_row (self, plan->lists[1], row, plan->as.generate.outer);
  rush_code_consume (self, exec);
  rush_code_close (self);
}

const RushOperatorCode rush_generate_code = { "Generate", rush_code_produce_child,
                                              generate_consume };
