/* logical_transform.c - walking and rewriting plans without recursion; as expression_transform.c.
 *
 * Mirrors: org.apache.spark.sql.catalyst.plans.QueryPlan,
 trees.TreeNode. */
#include "sql/plan/logical_private.h"

typedef struct
{
  RushPlan *node; /* (owned) */
  guint done;
  RushPlan **children;
} Frame;

typedef struct
{
  GArray *frames;
  RushPlanTransform func;
  gpointer data;
  gboolean up;
} Walk;

static gboolean
push (Walk *walk, RushPlan *node, GError **error)
{
  Frame frame = { NULL, 0, NULL };

  frame.node = walk->up ? rush_plan_ref (node) : walk->func (node, walk->data, error);
  if (frame.node == NULL)
    return FALSE;
  frame.children = frame.node->n_children > 0 ? g_new (RushPlan *, frame.node->n_children) : NULL;
  g_array_append_val (walk->frames, frame);
  return TRUE;
}

static void
drop_all (Walk *walk)
{
  for (guint i = 0; i < walk->frames->len; i++)
    {
      Frame *frame = &g_array_index (walk->frames, Frame, i);

      for (guint j = 0; j < frame->done; j++)
        rush_plan_unref (frame->children[j]);
      g_free (frame->children);
      rush_plan_unref (frame->node);
    }
  g_array_unref (walk->frames);
}

static RushPlan *
pop (Walk *walk, GError **error)
{
  Frame frame = g_array_index (walk->frames, Frame, walk->frames->len - 1);
  RushPlan *node = rush_plan_with_children (frame.node, frame.children);

  g_array_set_size (walk->frames, walk->frames->len - 1);
  g_free (frame.children);
  rush_plan_unref (frame.node);
  if (walk->up)
    {
      RushPlan *changed = walk->func (node, walk->data, error);

      rush_plan_unref (node);
      return changed;
    }
  return node;
}

static RushPlan *
transform (RushPlan *self, RushPlanTransform func, gpointer data, gboolean up, GError **error)
{
  Walk walk = { g_array_new (FALSE, FALSE, sizeof (Frame)), func, data, up };
  RushPlan *result = NULL;
  gboolean going = push (&walk, self, error);

  while (going && walk.frames->len > 0)
    {
      Frame *top = &g_array_index (walk.frames, Frame, walk.frames->len - 1);

      if (top->done < top->node->n_children)
        {
          going = push (&walk, top->node->children[top->done], error);
          continue;
        }
      result = pop (&walk, error);
      going = result != NULL;
      if (going && walk.frames->len > 0)
        {
          top = &g_array_index (walk.frames, Frame, walk.frames->len - 1);
          top->children[top->done++] = result;
        }
    }
  drop_all (&walk);
  return going ? result : NULL;
}

RushPlan *
rush_plan_transform_up (RushPlan *self, RushPlanTransform func, gpointer data, GError **error)
{
  return transform (self, func, data, TRUE, error);
}

RushPlan *
rush_plan_transform_down (RushPlan *self, RushPlanTransform func, gpointer data, GError **error)
{
  return transform (self, func, data, FALSE, error);
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

typedef struct
{
  RushPlanTransform func;
  gpointer data;
} PlanTransform;

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

void
rush_plan_visit (const RushPlan *self, RushPlanVisit func, gpointer data)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  g_ptr_array_add (rest, (gpointer)self);
  while (rest->len > 0)
    {
      const RushPlan *node = g_ptr_array_steal_index_fast (rest, rest->len - 1);

      if (func (node, data))
        continue;
      for (guint i = node->n_children; i > 0; i--)
        g_ptr_array_add (rest, node->children[i - 1]);
    }
}

void
rush_plan_visit_expressions (const RushPlan *self, RushExprVisit func, gpointer data)
{
  for (guint i = 0; i < self->n_lists; i++)
    for (guint j = 0; j < self->lists[i]->n; j++)
      rush_expr_visit (self->lists[i]->items[j], func, data);
}
