/* clustering_functions.h - functions of columns that models of clusters add.
 *
 *   ml_kmeans_predict (vector, distance, n, centres)                  → int: the closest centre
 *   ml_density (vector)                         → double: which part of its values is not 0
 *   ml_silhouette (vector, cluster, weight, distance, ids, records)   → double, of each row
 *
 * Internal: rushlight.ml calls them; `distance` is "euclidean" or "cosine", the others behind it
 * are constants, the bytes of arrays of doubles.
 */
#pragma once

#include "mllib/clustering/cluster_sums.h"
#include "mllib/clustering/centers.h"
#include "sql/functions/function.h"

extern const RushFunction rush_functions_kmeans[];
extern const RushFunction rush_functions_silhouette[];
extern const RushFunction rush_functions_density[];

/* For each cluster its weight, the weighted sum of its points (cosine: of their directions) and of
 * their squared norms.  The instances' label is the cluster.  Runs a job. (transfer full) */
RushClusterSums *rush_silhouette_statistics (const RushInstances *instances, RushDistance distance,
                                             GError **error);

/* "euclidean" or "cosine"; FALSE with @error. */
gboolean rush_distance_from_name (const char *name, RushDistance *out, GError **error);
