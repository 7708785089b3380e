/* prune_filters.c - filters that keep everything, or nothing.
 *
 *   Filter true          t            Filter false         LocalRelation <empty>
 *   └── t          →                  └── t          →
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_FILTER)
    return rush_plan_ref (node);
  const RushExpr *condition = node->lists[0]->items[0];
  if (rush_expr_is_true (condition))
    return rush_plan_ref (node->children[0]);
  if (rush_expr_is_false (condition) || rush_expr_is_literal_null (condition))
    return rush_empty_relation (node->output);
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (prune_filters, "PruneFilters");
