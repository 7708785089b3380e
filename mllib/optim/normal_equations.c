/* normal_equations.c - two ways to solve them.
 *
 * Cholesky takes the matrix with a row and a column for the intercept, whose "feature" is 1:
 *
 *        ⎡ aa   a ⎤ ⎡ x  ⎤   ⎡ ab ⎤
 *        ⎣ aᵀ   1 ⎦ ⎣ x₀ ⎦ = ⎣ b  ⎦
 *
 * The iterations need no such row: for any x the best intercept is b − xᵀ a, which is put in before
 * the value is computed.  They also end where the matrix is singular, at a solution near the start.
 */
#include "mllib/optim/normal_equations.h"

#include "mllib/linalg/blas.h"
#include "mllib/optim/minimize.h"

#include <float.h>
#include <string.h>

#define STEPS_REMEMBERED 10
#define ROUNDING (16 * DBL_EPSILON)

/* The matrix of all unknowns, and (if there is room for it) the right side. */
static void
whole_system (const RushNormalEquations *self, double *matrix, double *right)
{
  guint n = self->n, size = n + (self->intercept ? 1 : 0);

  for (guint i = 0; i < n; i++)
    memcpy (matrix + (gsize)i * size, self->aa_mean + (gsize)i * n, n * sizeof *matrix);
  memcpy (right, self->ab_mean, n * sizeof *right);
  if (!self->intercept)
    return;
  for (guint i = 0; i < n; i++)
    matrix[(gsize)i * size + n] = matrix[(gsize)n * size + i] = self->a_mean[i];
  matrix[(gsize)n * size + n] = 1;
  right[n] = self->b_mean;
}

/* Rounding leaves a little where nothing should be: a pivot that is so small compared with its
 * diagonal element says that its row follows from the rows before. */
static gboolean
is_singular (guint size, const double *factor, const double *diagonal)
{
  for (guint i = 0; i < size; i++)
    {
      double pivot = factor[(gsize)i * size + i];

      if (pivot * pivot <= ROUNDING * size * diagonal[i])
        return TRUE;
    }
  return FALSE;
}

gboolean
rush_normal_solve_cholesky (const RushNormalEquations *self, double *out_x,
                            double *out_inverse_diagonal)
{
  guint size = self->n + (self->intercept ? 1 : 0);
  g_autofree double *matrix = g_new (double, (gsize)size *size);
  g_autofree double *diagonal = g_new (double, size);

  whole_system (self, matrix, out_x);
  for (guint i = 0; i < size; i++)
    diagonal[i] = matrix[(gsize)i * size + i];
  if (!rush_cholesky_solve (size, matrix, out_x) || is_singular (size, matrix, diagonal))
    return FALSE;
  rush_cholesky_inverse (size, matrix);
  for (guint i = 0; i < size; i++)
    out_inverse_diagonal[i] = matrix[(gsize)i * size + i];
  return TRUE;
}

/* ---- by iterations ---- */

typedef struct
{
  const RushNormalEquations *equations;
  guint size;
  double *matrix; /* [size × size] */
  double *right;  /* [size] */
} Quadratic;

static gboolean
quadratic_evaluate (gpointer data, double *x, double *out_value, double *out_gradient,
                    GError **error)
{
  const Quadratic *self = data;
  const RushNormalEquations *equations = self->equations;

  if (equations->intercept)
    x[equations->n] = equations->b_mean - rush_dot (equations->n, x, equations->a_mean);
  rush_gemv (self->size, self->size, 1, self->matrix, x, 0, out_gradient);
  *out_value = 0.5 * equations->bb_mean - rush_dot (self->size, self->right, x) +
               0.5 * rush_dot (self->size, x, out_gradient);
  rush_axpy (self->size, -1, self->right, out_gradient);
  return TRUE;
}

void
rush_normal_solve_iteratively (const RushNormalEquations *self, const double *l1,
                               guint max_iterations, double tolerance, double *out_x,
                               GArray **out_history)
{
  guint size = self->n + (self->intercept ? 1 : 0);
  g_autofree double *matrix = g_new (double, (gsize)size *size);
  g_autofree double *right = g_new (double, size);
  g_autofree double *penalties = g_new0 (double, size); /* none on the intercept */
  Quadratic quadratic = { self, size, matrix, right };
  RushObjective objective = { size, &quadratic, quadratic_evaluate };
  RushMinimizeOptions options = { max_iterations, tolerance, STEPS_REMEMBERED, NULL };
  gboolean fine;

  whole_system (self, matrix, right);
  if (l1 != NULL)
    options.l1 = memcpy (penalties, l1, self->n * sizeof *l1);
  memset (out_x, 0, size * sizeof *out_x);
  if (self->intercept)
    out_x[self->n] = self->b_mean;
  fine = rush_minimize (&objective, &options, out_x, out_history, NULL);
  g_assert (fine); /* nothing in it can fail */
}
