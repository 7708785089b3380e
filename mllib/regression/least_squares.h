/* least_squares.h - linear regression by iterations: a pass over the data for each step, for data
 * of any number of features.
 *
 *   minimize   1 / (2 Σ w) Σ w (y − xᵀ β − β₀)²  +  λ ((1 − α) / 2 |β|² + α |β|₁)
 *
 * Cost: passes × rows × features; WeightedLeastSquares (mllib/optim) needs one pass, but the square
 *       of the features.
 * Mirrors: org.apache.spark.ml.regression.LinearRegression with solver "l-bfgs",
 *          org.apache.spark.ml.optim.aggregator.LeastSquaresBlockAggregator.
 */
#pragma once

#include "mllib/optim/training_blocks.h"

typedef struct
{
  gboolean fit_intercept;
  gboolean standardization; /* penalties see features with deviation 1 */
  double reg_param;         /* λ */
  double elastic_net_param; /* α */
  guint max_iterations;
  double tolerance;
  guint depth; /* of the aggregation */
} RushLeastSquaresOptions;

typedef struct
{
  guint n_features;
  double *coefficients; /* [n_features] */
  double intercept;
  guint n_history;
  double *history; /* [n_history]: of the objective */
} RushLeastSquaresModel;

/* Runs a job for the moments, and one a step. */
gboolean rush_least_squares_fit (RushLeastSquaresModel *out, const RushInstances *instances,
                                 const RushLeastSquaresOptions *options, GError **error);
void rush_least_squares_model_clear (RushLeastSquaresModel *self);
