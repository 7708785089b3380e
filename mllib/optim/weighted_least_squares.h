/* weighted_least_squares.h - linear regression in one pass: all that is needed of the data is its
 * Gram matrix.
 *
 *   minimize   1 / (2 Σ w) Σ w (b − xᵀ a − x₀)²  +  λ ((1 − α) / 2 |x|² + α |x|₁)
 *
 *   executors  Σ w a aᵀ, Σ w a b, Σ w a, Σ w b …       (d² + 2 d + 5 numbers a partition)
 *   driver     the normal equations, by Cholesky; if the matrix is singular by L-BFGS on the same
 *              numbers, and with an L1 penalty by OWL-QN: no further pass either way
 *
 * Cost: rows × d² on the executors, d³ on the driver.
 * Mirrors: org.apache.spark.ml.optim.{WeightedLeastSquares,NormalEquationSolver}.
 */
#pragma once

#include "mllib/optim/linear_fit.h"

#define RUSH_WLS_MAX_FEATURES 4096

/* λ is for a label that is standardized.  Runs one job; all instances have instances->n_features
 * features (1…RUSH_WLS_MAX_FEATURES). */
gboolean rush_weighted_least_squares (RushLinearFit *out, const RushInstances *instances,
                                      const RushFitOptions *options, GError **error);
