/* linear_fit.h - what fits of linear models have in common: what is asked for, and what comes out.
 *
 *   minimize   1 / Σ w  Σ w loss (label, x β + β₀)  +  λ ((1 − α) / 2 |β|² + α |β|₁)
 *
 * Mirrors: the parameters that LinearRegression and LogisticRegression of org.apache.spark.ml
 *          share.
 */
#pragma once

#include "mllib/aggregate/instance_summary.h"

typedef struct
{
  gboolean fit_intercept;   /* β₀ is looked for; it is never penalized */
  double reg_param;         /* λ */
  double elastic_net_param; /* α */
  gboolean standardization; /* penalties see features with deviation 1 */
  guint max_iterations;
  double tolerance;
  guint depth; /* of the aggregation */
} RushFitOptions;

/* A line. */
typedef struct
{
  guint n_features;
  double *coefficients; /* [n_features] */
  double intercept;
  guint n_inverse; /* n_features, and 1 for the intercept; 0: normal equations were not solved */
  double *inverse_diagonal; /* [n_inverse]: of (Aᵀ W A)⁻¹, for standard errors */
  guint n_history;
  double *history; /* [n_history]: of the objective; one 0 if there was no iteration */
} RushLinearFit;

/* @self without iterations: coefficients are 0. */
void rush_linear_fit_init (RushLinearFit *self, guint n_features);
void rush_linear_fit_clear (RushLinearFit *self);
/* Instead of the history there is.  Takes over @history, doubles. */
void rush_linear_fit_take_history (RushLinearFit *self, GArray *history);

/* Penalties on coefficients of standardized features that come to @factor on each coefficient in
 * the space where they are meant: @squared: of L2 (½ factor β²), else of L1.  @n_sets × features,
 * then @n_sets zeros for intercepts; NULL: @factor is 0.  (transfer full, g_free ()) */
double *rush_fit_penalties (const RushInstanceSummary *summary, double factor,
                            gboolean standardization, gboolean squared, guint n_sets);
