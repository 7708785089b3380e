/* remove_redundant_aggregates.c - groups of groups, where the lower ones change nothing.
 *
 *   Aggregate [k#1], [k#1]                            Aggregate [k#1], [k#1]
 *   └── Aggregate [k#1], [k#1, count(1) AS c#2]   →   └── Project [k#1]
 *       └── t                                             └── t
 *
 * The upper one must use grouping columns of the lower one alone, in functions that give the same
 * for values that come once or many times (max, min, or distinct ones).
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
find_sensitive (const RushExpr *node, gpointer data)
{
  if (node->kind == RUSH_EXPR_AGGREGATE && !rush_aggregate_is_agnostic (node))
    *(gboolean *)data = TRUE;
  if (node->kind == RUSH_EXPR_PYTHON_UDF)
    *(gboolean *)data = TRUE;
  return *(gboolean *)data;
}

static gboolean
is_plain_result (const RushExpr *item)
{
  return rush_is_deterministic (item) && !(item->flags & RUSH_EXPR_HAS_AGGREGATE);
}

static gboolean
uses_only_groups (const RushPlan *upper, const RushPlan *lower)
{
  g_autoptr (RushExprIdSet) groups = rush_expr_id_set_new ();

  for (guint i = 0; i < lower->lists[1]->n; i++)
    if (is_plain_result (lower->lists[1]->items[i]))
      rush_expr_id_set_add (groups, rush_expr_named_id (lower->lists[1]->items[i]));
  for (guint l = 0; l < 2; l++)
    for (guint i = 0; i < upper->lists[l]->n; i++)
      if (!rush_expr_references_subset (upper->lists[l]->items[i], groups))
        return FALSE;
  return TRUE;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean sensitive = FALSE;

  if (node->kind != RUSH_PLAN_AGGREGATE || node->children[0]->kind != RUSH_PLAN_AGGREGATE)
    return rush_plan_ref (node);
  RushPlan *lower = node->children[0];
  for (guint i = 0; i < node->lists[1]->n; i++)
    rush_expr_visit (node->lists[1]->items[i], find_sensitive, &sensitive);
  /* Without groups there is a row also of none. */
  if (sensitive || lower->lists[0]->n == 0 || !uses_only_groups (node, lower))
    return rush_plan_ref (node);
  GPtrArray *columns = rush_expr_ptr_array ();
  for (guint i = 0; i < lower->lists[1]->n; i++)
    if (is_plain_result (lower->lists[1]->items[i]))
      g_ptr_array_add (columns, rush_expr_ref (lower->lists[1]->items[i]));
  return rush_with_child (node, rush_plan_project (rush_expr_list_from_array (columns),
                                                   rush_plan_ref (lower->children[0])));
}

RUSH_PLAN_RULE_UP (remove_redundant_aggregates, "RemoveRedundantAggregates");
