/* union_code.c - Union: one loop a child, and what is above in each of them.
 *
 * Mirrors: UnionExec.doProduce.
 */
#include "sql/codegen/codegen_private.h"

static void
union_produce (RushStageCode *self, const RushExec *exec)
{
  for (guint i = 0; i < exec->n_children; i++)
    rush_code_produce (self, exec->children[i]);
}

static void
union_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  rush_code_announce (self, exec);
  rush_code_project (self, child->output, exec->output);
  rush_code_consume (self, exec);
}

const RushOperatorCode rush_union_code = { "Union", union_produce, union_consume };
