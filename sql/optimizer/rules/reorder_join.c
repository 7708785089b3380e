/* reorder_join.c - inner joins in an order in which each has a condition.
 *
 *   FROM part, supplier, partsupp WHERE p_key = ps_part AND s_key = ps_supp
 *
 *   Join s_key = ps_supp AND …              Join s_key = ps_supp
 *   ├── Join (every part, every             ├── Join p_key = ps_part
 *   │   ├── part      supplier!)     →      │   ├── part
 *   │   └── supplier                        │   └── partsupp
 *   └── partsupp                            └── supplier
 *
 * The written order is kept as far as possible: from the left, the first relation is taken that a
 * condition connects with what is joined already.  Which order would be cheapest is not asked.
 *
 * Mirrors:  ReorderJoin, ExtractFiltersAndInnerJoins.
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_plain_inner (const RushPlan *plan)
{
  return plan->kind == RUSH_PLAN_JOIN &&
         (plan->as.join.type == RUSH_JOIN_INNER || plan->as.join.type == RUSH_JOIN_CROSS) &&
         plan->as.join.left_hint == RUSH_HINT_NONE && plan->as.join.right_hint == RUSH_HINT_NONE;
}

/* The relations of the left spine, and all conditions on it. */
static void
flatten (RushPlan *plan, GPtrArray *relations, GPtrArray *conditions)
{
  g_autoptr (GPtrArray) own = NULL;

  if (is_plain_inner (plan))
    {
      flatten (plan->children[0], relations, conditions);
      g_ptr_array_add (relations, rush_plan_ref (plan->children[1]));
      own = rush_conjuncts_of (plan->lists[0]);
    }
  else if (plan->kind == RUSH_PLAN_FILTER && is_plain_inner (plan->children[0]) &&
           rush_all_deterministic (plan->lists[0]))
    {
      flatten (plan->children[0], relations, conditions);
      own = rush_conjuncts_of (plan->lists[0]);
    }
  else
    {
      g_ptr_array_add (relations, rush_plan_ref (plan));
      return;
    }
  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (conditions, rush_expr_ref (own->pdata[i]));
}

static gboolean
uses_only_both (const RushExpr *condition, const RushPlan *left, const RushPlan *right)
{
  g_autoptr (RushExprIdSet) ids = rush_expr_id_set_new ();

  rush_plan_collect_output_ids (left, ids);
  rush_plan_collect_output_ids (right, ids);
  return rush_expr_references_subset (condition, ids);
}

static gboolean
connects (GPtrArray *conditions, const RushPlan *left, const RushPlan *right)
{
  for (guint i = 0; i < conditions->len; i++)
    {
      RushExpr *condition = conditions->pdata[i];
      if (!rush_uses_only (condition, left->output) && !rush_uses_only (condition, right->output) &&
          uses_only_both (condition, left, right))
        return TRUE;
    }
  return FALSE;
}

/* Takes over both relations, and those conditions that can be checked now. */
static RushPlan *
join_two (RushPlan *left, RushPlan *right, GPtrArray *conditions, gboolean last)
{
  GPtrArray *own = rush_expr_ptr_array (), *above = rush_expr_ptr_array ();

  for (guint i = 0; i < conditions->len;)
    {
      RushExpr *condition = conditions->pdata[i];
      gboolean subquery = condition->flags & RUSH_EXPR_HAS_SUBQUERY;
      if (!subquery && uses_only_both (condition, left, right))
        g_ptr_array_add (own, g_ptr_array_steal_index (conditions, i));
      else if (last)
        g_ptr_array_add (above, g_ptr_array_steal_index (conditions, i));
      else
        i++;
    }
  RushExpr *condition = rush_all_of (own);
  return rush_filter_if_any (above, rush_plan_join (RUSH_JOIN_INNER, condition, left, right));
}

static RushPlan *
ordered (GPtrArray *relations, GPtrArray *conditions)
{
  RushPlan *left = g_ptr_array_steal_index (relations, 0);

  while (relations->len > 0)
    {
      guint next = 0;
      for (guint i = 0; i < relations->len; i++)
        if (connects (conditions, left, relations->pdata[i]))
          {
            next = i;
            break;
          }
      RushPlan *right = g_ptr_array_steal_index (relations, next);
      left = join_two (left, right, conditions, relations->len == 0);
    }
  return left;
}

static gboolean
same_order (const RushPlan *plan, GPtrArray *relations)
{
  const RushPlan *spine = plan->kind == RUSH_PLAN_FILTER ? plan->children[0] : plan;

  for (guint i = relations->len; i-- > 1; spine = spine->children[0])
    {
      while (spine->kind == RUSH_PLAN_FILTER)
        spine = spine->children[0];
      if (spine->kind != RUSH_PLAN_JOIN || spine->children[1] != relations->pdata[i])
        return FALSE;
    }
  return TRUE;
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean filtered = node->kind == RUSH_PLAN_FILTER && is_plain_inner (node->children[0]);

  if (!filtered && !is_plain_inner (node))
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) relations =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  g_autoptr (GPtrArray) conditions = rush_expr_ptr_array ();
  flatten (node, relations, conditions);
  if (relations->len < 3 || conditions->len == 0)
    return rush_plan_ref (node);
  g_autoptr (GPtrArray) before = g_ptr_array_copy (relations, NULL, NULL);
  g_ptr_array_set_free_func (before, NULL);
  g_autoptr (RushPlan) made = ordered (relations, conditions);
  /* Taken apart and put together as it was: leave it, so that the batch comes to rest. */
  if (same_order (made, before) && !filtered)
    return rush_plan_ref (node);
  return rush_project_onto (node->output, g_steal_pointer (&made));
}

RUSH_PLAN_RULE_DOWN (reorder_join, "ReorderJoin");
