/* resolve_window_frames.c - ResolveWindowFrame, ResolveWindowOrder: frames that nobody wrote.
 *
 *   sum(v) OVER (PARTITION BY k)              ROWS  UNBOUNDED PRECEDING … UNBOUNDED FOLLOWING
 *   sum(v) OVER (PARTITION BY k ORDER BY d)   RANGE UNBOUNDED PRECEDING … CURRENT ROW
 *   row_number(), rank() …                    ROWS  UNBOUNDED PRECEDING … CURRENT ROW
 *   lag(v, 2)                                 ROWS  the one row
 *
 * Mirrors: ResolveWindowFrame, AggregateWindowFunction.frame,
 FrameLessOffsetWindowFunction.frame. */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

static const RushWindowFrame whole = {
  TRUE, TRUE, RUSH_BOUND_UNBOUNDED_PRECEDING, RUSH_BOUND_UNBOUNDED_FOLLOWING, NULL, NULL
};
static const RushWindowFrame running_range = {
  TRUE, FALSE, RUSH_BOUND_UNBOUNDED_PRECEDING, RUSH_BOUND_CURRENT_ROW, NULL, NULL
};
static const RushWindowFrame running_rows = {
  TRUE, TRUE, RUSH_BOUND_UNBOUNDED_PRECEDING, RUSH_BOUND_CURRENT_ROW, NULL, NULL
};

static gboolean
is_window_function (const RushExpr *function)
{
  return function->kind == RUSH_EXPR_FUNCTION &&
         function->as.function.function->kind == RUSH_FUNCTION_WINDOW;
}

/* lag (v, 2) looks 2 rows back, lead (v, 2) ahead. */
static RushExpr *
offset_frame (RushExpr *window, const char *name)
{
  const RushExpr *function = window->children[0];
  g_autoptr (RushExpr) offset = function->n_children > 1 ? rush_expr_ref (function->children[1])
                                                         : rush_expr_literal_int (&RUSH_INT32, 1);
  RushFrameBound bound = strcmp (name, "lag") == 0 ? RUSH_BOUND_PRECEDING : RUSH_BOUND_FOLLOWING;
  RushWindowFrame frame = { TRUE, TRUE, bound, bound, offset, offset };

  return rush_expr_with_frame (window, &frame);
}

/* A frame's distinct values would have to be counted anew for each row: Spark refuses, and so do
 * we. */
static gboolean
refuse_distinct (const RushExpr *window, GError **error)
{
  const RushExpr *function = window->children[0];
  g_autofree char *text = NULL;

  if (function->kind != RUSH_EXPR_AGGREGATE || !function->as.aggregate.distinct)
    return FALSE;
  text = rush_quote_expr (window);
  rush_sql_error_set (error, RUSH_SQL_CLASS_DISTINCT_WINDOW_FUNCTION_UNSUPPORTED, &window->context,
                      "windowExpr", text, NULL);
  return TRUE;
}

/* row_number (), rank (): numbers of an order; lag (), lead (): rows before and behind in it. */
static void
set_not_ordered (GError **error, const RushExpr *window, const char *name)
{
  g_autofree char *text = rush_expr_to_pretty_sql (window->children[0]);

  if (strcmp (name, "lag") == 0 || strcmp (name, "lead") == 0)
    rush_sql_error_set (error, RUSH_SQL_CLASS_WINDOW_FUNCTION_AND_FRAME_MISMATCH, &window->context,
                        "funcName", name, "windowExpr", text, NULL);
  else
    rush_sql_error_set (error, RUSH_SQL_CLASS_WINDOW_FUNCTION_FRAME_NOT_ORDERED, NULL, "wf_name",
                        name, "wf_expr", text, NULL);
}

static RushExpr *
give_frame (RushExpr *node, gpointer data, GError **error)
{
  const RushExpr *function;
  gboolean ordered;

  if (node->kind != RUSH_EXPR_WINDOW || !rush_expr_is_resolved (node->children[0]))
    return rush_expr_ref (node);
  function = node->children[0];
  ordered = node->n_children > 1 + node->as.window.n_partition;
  if (is_window_function (function))
    {
      const char *name = function->as.function.function->name;

      if (!ordered)
        {
          set_not_ordered (error, node, name);
          return NULL;
        }
      if (node->as.window.frame.given)
        return rush_expr_ref (node);
      if (strcmp (name, "lag") == 0 || strcmp (name, "lead") == 0)
        return offset_frame (node, name);
      return rush_expr_with_frame (node, &running_rows);
    }
  if (node->as.window.frame.given)
    return refuse_distinct (node, error) ? NULL : rush_expr_ref (node);
  return rush_expr_with_frame (node, ordered ? &running_range : &whole);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_all_expressions (plan, give_frame, data, error);
}

const RushRule rush_rule_resolve_window_frames = { "ResolveWindowFrame", apply };
