/* global_aggregates.c - GlobalAggregates: an aggregate function in a plain SELECT list.
 *
 *   Project [sum(v#1)]  →  Aggregate [sum(v#1)]
 *
 * Functions over a window do not count.
 *
 * Mirrors: GlobalAggregates.
 */
#include "sql/analyzer/analysis_private.h"

/* The first one goes to @found. */
static gboolean
find_aggregate (const RushExpr *node, gpointer found)
{
  if (node->kind == RUSH_EXPR_WINDOW)
    {
      /* sum(sum(v)) OVER (…): the inner one counts; so do those of the specification. */
      for (guint i = 0; i < node->n_children; i++)
        {
          const RushExpr *child = node->children[i];

          if (i > 0)
            rush_expr_visit (child, find_aggregate, found);
          for (guint j = 0; i == 0 && j < child->n_children; j++)
            rush_expr_visit (child->children[j], find_aggregate, found);
        }
      return TRUE;
    }
  if (node->kind == RUSH_EXPR_AGGREGATE || rush_expr_aggregates_in_python (node))
    *(const RushExpr **)found = node;
  return *(const RushExpr **)found != NULL;
}

/* FROM t |> EXTEND sum(v): a step says AGGREGATE if it means that. */
static void
set_misplaced (GError **error, const char *step, const RushExpr *aggregate)
{
  g_autofree char *text = rush_expr_to_pretty_sql (aggregate);

  rush_sql_error_set (error, RUSH_SQL_CLASS_PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION,
                      &aggregate->context, "expr", text, "clause", step, NULL);
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  const RushExpr *found = NULL;

  if (node->kind != RUSH_PLAN_PROJECT || !(node->flags & RUSH_EXPR_HAS_AGGREGATE))
    return rush_plan_ref (node);
  rush_plan_visit_expressions (node, find_aggregate, &found);
  if (found == NULL)
    return rush_plan_ref (node);
  if (node->as.project.step != NULL)
    {
      set_misplaced (error, node->as.project.step, found);
      return NULL;
    }
  {
    g_autoptr (RushPlan) aggregate = rush_plan_aggregate (NULL, rush_expr_list_ref (node->lists[0]),
                                                          rush_plan_ref (node->children[0]));
    g_autoptr (RushPlan) placed = rush_plan_with_context (aggregate, &node->context);

    return node->plan_id >= 0 ? rush_plan_with_id (placed, node->plan_id)
                              : g_steal_pointer (&placed);
  }
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_global_aggregates = { "GlobalAggregates", apply };
