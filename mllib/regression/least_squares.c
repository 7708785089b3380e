/* least_squares.c - the squared loss in standardized space.
 *
 * With features and label divided by their deviations (σ) all coefficients are of like size, which
 * saves iterations.  The intercept is not searched for: for any coefficients the best one makes the
 * mean error 0, so that features and label count as if their means (μ) had been subtracted:
 *
 *   error = Σ β x/σ + offset − y/σ_y          offset = μ_y/σ_y − Σ β μ/σ
 *
 * (the subtraction itself would make sparse rows dense).  At the end
 *
 *   coefficient = β σ_y / σ                   intercept = μ_y − Σ coefficient μ
 */
#include "mllib/regression/least_squares.h"

#include "mllib/linalg/blas.h"
#include "mllib/optim/loss_function.h"
#include "mllib/optim/training_blocks.h"
#include "sql/types/sql_error.h"

#include <math.h>
#include <string.h>

#define STEPS_REMEMBERED 10

typedef struct
{
  const RushInstanceSummary *summary;
  gboolean intercept;
  double label_scale; /* y is divided by it */
} Problem;

/* What tasks see of the coefficients. */
typedef struct
{
  guint n_features;
  double offset;
  double label_scale;
  double coefficients[];
} Point;

static gpointer
point_at (gconstpointer data, const double *x)
{
  const Problem *self = data;
  const RushInstanceSummary *summary = self->summary;
  Point *point = g_malloc (sizeof *point + summary->n_features * sizeof *x);

  point->n_features = summary->n_features;
  point->label_scale = self->label_scale;
  point->offset = self->intercept ? summary->label_mean / self->label_scale : 0;
  for (guint k = 0; k < summary->n_features; k++)
    {
      point->coefficients[k] = summary->std[k] != 0 ? x[k] : 0;
      if (self->intercept && summary->std[k] != 0)
        point->offset -= x[k] * summary->mean[k] / summary->std[k];
    }
  return point;
}

static gboolean
add_block (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  const Point *point = data;
  gsize bytes = block->n_rows * sizeof (double);
  double *errors = rush_alloc (ctx->allocator, bytes, error);

  if (errors == NULL)
    return FALSE;
  rush_instance_block_margins (block, point->coefficients, point->offset, errors);
  for (guint i = 0; i < block->n_rows; i++)
    {
      double weight = rush_instance_weight (block, i);
      double miss = errors[i] - block->labels[i] / point->label_scale;

      state[RUSH_LOSS_SUM] += weight * miss * miss / 2;
      state[RUSH_LOSS_WEIGHT_SUM] += weight;
      errors[i] = weight * miss;
    }
  rush_instance_block_add_rows (block, errors, state + RUSH_LOSS_GRADIENT);
  rush_free (ctx->allocator, errors, bytes);
  return TRUE;
}

static void
take_gradient (gconstpointer data, const double *sums, double *out_gradient)
{
  const RushInstanceSummary *summary = ((const Problem *)data)->summary;

  memcpy (out_gradient, sums, summary->n_features * sizeof *sums);
}

/* ---- a fit ---- */

static gboolean
search (RushLinearFit *out, const RushInstances *instances, Problem *problem,
        const RushFitOptions *options, GError **error)
{
  const RushInstanceSummary *summary = problem->summary;
  double lambda = options->reg_param / problem->label_scale;
  g_autofree double *l1 = rush_fit_penalties (summary, lambda * options->elastic_net_param,
                                              options->standardization, FALSE, 1);
  g_autofree double *l2 = rush_fit_penalties (summary, lambda * (1 - options->elastic_net_param),
                                              options->standardization, TRUE, 1);
  RushInstances blocks;
  RushLoss loss = { .n = summary->n_features,
                    .n_sums = summary->n_features,
                    .data = problem,
                    .at = point_at,
                    .add = add_block,
                    .gradient = take_gradient };
  RushLossFunction function = { &blocks, &loss, l2, options->depth };
  RushObjective objective = rush_loss_function_objective (&function);
  RushMinimizeOptions how = { options->max_iterations, options->tolerance, STEPS_REMEMBERED, l1 };
  GArray *history;
  gboolean fine;

  if (!rush_training_blocks_init (&blocks, instances, summary, error))
    return FALSE;
  fine = rush_minimize (&objective, &how, out->coefficients, &history, error);
  rush_training_blocks_clear (&blocks);
  if (!fine)
    return FALSE;
  rush_linear_fit_take_history (out, history);
  for (guint k = 0; k < summary->n_features; k++)
    out->coefficients[k] =
        summary->std[k] != 0 ? out->coefficients[k] * problem->label_scale / summary->std[k] : 0;
  if (options->fit_intercept)
    out->intercept =
        summary->label_mean - rush_dot (summary->n_features, out->coefficients, summary->mean);
  return TRUE;
}

static gboolean
fit (RushLinearFit *out, const RushInstances *instances, const RushInstanceSummary *summary,
     const RushFitOptions *options, GError **error)
{
  Problem problem = { summary, options->fit_intercept,
                      summary->label_std > 0 ? summary->label_std : fabs (summary->label_mean) };

  if (summary->label_std == 0 && (options->fit_intercept || summary->label_mean == 0))
    {
      out->intercept = summary->label_mean; /* the label is always this */
      return TRUE;
    }
  if (summary->label_std == 0 && options->reg_param != 0)
    {
      g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                           "requirement failed: The standard deviation of the label is zero. "
                           "Model cannot be regularized.");
      return FALSE;
    }
  if (summary->n_features == 0)
    {
      g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                           "requirement failed: the vectors have no features to learn from.");
      return FALSE;
    }
  return search (out, instances, &problem, options, error);
}

gboolean
rush_least_squares_fit (RushLinearFit *out, const RushInstances *instances,
                        const RushFitOptions *options, GError **error)
{
  RushInstanceSummary summary;
  gboolean fine;

  if (!rush_instance_summary_init (&summary, instances, options->depth, error))
    return FALSE;
  rush_linear_fit_init (out, summary.n_features);
  fine = fit (out, instances, &summary, options, error);
  rush_instance_summary_clear (&summary);
  if (!fine)
    rush_linear_fit_clear (out);
  return fine;
}
