/* kmeans.c - Lloyd's iteration: points to their closest centres, centres to the means of their
 * points, until nothing moves (Lloyd, "Least squares quantization in PCM", 1982).
 *
 *        ×    · ·              · ×·                 each step can only make the sum of distances
 *      ·   ·     ×   ──▶     ·   ·    ·×            smaller, so it ends; where it ends depends on
 *        ·     ·               ·     ·              where it began
 *
 * An iteration is a job of two stages: each task adds its points up by cluster, one row a cluster
 * goes through the shuffle, and the driver gets k records: n·k·d multiplications, k·d numbers moved
 * a partition.  The points themselves never move, and with persist () they are made once.
 *
 * A centre without points stays where it is, as in Spark.
 */
#include "mllib/clustering/kmeans_private.h"

#include "mllib/clustering/cluster_sums.h"
#include "mllib/clustering/point_passes.h"

#include <math.h>
#include <string.h>

typedef struct
{
  RushCenters *centers; /* (owned) */
  RushDistance distance;
} Lloyd;

/* ---- on executors ---- */

static void
lloyd_free (gpointer data)
{
  rush_centers_free (((Lloyd *)data)->centers);
  g_free (data);
}

/* By angle a point counts as its direction does, however long it is. */
static void
lengths_inverted (const RushInstanceBlock *block, double *out)
{
  for (guint i = 0; i < block->n_rows; i++)
    {
      const gint32 *indices;
      const double *values;
      guint n = rush_instance_row (block, i, &indices, &values);

      out[i] = 1 / sqrt (rush_squared_norm (n, values));
    }
}

static gboolean
add_to_closest (RushClusterSums *sums, const RushInstanceBlock *block, gpointer data,
                GError **error)
{
  const Lloyd *self = data;
  guint32 closest[RUSH_BATCH_MAX_ROWS];
  double distances[RUSH_BATCH_MAX_ROWS], scales[RUSH_BATCH_MAX_ROWS];
  gboolean by_angle = self->distance == RUSH_DISTANCE_COSINE;

  if (!rush_centers_closest (self->centers, block, closest, distances, error))
    return FALSE;
  if (by_angle)
    lengths_inverted (block, scales);
  rush_cluster_sums_add (sums, block, closest, distances, by_angle ? scales : NULL);
  return TRUE;
}

/* ---- on the driver ---- */

static double
moved_by (const RushKMeansParams *params, guint n, const double *from, const double *to)
{
  double product = 0;

  if (params->distance == RUSH_DISTANCE_EUCLIDEAN)
    return sqrt (rush_squared_distance (n, from, to));
  for (guint i = 0; i < n; i++) /* both are of length 1 */
    product += from[i] * to[i];
  return 1 - product;
}

/* The centres that have points move to their means; FALSE: by no more than the tolerance. */
static gboolean
move_centers (const RushKMeansParams *params, const RushClusterSums *sums, RushPointSet *centers)
{
  guint d = centers->n_features;
  gboolean moved = FALSE;

  for (guint c = 0; c < centers->n; c++)
    {
      double *record = rush_cluster_record (sums, c);
      double *mean = record + RUSH_CLUSTER_SUM;
      double weight = record[RUSH_CLUSTER_WEIGHT];

      if (weight <= 0)
        continue;
      for (guint j = 0; j < d; j++)
        mean[j] *= 1 / weight;
      if (params->distance == RUSH_DISTANCE_COSINE)
        rush_scale_to_length_one (d, mean);
      moved = moved || moved_by (params, d, rush_point (centers, c), mean) > params->tolerance;
      memcpy (rush_point (centers, c), mean, d * sizeof *mean);
    }
  return moved;
}

static double
total_cost (const RushClusterSums *sums)
{
  double cost = 0;

  for (guint c = 0; c < sums->n; c++)
    cost += rush_cluster_record (sums, c)[RUSH_CLUSTER_COST];
  return cost;
}

/* One pass with @centers as they are now.  What no fit may see is looked for in the @first one. */
static RushClusterSums *
add_up (const RushInstances *instances, const RushKMeansParams *params, const RushPointSet *centers,
        gboolean first, GError **error)
{
  RushInstances sized = *instances;
  Lloyd *lloyd = g_new (Lloyd, 1);

  *lloyd = (Lloyd){ rush_centers_new (params->distance, params->search, centers->n,
                                      centers->n_features, rush_point (centers, 0)),
                    params->distance };
  sized.n_features = centers->n_features;
  if (!first)
    sized.columns.checks = RUSH_CHECK_NOTHING;
  return rush_cluster_pass_run (&sized,
                                &(RushClusterPass){ .where = RUSH_KMEANS_FILE,
                                                    .id_type = &RUSH_INT32,
                                                    .n_clusters = centers->n,
                                                    .add = add_to_closest,
                                                    .data = lloyd,
                                                    .free_data = lloyd_free },
                                error);
}

/* ---- the fit ---- */

static RushPointSet *
given_centers (const RushInstances *instances, const RushKMeansParams *params)
{
  RushPointSet *centers = rush_point_set_new (instances->n_features);

  for (guint c = 0; c < params->k; c++)
    rush_point_set_append (centers, params->start + (gsize)c * instances->n_features);
  return centers;
}

static RushKMeansResult *
result_new (const RushPointSet *centers, double cost, guint n_iterations)
{
  RushKMeansResult *self = g_new (RushKMeansResult, 1);

  *self =
      (RushKMeansResult){ .n = centers->n,
                          .n_features = centers->n_features,
                          .centers = g_memdup2 (rush_point (centers, 0),
                                                sizeof (double) * centers->n * centers->n_features),
                          .cost = cost,
                          .n_iterations = n_iterations };
  return self;
}

RushKMeansResult *
rush_kmeans_fit (const RushInstances *instances, const RushKMeansParams *params, GError **error)
{
  g_autoptr (RushPointSet) centers = params->start != NULL
                                         ? given_centers (instances, params)
                                         : rush_kmeans_start (instances, params, error);
  double cost = 0;
  guint iteration = 0;
  gboolean moved = TRUE;

  if (centers == NULL)
    return NULL;
  for (guint c = 0; c < centers->n && params->distance == RUSH_DISTANCE_COSINE; c++)
    rush_scale_to_length_one (centers->n_features, rush_point (centers, c));
  while (moved && iteration < params->max_iterations)
    {
      g_autoptr (RushClusterSums) sums = add_up (instances, params, centers, iteration == 0, error);

      if (sums == NULL)
        return NULL;
      cost = total_cost (sums);
      moved = move_centers (params, sums, centers);
      iteration++;
    }
  return result_new (centers, cost, iteration);
}

gboolean
rush_kmeans_cost (const RushInstances *instances, guint n, const double *centers, double *out_cost,
                  GError **error)
{
  RushPointPasses passes = { instances, RUSH_DISTANCE_EUCLIDEAN, "KMeansModel.scala",
                             instances->job != NULL ? *instances->job : (RushJobOptions){ 0 } };
  g_autoptr (RushPointSet) set = rush_point_set_new (instances->n_features);

  g_return_val_if_fail (n > 0 && instances->n_features > 0, FALSE);
  for (guint i = 0; i < n; i++)
    rush_point_set_append (set, centers + (gsize)i * instances->n_features);
  return rush_points_cost (&passes, set, out_cost, error);
}

void
rush_kmeans_result_free (RushKMeansResult *self)
{
  g_free (self->centers);
  g_free (self);
}
