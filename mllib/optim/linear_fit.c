/* linear_fit.c - see linear_fit.h.
 *
 * With features divided by their deviations σ a coefficient is β σ.  A penalty on β itself then is
 * one of factor / σ² on (β σ)², or of factor / σ on |β σ|.
 */
#include "mllib/optim/linear_fit.h"

void
rush_linear_fit_init (RushLinearFit *self, guint n_features)
{
  *self = (RushLinearFit){ .n_features = n_features,
                           .coefficients = g_new0 (double, MAX (n_features, 1)),
                           .n_history = 1,
                           .history = g_new0 (double, 1) };
}

void
rush_linear_fit_clear (RushLinearFit *self)
{
  g_free (self->coefficients);
  g_free (self->inverse_diagonal);
  g_free (self->history);
  *self = (RushLinearFit){ 0 };
}

void
rush_linear_fit_take_history (RushLinearFit *self, GArray *history)
{
  g_free (self->history);
  self->n_history = history->len;
  self->history = (double *)g_array_free (history, FALSE);
}

double *
rush_fit_penalties (const RushInstanceSummary *summary, double factor, gboolean standardization,
                    gboolean squared, guint n_sets)
{
  guint d = summary->n_features;
  double *result;

  if (factor == 0)
    return NULL;
  result = g_new0 (double, ((gsize)d + 1) * n_sets);
  for (guint k = 0; k < n_sets; k++)
    for (guint i = 0; i < d; i++)
      {
        double std = squared ? summary->std[i] * summary->std[i] : summary->std[i];

        result[(gsize)k * d + i] = standardization ? factor : std != 0 ? factor / std : 0;
      }
  return result;
}
