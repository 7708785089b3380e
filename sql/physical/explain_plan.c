/* explain_plan.c - plans as text.
 *
 *   simple      the physical plan as a tree; "*(2)" before operators of fused stage 2
 *   extended    the logical plans before it, too
 *   cost        the optimized plan and the physical one
 *   formatted   a tree of names with numbers, then what each number stands for
 *               (explain_formatted.c)
 *   rules       what each rule of analyzer and optimizer changed
 *
 * An adaptive plan shows the plan as it is now and, once it has begun, as it was at first
 * (explain_tree.c).
 *
 * Mirrors: QueryExecution.explainString.
 */
#include "sql/physical/explain_tree_private.h"
#include "sql/physical/query_state_private.h"
#include "sql/plan/estimation.h"

/* ---- simple ---- */

static void
simple_line (RushExplainTree *self, const RushExec *node)
{
  g_autofree char *arguments = rush_explain_name_subqueries (
      self, node, node->klass->arguments != NULL ? node->klass->arguments (node) : NULL);

  if (node->codegen_stage_id > 0)
    g_string_append_printf (self->out, "*(%d) ", node->codegen_stage_id);
  g_string_append_printf (self->out, "%s%s", node->klass->name, arguments != NULL ? arguments : "");
}

static void
simple_relation (RushExplainTree *self, const RushExec *scan)
{
  g_autofree char *arguments = rush_explain_relation_arguments (scan);

  g_string_append_printf (self->out, "InMemoryRelation %s", arguments);
}

/* @query: or NULL: subqueries are not shown. */
static void
append_simple (GString *out, const RushExec *plan, RushQuery *query)
{
  RushExplainTree tree = { .out = out, .line = simple_line, .relation = simple_relation };

  rush_explain_tree_init (&tree, plan, query);
  rush_explain_tree_append (&tree, plan);
  rush_explain_tree_clear (&tree);
}

char *
rush_exec_to_tree_string (const RushExec *self)
{
  GString *out = g_string_new (NULL);

  append_simple (out, self, NULL);
  return g_string_free (out, FALSE);
}

/* ---- explain ---- */

static gboolean
append_logical (RushQuery *self, GString *out, GError **error)
{
  RushPlan *analyzed = rush_query_analyzed (self, error);
  RushPlan *optimized = analyzed != NULL ? rush_query_optimized (self, error) : NULL;
  g_autofree char *parsed = rush_plan_to_tree_string (
      self->logical->written != NULL ? self->logical->written : self->logical);
  g_autoptr (GString) schema = g_string_new (NULL);

  if (optimized == NULL)
    return FALSE;
  g_autofree char *analyzed_text = rush_plan_to_tree_string (analyzed);
  g_autofree char *optimized_text = rush_plan_to_tree_string (optimized);
  for (guint i = 0; i < analyzed->output->n; i++)
    g_string_append_printf (schema, "%s%s: %s", i > 0 ? ", " : "",
                            rush_expr_name (analyzed->output->items[i]),
                            analyzed->output->items[i]->type->name);
  g_string_append_printf (out,
                          "== Parsed Logical Plan ==\n%s\n== Analyzed Logical Plan ==\n%s\n%s\n"
                          "== Optimized Logical Plan ==\n%s\n",
                          parsed, schema->str, analyzed_text, optimized_text);
  return TRUE;
}

static gboolean
append_cost (RushQuery *self, GString *out, GError **error)
{
  RushPlan *optimized = rush_query_optimized (self, error);
  g_autoptr (RushEstimator) estimator = NULL;
  g_autofree char *text = NULL;

  if (optimized == NULL)
    return FALSE;
  if (rush_settings_get_bool (rush_query_settings (self), "spark.sql.cbo.enabled"))
    estimator = rush_estimator_new ();
  text = rush_plan_to_cost_string (optimized, estimator);
  g_string_append_printf (out, "== Optimized Logical Plan ==\n%s\n", text);
  return TRUE;
}

static gboolean
append_rules (RushQuery *self, GString *out, GError **error)
{
  g_autoptr (RushQuery) told = rush_query_new (&self->environment, self->logical);
  g_autofree char *story = NULL;

  told->tracker = rush_rule_tracker_new ();
  if (rush_query_optimized (told, error) == NULL)
    return FALSE;
  story = rush_rule_tracker_to_string (told->tracker);
  g_string_append (out, story);
  return TRUE;
}

static gboolean
append_logical_part (RushQuery *self, RushExplainMode mode, GString *out, GError **error)
{
  switch (mode)
    {
    case RUSH_EXPLAIN_EXTENDED:
      return append_logical (self, out, error);
    case RUSH_EXPLAIN_COST:
      return append_cost (self, out, error);
    case RUSH_EXPLAIN_RULES:
      return append_rules (self, out, error);
    case RUSH_EXPLAIN_SIMPLE:
    case RUSH_EXPLAIN_CODEGEN: /* sql/codegen has more of it */
    case RUSH_EXPLAIN_FORMATTED:
      return TRUE;
    }
  g_assert_not_reached ();
}

static void
append_physical (RushQuery *self, RushExec *plan, RushExplainMode mode, GString *out)
{
  rush_query_plan_subqueries (self, plan);
  if (mode == RUSH_EXPLAIN_FORMATTED)
    {
      g_autofree char *text = rush_exec_to_formatted_string (plan, self);
      g_string_append (out, text);
      return;
    }
  append_simple (out, plan, self);
}

char *
rush_query_explain (RushQuery *self, RushExplainMode mode, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  RushExec *plan;
  gboolean made;

  rush_query_lock (self);
  made = append_logical_part (self, mode, out, error);
  plan = made ? rush_query_executed_plan (self, error) : NULL;
  if (plan != NULL && mode != RUSH_EXPLAIN_RULES)
    {
      g_string_append (out, "== Physical Plan ==\n");
      append_physical (self, plan, mode, out);
      if (mode != RUSH_EXPLAIN_FORMATTED)
        g_string_append_c (out, '\n');
    }
  rush_query_unlock (self);
  return plan != NULL ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
