/* optimizer.c - from options to batches of rules, and back. */
#include "sql/optimizer/optimizer.h"

#include "sql/optimizer/optimizer_private.h"

/* Spark's names, separated by commas, with or without the package in front. */
static char **
excluded_rules (const RushOptimizerOptions *options)
{
  const char *value = options->conf != NULL
                          ? g_hash_table_lookup (options->conf, "spark.sql.optimizer.excludedRules")
                          : NULL;
  char **names = g_strsplit (value != NULL ? value : "", ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *last = strrchr (g_strstrip (names[i]), '.');
      if (last == NULL)
        continue;
      char *plain = g_strdup (last + 1);
      g_free (names[i]);
      names[i] = plain;
    }
  return names;
}

RushPlan *
rush_optimization_run (RushPlan *plan, RushOptimization *self, GError **error)
{
  const RushOptimizerOptions *options = self->options;
  g_auto (GStrv) excluded = excluded_rules (options);

  if (!options->enabled)
    return rush_run_rules (plan, rush_optimizer_needed_batches, rush_optimizer_n_needed_batches,
                           self, NULL, options->tracker, error);
  return rush_run_rules (plan, rush_optimizer_batches, rush_optimizer_n_batches, self,
                         (const char *const *)excluded, options->tracker, error);
}

RushPlan *
rush_optimize (RushPlan *analyzed, const RushOptimizerOptions *options, GError **error)
{
  g_return_val_if_fail (analyzed != NULL && options != NULL, NULL);

  g_autoptr (RushEvalContext) evaluation =
      rush_eval_context_new (NULL, rush_allocator_system (), options->time_zone);
  RushOptimization self = { options, evaluation };
  return rush_optimization_run (analyzed, &self, error);
}
