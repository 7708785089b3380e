/* test_least_squares.c - linear regression by iterations finds what the normal equations find.
 *
 *   normal    the same line, with every penalty, dense and sparse, with weights
 *   empty     no rows; features and labels that never change; no iterations
 *   nulls     a null vector, NaN
 *   skew      all rows in one of many partitions, which is a tree of three levels
 *   memory    blocks that do not fit are spilled to disk: the answer is the same
 */
#include "mllib/regression/least_squares.h"

#include "mllib/optim/weighted_least_squares.h"
#include "points.h"

#include <math.h>

#define CHECKS (RUSH_CHECK_LABELS | RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES)

enum
{
  N = 60,
  D = 4
};

static double features[N * D], labels[N], weights[N];

static void
make_points (void)
{
  guint64 state = 3;

  for (guint i = 0; i < N; i++)
    {
      double *x = features + i * D;

      for (guint k = 0; k < D; k++)
        x[k] = points_random (&state) < 0.3 ? 0 : 10 * (k + 1) * (points_random (&state) - 0.3);
      labels[i] = 2 * x[0] - x[1] + 0.1 * x[3] + 4 + 3 * points_random (&state);
      weights[i] = 0.5 + points_random (&state);
    }
}

static RushFitOptions
options_of (double lambda, double alpha, gboolean standardization, gboolean intercept)
{
  return (RushFitOptions){ .fit_intercept = intercept,
                           .reg_param = lambda,
                           .elastic_net_param = alpha,
                           .standardization = standardization,
                           .max_iterations = 500,
                           .tolerance = 1e-14,
                           .depth = 2 };
}

static void
assert_same_line (const Points *points, const RushFitOptions *options)
{
  PointsApp app = points_begin (points);
  g_autoptr (GError) error = NULL;
  RushLinearFit found, wanted;

  rush_least_squares_fit (&found, &app.instances, options, &error);
  g_assert_no_error (error);
  rush_weighted_least_squares (&wanted, &app.instances, options, &error);
  g_assert_no_error (error);
  /* Deviations of n − 1 on one side, of n on the other: penalties differ by that much. */
  points_assert_near (points->n_features, found.coefficients, wanted.coefficients,
                      options->reg_param > 0 ? 0.02 : 1e-6);
  g_assert_cmpfloat_with_epsilon (found.intercept, wanted.intercept,
                                  options->reg_param > 0 ? 0.2 : 1e-5);
  for (guint i = 1; i < found.n_history; i++)
    g_assert_cmpfloat (found.history[i], <=, found.history[i - 1]);
  rush_linear_fit_clear (&found);
  rush_linear_fit_clear (&wanted);
  points_end (&app);
}

static void
test_same_line (void)
{
  const double penalties[][2] = { { 0, 0 }, { 0.3, 0 }, { 0.3, 0.5 }, { 0.3, 1 } };

  make_points ();
  for (guint variant = 0; variant < 16; variant++)
    {
      RushFitOptions options = options_of (penalties[variant / 4][0], penalties[variant / 4][1],
                                           variant % 2, variant < 8);
      Points points = { N, D, 3, features, labels, variant % 3 ? weights : NULL, CHECKS };

      points.sparse = variant % 4 > 1;
      assert_same_line (&points, &options);
    }
}

static void
test_skew (void)
{
  RushFitOptions options = options_of (0, 0, TRUE, TRUE);
  Points points = { N, D, 20, features, labels, weights, CHECKS };

  make_points ();
  points.one_side = TRUE;
  options.depth = 3;
  assert_same_line (&points, &options);
}

static RushLinearFit
fit (const Points *points, const RushFitOptions *options)
{
  PointsApp app = points_begin (points);
  g_autoptr (GError) error = NULL;
  RushLinearFit line;

  rush_least_squares_fit (&line, &app.instances, options, &error);
  g_assert_no_error (error);
  points_end (&app);
  return line;
}

static void
test_what_never_changes (void)
{
  RushFitOptions options = options_of (0, 0, TRUE, TRUE);
  double x[N * 2], same[N];
  const Points one = { N, 2, 2, x, labels, NULL, CHECKS };
  const Points constant = { N, D, 2, features, same, NULL, CHECKS };

  make_points ();
  for (guint i = 0; i < N; i++)
    {
      x[2 * i] = features[i * D];
      x[2 * i + 1] = 7;
      same[i] = 6;
    }
  RushLinearFit line = fit (&one, &options);
  g_assert_cmpfloat (line.coefficients[1], ==, 0);
  g_assert_cmpfloat (fabs (line.coefficients[0]), >, 0.1);
  rush_linear_fit_clear (&line);
  line = fit (&constant, &options);
  g_assert_cmpfloat (line.intercept, ==, 6);
  g_assert_cmpfloat (line.coefficients[0], ==, 0);
  g_assert_cmpuint (line.n_history, ==, 1);
  rush_linear_fit_clear (&line);
}

static void
test_no_iterations (void)
{
  RushFitOptions options = options_of (0, 0, TRUE, TRUE);
  const Points points = { N, D, 2, features, labels, NULL, CHECKS };
  double mean = 0;

  make_points ();
  options.max_iterations = 0;
  for (guint i = 0; i < N; i++)
    mean += labels[i] / N;
  RushLinearFit line = fit (&points, &options);
  g_assert_cmpfloat (line.coefficients[2], ==, 0);
  g_assert_cmpfloat_with_epsilon (line.intercept, mean, 1e-9);
  rush_linear_fit_clear (&line);
}

static void
test_refused (void)
{
  RushFitOptions options = options_of (0, 0, TRUE, TRUE);
  Points points = { 0, D, 3, features, labels, NULL, CHECKS };
  g_autoptr (GError) error = NULL;
  RushLinearFit line;

  make_points ();
  PointsApp app = points_begin (&points);
  g_assert_false (rush_least_squares_fit (&line, &app.instances, &options, &error));
  points_assert_refused (&error, "Nothing has been added to this summarizer.");
  points_end (&app);
  points.n = N;
  points.has_null = TRUE;
  app = points_begin (&points);
  g_assert_false (rush_least_squares_fit (&line, &app.instances, &options, &error));
  points_assert_refused (&error, "Vectors MUST NOT be Null");
  points_end (&app);
  points.has_null = FALSE;
  labels[7] = NAN;
  app = points_begin (&points);
  g_assert_false (rush_least_squares_fit (&line, &app.instances, &options, &error));
  points_assert_refused (&error, "Labels MUST NOT be Null or NaN");
  points_end (&app);
}

/* 12 MB of blocks that are to be kept, in 8 MB. */
static void
test_little_memory (void)
{
  enum
  {
    ROWS = 30000,
    WIDTH = 50
  };
  g_autofree double *x = g_new (double, ROWS *WIDTH);
  g_autofree double *y = g_new (double, ROWS);
  const Points points = { ROWS, WIDTH, 8, x, y, NULL, CHECKS };
  RushFitOptions options = options_of (0, 0, TRUE, TRUE);
  g_autoptr (GError) error = NULL;
  RushLinearFit line;
  guint64 state = 9;

  for (guint i = 0; i < ROWS * WIDTH; i++)
    x[i] = points_random (&state);
  for (guint i = 0; i < ROWS; i++)
    y[i] = 2 * x[i * WIDTH] - x[i * WIDTH + 49];
  PointsApp app = points_begin_with (&points, "spark.testing.memory", "8000000",
                                     "spark.testing.reservedMemory", "0");
  rush_least_squares_fit (&line, &app.instances, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat_with_epsilon (line.coefficients[0], 2, 1e-5);
  g_assert_cmpfloat_with_epsilon (line.coefficients[49], -1, 1e-5);
  rush_linear_fit_clear (&line);
  points_end (&app);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/least-squares/same-line", test_same_line);
  g_test_add_func ("/least-squares/skew", test_skew);
  g_test_add_func ("/least-squares/what-never-changes", test_what_never_changes);
  g_test_add_func ("/least-squares/no-iterations", test_no_iterations);
  g_test_add_func ("/least-squares/refused", test_refused);
  g_test_add_func ("/least-squares/little-memory", test_little_memory);
  return g_test_run ();
}
