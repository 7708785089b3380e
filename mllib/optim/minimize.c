/* minimize.c - iterations: a direction, a line search, a step; until nothing gets better.
 *
 * OWL-QN is the same loop for a value with a penalty, f(x) + Σ l1 |x|, which has a kink where a
 * coordinate is 0.  Three changes see to that:
 *
 *   gradient    at a kink the penalty may have any slope between −l1 and l1: the one is taken that
 *               comes nearest to 0 (the "adjusted" gradient)
 *   direction   coordinates that would go up along it are left out
 *   step        does not cross a kink: a coordinate whose sign would change stops at 0
 *
 *            │     x₀ ●╲                so that coefficients become exactly 0, and stay there
 *            │         ╲                unless their slope is larger than the penalty
 *     ───────┼──────────●──── 0
 *
 * The end: as many iterations as allowed; the value within tolerance · |first value| of the largest
 * of the last 20 (the list begins with an infinity, as Breeze's does: this test needs 20 steps);
 * the gradient's norm at most tolerance · |value|, or 10⁻⁸; or two failures one after the other.
 */
#include "mllib/linalg/blas.h"
#include "mllib/optim/minimize_private.h"

#include <math.h>
#include <string.h>

#define REMEMBERED_VALUES 20
#define SMALLEST_GRADIENT 1e-8
#define SMALLEST_STEP 1e-10

typedef struct
{
  double *x;
  double *gradient;
  double *adjusted_gradient; /* with the penalty's; the same array without one */
  double value;
  double adjusted_value;
} Point;

typedef struct
{
  const RushObjective *objective;
  const RushMinimizeOptions *options;
  guint n;
  Point at, next;
  double *direction;
  double *tried_x, *tried_gradient; /* of line searches */
  double *last_x, *last_gradient;   /* the last answer: line searches ask for a point twice */
  double last_value;
  gboolean has_last;
  RushInverseHessian *memory;
  guint iteration;
  double first_value;
  double values[REMEMBERED_VALUES];
  guint n_values;
} Search;

static double
sign (double value)
{
  return value > 0 ? 1 : value < 0 ? -1 : value;
}

/* ---- the function ---- */

static gboolean
same (guint n, const double *a, const double *b)
{
  for (guint i = 0; i < n; i++)
    if (a[i] != b[i])
      return FALSE;
  return TRUE;
}

static gboolean
evaluate (Search *self, double *x, double *out_value, double *out_gradient, GError **error)
{
  gsize bytes = self->n * sizeof *x;

  if (!self->has_last || !same (self->n, x, self->last_x))
    {
      if (!self->objective->evaluate (self->objective->data, x, &self->last_value,
                                      self->last_gradient, error))
        return FALSE;
      memcpy (self->last_x, x, bytes);
      self->has_last = TRUE;
    }
  *out_value = self->last_value;
  memcpy (out_gradient, self->last_gradient, bytes);
  return TRUE;
}

/* The value with its penalty; @gradient becomes, in @out, that which is nearest to 0. */
static double
add_penalty (const Search *self, const double *x, double value, const double *gradient, double *out)
{
  for (guint i = 0; i < self->n; i++)
    {
      double l1 = self->options->l1[i], slope = gradient[i];

      value += fabs (l1 * x[i]);
      if (x[i] != 0)
        out[i] = slope + sign (x[i]) * l1;
      else
        out[i] = slope - l1 > 0 ? slope - l1 : slope + l1 < 0 ? slope + l1 : 0;
    }
  return value;
}

static gboolean
evaluate_point (Search *self, Point *point, GError **error)
{
  if (!evaluate (self, point->x, &point->value, point->gradient, error))
    return FALSE;
  point->adjusted_value =
      self->options->l1 == NULL
          ? point->value
          : add_penalty (self, point->x, point->value, point->gradient, point->adjusted_gradient);
  return TRUE;
}

/* ---- one iteration ---- */

/* x + t · direction; with a penalty, not across a kink. */
static void
step_to (const Search *self, double t, double *out)
{
  const Point *at = &self->at;

  for (guint i = 0; i < self->n; i++)
    {
      out[i] = self->direction[i] * t + at->x[i];
      if (self->options->l1 != NULL)
        {
          double side = at->x[i] != 0 ? sign (at->x[i]) : sign (-at->adjusted_gradient[i]);

          if (sign (out[i]) != side)
            out[i] = 0;
        }
    }
}

static gboolean
look_along (gpointer data, double t, double *out_value, double *out_slope, GError **error)
{
  Search *self = data;

  step_to (self, t, self->tried_x);
  if (!evaluate (self, self->tried_x, out_value, self->tried_gradient, error))
    return FALSE;
  if (self->options->l1 != NULL)
    *out_value =
        add_penalty (self, self->tried_x, *out_value, self->tried_gradient, self->tried_gradient);
  *out_slope = rush_dot (self->n, self->tried_gradient, self->direction);
  return TRUE;
}

static RushStep
choose_direction (Search *self)
{
  const double *slope = self->at.adjusted_gradient;
  RushStep step = rush_inverse_hessian_direction (self->memory, slope, self->direction);

  if (step == RUSH_STEP_FOUND && self->options->l1 != NULL)
    for (guint i = 0; i < self->n; i++)
      if (!(self->direction[i] * slope[i] < 0))
        self->direction[i] = 0;
  return step;
}

static RushStep
choose_step (Search *self, double *out_t, GError **error)
{
  RushLine line = { self, look_along };
  double slope = rush_nrm2 (self->n, self->at.gradient);
  gboolean first = self->iteration == 0;
  RushStep step;

  if (self->options->l1 != NULL)
    return rush_search_backtracking (&line, first ? 0.5 / slope : 1, self->at.value,
                                     first ? 0.1 : 0.5, out_t, error);
  step = rush_search_strong_wolfe (&line, first ? 1 / rush_nrm2 (self->n, self->direction) : 1,
                                   out_t, error);
  return step == RUSH_STEP_FOUND && *out_t * slope < SMALLEST_STEP ? RUSH_STEP_FAILED : step;
}

static RushStep
iterate (Search *self, GError **error)
{
  RushStep step = choose_direction (self);
  double t;

  if (step == RUSH_STEP_FOUND)
    step = choose_step (self, &t, error);
  if (step != RUSH_STEP_FOUND)
    return step;
  step_to (self, t, self->next.x);
  if (!evaluate_point (self, &self->next, error))
    return RUSH_STEP_ERROR;
  rush_inverse_hessian_add (self->memory, self->next.x, self->at.x, self->next.gradient,
                            self->at.gradient);
  Point before = self->at;
  self->at = self->next;
  self->next = before;
  self->iteration++;

  if (self->n_values == REMEMBERED_VALUES)
    memmove (self->values, self->values + 1, --self->n_values * sizeof self->values[0]);
  self->values[self->n_values++] = self->at.adjusted_value;
  return RUSH_STEP_FOUND;
}

/* ---- the end ---- */

static gboolean
has_converged (const Search *self)
{
  double tolerance = self->options->tolerance, largest = -INFINITY;

  for (guint i = 0; i < self->n_values; i++)
    largest = fmax (largest, self->values[i]);
  return self->iteration >= self->options->max_iterations ||
         (self->n_values >= 2 &&
          fabs (self->at.adjusted_value - largest) <= tolerance * fabs (self->first_value)) ||
         rush_nrm2 (self->n, self->at.adjusted_gradient) <=
             fmax (tolerance * fabs (self->at.adjusted_value), SMALLEST_GRADIENT);
}

/* ---- all of it ---- */

static Point
point_new (guint n, gboolean penalty)
{
  Point self = { .x = g_new0 (double, n), .gradient = g_new0 (double, n) };

  self.adjusted_gradient = penalty ? g_new0 (double, n) : self.gradient;
  return self;
}

static void
point_clear (Point *self)
{
  if (self->adjusted_gradient != self->gradient)
    g_free (self->adjusted_gradient);
  g_free (self->gradient);
  g_free (self->x);
}

static gboolean
run (Search *self, GArray *history, GError **error)
{
  gboolean failed_before = FALSE;

  if (!evaluate_point (self, &self->at, error))
    return FALSE;
  self->first_value = self->at.adjusted_value;
  self->values[self->n_values++] = INFINITY;
  g_array_append_val (history, self->at.adjusted_value);
  while (!has_converged (self))
    {
      RushStep step = iterate (self, error);

      if (step == RUSH_STEP_ERROR)
        return FALSE;
      g_array_append_val (history, self->at.adjusted_value);
      if (step == RUSH_STEP_FAILED && failed_before)
        break;
      failed_before = step == RUSH_STEP_FAILED;
      if (failed_before)
        rush_inverse_hessian_forget (self->memory);
    }
  return TRUE;
}

gboolean
rush_minimize (const RushObjective *objective, const RushMinimizeOptions *options, double *inout_x,
               GArray **out_history, GError **error)
{
  guint n = objective->n;
  gboolean penalty = options->l1 != NULL;
  g_autoptr (GArray) history = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (RushInverseHessian) memory = rush_inverse_hessian_new (n, options->memory);
  g_autofree double *scratch = g_new0 (double, 5 * (gsize)n);
  Search self = { .objective = objective,
                  .options = options,
                  .n = n,
                  .at = point_new (n, penalty),
                  .next = point_new (n, penalty),
                  .direction = scratch,
                  .tried_x = scratch + n,
                  .tried_gradient = scratch + 2 * n,
                  .last_x = scratch + 3 * n,
                  .last_gradient = scratch + 4 * n,
                  .memory = memory };
  gboolean fine;

  g_return_val_if_fail (n > 0 && options->memory > 0, FALSE);
  memcpy (self.at.x, inout_x, n * sizeof *inout_x);
  fine = run (&self, history, error);
  if (fine)
    {
      memcpy (inout_x, self.at.x, n * sizeof *inout_x);
      *out_history = g_steal_pointer (&history);
    }
  point_clear (&self.at);
  point_clear (&self.next);
  return fine;
}
