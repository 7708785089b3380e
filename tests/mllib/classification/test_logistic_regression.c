/* test_logistic_regression.c - at the end no gradient is left, which is what a fit says it found.
 *
 *   normal    binomial and multinomial, with penalties, weights, a start
 *   empty     no rows; one class alone; a class that nobody has
 *   nulls     a null vector, NaN
 *   skew      all rows in one of many partitions
 *   error     labels that are no classes, more classes than were known
 *   memory    more sums than a task has memory for
 */
#include "mllib/classification/logistic_regression.h"

#include "points.h"

#include <math.h>

#define CHECKS (RUSH_CHECK_CLASSES | RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES)

enum
{
  N = 90,
  D = 2,
  MAX_SETS = 3
};

static double features[N * D], labels[N], weights[N];

/* Classes 0 … n − 1 that overlap. */
static void
make_points (guint n_classes)
{
  guint64 state = 11;

  for (guint i = 0; i < N; i++)
    {
      labels[i] = i % n_classes;
      features[i * D] = 3 * points_random (&state) + labels[i];
      features[i * D + 1] = 20 * points_random (&state) - 5 * labels[i];
      weights[i] = 0.5 + points_random (&state);
    }
}

static RushLogisticOptions
options_of (double lambda, gboolean standardization)
{
  return (RushLogisticOptions){ .fit = { .fit_intercept = TRUE,
                                         .reg_param = lambda,
                                         .standardization = standardization,
                                         .max_iterations = 300,
                                         .tolerance = 1e-14,
                                         .depth = 2 } };
}

static RushLogisticModel
run (const Points *points, const RushLogisticOptions *options)
{
  PointsApp app = points_begin (points);
  g_autoptr (GError) error = NULL;
  RushLogisticModel model;

  rush_logistic_regression_fit (&model, &app.instances, options, &error);
  g_assert_no_error (error);
  points_end (&app);
  return model;
}

/* P (k) of row @i. */
static double
probability (const RushLogisticModel *model, guint i, guint k)
{
  double margins[MAX_SETS] = { 0 }, sum = 0;

  for (guint s = 0; s < model->n_sets; s++)
    {
      double *margin = &margins[model->n_sets == 1 ? 1 : s];

      *margin = model->intercepts[s];
      for (guint j = 0; j < D; j++)
        *margin += model->coefficients[s * D + j] * features[i * D + j];
    }
  for (guint s = 0; s < model->n_classes; s++)
    sum += exp (margins[s]);
  return exp (margins[k]) / sum;
}

/* Σ w (P (k) − [k]) x / Σ w + λ β is 0 for each set, and without x for intercepts. */
static void
assert_no_gradient (const RushLogisticModel *model, gboolean weighted, double lambda)
{
  for (guint s = 0; s < model->n_sets; s++)
    {
      guint k = model->n_sets == 1 ? 1 : s;
      double sums[D + 1] = { 0 }, total = 0;

      for (guint i = 0; i < N; i++)
        {
          double weight = weighted ? weights[i] : 1;
          double miss = weight * (probability (model, i, k) - (labels[i] == k));

          total += weight;
          sums[D] += miss;
          for (guint j = 0; j < D; j++)
            sums[j] += miss * features[i * D + j];
        }
      for (guint j = 0; j < D; j++)
        g_assert_cmpfloat_with_epsilon (sums[j] / total + lambda * model->coefficients[s * D + j],
                                        0, 1e-5);
      g_assert_cmpfloat_with_epsilon (sums[D] / total, 0, 1e-5);
    }
}

static void
test_no_gradient_is_left (void)
{
  for (guint variant = 0; variant < 16; variant++)
    {
      guint n_classes = variant % 2 ? 3 : 2;
      double lambda = variant & 2 ? 0.1 : 0;
      Points points = { N, D, 3, features, labels, variant & 4 ? weights : NULL, CHECKS };
      RushLogisticOptions options = options_of (lambda, FALSE);

      make_points (n_classes);
      points.sparse = points.one_side = variant & 8;
      points.n_partitions = variant & 8 ? 20 : 3;
      RushLogisticModel model = run (&points, &options);
      g_assert_cmpuint (model.n_classes, ==, n_classes);
      g_assert_cmpint (model.multinomial, ==, n_classes == 3);
      assert_no_gradient (&model, variant & 4, lambda);
      for (guint i = 1; i < model.n_history; i++)
        g_assert_cmpfloat (model.history[i], <=, model.history[i - 1]);
      rush_logistic_model_clear (&model);
    }
}

/* Coefficients and intercepts of all classes sum to 0. */
static void
test_centred (void)
{
  const Points points = { N, D, 3, features, labels, NULL, CHECKS };
  RushLogisticOptions options = options_of (0, TRUE);

  make_points (3);
  RushLogisticModel model = run (&points, &options);
  for (guint j = 0; j < D; j++)
    g_assert_cmpfloat_with_epsilon (
        model.coefficients[j] + model.coefficients[D + j] + model.coefficients[2 * D + j], 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (model.intercepts[0] + model.intercepts[1] + model.intercepts[2],
                                  0, 1e-9);
  rush_logistic_model_clear (&model);
}

static void
test_lasso (void)
{
  const Points points = { N, D, 3, features, labels, NULL, CHECKS };
  RushLogisticOptions options = options_of (10, TRUE);

  make_points (2);
  options.fit.elastic_net_param = 1;
  RushLogisticModel model = run (&points, &options);
  g_assert_cmpfloat (model.coefficients[0], ==, 0);
  g_assert_cmpfloat (model.coefficients[1], ==, 0);
  g_assert_cmpfloat_with_epsilon (model.intercepts[0], 0, 1e-6); /* as many of each */
  rush_logistic_model_clear (&model);
}

/* From elsewhere to the same end; with no iterations to where it began. */
static void
test_start (void)
{
  const double start[] = { -2, 3, 7 };
  const Points points = { N, D, 3, features, labels, NULL, CHECKS };
  RushLogisticOptions options = options_of (0.01, TRUE), told = options;

  make_points (2);
  told.start = start;
  RushLogisticModel a = run (&points, &options), b = run (&points, &told);
  points_assert_near (D, a.coefficients, b.coefficients, 1e-5);
  g_assert_cmpfloat_with_epsilon (a.intercepts[0], b.intercepts[0], 1e-5);
  rush_logistic_model_clear (&b);
  told.fit.max_iterations = 0;
  b = run (&points, &told);
  points_assert_near (D, b.coefficients, start, 1e-9);
  g_assert_cmpfloat_with_epsilon (b.intercepts[0], 7, 1e-9);
  rush_logistic_model_clear (&a);
  rush_logistic_model_clear (&b);
}

/* Classes that a line parts have no best coefficients: iterations end, numbers are finite. */
static void
test_separable (void)
{
  const double x[] = { -2, 0, -1, 0, 1, 0, 2, 0 }, y[] = { 0, 0, 1, 1 };
  const Points points = { 4, 2, 2, x, y, NULL, CHECKS };
  RushLogisticOptions options = options_of (0, TRUE);

  RushLogisticModel model = run (&points, &options);
  g_assert_true (isfinite (model.coefficients[0]) && model.coefficients[0] > 1);
  g_assert_cmpfloat (model.coefficients[1], ==, 0); /* it never changes */
  rush_logistic_model_clear (&model);
}

static void
test_one_class (void)
{
  const double ones[] = { 1, 1, 1 }, x[] = { 1, 2, 3, 4, 5, 6 };
  Points points = { 3, 2, 2, x, ones, NULL, CHECKS };
  RushLogisticOptions options = options_of (0, TRUE);

  RushLogisticModel model = run (&points, &options);
  g_assert_true (model.constant);
  g_assert_cmpfloat (model.intercepts[0], ==, INFINITY);
  rush_logistic_model_clear (&model);
  options.family = RUSH_FAMILY_MULTINOMIAL;
  options.n_classes = 3;
  model = run (&points, &options);
  g_assert_cmpuint (model.n_sets, ==, 3);
  g_assert_cmpfloat (model.intercepts[1], ==, INFINITY);
  g_assert_cmpfloat (model.intercepts[0], ==, 0);
  rush_logistic_model_clear (&model);
}

/* ---- what it does not take ---- */

static void
assert_refused (const Points *points, const RushLogisticOptions *options, const char *words)
{
  PointsApp app = points_begin (points);
  g_autoptr (GError) error = NULL;
  RushLogisticModel model;

  g_assert_false (rush_logistic_regression_fit (&model, &app.instances, options, &error));
  points_assert_refused (&error, words);
  points_end (&app);
}

static void
test_refused (void)
{
  RushLogisticOptions options = options_of (0, TRUE);
  Points points = { 0, D, 3, features, labels, NULL, CHECKS };

  make_points (3);
  assert_refused (&points, &options, "Nothing has been added to this summarizer.");
  points.n = N;
  options.family = RUSH_FAMILY_BINOMIAL;
  assert_refused (&points, &options, "only supports 1 or 2 outcome classes but found 3");
  options.family = RUSH_FAMILY_AUTO;
  options.n_classes = 2;
  assert_refused (&points, &options, "2 was less than the number of unique labels 3");
  options.n_classes = 0;
  options.n_thresholds = 2;
  assert_refused (&points, &options, "numClasses=3, but thresholds has length 2");
  options.n_thresholds = 0;
  points.has_null = TRUE;
  assert_refused (&points, &options, "Vectors MUST NOT be Null");
  points.has_null = FALSE;
  labels[5] = 0.5;
  assert_refused (&points, &options, "Labels MUST be Integers, but got 0.5");
  labels[5] = -1;
  assert_refused (&points, &options, "Labels MUST be in [0, 2147483647), but got -1.0");
  labels[5] = 0;
  features[9] = INFINITY;
  assert_refused (&points, &options, "Vector values MUST NOT be NaN or Infinity");
}

/* 4,000 classes × 1,000 features are 32 MB of sums a task; there are 16. */
static void
test_little_memory (void)
{
  g_autofree double *x = g_new0 (double, 2 * 1000);
  const double y[] = { 1, 0 };
  const Points points = { 2, 1000, 2, x, y, NULL, CHECKS };
  RushLogisticOptions options = options_of (0, TRUE);
  g_autoptr (GError) error = NULL;
  RushLogisticModel model;

  x[0] = 1;
  options.n_classes = 4000;
  PointsApp app = points_begin_with (&points, "spark.testing.memory", "16000000",
                                     "spark.testing.reservedMemory", "0");
  g_assert_false (rush_logistic_regression_fit (&model, &app.instances, &options, &error));
  points_assert_refused (&error, "memory");
  points_end (&app);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/logistic-regression/no-gradient-is-left", test_no_gradient_is_left);
  g_test_add_func ("/logistic-regression/centred", test_centred);
  g_test_add_func ("/logistic-regression/lasso", test_lasso);
  g_test_add_func ("/logistic-regression/start", test_start);
  g_test_add_func ("/logistic-regression/separable", test_separable);
  g_test_add_func ("/logistic-regression/one-class", test_one_class);
  g_test_add_func ("/logistic-regression/refused", test_refused);
  g_test_add_func ("/logistic-regression/little-memory", test_little_memory);
  return g_test_run ();
}
