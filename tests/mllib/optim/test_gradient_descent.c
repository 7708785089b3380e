/* test_gradient_descent.c - steps down the gradient, for each loss and penalty.
 *
 *   normal    one step by hand; many steps find the minimum; samples; a pass an iteration
 *   empty     no rows, empty partitions, no iterations: the weights stay
 *   nulls     a null vector ends it, the weights as they were; a NaN label makes NaN
 *   skew      all rows in one of many partitions
 *   error     labels that are no classes
 */
#include "mllib/optim/gradient_descent.h"

#include "points.h"

#include <math.h>

static const double LINE_X[] = { 0, 1, 1, 0, 2, 1, 1, 3, -1, 2 };
static const double LINE_Y[] = { 1, -2, 3, -5, -7 }; /* no line: 3 x₀ − 2 x₁ + 1, and then some */
static const Points LINE = { 5, 2, 3, LINE_X, LINE_Y, NULL, RUSH_CHECK_NOTHING };
static const double SIDES[] = { 0, 1, 1, 0, 0 };

static RushDescentOptions
options_of (RushDescentLoss loss, guint iterations)
{
  return (
      RushDescentOptions){ .loss = loss, .max_iterations = iterations, .step = 0.1, .fraction = 1 };
}

static guint
run (const Points *points, const RushDescentOptions *options, double *weights, double *out_losses)
{
  PointsApp app = points_begin (points);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) history = NULL;
  guint n;

  rush_gradient_descent (&app.instances, options, weights, &history, &error);
  g_assert_no_error (error);
  n = history->len;
  for (guint i = 0; out_losses != NULL && i < n; i++)
    out_losses[i] = g_array_index (history, double, i);
  if (n < 500) /* of very many jobs not all are remembered */
    g_assert_cmpuint (app_n_jobs (app.context), ==, 1 + (options->binary ? 1 : 0) + n);
  points_end (&app);
  return n;
}

/* ---- one step ---- */

/* The mean of multiplier × x at weights 0, and the loss there, row by row. */
static double
plain_gradient (RushDescentLoss loss, const double *labels, double *out)
{
  double sum = 0;

  out[0] = out[1] = 0;
  for (guint i = 0; i < 5; i++)
    {
      double side = 2 * labels[i] - 1;
      double multiplier = loss == RUSH_DESCENT_LEAST_SQUARES ? -labels[i]
                          : loss == RUSH_DESCENT_LOGISTIC    ? 0.5 - labels[i]
                                                             : -side;

      sum += loss == RUSH_DESCENT_LEAST_SQUARES ? labels[i] * labels[i] / 2
             : loss == RUSH_DESCENT_LOGISTIC    ? log (2)
                                                : 1;
      for (guint k = 0; k < 2; k++)
        out[k] += multiplier * LINE_X[2 * i + k] / 5;
    }
  return sum / 5;
}

static void
test_one_step (void)
{
  for (guint loss = 0; loss < 3; loss++)
    for (guint sparse = 0; sparse < 2; sparse++)
      {
        RushDescentOptions options = options_of ((RushDescentLoss)loss, 1);
        Points points = LINE;
        double weights[2] = { 0, 0 }, gradient[2], losses[2];

        points.sparse = sparse;
        points.labels = loss == RUSH_DESCENT_LEAST_SQUARES ? LINE_Y : SIDES;
        options.binary = loss != RUSH_DESCENT_LEAST_SQUARES;
        g_assert_cmpuint (run (&points, &options, weights, losses), ==, 2);
        g_assert_cmpfloat_with_epsilon (
            losses[0], plain_gradient ((RushDescentLoss)loss, points.labels, gradient), 1e-12);
        g_assert_cmpfloat (losses[1], <, losses[0]);
        for (guint k = 0; k < 2; k++)
          g_assert_cmpfloat_with_epsilon (weights[k], -0.1 * gradient[k], 1e-12);
      }
}

/* Steps shrink with √i: the second one is step / √2 along the gradient at the first's end. */
static void
test_second_step (void)
{
  const double x[] = { 1 }, y[] = { 1 };
  const Points one = { 1, 1, 1, x, y, NULL, RUSH_CHECK_NOTHING };
  RushDescentOptions options = options_of (RUSH_DESCENT_LEAST_SQUARES, 2);
  double weight = 0;

  run (&one, &options, &weight, NULL);
  g_assert_cmpfloat_with_epsilon (weight, 0.1 + 0.1 / sqrt (2) * 0.9, 1e-12);
}

/* ---- many steps ---- */

static void
test_intercept (void)
{
  const double x[] = { 0, 1, 2, 3 }, y[] = { 1, 3, 5, 7 };
  const Points points = { 4, 1, 2, x, y, NULL, RUSH_CHECK_NOTHING };
  RushDescentOptions options = options_of (RUSH_DESCENT_LEAST_SQUARES, 4000);
  double weights[] = { 0, 0 };

  options.intercept = TRUE;
  options.step = 0.5;
  options.tolerance = 1e-9;
  run (&points, &options, weights, NULL);
  points_assert_near (2, weights, (double[]){ 2, 1 }, 1e-3);
}

/* It ends when a step is short: that of 0.3 ends long before that of 1e-9. */
static void
test_tolerance (void)
{
  RushDescentOptions coarse = options_of (RUSH_DESCENT_LEAST_SQUARES, 500), fine = coarse;
  double weights[] = { 0, 0 };

  coarse.tolerance = 0.3;
  fine.tolerance = 1e-9;
  g_assert_cmpuint (run (&LINE, &coarse, weights, NULL), ==, 2);
  weights[0] = weights[1] = 0;
  g_assert_cmpuint (run (&LINE, &fine, weights, NULL), >, 20);
}

/* Minimum of ½ (w − 1)² + penalty: w = 1 − λ with |w|, 1 / (1 + λ) with ½ w²; a large L1 penalty
 * leaves nothing. */
static void
test_penalties (void)
{
  const double x[] = { 1 }, y[] = { 1 };
  const Points one = { 1, 1, 1, x, y, NULL, RUSH_CHECK_NOTHING };
  const struct
  {
    RushDescentPenalty penalty;
    double lambda, wanted;
  } cases[] = { { RUSH_DESCENT_NO_PENALTY, 5, 1 },
                { RUSH_DESCENT_L1, 0.25, 0.75 },
                { RUSH_DESCENT_L2, 0.25, 0.8 },
                { RUSH_DESCENT_L1, 2, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      RushDescentOptions options = options_of (RUSH_DESCENT_LEAST_SQUARES, 300);
      double weight = 0;

      options.penalty = cases[i].penalty;
      options.reg_param = cases[i].lambda;
      options.step = 0.5;
      run (&one, &options, &weight, NULL);
      g_assert_cmpfloat_with_epsilon (weight, cases[i].wanted, 1e-6);
    }
}

/* A sample has its share of rows, and another one each time: the losses of the same weights differ;
 * from the same seeds comes the same. */
static void
test_samples (void)
{
  enum
  {
    N = 2000
  };
  g_autofree double *x = g_new (double, N);
  g_autofree double *y = g_new (double, N);
  Points points = { N, 1, 4, x, y, NULL, RUSH_CHECK_NOTHING };
  RushDescentOptions options = options_of (RUSH_DESCENT_LEAST_SQUARES, 6);
  double losses[7], again[7], weight = 0;
  guint64 state = 5;

  for (guint i = 0; i < N; i++)
    {
      x[i] = 1;
      y[i] = points_random (&state);
    }
  options.fraction = 0.3;
  options.step = 1e-300;
  g_assert_cmpuint (run (&points, &options, &weight, losses), ==, 7);
  g_assert_cmpuint (run (&points, &options, &weight, again), ==, 7);
  for (guint i = 1; i < 7; i++)
    {
      g_assert_cmpfloat (losses[i], !=, losses[i - 1]);
      g_assert_cmpfloat (losses[i], ==, again[i]);
      g_assert_cmpfloat_with_epsilon (losses[i], 1 / 6.0, 0.03);
    }
}

/* ---- little, and nothing ---- */

static void
test_nothing (void)
{
  Points points = LINE;
  RushDescentOptions options = options_of (RUSH_DESCENT_LEAST_SQUARES, 3);
  double weights[] = { 4, 5 };

  points.n = 0;
  g_assert_cmpuint (run (&points, &options, weights, NULL), ==, 0);
  points_assert_near (2, weights, (double[]){ 4, 5 }, 0);
  options.max_iterations = 0; /* the loss is told all the same */
  g_assert_cmpuint (run (&LINE, &options, weights, NULL), ==, 1);
  points_assert_near (2, weights, (double[]){ 4, 5 }, 0);
}

static void
test_skew (void)
{
  RushDescentOptions options = options_of (RUSH_DESCENT_LEAST_SQUARES, 20);
  Points skewed = LINE;
  double even[] = { 0, 0 }, odd[] = { 0, 0 };

  skewed.one_side = TRUE;
  skewed.n_partitions = 20;
  run (&LINE, &options, even, NULL);
  run (&skewed, &options, odd, NULL);
  points_assert_near (2, odd, even, 1e-12);
}

/* ---- what it does not take ---- */

static void
test_refused (void)
{
  const double labels[] = { 0, 1, 2, 1, 0 };
  RushDescentOptions options = options_of (RUSH_DESCENT_LOGISTIC, 3);
  double weights[] = { 4, 5 };
  g_autoptr (GError) error = NULL;
  GArray *history = NULL;
  Points points = LINE;

  points.labels = labels;
  options.binary = TRUE;
  PointsApp app = points_begin (&points);
  g_assert_false (rush_gradient_descent (&app.instances, &options, weights, &history, &error));
  points_assert_refused (&error, "Input validation failed.");
  points_end (&app);

  points.has_null = TRUE;
  options.binary = FALSE;
  app = points_begin (&points);
  g_assert_false (rush_gradient_descent (&app.instances, &options, weights, &history, &error));
  points_assert_refused (&error, "Vectors MUST NOT be Null");
  points_end (&app);
  g_assert_null (history);
  points_assert_near (2, weights, (double[]){ 4, 5 }, 0);
}

static void
test_nan (void)
{
  const double labels[] = { 0, NAN, 2, 1, 0 };
  RushDescentOptions options = options_of (RUSH_DESCENT_LEAST_SQUARES, 3);
  double weights[] = { 0, 0 };
  Points points = LINE;

  points.labels = labels;
  run (&points, &options, weights, NULL);
  g_assert_true (isnan (weights[0]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gradient-descent/one-step", test_one_step);
  g_test_add_func ("/gradient-descent/second-step", test_second_step);
  g_test_add_func ("/gradient-descent/intercept", test_intercept);
  g_test_add_func ("/gradient-descent/tolerance", test_tolerance);
  g_test_add_func ("/gradient-descent/penalties", test_penalties);
  g_test_add_func ("/gradient-descent/samples", test_samples);
  g_test_add_func ("/gradient-descent/nothing", test_nothing);
  g_test_add_func ("/gradient-descent/skew", test_skew);
  g_test_add_func ("/gradient-descent/refused", test_refused);
  g_test_add_func ("/gradient-descent/nan", test_nan);
  return g_test_run ();
}
