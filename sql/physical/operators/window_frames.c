/* window_frames.c - frames of rows, and frames of values.
 *
 *   ROWS BETWEEN 1 PRECEDING AND CURRENT ROW     by position
 *   RANGE BETWEEN CURRENT ROW AND …              the current row stands for all its peers
 *   RANGE BETWEEN 5 PRECEDING AND …              by the value of the one order key; both bounds
 *                                                move in one direction only, so two cursors do
 *
 * Mirrors: org.apache.spark.sql.execution.window.{WindowFunctionFrame,BoundOrdering}.
 */
#include "sql/physical/operators/window_frames.h"

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

static double
literal_number (const RushExpr *offset)
{
  const RushColumn *value = offset->as.literal.value;

  if (value->type->storage == RUSH_STORAGE_F32 || value->type->storage == RUSH_STORAGE_F64)
    return rush_column_get_double (value, 0);
  return (double)rush_column_get_int (value, 0);
}

static double
order_value (const RushWindowRows *self, guint row)
{
  const RushColumn *key = self->orders[0];
  double value = key->type->storage == RUSH_STORAGE_F32 || key->type->storage == RUSH_STORAGE_F64
                     ? rush_column_get_double (key, row)
                     : (double)rush_column_get_int (key, row);

  return self->spec->keys[0].descending ? -value : value;
}

/* The first row whose value is at least (@above: above) value of row @i plus @distance; nulls are
 * among themselves. */
static guint32
find_value (const RushWindowRows *self, guint i, double distance, gboolean above, guint32 from)
{
  double wanted = order_value (self, i) + distance;

  for (; from < self->n_rows; from++)
    {
      if (!rush_column_is_valid (self->orders[0], from))
        {
          if (self->spec->keys[0].nulls_last)
            break;
          continue;
        }
      if (above ? order_value (self, from) > wanted : order_value (self, from) >= wanted)
        break;
    }
  return from;
}

static gboolean
check_offset (const RushWindowRows *self, const RushExpr *offset, gboolean rows, GError **error)
{
  gboolean known =
      offset->kind == RUSH_EXPR_LITERAL && rush_column_is_valid (offset->as.literal.value, 0) &&
      (rows || (self->spec->n == 1 && (self->spec->keys[0].type->storage <= RUSH_STORAGE_I64 ||
                                       self->spec->keys[0].type->storage == RUSH_STORAGE_F32 ||
                                       self->spec->keys[0].type->storage == RUSH_STORAGE_F64)));

  if (!known)
    g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                         "a window frame by a range of values of this type is not there yet");
  return known;
}

/* ---- bounds ---- */

/* Where the frame of row @i begins (@lower) or ends; @before: that of the row before. */
static guint32
find_bound (const RushWindowRows *self, const RushWindowFrame *frame, gboolean lower, guint i,
            guint32 before)
{
  RushFrameBound bound = lower ? frame->lower : frame->upper;
  const RushExpr *offset = lower ? frame->lower_offset : frame->upper_offset;
  double distance = 0;

  switch (bound)
    {
    case RUSH_BOUND_UNBOUNDED_PRECEDING:
      return 0;
    case RUSH_BOUND_UNBOUNDED_FOLLOWING:
      return self->n_rows;
    case RUSH_BOUND_CURRENT_ROW:
      if (frame->rows)
        return lower ? i : i + 1;
      return lower ? self->peers_start[i] : self->peers_end[i];
    case RUSH_BOUND_PRECEDING:
      distance = -literal_number (offset);
      break;
    case RUSH_BOUND_FOLLOWING:
      distance = literal_number (offset);
      break;
    }
  if (frame->rows)
    return (guint32)CLAMP ((gint64)i + (gint64)distance + !lower, 0, (gint64)self->n_rows);
  if (!rush_column_is_valid (self->orders[0], i))
    return lower ? self->peers_start[i] : self->peers_end[i];
  return find_value (self, i, distance, !lower, before);
}

gboolean
rush_window_find_frames (const RushWindowRows *self, const RushWindowFrame *frame,
                         guint32 *out_start, guint32 *out_end, GError **error)
{
  if ((frame->lower_offset != NULL &&
       !check_offset (self, frame->lower_offset, frame->rows, error)) ||
      (frame->upper_offset != NULL &&
       !check_offset (self, frame->upper_offset, frame->rows, error)))
    return FALSE;
  for (guint i = 0; i < self->n_rows; i++)
    {
      out_start[i] = find_bound (self, frame, TRUE, i, i > 0 ? out_start[i - 1] : 0);
      out_end[i] = find_bound (self, frame, FALSE, i, i > 0 ? out_end[i - 1] : 0);
      out_end[i] = MAX (out_end[i], out_start[i]);
    }
  return TRUE;
}
