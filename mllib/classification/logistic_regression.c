/* logistic_regression.c - a fit: moments, start, iterations, back to the space of the data.
 *
 *   pass 0     means, deviations, weight of each class
 *   start      coefficients 0; intercepts such that probabilities are the classes' shares
 *   passes     L-BFGS, or OWL-QN, over standardized and centred features
 *   end        β / deviation;  β₀ − Σ β mean / deviation
 *
 * A multinomial model stays the same when one vector is added to the coefficients of all classes.
 * Without a penalty the one whose mean is 0 is chosen, for intercepts always.
 */
#include "mllib/classification/logistic_regression.h"

#include "mllib/classification/logistic_loss_private.h"
#include "mllib/linalg/blas.h"
#include "mllib/optim/training_blocks.h"
#include "sql/types/sql_error.h"

#include <math.h>
#include <string.h>

#define STEPS_REMEMBERED 10
/* A step is two arrays; 11 more are those of rush_minimize (), 5 those of search () and fit (). */
#define ARRAYS_HELD (2 * STEPS_REMEMBERED + 16)

/* ---- which classes ---- */

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT, "requirement failed: %s",
               message);
  return FALSE;
}

static gboolean
choose_classes (RushLogisticModel *out, const RushInstanceSummary *summary,
                const RushLogisticOptions *options, GError **error)
{
  guint n = options->n_classes != 0 ? options->n_classes : summary->n_classes;

  if (n < summary->n_classes)
    return refuse (error,
                   "Specified number of classes %u was less than the number of unique labels %u.",
                   n, summary->n_classes);
  if (options->family == RUSH_FAMILY_BINOMIAL && n > 2)
    return refuse (error, "Binomial family only supports 1 or 2 outcome classes but found %u.", n);
  if (options->n_thresholds != 0 && options->n_thresholds != n)
    return refuse (error,
                   "LogisticRegression.train() called with non-matching numClasses and "
                   "thresholds.length. numClasses=%u, but thresholds has length %u",
                   n, options->n_thresholds);
  out->n_classes = n;
  out->multinomial =
      options->family == RUSH_FAMILY_MULTINOMIAL || (options->family == RUSH_FAMILY_AUTO && n > 2);
  out->n_sets = out->multinomial ? n : 1;
  return TRUE;
}

/* All labels are of one class: it is certain. */
static gboolean
is_constant (RushLogisticModel *out, const RushInstanceSummary *summary)
{
  guint n_present = 0, present = 0;

  for (guint k = 0; k < summary->n_classes; k++)
    if (summary->histogram[k] != 0)
      {
        n_present++;
        present = k;
      }
  if (n_present != 1)
    return FALSE;
  out->constant = TRUE;
  out->intercepts[out->multinomial ? present : 0] =
      out->multinomial || out->n_classes == 2 ? INFINITY : -INFINITY;
  out->n_history = 1;
  out->history = g_new0 (double, 1);
  return TRUE;
}

/* ---- start ---- */

static void
start_intercepts (const RushLogisticModel *model, const RushInstanceSummary *summary,
                  double *intercepts)
{
  double mean = 0;

  if (!model->multinomial)
    {
      intercepts[0] = log (summary->histogram[1] / summary->histogram[0]);
      return;
    }
  for (guint k = 0; k < summary->n_classes; k++)
    mean += (intercepts[k] = log1p (summary->histogram[k])) / summary->n_classes;
  for (guint k = 0; k < summary->n_classes; k++)
    intercepts[k] -= mean;
}

/* From the space of the data to standardized and centred features. */
static void
start_as_told (const RushInstanceSummary *summary, const RushLogisticOptions *options,
               const double *scaled_mean, double *x)
{
  guint d = summary->n_features;

  for (guint i = 0; i < d; i++)
    x[i] = options->start[i] * summary->std[i];
  if (options->fit.fit_intercept)
    x[d] = options->start[d] + rush_dot (d, x, scaled_mean);
}

/* ---- end ---- */

static void
centre (double *values, guint n, guint stride)
{
  double mean = 0;

  for (guint k = 0; k < n; k++)
    mean += values[(gsize)k * stride] / n;
  for (guint k = 0; k < n; k++)
    values[(gsize)k * stride] -= mean;
}

static void
unscale (RushLogisticModel *out, const RushInstanceSummary *summary,
         const RushLogisticProblem *problem, const RushLogisticOptions *options, const double *x)
{
  guint d = out->n_features;

  for (guint k = 0; k < out->n_sets; k++)
    {
      for (guint i = 0; i < d; i++)
        out->coefficients[(gsize)k * d + i] =
            summary->std[i] != 0 ? x[(gsize)k * d + i] / summary->std[i] : 0;
      if (options->fit.fit_intercept)
        out->intercepts[k] =
            x[(gsize)out->n_sets * d + k] - rush_dot (d, x + (gsize)k * d, problem->scaled_mean);
    }
  if (!out->multinomial)
    return;
  for (guint i = 0; options->fit.reg_param == 0 && i < d; i++)
    centre (out->coefficients + i, out->n_sets, d);
  if (options->fit.fit_intercept)
    centre (out->intercepts, out->n_sets, 1);
}

/* ---- a fit ---- */

static gboolean
search (RushLogisticModel *out, const RushInstances *instances, const RushInstanceSummary *summary,
        const RushLogisticOptions *options, GError **error)
{
  guint d = out->n_features;
  g_autofree double *scaled_mean = g_new (double, d + 1);
  g_autofree double *x = g_new0 (double, ((gsize)d + 1) * out->n_sets);
  g_autofree double *l1 =
      rush_fit_penalties (summary, options->fit.reg_param * options->fit.elastic_net_param,
                          options->fit.standardization, FALSE, out->n_sets);
  g_autofree double *l2 =
      rush_fit_penalties (summary, options->fit.reg_param * (1 - options->fit.elastic_net_param),
                          options->fit.standardization, TRUE, out->n_sets);
  RushLogisticProblem problem = { d, out->n_sets, options->fit.fit_intercept, scaled_mean };
  RushLoss loss = rush_logistic_loss (&problem);
  RushInstances blocks;
  RushLossFunction function = { &blocks, &loss, l2, options->fit.depth };
  RushObjective objective = rush_loss_function_objective (&function);
  RushMinimizeOptions how = { options->fit.max_iterations, options->fit.tolerance, STEPS_REMEMBERED,
                              l1 };
  GArray *history;
  gboolean fine;

  for (guint i = 0; i < d; i++)
    scaled_mean[i] = summary->std[i] != 0 ? summary->mean[i] / summary->std[i] : 0;
  if (options->start != NULL && !out->multinomial)
    start_as_told (summary, options, scaled_mean, x);
  else if (options->fit.fit_intercept)
    start_intercepts (out, summary, x + (gsize)out->n_sets * d);
  if (!rush_training_blocks_init (&blocks, instances, summary, error))
    return FALSE;
  fine = rush_minimize (&objective, &how, x, &history, error);
  rush_training_blocks_clear (&blocks);
  if (!fine)
    return FALSE;
  out->n_history = history->len;
  out->history = (double *)g_array_free (history, FALSE);
  unscale (out, summary, &problem, options, x);
  return TRUE;
}

/* Coefficients are counted in guints, and iterations hold many arrays of as many numbers.  They are
 * asked for here in one piece that is not written to: what the machine does not have is an error
 * before the first iteration, not the end of the process. */
static gboolean
check_size (const RushLogisticModel *model, GError **error)
{
  guint64 n = ((guint64)model->n_features + 1) * model->n_sets;
  gpointer probe = n <= G_MAXINT32 ? g_try_malloc_n (n, ARRAYS_HELD * sizeof (double)) : NULL;

  if (probe == NULL)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                 "the driver has no memory for the coefficients of %u classes × %u features; if "
                 "there are not as many classes, number the labels from 0 on (StringIndexer)",
                 model->n_classes, model->n_features);
  g_free (probe);
  return probe != NULL;
}

static gboolean
fit (RushLogisticModel *out, const RushInstances *instances, const RushInstanceSummary *summary,
     const RushLogisticOptions *options, GError **error)
{
  out->n_features = summary->n_features;
  if (!choose_classes (out, summary, options, error) || !check_size (out, error))
    return FALSE;
  out->coefficients = g_new0 (double, MAX ((gsize)out->n_sets * out->n_features, 1));
  out->intercepts = g_new0 (double, out->n_sets);
  if (out->n_features == 0 && !options->fit.fit_intercept)
    return refuse (error, "the vectors have no features to learn from.");
  return (options->fit.fit_intercept && is_constant (out, summary)) ||
         search (out, instances, summary, options, error);
}

gboolean
rush_logistic_regression_fit (RushLogisticModel *out, const RushInstances *instances,
                              const RushLogisticOptions *options, GError **error)
{
  RushInstanceSummary summary;
  RushLogisticModel model = { 0 };
  gboolean fine;

  g_return_val_if_fail ((instances->columns.checks & RUSH_CHECK_CLASSES) != 0, FALSE);
  if (!rush_instance_summary_init (&summary, instances, options->fit.depth, error))
    return FALSE;
  fine = fit (&model, instances, &summary, options, error);
  rush_instance_summary_clear (&summary);
  if (fine)
    *out = model;
  else
    rush_logistic_model_clear (&model);
  return fine;
}

void
rush_logistic_model_clear (RushLogisticModel *self)
{
  g_free (self->coefficients);
  g_free (self->intercepts);
  g_free (self->history);
  *self = (RushLogisticModel){ 0 };
}
