/* centers.h - the centres of clusters, made ready for one question: which one is closest?
 *
 * Interface:  make one for a set of centres, ask for block after block.
 * Ownership:  copies the centres.   Threads: immutable, hence any.
 * Mirrors:    org.apache.spark.mllib.clustering.DistanceMeasure; the KMeansAggregator of
 *             org.apache.spark.ml.clustering.KMeans.
 */
#pragma once

#include "mllib/aggregate/instances.h"

typedef enum
{
  RUSH_DISTANCE_EUCLIDEAN, /* distances are squared ones */
  RUSH_DISTANCE_COSINE,    /* 1 − cos; centres are scaled to length 1 */
} RushDistance;

/* How rows are compared with centres: Spark's solvers. */
typedef enum
{
  RUSH_SEARCH_BLOCK, /* dense blocks: all with all, many at once */
  RUSH_SEARCH_ROW,   /* row by row, leaving out centres that cannot be closest */
} RushCenterSearch;

typedef struct _RushCenters RushCenters;

/* @n ≥ 1 centres of @n_features each, one behind the other. */
RushCenters *rush_centers_new (RushDistance distance, RushCenterSearch search, guint n,
                               guint n_features, const double *values);
void rush_centers_free (RushCenters *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushCenters, rush_centers_free)
guint rush_centers_count (const RushCenters *self);

/* For each row of @block: the closest centre, the first of several; and its distance, unless
 * @out_distances is NULL.  An error: there are more features, or fewer; or cosine, and a row is
 * zero. */
gboolean rush_centers_closest (const RushCenters *self, const RushInstanceBlock *block,
                               guint32 *out_closest, double *out_distances, GError **error);

double rush_squared_distance (guint n, const double *x, const double *y);
double rush_squared_norm (guint n, const double *x);
void rush_scale_to_length_one (guint n, double *x); /* zero stays zero */
/* Sets Spark's words for a vector that has no direction. */
void rush_set_zero_vector_error (GError **error);
