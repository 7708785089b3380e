/* The algebra of blas.h against sums written out: each name, shapes that are not square, sparse
 * vectors, matrices that have no solution. */
#include "mllib/linalg/blas.h"

#include <pthread.h>

#define N 3

static const double SYMMETRIC[] = { 4, 1, 2, 1, 5, 3, 2, 3, 6 }; /* positive definite */

static void
assert_close (const double *found, const double *expected, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (found[i], expected[i], 1e-12);
}

static void
test_vectors (void)
{
  const double x[] = { 1, 2, 3 };
  double y[] = { 4, 5, 6 };

  g_assert_cmpfloat (rush_dot (3, x, y), ==, 32);
  rush_axpy (3, 2, x, y);
  assert_close (y, (double[]){ 6, 9, 12 }, 3);
  rush_scal (3, 0.5, y);
  assert_close (y, (double[]){ 3, 4.5, 6 }, 3);
  g_assert_cmpfloat_with_epsilon (rush_nrm2 (2, (double[]){ 3, 4 }), 5, 1e-15);
  g_assert_cmpfloat (rush_dot (0, x, y), ==, 0);
}

static void
test_views (void)
{
  const gint32 indices[] = { 0, 2 };
  const double values[] = { 10, 20 };
  RushVectorView sparse = { .size = 3, .n_values = 2, .indices = indices, .values = values };
  RushVectorView dense = { .size = 2, .n_values = 2, .values = values };
  const double y[] = { 1, 2, 3 };

  g_assert_cmpfloat (rush_dot_view (&sparse, y), ==, 70);
  g_assert_cmpfloat (rush_dot_view (&dense, y), ==, 50);
}

static void
test_matrices (void)
{
  const double a[] = { 1, 2, 3, 4, 5, 6 };                   /* 2 × 3 */
  const double b[] = { 1, 0, 1, 0, 1, 0, 2, 2, 2, 1, 1, 1 }; /* 4 × 3 */
  double c[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  double y[] = { 1, 1 }, z[] = { 1, 1, 1 };

  rush_gemm_nt (2, 4, 3, 2, a, b, 1, c);
  assert_close (c, (double[]){ 9, 5, 25, 13, 21, 11, 61, 31 }, 8);
  rush_gemv (2, 3, 1, a, (double[]){ 1, 1, 1 }, 1, y);
  assert_close (y, (double[]){ 7, 16 }, 2);
  rush_gemv_t (2, 3, 1, a, (double[]){ 1, 2 }, 0, z);
  assert_close (z, (double[]){ 9, 12, 15 }, 3);
}

static void
test_syrk (void)
{
  enum
  {
    ROWS = 5000
  }; /* more than one block */
  g_autofree double *a = g_new (double, ROWS *N);
  g_autofree double *w = g_new (double, ROWS);
  double plain[N * N] = { 0 }, weighted[N * N] = { 0 };
  double expected[N * N] = { 0 }, expected_weighted[N * N] = { 0 };

  for (guint r = 0; r < ROWS; r++)
    {
      w[r] = 0.25 * (r % 4);
      for (guint i = 0; i < N; i++)
        a[r * N + i] = (double)((r * 7 + i * 3) % 11);
      for (guint i = 0; i < N; i++)
        for (guint j = 0; j <= i; j++)
          {
            expected[i * N + j] += a[r * N + i] * a[r * N + j];
            expected_weighted[i * N + j] += w[r] * a[r * N + i] * a[r * N + j];
          }
    }
  rush_syrk_weighted (ROWS, N, a, NULL, plain);
  rush_syrk_weighted (ROWS, N, a, w, weighted);
  for (guint i = 0; i < N * N; i++)
    {
      g_assert_cmpfloat_with_epsilon (plain[i], expected[i], 1e-6);
      g_assert_cmpfloat_with_epsilon (weighted[i], expected_weighted[i], 1e-6);
    }
  rush_syrk_weighted (0, N, a, w, weighted);
}

static void
test_cholesky (void)
{
  double a[N * N], b[] = { 12, 20, 26 }, x[N];

  memcpy (a, SYMMETRIC, sizeof a);
  memcpy (x, b, sizeof x);
  g_assert_true (rush_cholesky_solve (N, a, x));
  for (guint i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (rush_dot (N, SYMMETRIC + i * N, x), b[i], 1e-12);

  rush_cholesky_inverse (N, a);
  for (guint i = 0; i < N; i++)
    for (guint j = 0; j < N; j++)
      g_assert_cmpfloat_with_epsilon (rush_dot (N, SYMMETRIC + i * N, a + j * N), i == j, 1e-12);
}

/* Only the lower triangle is looked at; a singular matrix and one with a negative eigenvalue are
 * refused. */
static void
test_cholesky_refuses (void)
{
  double lower[] = { 4, 99, 2, 3 }, singular[] = { 1, 1, 1, 1 }, indefinite[] = { 1, 2, 2, 1 };
  double b[] = { 2, 2 };

  g_assert_true (rush_cholesky_solve (2, lower, b));
  assert_close (b, (double[]){ 0.25, 0.5 }, 2);
  g_assert_false (rush_cholesky_solve (2, singular, b));
  g_assert_false (rush_cholesky_solve (2, indefinite, b));
}

/* ---- several tasks at once ---- */

#define SIDE_BY_SIDE 4
#define ROWS 200
#define SETS 3
#define COLUMNS 8

/* Whole numbers, so that products are exact. */
static gpointer
multiply_often (gpointer seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (GPOINTER_TO_UINT (seed));
  double a[ROWS * COLUMNS], b[SETS * COLUMNS], c[ROWS * SETS];
  guint n_wrong = 0;

  for (guint round = 0; round < 2000; round++)
    {
      for (guint i = 0; i < ROWS * COLUMNS; i++)
        a[i] = g_rand_int_range (random, -9, 10);
      for (guint i = 0; i < SETS * COLUMNS; i++)
        b[i] = g_rand_int_range (random, -9, 10);
      rush_gemm_nt (ROWS, SETS, COLUMNS, 1, a, b, 0, c);
      for (guint i = 0; i < ROWS; i++)
        for (guint j = 0; j < SETS; j++)
          n_wrong += c[i * SETS + j] != rush_dot (COLUMNS, a + i * COLUMNS, b + j * COLUMNS);
    }
  return GUINT_TO_POINTER (n_wrong);
}

/* A library that was built for one thread shares its scratch memory among all callers. */
static void
test_side_by_side (void)
{
  pthread_t threads[SIDE_BY_SIDE];

  for (guint i = 0; i < SIDE_BY_SIDE; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, multiply_often, GUINT_TO_POINTER (i + 1)),
                     ==, 0);
  for (guint i = 0; i < SIDE_BY_SIDE; i++)
    {
      gpointer n_wrong;
      g_assert_cmpint (pthread_join (threads[i], &n_wrong), ==, 0);
      g_assert_cmpuint (GPOINTER_TO_UINT (n_wrong), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/blas/vectors", test_vectors);
  g_test_add_func ("/blas/views", test_views);
  g_test_add_func ("/blas/matrices", test_matrices);
  g_test_add_func ("/blas/syrk", test_syrk);
  g_test_add_func ("/blas/cholesky", test_cholesky);
  g_test_add_func ("/blas/cholesky_refuses", test_cholesky_refuses);
  g_test_add_func ("/blas/side_by_side", test_side_by_side);
  return g_test_run ();
}
