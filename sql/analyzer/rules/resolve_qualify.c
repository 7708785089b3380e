/* resolve_qualify.c - ResolveQualify: a condition on windows, after them.
 *
 *   'UnresolvedQualify (row_number() OVER (…) = 1)      Project [id#1]
 *   +- Project [id#1]                              →    +- Filter (row_number() OVER (…)#5 = 1)
 *      +- t                                                +- Project [id#1, row_number() … #5]
 *                                                             +- Project [id#1]
 *                                                                +- t
 *
 * What HAVING is to aggregates, QUALIFY is to windows: they are computed by a projection of their
 * own (ExtractWindowExpressions makes a Window of it), then rows are filtered.  Columns that SELECT
 * leaves out were put into its list already (resolve_missing_references.c).
 *
 * Mirrors: ResolveQualify.
 */
#include "sql/analyzer/analysis_private.h"

/* Windows of the query's own list stand in nodes below by now; those of subqueries behind an alias
 * are others. */
static gboolean
has_window_below (const RushPlan *plan)
{
  while (plan->kind == RUSH_PLAN_PROJECT || plan->kind == RUSH_PLAN_FILTER)
    {
      if (plan->flags & RUSH_EXPR_HAS_WINDOW)
        return TRUE;
      plan = plan->children[0];
    }
  return plan->kind == RUSH_PLAN_WINDOW;
}

/* The first aggregate function that no window is over. */
static gboolean
find_aggregate (const RushExpr *node, gpointer found)
{
  if (node->kind == RUSH_EXPR_AGGREGATE)
    *(const RushExpr **)found = node;
  return node->kind == RUSH_EXPR_WINDOW || *(const RushExpr **)found != NULL;
}

static gboolean
check (const RushPlan *node, const RushExpr *condition, GError **error)
{
  const RushExpr *aggregate = NULL;

  rush_expr_visit (condition, find_aggregate, &aggregate);
  if (aggregate != NULL)
    {
      g_autofree char *text = rush_quote_expr (aggregate);

      rush_sql_error_set (error, RUSH_SQL_CLASS_QUALIFY_AGGREGATE_NOT_ALLOWED, &aggregate->context,
                          "aggregateExpr", text, NULL);
      return FALSE;
    }
  if (condition->flags & RUSH_EXPR_HAS_WINDOW || has_window_below (node->children[0]))
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_QUALIFY_REQUIRES_WINDOW_FUNCTION, NULL, NULL);
  return FALSE;
}

static RushExpr *
take_window (RushExpr *node, gpointer data, GError **error)
{
  GPtrArray *columns = data;

  if (node->kind != RUSH_EXPR_WINDOW)
    return rush_expr_ref (node);
  RushExpr *alias = rush_analysis_alias_of (rush_expr_ref (node));
  g_ptr_array_add (columns, alias);
  return rush_expr_to_attribute (alias);
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_UNRESOLVED_QUALIFY || !node->children[0]->resolved ||
      !rush_expr_is_resolved (node->lists[0]->items[0]))
    return rush_plan_ref (node);
  if (!check (node, node->lists[0]->items[0], error))
    return NULL;

  RushExprList *output = node->children[0]->output;
  g_autoptr (GPtrArray) columns = rush_expr_list_to_array (output);
  RushPlan *child = rush_plan_ref (node->children[0]);
  RushExpr *condition =
      rush_expr_transform_down (node->lists[0]->items[0], take_window, columns, error);
  if (columns->len == output->n)
    return rush_plan_filter (condition, child);
  child = rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&columns)), child);
  return rush_plan_project (rush_expr_list_ref (output), rush_plan_filter (condition, child));
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_qualify = { "ResolveQualify", apply };
