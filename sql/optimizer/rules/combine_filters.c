/* combine_filters.c - two filters are one.
 *
 *   Filter a                Filter b AND a
 *   └── Filter b       →    └── t
 *       └── t
 *
 * The lower condition comes first: it may keep the upper one from failing.
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_FILTER || node->children[0]->kind != RUSH_PLAN_FILTER)
    return rush_plan_ref (node);
  RushPlan *lower = node->children[0];
  if (!rush_is_deterministic (node->lists[0]->items[0]) ||
      !rush_is_deterministic (lower->lists[0]->items[0]))
    return rush_plan_ref (node);
  GPtrArray *all = rush_conjuncts_of (lower->lists[0]);
  g_autoptr (GPtrArray) upper = rush_conjuncts_of (node->lists[0]);
  for (guint i = 0; i < upper->len; i++)
    if (!rush_contains_semantic (all, upper->pdata[i]))
      g_ptr_array_add (all, rush_expr_ref (upper->pdata[i]));
  return rush_filter_if_any (all, rush_plan_ref (lower->children[0]));
}

RUSH_PLAN_RULE_UP (combine_filters, "CombineFilters");
