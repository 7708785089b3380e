/* rule.c - runs batches of rules over a plan.
 *
 *   for each batch:  do { for each rule: plan = rule (plan) } until nothing changed, or too often
 *
 * A rule that changes nothing returns the pointer it was given, or (when it took things apart and
 * put them together again) an equal plan; both count as rest.
 *
 * Mirrors:
 org.apache.spark.sql.catalyst.rules.RuleExecutor. */
#include <string.h>

#include "sql/plan/rule.h"
#include "sql/plan/rule_private.h"

static gboolean
is_excluded (const char *name, const char *const *excluded)
{
  return excluded != NULL && g_strv_contains (excluded, name);
}

static gboolean
verified (const RushPlan *plan, const RushRuleBatch *batch, const RushRule *rule, GError **error)
{
  if (!rush_plan_is_verifying () || rush_plan_verify (plan, error))
    return TRUE;
  g_prefix_error (error, "after rule %s of batch %s: ", rule->name, batch->name);
  return FALSE;
}

/* Replaces *plan; FALSE with @error. */
static gboolean
apply_rule (RushPlan **plan, const RushRuleBatch *batch, const RushRule *rule, gpointer data,
            RushRuleTracker *tracker, GError **error)
{
  RushPlan *after = rule->apply (*plan, data, error);

  if (after == NULL)
    return FALSE;
  if (after != *plan && rush_plan_equal (after, *plan))
    {
      rush_plan_unref (after);
      return TRUE;
    }
  if (after != *plan && tracker != NULL)
    rush_rule_tracker_add (tracker, batch->name, rule->name, *plan, after);
  rush_plan_unref (*plan);
  *plan = after;
  return verified (after, batch, rule, error);
}

static gboolean
run_once (RushPlan **plan, const RushRuleBatch *batch, gpointer data, const char *const *excluded,
          RushRuleTracker *tracker, GError **error)
{
  for (guint i = 0; batch->rules[i] != NULL; i++)
    if (!is_excluded (batch->rules[i]->name, excluded) &&
        !apply_rule (plan, batch, batch->rules[i], data, tracker, error))
      return FALSE;
  return TRUE;
}

static gboolean
run_batch (RushPlan **plan, const RushRuleBatch *batch, gpointer data, const char *const *excluded,
           RushRuleTracker *tracker, GError **error)
{
  for (guint i = 0; i < batch->max_iterations; i++)
    {
      g_autoptr (RushPlan) before = rush_plan_ref (*plan);

      if (!run_once (plan, batch, data, excluded, tracker, error))
        return FALSE;
      if (*plan == before || rush_plan_equal (*plan, before))
        return TRUE;
    }
  if (batch->max_iterations > 1 && rush_plan_is_verifying ())
    {
      g_autofree char *text = rush_plan_to_tree_string (*plan);

      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "batch %s did not come to rest within %u iterations:\n%s", batch->name,
                   batch->max_iterations, text);
      return FALSE;
    }
  return TRUE;
}

RushPlan *
rush_run_rules (RushPlan *plan, const RushRuleBatch *batches, guint n_batches, gpointer data,
                const char *const *excluded, RushRuleTracker *tracker, GError **error)
{
  g_autoptr (RushPlan) current = rush_plan_ref (plan);

  for (guint i = 0; i < n_batches; i++)
    if (!run_batch (&current, &batches[i], data, excluded, tracker, error))
      return NULL;
  return g_steal_pointer (&current);
}
