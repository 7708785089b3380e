/* push_predicate_through_join.c - conditions of a join, and of a filter over it, go to the side
 * that they are about.
 *
 *   Filter l AND r AND both               Join both AND on
 *   └── Join on                     →     ├── Filter l
 *       ├── t                             │   └── t
 *       └── u                             └── Filter r
 *                                             └── u
 *
 *                  filter's conditions go to     join's own conditions go to
 *   inner, cross   left, right, the join         left, right
 *   left outer     left                          right (a row of t that fails stays, with nulls)
 *   right outer    right                         left
 *   full outer     –                             –
 *   semi           left                          left, right
 *   anti           left                          right
 */
#include "sql/optimizer/push_private.h"

typedef struct
{
  gboolean filter_left, filter_right, filter_into;
  gboolean join_left, join_right;
} Moves;

static Moves
moves_of (RushJoinType type)
{
  switch (type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return (Moves){ TRUE, TRUE, TRUE, TRUE, TRUE };
    case RUSH_JOIN_LEFT_OUTER:
      return (Moves){ .filter_left = TRUE, .join_right = TRUE };
    case RUSH_JOIN_RIGHT_OUTER:
      return (Moves){ .filter_right = TRUE, .join_left = TRUE };
    case RUSH_JOIN_LEFT_SEMI:
      return (Moves){ .filter_left = TRUE, .join_left = TRUE, .join_right = TRUE };
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return (Moves){ .filter_left = TRUE, .join_right = TRUE };
    case RUSH_JOIN_FULL_OUTER:
      break;
    }
  return (Moves){ 0 };
}

/* A join with other sides and another condition; takes over all but @join. */
static RushPlan *
rebuilt (RushPlan *join, GPtrArray *condition, RushPlan *left, RushPlan *right)
{
  RushExpr *all = rush_all_of (condition);
  g_autoptr (RushPlan) moved = rush_with_list (
      join, 0, all != NULL ? rush_expr_list_new (1, &all) : rush_expr_list_new (0, NULL));

  return rush_plan_with_children (moved, (RushPlan *[]){ left, right });
}

static GPtrArray *
take_if (gboolean may, GPtrArray *conjuncts, const RushExprList *columns)
{
  return may ? rush_take_evaluable (conjuncts, columns) : rush_expr_ptr_array ();
}

/* Conditions without subqueries, which a join could not evaluate, go from @from to @into. */
static void
move_plain (GPtrArray *from, GPtrArray *into)
{
  for (guint i = 0; i < from->len;)
    {
      RushExpr *conjunct = from->pdata[i];
      if (rush_is_deterministic (conjunct) && !(conjunct->flags & RUSH_EXPR_HAS_SUBQUERY))
        g_ptr_array_add (into, g_ptr_array_steal_index (from, i));
      else
        i++;
    }
}

static RushPlan *
push_filter (RushPlan *filter, RushPlan *join)
{
  Moves moves = moves_of (join->as.join.type);
  RushPlan *left = join->children[0], *right = join->children[1];
  g_autoptr (GPtrArray) rest = rush_conjuncts_of (filter->lists[0]);
  g_autoptr (GPtrArray) to_left = take_if (moves.filter_left, rest, left->output);
  g_autoptr (GPtrArray) to_right = take_if (moves.filter_right, rest, right->output);
  g_autoptr (GPtrArray) own = rush_expr_ptr_array ();

  if (moves.filter_into)
    move_plain (rest, own);
  if (to_left->len == 0 && to_right->len == 0 && own->len == 0)
    return NULL;
  for (guint i = 0; i < join->lists[0]->n; i++)
    rush_expr_split_conjuncts (join->lists[0]->items[i], own);
  RushPlan *made =
      rebuilt (join, g_steal_pointer (&own),
               rush_filter_if_any (g_steal_pointer (&to_left), rush_plan_ref (left)),
               rush_filter_if_any (g_steal_pointer (&to_right), rush_plan_ref (right)));
  return rush_filter_if_any (g_steal_pointer (&rest), made);
}

static gpointer
copy_ref (gconstpointer expr, gpointer data)
{
  return rush_expr_ref ((RushExpr *)expr);
}

static RushPlan *
push_condition (RushPlan *join)
{
  Moves moves = moves_of (join->as.join.type);
  RushPlan *left = join->children[0], *right = join->children[1];
  g_autoptr (GPtrArray) own = rush_expr_ptr_array (), both = rush_conjuncts_of (join->lists[0]);
  g_autoptr (GPtrArray) to_left = take_if (moves.join_left, both, left->output);
  g_autoptr (GPtrArray) to_right = take_if (moves.join_right, both, right->output);
  /* What stays: conditions on one side first. */
  g_autoptr (GPtrArray) one =
      rush_take_evaluable (both, moves.join_left ? right->output : left->output);
  g_ptr_array_extend (own, one, copy_ref, NULL);
  g_ptr_array_extend (own, both, copy_ref, NULL);

  if (to_left->len == 0 && to_right->len == 0)
    return NULL;
  return rebuilt (join, g_steal_pointer (&own),
                  rush_filter_if_any (g_steal_pointer (&to_left), rush_plan_ref (left)),
                  rush_filter_if_any (g_steal_pointer (&to_right), rush_plan_ref (right)));
}

RushPlan *
rush_push_through_join (RushPlan *node)
{
  if (node->kind == RUSH_PLAN_FILTER && node->children[0]->kind == RUSH_PLAN_JOIN)
    return push_filter (node, node->children[0]);
  return node->kind == RUSH_PLAN_JOIN ? push_condition (node) : NULL;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  RushPlan *made = rush_push_through_join (node);
  return made != NULL ? made : rush_plan_ref (node);
}

RUSH_PLAN_RULE_DOWN (push_predicate_through_join, "PushPredicateThroughJoin");
