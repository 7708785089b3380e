/* windows.c - what rules on windows share: may two of them change places, or be one?
 *
 * Mirrors:  CollapseWindow, TransposeWindow, their conditions.
 */
#include "sql/optimizer/windows_private.h"

gboolean
rush_windows_are_apart (const RushPlan *upper, const RushPlan *lower)
{
  for (guint i = 0; i < upper->n_lists; i++)
    for (guint j = 0; j < upper->lists[i]->n; j++)
      if (rush_uses_any (upper->lists[i]->items[j], lower->lists[0]))
        return FALSE;
  return rush_all_deterministic (upper->lists[0]) && rush_all_deterministic (lower->lists[0]);
}

gboolean
rush_lists_are_same (const RushExprList *a, const RushExprList *b)
{
  if (a->n != b->n)
    return FALSE;
  for (guint i = 0; i < a->n; i++)
    if (!rush_expr_semantic_equal (a->items[i], b->items[i]))
      return FALSE;
  return TRUE;
}

gboolean
rush_window_reads_only (const RushPlan *window, const RushExprList *columns)
{
  for (guint i = 0; i < window->n_lists; i++)
    for (guint j = 0; j < window->lists[i]->n; j++)
      if (!rush_uses_only (window->lists[i]->items[j], columns))
        return FALSE;
  return TRUE;
}

RushExprList *
rush_with_window_columns (const RushExprList *list, const RushPlan *window)
{
  GPtrArray *items = rush_expr_list_copy (list);

  for (guint i = 0; i < window->lists[0]->n; i++)
    g_ptr_array_add (items, rush_expr_to_attribute (window->lists[0]->items[i]));
  return rush_expr_list_from_array (items);
}

static RushPlan *
first_lower (RushPlan *window)
{
  return window->children[0]->kind == RUSH_PLAN_PROJECT ? window->children[0]->children[0]
                                                        : window->children[0];
}

RushPlan *
rush_window_below (RushPlan *window, RushPlan **out_project)
{
  RushPlan *lower = window->kind == RUSH_PLAN_WINDOW ? first_lower (window) : NULL;

  *out_project = NULL;
  if (lower == NULL || lower->kind != RUSH_PLAN_WINDOW)
    return NULL;
  if (lower != window->children[0])
    {
      *out_project = window->children[0];
      if (!rush_window_reads_only (window, lower->children[0]->output))
        return NULL;
    }
  return lower;
}

const RushExpr *
rush_rank_function_of (const RushExpr *item)
{
  static const char *const ranks[] = { "row_number", "rank", "dense_rank" };

  if (item->kind != RUSH_EXPR_ALIAS || item->children[0]->kind != RUSH_EXPR_WINDOW)
    return NULL;
  const RushExpr *call = item->children[0]->children[0];
  for (guint i = 0; call->kind == RUSH_EXPR_FUNCTION && i < G_N_ELEMENTS (ranks); i++)
    if (g_str_equal (call->as.function.function->name, ranks[i]))
      return call;
  return NULL;
}
