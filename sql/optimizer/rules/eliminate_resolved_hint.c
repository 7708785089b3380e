/* eliminate_resolved_hint.c - hints go to the joins that they are for.
 *
 *   Join                                Join  (left hint: broadcast)
 *   ├── Filter                   →      ├── Filter
 *   │   └── ResolvedHint broadcast      │   └── t
 *   │       └── t                       └── u
 *   └── u
 *
 * A hint reaches the nearest join above it, through nodes that keep the relation what it is; of
 * two hints of one side the outer one counts.
 */
#include "sql/optimizer/optimizer_private.h"

/* The hint that is nearest to @plan below it. */
static RushJoinHint
find_hint (const RushPlan *plan)
{
  for (; plan->n_children == 1; plan = plan->children[0])
    {
      if (plan->kind == RUSH_PLAN_RESOLVED_HINT)
        return plan->as.hint.hint;
      if (plan->kind == RUSH_PLAN_AGGREGATE || plan->kind == RUSH_PLAN_DISTINCT)
        break;
    }
  return RUSH_HINT_NONE;
}

typedef struct
{
  RushJoinHint left, right;
} Hints;

static void
set_hints (RushPlan *copy, gpointer data)
{
  const Hints *hints = data;

  if (hints->left != RUSH_HINT_NONE)
    copy->as.join.left_hint = hints->left;
  if (hints->right != RUSH_HINT_NONE)
    copy->as.join.right_hint = hints->right;
}

static RushPlan *
give_to_joins (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_JOIN)
    return rush_plan_ref (node);
  Hints hints = { find_hint (node->children[0]), find_hint (node->children[1]) };
  if (hints.left == RUSH_HINT_NONE && hints.right == RUSH_HINT_NONE)
    return rush_plan_ref (node);
  return rush_plan_edit (node, set_hints, &hints);
}

static RushPlan *
remove_hint (RushPlan *node, gpointer data, GError **error)
{
  return rush_plan_ref (node->kind == RUSH_PLAN_RESOLVED_HINT ? node->children[0] : node);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  g_autoptr (RushPlan) given = rush_plan_transform_up (plan, give_to_joins, NULL, error);

  return given != NULL ? rush_plan_transform_up (given, remove_hint, NULL, error) : NULL;
}

const RushRule rush_optimizer_eliminate_resolved_hint = { "EliminateResolvedHint", apply };
