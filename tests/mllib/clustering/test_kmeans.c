/* test_kmeans.c - fits of k-means.
 *
 *   normal    groups that are apart are found from either start, by either distance and search
 *   weights   a weight is as many points
 *   empty     no points: an error with Spark's words
 *   nulls     a null vector, NaN
 *   skew      fewer distinct points than centres; all rows in one partition
 *   misuse    a zero vector has no direction
 */
#include "mllib/clustering/kmeans.h"

#include "points.h"

#include <math.h>

#define CHECKS (RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES)

enum
{
  N = 60,
  K = 3
};

static double features[N * 2];

/* Around (0, 10), (10, 0) and (−10, −10), half a unit to each side. */
static Points
three_groups (void)
{
  static const double middles[K][2] = { { 0, 10 }, { 10, 0 }, { -10, -10 } };
  guint64 state = 8;

  for (guint i = 0; i < N; i++)
    for (guint k = 0; k < 2; k++)
      features[2 * i + k] = middles[i % K][k] + points_random (&state) - 0.5;
  return (Points){ N, 2, 4, features, NULL, NULL, CHECKS };
}

static RushKMeansParams
params_of (guint k)
{
  return (RushKMeansParams){
    .k = k, .max_iterations = 20, .tolerance = 1e-4, .seed = 7, .start_steps = 2
  };
}

static RushKMeansResult *
run (const Points *points, const RushKMeansParams *params, GError **error)
{
  PointsApp app = points_begin (points);
  RushKMeansResult *result = rush_kmeans_fit (&app.instances, params, error);

  points_end (&app);
  return result;
}

/* That each group has its centre: its mean. */
static void
assert_groups (const RushKMeansResult *result, RushDistance distance)
{
  g_assert_cmpuint (result->n, ==, K);
  for (guint g = 0; g < K; g++)
    {
      double mean[2] = { 0 }, nearest = INFINITY;

      for (guint i = g; i < N; i += K)
        {
          double length =
              distance == RUSH_DISTANCE_COSINE ? hypot (features[2 * i], features[2 * i + 1]) : 1;

          for (guint k = 0; k < 2; k++)
            mean[k] += features[2 * i + k] / length / (N / K);
        }
      if (distance == RUSH_DISTANCE_COSINE)
        rush_scale_to_length_one (2, mean);
      for (guint c = 0; c < K; c++)
        nearest = MIN (nearest, rush_squared_distance (2, result->centers + 2 * c, mean));
      g_assert_cmpfloat (nearest, <, 1e-12);
    }
}

static void
test_groups (void)
{
  for (guint variant = 0; variant < 16; variant++)
    {
      Points points = three_groups ();
      RushKMeansParams params = params_of (K);
      g_autoptr (GError) error = NULL;
      /* Three points at random are not always of three groups. */
      const double start[] = { 1, 9, 9, 1, -9, -11 };

      params.distance = variant & 1 ? RUSH_DISTANCE_COSINE : RUSH_DISTANCE_EUCLIDEAN;
      params.search = variant & 2 ? RUSH_SEARCH_ROW : RUSH_SEARCH_BLOCK;
      params.start = variant & 4 ? start : NULL;
      points.one_side = variant & 8;
      points.sparse = variant & 8;
      g_autoptr (RushKMeansResult) result = run (&points, &params, &error);
      g_assert_no_error (error);
      assert_groups (result, params.distance);
      g_assert_cmpuint (result->n_iterations, >=, 1);
    }
}

/* Of any three points: cost falls to what the centres that it ends with cost. */
static void
test_random_start_and_cost (void)
{
  Points points = three_groups ();
  RushKMeansParams params = params_of (K);
  PointsApp app = points_begin (&points);
  g_autoptr (GError) error = NULL;
  double cost = 0, plain = 0;

  params.start_at_random = TRUE;
  params.tolerance = 0;
  params.max_iterations = 50;
  g_autoptr (RushKMeansResult) result = rush_kmeans_fit (&app.instances, &params, &error);
  g_assert_no_error (error);
  g_assert_true (rush_kmeans_cost (&app.instances, result->n, result->centers, &cost, &error));
  for (guint i = 0; i < N; i++)
    {
      double nearest = INFINITY;

      for (guint c = 0; c < result->n; c++)
        nearest =
            MIN (nearest, rush_squared_distance (2, features + 2 * i, result->centers + 2 * c));
      plain += nearest;
    }
  g_assert_cmpfloat_with_epsilon (cost, plain, 1e-9);
  g_assert_cmpfloat_with_epsilon (cost, result->cost, 1e-9);
  points_end (&app);
}

static void
test_weights (void)
{
  const double x[] = { 0, 1, 9, 9 }, w[] = { 3, 1, 1, 1 };
  const Points points = { 4, 1, 2, x, NULL, w, CHECKS };
  const double start[] = { 0, 10 };
  RushKMeansParams params = params_of (2);

  params.start = start;
  g_autoptr (RushKMeansResult) result = run (&points, &params, NULL);
  g_assert_cmpfloat_with_epsilon (result->centers[0], 0.25, 1e-12);
  g_assert_cmpfloat_with_epsilon (result->centers[1], 9, 1e-12);
  g_assert_cmpfloat_with_epsilon (result->cost, 3 * 0.0625 + 0.5625, 1e-12);
}

/* There are no more centres than distinct points. */
static void
test_few_points (void)
{
  const double x[] = { 1, 1, 1, 2, 1, 1, 2 };
  const Points points = { 7, 1, 3, x, NULL, NULL, CHECKS };
  RushKMeansParams params = params_of (5);

  for (guint random = 0; random < 2; random++)
    {
      params.start_at_random = random;
      g_autoptr (RushKMeansResult) result = run (&points, &params, NULL);
      g_assert_cmpuint (result->n, <=, 2);
      g_assert_cmpuint (result->n, >=, 1);
    }
}

static void
assert_refused (const Points *points, const RushKMeansParams *params, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (run (points, params, &error));
  points_assert_refused (&error, words);
}

static void
test_refused (void)
{
  Points points = three_groups ();
  RushKMeansParams params = params_of (K);

  points.n = 0;
  assert_refused (&points, &params, "No samples available from");
  points.n = N;
  points.has_null = TRUE;
  assert_refused (&points, &params, "Vectors MUST NOT be Null");
  points.has_null = FALSE;
  features[9] = NAN;
  assert_refused (&points, &params, "Vector values MUST NOT be NaN or Infinity");
  features[9] = features[8] = 0;
  params.distance = RUSH_DISTANCE_COSINE;
  assert_refused (&points, &params, "Cosine distance is not defined for zero-length vectors.");
}

/* 20 MB of points in 8 MB: costs are kept, too, as far as there is room. */
static void
test_little_memory (void)
{
  enum
  {
    ROWS = 50000,
    WIDTH = 50
  };
  g_autofree double *x = g_new (double, (gsize)ROWS *WIDTH);
  Points points = { ROWS, WIDTH, 10, x, NULL, NULL, CHECKS };
  RushKMeansParams params = params_of (4);
  g_autoptr (GError) error = NULL;
  guint64 state = 2;

  for (gsize i = 0; i < (gsize)ROWS * WIDTH; i++)
    x[i] = points_random (&state);
  params.max_iterations = 2;
  PointsApp app = points_begin_with (&points, "spark.testing.memory", "8000000",
                                     "spark.testing.reservedMemory", "0");
  g_autoptr (RushKMeansResult) result = rush_kmeans_fit (&app.instances, &params, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result->n, ==, 4);
  points_end (&app);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kmeans/groups", test_groups);
  g_test_add_func ("/kmeans/random-start-and-cost", test_random_start_and_cost);
  g_test_add_func ("/kmeans/weights", test_weights);
  g_test_add_func ("/kmeans/few-points", test_few_points);
  g_test_add_func ("/kmeans/refused", test_refused);
  g_test_add_func ("/kmeans/little-memory", test_little_memory);
  return g_test_run ();
}
