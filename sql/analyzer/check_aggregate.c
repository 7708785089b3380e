/* check_aggregate.c - what a grouped query may select.
 *
 *   SELECT k + 1, sum(v) … GROUP BY k    k + 1: every column in it is grouped by
 *   SELECT v … GROUP BY k                MISSING_AGGREGATION
 *   SELECT k, sum(v)                     MISSING_GROUP_BY
 *   SELECT sum(sum(v))                   NESTED_AGGREGATE_FUNCTION
 *
 * Mirrors: ExprUtils.assertValidAggregation.
 */
#include "sql/analyzer/analysis_private.h"

static gboolean
find_nested (const RushExpr *node, gpointer found)
{
  for (guint i = 0; node->kind == RUSH_EXPR_AGGREGATE && i < node->n_children; i++)
    if (node->children[i]->flags & RUSH_EXPR_HAS_AGGREGATE)
      *(const RushExpr **)found = node->children[i];
  return *(const RushExpr **)found != NULL;
}

static gboolean
is_grouped (const RushPlan *aggregate, const RushExpr *expr)
{
  for (guint i = 0; i < aggregate->lists[0]->n; i++)
    if (rush_expr_semantic_equal (aggregate->lists[0]->items[i], expr))
      return TRUE;
  return FALSE;
}

/* The first column that is neither grouped by nor inside an aggregate; or NULL.  Recurses: @expr is
 * as deep as the user wrote it. */
static const RushExpr *
find_loose (const RushPlan *aggregate, const RushExpr *expr)
{
  const RushExpr *loose = NULL;

  if (expr->kind == RUSH_EXPR_AGGREGATE || expr->kind == RUSH_EXPR_OUTER ||
      rush_expr_aggregates_in_python (expr) || is_grouped (aggregate, expr))
    return NULL;
  if (expr->kind == RUSH_EXPR_ATTRIBUTE)
    return expr;
  for (guint i = 0; i < expr->n_children && loose == NULL; i++)
    loose = find_loose (aggregate, expr->children[i]);
  return loose;
}

gboolean
rush_check_aggregate (const RushPlan *aggregate, GError **error)
{
  for (guint i = 0; i < aggregate->lists[1]->n; i++)
    {
      const RushExpr *item = aggregate->lists[1]->items[i];
      const RushExpr *nested = NULL, *loose;

      rush_expr_visit (item, find_nested, &nested);
      if (nested != NULL)
        {
          rush_sql_error_set (error, RUSH_SQL_CLASS_NESTED_AGGREGATE_FUNCTION, &nested->context,
                              NULL);
          return FALSE;
        }
      loose = find_loose (aggregate, item);
      if (loose == NULL)
        continue;
      if (aggregate->lists[0]->n == 0)
        rush_sql_error_set (error, RUSH_SQL_CLASS_MISSING_GROUP_BY, &aggregate->context, NULL);
      else
        {
          g_autofree char *text = rush_quote_expr (loose);
          g_autofree char *column = rush_expr_to_pretty_sql (loose);
          g_autofree char *any = g_strdup_printf ("\"any_value(%s)\"", column);

          rush_sql_error_set (error, RUSH_SQL_CLASS_MISSING_AGGREGATION, NULL, "expression", text,
                              "expressionAnyValue", any, NULL);
        }
      return FALSE;
    }
  return TRUE;
}
