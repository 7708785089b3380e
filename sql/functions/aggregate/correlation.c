/* correlation.c - corr (), covar_pop (), regr_slope () …: how two numbers move together, in one
 * pass.
 *
 *   n, x̄, ȳ, C = Σ(x − x̄)(y − ȳ), X = Σ(x − x̄)², Y = Σ(y − ȳ)²          corr = C / √(X·Y)
 *
 * Rows where either is null do not count.  The regr_…() take y, which depends on x, first: y = a·x
 * + b has the slope a = C / X and the intercept b = ȳ − a·x̄.
 *
 * Mirrors:  PearsonCorrelation, Covariance, RegrSlope, RegrIntercept, RegrR2, with their formulas.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/families_private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  double n, x_mean, y_mean, c, x2, y2;
} Pairs;

#define N_BUFFERS 6

static gsize
state_bytes (const RushExpr *call)
{
  return sizeof (Pairs);
}

static inline void
take (Pairs *self, double x, double y)
{
  double n = self->n + 1, dx = x - self->x_mean, dy = y - self->y_mean;

  self->x_mean += dx / n;
  self->y_mean += dy / n;
  self->c += dx * (y - self->y_mean);
  self->x2 += dx * (x - self->x_mean);
  self->y2 += dy * (y - self->y_mean);
  self->n = n;
}

static void
join (Pairs *a, const Pairs *b)
{
  double n = a->n + b->n, dx = b->x_mean - a->x_mean, dy = b->y_mean - a->y_mean;
  double part_x = n == 0 ? 0 : dx / n, part_y = n == 0 ? 0 : dy / n;

  a->c += b->c + dx * part_y * a->n * b->n;
  a->x2 += b->x2 + dx * part_x * a->n * b->n;
  a->y2 += b->y2 + dy * part_y * a->n * b->n;
  a->x_mean += part_x * b->n;
  a->y_mean += part_y * b->n;
  a->n = n;
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  Pairs *pairs = RUSH_STATES (Pairs, states);
  g_auto (RushVector) x = { NULL }, y = { NULL };

  if (rush_column_is_constant_null (args[0]) || rush_column_is_constant_null (args[1]))
    return TRUE;
  if (!rush_vector_open (&x, args[0], ctx->allocator, error) ||
      !rush_vector_open (&y, args[1], ctx->allocator, error))
    return FALSE;
  const double *xs = x.values, *ys = y.values;
  guint y_mask = y.constant ? 0 : G_MAXUINT; /* what is called y here is the second argument */
  RUSH_FOR_VALID (&x, rows, {
    if (y.validity == NULL || rush_bit_get (y.validity, y.validity_start + row))
      take (&pairs[groups[i]], xs[at], ys[row & y_mask]);
  });
  return TRUE;
}

static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      Pairs other;
      for (guint k = 0; k < N_BUFFERS; k++)
        (&other.n)[k] = rush_column_get_double (buffers[k], row);
      join (&RUSH_STATES (Pairs, states)[groups[i]], &other);
    }
  return TRUE;
}

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  static const char *const all[] = { "n", "xAvg", "yAvg", "ck", "xMk", "yMk" };

  for (guint i = 0; i < N_BUFFERS; i++)
    {
      types[i] = &RUSH_FLOAT64;
      names[i] = all[i];
      nullable[i] = FALSE;
    }
  return N_BUFFERS;
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  const Pairs *pairs = RUSH_STATES (Pairs, states) + first;

  for (guint k = 0; k < N_BUFFERS; k++)
    {
      g_auto (RushColumnWriter) writer = { NULL };
      if (!rush_column_writer_init (&writer, &RUSH_FLOAT64, n, FALSE, ctx->allocator, error))
        {
          while (k > 0)
            g_clear_pointer (&out[--k], rush_column_unref);
          return FALSE;
        }
      for (guint i = 0; i < n; i++)
        ((double *)writer.values->bytes)[i] = (&pairs[i].n)[k];
      out[k] = rush_column_writer_finish (&writer);
    }
  return TRUE;
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  const char *name = call->as.aggregate.function->name;
  const Pairs *pairs = RUSH_STATES (Pairs, states) + first;
  gboolean population = strcmp (name, "covar_pop") == 0;
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_FLOAT64, n, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      double *out = &((double *)writer.values->bytes)[i];
      if (pairs[i].n == 0 || (pairs[i].n == 1 && !population))
        {
          if (!rush_column_writer_set_null (&writer, i, error))
            return NULL;
        }
      else if (strcmp (name, "corr") == 0)
        *out = pairs[i].c / sqrt (pairs[i].x2 * pairs[i].y2);
      else
        *out = pairs[i].c / (population ? pairs[i].n : pairs[i].n - 1);
    }
  return rush_column_writer_finish (&writer);
}

/* ── regression ── */

/* One regr_…() of a group; FALSE: it is null.  The first argument, kept as x, is the dependent. */
typedef gboolean (*Regression) (const Pairs *pairs, double *out);

static gboolean
regr_avgx (const Pairs *pairs, double *out)
{
  *out = pairs->y_mean;
  return pairs->n > 0;
}

static gboolean
regr_avgy (const Pairs *pairs, double *out)
{
  *out = pairs->x_mean;
  return pairs->n > 0;
}

static gboolean
regr_sxx (const Pairs *pairs, double *out)
{
  *out = pairs->y2;
  return pairs->n > 0;
}

static gboolean
regr_syy (const Pairs *pairs, double *out)
{
  *out = pairs->x2;
  return pairs->n > 0;
}

static gboolean
regr_sxy (const Pairs *pairs, double *out)
{
  *out = pairs->c;
  return pairs->n > 0;
}

static gboolean
regr_slope (const Pairs *pairs, double *out)
{
  *out = pairs->c / pairs->y2;
  return pairs->y2 != 0;
}

static gboolean
regr_intercept (const Pairs *pairs, double *out)
{
  *out = pairs->x_mean - pairs->c / pairs->y2 * pairs->y_mean;
  return pairs->y2 != 0;
}

static gboolean
regr_r2 (const Pairs *pairs, double *out)
{
  double corr = pairs->c / sqrt (pairs->x2 * pairs->y2);

  *out = pairs->x2 == 0 ? 1 : corr * corr;
  return pairs->y2 != 0;
}

static const struct
{
  const char *name;
  Regression compute;
} regressions[] = {
  { "regr_avgx", regr_avgx },
  { "regr_avgy", regr_avgy },
  { "regr_sxx", regr_sxx },
  { "regr_syy", regr_syy },
  { "regr_sxy", regr_sxy },
  { "regr_slope", regr_slope },
  { "regr_intercept", regr_intercept },
  { "regr_r2", regr_r2 },
};

static RushColumn *
regression_result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
                   RushEvalContext *ctx, GError **error)
{
  const Pairs *pairs = RUSH_STATES (Pairs, states) + first;
  g_auto (RushColumnWriter) writer = { NULL };
  guint f = 0;

  while (strcmp (regressions[f].name, call->as.aggregate.function->name) != 0)
    f++;
  if (!rush_column_writer_init (&writer, &RUSH_FLOAT64, n, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    if (!regressions[f].compute (&pairs[i], &((double *)writer.values->bytes)[i]) &&
        !rush_column_writer_set_null (&writer, i, error))
      return NULL;
  return rush_column_writer_finish (&writer);
}

/* regr_count (): never null. */
static RushColumn *
count_result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
              RushEvalContext *ctx, GError **error)
{
  const Pairs *pairs = RUSH_STATES (Pairs, states) + first;
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_INT64, n, FALSE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    ((gint64 *)writer.values->bytes)[i] = (gint64)pairs[i].n;
  return rush_column_writer_finish (&writer);
}

static const RushAggregateClass correlation_class = {
  .name = "PearsonCorrelation",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
};

static const RushAggregateClass regression_class = {
  .name = "Regression",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = regression_result,
};

static const RushAggregateClass count_class = {
  .name = "RegrCount",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = count_result,
};

#define PAIRS_OF(NAME, CLASS, TYPE, USAGE, SINCE, ...)                                             \
  { .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = 2,                                                                                 \
    .max_args = 2,                                                                                 \
    .args = { RUSH_ARG_DOUBLE },                                                                   \
    .fixed_type = TYPE,                                                                            \
    .aggregate = CLASS,                                                                            \
    .usage = NAME USAGE,                                                                           \
    .since = SINCE,                                                                                \
    __VA_ARGS__ }
#define PAIRS(NAME, USAGE)                                                                         \
  PAIRS_OF (NAME, &correlation_class, &RUSH_FLOAT64, "(x, y) - " USAGE, "1.6.0",                   \
            .always_nullable = TRUE)
#define REGRESSION(NAME, USAGE)                                                                    \
  PAIRS_OF (NAME, &regression_class, &RUSH_FLOAT64, "(y, x) - " USAGE, "3.3.0",                    \
            .always_nullable = TRUE)

const RushFunction rush_functions_correlation[] = {
  PAIRS ("corr", "Pearson's correlation coefficient"),
  PAIRS ("covar_pop", "the population's covariance"),
  PAIRS ("covar_samp", "the sample covariance"),
  PAIRS_OF ("regr_count", &count_class, &RUSH_INT64, "(y, x) - how many pairs have no null",
            "3.3.0", .never_null = TRUE),
  REGRESSION ("regr_avgx", "the average of x"),
  REGRESSION ("regr_avgy", "the average of y"),
  REGRESSION ("regr_slope", "the slope of the line through the pairs"),
  REGRESSION ("regr_intercept", "where the line through the pairs meets x = 0"),
  REGRESSION ("regr_r2", "how much of y's variance the line explains"),
  REGRESSION ("regr_sxx", "the sum of x's squared distances from its average"),
  REGRESSION ("regr_sxy", "the sum of the products of both distances"),
  REGRESSION ("regr_syy", "the sum of y's squared distances from its average"),
  { NULL },
};
