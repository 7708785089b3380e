/* eliminate_outer_join.c - an outer join whose added rows a filter throws away is an inner one.
 *
 *   Filter b.x > 1                   Filter b.x > 1
 *   └── Join LeftOuter          →    └── Join Inner
 *       ├── a                            ├── a
 *       └── b                            └── b
 *
 * A condition that is null or false when all columns of a side are null throws its added rows away.
 */
#include "sql/optimizer/optimizer_private.h"

typedef struct
{
  const RushExprList *columns;
} NullSide;

static RushExpr *
with_null (RushExpr *node, gpointer data, GError **error)
{
  const NullSide *side = data;
  if (node->kind == RUSH_EXPR_ATTRIBUTE && rush_uses_any (node, side->columns))
    return rush_expr_literal_null (node->type);
  return rush_expr_ref (node);
}

/* Whether @condition, on columns of @side alone, is never true when they are null. */
static gboolean
throws_away (RushExpr *condition, const RushPlan *side, RushEvalContext *evaluation)
{
  if (!rush_is_deterministic (condition) ||
      condition->flags & (RUSH_EXPR_HAS_SUBQUERY | RUSH_EXPR_HAS_PYTHON) ||
      !rush_uses_only (condition, side->output) || !rush_uses_any (condition, side->output))
    return FALSE;
  NullSide null_side = { side->output };
  g_autoptr (RushExpr) of_nulls = rush_expr_transform_up (condition, with_null, &null_side, NULL);
  g_autoptr (GError) failed = NULL;
  g_autoptr (RushExpr) value = rush_evaluate_constant (of_nulls, evaluation, &failed);
  return value != NULL && (rush_expr_is_literal_null (value) || rush_expr_is_false (value));
}

static void
set_type (RushPlan *copy, gpointer type)
{
  copy->as.join.type = *(RushJoinType *)type;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_FILTER || node->children[0]->kind != RUSH_PLAN_JOIN)
    return rush_plan_ref (node);
  RushPlan *join = node->children[0];
  RushJoinType type = join->as.join.type;
  if (type != RUSH_JOIN_LEFT_OUTER && type != RUSH_JOIN_RIGHT_OUTER && type != RUSH_JOIN_FULL_OUTER)
    return rush_plan_ref (node);
  RushEvalContext *evaluation = ((RushOptimization *)data)->evaluation;
  g_autoptr (GPtrArray) conjuncts = rush_conjuncts_of (node->lists[0]);
  gboolean left = FALSE, right = FALSE; /* rows that a side lacks are thrown away */
  for (guint i = 0; i < conjuncts->len; i++)
    {
      left |= throws_away (conjuncts->pdata[i], join->children[0], evaluation);
      right |= throws_away (conjuncts->pdata[i], join->children[1], evaluation);
    }
  RushJoinType better = type;
  if (type == RUSH_JOIN_FULL_OUTER)
    better = left && right ? RUSH_JOIN_INNER
             : left        ? RUSH_JOIN_LEFT_OUTER
             : right       ? RUSH_JOIN_RIGHT_OUTER
                           : type;
  else if ((type == RUSH_JOIN_LEFT_OUTER && right) || (type == RUSH_JOIN_RIGHT_OUTER && left))
    better = RUSH_JOIN_INNER;
  if (better == type)
    return rush_plan_ref (node);
  return rush_with_child (node, rush_plan_edit (join, set_type, &better));
}

RUSH_PLAN_RULE_UP (eliminate_outer_join, "EliminateOuterJoin");
