/* cte_substitution.c - CTESubstitution: WITH c AS (…) SELECT … FROM c.
 *
 *   'UnresolvedWith [c]                   'Project [*]
 *   +- 'Project [*]                 →     +- SubqueryAlias c
 *      +- 'UnresolvedRelation [c]            +- the definition
 *
 * A definition is put in at each use, also in subqueries; definitions may use those before them,
 * and an inner WITH hides an outer one.  The optimizer finds equal subtrees and runs them once.
 *
 * Mirrors: CTESubstitution with LEGACY_CTE_PRECEDENCE_POLICY=CORRECTED;
 InlineCTE. */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushAnalysis *analysis;
  GPtrArray *names;       /* char *, borrowed */
  GPtrArray *definitions; /* RushPlan, owned */
} Scope;

static RushPlan *substitute (RushPlan *plan, const Scope *scope, GError **error);

static RushPlan *
find (const Scope *scope, const char *name)
{
  for (guint i = scope->names->len; i > 0; i--)
    if (rush_analysis_same_name (scope->analysis, scope->names->pdata[i - 1], name))
      return scope->definitions->pdata[i - 1];
  return NULL;
}

static RushExpr *
substitute_subquery (RushExpr *node, gpointer data, GError **error)
{
  RushPlan *plan;

  if (node->kind != RUSH_EXPR_SCALAR_SUBQUERY && node->kind != RUSH_EXPR_EXISTS &&
      node->kind != RUSH_EXPR_IN_SUBQUERY)
    return rush_expr_ref (node);
  plan = substitute (node->as.subquery.plan, data, error);
  return plan != NULL ? rush_expr_with_plan (node, plan) : NULL;
}

/* What an inner WITH defines comes behind what is known already. */
static RushPlan *
enter (const RushPlan *with, const Scope *outer, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) definitions =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  Scope scope = { outer->analysis, names, definitions };

  if (with->as.with.recursive)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "WITH RECURSIVE is not there yet");
      return NULL;
    }
  for (guint i = 0; i < outer->names->len; i++)
    {
      g_ptr_array_add (names, outer->names->pdata[i]);
      g_ptr_array_add (definitions, rush_plan_ref (outer->definitions->pdata[i]));
    }
  for (guint i = 0; i < with->as.with.n; i++)
    {
      RushPlan *definition = substitute (with->as.with.plans[i], &scope, error);

      if (definition == NULL)
        return NULL;
      g_ptr_array_add (
          definitions,
          rush_plan_subquery_alias ((const char *[]){ with->as.with.names[i], NULL }, definition));
      g_ptr_array_add (names, with->as.with.names[i]);
    }
  return substitute (with->children[0], &scope, error);
}

/* Recurses: what is put in must not be looked at again, and a query's text is no deeper than the
 * parser allows. */
static RushPlan *
substitute (RushPlan *plan, const Scope *scope, GError **error)
{
  g_autoptr (RushPlan) node = NULL;
  g_autofree RushPlan **children = NULL;

  if (plan->kind == RUSH_PLAN_UNRESOLVED_WITH)
    return enter (plan, scope, error);
  if (plan->kind == RUSH_PLAN_UNRESOLVED_RELATION && plan->as.relation.names[1] == NULL)
    {
      RushPlan *definition = find (scope, plan->as.relation.names[0]);

      return rush_plan_ref (definition != NULL ? definition : plan);
    }
  node = rush_plan_has_subquery (plan)
             ? rush_plan_transform_expressions (plan, substitute_subquery, (gpointer)scope, error)
             : rush_plan_ref (plan);
  if (node == NULL)
    return NULL;
  children = g_new0 (RushPlan *, node->n_children);
  for (guint i = 0; i < node->n_children; i++)
    if ((children[i] = substitute (node->children[i], scope, error)) == NULL)
      {
        while (i-- > 0)
          rush_plan_unref (children[i]);
        return NULL;
      }
  return rush_plan_with_children (node, children);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new (), definitions = g_ptr_array_new ();
  Scope scope = { data, names, definitions };

  return substitute (plan, &scope, error);
}

const RushRule rush_rule_cte_substitution = { "CTESubstitution", apply };
