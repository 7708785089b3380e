/* test_centers.c - the closest centre is the closest one, whichever way it is looked for: in
 * blocks, row by row with and without bounds, of dense and of sparse vectors. */
#include "mllib/clustering/centers.h"

#include "core/base/error.h"
#include "mllib/clustering/local_kmeans.h"

#include <math.h>
#include <string.h>

#define MAX_ROWS 80

/* Numbers that repeat from run to run. */
static double
next_number (guint64 *state)
{
  *state = *state * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407u;
  return (double)(*state >> 40) / (1 << 24);
}

static void
fill (double *values, guint n, double from, double width, guint64 seed)
{
  for (guint i = 0; i < n; i++)
    values[i] = from + width * next_number (&seed);
}

static double
plain_distance (RushDistance distance, guint d, const double *x, const double *c)
{
  double square = 0, product = 0;

  for (guint j = 0; j < d; j++)
    {
      square += (x[j] - c[j]) * (x[j] - c[j]);
      product += x[j] * c[j];
    }
  return distance == RUSH_DISTANCE_EUCLIDEAN
             ? square
             : 1 - product / sqrt (rush_squared_norm (d, x)) / sqrt (rush_squared_norm (d, c));
}

/* Each row's centre is one that no other beats, and its distance is right. */
static void
assert_closest (RushDistance distance, guint d, const double *rows, guint n_rows,
                const double *centers, guint n, const guint32 *closest, const double *distances)
{
  for (guint i = 0; i < n_rows; i++)
    {
      double best = INFINITY, own;

      g_assert_cmpuint (closest[i], <, n);
      for (guint c = 0; c < n; c++)
        best = MIN (best, plain_distance (distance, d, rows + i * d, centers + c * d));
      own = plain_distance (distance, d, rows + i * d, centers + closest[i] * d);
      g_assert_cmpfloat_with_epsilon (own, best, 1e-9 * (1 + best));
      g_assert_cmpfloat_with_epsilon (distances[i], own, 1e-9 * (1 + own));
    }
}

/* The same rows as indices and values; zeros are left out. */
static void
check_sparse (RushDistance distance, RushCenterSearch search, guint d, const double *rows,
              guint n_rows, const double *centers, guint n)
{
  g_autofree gint32 *indices = g_new (gint32, n_rows * d);
  g_autofree double *values = g_new (double, n_rows *d);
  guint32 starts[MAX_ROWS + 1] = { 0 }, closest[MAX_ROWS];
  double distances[MAX_ROWS];
  RushInstanceBlock block = {
    .n_rows = n_rows, .n_features = d, .row_starts = starts, .indices = indices, .values = values
  };
  g_autoptr (RushCenters) prepared = rush_centers_new (distance, search, n, d, centers);

  for (guint i = 0, at = 0; i < n_rows; i++)
    {
      for (guint j = 0; j < d; j++)
        if (rows[i * d + j] != 0)
          {
            indices[at] = (gint32)j;
            values[at++] = rows[i * d + j];
          }
      starts[i + 1] = at;
    }
  g_assert_true (rush_centers_closest (prepared, &block, closest, distances, NULL));
  assert_closest (distance, d, rows, n_rows, centers, n, closest, distances);
}

static void
check_all_ways (guint d, guint n_rows, guint n, double from)
{
  g_autofree double *rows = g_new (double, n_rows *d);
  g_autofree double *centers = g_new (double, n *d);

  fill (rows, n_rows * d, from, 10, d * 100 + n);
  fill (centers, n * d, from, 10, d * 1000 + n_rows);
  for (guint distance = RUSH_DISTANCE_EUCLIDEAN; distance <= RUSH_DISTANCE_COSINE; distance++)
    for (guint search = RUSH_SEARCH_BLOCK; search <= RUSH_SEARCH_ROW; search++)
      {
        guint32 closest[MAX_ROWS];
        double distances[MAX_ROWS];
        RushInstanceBlock block = { .n_rows = n_rows, .n_features = d, .dense = rows };
        g_autoptr (RushCenters) prepared = rush_centers_new (distance, search, n, d, centers);

        g_assert_true (rush_centers_closest (prepared, &block, closest, distances, NULL));
        assert_closest (distance, d, rows, n_rows, centers, n, closest, distances);
        check_sparse (distance, search, d, rows, n_rows, centers, n);
      }
}

static void
test_all_ways (void)
{
  const guint sizes[] = { 1, 2, 3, 4, 5, 7, 8, 9, 17 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint n = 1; n <= 9; n++)
      check_all_ways (sizes[i], 8 * n - 5, n, 0);
}

/* |x|² − 2x·c + |c|² of such numbers has no digit left that says who is closer. */
static void
test_far_from_the_origin (void)
{
  check_all_ways (3, 40, 6, 1.7e9);
}

/* Numbers that are exact in all steps, as a tie is one only without rounding. */
static void
test_first_of_equals (void)
{
  const double centers[] = { 5, 0, 2, 1 }, rows[] = { 0.5, 2, 3.5, 9, 1.5 };
  const guint32 wanted[] = { 1, 2, 0, 0, 2 };
  RushInstanceBlock block = { .n_rows = 5, .n_features = 1, .dense = rows };

  for (guint search = RUSH_SEARCH_BLOCK; search <= RUSH_SEARCH_ROW; search++)
    {
      guint32 closest[5];
      g_autoptr (RushCenters) prepared =
          rush_centers_new (RUSH_DISTANCE_EUCLIDEAN, search, 4, 1, centers);

      g_assert_true (rush_centers_closest (prepared, &block, closest, NULL, NULL));
      g_assert_cmpmem (closest, sizeof closest, wanted, sizeof wanted);
    }
}

static void
test_own_point_costs_nothing (void)
{
  const double rows[] = { 0.1, 0.2, 123.456, 7e8, 1e-7, 3 };
  guint32 closest[3];
  double distances[3];
  RushInstanceBlock block = { .n_rows = 3, .n_features = 2, .dense = rows };
  g_autoptr (RushCenters) prepared =
      rush_centers_new (RUSH_DISTANCE_EUCLIDEAN, RUSH_SEARCH_BLOCK, 3, 2, rows);

  g_assert_true (rush_centers_closest (prepared, &block, closest, distances, NULL));
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpuint (closest[i], ==, i);
      g_assert_cmpfloat (distances[i], ==, 0);
    }
}

static void
test_errors (void)
{
  const double centers[] = { 1, 0, 0, 1 }, rows[] = { 1, 1, 0, 0 };
  guint32 closest[2];
  RushInstanceBlock block = { .n_rows = 2, .n_features = 2, .dense = rows };
  RushInstanceBlock other = { .n_rows = 1, .n_features = 4, .dense = rows };

  for (guint search = RUSH_SEARCH_BLOCK; search <= RUSH_SEARCH_ROW; search++)
    {
      g_autoptr (GError) zero = NULL;
      g_autoptr (GError) size = NULL;
      g_autoptr (RushCenters) prepared =
          rush_centers_new (RUSH_DISTANCE_COSINE, search, 2, 2, centers);

      g_assert_false (rush_centers_closest (prepared, &block, closest, NULL, &zero));
      g_assert_error (zero, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
      g_assert_false (rush_centers_closest (prepared, &other, closest, NULL, &size));
      g_assert_error (size, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
    }
}

/* ---- points on the driver ---- */

static void
test_distinct (void)
{
  const double values[] = { 1, 2, 0, 1, 1, 2, -0.0, 1, 3, 3, 1, 2 },
               wanted[] = { 1, 2, 0, 1, 3, 3 };
  g_autoptr (RushPointSet) points = rush_point_set_new (2);

  for (guint i = 0; i < 6; i++)
    rush_point_set_append (points, values + 2 * i);
  rush_point_set_make_distinct (points);
  g_assert_cmpuint (points->n, ==, 3);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat (rush_point (points, 0)[i], ==, wanted[i]);
}

/* Two heaps far apart, one of them with nearly all the weight: a centre in each. */
static void
test_local_kmeans (void)
{
  const double weights[] = { 1000, 1000, 1, 1 }, values[] = { 0, 1, 100, 102 };
  g_autoptr (RushPointSet) points = rush_point_set_new (1);
  g_autoptr (RushPointSet) centers = NULL;

  for (guint i = 0; i < 4; i++)
    rush_point_set_append (points, values + i);
  centers = rush_local_kmeans (points, weights, 2, 30, 0);
  g_assert_cmpuint (centers->n, ==, 2);
  g_assert_cmpfloat (rush_point (centers, 0)[0] + rush_point (centers, 1)[0], ==, 0.5 + 101);
}

/* All points are centres before all centres are chosen. */
static void
test_more_centers_than_points (void)
{
  const double weights[] = { 1, 1 }, values[] = { 0, 5 };
  g_autoptr (RushPointSet) points = rush_point_set_new (1);
  g_autoptr (RushPointSet) centers = NULL;

  for (guint i = 0; i < 2; i++)
    rush_point_set_append (points, values + i);
  centers = rush_local_kmeans (points, weights, 4, 30, 0);
  g_assert_cmpuint (centers->n, ==, 4);
  for (guint c = 0; c < 4; c++)
    g_assert_true (rush_point (centers, c)[0] == 0 || rush_point (centers, c)[0] == 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/centers/all-ways", test_all_ways);
  g_test_add_func ("/centers/far-from-the-origin", test_far_from_the_origin);
  g_test_add_func ("/centers/first-of-equals", test_first_of_equals);
  g_test_add_func ("/centers/own-point-costs-nothing", test_own_point_costs_nothing);
  g_test_add_func ("/centers/errors", test_errors);
  g_test_add_func ("/points/distinct", test_distinct);
  g_test_add_func ("/points/local-kmeans", test_local_kmeans);
  g_test_add_func ("/points/more-centers-than-points", test_more_centers_than_points);
  return g_test_run ();
}
