/* optimize_subqueries.c - the plan of a subquery is optimized as a plan of its own.
 *
 *   Filter (a#1 > scalar-subquery#5)              the same, with the better plan
 *   │      └── Aggregate … Filter … t      →
 *   └── …
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_SCALAR_SUBQUERY && node->kind != RUSH_EXPR_EXISTS &&
      node->kind != RUSH_EXPR_IN_SUBQUERY)
    return rush_expr_ref (node);
  RushOptimization *self = data;
  self->depth++;
  RushPlan *better = rush_optimization_run (node->as.subquery.plan, self, error);
  self->depth--;
  if (better == NULL)
    return NULL;
  /* A sort does not change which rows there are, nor, without a limit above it, what they give. */
  if (better->kind == RUSH_PLAN_SORT && node->kind != RUSH_EXPR_SCALAR_SUBQUERY)
    {
      RushPlan *child = rush_plan_ref (better->children[0]);
      rush_plan_unref (better);
      better = child;
    }
  if (better == node->as.subquery.plan)
    {
      rush_plan_unref (better);
      return rush_expr_ref (node);
    }
  return rush_expr_with_plan (node, better);
}

RUSH_EXPR_RULE_UP (optimize_subqueries, "OptimizeSubqueries");
