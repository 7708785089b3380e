/* check_windows.c - windows that make no sense.
 *
 *   rows BETWEEN 1 FOLLOWING AND 1 PRECEDING     SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON
 *   RANGE BETWEEN 1 PRECEDING … without order    RANGE_FRAME_WITHOUT_ORDER
 *   … with two columns of order                  RANGE_FRAME_MULTI_ORDER
 *   … INTERVAL 1 HOUR … INTERVAL 5 MINUTE        SPECIFIED_WINDOW_FRAME_DIFF_TYPES
 *   WHERE row_number() OVER (…) = 1              WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE
 *
 * A frame by range counts in units of the one column that orders; a frame by rows needs no order.
 *
 * Mirrors: WindowSpecDefinition.checkInputDataTypes, SpecifiedWindowFrame.checkInputDataTypes.
 */
#include "sql/analyzer/analysis_private.h"

#include <string.h>

/* ── what messages show ── */

/* "(ORDER BY id ASC NULLS FIRST RANGE BETWEEN …)", in quotes: what stands behind OVER. */
static char *
specification_text (const RushExpr *window)
{
  g_autofree char *text = rush_expr_to_pretty_sql (window);
  const char *over = g_strrstr (text, " OVER (");

  return g_strdup_printf ("\"%s\"", over != NULL ? over + strlen (" OVER ") : text);
}

/* "ROWS BETWEEN … AND …", in quotes. */
static char *
frame_text (const RushExpr *window)
{
  g_autofree char *text = rush_expr_to_pretty_sql (window);
  const char *frame =
      g_strrstr (text, window->as.window.frame.rows ? "ROWS BETWEEN" : "RANGE BETWEEN");

  if (frame == NULL)
    return g_strdup_printf ("\"%s\"", text);
  return g_strdup_printf ("\"%.*s\"", (int)strlen (frame) - 1, frame);
}

static char *
orders_text (const RushExpr *window)
{
  GString *text = g_string_new (NULL);

  for (guint i = 1 + window->as.window.n_partition; i < window->n_children; i++)
    {
      g_autofree char *order = rush_expr_to_string (window->children[i]);
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", order);
    }
  return g_string_free (text, FALSE);
}

/* ── bounds ── */

/* Where a bound lies: −1 behind, 0 at, 1 ahead of the row. */
static gint
side (RushFrameBound bound)
{
  switch (bound)
    {
    case RUSH_BOUND_UNBOUNDED_PRECEDING:
    case RUSH_BOUND_PRECEDING:
      return -1;
    case RUSH_BOUND_CURRENT_ROW:
      return 0;
    case RUSH_BOUND_FOLLOWING:
    case RUSH_BOUND_UNBOUNDED_FOLLOWING:
      return 1;
    }
  return 0;
}

static gboolean
is_count (const RushExpr *offset)
{
  return offset->kind == RUSH_EXPR_LITERAL && rush_type_is_integral (offset->type) &&
         !rush_expr_is_literal_null (offset);
}

/* Does the frame end before it begins? */
static gboolean
is_reversed (const RushWindowFrame *frame)
{
  if (side (frame->lower) != side (frame->upper))
    return side (frame->lower) > side (frame->upper);
  if (frame->lower != frame->upper || frame->lower_offset == NULL || frame->upper_offset == NULL ||
      !is_count (frame->lower_offset) || !is_count (frame->upper_offset))
    return FALSE;
  gint64 lower = rush_column_get_int (frame->lower_offset->as.literal.value, 0);
  gint64 upper = rush_column_get_int (frame->upper_offset->as.literal.value, 0);
  return frame->lower == RUSH_BOUND_PRECEDING ? lower < upper : lower > upper;
}

static gboolean
check_bounds (const RushExpr *window, GError **error)
{
  const RushWindowFrame *frame = &window->as.window.frame;
  const RushExpr *lower = frame->lower_offset, *upper = frame->upper_offset;
  g_autofree char *text = frame_text (window);

  if (lower != NULL && upper != NULL && lower->type != upper->type &&
      !(rush_type_is_integral (lower->type) && rush_type_is_integral (upper->type)))
    {
      g_autofree char *from = rush_quote_expr (lower), *to = rush_quote_expr (upper);
      g_autofree char *a = rush_quote_type (lower->type), *b = rush_quote_type (upper->type);
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_SPECIFIED_WINDOW_FRAME_DIFF_TYPES,
                          &window->context, "sqlExpr", text, "lower", from, "upper", to,
                          "lowerType", a, "upperType", b, NULL);
      return FALSE;
    }
  if (!is_reversed (frame))
    return TRUE;
  rush_sql_error_set (error,
                      RUSH_SQL_CLASS_DATATYPE_MISMATCH_SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON,
                      &window->context, "sqlExpr", text, "comparison", "less than or equal", NULL);
  return FALSE;
}

/* ── ntile (n) ── */

static gboolean
check_buckets (const RushExpr *window, GError **error)
{
  const RushExpr *call = window->children[0], *n = call->n_children > 0 ? call->children[0] : NULL;

  if (n == NULL || n->kind != RUSH_EXPR_LITERAL || rush_expr_is_literal_null (n) ||
      call->kind != RUSH_EXPR_FUNCTION ||
      call->as.function.function != rush_function_find ("ntile"))
    return TRUE;
  gint64 buckets = rush_column_get_int (n->as.literal.value, 0);
  g_autofree char *text = rush_quote_expr (call);
  g_autofree char *given = g_strdup_printf ("%" G_GINT64_FORMAT, buckets);
  if (buckets < 1)
    rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_VALUE_OUT_OF_RANGE,
                        &window->context, "sqlExpr", text, "exprName", "buckets", "valueRange",
                        "(0, 2147483647]", "currentValue", given, NULL);
  return buckets >= 1;
}

/* ── a frame and its order ── */

gboolean
rush_check_window (const RushExpr *window, GError **error)
{
  const RushWindowFrame *frame = &window->as.window.frame;
  guint n_orders = window->n_children - 1 - window->as.window.n_partition;
  gboolean unbounded = frame->lower == RUSH_BOUND_UNBOUNDED_PRECEDING &&
                       frame->upper == RUSH_BOUND_UNBOUNDED_FOLLOWING;
  gboolean by_value = frame->lower_offset != NULL || frame->upper_offset != NULL;

  if (!check_buckets (window, error))
    return FALSE;
  if (!frame->given)
    return TRUE;
  if (!frame->rows && !unbounded && n_orders == 0)
    {
      g_autofree char *text = specification_text (window);
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_RANGE_FRAME_WITHOUT_ORDER,
                          &window->context, "sqlExpr", text, NULL);
      return FALSE;
    }
  if (!frame->rows && by_value && n_orders > 1)
    {
      g_autofree char *text = specification_text (window), *orders = orders_text (window);
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_RANGE_FRAME_MULTI_ORDER,
                          &window->context, "sqlExpr", text, "orderSpec", orders, NULL);
      return FALSE;
    }
  return check_bounds (window, error);
}

/* ── clauses ── */

gboolean
rush_check_clause (const RushPlan *node, GError **error)
{
  gboolean having = node->kind == RUSH_PLAN_UNRESOLVED_HAVING;

  if ((node->kind != RUSH_PLAN_FILTER && !having) || !(node->flags & RUSH_EXPR_HAS_WINDOW))
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE, NULL,
                      "clauseName", having ? "HAVING" : "WHERE", NULL);
  return FALSE;
}
