/* resolve_subqueries.c - ResolveSubquery: queries inside expressions.
 *
 *   Filter (v#1 > scalar-subquery#9 ['k#2])     the inner query is analyzed alone; names that it
 *   :  +- … Filter (k#5 = outer(k#2))           does not know are looked up in the children of the
 *   +- Relation [k#2, v#1]                      node that the subquery stands in
 *
 * The columns of the query around that it uses become children of the expression, so that rules see
 * that the node needs them.
 *
 * Mirrors: ResolveSubquery,
 SubExprUtils.getOuterReferences. */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushAnalysis *analysis;
  const RushPlan *node;
} Place;

/* ── outer columns ── */

static gboolean
add_outer (const RushExpr *node, gpointer into)
{
  GPtrArray *found = into;

  if (node->kind != RUSH_EXPR_OUTER)
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    if (rush_expr_semantic_equal (found->pdata[i], node->children[0]))
      return TRUE;
  g_ptr_array_add (found, rush_expr_ref (node->children[0]));
  return TRUE;
}

static gboolean
add_outers_of (const RushPlan *plan, gpointer into)
{
  rush_plan_visit_expressions (plan, add_outer, into);
  return FALSE;
}

static GPtrArray *
outer_columns (const RushPlan *plan)
{
  GPtrArray *found = rush_expr_array_new ();

  rush_plan_visit (plan, add_outers_of, found);
  return found;
}

/* ── one subquery ── */

static gboolean
is_subquery (const RushExpr *node)
{
  return node->kind == RUSH_EXPR_SCALAR_SUBQUERY || node->kind == RUSH_EXPR_EXISTS ||
         node->kind == RUSH_EXPR_IN_SUBQUERY;
}

static RushExpr *
resolve_subquery (RushExpr *node, gpointer data, GError **error)
{
  const Place *place = data;
  RushAnalysis inner = *place->analysis;
  g_autoptr (RushPlan) plan = NULL;
  g_autoptr (RushExpr) resolved = NULL;
  g_autoptr (GPtrArray) outer = NULL;

  if (!is_subquery (node) || node->as.subquery.plan->resolved)
    return rush_expr_ref (node);
  inner.outer = place->node;
  inner.parent = place->analysis;
  plan = rush_analysis_run (node->as.subquery.plan, &inner, error);
  if (plan == NULL)
    return NULL;
  resolved = rush_expr_with_plan (node, rush_plan_ref (plan));
  if (!plan->resolved)
    return g_steal_pointer (&resolved);
  outer = outer_columns (plan);
  g_ptr_array_set_free_func (outer, NULL);
  return rush_expr_with_outer (resolved, outer->len, (RushExpr *const *)outer->pdata);
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  Place place = { data, node };

  if (!rush_plan_has_subquery (node))
    return rush_plan_ref (node);
  for (guint i = 0; i < node->n_children; i++)
    if (!node->children[i]->resolved)
      return rush_plan_ref (node);
  return rush_plan_transform_expressions (node, resolve_subquery, &place, error);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_subqueries = { "ResolveSubquery", apply };
