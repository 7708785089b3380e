/* eliminate_outer_join.c - rows that were filled up with nulls, and are thrown away at once.
 *
 *   Filter (u.b#2 > 1)                    Filter (u.b#2 > 1)
 *   └── Join LeftOuter             →      └── Join Inner
 *       ├── t                                 ├── t
 *       └── u [b#2]                           └── u [b#2]
 *
 * Groups of the left side's columns that do not count rows need no join at all:
 *
 *   Aggregate [a#1], [a#1, max(c#3)]      Aggregate [a#1], [a#1, max(c#3)]
 *   └── Join LeftOuter             →      └── t
 *       ├── t [a#1, c#3]
 *       └── u
 *
 * A condition that is false or null when all columns of a side are null throws them away.  That is
 * found out by computing it with nulls.
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
to_null (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_ATTRIBUTE)
    return rush_expr_literal_null (node->type);
  return rush_expr_ref (node);
}

static gboolean
has_name (const RushExpr *node, gpointer data)
{
  if (node->kind == RUSH_EXPR_ATTRIBUTE)
    *(gboolean *)data = TRUE;
  return FALSE;
}

/* Does it keep no row that has nulls in all columns of @side? */
static gboolean
rejects_nulls (RushExpr *conjunct, const RushExprList *side, RushOptimization *self)
{
  gboolean any = FALSE;

  rush_expr_visit (conjunct, has_name, &any);
  if (!any || !rush_is_deterministic (conjunct) || !rush_uses_only (conjunct, side) ||
      (conjunct->flags & (RUSH_EXPR_HAS_SUBQUERY | RUSH_EXPR_HAS_PYTHON)))
    return FALSE;
  g_autoptr (RushExpr) with_nulls = rush_expr_transform_up (conjunct, to_null, NULL, NULL);
  if (with_nulls == NULL || !(with_nulls->flags & RUSH_EXPR_FOLDABLE))
    return FALSE;
  g_autoptr (RushExpr) value = rush_evaluate_constant (with_nulls, self->evaluation, NULL);
  return value != NULL && (rush_expr_is_literal_null (value) || rush_expr_is_false (value));
}

static gboolean
any_rejects (GPtrArray *conjuncts, const RushExprList *side, RushOptimization *self)
{
  g_autoptr (GPtrArray) not_null = rush_expr_ptr_array ();

  for (guint i = 0; i < conjuncts->len; i++)
    {
      if (rejects_nulls (conjuncts->pdata[i], side, self))
        return TRUE;
      if (rush_is_deterministic (conjuncts->pdata[i]))
        rush_add_not_null (conjuncts->pdata[i], not_null);
    }
  for (guint i = 0; i < not_null->len; i++)
    if (rush_uses_only (not_null->pdata[i], side))
      return TRUE;
  return FALSE;
}

static void
set_type (RushPlan *copy, gpointer data)
{
  copy->as.join.type = *(RushJoinType *)data;
}

/* ---- a side that only adds copies ---- */

static gboolean
find_sensitive (const RushExpr *node, gpointer data)
{
  if (node->kind == RUSH_EXPR_AGGREGATE && !rush_aggregate_is_agnostic (node))
    *(gboolean *)data = TRUE;
  return *(gboolean *)data;
}

/* Does the aggregate look at @side alone, and not at how often a row comes? */
static gboolean
needs_only (const RushPlan *aggregate, const RushPlan *side)
{
  gboolean sensitive = FALSE;

  for (guint l = 0; l < 2; l++)
    for (guint i = 0; i < aggregate->lists[l]->n; i++)
      {
        rush_expr_visit (aggregate->lists[l]->items[i], find_sensitive, &sensitive);
        if (!rush_uses_only (aggregate->lists[l]->items[i], side->output))
          return FALSE;
      }
  return !sensitive;
}

static RushPlan *
without_join (RushPlan *aggregate, RushOptimization *self)
{
  RushPlan *join = aggregate->children[0], *project = NULL;
  gint64 threshold =
      rush_optimization_number (self, "spark.sql.autoBroadcastJoinThreshold", 10 << 20);

  if (join->kind == RUSH_PLAN_PROJECT && rush_all_deterministic (join->lists[0]))
    {
      project = join;
      join = join->children[0];
    }
  if (join->kind != RUSH_PLAN_JOIN ||
      (join->as.join.type != RUSH_JOIN_LEFT_OUTER && join->as.join.type != RUSH_JOIN_RIGHT_OUTER))
    return rush_plan_ref (aggregate);
  guint kept = join->as.join.type == RUSH_JOIN_RIGHT_OUTER;
  RushPlan *side = join->children[kept], *other = join->children[1 - kept];
  /* A side that is broadcast costs less than the rows that the groups would be made of. */
  if (rush_plan_statistics (other).size_bytes <= (double)threshold)
    return rush_plan_ref (aggregate);
  if (project == NULL)
    return needs_only (aggregate, side) ? rush_with_child (aggregate, rush_plan_ref (side))
                                        : rush_plan_ref (aggregate);
  for (guint i = 0; i < project->lists[0]->n; i++)
    if (!rush_uses_only (project->lists[0]->items[i], side->output))
      return rush_plan_ref (aggregate);
  if (!needs_only (aggregate, project))
    return rush_plan_ref (aggregate);
  return rush_with_child (aggregate, rush_with_child (project, rush_plan_ref (side)));
}

/* ---- the rule ---- */

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_PLAN_AGGREGATE)
    return without_join (node, data);
  if (node->kind != RUSH_PLAN_FILTER || node->children[0]->kind != RUSH_PLAN_JOIN)
    return rush_plan_ref (node);
  RushPlan *join = node->children[0];
  RushJoinType type = join->as.join.type, better = type;
  if (type != RUSH_JOIN_LEFT_OUTER && type != RUSH_JOIN_RIGHT_OUTER && type != RUSH_JOIN_FULL_OUTER)
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) conjuncts = rush_conjuncts_of (node->lists[0]);
  gboolean left = any_rejects (conjuncts, join->children[0]->output, data);
  gboolean right = any_rejects (conjuncts, join->children[1]->output, data);
  if ((type == RUSH_JOIN_LEFT_OUTER && right) || (type == RUSH_JOIN_RIGHT_OUTER && left) ||
      (type == RUSH_JOIN_FULL_OUTER && left && right))
    better = RUSH_JOIN_INNER;
  else if (type == RUSH_JOIN_FULL_OUTER && (left || right))
    better = left ? RUSH_JOIN_LEFT_OUTER : RUSH_JOIN_RIGHT_OUTER;
  if (better == type)
    return rush_plan_ref (node);
  return rush_with_child (node, rush_plan_edit (join, set_type, &better));
}

RUSH_PLAN_RULE_UP (eliminate_outer_join, "EliminateOuterJoin");
