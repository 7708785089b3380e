/* resolve_pivot.c - ResolvePivot: values become columns.
 *
 *   Pivot [k#1], s#2, [x, y], [sum(v#3)]
 *        ↓  numbers: the values are grouped by first, and then put side by side
 *   Project [k#1, p#6[0] AS x#7, p#6[1] AS y#8]
 *   └── Aggregate [k#1], [k#1, array(pivotfirst(if ((s#2 <=> x)) a#5 else null), …) AS p#6]
 *       └── Aggregate [k#1, s#2], [k#1, s#2, sum(v#3) AS a#5]
 *        ↓  else: each aggregate looks at the rows of one value
 *   Aggregate [k#1], [k#1, max(if ((s#2 <=> x)) v#3 else null) AS x#7, …]
 *
 * Two steps move one row a group and value, where one step moves one a group, but is slow with many
 * values.  Without GROUP BY, all columns that neither the aggregates nor the pivot use are grouped
 * by.  One aggregate: the columns are called as the values; several: value_name.
 *
 * Mirrors: ResolvePivot, PivotFirst.
 */
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

static RushExpr *
is_value (const RushAnalysis *self, RushExpr *column, RushExpr *value)
{
  return rush_expr_binary (
      RUSH_EXPR_EQUAL_NULL_SAFE, rush_expr_ref (column),
      rush_analysis_cast (self, rush_expr_ref (without_name (value)), column->type));
}

/* ── one step ── */

static RushPlan *
aggregate_each (const RushAnalysis *self, RushPlan *node, GPtrArray *grouping /* taken over */)
{
  GPtrArray *results = rush_expr_array_new ();

  for (guint i = 0; i < grouping->len; i++)
    g_ptr_array_add (results, rush_analysis_alias_of (rush_expr_ref (grouping->pdata[i])));
  for (guint v = 0; v < node->lists[2]->n; v++)
    {
      RushExpr *value = node->lists[2]->items[v];
      g_autoptr (RushExpr) condition = is_value (self, node->lists[1]->items[0], value);
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

/* ── two steps ── */

/* Numbers, which PivotFirst has a place for in its row. */
static gboolean
all_are_numbers (const RushPlan *node)
{
  for (guint a = 0; a < node->lists[3]->n; a++)
    switch ((guint)without_name (node->lists[3]->items[a])->type->kind)
      {
      case RUSH_TYPE_BOOL:
      case RUSH_TYPE_INT8:
      case RUSH_TYPE_INT16:
      case RUSH_TYPE_INT32:
      case RUSH_TYPE_INT64:
      case RUSH_TYPE_FLOAT32:
      case RUSH_TYPE_FLOAT64:
      case RUSH_TYPE_DECIMAL:
        break;
      default:
        return FALSE;
      }
  return TRUE;
}

static RushExpr *
named (RushExpr *expr, const char *name)
{
  return expr->kind == RUSH_EXPR_ATTRIBUTE ? rush_expr_ref (expr)
                                           : rush_expr_alias (rush_expr_ref (expr), name, 0);
}

static RushExprList *
attributes_of (const GPtrArray *exprs, guint n)
{
  g_autofree RushExpr **attributes = g_new (RushExpr *, n + 1);

  for (guint i = 0; i < n; i++)
    attributes[i] = rush_expr_to_attribute (exprs->pdata[i]);
  return rush_expr_list_new (n, attributes);
}

/* One row a group and value: the groups, the value, the aggregates. */
static RushPlan *
aggregate_values (RushPlan *node, const GPtrArray *grouping)
{
  GPtrArray *big = rush_expr_array_new (), *results = rush_expr_array_new ();

  for (guint g = 0; g < grouping->len; g++)
    g_ptr_array_add (results, rush_analysis_alias_of (rush_expr_ref (grouping->pdata[g])));
  g_ptr_array_add (results, named (node->lists[1]->items[0], "__pivot_col"));
  for (guint g = 0; g < results->len; g++)
    g_ptr_array_add (big, rush_expr_ref (results->pdata[g]));
  for (guint a = 0; a < node->lists[3]->n; a++)
    {
      RushExpr *aggregate = without_name (node->lists[3]->items[a]);
      g_autofree char *name = rush_expr_to_pretty_sql (aggregate);
      g_ptr_array_add (results, rush_expr_alias (rush_expr_ref (aggregate), name, 0));
    }
  return rush_plan_aggregate (rush_expr_list_from_array (big), rush_expr_list_from_array (results),
                              rush_plan_ref (node->children[0]));
}

/* The aggregate @a of all values, as an array in their order; NULL with @error. */
static RushExpr *
side_by_side (const RushAnalysis *self, const RushPlan *node, const RushPlan *values, guint a,
              GError **error)
{
  guint n = node->lists[2]->n, n_groups = values->output->n - node->lists[3]->n - 1;
  RushExpr *column = values->output->items[n_groups];
  RushExpr *aggregate = values->output->items[n_groups + 1 + a];
  g_autofree RushExpr **items = g_new (RushExpr *, n + 1);
  g_autofree char *name = g_strconcat ("__pivot_", rush_expr_name (aggregate), NULL);
  RushExpr *array;

  for (guint v = 0; v < n; v++)
    {
      RushExpr *of_value = rush_expr_new (
          RUSH_EXPR_IF, 3,
          (RushExpr *[]){ is_value (self, column, node->lists[2]->items[v]),
                          rush_expr_ref (aggregate), rush_expr_literal_null (aggregate->type) });
      items[v] = rush_analysis_call (self, "pivotfirst", 1, &of_value, error);
      g_assert (items[v] != NULL); /* takes anything */
    }
  array = rush_analysis_call (self, "array", n, items, error);
  return array != NULL ? rush_expr_alias (array, name, 0) : NULL;
}

static RushPlan *
project_values (RushPlan *node, RushPlan *arrays /* taken over */, guint n_groups)
{
  GPtrArray *columns = rush_expr_array_new ();

  for (guint g = 0; g < n_groups; g++)
    g_ptr_array_add (columns, rush_expr_ref (arrays->output->items[g]));
  for (guint v = 0; v < node->lists[2]->n; v++)
    for (guint a = 0; a < node->lists[3]->n; a++)
      {
        g_autofree char *name =
            column_name (node, node->lists[2]->items[v], node->lists[3]->items[a]);
        RushExpr *item = rush_expr_binary (RUSH_EXPR_GET_ITEM,
                                           rush_expr_ref (arrays->output->items[n_groups + a]),
                                           rush_expr_literal_int (&RUSH_INT32, v));
        g_ptr_array_add (columns, rush_expr_alias (item, name, 0));
      }
  return rush_plan_project (rush_expr_list_from_array (columns), arrays);
}

static RushPlan *
aggregate_twice (const RushAnalysis *self, RushPlan *node, GPtrArray *grouping /* taken over */,
                 GError **error)
{
  g_autoptr (GPtrArray) groups = grouping;
  g_autoptr (RushPlan) values = aggregate_values (node, groups);
  g_autoptr (GPtrArray) results = rush_expr_array_new ();
  g_autoptr (RushExprList) keys = NULL;
  RushExprList *outputs;

  for (guint g = 0; g < groups->len; g++)
    g_ptr_array_add (results, rush_expr_ref (values->output->items[g]));
  keys = attributes_of (results, groups->len);
  for (guint a = 0; a < node->lists[3]->n; a++)
    {
      RushExpr *array = side_by_side (self, node, values, a, error);
      if (array == NULL)
        return NULL;
      g_ptr_array_add (results, array);
    }
  outputs = rush_expr_list_from_array (g_steal_pointer (&results));
  return project_values (
      node, rush_plan_aggregate (g_steal_pointer (&keys), outputs, rush_plan_ref (values)),
      groups->len);
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  const RushAnalysis *self = data;

  if (node->kind != RUSH_PLAN_UNRESOLVED_PIVOT || !node->children[0]->resolved ||
      !all_resolved (node))
    return rush_plan_ref (node);
  if (!check_values (node, error))
    return NULL;
  return all_are_numbers (node) && node->lists[2]->n > 0
             ? aggregate_twice (self, node, grouping_of (node), error)
             : aggregate_each (self, node, grouping_of (node));
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_pivot = { "ResolvePivot", apply };
