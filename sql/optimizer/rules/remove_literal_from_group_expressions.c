/* remove_literal_from_group_expressions.c - constants do not tell groups apart, and no column does
 * twice.
 *
 *   Aggregate [a#1, 5, a#1] […]     →     Aggregate [a#1] […]
 *
 * One constant stays if there is nothing else: with no groups at all an empty input would give a
 * row.
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_AGGREGATE || node->lists[0]->n < 2)
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) kept = rush_expr_ptr_array ();
  for (guint i = 0; i < node->lists[0]->n; i++)
    {
      RushExpr *item = node->lists[0]->items[i];
      if (!(item->flags & RUSH_EXPR_FOLDABLE) && !rush_contains_semantic (kept, item))
        g_ptr_array_add (kept, rush_expr_ref (item));
    }
  if (kept->len == 0)
    g_ptr_array_add (kept, rush_expr_ref (node->lists[0]->items[0]));
  return rush_with_list (node, 0, rush_expr_list_from_array (g_steal_pointer (&kept)));
}

RUSH_PLAN_RULE_UP (remove_literal_from_group_expressions, "RemoveLiteralFromGroupExpressions");
