/* pullup_correlated_predicates.c - what a subquery compares with the query around it becomes a
 * condition of the subquery expression; rules that make joins of subqueries find it there.
 *
 *   exists#5 [a#1]                                        exists#5 [a#1] && (a#1 = a#2)
 *   └── Filter (outer(a#1) = a#2)                   →     └── Project [1, a#2]
 *       └── u                                                 └── u
 */
#include "sql/optimizer/decorrelate_private.h"

typedef struct
{
  const RushExprIdSet *outside;
  RushPlan *outer; /* whose columns they are, where that is one plan; or NULL */
} Outside;

/* The attributes of the conditions that are not the subquery's own. */
static gboolean
collect_outer (const RushExpr *node, gpointer data)
{
  GPtrArray **pair = data; /* { plan's output as array, into } */

  if (node->kind == RUSH_EXPR_ATTRIBUTE && !rush_contains_semantic (pair[0], node) &&
      !rush_contains_semantic (pair[1], node))
    g_ptr_array_add (pair[1], rush_expr_ref ((RushExpr *)node));
  return FALSE;
}

static RushExpr *
with_outer_columns (RushExpr *subquery, RushPlan *plan, GPtrArray *conditions)
{
  g_autoptr (GPtrArray) own = rush_expr_list_copy (plan->output);
  g_autoptr (GPtrArray) outer = rush_expr_ptr_array ();
  GPtrArray *pair[2] = { own, outer };

  for (guint i = 0; i < conditions->len; i++)
    rush_expr_visit (conditions->pdata[i], collect_outer, pair);
  g_autoptr (RushExpr) with_plan = rush_expr_with_plan (subquery, plan);
  g_autoptr (RushExpr) with_conditions = rush_expr_with_conditions (
      with_plan, rush_expr_list_from_array (g_ptr_array_ref (conditions)));
  RushExpr *made =
      rush_expr_with_outer (with_conditions, outer->len, (RushExpr *const *)outer->pdata);
  g_ptr_array_set_free_func (outer, NULL);
  return made;
}

static RushExpr *
pull_up (RushExpr *node, gpointer data, GError **error)
{
  const Outside *self = data;
  gboolean scalar = node->kind == RUSH_EXPR_SCALAR_SUBQUERY;

  if (!scalar && node->kind != RUSH_EXPR_EXISTS && node->kind != RUSH_EXPR_IN_SUBQUERY)
    return rush_expr_ref (node);
  if (node->as.subquery.conditions != NULL ||
      (scalar && !rush_plan_is_correlated (node->as.subquery.plan)))
    return rush_expr_ref (node);
  RushSubqueryUse use = scalar                           ? RUSH_USE_VALUE
                        : node->kind == RUSH_EXPR_EXISTS ? RUSH_USE_EXISTS
                                                         : RUSH_USE_ROWS;
  g_autoptr (GPtrArray) conditions = rush_expr_ptr_array ();
  RushPlan *plan =
      rush_decorrelate (node->as.subquery.plan, use, self->outer, self->outside, conditions, error);
  return plan != NULL ? with_outer_columns (node, plan, conditions) : NULL;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  if (!(node->flags & RUSH_EXPR_HAS_SUBQUERY))
    return rush_plan_ref (node);
  g_autoptr (RushExprIdSet) outside = rush_expr_id_set_new ();
  for (guint i = 0; i < node->n_children; i++)
    rush_plan_collect_output_ids (node->children[i], outside);
  Outside self = { outside, node->n_children == 1 ? node->children[0] : NULL };
  return rush_plan_transform_expressions (node, pull_up, &self, error);
}

RUSH_PLAN_RULE_UP (pullup_correlated_predicates, "PullupCorrelatedPredicates");
