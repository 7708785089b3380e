/* regression_metrics.c - means and squared deviations of three numbers a row: label, error and
 * prediction; counted and merged as in mllib/aggregate/instance_summary.c, so that large means cost
 * no digits.
 *
 * Σ w (p − ȳ)² needs the mean of the labels, which is known at the end only.  It follows from the
 * moments of the predictions: Σ w (p − p̄)² + Σ w (p̄ − ȳ)².
 */
#include "mllib/evaluation/regression_metrics.h"

#include "mllib/linalg/moments.h"

#include <math.h>

enum
{
  COUNT,
  WEIGHT_SUM,
  WEIGHT_SQUARES,
  ABSOLUTE_ERRORS,
  SQUARED_ERRORS,
  SQUARED_LABELS,
  MEANS,                  /* label, error, prediction */
  DEVIATIONS = MEANS + 3, /* of each: Σ w (x − mean)² */
  N_STATE = DEVIATIONS + 3,
};

static void
merge_moments (double *a, const double *b)
{
  for (guint k = 0; b[WEIGHT_SUM] > 0 && k < 3; k++)
    rush_moments_merge (&a[MEANS + k], &a[DEVIATIONS + k], a[WEIGHT_SUM], b[MEANS + k],
                        b[DEVIATIONS + k], b[WEIGHT_SUM]);
}

static void
merge_states (double *state, const double *other, gsize n, gpointer data)
{
  merge_moments (state, other);
  for (guint i = 0; i < MEANS; i++)
    state[i] += other[i];
}

static void
values_of_row (const RushInstanceBlock *block, guint row, double out[3])
{
  out[0] = block->labels[row];
  out[1] = block->labels[row] - block->dense[row];
  out[2] = block->dense[row];
}

static gboolean
add_block (double *state, const RushInstanceBlock *block, RushTaskContext *ctx, gpointer data,
           GError **error)
{
  double here[N_STATE] = { 0 }, values[3], first[3];

  values_of_row (block, 0, first);
  for (guint i = 0; i < block->n_rows; i++)
    {
      double weight = rush_instance_weight (block, i);

      values_of_row (block, i, values);
      here[COUNT] += weight != 0;
      here[WEIGHT_SUM] += weight;
      here[WEIGHT_SQUARES] += weight * weight;
      here[ABSOLUTE_ERRORS] += weight * fabs (values[1]);
      here[SQUARED_ERRORS] += weight * values[1] * values[1];
      here[SQUARED_LABELS] += weight * values[0] * values[0];
      for (guint k = 0; k < 3; k++)
        here[MEANS + k] += weight * (values[k] - first[k]);
    }
  for (guint k = 0; k < 3 && here[WEIGHT_SUM] > 0; k++)
    here[MEANS + k] = first[k] + here[MEANS + k] / here[WEIGHT_SUM];
  for (guint i = 0; i < block->n_rows; i++)
    {
      values_of_row (block, i, values);
      for (guint k = 0; k < 3; k++)
        {
          double delta = values[k] - here[MEANS + k];

          here[DEVIATIONS + k] += rush_instance_weight (block, i) * delta * delta;
        }
    }
  merge_states (state, here, N_STATE, NULL);
  return TRUE;
}

gboolean
rush_regression_metrics (RushRegressionMetrics *out, const RushInstances *instances, GError **error)
{
  RushTreeAggregate what = { .where = "Statistics.scala",
                             .n = N_STATE,
                             .depth = 2,
                             .on_executor = TRUE,
                             .add = add_block,
                             .merge = merge_states };
  g_autofree double *state = rush_tree_aggregate (instances, &what, NULL, error);
  double divisor, off;

  if (state == NULL)
    return FALSE;
  divisor = state[WEIGHT_SUM] - state[WEIGHT_SQUARES] / state[WEIGHT_SUM];
  off = state[MEANS + 2] - state[MEANS];
  *out = (RushRegressionMetrics){
    .count = state[COUNT],
    .weight_sum = state[WEIGHT_SUM],
    .absolute_errors = state[ABSOLUTE_ERRORS],
    .squared_errors = state[SQUARED_ERRORS],
    .squared_labels = state[SQUARED_LABELS],
    .label_variance = divisor > 0 ? state[DEVIATIONS] / divisor : 0,
    .error_mean = state[MEANS + 1],
    .error_variance = divisor > 0 ? state[DEVIATIONS + 1] / divisor : 0,
    .explained = state[DEVIATIONS + 2] + state[WEIGHT_SUM] * off * off,
  };
  return TRUE;
}
