/* From co-moments to coefficients: what varies together, what does not vary at all. */
#include "mllib/stat/covariance.h"

#include <math.h>

static void
test_correlations (void)
{
  /* x = 1 2 3, y = −2 x, z = 5: lower triangles count alone. */
  double moments[] = { 2, 99, 99, -4, 8, 99, 0, 0, 0 };
  RushCovariance covariance = { .n_features = 3, .count = 3, .moments = moments };
  double r[9];

  rush_covariance_correlations (&covariance, r);
  g_assert_cmpfloat_with_epsilon (r[1], -1, 1e-15);
  g_assert_cmpfloat_with_epsilon (r[3], -1, 1e-15);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (r[i * 3 + i], ==, 1);
  g_assert_true (isnan (r[2]) && isnan (r[5]) && isnan (r[6]) && isnan (r[7]));
}

/* A deviation of rounding is none. */
static void
test_rounding (void)
{
  double moments[] = { 2, 0, 1e-31, 1e-30 };
  RushCovariance covariance = { .n_features = 2, .count = 3, .moments = moments };
  double r[4];

  rush_covariance_correlations (&covariance, r);
  g_assert_true (isnan (r[1]));
}

static void
test_no_features (void)
{
  RushCovariance covariance = { 0 };
  double r = 7;

  rush_covariance_correlations (&covariance, &r);
  g_assert_cmpfloat (r, ==, 7);
  rush_covariance_clear (&covariance);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/covariance/correlations", test_correlations);
  g_test_add_func ("/covariance/rounding", test_rounding);
  g_test_add_func ("/covariance/no_features", test_no_features);
  return g_test_run ();
}
