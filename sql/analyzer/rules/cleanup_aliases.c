/* cleanup_aliases.c - CleanupAliases: names inside of expressions have done their work.
 *
 *   Aggregate [(a#1 % 3) AS k#2], [(a#1 % 3) AS k#2]    →    [(a#1 % 3)], [(a#1 % 3) AS k#2]
 *   Filter (f((a#1 AS b#3)) > 4)                        →    (f(a#1) > 4)
 *
 * Only what a node puts out has names; elsewhere an alias would keep expressions from being found
 * equal.  Names of columns that the user did not name are made before, and show them.
 *
 * Mirrors: CleanupAliases, AliasHelper.trimNonTopLevelAliases.
 */
#include "sql/analyzer/analysis_private.h"

static RushExpr *
trim_node (RushExpr *node, gpointer data, GError **error)
{
  return rush_expr_ref (node->kind == RUSH_EXPR_ALIAS ? node->children[0] : node);
}

static RushExpr *
trim (RushExpr *expr)
{
  return rush_expr_transform_up (expr, trim_node, NULL, NULL);
}

static RushExpr *
trim_below_name (RushExpr *named)
{
  if (named->kind != RUSH_EXPR_ALIAS)
    return trim (named);
  return rush_expr_with_children (named, (RushExpr *[]){ trim (named->children[0]) });
}

static RushExprList *
trim_list (const RushExprList *list, gboolean has_names)
{
  GPtrArray *items = rush_expr_array_new ();

  for (guint i = 0; i < list->n; i++)
    g_ptr_array_add (items, has_names ? trim_below_name (list->items[i]) : trim (list->items[i]));
  return rush_expr_list_from_array (items);
}

/* Which list of the node names what it puts out; -1: none; -2: the node is left alone. */
static gint
naming_list (const RushPlan *node)
{
  switch ((guint)node->kind)
    {
    case RUSH_PLAN_PROJECT:
    case RUSH_PLAN_WINDOW:
      return 0;
    case RUSH_PLAN_AGGREGATE:
      return 1;
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_JOIN:
    case RUSH_PLAN_REPARTITION_BY:
      return -1;
    default:
      return -2;
    }
}

static RushPlan *
clean (RushPlan *node, gpointer data, GError **error)
{
  RushExprList *lists[G_N_ELEMENTS (node->lists)] = { NULL };
  gint naming = naming_list (node);

  if (naming == -2 || !node->resolved)
    return rush_plan_ref (node);
  for (guint l = 0; l < node->n_lists; l++)
    lists[l] = trim_list (node->lists[l], (gint)l == naming);
  return rush_plan_with_lists (node, lists);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, clean, data, error);
}

const RushRule rush_rule_cleanup_aliases = { "CleanupAliases", apply };
