/* resolve_column_aliases.c - ResolveSubqueryColumnAliases: FROM (…) AS t (a, b).
 *
 *   'UnresolvedSubqueryColumnAliases [a, b]     Project [k#1 AS a#3, v#2L AS b#4L]
 *   +- SubqueryAlias t                     →    +- SubqueryAlias t
 *
 * An alias above it keeps its name as the qualifier.
 *
 * Mirrors: ResolveSubqueryColumnAliases.
 */
#include "sql/analyzer/analysis_private.h"

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  const RushExprList *columns;
  GPtrArray *named;
  guint n;

  if (node->kind != RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES || !node->children[0]->resolved)
    return rush_plan_ref (node);
  columns = node->children[0]->output;
  n = g_strv_length (node->as.names.names);
  if (n != columns->n)
    {
      g_autofree char *aliases = g_strdup_printf ("%u", n);
      g_autofree char *actual = g_strdup_printf ("%u", columns->n);

      rush_sql_error_set (error, RUSH_SQL_CLASS_NUM_COLUMNS_MISMATCH, &node->context, "operator",
                          "column aliases", "firstNumColumns", actual, "invalidOrdinalNum", "alias",
                          "invalidNumColumns", aliases, NULL);
      return NULL;
    }
  named = rush_expr_array_new ();
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushExpr) alias =
          rush_expr_alias (rush_expr_ref (columns->items[i]), node->as.names.names[i], 0);

      g_ptr_array_add (named,
                       rush_expr_with_qualifier (
                           alias, (const char *const *)columns->items[i]->as.attribute.qualifier));
    }
  return rush_plan_project (rush_expr_list_from_array (named), rush_plan_ref (node->children[0]));
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_column_aliases = { "ResolveSubqueryColumnAliases", apply };
