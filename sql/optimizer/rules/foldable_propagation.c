/* foldable_propagation.c - a column that is a constant is the constant wherever it is used.
 *
 *   Sort [one#2 ASC, k#1 ASC]                  Sort [1 ASC, k#1 ASC]
 *   └── Project [k#1, 1 AS one#2]       →      └── Project [k#1, 1 AS one#2]
 *       └── t                                      └── t
 *
 * From the leaves up: a projection and an aggregate say which of their columns are constants; nodes
 * that pass their child's rows on pass that on, too.  An outer join puts nulls into the columns of
 * one side, and a union may have another constant in each child: nothing is known above them.
 */
#include "sql/optimizer/optimizer_private.h"

typedef struct
{
  RushAliases *constants; /* id → literal; of what the plan just seen puts out */
  guint n;
} Known;

static void
known_clear (Known *self)
{
  g_clear_pointer (&self->constants, rush_aliases_free);
  self->n = 0;
}

static void
collect (Known *self, const RushExprList *named)
{
  known_clear (self);
  self->constants = rush_aliases_new ();
  for (guint i = 0; i < named->n; i++)
    {
      RushExpr *item = named->items[i];
      if (item->kind != RUSH_EXPR_ALIAS || !(item->children[0]->flags & RUSH_EXPR_FOLDABLE) ||
          (item->children[0]->flags & RUSH_EXPR_HAS_SUBQUERY))
        continue;
      rush_aliases_set (self->constants, rush_expr_named_id (item),
                        rush_expr_ref (item->children[0]));
      self->n++;
    }
}

/* A node that gives the rows, or some of the rows, of its only child. */
static gboolean
passes_on (const RushPlan *node)
{
  switch ((int)node->kind)
    {
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_DISTINCT:
    case RUSH_PLAN_WINDOW:
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_SAMPLE:
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
    case RUSH_PLAN_SUBQUERY_ALIAS:
      return TRUE;
    default:
      return FALSE;
    }
}

/* The lists of a node with constants in place; columns that a node names keep their names. */
static RushPlan *
with_constants (RushPlan *node, const Known *known)
{
  RushExprList *lists[G_N_ELEMENTS (node->lists)];

  if (known->n == 0)
    return rush_plan_ref (node);
  for (guint i = 0; i < node->n_lists; i++)
    {
      gboolean output = (node->kind == RUSH_PLAN_GENERATE && i == 1) ||
                        (node->kind == RUSH_PLAN_EXPAND && i == 0);
      gboolean named = (node->kind == RUSH_PLAN_PROJECT && i == 0) ||
                       (node->kind == RUSH_PLAN_AGGREGATE && i == 1);
      GPtrArray *items = rush_expr_ptr_array ();
      for (guint j = 0; j < node->lists[i]->n; j++)
        {
          RushExpr *item = node->lists[i]->items[j];
          g_ptr_array_add (items, output  ? rush_expr_ref (item)
                                  : named ? rush_substitute_named (item, known->constants)
                                          : rush_substitute (item, known->constants));
        }
      lists[i] = rush_expr_list_from_array (items);
    }
  return rush_plan_with_lists (node, lists);
}

static RushPlan *propagate (RushPlan *node, Known *out);

static RushPlan *
propagate_unary (RushPlan *node, Known *out)
{
  g_autoptr (RushPlan) over = rush_with_child (node, propagate (node->children[0], out));
  RushPlan *made = node->kind == RUSH_PLAN_PROJECT || node->kind == RUSH_PLAN_AGGREGATE ||
                           node->kind == RUSH_PLAN_EXPAND || passes_on (node)
                       ? with_constants (over, out)
                       : rush_plan_ref (over);

  if (node->kind == RUSH_PLAN_PROJECT || node->kind == RUSH_PLAN_AGGREGATE)
    collect (out, made->lists[node->kind == RUSH_PLAN_PROJECT ? 0 : 1]);
  else if (!passes_on (node))
    known_clear (out);
  return made;
}

/* What is known of one side holds in the condition; above it, too, where no nulls are put in. */
static RushPlan *
propagate_join (RushPlan *node, Known *out)
{
  RushJoinType type = node->as.join.type;
  gboolean left_stays = type != RUSH_JOIN_RIGHT_OUTER && type != RUSH_JOIN_FULL_OUTER;
  gboolean right_stays =
      type == RUSH_JOIN_INNER || type == RUSH_JOIN_CROSS || type == RUSH_JOIN_RIGHT_OUTER;
  Known right = { 0 };
  RushPlan *children[2] = { propagate (node->children[0], out),
                            propagate (node->children[1], &right) };
  g_autoptr (RushPlan) over = rush_plan_with_children (node, children);
  g_autoptr (RushPlan) with_left = with_constants (over, out);
  RushPlan *made = with_constants (with_left, &right);

  if (!left_stays)
    known_clear (out);
  if (right_stays && right.n > 0 && out->n == 0)
    {
      known_clear (out);
      *out = right;
      return made;
    }
  known_clear (&right); /* of both sides, the left one's are kept: enough for one pass */
  return made;
}

static RushPlan *
propagate (RushPlan *node, Known *out)
{
  if (node->n_children == 1)
    return propagate_unary (node, out);
  if (node->kind == RUSH_PLAN_JOIN)
    return propagate_join (node, out);
  if (node->n_children == 0)
    return rush_plan_ref (node);
  g_autofree RushPlan **children = g_new (RushPlan *, node->n_children);
  for (guint i = 0; i < node->n_children; i++)
    {
      children[i] = propagate (node->children[i], out);
      known_clear (out);
    }
  return rush_plan_with_children (node, children);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  Known known = { 0 };
  RushPlan *made = propagate (plan, &known);

  known_clear (&known);
  return made;
}

const RushRule rush_optimizer_foldable_propagation = { "FoldablePropagation", apply };
