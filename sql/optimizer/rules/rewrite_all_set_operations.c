/* rewrite_all_set_operations.c - EXCEPT ALL and INTERSECT ALL: equal rows are numbered, and numbers
 * compared.
 *
 *   Except All           Project [a#1]
 *   ├── t         →      └── Join LeftAnti, (a#1 <=> b#2) AND (n#7 = n#8)
 *   └── u                    ├── Window [row_number() AS n#7], [a#1]
 *                            │   └── t
 *                            └── Window [row_number() AS n#8], [b#2]
 *                                └── u
 *
 * The third 'x' of one side meets the third 'x' of the other, if there is one.  (Spark counts
 * equal rows on both sides and repeats each by the difference, with a generator of its own; the
 * rows are the same.)
 */
#include "sql/optimizer/optimizer_private.h"

/* @side with one more column: the row's number among its equals. */
static RushPlan *
numbered (RushPlan *side, RushExpr **out_number)
{
  const RushFunction *row_number = rush_function_find ("row_number");
  RushExpr *call =
      rush_expr_function (row_number, "row_number", &RUSH_INT32, FALSE, RUSH_EVAL_ANSI, 0, NULL);
  RushWindowFrame frame = { .given = TRUE,
                            .rows = TRUE,
                            .lower = RUSH_BOUND_UNBOUNDED_PRECEDING,
                            .upper = RUSH_BOUND_CURRENT_ROW };
  GPtrArray *orders = rush_expr_ptr_array ();

  for (guint i = 0; i < side->output->n; i++)
    g_ptr_array_add (orders,
                     rush_expr_sort_order (rush_expr_ref (side->output->items[i]), FALSE, FALSE));
  RushExprList *order = rush_expr_list_from_array (orders);
  RushExpr *alias = rush_expr_alias (rush_expr_window (call, side->output, order, &frame), "n", 0);
  *out_number = rush_expr_to_attribute (alias);
  return rush_plan_window (rush_expr_list_new (1, &alias), rush_expr_list_ref (side->output), order,
                           rush_plan_ref (side));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean except = node->kind == RUSH_PLAN_EXCEPT;

  if ((!except && node->kind != RUSH_PLAN_INTERSECT) || !node->as.setop.all)
    return rush_plan_ref (node);
  RushExpr *left_number, *right_number;
  RushPlan *left = numbered (node->children[0], &left_number);
  RushPlan *right = numbered (node->children[1], &right_number);
  RushExpr *same = rush_null_safe_equal (node->children[0], node->children[1]);
  RushExpr *condition = rush_expr_binary (
      RUSH_EXPR_AND, same, rush_expr_binary (RUSH_EXPR_EQUAL, left_number, right_number));
  return rush_project_onto (
      node->output,
      rush_plan_join (except ? RUSH_JOIN_LEFT_ANTI : RUSH_JOIN_LEFT_SEMI, condition, left, right));
}

RUSH_PLAN_RULE_UP (rewrite_all_set_operations, "RewriteExceptAll");
