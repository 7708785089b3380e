/* filter_code.c - Filter: a row that fails a conjunct is given up.
 *
 *   if (quantity_is_null)
 *     continue;
 *   if (!(quantity < 24))
 *     continue;
 *
 * What is behind IS NOT NULL knows that a column has a value.     Mirrors: FilterExec.doConsume.
 */
#include "sql/codegen/codegen_private.h"

static void
filter_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  rush_code_announce (self, exec);
  rush_code_require (self, rush_code_nth_expression (exec, 0));
  rush_code_consume (self, exec);
}

const RushOperatorCode rush_filter_code = { "Filter", rush_code_produce_child, filter_consume };
