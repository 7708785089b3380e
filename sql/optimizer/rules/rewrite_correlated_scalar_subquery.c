/* rewrite_correlated_scalar_subquery.c - one value for each row: an outer join with the groups.
 *
 *   Filter (b#2 > scalar-subquery#5 [a#1] && (a#1 = k#3))
 *   │             └── Aggregate [k#3] [avg(x#4) AS m#6, k#3]
 *   └── t
 *                                 ↓
 *   Project [a#1, b#2]
 *   └── Filter (b#2 > m#6)
 *       └── Join LeftOuter, (a#1 = k#3)
 *           ├── t
 *           └── Aggregate [k#3] [avg(x#4) AS m#6, k#3]
 *
 * An outer row without a group gets null, which is what avg of no rows is.  count of no rows is 0:
 * where the value of an empty group is not null, the groups carry a column that is true, and where
 * that is null the value for no rows stands in.
 */
#include "sql/optimizer/decorrelate_private.h"

#include <string.h>

static gboolean
is_correlated_scalar (const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_SCALAR_SUBQUERY && expr->as.subquery.conditions != NULL &&
         expr->as.subquery.conditions->n > 0;
}

/* ---- what an aggregate gives for no rows ---- */

static RushExpr *
of_no_rows (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind == RUSH_EXPR_AGGREGATE)
    return rush_aggregate_of_no_rows (node);
  return node->kind == RUSH_EXPR_ATTRIBUTE ? rush_expr_literal_null (node->type)
                                           : rush_expr_ref (node);
}

/* The subquery's value where there is no group: a literal; NULL with @error. */
static RushExpr *
value_of_no_rows (RushPlan *plan, RushExpr *column, RushOptimization *self, GError **error)
{
  g_autoptr (RushExpr) expr = rush_expr_ref (column);

  while (plan->kind == RUSH_PLAN_PROJECT || plan->kind == RUSH_PLAN_SUBQUERY_ALIAS)
    {
      if (plan->kind == RUSH_PLAN_PROJECT)
        {
          g_autoptr (RushAliases) aliases = rush_aliases_of (plan->lists[0]);
          RushExpr *below = rush_substitute (expr, aliases);
          rush_expr_unref (expr);
          expr = below;
        }
      plan = plan->children[0];
    }
  if (plan->kind != RUSH_PLAN_AGGREGATE)
    return rush_expr_literal_null (column->type);
  g_autoptr (RushAliases) aliases = rush_aliases_of (plan->lists[1]);
  g_autoptr (RushExpr) whole = rush_substitute (expr, aliases);
  g_autoptr (RushExpr) empty = rush_expr_transform_down (whole, of_no_rows, NULL, error);
  if (empty == NULL || !(empty->flags & RUSH_EXPR_FOLDABLE))
    return empty != NULL ? rush_expr_literal_null (column->type) : NULL;
  return rush_evaluate_constant (empty, self->evaluation, error);
}

/* ---- the join ---- */

typedef struct
{
  RushOptimization *optimization;
  RushPlan *plan; /* (owned) the outer plan, with more and more joins */
} Joins;

/* @plan's columns, and one that is true. */
static RushPlan *
with_always_true (RushPlan *plan, RushExpr **out_column)
{
  GPtrArray *columns = rush_expr_list_copy (plan->output);
  RushExpr *alias = rush_expr_alias (rush_expr_literal_bool (TRUE), "alwaysTrue", 0);
  g_autoptr (RushExpr) attribute = rush_expr_to_attribute (alias);

  *out_column = rush_expr_with_nullable (attribute, TRUE);
  g_ptr_array_add (columns, alias);
  return rush_plan_project (rush_expr_list_from_array (columns), plan);
}

static RushExpr *
to_column (RushExpr *node, gpointer data, GError **error)
{
  Joins *self = data;

  if (!is_correlated_scalar (node))
    return rush_expr_ref (node);
  RushPlan *plan = rush_plan_ref (node->as.subquery.plan);
  RushExpr *condition = rush_all_of (rush_expr_list_copy (node->as.subquery.conditions));
  plan = rush_deconflict (plan, self->plan->output, &condition);
  g_autoptr (RushExpr) empty =
      value_of_no_rows (plan, plan->output->items[0], self->optimization, error);
  if (empty == NULL)
    {
      rush_plan_unref (plan);
      rush_expr_unref (condition);
      return NULL;
    }
  RushExpr *value = rush_expr_with_nullable (plan->output->items[0], TRUE);
  if (!rush_expr_is_literal_null (empty))
    {
      RushExpr *always_true;
      plan = with_always_true (plan, &always_true);
      value = rush_expr_new (RUSH_EXPR_IF, 3,
                             (RushExpr *[]){ rush_expr_unary (RUSH_EXPR_IS_NULL, always_true),
                                             g_steal_pointer (&empty), value });
    }
  self->plan = rush_plan_join (RUSH_JOIN_LEFT_OUTER, condition, self->plan, plan);
  return value;
}

/* ---- the rule ---- */

static gboolean
find_scalar (const RushExpr *node, gpointer data)
{
  if (is_correlated_scalar (node))
    *(gboolean *)data = TRUE;
  return *(gboolean *)data;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean any = FALSE;

  if (!(node->flags & RUSH_EXPR_HAS_SUBQUERY) || node->n_children != 1)
    return rush_plan_ref (node);
  rush_plan_visit_expressions (node, find_scalar, &any);
  if (!any)
    return rush_plan_ref (node);
  Joins joins = { data, rush_plan_ref (node->children[0]) };
  g_autoptr (RushPlan) replaced = rush_plan_transform_expressions (node, to_column, &joins, error);
  if (replaced == NULL)
    {
      rush_plan_unref (joins.plan);
      return NULL;
    }
  RushPlan *made = rush_with_child (replaced, joins.plan);
  return rush_project_onto (node->output, made);
}

RUSH_PLAN_RULE_UP (rewrite_correlated_scalar_subquery, "RewriteCorrelatedScalarSubquery");
