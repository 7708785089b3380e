/* point_passes.h - passes over points that compare them with some centres: what each point costs,
 * which points are drawn by their costs, how many points are closest to each centre.
 *
 *   points   x₀  x₁  x₂ …                 costs are an RDD beside the points, which is kept: a pass
 *   costs    4.1 0   2.5 …                compares with the new centres alone
 *
 * Weights are not looked at, as in Spark.
 * Threads:  any.
 * Mirrors:  the passes of initKMeansParallel () of org.apache.spark.mllib.clustering.KMeans;
 *           KMeansModel.computeCost ().
 */
#pragma once

#include "mllib/clustering/centers.h"
#include "mllib/clustering/point_set.h"

typedef struct
{
  const RushInstances *instances; /* their features are the points */
  RushDistance distance;
  const char *file;   /* of Spark's, after which steps and jobs are named; immortal */
  RushJobOptions job; /* what surrounds jobs, but for the name */
} RushPointPasses;

/* "step at file". (transfer full) */
char *rush_point_passes_name (const RushPointPasses *self, const char *step);
/* Until rush_lineage_pop_call (): RDDs are made by @step of Spark's. */
void rush_point_passes_begin (const RushPointPasses *self, const char *step);

/* The costs now that @centers have come, and their sum; kept until they are unpersisted.  Those
 * before, or NULL, are let go on success. (transfer full) */
RushRdd *rush_point_costs (const RushPointPasses *self, const RushPointSet *centers,
                           RushRdd *before, double *out_sum, GError **error);
/* Each point with probability @share × its cost; drawn as Spark draws. (transfer full) */
RushPointSet *rush_points_drawn (const RushPointPasses *self, guint n_features, RushRdd *costs,
                                 double share, gint32 seed, GError **error);
/* For each of @centers, how many points are closest to it. (transfer full, g_free ()) */
double *rush_points_counted (const RushPointPasses *self, const RushPointSet *centers,
                             GError **error);
/* The sum of all costs alone: one pass, nothing is kept.  FALSE with @error. */
gboolean rush_points_cost (const RushPointPasses *self, const RushPointSet *centers,
                           double *out_sum, GError **error);

/* Writes the features of rows of @batch out, at the end of *inout_points, which is made with the
 * first one. */
gboolean rush_point_passes_append (const RushPointPasses *self, const RushBatch *batch,
                                   const guint *rows, guint n, RushPointSet **inout_points,
                                   GError **error);
