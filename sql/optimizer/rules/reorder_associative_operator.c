/* reorder_associative_operator.c - constants of a sum, or a product, are brought together.
 *
 *   ((1 + k#1) + 2)            →   (k#1 + 3)
 *   ((2 * k#1) * (3 * v#2))    →   ((k#1 * v#2) * 6)
 *   (k#1 + 0)                  →   k#1
 *
 * Integers alone: a sum of doubles depends on the order of its parts.  An expression that an
 * aggregate groups by stays, since its results are looked for as they are written.
 */
#include "sql/optimizer/optimizer_private.h"

typedef struct
{
  RushOptimization *optimization;
  const RushExprList *grouping; /* or NULL */
} Reorder;

static gboolean
is_grouped_by (const Reorder *self, const RushExpr *expr)
{
  for (guint i = 0; self->grouping != NULL && i < self->grouping->n; i++)
    if (rush_expr_semantic_equal (self->grouping->items[i], expr))
      return TRUE;
  return FALSE;
}

/* The parts of a chain of one operator, left to right. */
static void
flatten (const Reorder *self, RushExpr *expr, const RushExpr *top, GPtrArray *into)
{
  if (expr->kind != top->kind || expr->mode != top->mode || is_grouped_by (self, expr))
    {
      g_ptr_array_add (into, rush_expr_ref (expr));
      return;
    }
  flatten (self, expr->children[0], top, into);
  flatten (self, expr->children[1], top, into);
}

/* All of @parts by the operator of @top; NULL: none. */
static RushExpr *
combined (const GPtrArray *parts, const RushExpr *top)
{
  RushExpr *all = parts->len > 0 ? rush_expr_ref (parts->pdata[0]) : NULL;

  for (guint i = 1; i < parts->len; i++)
    all = rush_expr_arithmetic (top->kind, top->mode, all, rush_expr_ref (parts->pdata[i]));
  return all;
}

/* k + 0, k * 1 */
static gboolean
is_neutral (const RushExpr *value, const RushExpr *top)
{
  return value->kind == RUSH_EXPR_LITERAL && !rush_expr_is_literal_null (value) &&
         rush_column_get_int (value->as.literal.value, 0) == (top->kind == RUSH_EXPR_MULTIPLY);
}

static RushExpr *
reordered (Reorder *self, RushExpr *node, GError **error)
{
  g_autoptr (GPtrArray) parts = rush_expr_ptr_array (), constants = rush_expr_ptr_array (),
                        others = rush_expr_ptr_array ();

  flatten (self, node, node, parts);
  for (guint i = 0; i < parts->len; i++)
    g_ptr_array_add (((RushExpr *)parts->pdata[i])->flags & RUSH_EXPR_FOLDABLE ? constants : others,
                     rush_expr_ref (parts->pdata[i]));
  if (constants->len == 0)
    return rush_expr_ref (node);
  g_autoptr (RushExpr) constant = combined (constants, node);
  g_autoptr (RushExpr) rest = combined (others, node);
  RushExpr *value = rush_evaluate_constant (constant, self->optimization->evaluation, error);
  if (value == NULL || rest == NULL)
    return value;
  if (is_neutral (value, node))
    {
      rush_expr_unref (value);
      return g_steal_pointer (&rest);
    }
  if (constants->len < 2)
    {
      rush_expr_unref (value);
      return rush_expr_ref (node);
    }
  return rush_expr_arithmetic (node->kind, node->mode, g_steal_pointer (&rest), value);
}

static RushExpr *
rewrite_expr (RushExpr *node, gpointer data, GError **error)
{
  if ((node->kind != RUSH_EXPR_ADD && node->kind != RUSH_EXPR_MULTIPLY) || node->type == NULL ||
      !rush_type_is_integral (node->type) || !rush_is_deterministic (node))
    return rush_expr_ref (node);
  return reordered (data, node, error);
}

static RushExpr *
rewrite_item (RushExpr *item, gpointer data, GError **error)
{
  return rush_expr_transform_down (item, rewrite_expr, data, error);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  Reorder self = { data, node->kind == RUSH_PLAN_AGGREGATE ? node->lists[0] : NULL };

  return rush_map_expressions (node, rewrite_item, &self, error);
}

RUSH_PLAN_RULE_UP (reorder_associative_operator, "ReorderAssociativeOperator");
