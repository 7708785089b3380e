/* instance_summary.c - moments that survive large means.
 *
 * A block is gone through twice while it is in the processor's cache, for its means and then for
 * Σ w (x − mean)², and blocks are merged (mllib/linalg/moments.h).  Means are counted from the
 * first row, so that a feature that never changes has a deviation of exactly 0.
 *
 *   state:  count  Σw  Σw²  max label │ mean[d + 1] │ m2[d + 1] │ histogram[K]
 *                                        the label is the last "feature"
 *
 * How many classes there are is not known before.  The histogram has room for many (K doubles cost
 * nothing beside the data); should there be more, the largest label says how many, and the pass is
 * made again.  A row of weight 0 is no row: its label is not looked at.
 */
#include "mllib/aggregate/instance_summary.h"

#include "mllib/linalg/moments.h"
#include "sql/types/sql_error.h"

#include <math.h>
#include <string.h>

#define CLASSES_AT_FIRST 1024

enum
{
  COUNT,
  WEIGHT_SUM,
  WEIGHT_SQUARES,
  MAX_LABEL,
  MOMENTS,
};

typedef struct
{
  guint n_classes; /* room in the histogram; 0: none */
} Wanted;

static gsize
state_size (guint n_features, gpointer data)
{
  return MOMENTS + 2 * ((gsize)n_features + 1) + ((const Wanted *)data)->n_classes;
}

/* @n: of the values whose moments are in @a and @b, each [n] means, then [n] sums of squares. */
static void
merge_moments (guint n, double *a, double weight_a, const double *b, double weight_b)
{
  for (guint i = 0; weight_b > 0 && i < n; i++)
    rush_moments_merge (&a[i], &a[n + i], weight_a, b[i], b[n + i], weight_b);
}

/* ---- a block ---- */

static void
dense_moments (const RushInstanceBlock *block, double weight_sum, double *means, double *squares)
{
  guint d = block->n_features;

  for (guint i = 0; i < block->n_rows; i++)
    {
      const double *row = block->dense + (gsize)i * d;
      double share = rush_instance_weight (block, i) / weight_sum;

      for (guint k = 0; k < d; k++)
        means[k] += share * (row[k] - block->dense[k]);
    }
  for (guint k = 0; k < d; k++)
    means[k] += block->dense[k];
  for (guint i = 0; i < block->n_rows; i++)
    {
      const double *row = block->dense + (gsize)i * d;
      double weight = rush_instance_weight (block, i);

      for (guint k = 0; k < d; k++)
        squares[k] += weight * (row[k] - means[k]) * (row[k] - means[k]);
    }
}

/* Values that are stored one by one, and then the zeros that are not, which are a value of weight
 * Σ w − stored; @stored[d]: room for the weight of the others. */
static void
sparse_moments (const RushInstanceBlock *block, double weight_sum, double *means, double *squares,
                double *stored)
{
  for (guint i = 0; i < block->n_rows; i++)
    {
      double weight = rush_instance_weight (block, i);

      for (guint k = block->row_starts[i]; weight > 0 && k < block->row_starts[i + 1]; k++)
        {
          guint at = (guint)block->indices[k];

          rush_moments_add (&means[at], &squares[at], &stored[at], block->values[k], weight);
        }
    }
  for (guint k = 0; k < block->n_features; k++)
    if (stored[k] < weight_sum)
      rush_moments_merge (&means[k], &squares[k], stored[k], 0, 0, weight_sum - stored[k]);
}

static void
label_moments (const RushInstanceBlock *block, double weight_sum, double *mean, double *squares)
{
  double first = block->labels[0];

  for (guint i = 0; i < block->n_rows; i++)
    *mean += rush_instance_weight (block, i) / weight_sum * (block->labels[i] - first);
  *mean += first;
  for (guint i = 0; i < block->n_rows; i++)
    {
      double delta = block->labels[i] - *mean;

      *squares += rush_instance_weight (block, i) * delta * delta;
    }
}

static void
count_labels (const RushInstanceBlock *block, double *state, double *histogram, guint n_classes)
{
  for (guint i = 0; i < block->n_rows; i++)
    {
      double label = block->labels[i], weight = rush_instance_weight (block, i);

      if (weight == 0)
        continue;
      state[MAX_LABEL] = MAX (state[MAX_LABEL], label);
      if (label < n_classes)
        histogram[(guint)label] += weight;
    }
}

static gboolean
add_block (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  guint n = block->n_features + 1, n_classes = ((const Wanted *)data)->n_classes;
  gsize bytes = 3 * (gsize)n * sizeof (double);
  double *moments = rush_alloc (ctx->allocator, bytes, error); /* means, squares, scratch */
  double weight_sum = 0;

  if (moments == NULL)
    return FALSE;
  memset (moments, 0, bytes);
  for (guint i = 0; i < block->n_rows; i++)
    {
      double weight = rush_instance_weight (block, i);

      weight_sum += weight;
      state[WEIGHT_SQUARES] += weight * weight;
      state[COUNT] += weight != 0;
    }
  if (weight_sum > 0)
    {
      if (block->dense != NULL)
        dense_moments (block, weight_sum, moments, moments + n);
      else if (block->row_starts != NULL)
        sparse_moments (block, weight_sum, moments, moments + n, moments + 2 * n);
      if (block->labels != NULL)
        label_moments (block, weight_sum, &moments[n - 1], &moments[2 * n - 1]);
      merge_moments (n, state + MOMENTS, state[WEIGHT_SUM], moments, weight_sum);
      state[WEIGHT_SUM] += weight_sum;
    }
  if (n_classes > 0)
    count_labels (block, state, state + MOMENTS + 2 * n, n_classes);
  rush_free (ctx->allocator, moments, bytes);
  return TRUE;
}

/* ---- all blocks ---- */

static void
merge_states (double *state, const double *other, gsize size, gpointer data)
{
  guint n_classes = ((const Wanted *)data)->n_classes;
  guint n = (guint)((size - MOMENTS - n_classes) / 2);

  merge_moments (n, state + MOMENTS, state[WEIGHT_SUM], other + MOMENTS, other[WEIGHT_SUM]);
  state[COUNT] += other[COUNT];
  state[WEIGHT_SUM] += other[WEIGHT_SUM];
  state[WEIGHT_SQUARES] += other[WEIGHT_SQUARES];
  state[MAX_LABEL] = MAX (state[MAX_LABEL], other[MAX_LABEL]);
  for (guint k = 0; k < n_classes; k++)
    state[MOMENTS + 2 * n + k] += other[MOMENTS + 2 * n + k];
}

static double *
run_pass (const RushInstances *instances, guint depth, guint n_classes, gsize *out_size,
          GError **error)
{
  Wanted *wanted = g_new (Wanted, 1);
  RushTreeAggregate what = { .where = "Summarizer.scala",
                             .depth = depth,
                             .on_executor = TRUE,
                             .data = wanted,
                             .free_data = g_free,
                             .size = state_size,
                             .add = add_block,
                             .merge = merge_states };
  double *state;

  wanted->n_classes = n_classes;
  state = rush_tree_aggregate (instances, &what, out_size, error);
  if (state != NULL && (*out_size == 0 || state[WEIGHT_SUM] == 0))
    {
      g_free (state);
      g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                           "requirement failed: Nothing has been added to this summarizer.");
      return NULL;
    }
  return state;
}

/* The square root of an unbiased variance. */
static double
deviation (const double *state, double squares)
{
  double divisor = state[WEIGHT_SUM] - state[WEIGHT_SQUARES] / state[WEIGHT_SUM];

  return divisor > 0 && !(squares < 0) ? sqrt (squares / divisor) : 0; /* NaN stays */
}

/* @self from a @state with room for @room classes, of values whose number, with the label, is @n.
 * A query with rand () in it may have larger labels in a second pass: they are not counted. */
static gboolean
read_state (RushInstanceSummary *self, const double *state, guint n, guint room, GError **error)
{
  *self = (RushInstanceSummary){ .n_features = n - 1,
                                 .count = state[COUNT],
                                 .weight_sum = state[WEIGHT_SUM],
                                 .mean = g_try_new (double, n),
                                 .std = g_try_new (double, n),
                                 .label_mean = state[MOMENTS + n - 1],
                                 .label_std = deviation (state, state[MOMENTS + 2 * n - 1]),
                                 .n_classes = (guint)MIN (state[MAX_LABEL] + 1, room) };
  if (room > 0)
    self->histogram = g_try_new (double, self->n_classes);
  if (self->mean == NULL || self->std == NULL || (room > 0 && self->histogram == NULL))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                   "the driver has no memory for a summary of %u classes and %u features",
                   self->n_classes, self->n_features);
      rush_instance_summary_clear (self);
      return FALSE;
    }
  for (guint k = 0; k < self->n_features; k++)
    {
      self->mean[k] = state[MOMENTS + k];
      self->std[k] = deviation (state, state[MOMENTS + n + k]);
    }
  if (room > 0)
    memcpy (self->histogram, state + MOMENTS + 2 * n, self->n_classes * sizeof *self->histogram);
  return TRUE;
}

gboolean
rush_instance_summary_init (RushInstanceSummary *self, const RushInstances *instances, guint depth,
                            GError **error)
{
  gboolean classes = (instances->columns.checks & RUSH_CHECK_CLASSES) != 0;
  guint room = classes ? CLASSES_AT_FIRST : 0;
  g_autofree double *state = NULL;
  gsize size;

  state = run_pass (instances, depth, room, &size, error);
  if (state != NULL && classes && state[MAX_LABEL] >= room)
    {
      room = (guint)MIN (state[MAX_LABEL], G_MAXINT32) + 1;
      g_free (state);
      state = run_pass (instances, depth, room, &size, error);
    }
  return state != NULL &&
         read_state (self, state, (guint)((size - MOMENTS - room) / 2), room, error);
}

void
rush_instance_summary_clear (RushInstanceSummary *self)
{
  g_free (self->mean);
  g_free (self->std);
  g_free (self->histogram);
  *self = (RushInstanceSummary){ 0 };
}
