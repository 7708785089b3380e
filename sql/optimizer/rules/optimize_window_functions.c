/* optimize_window_functions.c - the first value of a growing frame is one value of the partition.
 *
 *   first(v#2) OVER (… ORDER BY d ROWS UNBOUNDED PRECEDING)  →  nth_value(v#2, 1) OVER (…)
 *
 * nth_value () finds the row by its number; first () as an aggregate sees all rows of each frame.
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  const RushFunction *nth = rush_function_find ("nth_value");

  if (node->kind != RUSH_EXPR_WINDOW || node->children[0]->kind != RUSH_EXPR_AGGREGATE)
    return rush_expr_ref (node);
  RushExpr *call = node->children[0];
  const RushWindowFrame *frame = &node->as.window.frame;
  gboolean first = g_str_equal (call->as.aggregate.function->name, "first") ||
                   g_str_equal (call->as.aggregate.function->name, "first_value");
  gboolean growing =
      frame->given && frame->rows && frame->lower == RUSH_BOUND_UNBOUNDED_PRECEDING &&
      (frame->upper == RUSH_BOUND_CURRENT_ROW || frame->upper == RUSH_BOUND_UNBOUNDED_FOLLOWING);
  if (!first || !growing || call->as.aggregate.has_filter || call->as.aggregate.distinct ||
      node->n_children < node->as.window.n_partition + 2 || nth == NULL)
    return rush_expr_ref (node);
  RushExpr *args[2] = { rush_expr_ref (call->children[0]), rush_expr_literal_int (&RUSH_INT32, 1) };
  g_autoptr (RushExpr) plain =
      rush_expr_function (nth, "nth_value", call->type, TRUE, RUSH_EVAL_ANSI, 2, args);
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);
  children[0] =
      call->as.aggregate.ignore_nulls ? rush_expr_with_ignore_nulls (plain) : rush_expr_ref (plain);
  for (guint i = 1; i < node->n_children; i++)
    children[i] = rush_expr_ref (node->children[i]);
  return rush_expr_with_children (node, children);
}

RUSH_EXPR_RULE_UP (optimize_window_functions, "OptimizeWindowFunctions");
