/* push_projection_through_limit.c - columns are chosen before rows are counted.
 *
 *   Project [a#1 AS b#2]                GlobalLimit 5
 *   └── GlobalLimit 5            →      └── LocalLimit 5
 *       └── LocalLimit 5                    └── Project [a#1 AS b#2]
 *           └── t                               └── t
 *
 * Limits meet limits then, and sorts: show () of what is limited already has one limit, not two.
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
counts_rows (const RushPlan *plan)
{
  return plan->kind == RUSH_PLAN_GLOBAL_LIMIT || plan->kind == RUSH_PLAN_LOCAL_LIMIT ||
         plan->kind == RUSH_PLAN_OFFSET;
}

/* @project below all limits and offsets that @plan begins with. */
static RushPlan *
push_below (RushPlan *project, RushPlan *plan)
{
  RushPlan *child = plan->children[0];

  return rush_with_child (plan, counts_rows (child)
                                    ? push_below (project, child)
                                    : rush_with_child (project, rush_plan_ref (child)));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  return node->kind == RUSH_PLAN_PROJECT && counts_rows (node->children[0]) &&
                 rush_all_deterministic (node->lists[0])
             ? push_below (node, node->children[0])
             : rush_plan_ref (node);
}

RUSH_PLAN_RULE_DOWN (push_projection_through_limit, "PushProjectionThroughLimitAndOffset");
