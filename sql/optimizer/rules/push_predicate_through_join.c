/* push_predicate_through_join.c - conditions over a join, and in it, go to the side that they look at.
 *
 *   Filter a.x > 1 AND a.k = b.k            Join Inner, a.k = b.k
 *   └── Join Inner                     →    ├── Filter x > 1
 *       ├── a                               │   └── a
 *       └── b                               └── b
 *
 *                    above the join, on the         in the condition, on the
 *                    left side    right side        left side    right side
 *   inner, cross     goes left    goes right        goes left    goes right      rest: the condition
 *   left outer       goes left    stays             stays        goes right
 *   right outer      stays        goes right        goes left    stays
 *   full outer       stays        stays             stays        stays
 *   semi             goes left    –                 goes left    goes right
 *   anti, existence  goes left    –                 stays        goes right
 */
#include "sql/optimizer/optimizer_private.h"

typedef struct
{
  gboolean left_from_above, right_from_above, left_from_on, right_from_on, rest_becomes_on;
} Ways;

static Ways
ways_of (RushJoinType type)
{
  switch (type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return (Ways){ TRUE, TRUE, TRUE, TRUE, TRUE };
    case RUSH_JOIN_LEFT_OUTER:
      return (Ways){ .left_from_above = TRUE, .right_from_on = TRUE };
    case RUSH_JOIN_RIGHT_OUTER:
      return (Ways){ .right_from_above = TRUE, .left_from_on = TRUE };
    case RUSH_JOIN_LEFT_SEMI:
      return (Ways){ .left_from_above = TRUE, .left_from_on = TRUE, .right_from_on = TRUE };
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return (Ways){ .left_from_above = TRUE, .right_from_on = TRUE };
    case RUSH_JOIN_FULL_OUTER:
      return (Ways){ 0 };
    }
  g_assert_not_reached ();
}

/* Moves what @side alone can answer from @from to @into. */
static void
take (GPtrArray *from, const RushPlan *side, GPtrArray *into)
{
  for (guint i = 0; i < from->len;)
    {
      RushExpr *condition = from->pdata[i];
      if (rush_is_deterministic (condition) && !(condition->flags & RUSH_EXPR_HAS_SUBQUERY) &&
          rush_uses_only (condition, side->output))
        g_ptr_array_add (into, g_ptr_array_steal_index (from, i));
      else
        i++;
    }
}

/* Those of @above that become part of an inner join's condition; subqueries stay in the filter. */
static void
take_joining (GPtrArray *above, GPtrArray *on)
{
  for (guint i = 0; i < above->len;)
    {
      RushExpr *condition = above->pdata[i];
      if (rush_is_deterministic (condition) && !(condition->flags & RUSH_EXPR_HAS_SUBQUERY))
        g_ptr_array_add (on, g_ptr_array_steal_index (above, i));
      else
        i++;
    }
}

typedef struct
{
  RushJoinType type;
} JoinKind;

static void
set_type (RushPlan *copy, gpointer type)
{
  copy->as.join.type = ((JoinKind *)type)->type;
}

/* @above (taken): conjuncts of a filter over @join, may be empty; NULL: nothing moves. */
static RushPlan *
push (GPtrArray *above, RushPlan *join)
{
  Ways ways = ways_of (join->as.join.type);
  GPtrArray *on = rush_conjuncts_of (join->lists[0]);
  GPtrArray *left = rush_expr_ptr_array (), *right = rush_expr_ptr_array ();
  guint n_above = above->len;
  if (ways.left_from_above)
    take (above, join->children[0], left);
  if (ways.right_from_above)
    take (above, join->children[1], right);
  if (ways.left_from_on && !join->as.join.null_aware)
    take (on, join->children[0], left);
  if (ways.right_from_on && !join->as.join.null_aware)
    take (on, join->children[1], right);
  if (ways.rest_becomes_on)
    take_joining (above, on);
  if (left->len == 0 && right->len == 0 && above->len == n_above)
    {
      g_ptr_array_unref (above);
      g_ptr_array_unref (on);
      g_ptr_array_unref (left);
      g_ptr_array_unref (right);
      return NULL;
    }
  RushPlan *children[] = { rush_filter_if_any (left, rush_plan_ref (join->children[0])),
                           rush_filter_if_any (right, rush_plan_ref (join->children[1])) };
  g_autoptr (RushPlan) moved = rush_plan_with_children (join, children);
  RushExpr *condition = rush_all_of (on);
  RushExprList *list = condition ? rush_expr_list_new (1, &condition) : rush_expr_list_new (0, NULL);
  g_autoptr (RushPlan) made = rush_with_list (moved, 0, list);
  if (join->as.join.type == RUSH_JOIN_CROSS && list->n > 0)
    {
      JoinKind inner = { RUSH_JOIN_INNER };
      RushPlan *with_condition = rush_plan_edit (made, set_type, &inner);
      return rush_filter_if_any (above, with_condition);
    }
  return rush_filter_if_any (above, g_steal_pointer (&made));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  RushPlan *pushed = NULL;
  if (node->kind == RUSH_PLAN_FILTER && node->children[0]->kind == RUSH_PLAN_JOIN)
    pushed = push (rush_conjuncts_of (node->lists[0]), node->children[0]);
  else if (node->kind == RUSH_PLAN_JOIN)
    pushed = push (rush_expr_ptr_array (), node);
  return pushed ? pushed : rush_plan_ref (node);
}

RUSH_PLAN_RULE_DOWN (push_predicate_through_join, "PushPredicateThroughJoin");
