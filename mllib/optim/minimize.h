/* minimize.h - the smallest value of a smooth function, by L-BFGS; with an L1 penalty, by OWL-QN.
 *
 *   x₀ ─ direction from the last m steps ─ line search ─▶ x₁ ─▶ x₂ ─▶ …
 *
 * The function is asked for its value and gradient together: each answer is a pass over the data.
 * Steps, line searches and tests for convergence are those that Spark gets from Breeze, so that a
 * fit takes as many passes here as there.
 *
 * Source:   D. Liu, J. Nocedal: On the limited memory BFGS method for large scale optimization
 *           (1989); G. Andrew, J. Gao: Scalable training of L1-regularized log-linear models
 *           (2007); J. Nocedal, S. Wright: Numerical Optimization, chapter 3.
 * Threads:  one.
 * Mirrors:  breeze.optimize.{FirstOrderMinimizer,LBFGS,OWLQN}.
 */
#pragma once

#include <glib.h>

typedef struct
{
  guint n; /* dimensions */
  gpointer data;
  /* Fills @out_gradient[n].  May change @x in coordinates that follow from the others. */
  gboolean (*evaluate) (gpointer data, double *x, double *out_value, double *out_gradient,
                        GError **error);
} RushObjective;

typedef struct
{
  guint max_iterations;
  double tolerance; /* relative: of the value against the first one, and of the gradient */
  guint memory;     /* steps that are remembered; Spark: 10 */
  const double *l1; /* [n], ≥ 0: the penalty Σ l1[i] |x[i]|; NULL: none, L-BFGS */
} RushMinimizeOptions;

/* From @inout_x[n] to the minimum.  @out_history: the value, with its penalty, at the start and
 * after each iteration (doubles; transfer full).  A search that fails, as it does near the end when
 * values differ by rounding alone, ends at the best point that was found.  FALSE: the function
 * failed. */
gboolean rush_minimize (const RushObjective *objective, const RushMinimizeOptions *options,
                        double *inout_x, GArray **out_history, GError **error);
