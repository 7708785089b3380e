/* push_down_predicates.c - filters go down as far as their columns do.
 *
 *   Filter (a#1 > 1) AND (b#2 > 2)                    Join Inner
 *   └── Join Inner                             →      ├── Filter (a#1 > 1)
 *       ├── t [a#1]                                   │   └── t
 *       └── u [b#2]                                   └── Filter (b#2 > 2)
 *                                                         └── u
 *
 * One step for each node, from the top: two filters become one; a filter goes through the node
 * below it (push_predicate_through_non_join.c); conditions of a filter over a join, and of the
 * join, go to the side that they are about (push_predicate_through_join.c).
 */
#include "sql/optimizer/push_private.h"

/* Filter (c1, Filter (c2, x)) is Filter (c2 AND c1, x). */
static RushPlan *
combine_filters (RushPlan *node)
{
  if (node->kind != RUSH_PLAN_FILTER || node->children[0]->kind != RUSH_PLAN_FILTER)
    return NULL;
  RushPlan *below = node->children[0];
  g_autoptr (GPtrArray) upper = rush_conjuncts_of (node->lists[0]);
  g_autoptr (GPtrArray) lower = rush_conjuncts_of (below->lists[0]);
  GPtrArray *more = rush_expr_ptr_array ();
  if (!rush_all_deterministic (below->lists[0]))
    {
      g_ptr_array_unref (more);
      return NULL;
    }
  for (guint i = 0; i < upper->len; i++)
    if (!rush_contains_semantic (lower, upper->pdata[i]))
      g_ptr_array_add (more, rush_expr_ref (upper->pdata[i]));
  RushExpr *all = rush_expr_ref (below->lists[0]->items[0]), *rest = rush_all_of (more);
  if (rest != NULL)
    all = rush_expr_binary (RUSH_EXPR_AND, all, rest);
  return rush_plan_filter (all, rush_plan_ref (below->children[0]));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  RushPlan *made = combine_filters (node);

  if (made == NULL)
    made = rush_push_through_non_join (node);
  if (made == NULL)
    made = rush_push_through_join (node);
  return made != NULL ? made : rush_plan_ref (node);
}

RUSH_PLAN_RULE_DOWN (push_down_predicates, "PushDownPredicates");
