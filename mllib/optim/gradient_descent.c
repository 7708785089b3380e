/* gradient_descent.c - a pass, a step, a pass …
 *
 *   driver      w ────▶ Step                               w ◀── penalty, step / √i ◀── gradient
 *                        │                                                                ▲
 *   executors          add (block) … add (block) ── state ── tree aggregation ────────────┘
 *
 *   state:  rows in the sample │ Σ loss │ Σ multiplier · x [d] │ Σ multiplier, if there is an
 *                                                                intercept
 */
#include "mllib/optim/gradient_descent.h"

#include "mllib/linalg/blas.h"
#include "rdd/action/count.h"
#include "rdd/transform/filter.h"
#include "rdd/transform/partitionwise_sampled.h"
#include "sql/types/sql_error.h"

#include <math.h>
#include <string.h>

#define FILE_NAME "GradientDescent.scala" /* Spark's, after which jobs are named */
#define VALIDATORS "DataValidators.scala"
#define FIRST_SEED 42
#define DEPTH 2

enum
{
  ROWS,
  LOSS,
  GRADIENT,
};

/* What tasks see. */
typedef struct
{
  RushDescentLoss loss;
  guint n_features;
  gboolean intercept;
  double weights[];
} Step;

typedef struct
{
  const RushInstances *instances;
  const RushDescentOptions *options;
  guint n; /* weights */
  double *weights;
  double penalty; /* of the weights as they are */
  GArray *history;
} Descent;

/* ---- on executors ---- */

/* log (1 + exp (x)), which overflows for no x. */
static double
log1p_exp (double x)
{
  return x > 0 ? x + log1p (exp (-x)) : log1p (exp (x));
}

/* The loss of a row; its margin becomes its multiplier. */
static double
row_loss (RushDescentLoss loss, double label, double *margin)
{
  double m = *margin, side = 2 * label - 1;

  switch (loss)
    {
    case RUSH_DESCENT_LEAST_SQUARES:
      *margin = m - label;
      return *margin * *margin / 2;
    case RUSH_DESCENT_LOGISTIC:
      *margin = 1 / (1 + exp (-m)) - label;
      return log1p_exp (-m) + (label > 0 ? 0 : m);
    case RUSH_DESCENT_HINGE:
      *margin = 1 > side * m ? -side : 0;
      return fmax (1 - side * m, 0);
    }
  g_return_val_if_reached (0);
}

static gboolean
add_block (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  const Step *step = data;
  guint d = step->n_features;
  gsize bytes = block->n_rows * sizeof (double);
  double *margins = rush_alloc (ctx->allocator, bytes, error);

  if (margins == NULL)
    return FALSE;
  rush_instance_block_margins (block, step->weights, step->intercept ? step->weights[d] : 0,
                               margins);
  state[ROWS] += block->n_rows;
  for (guint i = 0; i < block->n_rows; i++)
    state[LOSS] += row_loss (step->loss, block->labels[i], &margins[i]);
  rush_instance_block_add_rows (block, margins, state + GRADIENT);
  for (guint i = 0; step->intercept && i < block->n_rows; i++)
    state[GRADIENT + d] += margins[i];
  rush_free (ctx->allocator, margins, bytes);
  return TRUE;
}

/* ---- an iteration ---- */

static Step *
step_new (const Descent *self)
{
  Step *step = g_malloc (sizeof *step + self->n * sizeof step->weights[0]);

  step->loss = self->options->loss;
  step->n_features = self->instances->n_features;
  step->intercept = self->options->intercept;
  memcpy (step->weights, self->weights, self->n * sizeof step->weights[0]);
  return step;
}

/* Where the user's program is. */
static const char *
place_of (const RushInstances *instances)
{
  const RushJobOptions *job = instances->job;

  return job != NULL && job->long_form != NULL ? job->long_form : "";
}

/* The rows of iteration @i. (transfer full) */
static RushRdd *
sample_rows (const Descent *self, guint i)
{
  RushRdd *sample;

  if (self->options->fraction >= 1)
    return rush_rdd_ref (self->instances->rdd);
  rush_lineage_push_call ("sample", "sample at " FILE_NAME, place_of (self->instances));
  sample = rush_rdd_sample (self->instances->rdd, self->options->fraction, FIRST_SEED + (gint64)i);
  rush_lineage_pop_call ();
  return sample;
}

/* The state of iteration @i. (transfer full) */
static double *
run_pass (const Descent *self, guint i, GError **error)
{
  g_autoptr (RushRdd) sample = sample_rows (self, i);
  RushInstances rows = *self->instances;
  RushTreeAggregate what = { .where = FILE_NAME,
                             .n = GRADIENT + self->n,
                             .depth = DEPTH,
                             .data = step_new (self),
                             .free_data = g_free,
                             .add = add_block };

  rows.rdd = sample;
  return rush_tree_aggregate (&rows, &what, NULL, error);
}

static double
penalty_of (const Descent *self)
{
  double norm = 0;

  if (self->options->penalty == RUSH_DESCENT_L2)
    {
      norm = rush_nrm2 (self->n, self->weights);
      return 0.5 * self->options->reg_param * norm * norm;
    }
  for (guint k = 0; self->options->penalty == RUSH_DESCENT_L1 && k < self->n; k++)
    norm += fabs (self->weights[k]);
  return norm * self->options->reg_param;
}

/* 0 for 0, with its sign. */
static double
sign (double x)
{
  return x > 0 ? 1 : x < 0 ? -1 : x;
}

/* @gradient: the mean of a sample. */
static void
move (Descent *self, guint i, const double *gradient)
{
  double step = self->options->step / sqrt (i), shrinkage = self->options->reg_param * step;

  if (self->options->penalty == RUSH_DESCENT_L2)
    rush_scal (self->n, 1 - shrinkage, self->weights);
  rush_axpy (self->n, -step, gradient, self->weights);
  for (guint k = 0; self->options->penalty == RUSH_DESCENT_L1 && k < self->n; k++)
    self->weights[k] = sign (self->weights[k]) * fmax (0, fabs (self->weights[k]) - shrinkage);
  self->penalty = penalty_of (self);
}

/* Whether the last step was hardly one. */
static gboolean
has_converged (const Descent *self, const double *before)
{
  double change = 0;

  for (guint k = 0; k < self->n; k++)
    change += (before[k] - self->weights[k]) * (before[k] - self->weights[k]);
  return sqrt (change) < self->options->tolerance * fmax (rush_nrm2 (self->n, self->weights), 1);
}

/* Iterations until the weights stay; the pass after the last one takes no step.  An iteration whose
 * sample is empty takes none either, and the first step has none before it to be compared with. */
static gboolean
descend (Descent *self, GError **error)
{
  g_autofree double *before = g_new (double, self->n);
  gboolean moved_before = FALSE, done = FALSE;

  self->penalty = penalty_of (self);
  for (guint i = 1; i <= self->options->max_iterations + 1 && !done; i++)
    {
      g_autofree double *state = run_pass (self, i, error);
      double loss;

      if (state == NULL)
        return FALSE;
      if (state[ROWS] == 0)
        continue;
      loss = state[LOSS] / state[ROWS] + self->penalty;
      g_array_append_val (self->history, loss);
      if (i > self->options->max_iterations)
        break;
      memcpy (before, self->weights, self->n * sizeof *before);
      for (guint k = 0; k < self->n; k++)
        state[GRADIENT + k] /= state[ROWS];
      move (self, i, state + GRADIENT);
      done = moved_before && has_converged (self, before);
      moved_before = TRUE;
    }
  return TRUE;
}

/* ---- before the first one ---- */

static gboolean
count_rows (const RushInstances *instances, RushRdd *rdd, const char *name, gint64 *out_n,
            GError **error)
{
  RushJobOptions job = instances->job != NULL ? *instances->job : (RushJobOptions){ 0 };

  job.short_form = name;
  *out_n = rush_rdd_count_with (instances->context, rdd, &job, error);
  return *out_n >= 0;
}

static gboolean
is_no_class (const RushRow *row, gpointer data)
{
  double label = rush_row_double (row, GPOINTER_TO_UINT (data));

  return label != 0 && label != 1;
}

static gboolean
check_labels (const RushInstances *instances, GError **error)
{
  g_autoptr (RushRdd) odd = NULL;
  gint64 n;

  rush_lineage_push_call ("filter", "filter at " VALIDATORS, place_of (instances));
  odd = rush_rdd_filter (instances->rdd, is_no_class,
                         GUINT_TO_POINTER ((guint)instances->columns.label), NULL);
  rush_lineage_pop_call ();
  if (!count_rows (instances, odd, "count at " VALIDATORS, &n, error))
    return FALSE;
  if (n > 0)
    g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_SPARK, "Input validation failed.");
  return n == 0;
}

gboolean
rush_gradient_descent (const RushInstances *instances, const RushDescentOptions *options,
                       double *weights, GArray **out_history, GError **error)
{
  guint n = instances->n_features + (options->intercept ? 1 : 0);
  g_autofree double *moved = g_memdup2 (weights, n * sizeof *weights);
  g_autoptr (GArray) history = g_array_new (FALSE, FALSE, sizeof (double));
  Descent self = { instances, options, n, moved, 0, history };
  gint64 n_rows;

  g_return_val_if_fail (n > 0 && options->fraction > 0, FALSE);
  if ((options->binary && !check_labels (instances, error)) ||
      !count_rows (instances, instances->rdd, "count at " FILE_NAME, &n_rows, error) ||
      (n_rows > 0 && !descend (&self, error)))
    return FALSE;
  memcpy (weights, moved, n * sizeof *weights);
  *out_history = g_steal_pointer (&history);
  return TRUE;
}
