/* eliminate_limits.c - limits that take nothing away, and limits of limits.
 *
 *   GlobalLimit 5                     GlobalLimit 5
 *   └── LocalLimit 5           →      └── LocalLimit 5
 *       └── GlobalLimit 3 …               …            (with the smaller number of both)
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean global = node->kind == RUSH_PLAN_GLOBAL_LIMIT;
  gint64 limit, below;

  if ((!global && node->kind != RUSH_PLAN_LOCAL_LIMIT) || !rush_limit_of (node, &limit))
    return rush_plan_ref (node);
  RushPlan *child = node->children[0];
  if (limit == 0)
    return rush_empty_relation (node->output);
  gint64 rows = rush_plan_max_rows (
      global && child->kind == RUSH_PLAN_LOCAL_LIMIT ? child->children[0] : child);
  if (global && rows >= 0 && rows <= limit)
    return rush_plan_ref (child->kind == RUSH_PLAN_LOCAL_LIMIT ? child->children[0] : child);
  if (global && child->kind == RUSH_PLAN_LOCAL_LIMIT &&
      child->children[0]->kind == RUSH_PLAN_GLOBAL_LIMIT &&
      rush_limit_of (child->children[0], &below))
    {
      RushPlan *other = child->children[0];
      if (below <= limit)
        return rush_plan_ref (other);
      RushPlan *source = other->children[0]->kind == RUSH_PLAN_LOCAL_LIMIT
                             ? other->children[0]->children[0]
                             : other->children[0];
      return rush_with_child (node, rush_with_child (child, rush_plan_ref (source)));
    }
  if (child->kind == node->kind && rush_limit_of (child, &below))
    return rush_with_child (limit <= below ? node : child, rush_plan_ref (child->children[0]));
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (eliminate_limits, "EliminateLimits");
