/* local_kmeans.h - k centres of a few weighted points, on the driver.
 *
 * Mirrors: org.apache.spark.mllib.clustering.LocalKMeans.
 */
#pragma once

#include "mllib/clustering/point_set.h"

/* @points: at least one; @weights: [points->n], not all 0.  (transfer full) */
RushPointSet *rush_local_kmeans (const RushPointSet *points, const double *weights, guint k,
                                 guint max_iterations, gint64 seed);
