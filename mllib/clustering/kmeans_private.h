/* kmeans_private.h - what the steps of a fit share. */
#pragma once

#include "mllib/clustering/kmeans.h"
#include "mllib/clustering/point_set.h"

#define RUSH_KMEANS_FILE "KMeans.scala" /* after which Spark names jobs and stages */

/* The centres to start from, at most params->k.  NULL with @error, as where there are no instances.
 * (transfer full) */
RushPointSet *rush_kmeans_start (const RushInstances *instances, const RushKMeansParams *params,
                                 GError **error);
