/* propagate_empty_relation.c - nothing comes of nothing.
 *
 *   Join Inner                          LocalRelation <empty>
 *   ├── LocalRelation <empty>    →
 *   └── t
 *
 *   outer joins keep the other side, with nulls; a union leaves its empty children out; an
 *   aggregate
 *   without groups still gives one row
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
is_empty (const RushPlan *plan)
{
  return plan->kind == RUSH_PLAN_LOCAL_RELATION && plan->as.local.n_rows == 0;
}

/* The columns of @plan, and nulls for those of the empty side. */
static RushPlan *
filled_with_nulls (const RushPlan *join, RushPlan *kept)
{
  GPtrArray *columns = rush_expr_ptr_array ();

  for (guint i = 0; i < join->output->n; i++)
    {
      RushExpr *column = join->output->items[i];
      if (rush_uses_only (column, kept->output))
        g_ptr_array_add (columns, rush_expr_ref (column));
      else
        g_ptr_array_add (columns,
                         rush_expr_alias (rush_expr_literal_null (column->type),
                                          rush_expr_name (column), rush_expr_named_id (column)));
    }
  return rush_plan_project (rush_expr_list_from_array (columns), rush_plan_ref (kept));
}

static RushPlan *
of_join (RushPlan *node)
{
  RushPlan *left = node->children[0], *right = node->children[1];
  gboolean no_left = is_empty (left), no_right = is_empty (right);

  switch (node->as.join.type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
    case RUSH_JOIN_LEFT_SEMI:
      return no_left || no_right ? rush_empty_relation (node->output) : rush_plan_ref (node);
    case RUSH_JOIN_LEFT_ANTI:
      if (no_right)
        return rush_plan_ref (left);
      break;
    case RUSH_JOIN_LEFT_OUTER:
      if (no_right && !no_left)
        return filled_with_nulls (node, left);
      break;
    case RUSH_JOIN_RIGHT_OUTER:
      if (no_right)
        return rush_empty_relation (node->output);
      return no_left ? filled_with_nulls (node, right) : rush_plan_ref (node);
    case RUSH_JOIN_FULL_OUTER:
      if (no_left && no_right)
        return rush_empty_relation (node->output);
      return no_left    ? filled_with_nulls (node, right)
             : no_right ? filled_with_nulls (node, left)
                        : rush_plan_ref (node);
    case RUSH_JOIN_EXISTENCE:
      break;
    }
  return no_left ? rush_empty_relation (node->output) : rush_plan_ref (node);
}

static RushPlan *
of_union (RushPlan *node)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; i < node->n_children; i++)
    if (!is_empty (node->children[i]))
      g_ptr_array_add (kept, node->children[i]);
  if (kept->len == node->n_children)
    return rush_plan_ref (node);
  if (kept->len == 0)
    return rush_empty_relation (node->output);
  for (guint i = 0; i < kept->len; i++)
    rush_plan_ref (kept->pdata[i]);
  g_autoptr (RushPlan) rest =
      kept->len == 1 ? kept->pdata[0]
                     : rush_plan_union (FALSE, FALSE, kept->len, (RushPlan *const *)kept->pdata);
  if (rush_same_columns (rest->output, node->output))
    return g_steal_pointer (&rest);
  GPtrArray *columns = rush_expr_ptr_array (); /* the ids were those of the first child */
  for (guint i = 0; i < rest->output->n; i++)
    g_ptr_array_add (columns, rush_expr_alias (rush_expr_ref (rest->output->items[i]),
                                               rush_expr_name (node->output->items[i]),
                                               rush_expr_named_id (node->output->items[i])));
  return rush_plan_project (rush_expr_list_from_array (columns), g_steal_pointer (&rest));
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  switch ((int)node->kind)
    {
    case RUSH_PLAN_JOIN:
      return of_join (node);
    case RUSH_PLAN_UNION:
      return of_union (node);
    case RUSH_PLAN_AGGREGATE:
      if (node->lists[0]->n == 0)
        break;
      G_GNUC_FALLTHROUGH;
    case RUSH_PLAN_PROJECT:
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_OFFSET:
    case RUSH_PLAN_WINDOW:
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_EXPAND:
    case RUSH_PLAN_DISTINCT:
    case RUSH_PLAN_SAMPLE:
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
      if (is_empty (node->children[0]))
        return rush_empty_relation (node->output);
      break;
    default:
      break;
    }
  return rush_plan_ref (node);
}

RUSH_PLAN_RULE_UP (propagate_empty_relation, "PropagateEmptyRelation");
