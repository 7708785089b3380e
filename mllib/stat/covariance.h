/* covariance.h - how all pairs of features move together, in one pass.
 *
 * Mirrors:  org.apache.spark.mllib.linalg.distributed.RowMatrix.computeCovariance,
 *           org.apache.spark.mllib.stat.correlation.PearsonCorrelation.
 */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"

typedef struct
{
  guint n_features;
  double count;
  double *mean;    /* [n] */
  double *moments; /* [n × n], lower triangle: Σ (x_i − mean_i) (x_j − mean_j) */
} RushCovariance;

/* Runs a job.  No rows: n_features is 0. */
gboolean rush_covariance_init (RushCovariance *self, const RushInstances *instances,
                               GError **error);
void rush_covariance_clear (RushCovariance *self);
/* Pearson's coefficients, into @out[n × n]: 1 on the diagonal, NaN beside a feature that does not
 * vary. */
void rush_covariance_correlations (const RushCovariance *self, double *out);
