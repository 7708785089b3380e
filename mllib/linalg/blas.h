/* blas.h - the dense algebra that algorithms ask for: OpenBLAS and LAPACK behind a few names.
 *
 * One thread a call: tasks are what runs in parallel.  Vectors may be sparse (rush_dot_view ()).
 * Matrices say how they lie: row-major blocks of instances, packed or full symmetric matrices.
 *
 * Mirrors:  org.apache.spark.ml.linalg.BLAS, org.apache.spark.mllib.linalg.CholeskyDecomposition.
 */
#pragma once

#include "mllib/linalg/vector_column.h"

double rush_dot (guint n, const double *x, const double *y);
void rush_axpy (guint n, double a, const double *x, double *y); /* y += a x */
void rush_scal (guint n, double a, double *x);
double rush_nrm2 (guint n, const double *x);
double rush_dot_view (const RushVectorView *x, const double *y); /* y: dense, x->size long */
/* C (m × n) = alpha A (m × k) B^T (n × k) + beta C, all row-major. */
void rush_gemm_nt (guint m, guint n, guint k, double alpha, const double *a, const double *b,
                   double beta, double *c);
/* y (m) = alpha A (m × n, row-major) x + beta y; transposed: y (n) = alpha A^T x + beta y. */
void rush_gemv (guint m, guint n, double alpha, const double *a, const double *x, double beta,
                double *y);
void rush_gemv_t (guint m, guint n, double alpha, const double *a, const double *x, double beta,
                  double *y);
/* C (n × n, its lower triangle, row-major) += A^T diag (w) A, A m × n, row-major; @w or NULL. */
void rush_syrk_weighted (guint m, guint n, const double *a, const double *w, double *c);

/* Solves A x = b in place (x over b) for symmetric positive definite A (n × n, lower triangle,
 * overwritten by its factor); FALSE: not positive definite, A is lost. */
gboolean rush_cholesky_solve (guint n, double *a, double *b);
/* From the factor that it left: the inverse of A, whole. */
void rush_cholesky_inverse (guint n, double *a);
