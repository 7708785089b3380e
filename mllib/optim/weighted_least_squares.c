/* weighted_least_squares.c - the pass, and what becomes of its numbers.
 *
 *   state:  count  Σw  Σwb  Σwb² │ Σ w a [d] │ Σ w a b [d] │ Σ w a aᵀ [d × d]
 *
 *   sums ─ / Σw ─▶ means ─ / deviations ─▶ standardized means ─ + λ on the diagonal ─▶ solve
 *        coefficients ◀─ × deviation(b) / deviation(a) ◀────────────────────────────────┘
 *
 * Penalties are for standardized features and label.  If the features are not to be standardized,
 * the penalty of each is divided by the square of its deviation (by the deviation for L1), which
 * comes to the same as a penalty on the coefficient as it is.
 *
 * A feature that is the same in all rows gets a coefficient of 0.  So does every feature when the
 * label is the same in all rows and there is an intercept to be that label.
 */
#include "mllib/optim/weighted_least_squares.h"

#include "mllib/linalg/blas.h"
#include "mllib/optim/normal_equations.h"
#include "sql/types/sql_error.h"

#include <math.h>
#include <string.h>

enum
{
  COUNT,
  WEIGHT_SUM,
  B_SUM,
  BB_SUM,
  A_SUMS,
};

/* ---- the pass ---- */

static gsize
state_size (guint d)
{
  return A_SUMS + 2 * (gsize)d + (gsize)d * d;
}

/* Only the lower triangle of the matrix is kept up. */
static void
add_sparse_row (guint d, double *matrix, const gint32 *indices, const double *values, guint n,
                double weight)
{
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k <= i; k++)
      matrix[(gsize)indices[i] * d + indices[k]] += weight * values[i] * values[k];
}

static gboolean
add_block (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  guint d = block->n_features;
  double *a_sums = state + A_SUMS, *ab_sums = a_sums + d, *matrix = ab_sums + d;
  gsize bytes = 2 * (gsize)block->n_rows * sizeof (double);
  double *weights = rush_alloc (ctx->allocator, bytes, error); /* w, then w b, of each row */

  if (weights == NULL)
    return FALSE;
  state[COUNT] += block->n_rows;
  for (guint i = 0; i < block->n_rows; i++)
    {
      double weight = rush_instance_weight (block, i), label = block->labels[i];

      state[WEIGHT_SUM] += weight;
      state[B_SUM] += weight * label;
      state[BB_SUM] += weight * label * label;
      weights[i] = weight;
      weights[block->n_rows + i] = weight * label;
    }
  rush_instance_block_add_rows (block, weights, a_sums);
  rush_instance_block_add_rows (block, weights + block->n_rows, ab_sums);
  if (block->dense != NULL)
    rush_syrk_weighted (block->n_rows, d, block->dense, block->weights, matrix);
  else
    for (guint i = 0; i < block->n_rows; i++)
      add_sparse_row (d, matrix, block->indices + block->row_starts[i],
                      block->values + block->row_starts[i],
                      block->row_starts[i + 1] - block->row_starts[i], weights[i]);
  rush_free (ctx->allocator, weights, bytes);
  return TRUE;
}

/* ---- standardized means ---- */

typedef struct
{
  guint d;
  double *a_std;   /* [d] */
  double *a_mean;  /* [d] */
  double *ab_mean; /* [d] */
  double *aa_mean; /* [d × d], whole */
  double raw_b_mean, raw_b_std;
  double b_std; /* as raw, but never 0 if there is anything to scale */
} Moments;

static double
scaled (double value, double deviation)
{
  return deviation != 0 ? value / deviation : 0;
}

/* @memory: room for 3 d + d² doubles. */
static Moments
standardize (const double *state, guint d, double *memory)
{
  double weight_sum = state[WEIGHT_SUM];
  const double *a_sums = state + A_SUMS, *ab_sums = a_sums + d, *aa_sums = ab_sums + d;
  Moments self = { .d = d,
                   .a_std = memory,
                   .a_mean = memory + d,
                   .ab_mean = memory + 2 * d,
                   .aa_mean = memory + 3 * d,
                   .raw_b_mean = state[B_SUM] / weight_sum };

  self.raw_b_std = sqrt (fmax (state[BB_SUM] / weight_sum - self.raw_b_mean * self.raw_b_mean, 0));
  self.b_std = self.raw_b_std == 0 ? fabs (self.raw_b_mean) : self.raw_b_std;
  for (guint i = 0; i < d; i++)
    {
      double mean = a_sums[i] / weight_sum;

      self.a_std[i] = sqrt (fmax (aa_sums[(gsize)i * d + i] / weight_sum - mean * mean, 0));
      self.a_mean[i] = scaled (mean, self.a_std[i]);
      self.ab_mean[i] = scaled (ab_sums[i] / weight_sum, self.a_std[i]) / self.b_std;
    }
  for (guint i = 0; i < d; i++)
    for (guint k = 0; k <= i; k++)
      self.aa_mean[(gsize)i * d + k] = self.aa_mean[(gsize)k * d + i] =
          scaled (scaled (aa_sums[(gsize)i * d + k] / weight_sum, self.a_std[i]), self.a_std[k]);
  return self;
}

static void
add_l2 (const Moments *self, double lambda, gboolean standardization)
{
  for (guint i = 0; i < self->d; i++)
    self->aa_mean[(gsize)i * self->d + i] +=
        standardization ? lambda : scaled (lambda, self->a_std[i] * self->a_std[i]);
}

/* ---- solving ---- */

static void
solve (RushLinearFit *out, const Moments *moments, const RushNormalEquations *equations,
       const RushFitOptions *options, double lambda, double *x)
{
  g_autofree double *l1 = NULL;
  GArray *history;
  guint size = equations->n + (equations->intercept ? 1 : 0);

  if (options->elastic_net_param != 0 && options->reg_param != 0)
    {
      l1 = g_new (double, moments->d);
      for (guint i = 0; i < moments->d; i++)
        l1[i] = options->standardization ? lambda : scaled (lambda, moments->a_std[i]);
    }
  else
    {
      out->inverse_diagonal = g_new (double, size);
      out->n_inverse = size;
      if (rush_normal_solve_cholesky (equations, x, out->inverse_diagonal))
        return;
      g_clear_pointer (&out->inverse_diagonal, g_free);
      out->n_inverse = 0;
    }
  rush_normal_solve_iteratively (equations, l1, options->max_iterations, options->tolerance, x,
                                 &history);
  rush_linear_fit_take_history (out, history);
}

/* From standardized space back to that of the data. */
static void
unscale (RushLinearFit *out, const Moments *moments, double weight_sum, const double *x)
{
  for (guint i = 0; i < moments->d; i++)
    out->coefficients[i] = scaled (x[i] * moments->b_std, moments->a_std[i]);
  for (guint i = 0; i < out->n_inverse; i++)
    {
      double deviation = i < moments->d ? moments->a_std[i] : 1;

      out->inverse_diagonal[i] /= weight_sum * deviation * deviation;
    }
}

/* A label that never changes: FALSE, there is something to fit all the same. */
static gboolean
is_constant (RushLinearFit *out, const Moments *moments, const RushFitOptions *options)
{
  if (moments->raw_b_std != 0 || !(options->fit_intercept || moments->raw_b_mean == 0))
    return FALSE;
  out->intercept = moments->raw_b_mean;
  out->n_inverse = 1;
  out->inverse_diagonal = g_new0 (double, 1);
  return TRUE;
}

static gboolean
fit (RushLinearFit *out, const double *state, const RushFitOptions *options, GError **error)
{
  guint d = out->n_features;
  g_autofree double *memory = g_new (double, 3 * (gsize)d + (gsize)d * d);
  g_autofree double *x = g_new (double, d + 1);
  Moments moments = standardize (state, d, memory);
  double lambda = options->reg_param / moments.b_std;

  if (is_constant (out, &moments, options))
    return TRUE;
  if (moments.raw_b_std == 0 && options->reg_param > 0)
    {
      g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                           "requirement failed: The standard deviation of the label is zero. "
                           "Model cannot be regularized when labels are standardized.");
      return FALSE;
    }
  add_l2 (&moments, (1 - options->elastic_net_param) * lambda, options->standardization);

  RushNormalEquations equations = { .n = d,
                                    .intercept = options->fit_intercept,
                                    .b_mean = moments.raw_b_mean / moments.b_std,
                                    .bb_mean = state[BB_SUM] / state[WEIGHT_SUM] / moments.b_std /
                                               moments.b_std,
                                    .a_mean = moments.a_mean,
                                    .ab_mean = moments.ab_mean,
                                    .aa_mean = moments.aa_mean };
  solve (out, &moments, &equations, options, options->elastic_net_param * lambda, x);
  if (options->fit_intercept)
    out->intercept = x[d] * moments.b_std;
  unscale (out, &moments, state[WEIGHT_SUM], x);
  return TRUE;
}

gboolean
rush_weighted_least_squares (RushLinearFit *out, const RushInstances *instances,
                             const RushFitOptions *options, GError **error)
{
  guint d = instances->n_features;
  RushTreeAggregate what = { .where = "WeightedLeastSquares.scala",
                             .n = state_size (d),
                             .depth = options->depth,
                             .on_executor = TRUE,
                             .add = add_block };
  g_autofree double *state = NULL;

  g_return_val_if_fail (d <= RUSH_WLS_MAX_FEATURES, FALSE);
  if (d == 0)
    {
      g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                           "requirement failed: the vectors have no features to learn from.");
      return FALSE;
    }
  state = rush_tree_aggregate (instances, &what, NULL, error);
  if (state == NULL)
    return FALSE;
  if (state[WEIGHT_SUM] <= 0)
    {
      g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                           "requirement failed: Sum of weights cannot be zero.");
      return FALSE;
    }
  rush_linear_fit_init (out, d);
  if (fit (out, state, options, error))
    return TRUE;
  rush_linear_fit_clear (out);
  return FALSE;
}
