/* simplify_case_conversion_expressions.c - upper(lower(s)) → upper(s), and so on. */
#include "sql/optimizer/optimizer_private.h"

static gboolean
changes_case (const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_FUNCTION &&
         (g_str_equal (expr->as.function.function->name, "upper") ||
          g_str_equal (expr->as.function.function->name, "lower"));
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (!changes_case (node) || !changes_case (node->children[0]))
    return rush_expr_ref (node);
  RushExpr *text = rush_expr_ref (node->children[0]->children[0]);
  return rush_expr_with_children (node, &text);
}

RUSH_EXPR_RULE_UP (simplify_case_conversion_expressions, "SimplifyCaseConversionExpressions");
