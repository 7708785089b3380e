/* test_weighted_least_squares.c - linear regression by the normal equations.
 *
 *   normal    an exact line, dense and sparse; weights; ridge and lasso as by hand; errors
 *   empty     no rows, no weight, no features: errors with Spark's words; empty partitions
 *   nulls     null, NaN and infinite features and labels
 *   skew      all rows in one of many partitions
 *   singular  features that depend on each other; those that never change
 *   memory    a Gram matrix that does not fit is refused, and what was taken is given back
 */
#include "mllib/optim/weighted_least_squares.h"

#include "points.h"

#include <math.h>

#define CHECKS (RUSH_CHECK_LABELS | RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES)

/* y = 3 x₀ − 2 x₁ + 1 */
static const double X[] = { 0, 1, 1, 0, 2, 1, 1, 3, -1, 2, 0, 0 };
static const double Y[] = { -1, 4, 5, -2, -6, 1 };
static const Points LINE = { 6, 2, 3, X, Y, NULL, CHECKS };
static const RushFitOptions PLAIN = { .fit_intercept = TRUE,
                                      .standardization = TRUE,
                                      .max_iterations = 200,
                                      .tolerance = 1e-12,
                                      .depth = 2 };

static RushLinearFit
run (const Points *points, const RushFitOptions *options)
{
  PointsApp app = points_begin (points);
  g_autoptr (GError) error = NULL;
  RushLinearFit line;

  rush_weighted_least_squares (&line, &app.instances, options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (app_n_jobs (app.context), ==, 1);
  points_end (&app);
  return line;
}

static void
assert_line (const Points *points, const RushFitOptions *options, const double *coefficients,
             double intercept, double epsilon)
{
  RushLinearFit line = run (points, options);

  points_assert_near (points->n_features, line.coefficients, coefficients, epsilon);
  g_assert_cmpfloat_with_epsilon (line.intercept, intercept, epsilon);
  rush_linear_fit_clear (&line);
}

static void
test_exact_line (void)
{
  Points points = LINE;

  for (guint variant = 0; variant < 3; variant++)
    {
      points.sparse = variant == 1;
      points.one_side = variant == 2;
      points.n_partitions = variant == 2 ? 20 : 3;
      assert_line (&points, &PLAIN, (double[]){ 3, -2 }, 1, 1e-10);
    }
}

/* A weight of 2 is a row that is there twice; one of 0 is none. */
static void
test_weights (void)
{
  const double x[] = { 1, 2, 3, 9 }, y[] = { 1, 3, 2, 50 }, w[] = { 2, 1, 1, 0 };
  const double more_x[] = { 1, 1, 2, 3 }, more_y[] = { 1, 1, 3, 2 };
  const Points weighted = { 4, 1, 2, x, y, w, CHECKS };
  const Points repeated = { 4, 1, 2, more_x, more_y, NULL, CHECKS };
  RushLinearFit a = run (&weighted, &PLAIN), b = run (&repeated, &PLAIN);

  g_assert_cmpfloat_with_epsilon (a.coefficients[0], b.coefficients[0], 1e-12);
  g_assert_cmpfloat_with_epsilon (a.intercept, b.intercept, 1e-12);
  rush_linear_fit_clear (&a);
  rush_linear_fit_clear (&b);
}

/* One feature, mean 0 and deviation 1, label of deviation σ: ridge gives β / (1 + λ / σ), lasso
 * takes λ off. */
static void
test_penalties (void)
{
  const double x[] = { 1, -1, 1, -1 }, y[] = { 5, -3, 3, -5 }; /* β = 4, σ² = 17 */
  const Points points = { 4, 1, 2, x, y, NULL, CHECKS };
  RushFitOptions options = PLAIN;

  options.reg_param = 0.5;
  assert_line (&points, &options, (double[]){ 4 / (1 + 0.5 / sqrt (17)) }, 0, 1e-10);
  options.elastic_net_param = 1;
  assert_line (&points, &options, (double[]){ 4 - 0.5 }, 0, 1e-6);
  options.reg_param = 9;
  assert_line (&points, &options, (double[]){ 0 }, 0, 1e-12);
}

/* A penalty on coefficients as they are does not see how features are scaled; one on standardized
 * ones makes up for it. */
static void
test_scaled_feature (void)
{
  const double x[] = { 1, -1, 2, -1 }, tenfold[] = { 10, -10, 20, -10 }, y[] = { 5, -3, 3, -5 };
  const Points points = { 4, 1, 2, x, y, NULL, CHECKS };
  const Points scaled = { 4, 1, 2, tenfold, y, NULL, CHECKS };
  RushFitOptions options = PLAIN;

  options.reg_param = 0.5;
  for (guint raw = 0; raw < 2; raw++)
    {
      options.standardization = !raw;
      RushLinearFit a = run (&points, &options), b = run (&scaled, &options);
      if (raw)
        g_assert_cmpfloat (fabs (a.coefficients[0] - 10 * b.coefficients[0]), >, 1e-3);
      else
        g_assert_cmpfloat_with_epsilon (a.coefficients[0], 10 * b.coefficients[0], 1e-10);
      rush_linear_fit_clear (&a);
      rush_linear_fit_clear (&b);
    }
}

/* (Aᵀ A)⁻¹ of the columns x and 1 is 1 / (n Σx² − (Σx)²) · [n …; … Σx²]. */
static void
test_standard_errors (void)
{
  const double x[] = { 1, 2, 4 }, y[] = { 1, 3, 2 };
  const Points points = { 3, 1, 1, x, y, NULL, CHECKS };
  RushLinearFit line = run (&points, &PLAIN);

  g_assert_cmpuint (line.n_inverse, ==, 2);
  g_assert_cmpfloat_with_epsilon (line.inverse_diagonal[0], 3 / 14.0, 1e-12);
  g_assert_cmpfloat_with_epsilon (line.inverse_diagonal[1], 21 / 14.0, 1e-12);
  g_assert_cmpuint (line.n_history, ==, 1);
  rush_linear_fit_clear (&line);
}

/* ---- singular ---- */

/* The same feature twice: there are many solutions, and one of them is found by iterations. */
static void
test_dependent_features (void)
{
  double twice[2 * 4];
  const double y[] = { 1, 3, 5, 7 };
  const Points points = { 4, 2, 2, twice, y, NULL, CHECKS };

  for (guint i = 0; i < 4; i++)
    twice[2 * i] = twice[2 * i + 1] = i;
  RushLinearFit line = run (&points, &PLAIN);
  g_assert_cmpuint (line.n_inverse, ==, 0);
  g_assert_cmpuint (line.n_history, >, 1);
  g_assert_cmpfloat_with_epsilon (line.coefficients[0] + line.coefficients[1], 2, 1e-6);
  g_assert_cmpfloat_with_epsilon (line.intercept, 1, 1e-6);
  rush_linear_fit_clear (&line);
}

static void
test_constant_feature (void)
{
  const double x[] = { 0, 7, 1, 7, 2, 7 }, y[] = { 1, 3, 5 };
  const Points points = { 3, 2, 2, x, y, NULL, CHECKS };
  RushFitOptions ridge = PLAIN;

  ridge.reg_param = 1e-12;
  assert_line (&points, &ridge, (double[]){ 2, 0 }, 1, 1e-6);
}

static void
test_constant_label (void)
{
  const double y[] = { 5, 5, 5, 5, 5, 5 };
  const Points points = { 6, 2, 2, X, y, NULL, CHECKS };
  PointsApp app = points_begin (&points);
  RushFitOptions options = PLAIN;
  g_autoptr (GError) error = NULL;
  RushLinearFit line;

  assert_line (&points, &PLAIN, (double[]){ 0, 0 }, 5, 1e-12);
  options.fit_intercept = FALSE;
  options.reg_param = 0.1;
  g_assert_false (rush_weighted_least_squares (&line, &app.instances, &options, &error));
  points_assert_refused (&error, "The standard deviation of the label is zero.");
  points_end (&app);
}

/* ---- what it does not take ---- */

static void
assert_refused (const Points *points, const char *words)
{
  PointsApp app = points_begin (points);
  g_autoptr (GError) error = NULL;
  RushLinearFit line;

  g_assert_false (rush_weighted_least_squares (&line, &app.instances, &PLAIN, &error));
  points_assert_refused (&error, words);
  points_end (&app);
}

static void
test_refused (void)
{
  const double bad[] = { 0, 1, 1, 0, 2, NAN, 1, 3, -1, 2, 0, 0 };
  const double labels[] = { -1, 4, NAN, -2, -6, 1 }, endless[] = { -1, 4, INFINITY, -2, -6, 1 };
  const double zeros[6] = { 0 }, negative[] = { 1, 1, -1, 1, 1, 1 };
  Points points = LINE;

  points.n = 0;
  assert_refused (&points, "Sum of weights cannot be zero.");
  points = LINE;
  points.weights = zeros;
  assert_refused (&points, "Sum of weights cannot be zero.");
  points.weights = negative;
  assert_refused (&points, "Weights MUST NOT be Negative or Infinity, but got -1.0");
  points = LINE;
  points.has_null = TRUE;
  assert_refused (&points, "Vectors MUST NOT be Null");
  points = LINE;
  points.features = bad;
  assert_refused (&points, "Vector values MUST NOT be NaN or Infinity, but got [2.0,NaN]");
  points = LINE;
  points.labels = labels;
  assert_refused (&points, "Labels MUST NOT be Null or NaN");
  points.labels = endless;
  assert_refused (&points, "Labels MUST NOT be Infinity, but got Infinity");
  points = LINE;
  points.n_features = 0;
  assert_refused (&points, "no features to learn from");
}

/* 3,000 features need 72 MB a task; there are 16. */
static void
test_little_memory (void)
{
  enum
  {
    D = 3000
  };
  g_autofree double *x = g_new0 (double, 2 * D);
  const double y[] = { 1, 2 };
  const Points points = { 2, D, 2, x, y, NULL, CHECKS };
  PointsApp app = points_begin_with (&points, "spark.testing.memory", "16000000",
                                     "spark.testing.reservedMemory", "0");
  g_autoptr (GError) error = NULL;
  RushLinearFit line;

  g_assert_false (rush_weighted_least_squares (&line, &app.instances, &PLAIN, &error));
  points_assert_refused (&error, "memory");
  points_end (&app);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weighted-least-squares/exact-line", test_exact_line);
  g_test_add_func ("/weighted-least-squares/weights", test_weights);
  g_test_add_func ("/weighted-least-squares/penalties", test_penalties);
  g_test_add_func ("/weighted-least-squares/scaled-feature", test_scaled_feature);
  g_test_add_func ("/weighted-least-squares/standard-errors", test_standard_errors);
  g_test_add_func ("/weighted-least-squares/dependent-features", test_dependent_features);
  g_test_add_func ("/weighted-least-squares/constant-feature", test_constant_feature);
  g_test_add_func ("/weighted-least-squares/constant-label", test_constant_label);
  g_test_add_func ("/weighted-least-squares/refused", test_refused);
  g_test_add_func ("/weighted-least-squares/little-memory", test_little_memory);
  return g_test_run ();
}
