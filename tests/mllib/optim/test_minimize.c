/* test_minimize.c - L-BFGS and OWL-QN find known minima, in few evaluations; failures are told.
 *
 *   normal    a quadratic, Rosenbrock's valley
 *   penalty   soft thresholding: coordinates become exactly 0
 *   empty     no iterations allowed: the start
 *   error     the function fails: its error, the point untouched
 */
#include "mllib/optim/minimize.h"

#include <math.h>
#include <stdio.h>

typedef struct
{
  guint calls;
  guint fail_at; /* 0: never */
} Counter;

static gboolean
counted (Counter *counter, GError **error)
{
  if (++counter->calls != counter->fail_at)
    return TRUE;
  g_set_error_literal (error, g_quark_from_static_string ("test"), 1, "no data");
  return FALSE;
}

/* ½ Σ (i + 1) (x[i] − i)² */
static gboolean
quadratic (gpointer data, double *x, double *value, double *gradient, GError **error)
{
  *value = 0;
  for (guint i = 0; i < 4; i++)
    {
      gradient[i] = (i + 1.0) * (x[i] - i);
      *value += 0.5 * gradient[i] * (x[i] - i);
    }
  return counted (data, error);
}

static gboolean
rosenbrock (gpointer data, double *x, double *value, double *gradient, GError **error)
{
  double bend = x[1] - x[0] * x[0];

  *value = 100 * bend * bend + (1 - x[0]) * (1 - x[0]);
  gradient[0] = -400 * bend * x[0] - 2 * (1 - x[0]);
  gradient[1] = 200 * bend;
  return counted (data, error);
}

static GArray *
minimize (guint n, gboolean (*function) (gpointer, double *, double *, double *, GError **),
          Counter *counter, const double *l1, guint max_iterations, double *x)
{
  RushObjective objective = { n, counter, function };
  RushMinimizeOptions options = { max_iterations, 1e-10, 10, l1 };
  g_autoptr (GError) error = NULL;
  GArray *history;

  g_assert_true (rush_minimize (&objective, &options, x, &history, &error));
  g_assert_no_error (error);
  return history;
}

static void
test_quadratic (void)
{
  Counter counter = { 0, 0 };
  double x[4] = { 9, 9, 9, 9 };
  g_autoptr (GArray) history = minimize (4, quadratic, &counter, NULL, 100, x);

  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (x[i], i, 1e-6);
  for (guint i = 1; i < history->len; i++)
    g_assert_cmpfloat (g_array_index (history, double, i), <=,
                       g_array_index (history, double, i - 1));
  g_assert_cmpuint (counter.calls, <, 25); /* a call an iteration, mostly */
}

static void
test_valley (void)
{
  Counter counter = { 0, 0 };
  double x[2] = { -1.2, 1 };
  g_autoptr (GArray) history = minimize (2, rosenbrock, &counter, NULL, 200, x);

  g_assert_cmpfloat_with_epsilon (x[0], 1, 1e-5);
  g_assert_cmpfloat_with_epsilon (x[1], 1, 1e-5);
}

/* The minimum of ½ c (x − m)² + l |x| is m ∓ l / c, or 0. */
static void
test_penalty (void)
{
  Counter counter = { 0, 0 };
  const double l1[4] = { 1, 3, 3, 3 };
  double x[4] = { 5, 5, 5, 5 };
  g_autoptr (GArray) history = minimize (4, quadratic, &counter, l1, 200, x);

  g_assert_cmpfloat (x[0], ==, 0);
  g_assert_cmpfloat (x[1], ==, 0);
  g_assert_cmpfloat_with_epsilon (x[2], 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (x[3], 2.25, 1e-6);
}

static void
test_no_iterations (void)
{
  Counter counter = { 0, 0 };
  double x[4] = { 9, 9, 9, 9 };
  g_autoptr (GArray) history = minimize (4, quadratic, &counter, NULL, 0, x);

  g_assert_cmpuint (counter.calls, ==, 1);
  g_assert_cmpuint (history->len, ==, 1);
  g_assert_cmpfloat (x[2], ==, 9);
}

static void
test_failure (void)
{
  Counter counter = { 0, 3 };
  RushObjective objective = { 4, &counter, quadratic };
  RushMinimizeOptions options = { 100, 1e-10, 10, NULL };
  double x[4] = { 9, 9, 9, 9 };
  g_autoptr (GError) error = NULL;
  GArray *history = NULL;

  g_assert_false (rush_minimize (&objective, &options, x, &history, &error));
  g_assert_cmpstr (error->message, ==, "no data");
  g_assert_null (history);
  g_assert_cmpfloat (x[0], ==, 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/minimize/quadratic", test_quadratic);
  g_test_add_func ("/minimize/valley", test_valley);
  g_test_add_func ("/minimize/penalty", test_penalty);
  g_test_add_func ("/minimize/no-iterations", test_no_iterations);
  g_test_add_func ("/minimize/failure", test_failure);
  return g_test_run ();
}
