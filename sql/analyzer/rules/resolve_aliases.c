/* resolve_aliases.c - ResolveAliases: what a SELECT list computes gets a name.
 *
 *   'Project [unresolvedalias((a#1 + 1))]   →   Project [(a#1 + 1) AS (a + 1)#7]
 *
 *   st.a           →  "a"           cast(k as string)  →  "k"
 *   everything else is named by its text, without ids and without casts that nobody wrote
 *
 * Mirrors: ResolveAliases, toPrettySQL.
 */
#include "sql/analyzer/analysis_private.h"

RushExpr *
rush_analysis_alias_of (RushExpr *expr)
{
  g_autofree char *name = NULL;

  if (expr->kind == RUSH_EXPR_ATTRIBUTE || expr->kind == RUSH_EXPR_ALIAS)
    return expr;
  if (expr->kind == RUSH_EXPR_GET_FIELD || expr->kind == RUSH_EXPR_GET_ARRAY_FIELD)
    name = g_strdup (expr->as.bound.name);
  else if (expr->kind == RUSH_EXPR_CAST && (expr->children[0]->kind == RUSH_EXPR_ATTRIBUTE ||
                                            expr->children[0]->kind == RUSH_EXPR_ALIAS))
    name = g_strdup (rush_expr_name (expr->children[0]));
  else if (expr->kind == RUSH_EXPR_OUTER)
    name = g_strdup (rush_expr_name (expr->children[0]));
  else
    name = rush_expr_to_pretty_sql (expr);
  return rush_expr_alias (expr, name, 0);
}

static gboolean
is_ready (const RushExpr *expr)
{
  return rush_expr_is_resolved (expr) && expr->kind != RUSH_EXPR_MULTI_ALIAS &&
         !(expr->flags & RUSH_EXPR_HAS_GENERATOR);
}

static RushExprList *
name_all (RushExprList *list)
{
  GPtrArray *items = rush_expr_array_new ();

  for (guint i = 0; i < list->n; i++)
    {
      RushExpr *item = list->items[i];
      RushExpr *inner = item->kind == RUSH_EXPR_UNRESOLVED_ALIAS ? item->children[0] : item;

      g_ptr_array_add (items, is_ready (inner) ? rush_analysis_alias_of (rush_expr_ref (inner))
                                               : rush_expr_ref (item));
    }
  return rush_expr_list_from_array (items);
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  RushExprList *lists[G_N_ELEMENTS (node->lists)];
  guint named = node->kind == RUSH_PLAN_AGGREGATE ? 1 : 0;

  if (node->resolved || node->n_lists <= named ||
      (node->kind != RUSH_PLAN_PROJECT && node->kind != RUSH_PLAN_AGGREGATE))
    return rush_plan_ref (node);
  for (guint i = 0; i < node->n_lists; i++)
    lists[i] = i == named ? name_all (node->lists[i]) : rush_expr_list_ref (node->lists[i]);
  return rush_plan_with_lists (node, lists);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_aliases = { "ResolveAliases", apply };
