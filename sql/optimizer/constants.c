/* constants.c - the one place of the optimizer that computes.
 *
 * A constant is evaluated over a batch of one row without columns, like any expression of a task.
 * What cannot be computed without a task (RUSH_CORE_ERROR) is no error, it only stays as it is.
 */
#include "sql/optimizer/optimizer_private.h"

gboolean
rush_is_constant (const RushExpr *expr)
{
  return (expr->flags & RUSH_EXPR_FOLDABLE) && expr->kind != RUSH_EXPR_LITERAL &&
         expr->kind != RUSH_EXPR_ALIAS && expr->kind != RUSH_EXPR_SORT_ORDER &&
         expr->kind != RUSH_EXPR_LAMBDA && expr->type != NULL &&
         !(expr->flags & (RUSH_EXPR_HAS_SUBQUERY | RUSH_EXPR_HAS_GENERATOR |
                          RUSH_EXPR_HAS_AGGREGATE | RUSH_EXPR_HAS_WINDOW | RUSH_EXPR_HAS_PYTHON));
}

RushExpr *
rush_value_of_constant (RushExpr *constant, gpointer data, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushExpr *value =
      rush_evaluate_constant (constant, ((RushOptimization *)data)->evaluation, &failure);

  if (value != NULL)
    return value;
  if (failure->domain == RUSH_CORE_ERROR)
    return rush_expr_ref (constant);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}
