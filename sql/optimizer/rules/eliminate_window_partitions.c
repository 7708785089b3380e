/* eliminate_window_partitions.c - a constant parts no rows.
 *
 *   Window [sum(v#1) OVER (PARTITION BY 1, k#2) AS a#3], [1, k#2]
 *     →  Window [sum(v#1) OVER (PARTITION BY k#2) AS a#3], [k#2]
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_constant (const RushExpr *expr)
{
  return (expr->flags & RUSH_EXPR_FOLDABLE) != 0;
}

static RushExprList *
without_constants (RushExpr *const *items, guint n)
{
  GPtrArray *kept = rush_expr_ptr_array ();

  for (guint i = 0; i < n; i++)
    if (!is_constant (items[i]))
      g_ptr_array_add (kept, rush_expr_ref (items[i]));
  return rush_expr_list_from_array (kept);
}

static RushExpr *
in_window (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_WINDOW)
    return rush_expr_ref (node);
  guint n = node->as.window.n_partition;
  g_autoptr (RushExprList) partition = without_constants (node->children + 1, n);
  if (partition->n == n)
    return rush_expr_ref (node);
  GPtrArray *orders = rush_expr_ptr_array ();
  for (guint i = 1 + n; i < node->n_children; i++)
    g_ptr_array_add (orders, rush_expr_ref (node->children[i]));
  g_autoptr (RushExprList) list = rush_expr_list_from_array (orders);
  return rush_expr_window (rush_expr_ref (node->children[0]), partition, list,
                           &node->as.window.frame);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean any = FALSE;

  if (node->kind != RUSH_PLAN_WINDOW)
    return rush_plan_ref (node);
  for (guint i = 0; i < node->lists[1]->n; i++)
    any |= is_constant (node->lists[1]->items[i]);
  if (!any)
    return rush_plan_ref (node);
  g_autoptr (RushPlan) plain = rush_plan_transform_expressions (node, in_window, data, error);
  if (plain == NULL)
    return NULL;
  return rush_with_list (plain, 1, without_constants (plain->lists[1]->items, plain->lists[1]->n));
}

RUSH_PLAN_RULE_UP (eliminate_window_partitions, "EliminateWindowPartitions");
