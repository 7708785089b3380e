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

#include "mllib/optim/linear_fit.h"

/* Runs a job for the moments, and one a step. */
gboolean rush_least_squares_fit (RushLinearFit *out, const RushInstances *instances,
                                 const RushFitOptions *options, GError **error);
