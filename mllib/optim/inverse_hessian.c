/* inverse_hessian.c - Newton's direction without a Hessian: the two-loop recursion of L-BFGS.
 *
 * What is known of the curvature are the last m steps s = Δx and the changes of the gradient along
 * them, y = Δg.  Newest first, the gradient is freed of its part along each y; the rest is scaled
 * by s·y / y·y of the newest pair; oldest first, the parts along each s are put back.
 *
 *   pairs     newest  (s y) (s y) (s y)  oldest        n × m numbers instead of n × n
 *   q ← g      ──────── q −= α y ────────▶
 *   r ← γ q    ◀─────── r += (α − β) s ───             α = s·q / s·y,  β = y·r / s·y
 *
 * Source: J. Nocedal: Updating quasi-Newton matrices with limited storage (1980).
 */
#include "mllib/linalg/blas.h"
#include "mllib/optim/minimize_private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  double *step;
  double *change;
} Pair;

struct _RushInverseHessian
{
  guint n;
  guint memory;
  guint n_pairs;
  Pair pairs[]; /* [memory], newest first */
};

RushInverseHessian *
rush_inverse_hessian_new (guint n, guint memory)
{
  RushInverseHessian *self = g_malloc0 (sizeof *self + memory * sizeof self->pairs[0]);

  self->n = n;
  self->memory = memory;
  for (guint i = 0; i < memory; i++)
    self->pairs[i] = (Pair){ g_new (double, n), g_new (double, n) };
  return self;
}

void
rush_inverse_hessian_free (RushInverseHessian *self)
{
  for (guint i = 0; i < self->memory; i++)
    {
      g_free (self->pairs[i].step);
      g_free (self->pairs[i].change);
    }
  g_free (self);
}

void
rush_inverse_hessian_forget (RushInverseHessian *self)
{
  self->n_pairs = 0;
}

void
rush_inverse_hessian_add (RushInverseHessian *self, const double *new_x, const double *old_x,
                          const double *new_gradient, const double *old_gradient)
{
  Pair pair = self->pairs[self->memory - 1]; /* the oldest makes room */

  memmove (self->pairs + 1, self->pairs, (self->memory - 1) * sizeof pair);
  self->pairs[0] = pair;
  self->n_pairs = MIN (self->n_pairs + 1, self->memory);
  for (guint k = 0; k < self->n; k++)
    {
      pair.step[k] = new_x[k] - old_x[k];
      pair.change[k] = new_gradient[k] - old_gradient[k];
    }
}

RushStep
rush_inverse_hessian_direction (const RushInverseHessian *self, const double *gradient, double *out)
{
  guint n = self->n;
  double scale = 1;
  g_autofree double *along = g_new (double, self->memory);
  g_autofree double *products = g_new (double, self->memory);

  memcpy (out, gradient, n * sizeof *out);
  if (self->n_pairs > 0)
    {
      const Pair *newest = self->pairs;
      double product = rush_dot (n, newest->step, newest->change);

      if (product < 0 || isnan (product))
        return RUSH_STEP_FAILED;
      scale = product / rush_dot (n, newest->change, newest->change);
    }
  for (guint i = 0; i < self->n_pairs; i++)
    {
      const Pair *pair = self->pairs + i;

      products[i] = rush_dot (n, pair->step, pair->change);
      along[i] = rush_dot (n, pair->step, out) / products[i];
      if (isnan (along[i]))
        return RUSH_STEP_FAILED;
      rush_axpy (n, -along[i], pair->change, out);
    }
  rush_scal (n, scale, out);
  for (guint i = self->n_pairs; i-- > 0;)
    {
      const Pair *pair = self->pairs + i;
      double back = rush_dot (n, pair->change, out) / products[i];

      rush_axpy (n, along[i] - back, pair->step, out);
    }
  rush_scal (n, -1, out);
  return RUSH_STEP_FOUND;
}
