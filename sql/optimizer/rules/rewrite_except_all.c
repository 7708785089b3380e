/* rewrite_except_all.c - EXCEPT ALL: each row as often as it comes left, less as often as right.
 *
 *   Except All           Project [a#1]
 *   ├── t         →      └── Generate replicaterows(sum#5, a#1)
 *   └── u                    └── Filter (sum#5 > 0)
 *                                └── Aggregate [a#1], [a#1, sum(vcol#3) AS sum#5]
 *                                    └── Union
 *                                        ├── Project [1 AS vcol#3, a#1]
 *                                        │   └── t
 *                                        └── Project [-1 AS vcol#4, b#2]
 *                                            └── u
 */
#include "sql/optimizer/set_operations_private.h"

static RushExpr *
vcol (gint64 value)
{
  return rush_expr_alias (rush_expr_literal_int (&RUSH_INT64, value), "vcol", 0);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_EXCEPT || !node->as.setop.all)
    return rush_plan_ref (node);
  const RushExprList *columns = node->children[0]->output;
  RushPlan *both =
      rush_union_of_marked (node, 1, (RushExpr *[]){ vcol (1) }, (RushExpr *[]){ vcol (-1) });
  RushExpr *sum = rush_aggregate_of ("sum", rush_expr_ref (both->output->items[0]), "sum");
  g_autoptr (RushExpr) count = rush_expr_to_attribute (sum);
  GPtrArray *results = rush_expr_list_copy (columns);
  g_ptr_array_add (results, sum);
  RushPlan *counted =
      rush_plan_aggregate (rush_expr_list_from_array (rush_expr_list_copy (columns)),
                           rush_expr_list_from_array (results), both);
  RushExpr *left_over = rush_expr_binary (RUSH_EXPR_GREATER, rush_expr_ref (count),
                                          rush_expr_literal_int (&RUSH_INT64, 0));
  return rush_replicated (columns, g_steal_pointer (&count), rush_plan_filter (left_over, counted));
}

RUSH_PLAN_RULE_UP (rewrite_except_all, "RewriteExceptAll");
