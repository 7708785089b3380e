/* offset.c - lag (), lead (), nth_value (): values of other rows of the partition.
 *
 *   lag (x, 2, d)       x of two rows before, d where there is none
 *   nth_value (x, 3)    x of the third row of the frame, null where it has fewer
 *
 * With IGNORE NULLS only rows count where x is not null.  The answer is one take () of x's column.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.{Lag, Lead, NthValue}.
 */
#include "sql/functions/families_private.h"
#include "sql/kernels/columns.h"

/* Where in args[0] the row stands that counts, @n of them from @row on (before: @step is −1). */
static guint32
find_row (const RushWindowPartition *in, guint row, gint64 n, gint step, gboolean ignore_nulls)
{
  if (!ignore_nulls)
    {
      gint64 at = (gint64)row + step * n;
      return at >= 0 && at < in->n_rows ? (guint32)at - in->args_first : RUSH_NO_ROW;
    }
  if (n == 0)
    return row - in->args_first;
  for (gint64 at = (gint64)row + step; at >= 0 && at < in->n_rows; at += step)
    if (rush_column_is_valid (in->args[0], (guint)at - in->args_first) && --n == 0)
      return (guint32)at - in->args_first;
  return RUSH_NO_ROW;
}

static RushColumn *
offset_value (const RushExpr *call, const RushWindowPartition *in, gint direction,
              RushEvalContext *ctx, GError **error)
{
  gint64 n = call->n_children > 1 ? rush_column_get_int (in->args[1], 0) : 1;
  gint step = n < 0 ? -direction : direction;
  gboolean ignore_nulls = call->as.function.ignore_nulls;
  gboolean has_default = call->n_children > 2 && !rush_column_is_constant_null (in->args[2]);
  g_autofree guint32 *found = g_new (guint32, MAX (1, in->n));

  for (guint i = 0; i < in->n; i++)
    found[i] = find_row (in, in->first + i, ABS (n), step, ignore_nulls);
  if (!has_default)
    return rush_column_take (in->args[0], found, in->n, ctx->allocator, error);

  /* Rows of two columns: the values and the defaults. */
  g_autofree RushRowId *rows = g_new (RushRowId, MAX (1, in->n));
  RushColumn *sources[] = { in->args[0], in->args[2] };
  for (guint i = 0; i < in->n; i++)
    rows[i] = found[i] != RUSH_NO_ROW ? (RushRowId){ 0, found[i] }
                                      : (RushRowId){ 1, in->first + i - in->args_first };
  return rush_column_gather (sources, 2, rows, in->n, ctx->allocator, error);
}

/* As many rows as the offset says, on either side. */
static gboolean
offset_reach (const RushExpr *call, guint32 *out_before, guint32 *out_behind)
{
  const RushExpr *offset = call->n_children > 1 ? call->children[1] : NULL;
  gint64 n = 1;

  if (call->as.function.ignore_nulls || (offset != NULL && offset->kind != RUSH_EXPR_LITERAL))
    return FALSE;
  if (offset != NULL)
    n = ABS (rush_column_get_int (offset->as.literal.value, 0));
  *out_before = *out_behind = (guint32)MIN (n, G_MAXINT32);
  return TRUE;
}

static gboolean
reaches_all (const RushExpr *call, guint32 *out_before, guint32 *out_behind)
{
  return FALSE;
}

static RushColumn *
lag (const RushExpr *call, const RushWindowPartition *in, RushEvalContext *ctx, GError **error)
{
  return offset_value (call, in, -1, ctx, error);
}

static RushColumn *
lead (const RushExpr *call, const RushWindowPartition *in, RushEvalContext *ctx, GError **error)
{
  return offset_value (call, in, 1, ctx, error);
}

static RushColumn *
nth_value (const RushExpr *call, const RushWindowPartition *in, RushEvalContext *ctx,
           GError **error)
{
  gint64 n = rush_column_get_int (in->args[1], 0);
  gboolean ignore_nulls = call->as.function.ignore_nulls;
  g_autofree guint32 *found = g_new (guint32, MAX (1, in->n));

  if (n < 1)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "nth_value() counts from 1, not from %" G_GINT64_FORMAT, n);
      return NULL;
    }
  for (guint i = 0; i < in->n; i++)
    {
      gint64 left = n;
      found[i] = RUSH_NO_ROW;
      for (guint at = in->frame_start[i]; at < in->frame_end[i]; at++)
        {
          left -= !ignore_nulls || rush_column_is_valid (in->args[0], at);
          if (left == 0)
            {
              found[i] = at;
              break;
            }
          if (!ignore_nulls) /* no need to walk */
            {
              if ((gint64)(in->frame_end[i] - at) > left)
                found[i] = at + (guint32)left;
              break;
            }
        }
    }
  return rush_column_take (in->args[0], found, in->n, ctx->allocator, error);
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  *inout_nullable = n < 3 || args[0]->nullable || args[2]->nullable;
  return args[0]->type;
}

#define OFFSET(NAME, MIN, MAX, FUNC, REACH, USAGE, ...)                                            \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_WINDOW,                                                                  \
    .min_args = MIN,                                                                               \
    .max_args = MAX,                                                                               \
    .args = { __VA_ARGS__ },                                                                       \
    .result_type = result_type,                                                                    \
    .window = FUNC,                                                                                \
    .window_reach = REACH,                                                                         \
    .usage = USAGE,                                                                                \
    .since = "2.0.0",                                                                              \
  }

const RushFunction rush_functions_offset[] = {
  OFFSET ("lag", 1, 3, lag, offset_reach, "lag(expr[, n[, default]]) - its value n rows before",
          RUSH_ARG_SAME, RUSH_ARG_INT, RUSH_ARG_SAME),
  OFFSET ("lead", 1, 3, lead, offset_reach, "lead(expr[, n[, default]]) - its value n rows on",
          RUSH_ARG_SAME, RUSH_ARG_INT, RUSH_ARG_SAME),
  OFFSET ("nth_value", 2, 2, nth_value, reaches_all, "nth_value(expr, n) - of the frame's n-th row",
          RUSH_ARG_ANY, RUSH_ARG_INT),
  { NULL },
};
