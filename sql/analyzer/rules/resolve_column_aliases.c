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

static void
rename_columns (RushPlan *copy, gpointer names)
{
  g_strfreev (copy->as.inline_table.names);
  copy->as.inline_table.names = g_strdupv (names);
}

/* VALUES … AS t (a, b): the table itself is named so. */
static RushPlan *
name_inline_table (RushPlan *plan, char **names)
{
  if (plan->kind == RUSH_PLAN_SUBQUERY_ALIAS)
    {
      RushPlan *child = name_inline_table (plan->children[0], names);

      return child != NULL ? rush_plan_with_children (plan, &child) : NULL;
    }
  return plan->kind == RUSH_PLAN_UNRESOLVED_INLINE_TABLE &&
                 plan->as.inline_table.n_columns == g_strv_length (names)
             ? rush_plan_edit (plan, rename_columns, names)
             : NULL;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  const RushExprList *columns;
  GPtrArray *named;
  guint n;

  if (node->kind != RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES)
    return rush_plan_ref (node);
  if (!node->children[0]->resolved)
    {
      RushPlan *inline_table = name_inline_table (node->children[0], node->as.names.names);

      return inline_table != NULL ? inline_table : rush_plan_ref (node);
    }
  columns = node->children[0]->output;
  n = g_strv_length (node->as.names.names);
  if (n != columns->n)
    {
      g_autofree char *aliases = g_strdup_printf ("%u", n);
      g_autofree char *actual = g_strdup_printf ("%u", columns->n);

      rush_sql_error_set (error, RUSH_SQL_CLASS_ASSIGNMENT_ARITY_MISMATCH, &node->context,
                          "numTarget", aliases, "numExpr", actual, NULL);
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
