/* replace_intersect_with_semi_join.c - rows of one side that the other has, once.
 *
 *   Intersect            Distinct
 *   ├── t         →      └── Join LeftSemi, (a#1 <=> b#2)
 *   └── u                    ├── t
 *                            └── u
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_INTERSECT || node->as.setop.all)
    return rush_plan_ref (node);
  return rush_plan_distinct (rush_plan_join (
      RUSH_JOIN_LEFT_SEMI, rush_null_safe_equal (node->children[0], node->children[1]),
      rush_plan_ref (node->children[0]), rush_plan_ref (node->children[1])));
}

RUSH_PLAN_RULE_UP (replace_intersect_with_semi_join, "ReplaceIntersectWithSemiJoin");
