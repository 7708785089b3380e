/* resolve_references.c - ResolveReferences: names become columns of what stands below.
 *
 *   'Project ['k, ('t.v + 1)]              'Project [k#1, (v#2L + 1)]
 *   +- SubqueryAlias t               →     +- SubqueryAlias t
 *      +- Relation [k#1, v#2L]                +- Relation [k#1, v#2L]
 *
 * Where a name is looked for, in order:
 *
 *   1. the columns of the children; for df["k"] those of the DataFrame it was taken from
 *   2. columns that a USING join has hidden
 *   3. names of functions without parentheses: current_date
 *   4. the columns of the query around, as OUTER
 *
 * ORDER BY and HAVING over an aggregate leave arguments of aggregate functions alone: those mean
 * columns below the aggregate (resolve_aggregate_functions.c).
 *
 * Mirrors: ResolveReferences, ColumnResolutionHelper.
 */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushAnalysis *analysis;
  const RushPlan *node;
  GPtrArray *input;
  GPtrArray *hidden;
  GHashTable *left_alone; /* nodes of expressions; or NULL */
  gboolean outer_too;
} Scope;

/* ── columns of a given DataFrame ── */

typedef struct
{
  gint64 plan_id;
  const RushPlan *found;
} PlanSearch;

static gboolean
find_plan (const RushPlan *node, gpointer data)
{
  PlanSearch *search = data;

  if (search->found == NULL && node->plan_id == search->plan_id)
    search->found = node;
  return search->found != NULL;
}

static RushExpr *
resolve_in_plan (const Scope *scope, const RushExpr *name, GError **error)
{
  PlanSearch search = { name->as.names.plan_id, NULL };
  g_autoptr (GPtrArray) columns = NULL;

  for (guint i = 0; i < scope->node->n_children && search.found == NULL; i++)
    rush_plan_visit (scope->node->children[i], find_plan, &search);
  if (search.found == NULL || search.found->output == NULL)
    return NULL;
  columns = g_ptr_array_new ();
  for (guint i = 0; i < search.found->output->n; i++)
    g_ptr_array_add (columns, search.found->output->items[i]);
  return rush_analysis_resolve_name (scope->analysis, name->as.names.parts, columns, &name->context,
                                     error);
}

/* ── functions that need no parentheses ── */

static RushExpr *
resolve_bare_call (const RushExpr *name)
{
  static const char *const names[] = {
    "current_date", "current_timestamp", "current_user",   "current_catalog", "current_database",
    "user",         "session_user",      "localtimestamp", "grouping__id",    NULL
  };
  char **parts = name->as.names.parts;
  g_autofree char *lower = g_ascii_strdown (parts[0], -1);

  if (parts[1] != NULL || !g_strv_contains (names, lower))
    return NULL;
  if (strcmp (lower, "grouping__id") == 0)
    return rush_expr_unresolved_function ((const char *[]){ "grouping_id", NULL }, 0, NULL, FALSE,
                                          NULL);
  return rush_expr_unresolved_function ((const char *const *)parts, 0, NULL, FALSE, NULL);
}

/* ── one name ── */

static RushExpr *
resolve_outer (const Scope *scope, const RushExpr *name, GError **error)
{
  const RushPlan *outer = scope->analysis->outer;
  g_autoptr (GPtrArray) columns = NULL;
  g_autoptr (RushExpr) found = NULL;

  if (outer == NULL || !scope->outer_too)
    return NULL;
  columns = rush_analysis_input (outer);
  found = rush_analysis_resolve_name (scope->analysis, name->as.names.parts, columns,
                                      &name->context, error);
  return found != NULL ? rush_expr_unary (RUSH_EXPR_OUTER, g_steal_pointer (&found)) : NULL;
}

/* NULL without error: not known here. */
static RushExpr *
resolve_one (const Scope *scope, const RushExpr *name, GError **error)
{
  GError *problem = NULL;
  RushExpr *found = NULL;

  if (name->as.names.plan_id >= 0)
    found = resolve_in_plan (scope, name, &problem);
  if (found == NULL && problem == NULL)
    found = rush_analysis_resolve_name (scope->analysis, name->as.names.parts, scope->input,
                                        &name->context, &problem);
  if (found == NULL && problem == NULL && scope->hidden->len > 0)
    found = rush_analysis_resolve_name (scope->analysis, name->as.names.parts, scope->hidden,
                                        &name->context, &problem);
  if (found == NULL && problem == NULL)
    found = resolve_bare_call (name);
  if (found == NULL && problem == NULL)
    found = resolve_outer (scope, name, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  return found;
}

static RushExpr *
resolve_expression (RushExpr *node, gpointer data, GError **error)
{
  const Scope *scope = data;
  GError *problem = NULL;
  RushExpr *found = NULL;

  if (scope->left_alone != NULL && g_hash_table_contains (scope->left_alone, node))
    return rush_expr_ref (node);
  if (node->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE)
    found = resolve_one (scope, node, &problem);
  else if (node->kind == RUSH_EXPR_UNRESOLVED_EXTRACT &&
           (node->children[0]->flags & node->children[1]->flags & RUSH_EXPR_RESOLVED))
    found = rush_analysis_extract (scope->analysis, node->children[0], node->children[1],
                                   &node->context, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  return found != NULL ? found : rush_expr_ref (node);
}

/* ── what stands in aggregate functions ── */

static gboolean
is_aggregate_call (const RushExpr *node)
{
  const RushFunction *function;

  if (node->kind != RUSH_EXPR_UNRESOLVED_FUNCTION)
    return node->kind == RUSH_EXPR_AGGREGATE;
  function = rush_function_find (node->as.call.parts[g_strv_length (node->as.call.parts) - 1]);
  return function != NULL && function->kind == RUSH_FUNCTION_AGGREGATE;
}

static gboolean
add_node (const RushExpr *node, gpointer into)
{
  g_hash_table_add (into, (gpointer)node);
  return FALSE;
}

static gboolean
add_aggregates (const RushExpr *node, gpointer into)
{
  if (!is_aggregate_call (node))
    return node->kind == RUSH_EXPR_WINDOW;
  rush_expr_visit (node, add_node, into);
  return TRUE;
}

static const RushPlan *
aggregate_below (const RushPlan *node)
{
  if (node->kind != RUSH_PLAN_SORT && node->kind != RUSH_PLAN_UNRESOLVED_HAVING &&
      node->kind != RUSH_PLAN_FILTER)
    return NULL;
  node = node->children[0];
  while (node->kind == RUSH_PLAN_FILTER || node->kind == RUSH_PLAN_UNRESOLVED_HAVING)
    node = node->children[0];
  return node->kind == RUSH_PLAN_AGGREGATE ? node : NULL;
}

/* ── the columns that USING has hidden are put back where somebody asks for them ── */

static gboolean
references (const RushExpr *node, gpointer ids)
{
  if (node->kind == RUSH_EXPR_ATTRIBUTE)
    rush_expr_id_set_add (ids, node->as.attribute.id);
  return FALSE;
}

static RushPlan *
reveal (RushPlan *plan, const RushExprIdSet *wanted)
{
  g_autofree RushPlan **children = g_new (RushPlan *, plan->n_children);
  g_autoptr (GPtrArray) items = NULL;

  if (plan->kind == RUSH_PLAN_PROJECT && plan->as.project.hidden != NULL)
    {
      items = rush_expr_list_to_array (plan->lists[0]);
      for (guint i = 0; i < plan->as.project.hidden->n; i++)
        if (rush_expr_id_set_has (wanted, rush_expr_named_id (plan->as.project.hidden->items[i])))
          g_ptr_array_add (items, rush_expr_ref (plan->as.project.hidden->items[i]));
      if (items->len == plan->lists[0]->n)
        return rush_plan_ref (plan);
      return rush_plan_with_lists (
          plan, (RushExprList *[]){ rush_expr_list_from_array (g_steal_pointer (&items)) });
    }
  if (plan->kind != RUSH_PLAN_FILTER && plan->kind != RUSH_PLAN_SORT &&
      plan->kind != RUSH_PLAN_JOIN)
    return rush_plan_ref (plan);
  for (guint i = 0; i < plan->n_children; i++)
    children[i] = reveal (plan->children[i], wanted);
  return rush_plan_with_children (plan, children);
}

/* @resolved: the node with its names found; it may use hidden columns. */
static RushPlan *
with_hidden (RushPlan *resolved, const GPtrArray *hidden)
{
  g_autoptr (RushExprIdSet) used = rush_expr_id_set_new ();
  g_autoptr (RushExprIdSet) wanted = rush_expr_id_set_new ();
  g_autofree RushPlan **children = NULL;

  rush_plan_visit_expressions (resolved, references, used);
  for (guint i = 0; i < hidden->len; i++)
    if (rush_expr_id_set_has (used, rush_expr_named_id (hidden->pdata[i])))
      rush_expr_id_set_add (wanted, rush_expr_named_id (hidden->pdata[i]));
  if (rush_expr_id_set_size (wanted) == 0)
    return rush_plan_ref (resolved);
  children = g_new (RushPlan *, resolved->n_children);
  for (guint i = 0; i < resolved->n_children; i++)
    children[i] = reveal (resolved->children[i], wanted);
  return rush_plan_with_children (resolved, children);
}

/* ── one node ── */

static gboolean
wants_names (const RushPlan *node)
{
  switch ((int)node->kind)
    {
    case RUSH_PLAN_UNRESOLVED_HINT:
    case RUSH_PLAN_UNRESOLVED_UNPIVOT:
      return FALSE;
    default:
      return node->n_lists > 0 &&
             (node->n_children > 0 || node->kind == RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION ||
              node->kind == RUSH_PLAN_UNRESOLVED_INLINE_TABLE);
    }
}

static gboolean
children_resolved (const RushPlan *node)
{
  for (guint i = 0; i < node->n_children; i++)
    if (!node->children[i]->resolved)
      return FALSE;
  return TRUE;
}

/* Sides that share ids would make k = k of a.k = b.k: DeduplicateRelations comes first. */
static gboolean
shares_ids (const RushPlan *node)
{
  g_autoptr (RushExprIdSet) left = NULL;

  if (node->kind != RUSH_PLAN_JOIN && node->kind != RUSH_PLAN_LATERAL_JOIN)
    return FALSE;
  left = rush_expr_id_set_new ();
  rush_plan_collect_output_ids (node->children[0], left);
  for (guint i = 0; i < node->children[1]->output->n; i++)
    if (rush_expr_id_set_has (left, rush_expr_named_id (node->children[1]->output->items[i])))
      return TRUE;
  return FALSE;
}

/* A name that is not below may yet be found behind the node's child; the query around comes
 * last. */
static gboolean
may_look_outside (const RushPlan *node)
{
  return node->kind != RUSH_PLAN_SORT && node->kind != RUSH_PLAN_UNRESOLVED_HAVING &&
         node->kind != RUSH_PLAN_UNRESOLVED_QUALIFY && node->kind != RUSH_PLAN_REPARTITION_BY;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) input = NULL, hidden = NULL;
  g_autoptr (GHashTable) left_alone = NULL;
  g_autoptr (RushPlan) resolved = NULL;
  Scope scope = { data, node, NULL, NULL, NULL, may_look_outside (node) };

  if (node->resolved || !wants_names (node) || !children_resolved (node) || shares_ids (node))
    return rush_plan_ref (node);
  if (aggregate_below (node) != NULL)
    {
      left_alone = g_hash_table_new (NULL, NULL);
      rush_plan_visit_expressions (node, add_aggregates, left_alone);
    }
  input = rush_analysis_input (node);
  hidden = rush_analysis_hidden (node);
  scope.input = input;
  scope.hidden = hidden;
  scope.left_alone = left_alone;
  resolved = rush_plan_transform_expressions (node, resolve_expression, &scope, error);
  if (resolved == NULL)
    return NULL;
  return hidden->len > 0 ? with_hidden (resolved, hidden) : g_steal_pointer (&resolved);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_references = { "ResolveReferences", apply };
