/* eliminate_distinct.c - max (DISTINCT x) is max (x).
 *
 *   max(distinct a#1), min(distinct b#2)     →     max(a#1), min(b#2)
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_AGGREGATE || !node->as.aggregate.distinct ||
      !rush_ignores_duplicates (node))
    return rush_expr_ref (node);
  guint n = node->n_children - node->as.aggregate.has_filter;
  g_autofree RushExpr **args = g_new (RushExpr *, n + 1);
  for (guint j = 0; j < n; j++)
    args[j] = rush_expr_ref (node->children[j]);
  RushExpr *filter = node->as.aggregate.has_filter ? rush_expr_ref (node->children[n]) : NULL;
  g_autoptr (RushExpr) made = rush_expr_aggregate (
      node->as.aggregate.function, node->type, node->nullable, node->mode, FALSE, filter, n, args);
  made->as.aggregate.ignore_nulls = node->as.aggregate.ignore_nulls;
  return rush_expr_with_id (made, node->as.aggregate.result_id);
}

RUSH_EXPR_RULE_UP (eliminate_distinct, "EliminateDistinct");
