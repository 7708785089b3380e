/* collapse_repartition.c - of two ways to spread rows the last one counts.
 *
 *   RepartitionByExpression [a#1]          RepartitionByExpression [a#1]
 *   └── Repartition 10, true        →      └── t
 *       └── t
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_repartition (const RushPlan *plan)
{
  return plan->kind == RUSH_PLAN_REPARTITION || plan->kind == RUSH_PLAN_REPARTITION_BY;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (!is_repartition (node) || !is_repartition (node->children[0]))
    return rush_plan_ref (node);
  RushPlan *below = node->children[0];
  gboolean shuffles = node->kind == RUSH_PLAN_REPARTITION_BY || node->as.repartition.shuffle;
  gboolean below_shuffles =
      below->kind == RUSH_PLAN_REPARTITION_BY || below->as.repartition.shuffle;
  if (shuffles)
    return rush_with_child (node, rush_plan_ref (below->children[0]));
  if (!below_shuffles || below->as.repartition.n == 0)
    return rush_plan_ref (node);
  /* coalesce (10) of 5 partitions is those 5 */
  return rush_plan_ref (node->as.repartition.n >= below->as.repartition.n ? below : node);
}

RUSH_PLAN_RULE_UP (collapse_repartition, "CollapseRepartition");
