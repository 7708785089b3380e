/* remove_redundant_sorts.c - rows that are in order need not be sorted.
 *
 *   Sort [k#1 ASC], false              Sort [k#1 ASC], true
 *   └── Sort [k#1 ASC], true    →      └── t
 *       └── t
 *
 * A sort within partitions over rows that are sorted alike, and a sort of one row at most.
 */
#include "sql/optimizer/optimizer_private.h"

/* The sort whose order the rows of @plan are in; or NULL. */
static const RushPlan *
sorted_by (const RushPlan *plan)
{
  while (plan->kind == RUSH_PLAN_PROJECT || plan->kind == RUSH_PLAN_FILTER ||
         plan->kind == RUSH_PLAN_GLOBAL_LIMIT || plan->kind == RUSH_PLAN_LOCAL_LIMIT)
    plan = plan->children[0];
  return plan->kind == RUSH_PLAN_SORT ? plan : NULL;
}

static gboolean
begins_with (const RushExprList *have, const RushExprList *wanted)
{
  if (wanted->n > have->n)
    return FALSE;
  for (guint i = 0; i < wanted->n; i++)
    if (!rush_expr_semantic_equal (have->items[i], wanted->items[i]))
      return FALSE;
  return TRUE;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_SORT)
    return rush_plan_ref (node);
  gint64 rows = rush_plan_max_rows (node->children[0]);
  const RushPlan *below = sorted_by (node->children[0]);
  if ((rows >= 0 && rows <= 1) ||
      (below != NULL && (below->as.sort.global || !node->as.sort.global) &&
       begins_with (below->lists[0], node->lists[0])))
    return rush_plan_ref (node->children[0]);
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_DOWN (remove_redundant_sorts, "RemoveRedundantSorts");
