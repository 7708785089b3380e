/* sum_state.c - see sum_state_private.h.
 *
 * Whole numbers add up in 128 bits, where nothing is lost and the order does not matter; whether
 * the sum fits its type is a question for the end.  Doubles are added in the order of the rows, as
 * the order shows in the last digits.
 */
#include "sql/functions/aggregate/sum_state_private.h"

#include "sql/kernels/arithmetic.h"

static inline void
add_exact (RushExactSum *state, rush_int128 value, gint64 count)
{
  state->overflow |= __builtin_add_overflow (state->sum, value, &state->sum);
  state->count += count;
}

#define EXACT_LOOP(T)                                                                              \
  {                                                                                                \
    const T *values = in.values;                                                                   \
    RUSH_FOR_VALID (&in, rows, { add_exact (&sums[groups[i]], values[at], 1); });                  \
    break;                                                                                         \
  }

gboolean
rush_exact_sum_update (RushAggregateStates *states, const guint32 *groups, RushColumn *values,
                       const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  RushExactSum *sums = RUSH_STATES (RushExactSum, states);
  RushLaneSums lanes;
  g_auto (RushVector) in = { NULL };

  if (rush_column_is_constant_null (values))
    return TRUE;
  if (!rush_vector_open (&in, values, ctx->allocator, error))
    return FALSE;
  if (rush_lane_sums (&in, groups, rows, &lanes))
    {
      for (guint g = 0; g < lanes.n_groups; g++)
        if (lanes.counts[g] > 0)
          add_exact (&sums[g], lanes.sums[g], lanes.counts[g]);
      return TRUE;
    }
  switch (values->type->value_bytes)
    {
    case 1:
      EXACT_LOOP (gint8)
    case 2:
      EXACT_LOOP (gint16)
    case 4:
      EXACT_LOOP (gint32)
    case 8:
      EXACT_LOOP (gint64)
    default:
      EXACT_LOOP (rush_int128)
    }
  return TRUE;
}

gboolean
rush_exact_sum_update_one (RushAggregateStates *states, guint group, RushColumn *values,
                           const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  RushExactSum *state = &RUSH_STATES (RushExactSum, states)[group];
  g_auto (RushVector) in = { NULL };
  gint64 sum;
  guint count;

  if (rush_column_is_constant_null (values))
    return TRUE;
  if (!rush_vector_open (&in, values, ctx->allocator, error))
    return FALSE;
  if (rush_lane_sum_one (&in, rows, &sum, &count))
    {
      add_exact (state, sum, count);
      return TRUE;
    }
  RUSH_FOR_VALID (&in, rows, { add_exact (state, rush_column_get_int128 (in.column, row), 1); });
  return TRUE;
}

static gboolean
fits (const RushExactSum *state, const RushType *type)
{
  if (state->overflow)
    return FALSE;
  if (type->kind == RUSH_TYPE_DECIMAL)
    return rush_decimal_fits (state->sum, type->precision);
  if (type->value_bytes == 4)
    return (rush_int128)(gint32)state->sum == state->sum;
  return (rush_int128)(gint64)state->sum == state->sum;
}

static void
set_overflow (const RushType *type, const RushSqlContext *context, GError **error)
{
  if (type->kind == RUSH_TYPE_DECIMAL)
    rush_arithmetic_set_overflow (error, "Overflow in sum of decimals", "try_sum", context);
  else
    rush_arithmetic_set_overflow (error, "overflow", "try_add", NULL);
}

RushColumn *
rush_exact_sum_column (const RushType *type, const RushAggregateStates *states, guint first,
                       guint n, RushEvalMode mode, const RushSqlContext *context,
                       RushEvalContext *ctx, GError **error)
{
  const RushExactSum *sums = RUSH_STATES (RushExactSum, states) + first;
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, type, n, FALSE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      gpointer out = writer.values->bytes;
      gboolean fit = fits (&sums[i], type);
      gboolean wraps = mode == RUSH_EVAL_LEGACY && type->kind != RUSH_TYPE_DECIMAL;

      if (type->value_bytes == 16)
        ((rush_int128 *)out)[i] = sums[i].sum;
      else if (type->value_bytes == 8)
        ((gint64 *)out)[i] = (gint64)sums[i].sum;
      else
        ((gint32 *)out)[i] = (gint32)sums[i].sum;
      if (!fit && mode == RUSH_EVAL_ANSI)
        {
          set_overflow (type, context, error);
          return NULL;
        }
      if (((sums[i].count == 0 && !sums[i].overflow) || (!fit && !wraps)) &&
          !rush_column_writer_set_null (&writer, i, error))
        return NULL;
    }
  return rush_column_writer_finish (&writer);
}

RushColumn *
rush_exact_sum_is_empty (const RushAggregateStates *states, guint first, guint n,
                         RushEvalContext *ctx, GError **error)
{
  const RushExactSum *sums = RUSH_STATES (RushExactSum, states) + first;
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_BOOL, n, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    if (sums[i].count == 0 && !sums[i].overflow)
      rush_bit_set (writer.values->bytes, i);
  return rush_column_writer_finish (&writer);
}

/* ── doubles ── */

#define FLOAT_LOOP(T)                                                                              \
  {                                                                                                \
    const T *numbers = in.values;                                                                  \
    RUSH_FOR_VALID (&in, rows, {                                                                   \
      RushFloatSum *state = &sums[group_of];                                                       \
      state->sum += (double)numbers[at];                                                           \
      state->count++;                                                                              \
    });                                                                                            \
    break;                                                                                         \
  }

#define FLOAT_SWITCH                                                                               \
  switch (values->type->storage)                                                                   \
    {                                                                                              \
    case RUSH_STORAGE_I8:                                                                          \
      FLOAT_LOOP (gint8)                                                                           \
    case RUSH_STORAGE_I16:                                                                         \
      FLOAT_LOOP (gint16)                                                                          \
    case RUSH_STORAGE_I32:                                                                         \
      FLOAT_LOOP (gint32)                                                                          \
    case RUSH_STORAGE_I64:                                                                         \
      FLOAT_LOOP (gint64)                                                                          \
    case RUSH_STORAGE_F32:                                                                         \
      FLOAT_LOOP (float)                                                                           \
    case RUSH_STORAGE_F64:                                                                         \
      FLOAT_LOOP (double)                                                                          \
    case RUSH_STORAGE_BIT:                                                                         \
    case RUSH_STORAGE_I128:                                                                        \
    case RUSH_STORAGE_VIEW:                                                                        \
    case RUSH_STORAGE_INTERVAL:                                                                    \
    case RUSH_STORAGE_LIST:                                                                        \
    case RUSH_STORAGE_STRUCT:                                                                      \
    case RUSH_STORAGE_VOID:                                                                        \
    default:                                                                                       \
      g_assert_not_reached ();                                                                     \
    }

gboolean
rush_float_sum_update (RushAggregateStates *states, const guint32 *groups, RushColumn *values,
                       const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  RushFloatSum *sums = RUSH_STATES (RushFloatSum, states);
  g_auto (RushVector) in = { NULL };

  if (rush_column_is_constant_null (values))
    return TRUE;
  if (!rush_vector_open (&in, values, ctx->allocator, error))
    return FALSE;
#define group_of groups[i]
  FLOAT_SWITCH
#undef group_of
  return TRUE;
}

gboolean
rush_float_sum_update_one (RushAggregateStates *states, guint group, RushColumn *values,
                           const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  RushFloatSum own = RUSH_STATES (RushFloatSum, states)[group], *sums = &own;
  g_auto (RushVector) in = { NULL };

  if (rush_column_is_constant_null (values))
    return TRUE;
  if (!rush_vector_open (&in, values, ctx->allocator, error))
    return FALSE;
#define group_of 0
  FLOAT_SWITCH
#undef group_of
  RUSH_STATES (RushFloatSum, states)[group] = own;
  return TRUE;
}

RushColumn *
rush_float_sum_column (const RushAggregateStates *states, guint first, guint n,
                       RushEvalContext *ctx, GError **error)
{
  const RushFloatSum *sums = RUSH_STATES (RushFloatSum, states) + first;
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_FLOAT64, n, FALSE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      ((double *)writer.values->bytes)[i] = sums[i].sum;
      if (sums[i].count == 0 && !rush_column_writer_set_null (&writer, i, error))
        return NULL;
    }
  return rush_column_writer_finish (&writer);
}
