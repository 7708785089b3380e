/* remove_noop_operators.c - nodes that give what they get.
 *
 *   Project [a#1, b#2]              t [a#1, b#2]
 *   └── t [a#1, b#2]         →
 *
 *   Union of one, Window without functions, Repartition of one partition by nothing
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_PLAN_PROJECT)
    {
      gboolean plain = rush_same_columns (node->lists[0], node->children[0]->output);
      for (guint i = 0; i < node->lists[0]->n && plain; i++)
        plain = node->lists[0]->items[i]->kind == RUSH_EXPR_ATTRIBUTE &&
                g_str_equal (rush_expr_name (node->lists[0]->items[i]),
                             rush_expr_name (node->children[0]->output->items[i]));
      if (plain)
        return rush_plan_ref (node->children[0]);
    }
  if ((node->kind == RUSH_PLAN_UNION && node->n_children == 1) ||
      (node->kind == RUSH_PLAN_WINDOW && node->lists[0]->n == 0))
    return rush_plan_ref (node->children[0]);
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (remove_noop_operators, "RemoveNoopOperators");
