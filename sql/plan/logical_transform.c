/* logical_transform.c - walks and rewrites of plans (tree_node.c has the walk itself), of their
 * expressions, and of the plans within those.
 *
 * Mirrors: org.apache.spark.sql.catalyst.plans.QueryPlan. */
#include "sql/plan/logical_private.h"
#include "sql/plan/tree_node_private.h"

/* ── the kind of tree ── */

static gpointer
ref_node (gpointer node)
{
  return rush_plan_ref (node);
}

static void
unref_node (gpointer node)
{
  rush_plan_unref (node);
}

static gpointer
with_children (gpointer node, gpointer const *children)
{
  return rush_plan_with_children (node, (RushPlan *const *)children);
}

static const RushTreeClass tree = {
  .n_children_offset = G_STRUCT_OFFSET (RushPlan, n_children),
  .children_offset = G_STRUCT_OFFSET (RushPlan, children),
  .ref = ref_node,
  .unref = unref_node,
  .with_children = with_children,
};

/* A function with the type that its callers know, behind one that the walk knows. */
typedef struct
{
  RushPlanTransform func;
  gpointer data;
} PlanTransform;

static gpointer
call_transform (gpointer node, gpointer data, GError **error)
{
  PlanTransform *transform = data;

  return transform->func (node, transform->data, error);
}

RushPlan *
rush_plan_transform_up (RushPlan *self, RushPlanTransform func, gpointer data, GError **error)
{
  PlanTransform transform = { func, data };

  return rush_tree_transform_up (&tree, self, call_transform, &transform, error);
}

RushPlan *
rush_plan_transform_down (RushPlan *self, RushPlanTransform func, gpointer data, GError **error)
{
  PlanTransform transform = { func, data };

  return rush_tree_transform_down (&tree, self, call_transform, &transform, error);
}

/* ── expressions ── */

RushPlan *
rush_plan_transform_expressions (RushPlan *self, RushExprTransform func, gpointer data,
                                 GError **error)
{
  RushExprList *lists[G_N_ELEMENTS (self->lists)] = { NULL };

  for (guint i = 0; i < self->n_lists; i++)
    {
      lists[i] = rush_expr_list_transform_up (self->lists[i], func, data, error);
      if (lists[i] == NULL)
        {
          while (i-- > 0)
            rush_expr_list_unref (lists[i]);
          return NULL;
        }
    }
  return rush_plan_with_lists (self, lists);
}

typedef struct
{
  RushExprTransform func;
  gpointer data;
} ExprTransform;

static RushPlan *
transform_expressions_of (RushPlan *node, gpointer data, GError **error)
{
  ExprTransform *transform = data;

  return rush_plan_transform_expressions (node, transform->func, transform->data, error);
}

RushPlan *
rush_plan_transform_all_expressions (RushPlan *self, RushExprTransform func, gpointer data,
                                     GError **error)
{
  ExprTransform transform = { func, data };

  return rush_plan_transform_up (self, transform_expressions_of, &transform, error);
}

/* ── subqueries ── */

static gboolean
is_subquery (const RushExpr *node)
{
  return node->kind == RUSH_EXPR_SCALAR_SUBQUERY || node->kind == RUSH_EXPR_EXISTS ||
         node->kind == RUSH_EXPR_IN_SUBQUERY;
}

static RushExpr *
transform_subquery (RushExpr *node, gpointer data, GError **error)
{
  PlanTransform *transform = data;
  RushPlan *plan;

  if (!is_subquery (node))
    return rush_expr_ref (node);
  plan = rush_plan_transform_up_with_subqueries (node->as.subquery.plan, transform->func,
                                                 transform->data, error);
  return plan != NULL ? rush_expr_with_plan (node, plan) : NULL;
}

static RushPlan *
transform_with_subqueries (RushPlan *node, gpointer data, GError **error)
{
  PlanTransform *transform = data;
  g_autoptr (RushPlan) inner = NULL;

  if (!rush_plan_has_subquery (node))
    return transform->func (node, transform->data, error);
  inner = rush_plan_transform_expressions (node, transform_subquery, transform, error);
  return inner != NULL ? transform->func (inner, transform->data, error) : NULL;
}

RushPlan *
rush_plan_transform_up_with_subqueries (RushPlan *self, RushPlanTransform func, gpointer data,
                                        GError **error)
{
  PlanTransform transform = { func, data };

  return rush_plan_transform_up (self, transform_with_subqueries, &transform, error);
}

/* ── visits ── */

typedef struct
{
  RushPlanVisit func;
  gpointer data;
} PlanVisit;

static gboolean
call_visit (gconstpointer node, gpointer data)
{
  PlanVisit *visit = data;

  return visit->func (node, visit->data);
}

void
rush_plan_visit (const RushPlan *self, RushPlanVisit func, gpointer data)
{
  PlanVisit visit = { func, data };

  rush_tree_visit (&tree, self, call_visit, &visit);
}

void
rush_plan_visit_expressions (const RushPlan *self, RushExprVisit func, gpointer data)
{
  for (guint i = 0; i < self->n_lists; i++)
    for (guint j = 0; j < self->lists[i]->n; j++)
      rush_expr_visit (self->lists[i]->items[j], func, data);
}
