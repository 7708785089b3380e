/* extract_python_udf_from_aggregate.c - Python's functions of what an aggregate makes go above it.
 *
 *   Aggregate [k#1]                              Project [f(agg#8) AS s#2]
 *             [f(sum(v#3)) AS s#2]       →       └── Aggregate [k#1], [sum(v#3) AS agg#8]
 *   └── t                                            └── t
 *
 * Calls on single rows, as in sum (f (v)), stay: they are evaluated below the node.
 *
 * Functions that Python itself has for aggregates (one value of a group's Series) take the node's
 * place:
 *
 *   Aggregate [k#1]                              Project [k#1, m(v#3)#9 + 1 AS s#2]
 *             [k#1, m(v#3) + 1 AS s#2]   →       └── ArrowAggregatePython [k#1], [m(v#3)], …
 *   └── t                                            └── t
 *
 * Mirrors:  ExtractPythonUDFFromAggregate, and what SparkStrategies plans ArrowAggregatePython for.
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

/* ---- aggregates of Python's own ---- */

typedef struct
{
  GPtrArray *calls;      /* of functions of groups */
  GPtrArray *results;    /* an attribute each */
  const RushExpr *other; /* an aggregate of the engine */
} Grouped;

static gboolean
collect_grouped (const RushExpr *node, gpointer data)
{
  Grouped *self = data;

  if (node->kind == RUSH_EXPR_AGGREGATE)
    self->other = node;
  if (!rush_expr_aggregates_in_python (node))
    return FALSE;
  for (guint i = 0; i < self->calls->len; i++)
    if (rush_expr_semantic_equal (self->calls->pdata[i], node))
      return TRUE;
  g_ptr_array_add (self->calls, rush_expr_ref ((RushExpr *)node));
  g_autofree char *name = rush_expr_to_string (node);
  g_ptr_array_add (self->results,
                   rush_expr_attribute (name, node->type, TRUE, rush_expr_id_new (), NULL));
  return TRUE;
}

typedef struct
{
  const Grouped *grouped;
  const RushExprList *grouping;
  GPtrArray *keys; /* an attribute a grouping expression */
} Place;

static RushExpr *
take_place (RushExpr *node, gpointer data, GError **error)
{
  const Place *place = data;

  for (guint i = 0; i < place->grouped->calls->len; i++)
    if (rush_expr_semantic_equal (place->grouped->calls->pdata[i], node))
      return rush_expr_ref (place->grouped->results->pdata[i]);
  for (guint i = 0; i < place->grouping->n; i++)
    if (rush_expr_semantic_equal (place->grouping->items[i], node))
      return rush_expr_ref (place->keys->pdata[i]);
  return rush_expr_ref (node);
}

/* The rows that groups are made of, with a column for each key that is computed. */
static RushPlan *
with_keys (const RushPlan *node, GPtrArray *keys)
{
  const RushExprList *below = node->children[0]->output;
  GPtrArray *columns = rush_expr_ptr_array ();

  for (guint i = 0; i < below->n; i++)
    g_ptr_array_add (columns, rush_expr_ref (below->items[i]));
  for (guint i = 0; i < node->lists[0]->n; i++)
    {
      RushExpr *key = node->lists[0]->items[i];

      if (key->kind == RUSH_EXPR_ATTRIBUTE)
        {
          g_ptr_array_add (keys, rush_expr_ref (key));
          continue;
        }
      key = rush_expr_alias (rush_expr_ref (key), "groupingexpression", 0);
      g_ptr_array_add (columns, key);
      g_ptr_array_add (keys, rush_expr_to_attribute (key));
    }
  if (columns->len == below->n)
    {
      g_ptr_array_unref (columns);
      return rush_plan_ref (node->children[0]);
    }
  return rush_plan_project (rush_expr_list_from_array (columns), rush_plan_ref (node->children[0]));
}

static RushExprList *
list_of (const GPtrArray *first, const GPtrArray *second)
{
  GPtrArray *all = rush_expr_ptr_array ();

  for (guint i = 0; i < first->len; i++)
    g_ptr_array_add (all, rush_expr_ref (first->pdata[i]));
  for (guint i = 0; second != NULL && i < second->len; i++)
    g_ptr_array_add (all, rush_expr_ref (second->pdata[i]));
  return rush_expr_list_from_array (all);
}

static void
set_mixed (const Grouped *grouped, GError **error)
{
  const RushExpr *call = grouped->calls->pdata[0];
  g_autofree char *name = g_strdup_printf ("`%s`", call->as.python.function->name);

  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_PANDAS_UDF_PLACEMENT, NULL, "functionList",
                      name, NULL);
}

/* NULL without error: the aggregate has no function of groups. */
static RushPlan *
aggregate_in_python (RushPlan *node, GError **error)
{
  g_autoptr (GPtrArray) calls = rush_expr_ptr_array (), results = rush_expr_ptr_array ();
  g_autoptr (GPtrArray) keys = rush_expr_ptr_array ();
  Grouped grouped = { calls, results, NULL };
  Place place = { &grouped, node->lists[0], keys };

  for (guint i = 0; i < node->lists[1]->n; i++)
    rush_expr_visit (node->lists[1]->items[i], collect_grouped, &grouped);
  if (calls->len == 0)
    return NULL;
  if (grouped.other != NULL)
    {
      set_mixed (&grouped, error);
      return NULL;
    }
  RushPlan *rows = with_keys (node, keys);
  RushPlan *made = rush_plan_map_in_python (202, list_of (keys, NULL), list_of (calls, NULL),
                                            list_of (keys, results), rows);
  GPtrArray *above = rush_expr_ptr_array ();
  for (guint i = 0; i < node->lists[1]->n; i++)
    g_ptr_array_add (above,
                     rush_expr_transform_down (node->lists[1]->items[i], take_place, &place, NULL));
  return rush_plan_project (rush_expr_list_from_array (above), made);
}

static RushPlan *
rewrite (RushPlan *node, gpointer data, GError **error)
{
  gboolean any = FALSE;
  GError *mixed = NULL;

  if (node->kind != RUSH_PLAN_AGGREGATE || !(node->flags & RUSH_EXPR_HAS_PYTHON))
    return rush_plan_ref (node);
  RushPlan *made = aggregate_in_python (node, &mixed);
  if (mixed != NULL)
    g_propagate_error (error, mixed);
  if (made != NULL || mixed != NULL)
    return made;
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
