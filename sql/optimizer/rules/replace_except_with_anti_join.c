/* replace_except_with_anti_join.c - rows of one side that the other has not, once.
 *
 *   Except               Distinct
 *   ├── t         →      └── Join LeftAnti, (a#1 <=> b#2)
 *   └── u                    ├── t
 *                            └── u
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_EXCEPT || node->as.setop.all)
    return rush_plan_ref (node);
  return rush_plan_distinct (rush_plan_join (
      RUSH_JOIN_LEFT_ANTI, rush_null_safe_equal (node->children[0], node->children[1]),
      rush_plan_ref (node->children[0]), rush_plan_ref (node->children[1])));
}

RUSH_PLAN_RULE_UP (replace_except_with_anti_join, "ReplaceExceptWithAntiJoin");
