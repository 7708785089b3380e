/* cluster_sums.h - what is known of clusters after one pass: how much weight they have, what their
 * points cost, and the sum of their points.
 *
 *   points ─ mapPartitions ─▶ (cluster, record) …   one row a cluster that a partition has
 *          ─ shuffle by the cluster ─▶ added up ─▶ the driver: collectAsMap
 *
 * A record is an array of doubles: weight, cost, sum[0] … sum[d − 1].
 *
 * Mirrors:  the mapPartitions, reduceByKey and collectAsMap of an iteration of
 *           org.apache.spark.ml.clustering.KMeans; computeClusterStats of ClusteringMetrics.
 */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"

typedef struct
{
  guint n_features;
  guint n;                  /* clusters */
  double *ids;              /* [n] */
  double *records;          /* [n][2 + n_features] */
  guint capacity;           /* clusters there is room for */
  RushAllocator *allocator; /* (owned) */
} RushClusterSums;

enum
{
  RUSH_CLUSTER_WEIGHT,
  RUSH_CLUSTER_COST,
  RUSH_CLUSTER_SUM, /* and those behind it */
};

static inline double *
rush_cluster_record (const RushClusterSums *self, guint cluster)
{
  return self->records + (gsize)cluster * (RUSH_CLUSTER_SUM + self->n_features);
}

/* The place of cluster @id, which is made if it is new; G_MAXUINT with @error. */
guint rush_cluster_sums_find (RushClusterSums *self, double id, GError **error);
/* Each row of @block goes to clusters[row], with costs[row], as scales[row] times what it is (NULL:
 * 1); all times its weight. */
void rush_cluster_sums_add (RushClusterSums *self, const RushInstanceBlock *block,
                            const guint32 *clusters, const double *costs, const double *scales);
void rush_cluster_sums_free (RushClusterSums *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushClusterSums, rush_cluster_sums_free)

/* What a pass does. */
typedef struct
{
  const char *where;       /* Spark's file that asks for it: "KMeans.scala"; immortal */
  const RushType *id_type; /* of the shuffle's keys: int, or double */
  guint n_clusters;        /* those with ids 0 … n − 1 are in their places from the start */
  /* Rows of one batch, at least one, into @sums; runs on executors, several at once. */
  gboolean (*add) (RushClusterSums *sums, const RushInstanceBlock *block, gpointer data,
                   GError **error);
  gpointer data;
  GDestroyNotify free_data; /* when the last task has let go of it; may be NULL */
} RushClusterPass;

/* Runs a job; takes over pass->data.  Clusters without weight are not there, unless they had their
 * place from the start. (transfer full) */
RushClusterSums *rush_cluster_pass_run (const RushInstances *instances, const RushClusterPass *pass,
                                        GError **error);
