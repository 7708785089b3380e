/* reorder_join.c - inner joins in an order in which each has a condition: no needless cross product.
 *
 *   FROM a, b, c WHERE a.x = c.x AND c.y = b.y
 *
 *   Join c.y = b.y                     Join c.y = b.y
 *   ├── Join (none: a × b)        →    ├── Join a.x = c.x
 *   │   ├── a                          │   ├── a
 *   │   └── b                          │   └── c
 *   └── c                              └── b
 *
 * The first input stays first; then comes, in the order written, the first one that a condition ties to
 * what is there.  Costs play no part here (cost_based_join_reorder.c).
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_inner (const RushPlan *plan)
{
  return plan->kind == RUSH_PLAN_JOIN &&
         (plan->as.join.type == RUSH_JOIN_INNER || plan->as.join.type == RUSH_JOIN_CROSS) &&
         plan->as.join.left_hint == RUSH_HINT_NONE && plan->as.join.right_hint == RUSH_HINT_NONE;
}

/* The inputs of joins under @plan, left-deep, and all conditions on the way. */
static void
flatten (RushPlan *plan, GPtrArray *inputs, GPtrArray *conditions)
{
  gboolean filter = plan->kind == RUSH_PLAN_FILTER && is_inner (plan->children[0]) &&
                    rush_is_deterministic (plan->lists[0]->items[0]) &&
                    !(plan->lists[0]->items[0]->flags & RUSH_EXPR_HAS_SUBQUERY);
  if (filter)
    {
      rush_expr_split_conjuncts (plan->lists[0]->items[0], conditions);
      flatten (plan->children[0], inputs, conditions);
      return;
    }
  if (!is_inner (plan))
    {
      g_ptr_array_add (inputs, rush_plan_ref (plan));
      return;
    }
  flatten (plan->children[0], inputs, conditions);
  if (plan->lists[0]->n > 0)
    rush_expr_split_conjuncts (plan->lists[0]->items[0], conditions);
  g_ptr_array_add (inputs, rush_plan_ref (plan->children[1]));
}

static RushExprList *
both_outputs (const RushPlan *left, const RushPlan *right)
{
  GPtrArray *columns = rush_expr_list_copy (left->output);
  for (guint i = 0; i < right->output->n; i++)
    g_ptr_array_add (columns, rush_expr_ref (right->output->items[i]));
  return rush_expr_list_from_array (columns);
}

/* Whether a condition ties the two together, and no third. */
static gboolean
are_tied (const RushPlan *left, const RushPlan *right, const GPtrArray *conditions)
{
  g_autoptr (RushExprList) both = both_outputs (left, right);
  for (guint i = 0; i < conditions->len; i++)
    if (rush_uses_only (conditions->pdata[i], both) &&
        !rush_uses_only (conditions->pdata[i], left->output) &&
        !rush_uses_only (conditions->pdata[i], right->output))
      return TRUE;
  return FALSE;
}

/* The join of the two (taken), with all conditions that they can answer. */
static RushPlan *
joined (RushPlan *left, RushPlan *right, GPtrArray *conditions)
{
  g_autoptr (RushExprList) both = both_outputs (left, right);
  g_autoptr (GPtrArray) on = rush_take_evaluable (conditions, both);
  RushExpr *condition = rush_all_of (g_steal_pointer (&on));
  return rush_plan_join (condition ? RUSH_JOIN_INNER : RUSH_JOIN_CROSS, condition, left, right);
}

static RushPlan *
in_order (GPtrArray *inputs, GPtrArray *conditions)
{
  RushPlan *left = g_ptr_array_steal_index (inputs, 0);
  while (inputs->len > 0)
    {
      guint next = 0;
      while (next < inputs->len && !are_tied (left, inputs->pdata[next], conditions))
        next++;
      left = joined (left, g_ptr_array_steal_index (inputs, next < inputs->len ? next : 0),
                     conditions);
    }
  return left;
}

static RushPlan *
reorder (RushPlan *plan)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  GPtrArray *conditions = rush_expr_ptr_array ();
  flatten (plan, inputs, conditions);
  gboolean movable = inputs->len > 2 && conditions->len > 0;
  for (guint i = 0; i < conditions->len; i++)
    movable = movable && rush_is_deterministic (conditions->pdata[i]);
  if (!movable)
    {
      g_ptr_array_unref (conditions);
      return rush_plan_ref (plan);
    }
  RushPlan *joins = in_order (inputs, conditions); /* takes the conditions that it can use */
  RushPlan *ordered = rush_filter_if_any (conditions, joins);
  if (rush_plan_equal (ordered, plan))
    {
      rush_plan_unref (ordered);
      return rush_plan_ref (plan);
    }
  return rush_project_onto (plan->output, ordered);
}

/* The topmost join of a tree does it for all below; then their inputs. */
static RushPlan *
apply_from (RushPlan *plan, gboolean under_join, gpointer data, GError **error)
{
  gboolean of_joins =
      is_inner (plan) || (plan->kind == RUSH_PLAN_FILTER && is_inner (plan->children[0]));
  g_autoptr (RushPlan) here = of_joins && !under_join ? reorder (plan) : rush_plan_ref (plan);
  if (here->n_children == 0)
    return g_steal_pointer (&here);
  g_autofree RushPlan **children = g_new0 (RushPlan *, here->n_children);
  for (guint i = 0; i < here->n_children; i++)
    {
      gboolean inside = of_joins && (i == 0 || here->kind != RUSH_PLAN_JOIN);
      children[i] = apply_from (here->children[i], inside, data, error);
      if (children[i] == NULL)
        {
          while (i-- > 0)
            rush_plan_unref (children[i]);
          return NULL;
        }
    }
  return rush_plan_with_children (here, children);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return apply_from (plan, FALSE, data, error);
}

const RushRule rush_optimizer_reorder_join = { "ReorderJoin", apply };
