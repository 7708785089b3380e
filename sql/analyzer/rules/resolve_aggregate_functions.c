/* resolve_aggregate_functions.c - ResolveAggregateFunctions: aggregates in HAVING and ORDER BY.
 *
 *   'Sort ['max('d) DESC]                       Project [k#1, sum(v)#7L]
 *   +- 'UnresolvedHaving ('sum('v) > 1)   →     +- Sort [max(d)#9 DESC]
 *      +- Aggregate [k#1], [k#1, sum(v)#7L]        +- Filter (sum(v)#7L > 1)
 *                                                     +- Aggregate [k#1], […, max(d)#9]
 *
 * The condition is analyzed as if it stood in the aggregate's own list; then each aggregate
 * function in it, and each grouping expression, becomes a column that the aggregate puts out: one
 * that is there already, or a new one, which a projection takes away again.
 *
 * Mirrors:
 ResolveAggregateFunctions.resolveExprsWithAggregate. */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushPlan *aggregate;
  GPtrArray *results; /* its list, growing; owned items */
} Target;

/* ── back from the aggregate's columns to what they are made of ── */

static RushExpr *
open_alias (RushExpr *node, gpointer data, GError **error)
{
  const RushExprList *results = ((const RushPlan *)data)->lists[1];

  for (guint i = 0; node->kind == RUSH_EXPR_ATTRIBUTE && i < results->n; i++)
    if (results->items[i]->kind == RUSH_EXPR_ALIAS &&
        results->items[i]->as.attribute.id == node->as.attribute.id)
      return rush_expr_ref (results->items[i]->children[0]);
  return rush_expr_ref (node);
}

/* ── names over grouping sets ── */

typedef struct
{
  const RushAnalysis *analysis;
  const RushPlan *aggregate; /* over an Expand */
} Grouped;

static gboolean
is_aggregate_call (const RushExpr *node)
{
  const RushFunction *function;

  if (node->kind != RUSH_EXPR_UNRESOLVED_FUNCTION || node->as.call.parts[1] != NULL)
    return FALSE;
  function = rush_function_find (node->as.call.parts[0]);
  return function != NULL && function->kind == RUSH_FUNCTION_AGGREGATE;
}

static RushExpr *
find_column (const Grouped *grouped, RushExpr *name, gboolean aggregated, GError **error)
{
  const RushPlan *expand = grouped->aggregate->children[0];
  const RushExprList *list =
      aggregated ? expand->children[0]->children[0]->output : grouped->aggregate->lists[0];
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();
  GError *problem = NULL;
  RushExpr *column;

  for (guint i = 0; i < list->n; i++)
    if (list->items[i]->kind == RUSH_EXPR_ATTRIBUTE)
      g_ptr_array_add (columns, list->items[i]);
  column = rush_analysis_resolve_name (grouped->analysis, name->as.names.parts, columns,
                                       &name->context, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  else if (column == NULL)
    return rush_expr_ref (name);
  return column;
}

/* An Expand has each key twice: as it was below, and with the nulls of the grouping sets.
 * Arguments of aggregate functions mean the first, all else the second. */
static RushExpr *
name_columns (const Grouped *grouped, RushExpr *expr, gboolean aggregated, GError **error)
{
  g_autofree RushExpr **children = g_new (RushExpr *, expr->n_children);

  if (expr->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE)
    return find_column (grouped, expr, aggregated, error);
  aggregated = aggregated || is_aggregate_call (expr);
  for (guint i = 0; i < expr->n_children; i++)
    if ((children[i] = name_columns (grouped, expr->children[i], aggregated, error)) == NULL)
      {
        while (i-- > 0)
          rush_expr_unref (children[i]);
        return NULL;
      }
  return rush_expr_with_children (expr, children);
}

/* ── analysis below the aggregate ── */

static RushPlan *
analyze_below (const RushAnalysis *self, const RushPlan *aggregate, const RushExprList *wanted,
               GError **error)
{
  g_autoptr (GPtrArray) items = rush_expr_array_new ();
  g_autoptr (RushPlan) trial = NULL;

  for (guint i = 0; i < wanted->n; i++)
    {
      RushExpr *item = wanted->items[i];
      RushExpr *opened =
          rush_expr_transform_up (item->kind == RUSH_EXPR_SORT_ORDER ? item->children[0] : item,
                                  open_alias, (gpointer)aggregate, error);

      if (opened != NULL && aggregate->children[0]->kind == RUSH_PLAN_EXPAND)
        {
          Grouped grouped = { self, aggregate };
          g_autoptr (RushExpr) unnamed = opened;

          opened = name_columns (&grouped, unnamed, FALSE, error);
        }
      if (opened == NULL)
        return NULL;
      g_ptr_array_add (items, rush_expr_alias (opened, "_aggregate", 0));
    }
  trial = rush_plan_aggregate (rush_expr_list_ref (aggregate->lists[0]),
                               rush_expr_list_from_array (g_steal_pointer (&items)),
                               rush_plan_ref (aggregate->children[0]));
  return rush_analysis_run (trial, self, error);
}

/* ── columns of the aggregate ── */

static RushExpr *
column_of (Target *target, RushExpr *expr)
{
  g_autofree char *name = NULL;
  RushExpr *made;

  for (guint i = 0; i < target->results->len; i++)
    {
      RushExpr *result = target->results->pdata[i];

      if (rush_expr_semantic_equal (result->kind == RUSH_EXPR_ALIAS ? result->children[0] : result,
                                    expr))
        return rush_expr_to_attribute (result);
    }
  if (expr->kind == RUSH_EXPR_ATTRIBUTE)
    made = rush_expr_ref (expr);
  else
    {
      name = rush_expr_to_pretty_sql (expr);
      made = rush_expr_alias (rush_expr_ref (expr), name, 0);
    }
  g_ptr_array_add (target->results, made);
  return rush_expr_to_attribute (made);
}

static gboolean
is_grouping (const RushPlan *aggregate, const RushExpr *expr)
{
  for (guint i = 0; i < aggregate->lists[0]->n; i++)
    if (rush_expr_semantic_equal (aggregate->lists[0]->items[i], expr))
      return TRUE;
  return FALSE;
}

static gboolean
is_result (const Target *target, const RushExpr *expr)
{
  if (expr->flags & RUSH_EXPR_FOLDABLE)
    return FALSE;
  for (guint i = 0; i < target->results->len; i++)
    {
      const RushExpr *result = target->results->pdata[i];

      if (result->kind == RUSH_EXPR_ALIAS && rush_expr_semantic_equal (result->children[0], expr))
        return TRUE;
    }
  return FALSE;
}

static RushExpr *
lift (RushExpr *node, gpointer data, GError **error)
{
  Target *target = data;

  if (node->kind == RUSH_EXPR_AGGREGATE || is_grouping (target->aggregate, node) ||
      is_result (target, node))
    return column_of (target, node);
  return rush_expr_ref (node);
}

/* ── HAVING and ORDER BY over an aggregate ── */

/* The aggregate below filters that came of HAVING. */
static RushPlan *
aggregate_below (RushPlan *plan)
{
  while (plan->kind == RUSH_PLAN_FILTER)
    plan = plan->children[0];
  return plan->kind == RUSH_PLAN_AGGREGATE && plan->resolved ? plan : NULL;
}

static RushPlan *
put_aggregate (RushPlan *plan, RushPlan *aggregate)
{
  if (plan->kind == RUSH_PLAN_AGGREGATE)
    return rush_plan_ref (aggregate);
  return rush_plan_with_children (plan,
                                  &(RushPlan *){ put_aggregate (plan->children[0], aggregate) });
}

static RushExprList *
lifted (const RushExprList *wanted, const RushPlan *trial, Target *target)
{
  GPtrArray *items = rush_expr_array_new ();

  for (guint i = 0; i < wanted->n; i++)
    {
      RushExpr *item = wanted->items[i];
      RushExpr *inner =
          rush_expr_transform_down (trial->lists[1]->items[i]->children[0], lift, target, NULL);

      g_ptr_array_add (items, item->kind == RUSH_EXPR_SORT_ORDER
                                  ? rush_expr_with_children (item, &inner)
                                  : inner);
    }
  return rush_expr_list_from_array (items);
}

/* A column that is neither grouped by nor aggregated is none of the aggregate's. */
static gboolean
all_lifted (const RushExprList *list, const GPtrArray *results)
{
  g_autoptr (RushExprIdSet) known = rush_expr_id_set_new ();

  for (guint i = 0; i < results->len; i++)
    rush_expr_id_set_add (known, rush_expr_named_id (results->pdata[i]));
  for (guint i = 0; i < list->n; i++)
    if (!rush_expr_references_subset (list->items[i], known))
      return FALSE;
  return TRUE;
}

static RushPlan *
over_aggregate (RushPlan *node, RushPlan *aggregate, const RushPlan *trial)
{
  g_autoptr (GPtrArray) results = rush_expr_list_to_array (aggregate->lists[1]);
  g_autoptr (RushPlan) fuller = NULL;
  Target target = { aggregate, results };
  RushExprList *list = lifted (node->lists[0], trial, &target);
  gboolean more = results->len > aggregate->lists[1]->n;
  RushPlan *child, *made;

  if (!all_lifted (list, results))
    {
      rush_expr_list_unref (list);
      return rush_plan_ref (node);
    }

  fuller = rush_plan_with_lists (
      aggregate, (RushExprList *[]){ rush_expr_list_ref (aggregate->lists[0]),
                                     rush_expr_list_from_array (g_steal_pointer (&results)) });
  child = put_aggregate (node->children[0], fuller);
  if (node->kind == RUSH_PLAN_SORT)
    made = rush_plan_sort (list, node->as.sort.global, child);
  else
    {
      made = rush_plan_filter (rush_expr_ref (list->items[0]), child);
      rush_expr_list_unref (list);
    }
  return more ? rush_plan_project (rush_expr_list_ref (aggregate->output), made) : made;
}

static gboolean
uses_only_output (const RushPlan *node)
{
  g_autoptr (RushExprIdSet) known = rush_expr_id_set_new ();

  rush_plan_collect_output_ids (node->children[0], known);
  for (guint i = 0; i < node->lists[0]->n; i++)
    if (!rush_expr_is_resolved (node->lists[0]->items[i]) ||
        (node->lists[0]->items[i]->flags & RUSH_EXPR_HAS_AGGREGATE) ||
        !rush_expr_references_subset (node->lists[0]->items[i], known))
      return FALSE;
  return TRUE;
}

/* What analysis of an aggregate's list may end as: the aggregate itself, with all resolved. */
static gboolean
is_usable (const RushPlan *trial, const RushExprList *wanted)
{
  if (trial->kind != RUSH_PLAN_AGGREGATE || trial->lists[1]->n != wanted->n)
    return FALSE;
  for (guint i = 0; i < trial->lists[1]->n; i++)
    if (!rush_expr_is_resolved (trial->lists[1]->items[i]))
      return FALSE;
  return TRUE;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  gboolean having = node->kind == RUSH_PLAN_UNRESOLVED_HAVING;
  gboolean may = having || node->kind == RUSH_PLAN_SORT;
  g_autoptr (RushPlan) trial = NULL;
  RushPlan *aggregate;

  if (!may || node->lists[0]->n == 0 || !node->children[0]->resolved)
    return rush_plan_ref (node);
  if (uses_only_output (node))
    return having ? rush_plan_filter (rush_expr_ref (node->lists[0]->items[0]),
                                      rush_plan_ref (node->children[0]))
                  : rush_plan_ref (node);
  aggregate = aggregate_below (node->children[0]);
  if (aggregate == NULL)
    return rush_plan_ref (node);
  trial = analyze_below (data, aggregate, node->lists[0], error);
  if (trial == NULL)
    return NULL;
  return is_usable (trial, node->lists[0]) ? over_aggregate (node, aggregate, trial)
                                           : rush_plan_ref (node);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_aggregate_functions = { "ResolveAggregateFunctions", apply };
