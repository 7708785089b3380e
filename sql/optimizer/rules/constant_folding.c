/* constant_folding.c - what needs no row is computed once, now.
 *
 *   Filter d#1 <= DATE '1998-12-01' - INTERVAL '90' DAY    →    Filter d#1 <= DATE '1998-09-02'
 *
 * An expression that fails (1/0) stays as it is: it may never be reached.
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  const RushOptimization *self = data;
  const RushExprFlags needed = RUSH_EXPR_FOLDABLE | RUSH_EXPR_DETERMINISTIC | RUSH_EXPR_RESOLVED;
  if ((node->flags & needed) != needed || node->kind == RUSH_EXPR_LITERAL ||
      node->kind == RUSH_EXPR_ALIAS || node->kind == RUSH_EXPR_SORT_ORDER || node->type == NULL ||
      node->flags & (RUSH_EXPR_HAS_SUBQUERY | RUSH_EXPR_HAS_AGGREGATE | RUSH_EXPR_HAS_WINDOW |
                     RUSH_EXPR_HAS_PYTHON | RUSH_EXPR_HAS_GENERATOR))
    return rush_expr_ref (node);
  g_autoptr (GError) failed = NULL;
  RushExpr *value = rush_evaluate_constant (node, self->evaluation, &failed);
  return value ? value : rush_expr_ref (node);
}

RUSH_EXPR_RULE_UP (constant_folding, "ConstantFolding");
