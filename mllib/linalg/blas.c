/* blas.c - the only file that knows OpenBLAS and LAPACK.
 *
 * Matrices are row-major here and column-major in LAPACK's Fortran.  The lower triangle of the one
 * is the upper triangle of the other, and a symmetric matrix is the same in both, so that LAPACK is
 * called with 'U' and nothing is transposed:
 *
 *   row-major, lower   a . .      the same bytes, column by column    a b d
 *                      b c .                                          . c e
 *                      d e f                                          . . f
 *
 * Weights go into a product as their roots: A^T diag (w) A = (sqrt (w) A)^T (sqrt (w) A), a block
 * of rows at a time that stays in the cache.
 */
#include "mllib/linalg/blas.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#define SCALED_BLOCK 4096 /* doubles: 32 KiB */

/* Tasks run side by side already: threads of the library's own would only wait for each other.  It
 * must be one that was built for threads all the same: the other build shares its scratch memory
 * among all callers, and products go wrong. */
static void __attribute__ ((constructor))
use_one_thread (void)
{
  openblas_set_num_threads (1);
}

/* ---- vectors ---- */

double
rush_dot (guint n, const double *x, const double *y)
{
  return cblas_ddot ((blasint)n, x, 1, y, 1);
}

void
rush_axpy (guint n, double a, const double *x, double *y)
{
  cblas_daxpy ((blasint)n, a, x, 1, y, 1);
}

void
rush_scal (guint n, double a, double *x)
{
  cblas_dscal ((blasint)n, a, x, 1);
}

double
rush_nrm2 (guint n, const double *x)
{
  return cblas_dnrm2 ((blasint)n, x, 1);
}

double
rush_dot_view (const RushVectorView *x, const double *y)
{
  double sum = 0;

  if (x->indices == NULL)
    return rush_dot (x->size, x->values, y);
  for (guint i = 0; i < x->n_values; i++)
    sum += x->values[i] * y[x->indices[i]];
  return sum;
}

/* ---- matrices ---- */

void
rush_gemm_nt (guint m, guint n, guint k, double alpha, const double *a, const double *b,
              double beta, double *c)
{
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)m, (blasint)n, (blasint)k, alpha,
               a, (blasint)k, b, (blasint)k, beta, c, (blasint)n);
}

void
rush_gemv (guint m, guint n, double alpha, const double *a, const double *x, double beta, double *y)
{
  cblas_dgemv (CblasRowMajor, CblasNoTrans, (blasint)m, (blasint)n, alpha, a, (blasint)n, x, 1,
               beta, y, 1);
}

void
rush_gemv_t (guint m, guint n, double alpha, const double *a, const double *x, double beta,
             double *y)
{
  cblas_dgemv (CblasRowMajor, CblasTrans, (blasint)m, (blasint)n, alpha, a, (blasint)n, x, 1, beta,
               y, 1);
}

static void
syrk (guint m, guint n, const double *a, double *c)
{
  cblas_dsyrk (CblasRowMajor, CblasLower, CblasTrans, (blasint)n, (blasint)m, 1, a, (blasint)n, 1,
               c, (blasint)n);
}

void
rush_syrk_weighted (guint m, guint n, const double *a, const double *w, double *c)
{
  guint block = MAX (SCALED_BLOCK / MAX (n, 1), 1);

  if (m == 0 || n == 0)
    return;
  if (w == NULL)
    {
      syrk (m, n, a, c);
      return;
    }
  g_autofree double *scaled = g_new (double, (gsize)MIN (block, m) * n);
  for (guint start = 0; start < m; start += block)
    {
      guint rows = MIN (block, m - start);
      const double *from = a + (gsize)start * n;
      for (guint r = 0; r < rows; r++)
        {
          double root = sqrt (w[start + r]);
          for (guint i = 0; i < n; i++)
            scaled[(gsize)r * n + i] = root * from[(gsize)r * n + i];
        }
      syrk (rows, n, scaled, c);
    }
}

/* ---- decompositions ---- */

gboolean
rush_cholesky_solve (guint n, double *a, double *b)
{
  lapack_int size = (lapack_int)n;

  return n == 0 || LAPACKE_dposv (LAPACK_COL_MAJOR, 'U', size, 1, a, size, b, size) == 0;
}

/* The triangle that LAPACK fills, copied to the other side. */
static void
mirror_lower (guint n, double *a)
{
  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      a[i * n + j] = a[j * n + i];
}

void
rush_cholesky_inverse (guint n, double *a)
{
  if (n == 0)
    return;
  lapack_int status = LAPACKE_dpotri (LAPACK_COL_MAJOR, 'U', (lapack_int)n, a, (lapack_int)n);
  g_return_if_fail (status == 0); /* it was factored: no 0 is on its diagonal */
  mirror_lower (n, a);
}
