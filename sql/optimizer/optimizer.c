/* optimizer.c - from options to batches of rules, and back. */
#include "sql/optimizer/optimizer.h"

#include "sql/optimizer/optimizer_private.h"

RushPlan *
rush_optimization_run (RushPlan *plan, RushOptimization *self, GError **error)
{
  const RushOptimizerOptions *options = self->options;
  gboolean all = options->enabled;
  const RushRuleBatch *batches = all ? rush_optimizer_batches : rush_optimizer_needed_batches;
  guint n = all ? rush_optimizer_n_batches : rush_optimizer_n_needed_batches;
  g_autoptr (RushPluginRules) theirs = rush_plugin_rules_new (options->plugins, batches, n);
  g_auto (GStrv) excluded = all ? rush_excluded_rules (options) : NULL;

  if (theirs == NULL)
    return rush_run_rules (plan, batches, n, self, (const char *const *)excluded, options->tracker,
                           error);
  return rush_run_checked_rules (plan, rush_plugin_rules_batches (theirs), n, self,
                                 (const char *const *)excluded, rush_plugin_rules_checked (theirs),
                                 options->tracker, error);
}

RushPlan *
rush_optimize (RushPlan *analyzed, const RushOptimizerOptions *options, GError **error)
{
  g_return_val_if_fail (analyzed != NULL && options != NULL, NULL);

  g_autoptr (RushEvalContext) evaluation =
      rush_eval_context_new (NULL, rush_allocator_system (), options->time_zone);
  RushOptimization self = { options, evaluation, 0 };
  return rush_optimization_run (analyzed, &self, error);
}

RushPlan *
rush_optimize_local (RushPlan *plan, const char *time_zone, GError **error)
{
  g_return_val_if_fail (plan != NULL, NULL);

  g_autoptr (RushEvalContext) evaluation =
      rush_eval_context_new (NULL, rush_allocator_system (), time_zone);
  const RushOptimizerOptions options = { .time_zone = time_zone };
  RushOptimization self = { &options, evaluation, 0 };
  return rush_optimizer_convert_to_local_relation.apply (plan, &self, error);
}
