/* rule.c - runs batches of rules over a plan.
 *
 *   for each batch:  do { for each rule: plan = rule (plan) } until nothing changed, or too often
 *
 * A rule that changes nothing returns the pointer it was given, or (when it took things apart and
 * put them together again) an equal plan; both count as rest.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.rules.RuleExecutor.
 */
#include "sql/plan/rule.h"

#include "sql/plan/rule_private.h"

typedef struct
{
  gpointer data;
  const char *const *excluded;
  const RushRule *const *checked;
  RushRuleTracker *tracker;
} Run;

static gboolean
is_excluded (const Run *run, const RushRule *rule)
{
  return run->excluded != NULL && g_strv_contains (run->excluded, rule->name);
}

/* ---- what a rule leaves behind ---- */

static gboolean
is_checked (const Run *run, const RushRule *rule)
{
  for (guint i = 0; run->checked != NULL && run->checked[i] != NULL; i++)
    if (run->checked[i] == rule)
      return TRUE;
  return FALSE;
}

static gboolean
same_columns (const RushPlan *before, const RushPlan *after, GError **error)
{
  guint n = before->output != NULL ? before->output->n : 0;
  gboolean same = n == (after->output != NULL ? after->output->n : 0);

  for (guint i = 0; same && i < n; i++)
    same = rush_expr_named_id (before->output->items[i]) ==
           rush_expr_named_id (after->output->items[i]);
  if (!same)
    {
      g_autofree char *was = rush_plan_to_tree_string (before);
      g_autofree char *is = rush_plan_to_tree_string (after);

      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "the plan has other columns than before; it was\n%sand is\n%s", was, is);
    }
  return same;
}

static gboolean
verified (const Run *run, const RushPlan *before, const RushPlan *after, const RushRuleBatch *batch,
          const RushRule *rule, GError **error)
{
  gboolean checked = is_checked (run, rule);

  if ((!checked && !rush_plan_is_verifying ()) ||
      (rush_plan_verify (after, error) && (!checked || same_columns (before, after, error))))
    return TRUE;
  g_prefix_error (error, "after rule %s of batch %s: ", rule->name, batch->name);
  return FALSE;
}

/* ---- running ---- */

/* Replaces *plan; FALSE with @error. */
static gboolean
apply_rule (RushPlan **plan, const RushRuleBatch *batch, const RushRule *rule, const Run *run,
            GError **error)
{
  g_autoptr (RushPlan) after = rule->apply (*plan, run->data, error);

  if (after == NULL)
    return FALSE;
  if (after != *plan && rush_plan_equal (after, *plan))
    return TRUE;
  if (after != *plan && run->tracker != NULL)
    rush_rule_tracker_add (run->tracker, batch->name, rule->name, *plan, after);
  if (!verified (run, *plan, after, batch, rule, error))
    return FALSE;
  rush_plan_unref (*plan);
  *plan = g_steal_pointer (&after);
  return TRUE;
}

static gboolean
run_once (RushPlan **plan, const RushRuleBatch *batch, const Run *run, GError **error)
{
  for (guint i = 0; batch->rules[i] != NULL; i++)
    if (!is_excluded (run, batch->rules[i]) &&
        !apply_rule (plan, batch, batch->rules[i], run, error))
      return FALSE;
  return TRUE;
}

static gboolean
run_batch (RushPlan **plan, const RushRuleBatch *batch, const Run *run, GError **error)
{
  for (guint i = 0; i < batch->max_iterations; i++)
    {
      g_autoptr (RushPlan) before = rush_plan_ref (*plan);

      if (!run_once (plan, batch, run, error))
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
rush_run_checked_rules (RushPlan *plan, const RushRuleBatch *batches, guint n_batches,
                        gpointer data, const char *const *excluded, const RushRule *const *checked,
                        RushRuleTracker *tracker, GError **error)
{
  g_autoptr (RushPlan) current = rush_plan_ref (plan);
  Run run = { data, excluded, checked, tracker };

  for (guint i = 0; i < n_batches; i++)
    if (!run_batch (&current, &batches[i], &run, error))
      return NULL;
  return g_steal_pointer (&current);
}

RushPlan *
rush_run_rules (RushPlan *plan, const RushRuleBatch *batches, guint n_batches, gpointer data,
                const char *const *excluded, RushRuleTracker *tracker, GError **error)
{
  return rush_run_checked_rules (plan, batches, n_batches, data, excluded, NULL, tracker, error);
}
