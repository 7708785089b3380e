/* limit_push_down_through_window.c - the first rows by rank are the first rows of the order.
 *
 *   LocalLimit 5                                    LocalLimit 5
 *   └── Window [row_number() AS r#3], [v#2 ASC]  →  └── Window [row_number() AS r#3], [v#2 ASC]
 *       └── t                                           └── GlobalLimit 5
 *                                                           └── LocalLimit 5
 *                                                               └── Sort [v#2 ASC], true
 *                                                                   └── t
 *
 * Without partitions, and for functions that only look at the rows before: row_number, rank,
 * dense_rank.  A limit over a sort is a TakeOrdered, which never sorts all rows.
 */
#include "sql/optimizer/windows_private.h"

static gboolean
looks_back_only (const RushExprList *windows)
{
  for (guint i = 0; i < windows->n; i++)
    if (rush_rank_function_of (windows->items[i]) == NULL)
      return FALSE;
  return windows->n > 0;
}

/* The window over the limited rows; NULL: no. */
static RushPlan *
limited (RushPlan *limit, RushPlan *window, RushOptimization *self)
{
  gint64 n, rows;

  if (window->kind != RUSH_PLAN_WINDOW || window->lists[1]->n > 0 || window->lists[2]->n == 0 ||
      !rush_limit_of (limit, &n) || !looks_back_only (window->lists[0]))
    return NULL;
  rows = rush_plan_max_rows (window->children[0]);
  if ((rows >= 0 && rows <= n) ||
      n >= rush_optimization_number (self, "spark.sql.execution.topKSortFallbackThreshold",
                                     G_MAXINT32))
    return NULL;
  RushPlan *sort = rush_plan_sort (rush_expr_list_ref (window->lists[2]), TRUE,
                                   rush_plan_ref (window->children[0]));
  return rush_with_child (window,
                          rush_plan_limit (rush_expr_ref (limit->lists[0]->items[0]), sort));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_LOCAL_LIMIT)
    return rush_plan_ref (node);
  RushPlan *below = node->children[0];
  RushPlan *made = limited (node, below, data);
  if (made != NULL)
    return rush_with_child (node, made);
  if (below->kind == RUSH_PLAN_PROJECT && (made = limited (node, below->children[0], data)) != NULL)
    return rush_with_child (node, rush_with_child (below, made));
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (limit_push_down_through_window, "LimitPushDownThroughWindow");
