/* excluded_rules.c - spark.sql.optimizer.excludedRules: rules that a session does without.
 *
 *   "org.apache.spark.sql.catalyst.optimizer.ConstantFolding, no.such.Rule"  →  ConstantFolding
 *
 * Names have the package in front, as Spark's have; a name that is no rule says nothing.  Rules
 * without which a plan would not be right, or could not be run, stay whatever the list says.
 *
 * Mirrors:  Optimizer.{batches,nonExcludableRules}.
 */
#include "sql/optimizer/optimizer_private.h"

#include <string.h>

#define OPTIMIZER "org.apache.spark.sql.catalyst.optimizer."

static const char *const needed[] = {
  /* of the batch FinishAnalysis, which is one rule in Spark */
  "EliminateResolvedHint", "EliminateSubqueryAliases", "EliminateView",
  "PullOutGroupingExpressions", "ComputeCurrentTime",
  /* what the physical plan has no operator for */
  "RewriteDistinctAggregates", "ReplaceDeduplicateWithAggregate", "ReplaceIntersectWithSemiJoin",
  "ReplaceExceptWithFilter", "ReplaceExceptWithAntiJoin", "RewriteExceptAll",
  "RewriteIntersectAll", "ReplaceDistinctWithAggregate", "PullupCorrelatedPredicates",
  "RewriteCorrelatedScalarSubquery", "RewritePredicateSubquery", "RewriteLateralSubquery",
  "OptimizeSubqueries", "ExtractPythonUDFFromJoinCondition", "ExtractPythonUDFFromAggregate",
  "ExtractPythonUDFs", NULL
};

char **
rush_excluded_rules (const RushOptimizerOptions *options)
{
  const char *value = options->conf != NULL
                          ? g_hash_table_lookup (options->conf, "spark.sql.optimizer.excludedRules")
                          : NULL;
  g_auto (GStrv) names = g_strsplit (value != NULL ? value : "", ",", -1);
  g_autoptr (GPtrArray) excluded = g_ptr_array_new ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *name = g_strstrip (names[i]);
      if (!g_str_has_prefix (name, OPTIMIZER))
        continue;
      name += strlen (OPTIMIZER);
      if (!g_strv_contains (needed, name))
        g_ptr_array_add (excluded, g_strdup (name));
    }
  g_ptr_array_add (excluded, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&excluded), FALSE);
}
