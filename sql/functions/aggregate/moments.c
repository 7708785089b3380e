/* moments.c - stddev (), variance (), skewness (), kurtosis (): moments around the mean, in one
 * pass.
 *
 *   n, mean, M2 = Σ(x − mean)², M3, M4          each value moves the mean, and the moments with it
 *
 * Mirrors:  CentralMomentAgg and its subclasses, whose formulas these are, so that sums in the same
 *           order give the same digits.  Source: Pébay, "Formulas for Robust, One-Pass Parallel
 *           Computation of Covariances and Arbitrary-Order Statistical Moments", 2008.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/families_private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  double n, mean, m2, m3, m4;
} Moments;

static gsize
state_bytes (const RushExpr *call)
{
  return sizeof (Moments);
}

static inline void
take (Moments *self, double x)
{
  double n = self->n + 1, delta = x - self->mean, part = delta / n;
  double m2 = self->m2 + delta * (delta - part);
  double m3 = self->m3 - 3 * part * m2 + delta * (delta * delta - part * part);

  self->m4 +=
      -4 * part * m3 - 6 * part * part * m2 + delta * (delta * delta * delta - part * part * part);
  self->m3 = m3;
  self->m2 = m2;
  self->mean += part;
  self->n = n;
}

static void
join (Moments *a, const Moments *b)
{
  double n1 = a->n, n2 = b->n, n = n1 + n2, delta = b->mean - a->mean;
  double part = n == 0 ? 0 : delta / n;

  a->m4 += b->m4 + part * part * part * delta * n1 * n2 * (n1 * n1 - n1 * n2 + n2 * n2) +
           6 * part * part * (n1 * n1 * b->m2 + n2 * n2 * a->m2) +
           4 * part * (n1 * b->m3 - n2 * a->m3);
  a->m3 += b->m3 + part * part * delta * n1 * n2 * (n1 - n2) + 3 * part * (n1 * b->m2 - n2 * a->m2);
  a->m2 += b->m2 + delta * part * n1 * n2;
  a->mean += part * n2;
  a->n = n;
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  Moments *moments = RUSH_STATES (Moments, states);
  g_auto (RushVector) in = { NULL };

  if (rush_column_is_constant_null (args[0]))
    return TRUE;
  if (!rush_vector_open (&in, args[0], ctx->allocator, error))
    return FALSE;
  const double *values = in.values;
  RUSH_FOR_VALID (&in, rows, { take (&moments[groups[i]], values[at]); });
  return TRUE;
}

/* Which of M3 and M4 it needs: buffers are as many as Spark's. */
static guint
order (const RushExpr *call)
{
  const char *name = call->as.aggregate.function->name;
  return strcmp (name, "kurtosis") == 0 ? 4 : strcmp (name, "skewness") == 0 ? 3 : 2;
}

static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      Moments other = { rush_column_get_double (buffers[0], row),
                        rush_column_get_double (buffers[1], row),
                        rush_column_get_double (buffers[2], row), 0, 0 };
      if (order (call) > 2)
        other.m3 = rush_column_get_double (buffers[3], row);
      if (order (call) > 3)
        other.m4 = rush_column_get_double (buffers[4], row);
      join (&RUSH_STATES (Moments, states)[groups[i]], &other);
    }
  return TRUE;
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  static const char *const all[] = { "n", "avg", "m2", "m3", "m4" };
  guint n = order (call) + 1;

  for (guint i = 0; i < n; i++)
    {
      types[i] = &RUSH_FLOAT64;
      names[i] = all[i];
      nullable[i] = FALSE;
    }
  return n;
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  const Moments *moments = RUSH_STATES (Moments, states) + first;

  for (guint k = 0; k <= order (call); k++)
    {
      g_auto (RushColumnWriter) writer = { NULL };
      if (!rush_column_writer_init (&writer, &RUSH_FLOAT64, n, FALSE, ctx->allocator, error))
        {
          while (k > 0)
            g_clear_pointer (&out[--k], rush_column_unref);
          return FALSE;
        }
      for (guint i = 0; i < n; i++)
        ((double *)writer.values->bytes)[i] = (&moments[i].n)[k];
      out[k] = rush_column_writer_finish (&writer);
    }
  return TRUE;
}

/* FALSE: null. */
static gboolean
value_of (const char *name, const Moments *m, double *out)
{
  gboolean sample = g_str_has_suffix (name, "_samp") || strcmp (name, "stddev") == 0 ||
                    strcmp (name, "std") == 0 || strcmp (name, "variance") == 0;

  if (m->n == 0 || (sample && m->n == 1))
    return FALSE;
  if (strcmp (name, "skewness") == 0 || strcmp (name, "kurtosis") == 0)
    {
      if (m->m2 == 0)
        return FALSE;
      *out = *name == 's' ? sqrt (m->n) * m->m3 / sqrt (m->m2 * m->m2 * m->m2)
                          : m->n * m->m4 / (m->m2 * m->m2) - 3;
      return TRUE;
    }
  *out = m->m2 / (sample ? m->n - 1 : m->n);
  if (g_str_has_prefix (name, "std"))
    *out = sqrt (*out);
  return TRUE;
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_FLOAT64, n, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    if (!value_of (call->as.aggregate.function->name, &RUSH_STATES (Moments, states)[first + i],
                   &((double *)writer.values->bytes)[i]) &&
        !rush_column_writer_set_null (&writer, i, error))
      return NULL;
  return rush_column_writer_finish (&writer);
}

static const RushAggregateClass moments_class = {
  .name = "CentralMomentAgg",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
};

#define MOMENT(NAME, USAGE)                                                                        \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = 1,                                                                                 \
    .max_args = 1,                                                                                 \
    .args = { RUSH_ARG_DOUBLE },                                                                   \
    .fixed_type = &RUSH_FLOAT64,                                                                   \
    .always_nullable = TRUE,                                                                       \
    .aggregate = &moments_class,                                                                   \
    .usage = NAME "(expr) - " USAGE,                                                               \
    .since = "1.6.0",                                                                              \
  }

const RushFunction rush_functions_moments[] = {
  MOMENT ("stddev", "the sample standard deviation"),
  MOMENT ("std", "the sample standard deviation"),
  MOMENT ("stddev_samp", "the sample standard deviation"),
  MOMENT ("stddev_pop", "the population's standard deviation"),
  MOMENT ("variance", "the sample variance"),
  MOMENT ("var_samp", "the sample variance"),
  MOMENT ("var_pop", "the population's variance"),
  MOMENT ("skewness", "the skewness"),
  MOMENT ("kurtosis", "the kurtosis, 0 for a normal distribution"),
  { NULL },
};
