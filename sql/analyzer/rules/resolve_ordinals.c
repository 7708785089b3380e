/* resolve_ordinals.c - SubstituteUnresolvedOrdinals, ResolveOrdinalInOrderByAndGroupBy.
 *
 *   SELECT k, sum(v) … GROUP BY 1 ORDER BY 2   →   GROUP BY k ORDER BY sum(v)
 *
 *   ORDER BY ALL   every column, from left to right, unless a column is called "all"
 *
 * Mirrors: the rules named above, ResolveReferencesInSort.
 */
#include "sql/analyzer/analysis_private.h"

/* 1…; 0: not a position. */
static gint64
position_of (const RushExpr *expr)
{
  if (expr->kind != RUSH_EXPR_LITERAL || expr->type != &RUSH_INT32 ||
      rush_expr_is_literal_null (expr))
    return 0;
  return rush_column_get_int (expr->as.literal.value, 0);
}

static gboolean
is_position (const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_LITERAL && expr->type == &RUSH_INT32 &&
         !rush_expr_is_literal_null (expr);
}

static void
set_out_of_range (GError **error, RushSqlErrorClass class, const RushExpr *expr, guint size)
{
  g_autofree char *index = g_strdup_printf ("%" G_GINT64_FORMAT, position_of (expr));
  g_autofree char *n = g_strdup_printf ("%u", size);

  rush_sql_error_set (error, class, &expr->context, "index", index, "size", n, NULL);
}

/* ── ORDER BY ── */

static gboolean
is_all (const RushAnalysis *self, const RushPlan *sort)
{
  const RushExpr *order = sort->lists[0]->items[0];
  const RushExpr *name = order->kind == RUSH_EXPR_SORT_ORDER ? order->children[0] : order;

  return sort->lists[0]->n == 1 && name->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE &&
         name->as.names.parts[1] == NULL &&
         g_ascii_strcasecmp (name->as.names.parts[0], "all") == 0;
}

static RushExprList *
order_by_all (const RushPlan *sort)
{
  const RushExpr *order = sort->lists[0]->items[0];
  const RushExprList *columns = sort->children[0]->output;
  g_autoptr (GPtrArray) orders = rush_expr_array_new ();

  for (guint i = 0; i < columns->n; i++)
    g_ptr_array_add (orders,
                     rush_expr_sort_order (rush_expr_ref (columns->items[i]),
                                           order->as.sort.descending, order->as.sort.nulls_last));
  return rush_expr_list_from_array (g_steal_pointer (&orders));
}

static gboolean
has_column_all (const RushAnalysis *self, const RushPlan *child)
{
  for (guint i = 0; i < child->output->n; i++)
    if (rush_analysis_same_name (self, rush_expr_name (child->output->items[i]), "all"))
      return TRUE;
  return FALSE;
}

static RushPlan *
resolve_sort (const RushAnalysis *self, RushPlan *sort, GError **error)
{
  const RushExprList *columns = sort->children[0]->output;
  g_autoptr (GPtrArray) orders = NULL;

  if (sort->lists[0]->n == 0)
    return rush_plan_ref (sort);
  if (is_all (self, sort) && !has_column_all (self, sort->children[0]))
    return rush_plan_with_lists (sort, (RushExprList *[]){ order_by_all (sort) });
  orders = rush_expr_array_new ();
  for (guint i = 0; i < sort->lists[0]->n; i++)
    {
      RushExpr *order = sort->lists[0]->items[i];
      gint64 position;

      if (order->kind != RUSH_EXPR_SORT_ORDER || !is_position (order->children[0]))
        {
          g_ptr_array_add (orders, rush_expr_ref (order));
          continue;
        }
      position = position_of (order->children[0]);
      if (position < 1 || position > columns->n)
        {
          set_out_of_range (error, RUSH_SQL_CLASS_ORDER_BY_POS_OUT_OF_RANGE, order->children[0],
                            columns->n);
          return NULL;
        }
      g_ptr_array_add (orders,
                       rush_expr_with_children (
                           order, &(RushExpr *){ rush_expr_ref (columns->items[position - 1]) }));
    }
  return rush_plan_with_lists (
      sort, (RushExprList *[]){ rush_expr_list_from_array (g_steal_pointer (&orders)) });
}

/* ── GROUP BY ── */

static RushExpr *
without_alias (RushExpr *expr)
{
  while (expr->kind == RUSH_EXPR_ALIAS || expr->kind == RUSH_EXPR_UNRESOLVED_ALIAS)
    expr = expr->children[0];
  return rush_expr_ref (expr);
}

typedef struct
{
  RushExprList *results;
  GError **error;
} GroupBy;

/* Positions are replaced before calls are resolved. */
static gboolean
find_aggregate (const RushExpr *node, gpointer found)
{
  const RushFunction *function = NULL;

  if (node->kind == RUSH_EXPR_WINDOW || node->kind == RUSH_EXPR_UNRESOLVED_WINDOW)
    return TRUE;
  if (node->kind == RUSH_EXPR_UNRESOLVED_FUNCTION && node->as.call.parts[1] == NULL)
    function = rush_function_find (node->as.call.parts[0]);
  if (node->kind == RUSH_EXPR_AGGREGATE ||
      (function != NULL && function->kind == RUSH_FUNCTION_AGGREGATE))
    *(gboolean *)found = TRUE;
  return *(gboolean *)found;
}

static gboolean
has_aggregate (const RushExpr *expr)
{
  gboolean found = FALSE;

  rush_expr_visit (expr, find_aggregate, &found);
  return found;
}

static RushExpr *
replace_position (RushExpr *expr, const GroupBy *group)
{
  gint64 position = position_of (expr);
  RushExpr *chosen;

  if (!is_position (expr))
    return rush_expr_ref (expr);
  if (position < 1 || position > group->results->n)
    {
      set_out_of_range (group->error, RUSH_SQL_CLASS_GROUP_BY_POS_OUT_OF_RANGE, expr,
                        group->results->n);
      return NULL;
    }
  chosen = group->results->items[position - 1];
  if (has_aggregate (chosen))
    {
      g_autofree char *index = g_strdup_printf ("%" G_GINT64_FORMAT, position);
      g_autofree char *text = rush_expr_to_pretty_sql (chosen);

      rush_sql_error_set (group->error, RUSH_SQL_CLASS_GROUP_BY_POS_AGGREGATE, &expr->context,
                          "index", index, "aggExpr", text, NULL);
      return NULL;
    }
  return without_alias (chosen);
}

static gboolean
has_unexpanded (const RushExprList *list)
{
  for (guint i = 0; i < list->n; i++)
    {
      const RushExpr *item = list->items[i];

      if (item->kind == RUSH_EXPR_UNRESOLVED_STAR || item->kind == RUSH_EXPR_UNRESOLVED_REGEX)
        return TRUE;
    }
  return FALSE;
}

static RushPlan *
resolve_group (RushPlan *aggregate, GError **error)
{
  GroupBy group = { aggregate->lists[1], error };
  g_autoptr (GPtrArray) grouping = NULL;

  if (has_unexpanded (aggregate->lists[1]))
    return rush_plan_ref (aggregate);
  grouping = rush_expr_array_new ();
  for (guint i = 0; i < aggregate->lists[0]->n; i++)
    {
      RushExpr *item = aggregate->lists[0]->items[i];
      RushExpr *replaced =
          item->kind == RUSH_EXPR_GROUPING_SETS ? NULL : replace_position (item, &group);

      if (item->kind == RUSH_EXPR_GROUPING_SETS)
        {
          g_autofree RushExpr **children = g_new0 (RushExpr *, item->n_children);

          for (guint j = 0; j < item->n_children; j++)
            if ((children[j] = replace_position (item->children[j], &group)) == NULL)
              {
                while (j-- > 0)
                  rush_expr_unref (children[j]);
                return NULL;
              }
          replaced = rush_expr_with_children (item, children);
        }
      if (replaced == NULL)
        return NULL;
      g_ptr_array_add (grouping, replaced);
    }
  return rush_plan_with_lists (
      aggregate, (RushExprList *[]){ rush_expr_list_from_array (g_steal_pointer (&grouping)),
                                     rush_expr_list_ref (aggregate->lists[1]) });
}

/* ── the rule ── */

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_PLAN_SORT && node->children[0]->resolved &&
      rush_analysis_switch (data, "spark.sql.orderByOrdinal"))
    return resolve_sort (data, node, error);
  if (node->kind == RUSH_PLAN_AGGREGATE && !node->resolved && node->children[0]->resolved &&
      rush_analysis_switch (data, "spark.sql.groupByOrdinal"))
    return resolve_group (node, error);
  return rush_plan_ref (node);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_ordinals = { "ResolveOrdinalInOrderByAndGroupBy", apply };
