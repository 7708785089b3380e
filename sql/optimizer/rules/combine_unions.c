/* combine_unions.c - a union of unions is one.
 *
 *   Union                   Union
 *   ├── Union               ├── a
 *   │   ├── a          →    ├── b
 *   │   └── b               └── c
 *   └── c
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_UNION || node->as.setop.by_name)
    return rush_plan_ref (node);
  gboolean nested = FALSE;
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  for (guint i = 0; i < node->n_children; i++)
    {
      RushPlan *child = node->children[i];
      if (child->kind != RUSH_PLAN_UNION || child->as.setop.by_name)
        {
          g_ptr_array_add (parts, child);
          continue;
        }
      nested = TRUE;
      for (guint j = 0; j < child->n_children; j++)
        g_ptr_array_add (parts, child->children[j]);
    }
  if (!nested || !rush_same_columns (node->output, node->children[0]->output))
    return rush_plan_ref (node);
  for (guint i = 0; i < parts->len; i++)
    rush_plan_ref (parts->pdata[i]);
  return rush_plan_union (FALSE, FALSE, parts->len, (RushPlan *const *)parts->pdata);
}

RUSH_PLAN_RULE_UP (combine_unions, "CombineUnions");
