/* replace_except_with_filter.c - a table without some of its own rows is a filter.
 *
 *   Except                          Distinct
 *   ├── Filter (v#2 > 0)      →     └── Filter NOT coalesce((v#2 > 5), false)
 *   │   └── t                           └── Filter (v#2 > 0)
 *   └── Filter (v#9 > 5)                    └── t
 *       └── t
 *
 * Both sides must be the same rows but for their filters, and the right one's condition must be on
 * columns that the left side puts out; else it is a join.
 */
#include "sql/optimizer/optimizer_private.h"

static RushPlan *
skip_project (RushPlan *plan)
{
  return plan->kind == RUSH_PLAN_PROJECT ? plan->children[0] : plan;
}

static RushPlan *
skip_filters (RushPlan *plan)
{
  while (plan->kind == RUSH_PLAN_FILTER || plan->kind == RUSH_PLAN_SUBQUERY_ALIAS)
    plan = plan->children[0];
  return plan;
}

/* Plain columns only: what is computed has no name of the table. */
static gboolean
is_plain (const RushPlan *plan)
{
  if (plan->kind == RUSH_PLAN_PROJECT)
    for (guint i = 0; i < plan->lists[0]->n; i++)
      if (plan->lists[0]->items[i]->kind != RUSH_EXPR_ATTRIBUTE)
        return FALSE;
  return TRUE;
}

static gboolean
same_names (const RushPlan *left, const RushPlan *right)
{
  for (guint i = 0; i < left->output->n; i++)
    if (g_strcmp0 (rush_expr_name (left->output->items[i]),
                   rush_expr_name (right->output->items[i])) != 0)
      return FALSE;
  return TRUE;
}

/* The columns of the right table → those that the left side puts out under the same name. */
static RushAliases *
columns_by_name (const RushPlan *left, const RushPlan *right)
{
  RushAliases *map = rush_aliases_new ();

  for (guint i = 0; i < right->output->n; i++)
    for (guint j = 0; j < left->output->n; j++)
      if (g_strcmp0 (rush_expr_name (left->output->items[j]),
                     rush_expr_name (right->output->items[i])) == 0)
        rush_aliases_set (map, rush_expr_named_id (right->output->items[i]),
                          rush_expr_ref (left->output->items[j]));
  return map;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_EXCEPT || node->as.setop.all ||
      !rush_optimization_flag (data, "spark.sql.optimizer.replaceExceptWithFilter", TRUE))
    return rush_plan_ref (node);
  RushPlan *left = node->children[0], *filter = skip_project (node->children[1]);
  if (filter->kind != RUSH_PLAN_FILTER || !is_plain (left) || !is_plain (node->children[1]) ||
      !same_names (left, node->children[1]) ||
      !rush_plan_same_result (skip_filters (skip_project (left)), skip_filters (filter)))
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) all = rush_expr_ptr_array ();
  for (RushPlan *f = filter; f->kind == RUSH_PLAN_FILTER; f = f->children[0])
    g_ptr_array_add (all, rush_expr_ref (f->lists[0]->items[0]));
  g_autoptr (RushExpr) condition = rush_all_of (g_steal_pointer (&all));
  g_autoptr (RushAliases) columns = columns_by_name (left, filter);
  g_autoptr (RushExpr) on_left = rush_substitute (condition, columns);
  if (!rush_is_deterministic (condition) || (condition->flags & RUSH_EXPR_HAS_SUBQUERY) ||
      !rush_uses_only (on_left, left->output))
    return rush_plan_ref (node);
  RushExpr *parts[2] = { g_steal_pointer (&on_left), rush_expr_literal_bool (FALSE) };
  RushExpr *there = rush_expr_new (RUSH_EXPR_COALESCE, 2, parts);
  return rush_plan_distinct (
      rush_plan_filter (rush_expr_unary (RUSH_EXPR_NOT, there), rush_plan_ref (left)));
}

RUSH_PLAN_RULE_UP (replace_except_with_filter, "ReplaceExceptWithFilter");
