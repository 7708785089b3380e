/* resolve_pivot.c - ResolvePivot: values become columns.
 *
 *   Pivot [k#1], s#2, [x, y], [sum(v#3)]
 *        ↓
 *   Aggregate [k#1], [k#1, sum(if ((s#2 <=> x)) v#3 else null) AS x#7,
 *                          sum(if ((s#2 <=> y)) v#3 else null) AS y#8]
 *
 * Without GROUP BY, all columns that neither the aggregates nor the pivot use are grouped by.  One
 * aggregate: the columns are called as the values; several: value_name.
 *
 * Mirrors: ResolvePivot, its branch for aggregates that do not support
 PivotFirst. */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushAnalysis *analysis;
  RushExpr *condition;
} Guard;

/* Arguments count for rows of this value alone.  The result is an aggregate of its own, so that the
 * planner does not take the values' columns for one. */
static RushExpr *
guard_aggregate (RushExpr *node, gpointer data, GError **error)
{
  const Guard *guard = data;
  g_autoptr (RushExpr) guarded = NULL;
  g_autofree RushExpr **children = NULL;
  guint n;

  if (node->kind != RUSH_EXPR_AGGREGATE)
    return rush_expr_ref (node);
  n = node->n_children - node->as.aggregate.has_filter;
  children = g_new (RushExpr *, node->n_children);
  for (guint i = 0; i < node->n_children; i++)
    children[i] =
        i < n ? rush_expr_new (RUSH_EXPR_IF, 3,
                               (RushExpr *[]){ rush_expr_ref (guard->condition),
                                               rush_expr_ref (node->children[i]),
                                               rush_expr_literal_null (node->children[i]->type) })
              : rush_expr_ref (node->children[i]);
  guarded = rush_expr_with_children (node, children);
  return rush_expr_with_id (guarded, rush_expr_id_new ());
}

static RushExpr *
without_name (RushExpr *expr)
{
  while (expr->kind == RUSH_EXPR_ALIAS || expr->kind == RUSH_EXPR_UNRESOLVED_ALIAS)
    expr = expr->children[0];
  return expr;
}

static char *
value_name (RushExpr *value)
{
  return value->kind == RUSH_EXPR_ALIAS ? g_strdup (rush_expr_name (value))
                                        : rush_expr_to_pretty_sql (without_name (value));
}

static char *
column_name (const RushPlan *pivot, RushExpr *value, RushExpr *aggregate)
{
  g_autofree char *name = value_name (value), *suffix = NULL;

  if (pivot->lists[3]->n == 1)
    return g_steal_pointer (&name);
  suffix = aggregate->kind == RUSH_EXPR_ALIAS ? g_strdup (rush_expr_name (aggregate))
                                              : rush_expr_to_pretty_sql (without_name (aggregate));
  return g_strconcat (name, "_", suffix, NULL);
}

static gboolean
all_resolved (const RushPlan *pivot)
{
  for (guint l = 0; l < pivot->n_lists; l++)
    for (guint i = 0; i < pivot->lists[l]->n; i++)
      if (!rush_expr_is_resolved (without_name (pivot->lists[l]->items[i])))
        return FALSE;
  return TRUE;
}

static GPtrArray *
grouping_of (const RushPlan *pivot)
{
  g_autoptr (RushExprIdSet) used = rush_expr_id_set_new ();
  GPtrArray *grouping;

  if (pivot->lists[0]->n > 0)
    return rush_expr_list_to_array (pivot->lists[0]);
  grouping = rush_expr_array_new ();
  rush_expr_collect_references (pivot->lists[1]->items[0], used);
  for (guint i = 0; i < pivot->lists[3]->n; i++)
    rush_expr_collect_references (pivot->lists[3]->items[i], used);
  for (guint i = 0; i < pivot->children[0]->output->n; i++)
    if (!rush_expr_id_set_has (used, rush_expr_named_id (pivot->children[0]->output->items[i])))
      g_ptr_array_add (grouping, rush_expr_ref (pivot->children[0]->output->items[i]));
  return grouping;
}

static gboolean
check_values (const RushPlan *pivot, GError **error)
{
  for (guint i = 0; i < pivot->lists[2]->n; i++)
    {
      const RushExpr *value = without_name (pivot->lists[2]->items[i]);

      if (value->flags & RUSH_EXPR_FOLDABLE)
        continue;
      g_autofree char *text = rush_quote_expr (value);
      rush_sql_error_set (error, RUSH_SQL_CLASS_NON_LITERAL_PIVOT_VALUES, &value->context,
                          "expression", text, NULL);
      return FALSE;
    }
  return TRUE;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  const RushAnalysis *self = data;
  RushExpr *column;
  GPtrArray *grouping, *results;

  if (node->kind != RUSH_PLAN_UNRESOLVED_PIVOT || !node->children[0]->resolved ||
      !all_resolved (node))
    return rush_plan_ref (node);
  if (!check_values (node, error))
    return NULL;
  column = node->lists[1]->items[0];
  grouping = grouping_of (node);
  results = rush_expr_array_new ();
  for (guint i = 0; i < grouping->len; i++)
    g_ptr_array_add (results, rush_analysis_alias_of (rush_expr_ref (grouping->pdata[i])));
  for (guint v = 0; v < node->lists[2]->n; v++)
    {
      RushExpr *value = node->lists[2]->items[v];
      g_autoptr (RushExpr) condition = rush_expr_binary (
          RUSH_EXPR_EQUAL_NULL_SAFE, rush_expr_ref (column),
          rush_analysis_cast (self, rush_expr_ref (without_name (value)), column->type));
      Guard guard = { self, condition };

      for (guint a = 0; a < node->lists[3]->n; a++)
        {
          RushExpr *aggregate = node->lists[3]->items[a];
          g_autofree char *name = column_name (node, value, aggregate);

          g_ptr_array_add (results,
                           rush_expr_alias (rush_expr_transform_up (without_name (aggregate),
                                                                    guard_aggregate, &guard, NULL),
                                            name, 0));
        }
    }
  return rush_plan_aggregate (rush_expr_list_from_array (grouping),
                              rush_expr_list_from_array (results),
                              rush_plan_ref (node->children[0]));
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_pivot = { "ResolvePivot", apply };
