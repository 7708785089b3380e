/* push_extra_predicate_through_join.c - what an OR of both sides says about one of them.
 *
 *   Join (a#1 = 1 AND b#2 = 2) OR (a#1 = 3 AND b#2 = 4)      the same Join
 *   ├── t                                              →     ├── Filter (a#1 = 1 OR a#1 = 3)
 *   └── u                                                    │   └── t
 *                                                            └── Filter (b#2 = 2 OR b#2 = 4)
 *                                                                └── u
 *
 * The condition stays: the filters only let fewer rows come to it.
 */
#include "sql/optimizer/optimizer_private.h"

/* The part of a condition that uses @columns alone, and is true wherever the condition is; or NULL.
 * */
static RushExpr *
part_about (RushExpr *condition, const RushExprList *columns)
{
  if (condition->kind != RUSH_EXPR_AND && condition->kind != RUSH_EXPR_OR)
    return rush_uses_only (condition, columns) && rush_uses_any (condition, columns)
               ? rush_expr_ref (condition)
               : NULL;
  g_autoptr (RushExpr) left = part_about (condition->children[0], columns);
  g_autoptr (RushExpr) right = part_about (condition->children[1], columns);
  if (left != NULL && right != NULL)
    return rush_expr_binary (condition->kind, g_steal_pointer (&left), g_steal_pointer (&right));
  if (condition->kind == RUSH_EXPR_OR)
    return NULL;
  return left != NULL ? g_steal_pointer (&left) : g_steal_pointer (&right);
}

/* @side, filtered by what @conjuncts say about it and is not known of it yet. */
static RushPlan *
filtered (RushPlan *side, const RushPlan *other, GPtrArray *conjuncts)
{
  g_autoptr (GPtrArray) known = rush_expr_ptr_array ();
  GPtrArray *more = rush_expr_ptr_array ();

  rush_add_constraints (side, known);
  for (guint i = 0; i < conjuncts->len; i++)
    {
      RushExpr *conjunct = conjuncts->pdata[i];
      if (!rush_is_deterministic (conjunct) || rush_uses_only (conjunct, side->output) ||
          rush_uses_only (conjunct, other->output) || (conjunct->flags & RUSH_EXPR_HAS_SUBQUERY))
        continue;
      RushExpr *part = part_about (conjunct, side->output);
      if (part != NULL && !rush_contains_semantic (known, part))
        g_ptr_array_add (more, rush_expr_ref (part));
      if (part != NULL)
        rush_expr_unref (part);
    }
  return rush_filter_if_any (more, rush_plan_ref (side));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_JOIN || node->lists[0]->n == 0 || node->as.join.null_aware)
    return rush_plan_ref (node);
  RushJoinType type = node->as.join.type;
  gboolean both = type == RUSH_JOIN_INNER || type == RUSH_JOIN_CROSS || type == RUSH_JOIN_LEFT_SEMI;
  gboolean left = both || type == RUSH_JOIN_RIGHT_OUTER;
  gboolean right = both || type == RUSH_JOIN_LEFT_OUTER || type == RUSH_JOIN_LEFT_ANTI;
  g_autoptr (GPtrArray) conjuncts = rush_conjuncts_of (node->lists[0]);
  RushPlan **sides = node->children;
  return rush_plan_with_children (
      node, (RushPlan *[]){
                left ? filtered (sides[0], sides[1], conjuncts) : rush_plan_ref (sides[0]),
                right ? filtered (sides[1], sides[0], conjuncts) : rush_plan_ref (sides[1]) });
}

RUSH_PLAN_RULE_DOWN (push_extra_predicate_through_join, "PushExtraPredicateThroughJoin");
