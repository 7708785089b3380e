/* analyzer.c - rush_analyze (): the batches, then the checks.
 *
 *   'Project ['k, ('v + 1) AS x]              Project [k#1, (v#2L + cast(1 as bigint)) AS x#3L]
 *   +- 'UnresolvedRelation [t]                  →   +- SubqueryAlias t
 *                                                      +- Relation [k#1,v#2L] parquet
 *
 * Rules leave alone what they cannot resolve; whether anything is left is looked at once, at the
 * end (check_analysis.c), so that an error can name what is wrong with the whole plan at hand.
 *
 * Mirrors: Analyzer.executeAndCheck.
 */
#include "sql/analyzer/analysis_private.h"
#include "sql/plan/settings.h"
#include "sql/types/type_rules.h"

RushPlan *
rush_analysis_run (RushPlan *plan, const RushAnalysis *self, GError **error)
{
  return rush_run_rules (plan, rush_analyzer_batches, rush_analyzer_n_batches, (gpointer)self, NULL,
                         self->options->tracker, error);
}

static RushAnalysis
analysis_of (const RushAnalyzerOptions *options)
{
  return (RushAnalysis){ options, options->ansi ? RUSH_EVAL_ANSI : RUSH_EVAL_LEGACY, NULL, NULL };
}

RushPlan *
rush_analyze (RushPlan *plan, const RushAnalyzerOptions *options, GError **error)
{
  RushAnalysis analysis = analysis_of (options);
  g_autoptr (RushPlan) analyzed = rush_analysis_run (plan, &analysis, error);

  if (analyzed == NULL || !rush_check_analysis (analyzed, &analysis, error))
    return NULL;
  return g_steal_pointer (&analyzed);
}

RushExpr *
rush_analyze_expression (RushExpr *expr, RushPlan *input, const RushAnalyzerOptions *options,
                         GError **error)
{
  RushExpr *alias = rush_expr_alias (rush_expr_ref (expr), "expression", 0);
  g_autoptr (RushPlan) project =
      rush_plan_project (rush_expr_list_new (1, &alias), rush_plan_ref (input));
  g_autoptr (RushPlan) analyzed = rush_analyze (project, options, error);

  if (analyzed == NULL)
    return NULL;
  g_return_val_if_fail (analyzed->kind == RUSH_PLAN_PROJECT, NULL);
  return rush_expr_ref (analyzed->lists[0]->items[0]->children[0]);
}

/* ── small things many rules do ── */

gboolean
rush_analysis_switch (const RushAnalysis *self, const char *key)
{
  GHashTable *conf = self->options->conf;
  g_autoptr (GHashTable) none = conf == NULL ? g_hash_table_new (g_str_hash, g_str_equal) : NULL;
  RushEvalSettings settings = { .conf = conf != NULL ? conf : none };

  return rush_settings_get_bool (&settings, key);
}

GPtrArray *
rush_expr_array_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
}

GPtrArray *
rush_expr_list_to_array (const RushExprList *list)
{
  GPtrArray *items = rush_expr_array_new ();

  for (guint i = 0; i < list->n; i++)
    g_ptr_array_add (items, rush_expr_ref (list->items[i]));
  return items;
}

char *
rush_quote_type (const RushType *type)
{
  return rush_type_sql_id (type);
}

char *
rush_quote_expr (const RushExpr *expr)
{
  g_autofree char *text = rush_expr_to_pretty_sql (expr);

  return g_strdup_printf ("\"%s\"", text);
}
