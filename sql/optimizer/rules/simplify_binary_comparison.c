/* simplify_binary_comparison.c - a value compared with itself.
 *
 *   (a#1 <=> a#1) → true      (a#1 = a#1) → true, where a#1 is never null      (a#1 < a#1) → false
 */
#include "sql/optimizer/optimizer_private.h"

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind < RUSH_EXPR_EQUAL || node->kind > RUSH_EXPR_GREATER_EQUAL ||
      !rush_is_deterministic (node) ||
      !rush_expr_semantic_equal (node->children[0], node->children[1]))
    return rush_expr_ref (node);
  if (node->kind == RUSH_EXPR_EQUAL_NULL_SAFE)
    return rush_expr_literal_bool (TRUE);
  if (node->children[0]->nullable || node->children[1]->nullable)
    return rush_expr_ref (node);
  return rush_expr_literal_bool (node->kind == RUSH_EXPR_EQUAL ||
                                 node->kind == RUSH_EXPR_LESS_EQUAL ||
                                 node->kind == RUSH_EXPR_GREATER_EQUAL);
}

RUSH_EXPR_RULE_UP (simplify_binary_comparison, "SimplifyBinaryComparison");
