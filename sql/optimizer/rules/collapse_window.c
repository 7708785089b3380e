/* collapse_window.c - two windows over the same partitions and orders are one.
 *
 *   Window [max(v#2) AS b#4], [k#1]               Window [sum(v#2) AS a#3, max(v#2) AS b#4],
 *   └── Window [sum(v#2) AS a#3], [k#1]     →     │      [k#1]
 *       └── t                                     └── t
 *
 * The rows are sorted and looked at once.  A projection between them moves above.
 */
#include "sql/optimizer/windows_private.h"

/* row_number () and the like, or aggregates: one operator has one kind. */
static RushExprKind
function_kind (const RushPlan *window)
{
  const RushExpr *item = window->lists[0]->items[0];

  return item->kind == RUSH_EXPR_ALIAS ? item->children[0]->children[0]->kind : item->kind;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  RushPlan *project, *lower = rush_window_below (node, &project);

  if (lower == NULL || node->lists[0]->n == 0 || lower->lists[0]->n == 0 ||
      function_kind (node) != function_kind (lower) || !rush_windows_are_apart (node, lower) ||
      !rush_lists_are_same (node->lists[1], lower->lists[1]) ||
      !rush_lists_are_same (node->lists[2], lower->lists[2]))
    return rush_plan_ref (node);
  GPtrArray *windows = rush_expr_list_copy (lower->lists[0]);
  for (guint i = 0; i < node->lists[0]->n; i++)
    g_ptr_array_add (windows, rush_expr_ref (node->lists[0]->items[i]));
  RushPlan *both =
      rush_plan_window (rush_expr_list_from_array (windows), rush_expr_list_ref (node->lists[1]),
                        rush_expr_list_ref (node->lists[2]), rush_plan_ref (lower->children[0]));
  if (project == NULL)
    return both;
  return rush_plan_project (rush_with_window_columns (project->lists[0], node), both);
}

RUSH_PLAN_RULE_UP (collapse_window, "CollapseWindow");
