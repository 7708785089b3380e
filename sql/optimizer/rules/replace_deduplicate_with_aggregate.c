/* replace_deduplicate_with_aggregate.c - one row of those with equal keys: a group, and the first
 * of the rest.
 *
 *   Deduplicate [a#1]              Aggregate [a#1] [a#1, first(b#2) AS b#2]
 *   └── t [a#1, b#2]        →      └── t
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_key (const RushExprList *keys, const RushExpr *column)
{
  for (guint i = 0; i < keys->n; i++)
    if (rush_expr_named_id (keys->items[i]) == rush_expr_named_id (column))
      return TRUE;
  return FALSE;
}

static RushExpr *
first_of (RushExpr *column)
{
  RushExpr *argument = rush_expr_ref (column);
  RushExpr *first =
      rush_expr_aggregate (rush_function_find ("first"), column->type, column->nullable,
                           RUSH_EVAL_ANSI, FALSE, NULL, 1, &argument);

  return rush_expr_alias (first, rush_expr_name (column), rush_expr_named_id (column));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_DEDUPLICATE)
    return rush_plan_ref (node);
  RushPlan *child = node->children[0];
  GPtrArray *results = rush_expr_ptr_array ();
  for (guint i = 0; i < child->output->n; i++)
    {
      RushExpr *column = child->output->items[i];
      g_ptr_array_add (results, is_key (node->lists[0], column) ? rush_expr_ref (column)
                                                                : first_of (column));
    }
  return rush_plan_aggregate (rush_expr_list_ref (node->lists[0]),
                              rush_expr_list_from_array (results), rush_plan_ref (child));
}

RUSH_PLAN_RULE_UP (replace_deduplicate_with_aggregate, "ReplaceDeduplicateWithAggregate");
