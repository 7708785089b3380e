/* loss_function.c - one evaluation: coefficients out, a pass, a loss and a gradient back.
 *
 *   driver     x ── at () ──▶ point                          gradient ◀── gradient () ── sums
 *                               │                                                        ▲
 *   executors                 add (block) … add (block) ── state ── tree aggregation ────┘
 */
#include "mllib/optim/loss_function.h"

static gboolean
evaluate (gpointer data, double *x, double *out_value, double *out_gradient, GError **error)
{
  const RushLossFunction *self = data;
  const RushLoss *loss = self->loss;
  RushTreeAggregate what = { .where = "RDDLossFunction.scala",
                             .n = RUSH_LOSS_GRADIENT + loss->n_sums,
                             .depth = self->depth,
                             .on_executor = TRUE,
                             .data = loss->at (loss->data, x),
                             .free_data = g_free,
                             .add = loss->add };
  g_autofree double *state = rush_tree_aggregate (self->blocks, &what, NULL, error);
  double weight_sum;

  if (state == NULL)
    return FALSE;
  weight_sum = state[RUSH_LOSS_WEIGHT_SUM];
  *out_value = state[RUSH_LOSS_SUM] / weight_sum;
  loss->gradient (loss->data, state + RUSH_LOSS_GRADIENT, out_gradient);
  for (guint i = 0; i < loss->n; i++)
    {
      double penalty = self->l2 != NULL ? self->l2[i] * x[i] : 0;

      out_gradient[i] = out_gradient[i] / weight_sum + penalty;
      *out_value += 0.5 * penalty * x[i];
    }
  return TRUE;
}

RushObjective
rush_loss_function_objective (RushLossFunction *self)
{
  return (RushObjective){ .n = self->loss->n, .data = self, .evaluate = evaluate };
}
