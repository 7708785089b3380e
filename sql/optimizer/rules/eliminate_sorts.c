/* eliminate_sorts.c - orders that nobody sees.
 *
 *   Aggregate [a#1] [count(1)]            Aggregate [a#1] [count(1)]
 *   └── Sort [b#2], true           →      └── t
 *       └── t
 *
 * Constants are no order; a sort below a sort, a join or an aggregate that does not care is lost
 * work.
 */
#include "sql/optimizer/optimizer_private.h"

#include <string.h>

/* Through nodes that keep the order, the sort below them taken out. */
static RushPlan *
without_sort (RushPlan *plan)
{
  if (plan->kind == RUSH_PLAN_SORT)
    return without_sort (plan->children[0]);
  if ((plan->kind == RUSH_PLAN_PROJECT && rush_all_deterministic (plan->lists[0])) ||
      (plan->kind == RUSH_PLAN_FILTER && rush_all_deterministic (plan->lists[0])))
    return rush_with_child (plan, without_sort (plan->children[0]));
  return rush_plan_ref (plan);
}

/* Functions whose result depends on the order of rows. */
static gboolean
needs_order (const RushExpr *node, gpointer data)
{
  static const char *const free_of_order[] = { "sum",      "count",    "min",
                                               "max",      "avg",      "mean",
                                               "bool_and", "bool_or",  "every",
                                               "any",      "some",     "count_if",
                                               "stddev",   "variance", "approx_count_distinct" };

  if (node->kind != RUSH_EXPR_AGGREGATE)
    return node->kind == RUSH_EXPR_PYTHON_UDF ? (*(gboolean *)data = TRUE) : FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (free_of_order); i++)
    if (g_str_equal (node->as.aggregate.function->name, free_of_order[i]))
      return FALSE;
  *(gboolean *)data = TRUE;
  return TRUE;
}

static RushPlan *
drop_constants (RushPlan *node)
{
  GPtrArray *orders = rush_expr_ptr_array ();

  for (guint i = 0; i < node->lists[0]->n; i++)
    if (!(node->lists[0]->items[i]->children[0]->flags & RUSH_EXPR_FOLDABLE))
      g_ptr_array_add (orders, rush_expr_ref (node->lists[0]->items[i]));
  if (orders->len > 0)
    return rush_with_list (node, 0, rush_expr_list_from_array (orders));
  g_ptr_array_unref (orders);
  return rush_plan_ref (node->children[0]);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean ordered = FALSE;

  switch ((int)node->kind)
    {
    case RUSH_PLAN_SORT:
      {
        g_autoptr (RushPlan) kept = drop_constants (node);
        if (kept->kind != RUSH_PLAN_SORT || kept != node)
          return g_steal_pointer (&kept);
        if (!node->as.sort.global)
          return g_steal_pointer (&kept);
        return rush_with_child (node, without_sort (node->children[0]));
      }
    case RUSH_PLAN_JOIN:
      if (node->lists[0]->n == 0 || !rush_all_deterministic (node->lists[0]))
        return rush_plan_ref (node);
      return rush_plan_with_children (node, (RushPlan *[]){ without_sort (node->children[0]),
                                                            without_sort (node->children[1]) });
    case RUSH_PLAN_AGGREGATE:
      rush_plan_visit_expressions (node, needs_order, &ordered);
      return ordered ? rush_plan_ref (node)
                     : rush_with_child (node, without_sort (node->children[0]));
    default:
      return rush_plan_ref (node);
    }
}

RUSH_PLAN_RULE_UP (eliminate_sorts, "EliminateSorts");
