/* extract_python_udf_from_aggregate.c - Python's functions of what an aggregate makes go above it.
 *
 *   Aggregate [k#1]                              Project [f(agg#8) AS s#2]
 *             [f(sum(v#3)) AS s#2]       →       └── Aggregate [k#1], [sum(v#3) AS agg#8]
 *   └── t                                            └── t
 *
 * Calls on single rows, as in sum (f (v)), stay: they are evaluated below the node.
 *
 * Mirrors:  ExtractPythonUDFFromAggregate.
 */
#include "sql/optimizer/optimizer_private.h"

typedef struct
{
  const RushExprList *grouping;
  GPtrArray *made; /* what the aggregate gives: named expressions */
} Split;

/* A value that the aggregate gives a group. */
static gboolean
belongs_to_aggregate (const RushExpr *expr, const RushExprList *grouping)
{
  if (expr->kind == RUSH_EXPR_AGGREGATE)
    return TRUE;
  for (guint i = 0; i < grouping->n; i++)
    if (rush_expr_semantic_equal (grouping->items[i], expr))
      return TRUE;
  return FALSE;
}

typedef struct
{
  const RushExprList *grouping;
  gboolean found;
} Search;

static gboolean
find_value (const RushExpr *node, gpointer data)
{
  Search *search = data;

  return search->found |= belongs_to_aggregate (node, search->grouping);
}

static gboolean
find_udf_of_group (const RushExpr *node, gpointer data)
{
  Search *search = data;
  Search below = { search->grouping, FALSE };

  if (search->found || node->kind == RUSH_EXPR_AGGREGATE)
    return TRUE; /* its arguments are of single rows */
  if (node->kind != RUSH_EXPR_PYTHON_UDF)
    return FALSE;
  rush_expr_visit (node, find_value, &below);
  g_autoptr (RushExprIdSet) columns = rush_expr_id_set_new ();
  rush_expr_collect_references (node, columns);
  search->found = below.found || rush_expr_id_set_size (columns) == 0;
  return search->found;
}

static gboolean
has_udf_of_group (const RushExpr *expr, const RushExprList *grouping)
{
  Search search = { grouping, FALSE };

  if (expr->flags & RUSH_EXPR_HAS_PYTHON)
    rush_expr_visit (expr, find_udf_of_group, &search);
  return search.found;
}

static RushExpr *
take_value (RushExpr *node, gpointer data, GError **error)
{
  Split *split = data;
  RushExpr *value;

  if (!belongs_to_aggregate (node, split->grouping))
    return rush_expr_ref (node);
  for (guint i = 0; i < split->made->len; i++)
    {
      RushExpr *made = split->made->pdata[i];
      if (rush_expr_semantic_equal (made->kind == RUSH_EXPR_ALIAS ? made->children[0] : made, node))
        return rush_expr_to_attribute (made);
    }
  value = node->kind == RUSH_EXPR_ATTRIBUTE ? rush_expr_ref (node)
                                            : rush_expr_alias (rush_expr_ref (node), "agg", 0);
  g_ptr_array_add (split->made, value);
  return rush_expr_to_attribute (value);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean any = FALSE;

  if (node->kind != RUSH_PLAN_AGGREGATE || !(node->flags & RUSH_EXPR_HAS_PYTHON))
    return rush_plan_ref (node);
  for (guint i = 0; i < node->lists[1]->n && !any; i++)
    any = has_udf_of_group (node->lists[1]->items[i], node->lists[0]);
  if (!any)
    return rush_plan_ref (node);
  Split split = { node->lists[0], rush_expr_ptr_array () };
  GPtrArray *above = rush_expr_ptr_array ();
  for (guint i = 0; i < node->lists[1]->n; i++)
    {
      RushExpr *item = node->lists[1]->items[i];
      if (has_udf_of_group (item, node->lists[0]))
        g_ptr_array_add (above, rush_expr_transform_down (item, take_value, &split, NULL));
      else
        {
          g_ptr_array_add (split.made, rush_expr_ref (item));
          g_ptr_array_add (above, rush_expr_to_attribute (item));
        }
    }
  return rush_plan_project (rush_expr_list_from_array (above),
                            rush_plan_aggregate (rush_expr_list_ref (node->lists[0]),
                                                 rush_expr_list_from_array (split.made),
                                                 rush_plan_ref (node->children[0])));
}

RUSH_PLAN_RULE_UP (extract_python_udf_from_aggregate, "ExtractPythonUDFFromAggregate");
