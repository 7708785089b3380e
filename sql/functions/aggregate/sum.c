/* sum.c - sum () and its kin, exact for whole numbers and decimals.
 *
 *   integers     sum in 128 bits          bigint      buffer: sum
 *   decimals     sum in 128 bits          p + 10      buffer: sum, isEmpty (as all in TRY mode)
 *   floats       sum in double            double      buffer: sum
 *   intervals    sum in 128 bits          the same    buffer: sum
 *
 * The sum of no value is null.  A sum that its type cannot hold is an error in ANSI mode when the
 * result is asked for, wraps around (integers) or is null (decimals, TRY) otherwise.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.aggregate.Sum.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/aggregate/sum_state_private.h"
#include "sql/functions/families_private.h"
#include "sql/kernels/arithmetic.h"

static gboolean
is_exact (const RushExpr *call)
{
  return call->children[0]->type->storage != RUSH_STORAGE_F32 &&
         call->children[0]->type->storage != RUSH_STORAGE_F64;
}

/* A null part may be empty or overflown: a second buffer says which. */
static gboolean
tells_empty (const RushExpr *call)
{
  return call->type->kind == RUSH_TYPE_DECIMAL || (is_exact (call) && call->mode == RUSH_EVAL_TRY);
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

/* A partial sum counts as one value, or as none if it is null; an overflow there (null, but not
 * empty) is one here. */
static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  if (!is_exact (call))
    return rush_float_sum_update (states, groups, buffers[0], rows, ctx, error);
  if (tells_empty (call))
    for (guint i = 0; i < rows->n; i++)
      {
        guint row = rush_eval_row (rows, i);
        if (!rush_column_is_valid (buffers[0], row) && !rush_column_get_bool (buffers[1], row))
          RUSH_STATES (RushExactSum, states)[groups[i]].overflow = TRUE;
      }
  return rush_exact_sum_update (states, groups, buffers[0], rows, ctx, error);
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = call->type;
  names[0] = "sum";
  nullable[0] = TRUE;
  if (!tells_empty (call))
    return 1;
  types[1] = &RUSH_BOOL;
  names[1] = "isEmpty";
  nullable[1] = FALSE;
  return 2;
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  if (!is_exact (call))
    {
      out[0] = rush_float_sum_column (states, first, n, ctx, error);
      return out[0] != NULL;
    }
  /* Not yet an error: decimals pass it on as (null, not empty), and integers fail here as in Spark,
   * where each addition is checked. */
  gboolean both = tells_empty (call);
  out[0] = rush_exact_sum_column (call->type, states, first, n, both ? RUSH_EVAL_TRY : call->mode,
                                  &call->context, ctx, error);
  if (out[0] == NULL || !both)
    return out[0] != NULL;
  out[1] = rush_exact_sum_is_empty (states, first, n, ctx, error);
  if (out[1] == NULL)
    g_clear_pointer (&out[0], rush_column_unref);
  return out[1] != NULL;
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  if (!is_exact (call))
    return rush_float_sum_column (states, first, n, ctx, error);
  return rush_exact_sum_column (call->type, states, first, n, call->mode, &call->context, ctx,
                                error);
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  const RushType *type = args[0]->type;

  *inout_nullable = TRUE;
  if (type->kind == RUSH_TYPE_DECIMAL)
    return rush_decimal_bounded (type->precision + 10, type->scale);
  if (rush_type_is_integral (type))
    return &RUSH_INT64;
  if (type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || type->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    return type;
  return &RUSH_FLOAT64;
}

static const RushAggregateClass sum_class = {
  .name = "Sum",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .update_one = update_one,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
};

const RushFunction rush_functions_sum[] = {
  {
      .name = "sum",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .min_args = 1,
      .max_args = 1,
      .args = { RUSH_ARG_NUMERIC_OR_INTERVAL },
      .result_type = result_type,
      .always_nullable = TRUE,
      .aggregate = &sum_class,
      .usage = "sum(expr) - the sum of the values that are not null; null if there is none",
      .since = "1.0.0",
  },
  {
      .name = "try_sum",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .min_args = 1,
      .max_args = 1,
      .args = { RUSH_ARG_NUMERIC_OR_INTERVAL },
      .result_type = result_type,
      .always_nullable = TRUE,
      .forced_mode = RUSH_EVAL_TRY,
      .has_forced_mode = TRUE,
      .aggregate = &sum_class,
      .usage = "try_sum(expr) - the sum, null if it overflows",
      .since = "3.3.0",
  },
  { NULL },
};
