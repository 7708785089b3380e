/* silhouette.c - does each point lie nearer to its own cluster than to the next one?
 *
 *     a   mean distance of the point to the others of its cluster          s = (b − a) / max (a, b)
 *     b   mean distance to the points of the nearest other cluster         1: well, −1: elsewhere
 *
 * (Rousseeuw, "Silhouettes: a graphical aid …", 1987.)  Of all pairs that would be n² distances.
 * With squared distances a mean over a cluster C of weight W needs three numbers of C alone,
 *
 *     1/W Σ w |x − c|²  =  |x|² + 1/W Σ w |c|² − 2 x · (1/W Σ w c)
 *
 * and with cosines  1 − x/|x| · (1/W Σ w c/|c|): so one pass for the sums of each cluster, one for
 * the points: n·k·d.  The point itself is among its cluster, at distance 0, which W / (W − w) takes
 * out of the mean again; a point that is its cluster has silhouette 0.
 *
 * Mirrors:  org.apache.spark.ml.evaluation.{SquaredEuclideanSilhouette,CosineSilhouette}.
 */
#include "mllib/clustering/function_arguments.h"

#include <math.h>

enum
{
  ARG_VECTOR,
  ARG_CLUSTER,
  ARG_WEIGHT,
  ARG_DISTANCE,
  ARG_IDS,
  ARG_RECORDS,
  N_ARGS,
};

/* ---- the first pass: sums of clusters ---- */

typedef struct
{
  RushDistance distance;
} Statistics;

static gboolean
add_to_own (RushClusterSums *sums, const RushInstanceBlock *block, gpointer data, GError **error)
{
  gboolean by_angle = ((const Statistics *)data)->distance == RUSH_DISTANCE_COSINE;
  guint32 clusters[RUSH_BATCH_MAX_ROWS];
  double costs[RUSH_BATCH_MAX_ROWS], scales[RUSH_BATCH_MAX_ROWS];

  for (guint i = 0; i < block->n_rows; i++)
    {
      const gint32 *indices;
      const double *values;
      guint n = rush_instance_row (block, i, &indices, &values);

      clusters[i] = rush_cluster_sums_find (sums, block->labels[i], error);
      if (clusters[i] == G_MAXUINT)
        return FALSE;
      costs[i] = rush_squared_norm (n, values);
      scales[i] = 1 / sqrt (costs[i]);
    }
  rush_cluster_sums_add (sums, block, clusters, costs, by_angle ? scales : NULL);
  return TRUE;
}

RushClusterSums *
rush_silhouette_statistics (const RushInstances *instances, RushDistance distance, GError **error)
{
  Statistics *statistics = g_new (Statistics, 1);

  statistics->distance = distance;
  return rush_cluster_pass_run (instances,
                                &(RushClusterPass){ .where = "ClusteringMetrics.scala",
                                                    .id_type = &RUSH_FLOAT64,
                                                    .add = add_to_own,
                                                    .data = statistics,
                                                    .free_data = g_free },
                                error);
}

/* ---- the second: each point ---- */

typedef struct
{
  RushDistance distance;
  guint n, n_features;
  double *ids;
  double *weights;    /* [n] */
  double *mean_norms; /* [n] of squared norms */
  double *means;      /* [n × n_features] */
} Clusters;

static void
clusters_free (gpointer data)
{
  Clusters *self = data;

  g_free (self->ids);
  g_free (self->weights);
  g_free (self->mean_norms);
  g_free (self->means);
  g_free (self);
}

static gpointer
prepare_clusters (const RushExpr *call, gpointer data, GError **error)
{
  RushColumn *const *args = data;
  Clusters *self = g_new0 (Clusters, 1);
  guint n_values;
  g_autofree double *records = rush_model_doubles (call, args, ARG_RECORDS, &n_values);

  self->ids = rush_model_doubles (call, args, ARG_IDS, &self->n);
  g_assert (self->n > 0 && n_values % self->n == 0);
  self->n_features = n_values / self->n - RUSH_CLUSTER_SUM;
  self->weights = g_new (double, self->n);
  self->mean_norms = g_new (double, self->n);
  self->means = g_new (double, MAX ((gsize)self->n * self->n_features, 1));
  for (guint c = 0; c < self->n; c++)
    {
      const double *record = records + (gsize)c * (RUSH_CLUSTER_SUM + self->n_features);

      self->weights[c] = record[RUSH_CLUSTER_WEIGHT];
      self->mean_norms[c] = record[RUSH_CLUSTER_COST] / self->weights[c];
      for (guint j = 0; j < self->n_features; j++)
        self->means[(gsize)c * self->n_features + j] =
            record[RUSH_CLUSTER_SUM + j] / self->weights[c];
    }
  if (rush_constant_distance (call, args, ARG_DISTANCE, &self->distance, error))
    return self;
  clusters_free (self);
  return NULL;
}

/* Of one point to all points of a cluster. */
static double
mean_distance (const Clusters *self, guint cluster, guint n, const gint32 *indices,
               const double *values, double squared_norm)
{
  const double *mean = self->means + (gsize)cluster * self->n_features;
  double product = 0;

  for (guint i = 0; i < n; i++)
    product += values[i] * mean[indices != NULL ? (guint)indices[i] : i];
  if (self->distance == RUSH_DISTANCE_COSINE)
    return 1 - product / sqrt (squared_norm);
  return squared_norm + self->mean_norms[cluster] - 2 * product;
}

static double
silhouette_of (const Clusters *self, const RushInstanceBlock *block, guint row)
{
  const gint32 *indices;
  const double *values;
  guint n = rush_instance_row (block, row, &indices, &values);
  double norm = rush_squared_norm (n, values), weight = rush_instance_weight (block, row);
  double own = 0, next = (double)INFINITY, own_weight = 0;

  for (guint c = 0; c < self->n; c++)
    {
      double distance = mean_distance (self, c, n, indices, values, norm);

      if (self->ids[c] != block->labels[row])
        next = MIN (next, distance);
      else
        {
          own = distance;
          own_weight = self->weights[c];
        }
    }
  if (own_weight == weight)
    return 0;
  own *= own_weight / (own_weight - weight);
  return own < next ? 1 - own / next : own > next ? next / own - 1 : 0;
}

/* Rows that came another time may be other rows. */
static gboolean
check_width (const Clusters *self, const RushInstanceBlock *block, GError **error)
{
  if (block->n_rows == 0 || block->n_features == self->n_features)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "the vectors have %u features, but the clusters have %u", block->n_features,
               self->n_features);
  return FALSE;
}

static RushColumn *
silhouette (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
            RushEvalContext *ctx, GError **error)
{
  const Clusters *clusters =
      rush_eval_prepared (ctx, call, prepare_clusters, (gpointer)args, clusters_free, error);
  g_auto (RushColumnWriter) writer = { NULL };
  RushInstanceBlock block;

  if (clusters == NULL ||
      !rush_function_block (&block, args[ARG_VECTOR], args[ARG_CLUSTER], args[ARG_WEIGHT],
                            RUSH_CHECK_NOTHING, rows, ctx, error))
    return NULL;
  if (check_width (clusters, &block, error) &&
      rush_column_writer_init (&writer, &RUSH_FLOAT64, rows->length, rows->positions != NULL,
                               ctx->allocator, error))
    for (guint i = 0; i < block.n_rows; i++)
      ((double *)writer.values->bytes)[rush_eval_row (rows, i)] =
          silhouette_of (clusters, &block, i);
  rush_instance_block_clear (&block);
  return writer.values != NULL ? rush_column_writer_finish (&writer) : NULL;
}

const RushFunction rush_functions_silhouette[] = {
  RUSH_MODEL_FUNCTION ("ml_silhouette", N_ARGS, silhouette, .fixed_type = &RUSH_FLOAT64,
                       .never_null = TRUE, .handles_nulls = TRUE),
  { NULL },
};
