/* rewrite_non_correlated_exists.c - EXISTS that looks at nothing outside is one question for all
 * rows.
 *
 *   exists#5 []                          isnotnull(scalar-subquery#6 [])
 *   └── Filter (w#2 > 1)          →          └── GlobalLimit 1
 *       └── u                                    └── LocalLimit 1
 *                                                    └── Project [1 AS col#7]
 *                                                        └── Filter (w#2 > 1)
 *                                                            └── u
 */
#include "sql/optimizer/decorrelate_private.h"

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_EXISTS || node->n_children > 0 ||
      node->as.subquery.conditions != NULL || rush_plan_is_correlated (node->as.subquery.plan))
    return rush_expr_ref (node);
  RushExpr *one = rush_expr_alias (rush_expr_literal_int (&RUSH_INT32, 1), "col", 0);
  RushPlan *ones =
      rush_plan_project (rush_expr_list_new (1, &one), rush_plan_ref (node->as.subquery.plan));
  RushPlan *plan = rush_plan_limit (rush_expr_literal_int (&RUSH_INT32, 1), ones);
  RushExpr *value = rush_expr_subquery (RUSH_EXPR_SCALAR_SUBQUERY, plan, 0, NULL);
  return rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, value);
}

RUSH_EXPR_RULE_UP (rewrite_non_correlated_exists, "RewriteNonCorrelatedExists");
