/* window_frames.c - frames of rows, and frames of values.
 *
 *   ROWS BETWEEN 1 PRECEDING AND CURRENT ROW     by position
 *   RANGE BETWEEN CURRENT ROW AND …              the current row stands for all its peers
 *   RANGE BETWEEN 5 PRECEDING AND …              by the value of the one order key: key − 5 is a
 *                                                column of its own; both bounds move in one
 *                                                direction only, so two cursors do
 *
 * Mirrors: org.apache.spark.sql.execution.window.{WindowFunctionFrame,BoundOrdering}.
 */
#include "sql/physical/operators/window_frames.h"

#include "sql/functions/function.h"

void
rush_window_find_peers (RushWindowRows *self)
{
  for (guint first = 0, end; first < self->n_rows; first = end)
    {
      for (end = first + 1; end < self->n_rows && rush_sort_compare (self->spec, 0, self->orders,
                                                                     first, self->orders, end) == 0;
           end++)
        ;
      for (guint i = first; i < end; i++)
        {
          self->peers_start[i] = first;
          self->peers_end[i] = end;
        }
    }
}

/* ---- values ---- */

/* key ± offset; NULL: it cannot be moved by that.  Where the order descends, rows that precede have
 * greater keys. */
static RushExpr *
move_key (const RushExpr *order, RushExpr *offset, gboolean preceding)
{
  gboolean subtract = preceding != order->as.sort.descending;
  RushExpr *key = order->children[0];
  g_autoptr (RushExpr) step = NULL, sum = NULL;

  if (offset->type == NULL)
    return NULL;
  if (rush_type_is_numeric (key->type) && rush_type_is_numeric (offset->type))
    step = rush_expr_cast (rush_expr_ref (offset), key->type, RUSH_EVAL_ANSI, NULL, FALSE);
  else if (key->type->kind == RUSH_TYPE_DATE && rush_type_is_integral (offset->type))
    return rush_expr_function (rush_function_find (subtract ? "date_sub" : "date_add"), "date_add",
                               &RUSH_DATE, TRUE, RUSH_EVAL_ANSI, 2,
                               (RushExpr *[]){ rush_expr_ref (key), rush_expr_ref (offset) });
  else
    step = rush_expr_ref (offset);
  sum = rush_expr_arithmetic (subtract ? RUSH_EXPR_SUBTRACT : RUSH_EXPR_ADD, RUSH_EVAL_ANSI,
                              rush_expr_ref (key), g_steal_pointer (&step));
  return sum->type != NULL ? g_steal_pointer (&sum) : NULL;
}

void
rush_window_range_init (RushWindowRange *self, const RushWindowFrame *frame,
                        const RushExprList *orders)
{
  const RushExpr *order = orders->n == 1 ? orders->items[0] : NULL;
  RushExpr *moved, *key;

  *self = (RushWindowRange){ { NULL }, NULL };
  if (!frame->given || frame->rows || order == NULL)
    return;
  if (frame->lower_offset != NULL)
    self->exprs[RUSH_RANGE_LOWER] =
        move_key (order, frame->lower_offset, frame->lower == RUSH_BOUND_PRECEDING);
  if (frame->upper_offset != NULL)
    self->exprs[RUSH_RANGE_UPPER] =
        move_key (order, frame->upper_offset, frame->upper == RUSH_BOUND_PRECEDING);
  moved = self->exprs[RUSH_RANGE_LOWER] != NULL ? self->exprs[RUSH_RANGE_LOWER]
                                                : self->exprs[RUSH_RANGE_UPPER];
  if (moved == NULL)
    return;
  /* A sum of decimals has a digit more than the key. */
  key = rush_expr_ref (order->children[0]);
  if (key->type != moved->type)
    key = rush_expr_cast (key, moved->type, RUSH_EVAL_ANSI, NULL, FALSE);
  self->exprs[RUSH_RANGE_KEY] = key;
  g_autoptr (RushExprList) list = rush_expr_list_new (
      1, (RushExpr *[]){ rush_expr_sort_order (rush_expr_ref (key), order->as.sort.descending,
                                               order->as.sort.nulls_last) });
  self->spec = rush_sort_spec_new (list);
}

void
rush_window_range_clear (RushWindowRange *self)
{
  for (guint c = 0; c < RUSH_RANGE_COLUMNS; c++)
    g_clear_pointer (&self->exprs[c], rush_expr_unref);
  g_clear_pointer (&self->spec, g_free);
}

static gboolean
check_offset (const RushExpr *offset, gboolean rows, const RushExpr *moved, GError **error)
{
  gboolean known = offset == NULL || moved != NULL ||
                   (rows && offset->kind == RUSH_EXPR_LITERAL &&
                    rush_column_is_valid (offset->as.literal.value, 0));

  if (!known)
    g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                         "a window frame by a range of values of this type is not there yet");
  return known;
}

/* ---- bounds ---- */

/* What frames are found by. */
typedef struct
{
  const RushWindowRows *rows;
  const RushWindowFrame *frame;
  const RushWindowRange *range;
  RushColumn *const *columns;
} Finder;

/* From row @from on the first whose key is at least the lower bound of row @i, or above its upper
 * one.  Where nulls stand first they are below any bound, and else above. */
static guint32
find_value (const Finder *self, guint i, gboolean lower, guint32 from)
{
  RushColumn *const *key = &self->columns[RUSH_RANGE_KEY];
  RushColumn *const *bound = &self->columns[lower ? RUSH_RANGE_LOWER : RUSH_RANGE_UPPER];

  while (from < self->rows->n_rows &&
         rush_sort_compare (self->range->spec, 0, key, from, bound, i) < !lower)
    from++;
  return from;
}

/* By position. */
static guint32
find_row (const Finder *self, gboolean lower, guint i)
{
  const RushExpr *offset = lower ? self->frame->lower_offset : self->frame->upper_offset;
  gint64 distance = rush_column_get_int (offset->as.literal.value, 0);

  if ((lower ? self->frame->lower : self->frame->upper) == RUSH_BOUND_PRECEDING)
    distance = -distance;
  return (guint32)CLAMP ((gint64)self->rows->first + i + distance + !lower, 0,
                         (gint64)self->rows->n_rows);
}

/* Where the frame of row @i begins (@lower) or ends; @before: that of the row before. */
static guint32
find_bound (const Finder *self, gboolean lower, guint i, guint32 before)
{
  const RushWindowRows *rows = self->rows;

  switch (lower ? self->frame->lower : self->frame->upper)
    {
    case RUSH_BOUND_UNBOUNDED_PRECEDING:
      return 0;
    case RUSH_BOUND_UNBOUNDED_FOLLOWING:
      return rows->n_rows;
    case RUSH_BOUND_CURRENT_ROW:
      if (self->frame->rows)
        return rows->first + i + !lower;
      return lower ? rows->peers_start[i] : rows->peers_end[i];
    case RUSH_BOUND_PRECEDING:
    case RUSH_BOUND_FOLLOWING:
      break;
    }
  if (self->frame->rows)
    return find_row (self, lower, i);
  if (!rush_column_is_valid (rows->orders[0], i))
    return lower ? rows->peers_start[i] : rows->peers_end[i];
  return find_value (self, i, lower, before);
}

gboolean
rush_window_find_frames (const RushWindowRows *self, const RushWindowFrame *frame,
                         const RushWindowRange *range, RushColumn *const *columns,
                         guint32 *out_start, guint32 *out_end, GError **error)
{
  Finder finder = { self, frame, range, columns };

  if (!check_offset (frame->lower_offset, frame->rows, range->exprs[RUSH_RANGE_LOWER], error) ||
      !check_offset (frame->upper_offset, frame->rows, range->exprs[RUSH_RANGE_UPPER], error))
    return FALSE;
  for (guint i = 0; i < self->n; i++)
    {
      out_start[i] = find_bound (&finder, TRUE, i, i > 0 ? out_start[i - 1] : 0);
      out_end[i] = find_bound (&finder, FALSE, i, i > 0 ? out_end[i - 1] : 0);
      out_end[i] = MAX (out_end[i], out_start[i]);
    }
  return TRUE;
}
