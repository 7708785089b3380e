/* remove_redundant_aliases.c - a column that is only given its own name again.
 *
 *   Filter (a#7 > 1)                        Filter (a#1 > 1)
 *   └── Project [a#1 AS a#7]         →      └── Project [a#1]
 *       └── t                                   └── t
 *
 * Where the new id matters it stays: at the top of the plan, below set operations, and where the
 * column comes out under its old id, too.
 */
#include "sql/optimizer/optimizer_private.h"

#include <string.h>

/* The aliases of @project that rename nothing: new id → the old attribute. */
static RushAliases *
redundant (const RushPlan *project, gboolean *out_any)
{
  RushAliases *found = rush_aliases_new ();
  const RushExprList *list = project->lists[0];

  *out_any = FALSE;
  for (guint i = 0; i < list->n; i++)
    {
      RushExpr *item = list->items[i],
               *child = item->kind == RUSH_EXPR_ALIAS ? item->children[0] : NULL;
      gboolean plain = child != NULL && child->kind == RUSH_EXPR_ATTRIBUTE &&
                       g_str_equal (rush_expr_name (child), rush_expr_name (item)) &&
                       item->as.attribute.metadata == NULL;
      for (guint j = 0; j < list->n && plain; j++)
        {
          RushExpr *other = list->items[j];
          RushExpr *source = other->kind == RUSH_EXPR_ALIAS ? other->children[0] : other;
          plain = j == i || source->kind != RUSH_EXPR_ATTRIBUTE ||
                  source->as.attribute.id != child->as.attribute.id;
        }
      if (!plain)
        continue;
      *out_any = TRUE;
      rush_aliases_set (found, rush_expr_named_id (item), rush_expr_ref (child));
    }
  return found;
}

static RushPlan *
without_aliases (RushPlan *project, const RushAliases *aliases)
{
  GPtrArray *items = rush_expr_ptr_array ();

  for (guint i = 0; i < project->lists[0]->n; i++)
    {
      RushExpr *item = project->lists[0]->items[i];
      RushExpr *plain = rush_aliases_get (aliases, rush_expr_named_id (item));
      g_ptr_array_add (items, rush_expr_ref (plain != NULL ? plain : item));
    }
  return rush_with_list (project, 0, rush_expr_list_from_array (items));
}

/* Do both sides stay apart without the aliases? */
static gboolean
collides (const RushPlan *node, guint child, const RushPlan *changed)
{
  for (guint i = 0; i < node->n_children; i++)
    for (guint j = 0; i != child && j < changed->output->n; j++)
      if (rush_uses_any (changed->output->items[j], node->children[i]->output))
        return TRUE;
  return FALSE;
}

/* A node whose columns are what its lists say: the new ids end here, or go on upwards where it
 * passes them. */
static gboolean
ends_ids (const RushPlan *node)
{
  return node->kind == RUSH_PLAN_AGGREGATE || node->kind == RUSH_PLAN_PROJECT;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean any;

  if (!ends_ids (node) || node->n_children != 1)
    return rush_plan_ref (node);
  /* Project [a#1 AS a#7] below filters and joins below this node. */
  RushPlan *below = node->children[0];
  if (below->kind == RUSH_PLAN_FILTER)
    below = below->children[0];
  if (below->kind != RUSH_PLAN_PROJECT)
    return rush_plan_ref (node);
  g_autoptr (RushAliases) aliases = redundant (below, &any);
  if (!any || collides (node, 0, below->children[0]))
    return rush_plan_ref (node);
  RushPlan *plain = without_aliases (below, aliases);
  if (below != node->children[0])
    {
      RushExpr *condition = rush_substitute (node->children[0]->lists[0]->items[0], aliases);
      plain = rush_plan_filter (condition, plain);
    }
  guint results = node->kind == RUSH_PLAN_AGGREGATE ? 1 : 0;
  GPtrArray *items = rush_expr_ptr_array ();
  for (guint i = 0; i < node->lists[results]->n; i++)
    g_ptr_array_add (items, rush_substitute_named (node->lists[results]->items[i], aliases));
  RushExprList *list = rush_expr_list_from_array (items);
  if (results == 0)
    return rush_plan_project (list, plain);
  return rush_plan_aggregate (rush_substitute_list (node->lists[0], aliases), list, plain);
}

RUSH_PLAN_RULE_UP (remove_redundant_aliases, "RemoveRedundantAliases");
