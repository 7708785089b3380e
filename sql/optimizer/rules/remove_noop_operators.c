/* remove_noop_operators.c - what changes nothing goes: a projection of all columns, a filter by TRUE.
 *
 *   Project [a#1, b#2]
 *   └── t [a#1, b#2]        →    t [a#1, b#2]
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
passes_all (const RushPlan *project)
{
  if (project->lists[0]->n != project->children[0]->output->n)
    return FALSE;
  for (guint i = 0; i < project->lists[0]->n; i++)
    if (project->lists[0]->items[i]->kind != RUSH_EXPR_ATTRIBUTE)
      return FALSE;
  return rush_same_columns (project->lists[0], project->children[0]->output);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if ((node->kind == RUSH_PLAN_PROJECT && passes_all (node)) ||
      (node->kind == RUSH_PLAN_FILTER && rush_expr_is_true (node->lists[0]->items[0])))
    return rush_plan_ref (node->children[0]);
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (remove_noop_operators, "RemoveNoopOperators");
