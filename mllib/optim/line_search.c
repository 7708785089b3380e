/* line_search.c - how far to go along a direction.
 *
 * A good step makes the value smaller (sufficient decrease) and the slope flatter (curvature):
 *
 *   value(t) ≤ value(0) + 10⁻⁴ t slope(0)        |slope(t)| ≤ 0.9 |slope(0)|
 *
 *   value │\                       strong Wolfe: steps grow by a half until a minimum must lie
 *         │ \      ╭── too far     between two of them; zoom () then fits a cubic to both ends and
 *         │  \   ╭─╯               narrows the interval
 *         │   ╰──╯ ← good
 *         └────────────── t        backtracking: the step shrinks or grows by fixed factors
 *
 * Source:  J. Nocedal, S. Wright: Numerical Optimization (2006), algorithms 3.5 and 3.6.
 * Mirrors: breeze.optimize.{StrongWolfeLineSearch,BacktrackingLineSearch}: limits and constants are
 *          theirs, as they decide how many passes a fit takes.
 */
#include "mllib/optim/minimize_private.h"

#include <math.h>

#define DECREASE 1e-4
#define CURVATURE 0.9
#define MAX_STEPS 10
#define MAX_ZOOMS 10
#define MAX_BACKTRACKS 20
#define GROWTH 2.1
#define MIN_STEP 1e-10
#define MAX_STEP 1e10

typedef struct
{
  double t;
  double value;
  double slope;
} Bracket;

static gboolean
look (const RushLine *line, double t, Bracket *out, GError **error)
{
  out->t = t;
  return line->at (line->data, t, &out->value, &out->slope, error);
}

/* ---- strong Wolfe ---- */

/* Where the cubic through both ends has its minimum, kept away from the ends. */
static double
interpolate (const Bracket *left, const Bracket *right)
{
  double width = right->t - left->t;
  double d1 = left->slope + right->slope - 3 * (left->value - right->value) / (left->t - right->t);
  double d2 = sqrt (d1 * d1 - left->slope * right->slope);
  double t = right->t - width * (right->slope + d2 - d1) / (right->slope - left->slope + 2 * d2);
  double lowest = left->t + 0.1 * width, highest = left->t + 0.9 * width;

  return t < lowest ? lowest : t > highest ? highest : t;
}

static gboolean
decreases (const Bracket *start, const Bracket *at)
{
  return !(at->value > start->value + DECREASE * at->t * start->slope);
}

static gboolean
is_flat (const Bracket *start, const Bracket *at)
{
  return fabs (at->slope) <= CURVATURE * fabs (start->slope);
}

/* A good step lies between @low, which is the best that is known, and @high. */
static RushStep
zoom (const RushLine *line, const Bracket *start, Bracket low, Bracket high, double *out_t,
      GError **error)
{
  for (guint i = 0; i < MAX_ZOOMS; i++)
    {
      double t = low.t > high.t ? interpolate (&high, &low) : interpolate (&low, &high);
      Bracket at;

      if (!look (line, t, &at, error))
        return RUSH_STEP_ERROR;
      if (isnan (t))
        return RUSH_STEP_FAILED;
      if (!decreases (start, &at) || at.value >= low.value)
        {
          high = at;
          continue;
        }
      if (is_flat (start, &at))
        {
          *out_t = t;
          return RUSH_STEP_FOUND;
        }
      if (at.slope * (high.t - low.t) >= 0)
        high = low;
      low = at;
    }
  return RUSH_STEP_FAILED;
}

RushStep
rush_search_strong_wolfe (const RushLine *line, double first, double *out_t, GError **error)
{
  Bracket start, low, at;
  double t = first;

  if (!look (line, 0, &start, error))
    return RUSH_STEP_ERROR;
  if (start.slope > 0)
    return RUSH_STEP_FAILED;
  low = start;
  for (guint i = 0; i < MAX_STEPS; i++)
    {
      if (!look (line, t, &at, error))
        return RUSH_STEP_ERROR;
      if (!isfinite (at.value))
        {
          t /= 2;
          continue;
        }
      if (!decreases (&start, &at) || (at.value >= low.value && i > 0))
        return zoom (line, &start, low, at, out_t, error);
      if (is_flat (&start, &at))
        {
          *out_t = t;
          return RUSH_STEP_FOUND;
        }
      if (at.slope >= 0)
        return zoom (line, &start, at, low, out_t, error);
      low = at;
      t *= 1.5;
    }
  return RUSH_STEP_FAILED;
}

/* ---- backtracking ---- */

/* What the step is multiplied by; 1: it is good. */
static double
next_factor (const Bracket *start, const Bracket *at, double shrink)
{
  if (at->value > start->value + at->t * start->slope * DECREASE)
    return shrink;
  if (at->slope < CURVATURE * start->slope)
    return GROWTH;
  if (at->slope > -CURVATURE * start->slope)
    return shrink;
  return 1;
}

RushStep
rush_search_backtracking (const RushLine *line, double first, double value, double shrink,
                          double *out_t, GError **error)
{
  Bracket start, at;

  if (!look (line, 0, &start, error) || !look (line, first, &at, error))
    return RUSH_STEP_ERROR;
  at.value = value;
  *out_t = first;
  for (guint i = 0; i < MAX_BACKTRACKS; i++)
    {
      double factor = next_factor (&start, &at, shrink);

      *out_t = at.t;
      if (factor == 1)
        break;
      if (at.t * factor < MIN_STEP || at.t * factor > MAX_STEP)
        return RUSH_STEP_FAILED;
      if (!look (line, at.t * factor, &at, error))
        return RUSH_STEP_ERROR;
    }
  return RUSH_STEP_FOUND;
}
