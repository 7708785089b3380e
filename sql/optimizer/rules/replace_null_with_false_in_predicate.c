/* replace_null_with_false_in_predicate.c - a filter cannot tell null from false.
 *
 *   Filter (null AND (a#1 > 1))           →  Filter (false AND (a#1 > 1))
 *   Filter if((a#1 > 1), true, null)      →  Filter if((a#1 > 1), true, false)
 *   Filter a#1 NOT IN (1, null)           →  Filter false
 *   if(null, a, b)                        →  if(false, a, b)
 *
 * Holds for conditions of filters and joins, of IF and CASE, and below AND, OR and branches in
 * these; not below NOT, where null and false differ.
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
has_null (const RushExpr *in)
{
  for (guint i = 0; i < in->n_children; i++)
    if (rush_expr_is_literal_null (in->children[i]))
      return TRUE;
  return FALSE;
}

/* A condition; (transfer full) */
static RushExpr *
without_null (RushExpr *expr)
{
  gboolean branches = expr->kind == RUSH_EXPR_IF || expr->kind == RUSH_EXPR_CASE_WHEN;

  if (rush_expr_is_literal_null (expr) && expr->type->kind == RUSH_TYPE_BOOL)
    return rush_expr_literal_bool (FALSE);
  if (expr->kind == RUSH_EXPR_NOT && expr->children[0]->kind == RUSH_EXPR_IN &&
      has_null (expr->children[0]))
    return rush_expr_literal_bool (FALSE);
  if (expr->kind != RUSH_EXPR_AND && expr->kind != RUSH_EXPR_OR &&
      (!branches || expr->type == NULL || expr->type->kind != RUSH_TYPE_BOOL))
    return rush_expr_ref (expr);
  g_autofree RushExpr **children = g_new (RushExpr *, expr->n_children);
  for (guint i = 0; i < expr->n_children; i++)
    children[i] = without_null (expr->children[i]);
  if (expr->kind == RUSH_EXPR_CASE_WHEN && expr->n_children % 2 == 0 && expr->n_children == 2 &&
      rush_expr_is_true (children[1]))
    {
      rush_expr_unref (children[1]); /* CASE WHEN c THEN true END, where null is false */
      return children[0];
    }
  return rush_expr_with_children (expr, children);
}

static RushExpr *
in_branches (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_IF && node->kind != RUSH_EXPR_CASE_WHEN)
    return rush_expr_ref (node);
  g_autofree RushExpr **children = g_new (RushExpr *, node->n_children);
  for (guint i = 0; i < node->n_children; i++)
    {
      gboolean condition = i % 2 == 0 && (i + 1 < node->n_children);
      children[i] =
          condition ? without_null (node->children[i]) : rush_expr_ref (node->children[i]);
    }
  return rush_expr_with_children (node, children);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (RushPlan) inside = rush_plan_transform_expressions (node, in_branches, data, error);

  if (inside == NULL || (inside->kind != RUSH_PLAN_FILTER && inside->kind != RUSH_PLAN_JOIN) ||
      inside->lists[0]->n == 0)
    return g_steal_pointer (&inside);
  RushExpr *condition = without_null (inside->lists[0]->items[0]);
  return rush_with_list (inside, 0, rush_expr_list_new (1, &condition));
}

RUSH_PLAN_RULE_UP (replace_null_with_false_in_predicate, "ReplaceNullWithFalseInPredicate");
