/* covariance.c - co-moments of blocks, added up.
 *
 * Σ x y − n x̄ ȳ loses its digits where means are large.  A block's rows are moved to their mean
 * while they are in the cache, one product (syrk) gives the block's co-moments, and two of these
 * become one as in Chan, Golub and LeVeque (1983):
 *
 *   δ = mean_b − mean_a      M = M_a + M_b + δ δᵀ n_a n_b / n
 *
 *   state:  count │ mean[d] │ M[d × d], lower triangle
 *
 * Cost: n d² multiplications in OpenBLAS, one pass; d² doubles a task.  Spark goes over the rows
 * twice, for the means and for the products.
 */
#include "mllib/stat/covariance.h"

#include "mllib/linalg/blas.h"

#include <math.h>
#include <string.h>

#define CLOSE_TO_ZERO 1e-12 /* a deviation as small is rounding */

static gsize
state_size (guint n_features, gpointer data)
{
  return 1 + (gsize)n_features + (gsize)n_features * n_features;
}

/* From 1 + d + d². */
static guint
features_of (gsize size)
{
  return (guint)((sqrt (4.0 * (double)size - 3.0) - 1.0) / 2.0 + 0.5);
}

static void
merge_moments (guint d, double *state, double count, const double *mean, const double *moments)
{
  double *means = state + 1, *all = means + d;
  double total = state[0] + count, share = state[0] * count / total;

  for (guint i = 0; i < d; i++)
    for (guint j = 0; j <= i; j++)
      all[(gsize)i * d + j] +=
          moments[(gsize)i * d + j] + (mean[i] - means[i]) * (mean[j] - means[j]) * share;
  for (guint i = 0; i < d; i++)
    means[i] += (mean[i] - means[i]) * count / total;
  state[0] = total;
}

static void
merge_states (double *state, const double *other, gsize size, gpointer data)
{
  guint d = features_of (size);

  if (other[0] > 0)
    merge_moments (d, state, other[0], other + 1, other + 1 + d);
}

/* All rows of the block, dense, into @out; and their means. */
static void
copy_rows (const RushInstanceBlock *block, double *out, double *means)
{
  guint d = block->n_features;

  for (guint r = 0; r < block->n_rows; r++)
    {
      const gint32 *indices;
      const double *values;
      guint n = rush_instance_row (block, r, &indices, &values);

      for (guint k = 0; k < n; k++)
        out[(gsize)r * d + (indices != NULL ? (guint)indices[k] : k)] = values[k];
    }
  for (guint r = 0; r < block->n_rows; r++)
    rush_axpy (d, 1.0, out + (gsize)r * d, means);
  for (guint k = 0; k < d; k++)
    means[k] /= block->n_rows;
}

static gboolean
add_block (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  guint d = block->n_features, n = block->n_rows;
  gsize bytes = ((gsize)n * d + d + (gsize)d * d) * sizeof (double);
  double *rows = rush_alloc (ctx->allocator, bytes, error);

  if (rows == NULL)
    return FALSE;
  double *means = rows + (gsize)n * d, *moments = means + d;
  memset (rows, 0, bytes);
  copy_rows (block, rows, means);
  for (guint r = 0; r < n; r++)
    rush_axpy (d, -1.0, means, rows + (gsize)r * d);
  rush_syrk_weighted (n, d, rows, NULL, moments);
  merge_moments (d, state, n, means, moments);
  rush_free (ctx->allocator, rows, bytes);
  return TRUE;
}

gboolean
rush_covariance_init (RushCovariance *self, const RushInstances *instances, GError **error)
{
  RushTreeAggregate what = { .where = "RowMatrix.scala",
                             .depth = 2,
                             .size = state_size,
                             .add = add_block,
                             .merge = merge_states };
  gsize size = 0;
  double *state = rush_tree_aggregate (instances, &what, &size, error);

  *self = (RushCovariance){ 0 };
  if (state == NULL)
    return FALSE;
  if (size > 0)
    {
      guint d = features_of (size);
      self->n_features = d;
      self->count = state[0];
      self->mean = g_memdup2 (state + 1, d * sizeof *state);
      self->moments = g_memdup2 (state + 1 + d, (gsize)d * d * sizeof *state);
    }
  g_free (state);
  return TRUE;
}

void
rush_covariance_clear (RushCovariance *self)
{
  g_clear_pointer (&self->mean, g_free);
  g_clear_pointer (&self->moments, g_free);
}

void
rush_covariance_correlations (const RushCovariance *self, double *out)
{
  guint d = self->n_features;
  g_autofree double *deviation = g_new (double, MAX (d, 1));

  for (guint i = 0; i < d; i++)
    deviation[i] = sqrt (self->moments[(gsize)i * d + i] / (self->count - 1));
  for (guint i = 0; i < d; i++)
    for (guint j = 0; j <= i; j++)
      {
        double covariance = self->moments[(gsize)i * d + j] / (self->count - 1);
        gboolean vary = deviation[i] > CLOSE_TO_ZERO && deviation[j] > CLOSE_TO_ZERO;
        double r = i == j ? 1 : vary ? covariance / (deviation[i] * deviation[j]) : NAN;

        out[(gsize)i * d + j] = out[(gsize)j * d + i] = r;
      }
}
