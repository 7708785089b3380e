/* logistic_loss.c - losses and gradients of a block of rows.
 *
 * Every gradient of a linear model is the same: features times a multiplier a row (and set),
 *
 *   binomial      margin m = β x + β₀   loss log (1 + exp (∓ m))      multiplier P (1) − label
 *   multinomial   margins m_k           loss log Σ exp m_k − m_label  multipliers P (k) − [k]
 *
 * so a block is: margins (a product of matrix and vector a set), a loop over rows, gradients (the
 * transposed product).  exp () is only ever taken of what is not positive, so nothing overflows.
 *
 * Centring:  Σ_rows multiplier (x − mean) = Σ_rows multiplier x − mean Σ_rows multiplier: the sums
 *            of the multipliers, which are the intercepts' gradients, come along for that.
 *
 *   sums behind RUSH_LOSS_GRADIENT:   Σ multiplier_k x [sets × d] │ Σ multiplier_k [sets]
 */
#include "mllib/classification/logistic_loss_private.h"

#include "mllib/linalg/blas.h"

#include <math.h>
#include <string.h>

/* What tasks see of the coefficients. */
typedef struct
{
  guint n_features;
  guint n_sets;
  double coefficients[]; /* [sets × d]; then [sets]: what is added to each margin */
} Point;

static gpointer
point_at (gconstpointer data, const double *x)
{
  const RushLogisticProblem *self = data;
  guint d = self->n_features, sets = self->n_sets;
  gsize n = (gsize)sets * d;
  Point *point = g_malloc (sizeof *point + (n + sets) * sizeof *x);

  point->n_features = d;
  point->n_sets = sets;
  memcpy (point->coefficients, x, n * sizeof *x);
  for (guint k = 0; k < sets; k++)
    point->coefficients[n + k] =
        self->intercept ? x[n + k] - rush_dot (d, x + (gsize)k * d, self->scaled_mean) : 0;
  return point;
}

/* ---- rows: margins become multipliers, the loss is returned ---- */

static double
binomial_rows (const RushInstanceBlock *block, double *margins)
{
  double loss = 0;

  for (guint i = 0; i < block->n_rows; i++)
    {
      double weight = rush_instance_weight (block, i), margin = margins[i];
      double small = exp (-fabs (margin)); /* of the less likely class, against the other */
      gboolean positive = block->labels[i] > 0;
      double unlikely = positive ? fmax (-margin, 0) : fmax (margin, 0);
      double probability = margin >= 0 ? 1 / (1 + small) : small / (1 + small);

      loss += weight * (unlikely + log1p (small));
      margins[i] = weight * (probability - block->labels[i]);
    }
  return loss;
}

/* @margins: [sets × rows]; @largest, @sums: [rows]. */
static double
multinomial_rows (const RushInstanceBlock *block, guint sets, double *margins, double *largest,
                  double *sums)
{
  guint n = block->n_rows;
  double loss = 0;

  for (guint i = 0; i < n; i++)
    {
      largest[i] = -INFINITY;
      sums[i] = 0;
    }
  for (guint k = 0; k < sets; k++)
    for (guint i = 0; i < n; i++)
      largest[i] = fmax (largest[i], margins[(gsize)k * n + i]);
  for (guint i = 0; i < n; i++)
    if (rush_instance_weight (block, i) != 0)
      loss -=
          rush_instance_weight (block, i) * (margins[(gsize)block->labels[i] * n + i] - largest[i]);
  for (guint k = 0; k < sets; k++)
    for (guint i = 0; i < n; i++)
      {
        double *margin = margins + (gsize)k * n + i;

        *margin = exp (*margin - largest[i]);
        sums[i] += *margin;
      }
  for (guint i = 0; i < n; i++)
    loss += rush_instance_weight (block, i) * log (sums[i]);
  for (guint k = 0; k < sets; k++)
    for (guint i = 0; i < n; i++)
      {
        double *margin = margins + (gsize)k * n + i;

        *margin = rush_instance_weight (block, i) * (*margin / sums[i] - (block->labels[i] == k));
      }
  return loss;
}

/* ---- a block ---- */

/* A query with rand () in it may give other labels than in the pass that counted them; that of a
 * row of weight 0 was not counted, and is not looked at. */
static gboolean
check_labels (const RushInstanceBlock *block, guint sets, GError **error)
{
  for (guint i = 0; i < block->n_rows; i++)
    if (block->labels[i] >= sets && rush_instance_weight (block, i) != 0)
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "a label of %g came up after %u classes had been counted: the dataset is not "
                     "the same each time it is computed; cache it",
                     block->labels[i], sets);
        return FALSE;
      }
  return TRUE;
}

static gboolean
add_block (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  const Point *point = data;
  guint sets = point->n_sets, d = point->n_features, n = block->n_rows;
  gsize bytes = ((gsize)sets + 2) * n * sizeof (double);
  double *sums = state + RUSH_LOSS_GRADIENT, *margins;

  if (sets > 1 && !check_labels (block, sets, error))
    return FALSE;
  margins = rush_alloc (ctx->allocator, bytes, error);
  if (margins == NULL)
    return FALSE;
  for (guint k = 0; k < sets; k++)
    rush_instance_block_margins (block, point->coefficients + (gsize)k * d,
                                 point->coefficients[(gsize)sets * d + k], margins + (gsize)k * n);
  state[RUSH_LOSS_SUM] += sets == 1
                              ? binomial_rows (block, margins)
                              : multinomial_rows (block, sets, margins, margins + (gsize)sets * n,
                                                  margins + ((gsize)sets + 1) * n);
  for (guint i = 0; i < n; i++)
    state[RUSH_LOSS_WEIGHT_SUM] += rush_instance_weight (block, i);
  for (guint k = 0; k < sets; k++)
    {
      const double *multipliers = margins + (gsize)k * n;

      rush_instance_block_add_rows (block, multipliers, sums + (gsize)k * d);
      for (guint i = 0; i < n; i++)
        sums[(gsize)sets * d + k] += multipliers[i];
    }
  rush_free (ctx->allocator, margins, bytes);
  return TRUE;
}

static void
take_gradient (gconstpointer data, const double *sums, double *out_gradient)
{
  const RushLogisticProblem *self = data;
  guint d = self->n_features, sets = self->n_sets;
  gsize n = (gsize)sets * d;

  memcpy (out_gradient, sums, n * sizeof *sums);
  for (guint k = 0; self->intercept && k < sets; k++)
    {
      out_gradient[n + k] = sums[n + k];
      rush_axpy (d, -sums[n + k], self->scaled_mean, out_gradient + (gsize)k * d);
    }
}

RushLoss
rush_logistic_loss (const RushLogisticProblem *problem)
{
  gsize n = (gsize)problem->n_sets * problem->n_features;

  return (RushLoss){ .n = (guint)n + (problem->intercept ? problem->n_sets : 0),
                     .n_sums = n + problem->n_sets,
                     .data = problem,
                     .at = point_at,
                     .add = add_block,
                     .gradient = take_gradient };
}
