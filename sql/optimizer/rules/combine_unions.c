/* combine_unions.c - unions of unions are one.
 *
 *   Union                   Union
 *   ├── Union               ├── t
 *   │   ├── t        →      ├── u
 *   │   └── u               └── v
 *   └── v
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean any = FALSE;

  if (node->kind != RUSH_PLAN_UNION || node->as.setop.by_name)
    return rush_plan_ref (node);
  for (guint i = 0; i < node->n_children; i++)
    any |= node->children[i]->kind == RUSH_PLAN_UNION && !node->children[i]->as.setop.by_name;
  if (!any)
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) children = g_ptr_array_new ();
  for (guint i = 0; i < node->n_children; i++)
    {
      RushPlan *child = node->children[i];
      gboolean flat = child->kind == RUSH_PLAN_UNION && !child->as.setop.by_name;
      for (guint j = 0; flat && j < child->n_children; j++)
        g_ptr_array_add (children, rush_plan_ref (child->children[j]));
      if (!flat)
        g_ptr_array_add (children, rush_plan_ref (child));
    }
  return rush_plan_union (FALSE, FALSE, children->len, (RushPlan *const *)children->pdata);
}

RUSH_PLAN_RULE_UP (combine_unions, "CombineUnions");
