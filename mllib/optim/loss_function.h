/* loss_function.h - the objective of an iterative fit: a mean loss over all instances, each answer
 * a pass over the training blocks, plus a penalty.
 *
 *   f(x) = 1 / Σ w  Σ w loss (x; row)  +  ½ Σ l2[i] x[i]²
 *
 * What the loss is says a RushLoss: logistic, squared …
 *
 * Mirrors: org.apache.spark.ml.optim.loss.{RDDLossFunction,DifferentiableRegularization},
 *          org.apache.spark.ml.optim.aggregator.DifferentiableLossAggregator.
 */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"
#include "mllib/optim/minimize.h"

/* A state begins with these; the gradient's sums follow. */
enum
{
  RUSH_LOSS_SUM,
  RUSH_LOSS_WEIGHT_SUM,
  RUSH_LOSS_GRADIENT,
};

typedef struct
{
  guint n;            /* dimensions of x */
  gsize n_sums;       /* doubles behind RUSH_LOSS_GRADIENT in a state */
  gconstpointer data; /* what the functions know of the problem */
  /* What tasks need to know of @x; freed with g_free (). */
  gpointer (*at) (gconstpointer data, const double *x);
  /* A block's losses and gradients added to @state; @point is what at () made. */
  gboolean (*add) (double *state, const RushInstanceBlock *block, RushTaskContext *ctx,
                   gpointer point, GError **error);
  /* The sums of all blocks as a gradient. */
  void (*gradient) (gconstpointer data, const double *sums, double *out_gradient);
} RushLoss;

typedef struct
{
  const RushInstances *blocks;
  const RushLoss *loss;
  const double *l2; /* [n]; NULL: no penalty */
  guint depth;
} RushLossFunction;

/* An objective for rush_minimize (). */
RushObjective rush_loss_function_objective (RushLossFunction *self);
