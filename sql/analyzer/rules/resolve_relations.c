/* resolve_relations.c - ResolveRelations: names of tables and views become their plans.
 *
 *   'UnresolvedRelation [t]   →   SubqueryAlias t
 *                                 +- View (`t`, [k#1, v#2L]) …
 *
 * The catalog knows what a name means; what it does not know stays and is an error in the end.
 * Each mention of a table gets columns with ids of its own, so that a table that is joined with
 * itself, or used again in a subquery, is two.
 *
 * Mirrors: ResolveRelations.
 */
#include "sql/analyzer/analysis_private.h"

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  const RushAnalysis *self = data;
  RushCatalogView *catalog = self->options->catalog;
  const char *const *names = (const char *const *)node->as.relation.names;
  GError *problem = NULL;
  g_autoptr (RushPlan) found = NULL;
  RushPlan *plan;

  if (node->kind != RUSH_PLAN_UNRESOLVED_RELATION || catalog == NULL)
    return rush_plan_ref (node);
  found = catalog->lookup_relation (catalog, names, node->as.relation.options, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  if (found == NULL)
    return rush_plan_ref (node);
  plan = rush_analysis_renew (found, NULL);
  if (plan->kind == RUSH_PLAN_SUBQUERY_ALIAS)
    return plan;
  return rush_plan_subquery_alias (plan->kind == RUSH_PLAN_RELATION && plan->as.source.table != NULL
                                       ? (const char *const *)plan->as.source.table
                                       : names,
                                   plan);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_relations = { "ResolveRelations", apply };
