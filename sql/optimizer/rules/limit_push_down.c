/* limit_push_down.c - a partition need not give more rows than the limit takes.
 *
 *   LocalLimit 5                 LocalLimit 5
 *   └── Union             →      └── Union
 *       ├── t                        ├── LocalLimit 5
 *       └── u                        │   └── t
 *                                    └── LocalLimit 5
 *                                        └── u
 *
 * Below an offset the limit counts the rows that it skips, too.
 * Also into the side of an outer join whose rows all come out, and both sides of a cross join; and
 * to a recursion (UnionLoop), which ends when it has enough.
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
limited (RushPlan *limit, RushPlan *child)
{
  gint64 rows = rush_plan_max_rows (child);
  const RushExpr *n = limit->lists[0]->items[0];

  if (child->kind == RUSH_PLAN_LOCAL_LIMIT ||
      (rows >= 0 && n->kind == RUSH_EXPR_LITERAL && rush_type_is_integral (n->type) &&
       rows <= rush_column_get_int (n->as.literal.value, 0)))
    return rush_plan_ref (child);
  return rush_with_child (limit, rush_plan_ref (child));
}

static RushPlan *
into_join (RushPlan *limit, RushPlan *join)
{
  RushJoinType type = join->as.join.type;
  gboolean no_condition = join->lists[0]->n == 0;
  gboolean both = (type == RUSH_JOIN_INNER || type == RUSH_JOIN_CROSS) && no_condition;
  gboolean left = both || type == RUSH_JOIN_LEFT_OUTER ||
                  ((type == RUSH_JOIN_LEFT_SEMI || type == RUSH_JOIN_LEFT_ANTI) && no_condition);
  gboolean right = both || type == RUSH_JOIN_RIGHT_OUTER;

  return rush_plan_with_children (
      join, (RushPlan *[]){
                left ? limited (limit, join->children[0]) : rush_plan_ref (join->children[0]),
                right ? limited (limit, join->children[1]) : rush_plan_ref (join->children[1]) });
}

static RushPlan *
into_union (RushPlan *limit, RushPlan *set)
{
  g_autofree RushPlan **children = g_new (RushPlan *, set->n_children);

  for (guint i = 0; i < set->n_children; i++)
    children[i] = limited (limit, set->children[i]);
  return rush_plan_with_children (set, children);
}

/* LocalLimit 10 over Offset 5 is Offset 5 over LocalLimit 15. */
static RushPlan *
below_offset (RushPlan *limit, RushPlan *offset)
{
  gint64 n, skipped;

  if (!rush_limit_of (limit, &n) || !rush_limit_of (offset, &skipped) || n + skipped > G_MAXINT32)
    return rush_plan_ref (limit);
  RushExpr *both = rush_expr_literal_int (&RUSH_INT32, n + skipped);
  return rush_with_child (offset,
                          rush_plan_unary (RUSH_PLAN_LOCAL_LIMIT, rush_expr_list_new (1, &both),
                                           rush_plan_ref (offset->children[0])));
}

static void
set_limit (RushPlan *copy, gpointer data)
{
  copy->as.cte.limit = *(const gint64 *)data;
}

/* A recursion stops as soon as it has so many rows; NULL: there is none below the projections. */
static RushPlan *
into_loop (const RushExpr *n, RushPlan *below)
{
  if (below->kind == RUSH_PLAN_PROJECT && rush_all_deterministic (below->lists[0]))
    {
      RushPlan *child = into_loop (n, below->children[0]);
      return child != NULL ? rush_with_child (below, child) : NULL;
    }
  if (below->kind != RUSH_PLAN_UNION_LOOP || n->kind != RUSH_EXPR_LITERAL)
    return NULL;
  gint64 limit = rush_column_get_int (n->as.literal.value, 0);
  if (below->as.cte.limit >= 0 && below->as.cte.limit <= limit)
    return rush_plan_ref (below);
  return rush_plan_edit (below, set_limit, &limit);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_LOCAL_LIMIT)
    return rush_plan_ref (node);
  RushPlan *loop = into_loop (node->lists[0]->items[0], node->children[0]);
  if (loop != NULL)
    return rush_with_child (node, loop);
  RushPlan *below = node->children[0];
  if (below->kind == RUSH_PLAN_OFFSET)
    return below_offset (node, below);
  if (below->kind == RUSH_PLAN_UNION)
    return rush_with_child (node, into_union (node, below));
  if (below->kind == RUSH_PLAN_JOIN)
    return rush_with_child (node, into_join (node, below));
  if (below->kind == RUSH_PLAN_PROJECT && below->children[0]->kind == RUSH_PLAN_JOIN &&
      rush_all_deterministic (below->lists[0]))
    return rush_with_child (node, rush_with_child (below, into_join (node, below->children[0])));
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (limit_push_down, "LimitPushDown");
