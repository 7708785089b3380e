/* test_cluster_sums.c - the record of each cluster after one pass, and silhouettes computed from
 * it.
 *
 *   normal    sums, costs and weights, over several partitions, dense and sparse; silhouettes as
 *             their definition has them, over all pairs
 *   empty     no rows; clusters without weight
 *   nulls     a null vector, vectors of several sizes
 *   skew      all rows in one of many partitions, and as many clusters as rows
 *   error     a function that fails; data is let go of once
 *   memory    more clusters than a task has memory for
 */
#include "mllib/clustering/clustering_functions.h"

#include "core/data/column_builder.h"
#include "points.h"
#include "rdd/action/collect.h"
#include "sql/evaluate/evaluate.h"

#include <math.h>
#include <string.h>

enum
{
  N = 40,
  D = 3,
  K = 3
};

static double features[N * D], labels[N], weights[N];

static Points
make_points (gboolean weighted)
{
  guint64 state = 21;

  for (guint i = 0; i < N; i++)
    {
      labels[i] = 10 + i % K;
      weights[i] = 0.5 + points_random (&state);
      for (guint k = 0; k < D; k++)
        features[i * D + k] =
            k > 0 && points_random (&state) < 0.4 ? 0 : labels[i] - 9 + points_random (&state);
    }
  return (Points){ N, D, 4, features, labels, weighted ? weights : NULL, RUSH_CHECK_NOTHING };
}

/* ---- passes ---- */

static gint released;

static void
release (gpointer data)
{
  g_atomic_int_inc (&released);
}

/* Each row to the cluster that its label names, at its first feature's cost. */
static gboolean
add_rows (RushClusterSums *sums, const RushInstanceBlock *block, gpointer data, GError **error)
{
  g_autofree guint32 *clusters = g_new (guint32, block->n_rows);
  g_autofree double *costs = g_new (double, block->n_rows);

  for (guint i = 0; i < block->n_rows; i++)
    {
      const gint32 *indices;
      const double *values;

      rush_instance_row (block, i, &indices, &values);
      clusters[i] = rush_cluster_sums_find (sums, block->labels[i], error);
      if (clusters[i] == G_MAXUINT)
        return FALSE;
      costs[i] = values[0];
    }
  rush_cluster_sums_add (sums, block, clusters, costs, NULL);
  if (data == NULL)
    return TRUE;
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT, "cannot add");
  return FALSE;
}

static RushClusterSums *
run (PointsApp *app, guint n_clusters, gpointer fails, GError **error)
{
  RushClusterPass pass = { .where = "Test.scala",
                           .id_type = &RUSH_FLOAT64,
                           .n_clusters = n_clusters,
                           .add = add_rows,
                           .data = fails,
                           .free_data = release };

  return rush_cluster_pass_run (&app->instances, &pass, error);
}

static guint
place_of (const RushClusterSums *sums, double id)
{
  for (guint c = 0; c < sums->n; c++)
    if (sums->ids[c] == id)
      return c;
  g_return_val_if_reached (0);
}

static void
assert_sums (const Points *points)
{
  PointsApp app = points_begin (points);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushClusterSums) sums = run (&app, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (app_n_jobs (app.context), ==, 1);
  g_assert_cmpuint (sums->n, ==, K);
  for (guint c = 0; c < K; c++)
    {
      const double *record = rush_cluster_record (sums, place_of (sums, 10 + c));
      double wanted[2 + D] = { 0 };

      for (guint i = c; i < N; i += K)
        {
          double weight = points->weights != NULL ? weights[i] : 1;

          wanted[RUSH_CLUSTER_WEIGHT] += weight;
          wanted[RUSH_CLUSTER_COST] += weight * features[i * D];
          for (guint k = 0; k < D; k++)
            wanted[RUSH_CLUSTER_SUM + k] += weight * features[i * D + k];
        }
      points_assert_near (2 + D, record, wanted, 1e-9);
    }
  g_clear_pointer (&sums, rush_cluster_sums_free);
  points_end (&app);
}

static void
test_sums (void)
{
  for (guint variant = 0; variant < 8; variant++)
    {
      Points points = make_points (variant & 1);

      points.sparse = variant & 2;
      points.one_side = variant & 4;
      points.n_partitions = variant & 4 ? 20 : 4;
      assert_sums (&points);
    }
}

/* Clusters with a place are there without rows; others are not there without weight. */
static void
test_no_rows (void)
{
  Points points = make_points (TRUE);
  g_autoptr (RushClusterSums) sums = NULL;

  memset (weights, 0, sizeof weights);
  PointsApp app = points_begin (&points);
  sums = run (&app, 0, NULL, NULL);
  g_assert_cmpuint (sums->n, ==, 0);
  g_clear_pointer (&sums, rush_cluster_sums_free);
  points_end (&app);
  points.n = 0;
  app = points_begin (&points);
  sums = run (&app, 2, NULL, NULL);
  g_assert_cmpuint (sums->n, ==, 2);
  g_assert_cmpfloat (rush_cluster_record (sums, 1)[RUSH_CLUSTER_WEIGHT], ==, 0);
  points_end (&app);
}

static void
test_refused (void)
{
  Points points = make_points (FALSE);
  PointsApp app = points_begin (&points);
  g_autoptr (GError) error = NULL;

  released = 0;
  g_assert_null (run (&app, 0, &released, &error));
  points_assert_refused (&error, "cannot add");
  points_end (&app);
  g_assert_cmpint (released, ==, 1);
  points.has_null = TRUE;
  app = points_begin (&points);
  g_assert_null (run (&app, 0, NULL, &error));
  points_assert_refused (&error, "Vectors MUST NOT be Null");
  points_end (&app);
}

/* 4,000 clusters of 1,000 features are 32 MB in a task; it has 8. */
static void
test_little_memory (void)
{
  enum
  {
    ROWS = 4000,
    WIDTH = 1000
  };
  g_autofree double *x = g_new0 (double, (gsize)ROWS *WIDTH);
  g_autofree double *ids = g_new (double, ROWS);
  Points points = { ROWS, WIDTH, 2, x, ids, NULL, RUSH_CHECK_NOTHING, .sparse = TRUE };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < ROWS; i++)
    {
      ids[i] = i;
      x[(gsize)i * WIDTH] = 1;
    }
  PointsApp app = points_begin_with (&points, "spark.testing.memory", "8000000",
                                     "spark.testing.reservedMemory", "0");
  g_assert_null (run (&app, 0, NULL, &error));
  points_assert_refused (&error, "memory");
  points_end (&app);
}

/* ---- silhouettes ---- */

static double
distance_of (RushDistance distance, guint i, guint j)
{
  double square = 0, product = 0, norm_i = 0, norm_j = 0;

  for (guint k = 0; k < D; k++)
    {
      double x = features[i * D + k], y = features[j * D + k];

      square += (x - y) * (x - y);
      product += x * y;
      norm_i += x * x;
      norm_j += y * y;
    }
  return distance == RUSH_DISTANCE_EUCLIDEAN ? square : 1 - product / sqrt (norm_i * norm_j);
}

/* Rousseeuw's, over all other points. */
static double
plain_silhouette (RushDistance distance, guint i, gboolean weighted)
{
  double sums[K] = { 0 }, totals[K] = { 0 }, own, next = INFINITY;
  guint mine = i % K;

  for (guint j = 0; j < N; j++)
    if (j != i)
      {
        sums[j % K] += (weighted ? weights[j] : 1) * distance_of (distance, i, j);
        totals[j % K] += weighted ? weights[j] : 1;
      }
  own = sums[mine] / totals[mine];
  for (guint c = 0; c < K; c++)
    if (c != mine)
      next = MIN (next, sums[c] / totals[c]);
  return (next - own) / MAX (next, own);
}

static RushExpr *
bytes_of (guint n, const double *values)
{
  g_autoptr (RushColumnBuilder) builder =
      rush_column_builder_new (&RUSH_BINARY, rush_allocator_system ());

  g_assert_true (
      rush_column_builder_append_bytes (builder, (const char *)values, n * sizeof *values, NULL));
  return rush_expr_literal (rush_column_builder_finish (builder));
}

static RushExpr *
text_of (const char *text)
{
  g_autoptr (RushColumnBuilder) builder =
      rush_column_builder_new (&RUSH_STRING, rush_allocator_system ());

  g_assert_true (rush_column_builder_append_bytes (builder, text, strlen (text), NULL));
  return rush_expr_literal (rush_column_builder_finish (builder));
}

/* Of all rows of a batch: label, weight, features. */
static RushColumn *
silhouettes_of (RushBatch *batch, const RushClusterSums *sums, const char *distance)
{
  g_autoptr (RushEvalContext) ctx = rush_eval_context_new (NULL, rush_allocator_system (), "UTC");
  RushExpr *args[] = { rush_expr_bound (2, rush_vector_type (), TRUE, "features"),
                       rush_expr_bound (0, &RUSH_FLOAT64, TRUE, "label"),
                       rush_expr_bound (1, &RUSH_FLOAT64, TRUE, "weight"),
                       text_of (distance),
                       bytes_of (sums->n, sums->ids),
                       bytes_of (sums->n * (2 + D), sums->records) };
  g_autoptr (RushExpr) call =
      rush_expr_function (rush_function_find ("ml_silhouette"), "ml_silhouette", &RUSH_FLOAT64,
                          FALSE, RUSH_EVAL_ANSI, G_N_ELEMENTS (args), args);
  g_autoptr (GError) error = NULL;
  RushColumn *result = rush_evaluate (call, batch, ctx, &error);

  g_assert_no_error (error);
  return result;
}

static void
test_silhouettes (void)
{
  for (guint variant = 0; variant < 4; variant++)
    {
      RushDistance distance = variant & 1 ? RUSH_DISTANCE_COSINE : RUSH_DISTANCE_EUCLIDEAN;
      Points points = make_points (TRUE);
      g_autoptr (GError) error = NULL;

      points.n_partitions = 1;
      for (guint i = 0; !(variant & 2) && i < N; i++)
        weights[i] = 1;
      PointsApp app = points_begin (&points);
      RushClusterSums *sums = rush_silhouette_statistics (&app.instances, distance, &error);
      g_assert_no_error (error);
      GPtrArray *batches = rush_rdd_collect (app.context, app.rdd, &error);
      g_assert_no_error (error);
      RushColumn *found =
          silhouettes_of (batches->pdata[0], sums, variant & 1 ? "cosine" : "euclidean");
      for (guint i = 0; i < N; i++)
        g_assert_cmpfloat_with_epsilon (rush_column_get_double (found, i),
                                        plain_silhouette (distance, i, TRUE), 1e-9);
      rush_column_unref (found);
      g_ptr_array_unref (batches);
      rush_cluster_sums_free (sums);
      points_end (&app);
    }
}

/* A point that is its cluster is neither well nor badly placed. */
static void
test_lonely_point (void)
{
  Points points = make_points (FALSE);
  PointsApp app;

  points.n_partitions = 1;
  weights[0] = 1; /* what the function reads */
  labels[0] = 99;
  app = points_begin (&points);
  RushClusterSums *sums =
      rush_silhouette_statistics (&app.instances, RUSH_DISTANCE_EUCLIDEAN, NULL);
  GPtrArray *batches = rush_rdd_collect (app.context, app.rdd, NULL);
  RushBatch *batch = batches->pdata[0];
  RushColumn *columns[] = { rush_column_ref (batch->columns[0]),
                            rush_column_new_constant_double (&RUSH_FLOAT64, 1, N,
                                                             rush_allocator_system (), NULL),
                            rush_column_ref (batch->columns[2]) };
  RushBatch *even = rush_batch_new (batch->schema, N, columns);
  RushColumn *found = silhouettes_of (even, sums, "euclidean");
  g_assert_cmpfloat (rush_column_get_double (found, 0), ==, 0);
  g_assert_cmpfloat (rush_column_get_double (found, 1), !=, 0);
  rush_column_unref (found);
  rush_batch_unref (even);
  g_ptr_array_unref (batches);
  rush_cluster_sums_free (sums);
  points_end (&app);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rush_functions_add (rush_functions_silhouette);
  g_test_add_func ("/cluster-sums/sums", test_sums);
  g_test_add_func ("/cluster-sums/no-rows", test_no_rows);
  g_test_add_func ("/cluster-sums/refused", test_refused);
  g_test_add_func ("/cluster-sums/little-memory", test_little_memory);
  g_test_add_func ("/silhouette/all-pairs", test_silhouettes);
  g_test_add_func ("/silhouette/lonely-point", test_lonely_point);
  return g_test_run ();
}
