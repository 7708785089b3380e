/* tree_aggregate.h - one pass over all instances: every task folds its blocks into a state of
 * doubles, and the states are added up along a tree.
 *
 *   tasks      b b b   b b   b b b   b b          a state is an array of doubles: a gradient and a
 *               \|/     |/    \|/     |/          loss, the sums of clusters, a Gram matrix; mostly
 *   partitions   s      s      s      s           they are just added
 *                 \    /        \    /
 *   depth 2        s             s                with few partitions there is no level between
 *                     \       /                   (as in Spark: while n > scale + ceil (n / scale),
 *   one executor         s                        scale = max (2, ceil (n ^ (1 / depth))))
 *                        |
 *   driver               s
 *
 * A level between is a shuffle to n / scale partitions, and so is the last one, to one partition,
 * if `on_executor`: a pass over several partitions then is a job of two stages or more.
 *
 * Jobs and stages are named as Spark names them, after the file of Spark's that asks for the pass:
 * "treeAggregate at WeightedLeastSquares.scala"; the user's stack is the long form.
 *
 * Threads:  functions of a pass run in several tasks at once; @data must not change.
 * Mirrors:  org.apache.spark.rdd.RDD.treeAggregate, as ml calls it (finalAggregateOnExecutor).
 */
#pragma once

#include "mllib/aggregate/instances.h"
#include "rdd/context.h"

typedef struct
{
  const char *where; /* "WeightedLeastSquares.scala"; immortal */
  gsize n;           /* doubles in a state; 0: size () says, once the first instances are there */
  guint depth;       /* at least 1; Spark's aggregationDepth */
  gboolean on_executor;
  gpointer data; /* the functions' */
  /* Called when the last task has let go of @data, on any thread; may be NULL. */
  GDestroyNotify free_data;
  gsize (*size) (guint n_features, gpointer data); /* if n is 0 */
  /* Fills a new state, which holds zeros; NULL: leaves it so. */
  void (*init) (double *state, gpointer data);
  /* Runs on executors; @block holds rows of one batch, at least one. */
  gboolean (*add) (double *state, const RushInstanceBlock *block, RushTaskContext *ctx,
                   gpointer data, GError **error);
  /* NULL: state[i] += other[i]. */
  void (*merge) (double *state, const double *other, gsize n, gpointer data);
} RushTreeAggregate;

/* What a pass reads. */
typedef struct
{
  RushContext *context;
  RushRdd *rdd; /* of batches that @columns describes */
  RushInstanceColumns columns;
  guint n_features;          /* of every vector; 0: all as the first one */
  gsize max_block_bytes;     /* of the rows that a function sees at once; 0: those of a batch */
  const RushJobOptions *job; /* its names are not looked at; NULL: none */
} RushInstances;

/* The sum over all instances; runs a job.  Takes over what->data, also on failure.  @out_n, which
 * may be NULL: the doubles in it; 0 if size () was to say and there are no instances.  (transfer
 * full, g_free ()); NULL with @error. */
double *rush_tree_aggregate (const RushInstances *instances, const RushTreeAggregate *what,
                             gsize *out_n, GError **error);
