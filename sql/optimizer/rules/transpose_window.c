/* transpose_window.c - the window with more partition columns comes last.
 *
 *   Window [b#4], [k#1]                       Project [k#1, s#2, a#3, b#4]
 *   └── Window [a#3], [k#1, s#2]       →      └── Window [a#3], [k#1, s#2]
 *       └── t                                     └── Window [b#4], [k#1]
 *                                                     └── t
 *
 * Rows that lie together by k lie together by k and s, too: one exchange serves both.
 */
#include "sql/optimizer/windows_private.h"

/* Is @few, in some order, how @many begins? */
static gboolean
begins_with (const RushExprList *many, const RushExprList *few)
{
  if (few->n >= many->n)
    return FALSE;
  for (guint i = 0; i < few->n; i++)
    {
      gboolean found = FALSE;
      for (guint j = 0; j < few->n && !found; j++)
        found = rush_expr_semantic_equal (few->items[j], many->items[i]);
      if (!found)
        return FALSE;
    }
  return TRUE;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  RushPlan *project, *lower = rush_window_below (node, &project);

  if (lower == NULL || !rush_windows_are_apart (node, lower) ||
      !begins_with (lower->lists[1], node->lists[1]))
    return rush_plan_ref (node);
  RushPlan *first = rush_with_child (node, rush_plan_ref (lower->children[0]));
  RushPlan *second = rush_with_child (lower, first);
  RushExprList *columns = project != NULL
                              ? rush_with_window_columns (project->lists[0], node)
                              : rush_expr_list_from_array (rush_expr_list_copy (node->output));
  return rush_plan_project (columns, second);
}

RUSH_PLAN_RULE_UP (transpose_window, "TransposeWindow");
