/* minimize_private.h - the parts of a minimization: memory of steps, and line searches. */
#pragma once

#include "mllib/optim/minimize.h"

/* How a part of an iteration ended.  FAILED is the algorithm's own failure (no step is found,
 * numbers overflow): the memory is dropped, and the iteration tried once more. */
typedef enum
{
  RUSH_STEP_FOUND,
  RUSH_STEP_FAILED,
  RUSH_STEP_ERROR, /* the function's error is set */
} RushStep;

/* ---- inverse_hessian.c ---- */

typedef struct _RushInverseHessian RushInverseHessian;

RushInverseHessian *rush_inverse_hessian_new (guint n, guint memory);
void rush_inverse_hessian_free (RushInverseHessian *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushInverseHessian, rush_inverse_hessian_free)
void rush_inverse_hessian_forget (RushInverseHessian *self);
/* @new − @old of both is remembered. */
void rush_inverse_hessian_add (RushInverseHessian *self, const double *new_x, const double *old_x,
                               const double *new_gradient, const double *old_gradient);
/* out = − H⁻¹ gradient; FAILED: the function is not convex along the last step. */
RushStep rush_inverse_hessian_direction (const RushInverseHessian *self, const double *gradient,
                                         double *out);

/* ---- line_search.c ---- */

/* The function along a direction: its value and slope at x + t · direction. */
typedef struct
{
  gpointer data;
  gboolean (*at) (gpointer data, double t, double *out_value, double *out_slope, GError **error);
} RushLine;

/* A step that meets the strong Wolfe conditions. */
RushStep rush_search_strong_wolfe (const RushLine *line, double first, double *out_t,
                                   GError **error);
/* One that is found by shrinking and growing; @value: taken for that of the first step. */
RushStep rush_search_backtracking (const RushLine *line, double first, double value, double shrink,
                                   double *out_t, GError **error);
