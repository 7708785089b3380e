/* logistic_regression.h - the probability of classes, as a function of a weighted sum of features.
 *
 *   binomial      P (1 | x) = 1 / (1 + exp (− β x − β₀))                   one set of coefficients
 *   multinomial   P (k | x) = exp (β_k x + β_k0) / Σ_j exp (β_j x + β_j0)  one set a class
 *
 *   minimize      − 1 / Σ w  Σ w log P (label | x)  +  λ ((1 − α) / 2 |β|² + α |β|₁)
 *
 * Source: D. Cox: The regression analysis of binary sequences (1958); J. Friedman, T. Hastie,
 *         R. Tibshirani: Regularization paths for generalized linear models via coordinate descent
 *         (2010), for the penalties and the centring of multinomial coefficients.
 * Cost:   passes × rows × features × sets.
 * Mirrors: org.apache.spark.ml.classification.LogisticRegression.
 */
#pragma once

#include "mllib/optim/linear_fit.h"

typedef enum
{
  RUSH_FAMILY_AUTO, /* binomial for two classes, else multinomial */
  RUSH_FAMILY_BINOMIAL,
  RUSH_FAMILY_MULTINOMIAL,
} RushLogisticFamily;

typedef struct
{
  RushLogisticFamily family;
  guint n_classes;    /* that are known before; 0: as many as there are labels */
  guint n_thresholds; /* that were set: as many as classes; 0: none */
  /* Where to begin: coefficients of the features, then the intercept, if there is one; binomial
   * alone.  NULL: coefficients of 0, and probabilities that are the classes' shares. */
  const double *start;
  RushFitOptions fit;
} RushLogisticOptions;

typedef struct
{
  guint n_features;
  guint n_classes;
  gboolean multinomial;
  guint n_sets;         /* 1, or n_classes */
  gboolean constant;    /* all labels are the same: nothing was fitted, an intercept is infinite */
  double *coefficients; /* [n_sets × n_features], a row a set */
  double *intercepts;   /* [n_sets] */
  guint n_history;
  double *history; /* [n_history]: of the objective */
} RushLogisticModel;

/* Runs a job for moments and label counts, and one a step.  instances->columns has labels, whose
 * checks have RUSH_CHECK_CLASSES. */
gboolean rush_logistic_regression_fit (RushLogisticModel *out, const RushInstances *instances,
                                       const RushLogisticOptions *options, GError **error);
void rush_logistic_model_clear (RushLogisticModel *self);
