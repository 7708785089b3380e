/* windows_substitution.c - WindowsSubstitution: OVER w and WINDOW w AS (…).
 *
 *   'WithWindowDefinition [w]                 'Project [rank() OVER (PARTITION BY k)]
 *   +- 'Project [rank() OVER w]        →
 *
 * Mirrors: WindowsSubstitution.
 */
#include "sql/analyzer/analysis_private.h"

static RushExpr *
put_definition (RushExpr *node, gpointer data, GError **error)
{
  const RushPlan *with = data;

  if (node->kind != RUSH_EXPR_UNRESOLVED_WINDOW)
    return rush_expr_ref (node);
  for (guint i = 0; i < with->lists[0]->n; i++)
    if (g_ascii_strcasecmp (with->as.windows.names[i], node->as.names.parts[0]) == 0)
      {
        RushExpr *definition = with->lists[0]->items[i];
        g_autofree RushExpr **children = g_new (RushExpr *, definition->n_children);
        g_autoptr (RushExpr) made = NULL;

        for (guint j = 0; j < definition->n_children; j++)
          children[j] = rush_expr_ref (j == 0 ? node->children[0] : definition->children[j]);
        made = rush_expr_with_children (definition, children);
        return rush_expr_with_context (made, &node->context);
      }
  rush_sql_error_set (error, RUSH_SQL_CLASS_MISSING_WINDOW_SPECIFICATION, &node->context,
                      "windowName", node->as.names.parts[0], "docroot",
                      "https://spark.apache.org/docs/latest", NULL);
  return NULL;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_UNRESOLVED_WINDOWS)
    return rush_plan_ref (node);
  return rush_plan_transform_all_expressions (node->children[0], put_definition, node, error);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up_with_subqueries (plan, resolve, data, error);
}

const RushRule rush_rule_windows_substitution = { "WindowsSubstitution", apply };
