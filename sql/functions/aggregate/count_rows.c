/* count_rows.c - count (*), count (a), count (a, b), count_if (): rows where no argument is null.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.aggregate.Count.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/families_private.h"

typedef struct
{
  gint64 count;
} Count;

static gsize
state_bytes (const RushExpr *call)
{
  return sizeof (Count);
}

static guint
n_args (const RushExpr *call)
{
  return call->n_children - (call->as.aggregate.has_filter ? 1 : 0);
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  Count *counts = RUSH_STATES (Count, states);
  RushRows valid;
  g_autoptr (RushBuffer) nulls = NULL;
  guint unused;

  if (!rush_validity_and (args, n_args (call), rows->length, ctx->allocator, &nulls, &unused,
                          error))
    return FALSE;
  valid = *rows;
  if (nulls == NULL)
    for (guint i = 0; i < valid.n; i++)
      counts[groups[i]].count++;
  else
    for (guint i = 0; i < valid.n; i++)
      counts[groups[i]].count += rush_bit_get (nulls->bytes, rush_eval_row (rows, i));
  return TRUE;
}

static gboolean
update_one (const RushExpr *call, RushAggregateStates *states, guint group, RushColumn *const *args,
            const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  gint64 *count = &RUSH_STATES (Count, states)[group].count;
  g_autoptr (RushBuffer) bits = NULL;
  guint nulls;

  if (!rush_validity_and (args, n_args (call), rows->length, ctx->allocator, &bits, &nulls, error))
    return FALSE;
  if (bits == NULL)
    *count += rows->n;
  else if (rows->positions == NULL)
    *count += (gint64)rush_bits_count (bits->bytes, 0, rows->n);
  else
    for (guint i = 0; i < rows->n; i++)
      *count += rush_bit_get (bits->bytes, rows->positions[i]);
  return TRUE;
}

static gboolean
retract (const RushExpr *call, RushAggregateStates *states, guint group, RushColumn *const *args,
         const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  Count *counts = RUSH_STATES (Count, states);
  gint64 before = counts[group].count;

  if (!update_one (call, states, group, args, rows, ctx, error))
    return FALSE;
  counts[group].count = before - (counts[group].count - before);
  return TRUE;
}

static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  Count *counts = RUSH_STATES (Count, states);
  g_auto (RushVector) in = { NULL };

  if (!rush_vector_open (&in, buffers[0], ctx->allocator, error))
    return FALSE;
  const gint64 *values = in.values;
  RUSH_FOR_VALID (&in, rows, { counts[groups[i]].count += values[at]; });
  return TRUE;
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = &RUSH_INT64;
  names[0] = "count";
  nullable[0] = FALSE;
  return 1;
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  return rush_states_int64 ((const guint8 *)&RUSH_STATES (Count, states)[first].count,
                            sizeof (Count), n, ctx->allocator, error);
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  out[0] = result (call, states, first, n, ctx, error);
  return out[0] != NULL;
}

static const RushAggregateClass count_class = {
  .name = "Count",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .update_one = update_one,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
  .retract = retract,
};

const RushFunction rush_functions_count[] = {
  {
      .name = "count",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .max_args = G_MAXUINT,
      .args = { RUSH_ARG_ANY },
      .fixed_type = &RUSH_INT64,
      .never_null = TRUE,
      .aggregate = &count_class,
      .usage = "count(*), count(expr, …) - how many rows have no null among the arguments",
      .since = "1.0.0",
  },
  { NULL },
};
