/* distinct_sketch.c - approx_count_distinct (): how many different values, in a few hundred bytes.
 *
 *   hash of a value   101100110 0001…        the first p bits choose a register, which keeps the
 *                     register  zeros        largest number of leading zeros (plus one) it has seen
 *
 * Few values leave registers empty, and their number tells (linear counting); many are estimated
 * from the harmonic mean of 2^register.  p follows from the relative standard deviation that is
 * asked for, 0.05 unless given, as in Spark.  Between the two, up to five values a register, Spark
 * corrects the mean's bias by recorded tables; here Ertl's estimator is used, which needs none: its
 * answers differ from Spark's there by about a percent.
 *
 * Mirrors:  HyperLogLogPlusPlus.  Sources: Flajolet et al., "HyperLogLog", 2007; Ertl, "New
 *           cardinality estimation algorithms for HyperLogLog sketches", 2017.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/families_private.h"

#include "core/data/hash.h"

#include <math.h>
#include <string.h>

static guint
precision_of (const RushExpr *call)
{
  guint n = call->n_children - (call->as.aggregate.has_filter ? 1 : 0);
  double deviation = 0.05;

  if (n > 1 && call->children[1]->kind == RUSH_EXPR_LITERAL)
    {
      RushColumn *value = call->children[1]->as.literal.value;
      deviation = value->type->kind == RUSH_TYPE_DECIMAL
                      ? (double)rush_column_get_int128 (value, 0) / pow (10, value->type->scale)
                      : rush_column_get_double (value, 0);
    }
  return CLAMP ((guint)ceil (2 * log (1.106 / deviation) / log (2)), 4, 20);
}

static gsize
state_bytes (const RushExpr *call)
{
  return (gsize)1 << precision_of (call);
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  guint p = precision_of (call);
  g_autofree guint64 *hashes = g_new (guint64, MAX (1, rows->n));

  for (guint i = 0; i < rows->n; i++)
    hashes[i] = RUSH_HASH_SEED;
  rush_xxhash64_column (args[0], rows->positions, rows->n, hashes);
  for (guint i = 0; i < rows->n; i++)
    {
      if (!rush_column_is_valid (args[0], rush_eval_row (rows, i)))
        continue;
      guint8 *registers = states->states + groups[i] * states->state_bytes;
      guint64 rest = hashes[i] << p | (guint64)1 << (p - 1);
      guint8 zeros = (guint8)(__builtin_clzll (rest) + 1);
      guint64 number = hashes[i] >> (64 - p);
      registers[number] = MAX (registers[number], zeros);
    }
  return TRUE;
}

static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  for (guint i = 0; i < rows->n; i++)
    {
      gsize length;
      const guint8 *other =
          (const guint8 *)rush_column_get_bytes (buffers[0], rush_eval_row (rows, i), &length);
      guint8 *registers = states->states + groups[i] * states->state_bytes;
      for (gsize k = 0; k < MIN (length, states->state_bytes); k++)
        registers[k] = MAX (registers[k], other[k]);
    }
  return TRUE;
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = &RUSH_BINARY;
  names[0] = "MS";
  nullable[0] = FALSE;
  return 1;
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  g_auto (RushTextWriter) writer = { .blocks = NULL };

  if (!rush_text_writer_init (&writer, &RUSH_BINARY, n, ctx->allocator, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!rush_text_writer_set (&writer, i,
                               (const char *)states->states + (first + i) * states->state_bytes,
                               states->state_bytes, error))
      return FALSE;
  out[0] = rush_text_writer_finish (&writer);
  return TRUE;
}

/* ── Ertl's estimator, from how many registers have each value ── */

static double
sigma (double x)
{
  double y = 1, z = x, before;
  if (x == 1)
    return INFINITY;
  do
    {
      x *= x;
      before = z;
      z += x * y;
      y += y;
    }
  while (z != before);
  return z;
}

static double
tau (double x)
{
  double y = 1, z = 1 - x, before;
  if (x == 0 || x == 1)
    return 0;
  do
    {
      x = sqrt (x);
      before = z;
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    }
  while (z != before);
  return z / 3;
}

static gint64
estimate (const guint8 *registers, guint p)
{
  gsize m = (gsize)1 << p;
  guint q = 64 - p, counts[66] = { 0 };

  for (gsize i = 0; i < m; i++)
    counts[registers[i]]++;
  if (counts[0] > 0)
    {
      /* Spark's thresholds for linear counting grow with p as 0.8 m, about. */
      double linear = (double)m * log ((double)m / counts[0]);
      if (linear <= 0.78 * (double)m)
        return (gint64)llround (linear);
    }
  double z = (double)m * tau (1 - counts[q + 1] / (double)m);
  for (guint k = q; k >= 1; k--)
    z = 0.5 * (z + counts[k]);
  z += (double)m * sigma (counts[0] / (double)m);
  return (gint64)llround ((double)m * (double)m / (2 * log (2) * z));
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_INT64, n, FALSE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    ((gint64 *)writer.values->bytes)[i] =
        estimate (states->states + (first + i) * states->state_bytes, precision_of (call));
  return rush_column_writer_finish (&writer);
}

static const RushAggregateClass sketch_class = {
  .name = "HyperLogLogPlusPlus",
  .imperative = TRUE,
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
};

const RushFunction rush_functions_distinct_sketch[] = {
  {
      .name = "approx_count_distinct",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .min_args = 1,
      .max_args = 2,
      .args = { RUSH_ARG_ANY, RUSH_ARG_DOUBLE },
      .fixed_type = &RUSH_INT64,
      .never_null = TRUE,
      .aggregate = &sketch_class,
      .usage = "approx_count_distinct(expr[, deviation]) - about how many different values",
      .since = "1.6.0",
  },
  { NULL },
};
