/* gradient_descent.h - down the gradient step by step: linear models as the older library fits
 * them.
 *
 *   wᵢ₊₁ = wᵢ − step / √i · mean over a sample of  multiplier · x          i = 1, 2, …
 *
 *   model              loss of a row, margin m = w x            multiplier
 *   least squares      ½ (m − y)²                               m − y
 *   logistic           log (1 + exp (∓ m)), y is 0 or 1         1 / (1 + exp (−m)) − y
 *   hinge (SVM)        max (0, 1 − s m), s = 2 y − 1            −s where the loss is not 0
 *
 *   penalty            what a step does to w besides
 *   none               nothing
 *   L2  ½ λ |w|²       w (1 − λ step / √i)        before it
 *   L1  λ |w|₁         towards 0 by λ step / √i   after it
 *
 * An iteration is a job over all rows, or over the sample of RDD.sample () whose seed is 42 + i:
 * the rows that Spark draws, if the partitions are alike.
 *
 * Source:  H. Robbins, S. Monro: A stochastic approximation method (1951); P. Combettes, V. Wajs
 *          (2005) for the L1 step.
 * Cost:    passes × rows of a sample × features; it takes hundreds of passes to come as far as
 *          normal equations come in one.
 * Threads: any.
 * Mirrors: org.apache.spark.mllib.optimization.{GradientDescent,Gradient,Updater}; as there, one
 *          more pass at the end tells the loss of the last weights.
 */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"

typedef enum
{
  RUSH_DESCENT_LEAST_SQUARES,
  RUSH_DESCENT_LOGISTIC,
  RUSH_DESCENT_HINGE,
} RushDescentLoss;

typedef enum
{
  RUSH_DESCENT_NO_PENALTY,
  RUSH_DESCENT_L1,
  RUSH_DESCENT_L2,
} RushDescentPenalty;

typedef struct
{
  RushDescentLoss loss;
  RushDescentPenalty penalty;
  gboolean intercept; /* a feature more, which is always 1; the penalty sees its weight, too */
  gboolean binary;    /* labels are looked at before, by a job: they must be 0 or 1 */
  guint max_iterations;
  double step;
  double reg_param; /* λ */
  double fraction;  /* of the rows in a sample, above 0; 1: no sample is drawn */
  /* A change of the weights by less, against their length if that is above 1: it is done. */
  double tolerance;
} RushDescentOptions;

/* Moves @weights (instances->n_features of them, then the intercept), which say where to begin; as
 * they were on failure.  Runs a job that counts, then one an iteration: persist the instances.
 * Without rows nothing moves.  @out_history: the loss of each pass, with the penalty. (transfer
 * full) */
gboolean rush_gradient_descent (const RushInstances *instances, const RushDescentOptions *options,
                                double *weights, GArray **out_history, GError **error);
