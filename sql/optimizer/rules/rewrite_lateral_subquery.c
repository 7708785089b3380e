/* rewrite_lateral_subquery.c - a lateral join is a join whose conditions were inside.
 *
 *   LateralJoin Inner                              Join Inner, (a#1 = a#2)
 *   ├── t                                   →      ├── t
 *   └── Filter (outer(a#1) = a#2)                  └── u
 *       └── u
 *
 *   LateralJoin Inner                              Project [a#1, (a#1 + 1) AS b#2]
 *   ├── t                                   →      └── t
 *   └── Project [(outer(a#1) + 1) AS b#2]
 *       └── OneRowRelation
 */
#include "sql/optimizer/decorrelate_private.h"

/* Expressions over one row can be computed on the left side: Project, Generate over OneRowRelation.
 * */
static gboolean
stands_on_one_row (const RushPlan *plan)
{
  while (plan->kind == RUSH_PLAN_PROJECT || plan->kind == RUSH_PLAN_GENERATE ||
         plan->kind == RUSH_PLAN_SUBQUERY_ALIAS)
    plan = plan->children[0];
  return plan->kind == RUSH_PLAN_ONE_ROW;
}

static RushExpr *
strip (RushExpr *node, gpointer data, GError **error)
{
  return rush_expr_ref (node->kind == RUSH_EXPR_OUTER ? node->children[0] : node);
}

/* @plan with @left in place of the one row; projections keep the left side's columns.  A generator
 * stays as it was written, even for LEFT JOIN LATERAL: rows for which it gives nothing are lost, as
 * they are in Spark. */
static RushPlan *
put_on (RushPlan *plan, RushPlan *left, GError **error)
{
  if (plan->kind == RUSH_PLAN_ONE_ROW)
    return rush_plan_ref (left);
  RushPlan *child = put_on (plan->children[0], left, error);
  if (child == NULL || plan->kind == RUSH_PLAN_SUBQUERY_ALIAS)
    return child;
  g_autoptr (RushPlan) stripped = rush_plan_transform_expressions (plan, strip, NULL, error);
  if (plan->kind == RUSH_PLAN_GENERATE)
    {
      RushPlan *generate = rush_plan_generate (
          rush_expr_ref (stripped->lists[0]->items[0]), plan->as.generate.outer,
          plan->as.generate.qualifier, rush_expr_list_ref (stripped->lists[1]), NULL, child);
      return generate;
    }
  GPtrArray *columns = rush_expr_list_copy (left->output);
  for (guint i = 0; i < stripped->lists[0]->n; i++)
    g_ptr_array_add (columns, rush_expr_ref (stripped->lists[0]->items[i]));
  return rush_plan_project (rush_expr_list_from_array (columns), child);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_LATERAL_JOIN)
    return rush_plan_ref (node);
  RushPlan *left = node->children[0], *right = node->children[1];
  if (stands_on_one_row (right) && node->lists[0]->n == 0)
    {
      RushPlan *made = put_on (right, left, error);
      return made != NULL ? rush_project_onto (node->output, made) : NULL;
    }
  g_autoptr (GPtrArray) conditions = rush_conjuncts_of (node->lists[0]);
  g_autoptr (GPtrArray) pulled = rush_expr_ptr_array ();
  g_autoptr (RushExprIdSet) outside = rush_expr_id_set_new ();
  RushPlan *plan = rush_decorrelate (right, RUSH_USE_ROWS, left, outside, pulled, error);
  if (plan == NULL)
    return NULL;
  for (guint i = 0; i < pulled->len; i++)
    g_ptr_array_add (conditions, rush_expr_ref (pulled->pdata[i]));
  RushPlan *join = rush_plan_join (node->as.join.type, rush_all_of (g_steal_pointer (&conditions)),
                                   rush_plan_ref (left), plan);
  return rush_project_onto (node->output, join);
}

RUSH_PLAN_RULE_UP (rewrite_lateral_subquery, "RewriteLateralSubquery");
