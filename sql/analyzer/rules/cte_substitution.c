/* cte_substitution.c - CTESubstitution: WITH c AS (…) SELECT … FROM c.
 *
 *   'UnresolvedWith [c]                   'Project [*]
 *   +- 'Project [*]                 →     +- SubqueryAlias c
 *      +- 'UnresolvedRelation [c]            +- the definition
 *
 * With RECURSIVE, a definition that uses itself is a UnionLoop of the two sides of its UNION ALL,
 * and a UnionLoopRef stands where it does so (resolve_union_loops.c).
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

/* ── WITH RECURSIVE ── */

static _Atomic gint64 next_loop;

/* What a definition sees of itself: @definition's aliases, over a reference. */
static RushPlan *
reference_to (const RushPlan *definition, gint64 id)
{
  if (definition->kind != RUSH_PLAN_SUBQUERY_ALIAS &&
      definition->kind != RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES)
    return rush_plan_union_loop_ref (id, NULL);
  return rush_plan_with_children ((RushPlan *)definition,
                                  &(RushPlan *){ reference_to (definition->children[0], id) });
}

static gboolean
find_reference (const RushPlan *node, gpointer data)
{
  gint64 *id = data;

  if (node->kind == RUSH_PLAN_UNION_LOOP_REF && node->as.cte.id == *id)
    *id = -1;
  return *id == -1;
}

static gboolean
refers_to (const RushPlan *plan, gint64 id)
{
  rush_plan_visit (plan, find_reference, &id);
  return id == -1;
}

typedef struct
{
  const RushPlan *with;
  guint position;
  gint64 id;
} Recursion;

/* The definition, whose references to itself were put in: its UNION ALL is the loop. */
static RushPlan *
as_loop (const RushPlan *plan, const Recursion *recursion, GError **error)
{
  const gint64 *levels = recursion->with->as.with.max_levels;

  if (plan->kind == RUSH_PLAN_SUBQUERY_ALIAS || plan->kind == RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES)
    {
      RushPlan *child = as_loop (plan->children[0], recursion, error);

      return child != NULL ? rush_plan_with_children ((RushPlan *)plan, &child) : NULL;
    }
  if (plan->kind == RUSH_PLAN_DISTINCT && plan->children[0]->kind == RUSH_PLAN_UNION)
    rush_sql_error_set (error, RUSH_SQL_CLASS_UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE,
                        &recursion->with->context, NULL);
  else if (plan->kind != RUSH_PLAN_UNION || plan->n_children != 2 ||
           refers_to (plan->children[0], recursion->id))
    rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_RECURSIVE_CTE, NULL, NULL);
  else
    return rush_plan_union_loop (recursion->id, levels != NULL ? levels[recursion->position] : -1,
                                 NULL, rush_plan_ref (plan->children[0]),
                                 rush_plan_ref (plan->children[1]));
  return NULL;
}

/* ── a scope ── */

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

/* One definition; with RECURSIVE it may use itself. */
static RushPlan *
define (const RushPlan *with, guint i, Scope *scope, GError **error)
{
  RushPlan *plan = with->as.with.plans[i];
  Recursion recursion = { with, i, 0 };

  if (!with->as.with.recursive)
    return substitute (plan, scope, error);
  recursion.id = next_loop++;
  g_ptr_array_add (scope->names, with->as.with.names[i]);
  g_ptr_array_add (scope->definitions, reference_to (plan, recursion.id));
  g_autoptr (RushPlan) substituted = substitute (plan, scope, error);
  g_ptr_array_set_size (scope->names, (gint)scope->names->len - 1);
  g_ptr_array_set_size (scope->definitions, (gint)scope->definitions->len - 1);
  if (substituted == NULL || !refers_to (substituted, recursion.id))
    return g_steal_pointer (&substituted);
  return as_loop (substituted, &recursion, error);
}

/* What an inner WITH defines comes behind what is known already. */
static RushPlan *
enter (const RushPlan *with, const Scope *outer, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) definitions =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  Scope scope = { outer->analysis, names, definitions };

  for (guint i = 0; i < outer->names->len; i++)
    {
      g_ptr_array_add (names, outer->names->pdata[i]);
      g_ptr_array_add (definitions, rush_plan_ref (outer->definitions->pdata[i]));
    }
  for (guint i = 0; i < with->as.with.n; i++)
    {
      RushPlan *definition = define (with, i, &scope, error);

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
