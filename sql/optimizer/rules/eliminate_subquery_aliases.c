/* eliminate_subquery_aliases.c - names of relations have done their work.
 *
 *   SubqueryAlias s            t
 *   └── t               →
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  return rush_plan_ref (node->kind == RUSH_PLAN_SUBQUERY_ALIAS ? node->children[0] : node);
}

RUSH_PLAN_RULE_UP (eliminate_subquery_aliases, "EliminateSubqueryAliases");
