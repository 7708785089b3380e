/* infer_window_group_limit.c - of each partition only the first rows are asked for.
 *
 *   Filter (r#3 <= 2)                            Filter (r#3 <= 2)
 *   └── Window [rank() AS r#3], [k#1], [v#2]  →  └── Window [rank() AS r#3], [k#1], [v#2]
 *       └── t                                        └── WindowGroupLimit [k#1], [v#2], rank(), 2
 *                                                        └── t
 *
 * "The best three of each": the physical plan throws the other rows away before they are shuffled
 * (each task keeps the first of its own) and again behind.  All windows must look at what comes
 * before a row alone.  row_number over everything is a plain limit.
 */
#include "sql/optimizer/windows_private.h"

/* The largest rank that passes; −1: any. */
static gint64
limit_in (const RushExpr *conjunct, RushExprId rank)
{
  static const struct
  {
    RushExprKind kind; /* rank ∘ n */
    RushExprKind mirrored;
    gint64 less;
  } forms[] = { { RUSH_EXPR_EQUAL, RUSH_EXPR_EQUAL, 0 },
                { RUSH_EXPR_LESS_EQUAL, RUSH_EXPR_GREATER_EQUAL, 0 },
                { RUSH_EXPR_LESS, RUSH_EXPR_GREATER, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    for (guint side = 0; side < 2; side++)
      {
        if (conjunct->kind != (side == 0 ? forms[i].kind : forms[i].mirrored))
          continue;
        const RushExpr *column = conjunct->children[side], *n = conjunct->children[1 - side];
        if (column->kind == RUSH_EXPR_ATTRIBUTE && column->as.attribute.id == rank &&
            n->kind == RUSH_EXPR_LITERAL && !rush_expr_is_literal_null (n) &&
            n->type->kind == RUSH_TYPE_INT32)
          return MAX (rush_column_get_int (n->as.literal.value, 0) - forms[i].less, 0);
      }
  return -1;
}

static gint64
smallest_limit (const GPtrArray *conjuncts, RushExprId rank)
{
  gint64 smallest = -1;

  for (guint i = 0; i < conjuncts->len; i++)
    {
      gint64 limit = limit_in (conjuncts->pdata[i], rank);
      if (limit >= 0 && (smallest < 0 || limit < smallest))
        smallest = limit;
    }
  return smallest;
}

static gboolean
only_looks_back (const RushExpr *item)
{
  if (item->kind != RUSH_EXPR_ALIAS || item->children[0]->kind != RUSH_EXPR_WINDOW)
    return FALSE;
  const RushWindowFrame *frame = &item->children[0]->as.window.frame;
  return (frame->given && frame->rows && frame->lower == RUSH_BOUND_UNBOUNDED_PRECEDING &&
          frame->upper == RUSH_BOUND_CURRENT_ROW) ||
         rush_rank_function_of (item) != NULL;
}

/* Of the ranks that the filter limits: row_number first, then the smallest. */
static const RushExpr *
choose_rank (const RushPlan *window, const GPtrArray *conjuncts, gint64 *out_limit)
{
  const RushExpr *best = NULL;
  gboolean best_is_number = FALSE;

  for (guint i = 0; i < window->lists[0]->n; i++)
    {
      const RushExpr *item = window->lists[0]->items[i], *call = rush_rank_function_of (item);
      if (!only_looks_back (item))
        return NULL;
      gint64 limit = call != NULL ? smallest_limit (conjuncts, rush_expr_named_id (item)) : -1;
      if (limit < 0)
        continue;
      gboolean number = g_str_equal (call->as.function.function->name, "row_number");
      if (best == NULL || (number && !best_is_number) ||
          (number == best_is_number && limit < *out_limit))
        {
          best = call;
          best_is_number = number;
          *out_limit = limit;
        }
    }
  return best;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gint64 limit = 0,
         threshold =
             rush_optimization_number (data, "spark.sql.optimizer.windowGroupLimitThreshold", 1000);

  if (node->kind != RUSH_PLAN_FILTER || node->children[0]->kind != RUSH_PLAN_WINDOW)
    return rush_plan_ref (node);
  RushPlan *window = node->children[0], *child = window->children[0];
  if (child->kind == RUSH_PLAN_WINDOW_GROUP_LIMIT || window->lists[2]->n == 0)
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) conjuncts = rush_conjuncts_of (node->lists[0]);
  const RushExpr *rank = choose_rank (window, conjuncts, &limit);
  gint64 rows = rush_plan_max_rows (child);
  if (rank == NULL || limit > threshold || (rows >= 0 && rows <= limit))
    return rush_plan_ref (node);
  if (limit == 0)
    return rush_empty_relation (node->output);
  if (window->lists[1]->n == 0 && g_str_equal (rank->as.function.function->name, "row_number"))
    return rush_with_child (
        node, rush_plan_limit (rush_expr_literal_int (&RUSH_INT32, limit), rush_plan_ref (window)));
  RushPlan *limited = rush_plan_window_group_limit (
      rush_expr_list_ref (window->lists[1]), rush_expr_list_ref (window->lists[2]),
      rush_expr_ref ((RushExpr *)rank), limit, rush_plan_ref (child));
  return rush_with_child (node, rush_with_child (window, limited));
}

RUSH_PLAN_RULE_UP (infer_window_group_limit, "InferWindowGroupLimit");
