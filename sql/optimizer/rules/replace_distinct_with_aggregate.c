/* replace_distinct_with_aggregate.c - distinct rows are groups.
 *
 *   Distinct                 Aggregate [a#1, b#2] [a#1, b#2]
 *   └── t             →      └── t
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_DISTINCT)
    return rush_plan_ref (node);
  RushPlan *child = node->children[0];
  return rush_plan_aggregate (rush_expr_list_ref (child->output),
                              rush_expr_list_ref (child->output), rush_plan_ref (child));
}

RUSH_PLAN_RULE_UP (replace_distinct_with_aggregate, "ReplaceDistinctWithAggregate");
