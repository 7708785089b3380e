/* resolve_group_by.c - ResolveReferencesInAggregate: GROUP BY may name what the SELECT list makes.
 *
 *   SELECT k + 1 AS x, sum(v) … GROUP BY x     →   GROUP BY k + 1
 *   SELECT k, sum(v) … GROUP BY ALL            →   GROUP BY k: all that has no aggregate in it
 *
 * A column of the child of that name comes first, as names mean columns.
 *
 * Mirrors: ResolveReferencesInAggregate.
 */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushAnalysis *analysis;
  const GPtrArray *input;
  const RushExprList *results;
} GroupBy;

static RushExpr *
find_alias (const GroupBy *group, const RushExpr *name)
{
  for (guint i = 0; i < group->results->n; i++)
    {
      RushExpr *item = group->results->items[i];

      if (item->kind == RUSH_EXPR_ALIAS && !(item->flags & RUSH_EXPR_HAS_AGGREGATE) &&
          rush_analysis_same_name (group->analysis, item->as.attribute.name,
                                   name->as.names.parts[0]))
        return item->children[0];
    }
  return NULL;
}

static RushExpr *
replace_alias (RushExpr *node, gpointer data, GError **error)
{
  const GroupBy *group = data;
  GError *problem = NULL;
  RushExpr *alias;

  if (node->kind != RUSH_EXPR_UNRESOLVED_ATTRIBUTE || node->as.names.parts[1] != NULL)
    return rush_expr_ref (node);
  g_autoptr (RushExpr) column = rush_analysis_resolve_name (group->analysis, node->as.names.parts,
                                                            group->input, &node->context, &problem);
  g_clear_error (&problem);
  if (column != NULL)
    return rush_expr_ref (node);
  alias = find_alias (group, node);
  return rush_expr_ref (alias != NULL ? alias : node);
}

static gboolean
is_all (const RushExprList *grouping)
{
  const RushExpr *name = grouping->n == 1 ? grouping->items[0] : NULL;

  return name != NULL && name->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE &&
         name->as.names.parts[1] == NULL &&
         g_ascii_strcasecmp (name->as.names.parts[0], "all") == 0;
}

/* Of an expression with an aggregate in it: the columns outside of the aggregates. */
static gboolean
add_plain_columns (const RushExpr *node, gpointer into)
{
  if (node->kind == RUSH_EXPR_ATTRIBUTE)
    {
      for (guint i = 0; i < ((GPtrArray *)into)->len; i++)
        if (rush_expr_semantic_equal (((GPtrArray *)into)->pdata[i], node))
          return TRUE;
      g_ptr_array_add (into, rush_expr_ref ((RushExpr *)node));
    }
  return node->kind == RUSH_EXPR_AGGREGATE;
}

static RushExprList *
group_by_all (const RushExprList *results)
{
  GPtrArray *grouping = rush_expr_array_new ();

  for (guint i = 0; i < results->n; i++)
    {
      RushExpr *item = results->items[i];
      RushExpr *inner = item->kind == RUSH_EXPR_ALIAS || item->kind == RUSH_EXPR_UNRESOLVED_ALIAS
                            ? item->children[0]
                            : item;

      if (inner->flags & RUSH_EXPR_HAS_AGGREGATE)
        rush_expr_visit (inner, add_plain_columns, grouping);
      else if (!(inner->flags & RUSH_EXPR_FOLDABLE))
        g_ptr_array_add (grouping, rush_expr_ref (inner));
    }
  return rush_expr_list_from_array (grouping);
}

static gboolean
results_typed (const RushExprList *results)
{
  for (guint i = 0; i < results->n; i++)
    {
      const RushExpr *item = results->items[i];

      if (item->kind == RUSH_EXPR_UNRESOLVED_ALIAS)
        item = item->children[0];
      if (!rush_expr_is_resolved (item))
        return FALSE;
    }
  return TRUE;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) input = NULL;
  GroupBy group = { data, NULL, NULL };
  RushExprList *grouping;

  if (node->kind != RUSH_PLAN_AGGREGATE || node->resolved || !node->children[0]->resolved ||
      node->lists[0]->n == 0)
    return rush_plan_ref (node);
  input = rush_analysis_input (node);
  group.input = input;
  group.results = node->lists[1];
  if (is_all (node->lists[0]))
    {
      GError *problem = NULL;
      g_autoptr (RushExpr) column = rush_analysis_resolve_name (
          data, node->lists[0]->items[0]->as.names.parts, input, &node->context, &problem);

      g_clear_error (&problem);
      if (column == NULL)
        return results_typed (node->lists[1])
                   ? rush_plan_with_lists (
                         node, (RushExprList *[]){ group_by_all (node->lists[1]),
                                                   rush_expr_list_ref (node->lists[1]) })
                   : rush_plan_ref (node);
    }
  if (!rush_analysis_switch (data, "spark.sql.groupByAliases"))
    return rush_plan_ref (node);
  grouping = rush_expr_list_transform_up (node->lists[0], replace_alias, &group, error);
  if (grouping == NULL)
    return NULL;
  return rush_plan_with_lists (node,
                               (RushExprList *[]){ grouping, rush_expr_list_ref (node->lists[1]) });
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_group_by = { "ResolveReferencesInAggregate", apply };
