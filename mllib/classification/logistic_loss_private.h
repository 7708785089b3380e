/* logistic_loss_private.h - the two losses of logistic regression.
 *
 * Coefficients lie set by set, the intercepts behind them:
 *
 *   β_00 … β_0d │ β_10 … β_1d │ … │ β_00 β_10 …          binomial: one set
 *
 * With an intercept the features count as if their means had been subtracted, which takes fewer
 * steps; the intercept then is that of the centred features.
 */
#pragma once

#include "mllib/optim/loss_function.h"

typedef struct
{
  guint n_features;
  guint n_sets; /* 1: binomial */
  gboolean intercept;
  const double *scaled_mean; /* [n_features]: mean / deviation */
} RushLogisticProblem;

RushLoss rush_logistic_loss (const RushLogisticProblem *problem);
