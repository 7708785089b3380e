/* infer_filters_from_constraints.c - what must hold for a row to come out, checked where it comes
 * in.
 *
 *   Join Inner, (a#1 = k#2)                       Join Inner, (a#1 = k#2)
 *   ├── Filter (a#1 > 5)                   →      ├── Filter (isnotnull(a#1) AND (a#1 > 5))
 *   │   └── t                                     │   └── t
 *   └── u                                         └── Filter ((k#2 > 5) AND isnotnull(k#2))
 *                                                     └── u
 *
 * Two things are inferred: a column that is compared is not null (no row survives the comparison
 * with a null), and what holds for one of two equal columns holds for the other.
 */
#include "sql/optimizer/optimizer_private.h"

/* ---- equal columns ---- */

typedef struct
{
  RushExpr *from, *to;
} Pair;

static RushExpr *
replace_column (RushExpr *node, gpointer data, GError **error)
{
  const Pair *pair = data;

  return rush_expr_ref (node->kind == RUSH_EXPR_ATTRIBUTE &&
                                node->as.attribute.id == pair->from->as.attribute.id
                            ? pair->to
                            : node);
}

/* With a = b: what is said of a is true of b. */
static void
add_equal (GPtrArray *known)
{
  guint n = known->len;

  for (guint i = 0; i < n; i++)
    {
      RushExpr *equal = known->pdata[i];
      if (equal->kind != RUSH_EXPR_EQUAL || equal->children[0]->kind != RUSH_EXPR_ATTRIBUTE ||
          equal->children[1]->kind != RUSH_EXPR_ATTRIBUTE)
        continue;
      for (guint side = 0; side < 2; side++)
        for (guint j = 0; j < n; j++)
          {
            Pair pair = { equal->children[side], equal->children[1 - side] };
            RushExpr *other = known->pdata[j];
            g_autoptr (RushExprList) from =
                rush_expr_list_new (1, (RushExpr *[]){ rush_expr_ref (pair.from) });
            if (j == i || !rush_uses_only (other, from) || !rush_is_deterministic (other) ||
                other->kind == RUSH_EXPR_IS_NOT_NULL)
              continue;
            rush_add_if_new (known, rush_expr_transform_up (other, replace_column, &pair, NULL));
          }
    }
}

/* Those of @known that are about @plan's columns and not yet checked below it, as a filter over it.
 * */
static RushPlan *
with_filter (RushPlan *plan, GPtrArray *known)
{
  g_autoptr (GPtrArray) there = rush_expr_ptr_array ();
  GPtrArray *more = rush_expr_ptr_array ();

  rush_add_constraints (plan, there);
  for (guint i = 0; i < known->len; i++)
    {
      RushExpr *expr = known->pdata[i];
      g_autoptr (RushExprList) none = rush_expr_list_new (0, NULL);
      if (rush_uses_only (expr, plan->output) && !rush_uses_only (expr, none) &&
          rush_is_deterministic (expr) && !rush_has_correlated_subquery (expr) &&
          !rush_contains_semantic (there, expr))
        g_ptr_array_add (more, rush_expr_ref (expr));
    }
  return rush_filter_if_any (more, rush_plan_ref (plan));
}

/* ---- the kinds ---- */

static RushPlan *
infer_for_filter (RushPlan *node)
{
  g_autoptr (GPtrArray) own = rush_conjuncts_of (node->lists[0]);
  g_autoptr (GPtrArray) known = rush_expr_ptr_array (), more = rush_expr_ptr_array ();

  for (guint i = 0; i < own->len; i++)
    if (rush_is_deterministic (own->pdata[i]))
      rush_add_not_null (own->pdata[i], more);
  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (known, rush_expr_ref (own->pdata[i]));
  add_equal (known);
  for (guint i = own->len; i < known->len; i++)
    rush_add_if_new (more, rush_expr_ref (known->pdata[i]));
  rush_add_constraints (node->children[0], own);
  for (guint i = 0; i < more->len;)
    if (rush_contains_semantic (own, more->pdata[i]))
      g_ptr_array_remove_index (more, i);
    else
      i++;
  if (more->len == 0)
    return rush_plan_ref (node);
  RushExpr *all = rush_expr_binary (RUSH_EXPR_AND, rush_all_of (g_steal_pointer (&more)),
                                    rush_expr_ref (node->lists[0]->items[0]));
  return rush_plan_filter (all, rush_plan_ref (node->children[0]));
}

static RushPlan *
infer_for_join (RushPlan *node)
{
  RushJoinType type = node->as.join.type;
  gboolean left = type == RUSH_JOIN_INNER || type == RUSH_JOIN_CROSS ||
                  type == RUSH_JOIN_LEFT_SEMI || type == RUSH_JOIN_RIGHT_OUTER;
  gboolean right = type == RUSH_JOIN_INNER || type == RUSH_JOIN_CROSS ||
                   type == RUSH_JOIN_LEFT_SEMI || type == RUSH_JOIN_LEFT_OUTER ||
                   type == RUSH_JOIN_LEFT_ANTI;
  g_autoptr (GPtrArray) known = rush_conjuncts_of (node->lists[0]);
  g_autoptr (GPtrArray) not_null = rush_expr_ptr_array ();

  if (node->lists[0]->n == 0 || node->as.join.null_aware)
    return rush_plan_ref (node);
  for (guint i = 0; i < known->len; i++)
    rush_add_not_null (known->pdata[i], not_null);
  rush_add_constraints (node->children[0], known);
  rush_add_constraints (node->children[1], known);
  add_equal (known);
  for (guint i = 0; i < not_null->len; i++)
    rush_add_if_new (known, rush_expr_ref (not_null->pdata[i]));
  return rush_plan_with_children (node,
                                  (RushPlan *[]){ left ? with_filter (node->children[0], known)
                                                       : rush_plan_ref (node->children[0]),
                                                  right ? with_filter (node->children[1], known)
                                                        : rush_plan_ref (node->children[1]) });
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (!rush_optimization_flag (data, "spark.sql.constraintPropagation.enabled", TRUE))
    return rush_plan_ref (node);
  if (node->kind == RUSH_PLAN_FILTER)
    return infer_for_filter (node);
  return node->kind == RUSH_PLAN_JOIN ? infer_for_join (node) : rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (infer_filters_from_constraints, "InferFiltersFromConstraints");
