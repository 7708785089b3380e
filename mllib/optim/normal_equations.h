/* normal_equations.h - the small problem on the driver: x that solves A x = b, from moments.
 *
 * Everything is in standardized space (deviations are 1):
 *
 *   ½ bb − xᵀ ab + ½ xᵀ aa x  →  min        aa: mean of a aᵀ (with penalties on the diagonal)
 *                                           ab, bb, a, b: means of a b, b², a, b
 *
 * Mirrors: org.apache.spark.ml.optim.{CholeskySolver,QuasiNewtonSolver}.
 */
#pragma once

#include <glib.h>

typedef struct
{
  guint n; /* features */
  gboolean intercept;
  double b_mean;
  double bb_mean;
  const double *a_mean;  /* [n] */
  const double *ab_mean; /* [n] */
  const double *aa_mean; /* [n × n], symmetric */
} RushNormalEquations;

/* @out_x[n + 1 with an intercept]: the solution; @out_inverse_diagonal of the same size.  FALSE:
 * the matrix is singular. */
gboolean rush_normal_solve_cholesky (const RushNormalEquations *self, double *out_x,
                                     double *out_inverse_diagonal);
/* @l1: a penalty a feature, or NULL.  @out_history: as rush_minimize () gives it. */
void rush_normal_solve_iteratively (const RushNormalEquations *self, const double *l1,
                                    guint max_iterations, double tolerance, double *out_x,
                                    GArray **out_history);
