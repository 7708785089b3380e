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

#include "mllib/aggregate/tree_aggregate.h"

#define RUSH_WLS_MAX_FEATURES 4096

typedef struct
{
  gboolean fit_intercept;
  double reg_param;              /* λ, for a label that is standardized */
  double elastic_net_param;      /* α */
  gboolean standardize_features; /* the penalty sees them with deviation 1 */
  guint max_iterations;
  double tolerance;
  guint depth; /* of the aggregation */
} RushWlsOptions;

typedef struct
{
  guint n_features;
  double *coefficients; /* [n_features] */
  double intercept;
  guint n_inverse;          /* n_features, and 1 for the intercept; 0: not solved by Cholesky */
  double *inverse_diagonal; /* [n_inverse]: of (Aᵀ W A)⁻¹, for standard errors */
  guint n_history;
  double *history; /* [n_history]: of the objective; one 0 if there was no iteration */
} RushWlsModel;

/* Runs one job; all instances have instances->n_features features (1…RUSH_WLS_MAX_FEATURES). */
gboolean rush_weighted_least_squares (RushWlsModel *out, const RushInstances *instances,
                                      const RushWlsOptions *options, GError **error);
void rush_wls_model_clear (RushWlsModel *self);
