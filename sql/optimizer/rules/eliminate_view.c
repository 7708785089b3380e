/* eliminate_view.c - a view is the plan of its text.
 *
 *   View v                    Project …
 *   └── Project …      →
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  return rush_plan_ref (node->kind == RUSH_PLAN_VIEW ? node->children[0] : node);
}

RUSH_PLAN_RULE_UP (eliminate_view, "EliminateView");
