/* average.c - avg (), mean (): a sum and a count.
 *
 *   decimal(p,s)   sum decimal(p+10,s)   result decimal(p+4,s+4), one division, rounded HALF_UP
 *   intervals      sum of the interval   result the interval, rounded HALF_UP
 *   the rest       sum double            result double
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.aggregate.Average.
 */
#include "sql/functions/aggregate/sum_state_private.h"
#include "sql/functions/families_private.h"
#include "sql/kernels/arithmetic.h"

static gboolean
is_exact (const RushExpr *call)
{
  return call->type != &RUSH_FLOAT64;
}

/* Of the sum. */
static const RushType *
sum_type (const RushExpr *call)
{
  const RushType *type = call->children[0]->type;

  return type->kind == RUSH_TYPE_DECIMAL ? rush_decimal_bounded (type->precision + 10, type->scale)
         : is_exact (call)               ? type
                                         : &RUSH_FLOAT64;
}

static gsize
state_bytes (const RushExpr *call)
{
  return is_exact (call) ? sizeof (RushExactSum) : sizeof (RushFloatSum);
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  return is_exact (call) ? rush_exact_sum_update (states, groups, args[0], rows, ctx, error)
                         : rush_float_sum_update (states, groups, args[0], rows, ctx, error);
}

static gboolean
update_one (const RushExpr *call, RushAggregateStates *states, guint group, RushColumn *const *args,
            const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  return is_exact (call) ? rush_exact_sum_update_one (states, group, args[0], rows, ctx, error)
                         : rush_float_sum_update_one (states, group, args[0], rows, ctx, error);
}

static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      gint64 count = rush_column_get_int (buffers[1], row);
      gboolean valid = rush_column_is_valid (buffers[0], row);
      if (is_exact (call))
        {
          RushExactSum *state = &RUSH_STATES (RushExactSum, states)[groups[i]];
          rush_int128 sum = valid ? rush_column_get_int128 (buffers[0], row) : 0;
          state->overflow |= __builtin_add_overflow (state->sum, sum, &state->sum);
          state->overflow |= !valid && count > 0;
          state->count += count;
        }
      else if (valid)
        {
          RushFloatSum *state = &RUSH_STATES (RushFloatSum, states)[groups[i]];
          state->sum += rush_column_get_double (buffers[0], row);
          state->count += count;
        }
    }
  return TRUE;
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = sum_type (call);
  names[0] = "sum";
  nullable[0] = TRUE;
  types[1] = &RUSH_INT64;
  names[1] = "count";
  nullable[1] = FALSE;
  return 2;
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  const guint8 *counts = is_exact (call)
                             ? (const guint8 *)&RUSH_STATES (RushExactSum, states)[first].count
                             : (const guint8 *)&RUSH_STATES (RushFloatSum, states)[first].count;

  out[0] = is_exact (call) ? rush_exact_sum_column (sum_type (call), states, first, n,
                                                    RUSH_EVAL_TRY, &call->context, ctx, error)
                           : rush_float_sum_column (states, first, n, ctx, error);
  if (out[0] == NULL)
    return FALSE;
  out[1] = rush_states_int64 (counts, states->state_bytes, n, ctx->allocator, error);
  if (out[1] == NULL)
    g_clear_pointer (&out[0], rush_column_unref);
  return out[1] != NULL;
}

/* ── results ── */

static RushColumn *
float_result (const RushAggregateStates *states, guint first, guint n, RushEvalContext *ctx,
              GError **error)
{
  const RushFloatSum *sums = RUSH_STATES (RushFloatSum, states) + first;
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_FLOAT64, n, FALSE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      ((double *)writer.values->bytes)[i] = sums[i].sum / (double)sums[i].count;
      if (sums[i].count == 0 && !rush_column_writer_set_null (&writer, i, error))
        return NULL;
    }
  return rush_column_writer_finish (&writer);
}

/* FALSE: the quotient does not fit. */
static gboolean
quotient (const RushExpr *call, const RushDecimalPlan *plan, const RushExactSum *state,
          rush_int128 *out)
{
  if (state->overflow)
    return FALSE;
  if (plan != NULL)
    return rush_decimal_fits (state->sum, sum_type (call)->precision) &&
           rush_decimal_run (plan, state->sum, state->count, out);
  rush_int128 twice = 2 * (state->sum % state->count);
  *out = state->sum / state->count;
  if (twice >= state->count)
    *out += 1;
  else if (twice <= -(rush_int128)state->count)
    *out -= 1;
  return TRUE;
}

static RushColumn *
exact_result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
              RushEvalContext *ctx, GError **error)
{
  const RushExactSum *sums = RUSH_STATES (RushExactSum, states) + first;
  gboolean decimal = call->type->kind == RUSH_TYPE_DECIMAL;
  RushDecimalPlan plan;
  g_auto (RushColumnWriter) writer = { NULL };

  if (decimal)
    rush_decimal_plan_init (&plan, RUSH_DECIMAL_DIVIDE, sum_type (call), rush_type_decimal (20, 0),
                            call->type);
  if (!rush_column_writer_init (&writer, call->type, n, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      rush_int128 value = 0;
      gboolean empty = sums[i].count == 0;
      gboolean fits = empty || quotient (call, decimal ? &plan : NULL, &sums[i], &value);
      if (!fits && call->mode == RUSH_EVAL_ANSI)
        {
          rush_arithmetic_set_overflow (error, "Overflow in sum of decimals", "try_avg",
                                        &call->context);
          return NULL;
        }
      if ((empty || !fits) && !rush_column_writer_set_null (&writer, i, error))
        return NULL;
      if (call->type->value_bytes == 16)
        ((rush_int128 *)writer.values->bytes)[i] = value;
      else if (call->type->value_bytes == 8)
        ((gint64 *)writer.values->bytes)[i] = (gint64)value;
      else
        ((gint32 *)writer.values->bytes)[i] = (gint32)value;
    }
  return rush_column_writer_finish (&writer);
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  return is_exact (call) ? exact_result (call, states, first, n, ctx, error)
                         : float_result (states, first, n, ctx, error);
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  const RushType *type = args[0]->type;

  *inout_nullable = TRUE;
  if (type->kind == RUSH_TYPE_DECIMAL)
    return rush_decimal_bounded (type->precision + 4, type->scale + 4);
  /* Their fractions may be finer than the fields of the type. */
  if (type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL)
    return rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH);
  if (type->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    return rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND);
  return &RUSH_FLOAT64;
}

static const RushAggregateClass average_class = {
  .name = "Average",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .update_one = update_one,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
};

#define AVERAGE(NAME, ...)                                                                         \
  { .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = 1,                                                                                 \
    .max_args = 1,                                                                                 \
    .args = { RUSH_ARG_NUMERIC_OR_INTERVAL },                                                      \
    .result_type = result_type,                                                                    \
    .always_nullable = TRUE,                                                                       \
    .aggregate = &average_class,                                                                   \
    .usage = NAME "(expr) - the mean of the values that are not null; null if there is none",      \
    .since = "1.0.0",                                                                              \
    __VA_ARGS__ }

const RushFunction rush_functions_average[] = {
  AVERAGE ("avg"),
  AVERAGE ("mean"),
  AVERAGE ("try_avg", .has_forced_mode = TRUE, .forced_mode = RUSH_EVAL_TRY),
  { NULL },
};
