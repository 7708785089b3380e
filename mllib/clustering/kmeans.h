/* kmeans.h - k-means: k centres, so that the points are near to theirs.
 *
 *   starting centres   k-means‖, or k points at random                      kmeans_start.c
 *   until they stay    each point to its closest centre (one pass, a job),  kmeans.c, centers.c
 *                      each centre to the mean of its points
 *
 * Interface:  one call runs all jobs; what the centres mean afterwards is a function of columns,
 *             kmeans_predict () (clustering_functions.c).
 * Threads:    any.
 * Mirrors:    org.apache.spark.ml.clustering.KMeans, org.apache.spark.mllib.clustering.KMeans.
 */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"
#include "mllib/clustering/centers.h"

typedef struct
{
  guint k; /* at least 1 */
  guint max_iterations;
  double tolerance; /* no centre moves farther: it is done */
  gint64 seed;
  RushDistance distance;
  RushCenterSearch search;
  gboolean start_at_random; /* else k-means‖ */
  guint start_steps;        /* of k-means‖ */
  const double *start;      /* centres to start from, k × n_features of the instances; or NULL */
} RushKMeansParams;

typedef struct
{
  guint n; /* centres: k, or as many as there are distinct points */
  guint n_features;
  double *centers; /* [n × n_features] (owned) */
  double cost;     /* weighted sum of distances, in the last pass */
  guint n_iterations;
} RushKMeansResult;

/* Points are the features of @instances, which are read again and again: persist them.  NULL with
 * @error.  (transfer full) */
RushKMeansResult *rush_kmeans_fit (const RushInstances *instances, const RushKMeansParams *params,
                                   GError **error);
/* What points cost: the sum of their squared distances to the closest of @n centres of
 * instances->n_features each.  Runs a job.  FALSE with @error. */
gboolean rush_kmeans_cost (const RushInstances *instances, guint n, const double *centers,
                           double *out_cost, GError **error);
void rush_kmeans_result_free (RushKMeansResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushKMeansResult, rush_kmeans_result_free)
