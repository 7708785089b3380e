/* resolve_missing_references.c - ResolveReferencesInSort: ORDER BY may use what SELECT leaves out.
 *
 *   'Sort ['v ASC]             Project [k#1]
 *   +- Project [k#1]     →     +- Sort [v#2L ASC]
 *      +- t                       +- Project [k#1, v#2L]
 *                                    +- t
 *
 * The same for DISTRIBUTE BY, QUALIFY, and a filter of the DataFrame API after a select.
 *
 * Mirrors:
 ColumnResolutionHelper.resolveExprsAndAddMissingAttrs. */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushAnalysis *analysis;
  GPtrArray *columns; /* of the projection's child */
  gboolean found;
} Below;

static RushExpr *
resolve_below (RushExpr *node, gpointer data, GError **error)
{
  Below *below = data;
  GError *problem = NULL;
  RushExpr *column;

  if (node->kind != RUSH_EXPR_UNRESOLVED_ATTRIBUTE)
    return rush_expr_ref (node);
  column = rush_analysis_resolve_name (below->analysis, node->as.names.parts, below->columns,
                                       &node->context, &problem);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  below->found = below->found || column != NULL;
  return column != NULL ? column : rush_expr_ref (node);
}

typedef struct
{
  const RushExprIdSet *known;
  GPtrArray *missing; /* attributes */
} Missing;

static gboolean
add_missing (const RushExpr *node, gpointer data)
{
  Missing *missing = data;

  if (node->kind == RUSH_EXPR_OUTER)
    return TRUE;
  if (node->kind != RUSH_EXPR_ATTRIBUTE ||
      rush_expr_id_set_has (missing->known, node->as.attribute.id))
    return FALSE;
  for (guint i = 0; i < missing->missing->len; i++)
    if (rush_expr_named_id (missing->missing->pdata[i]) == node->as.attribute.id)
      return FALSE;
  g_ptr_array_add (missing->missing, rush_expr_ref ((RushExpr *)node));
  return FALSE;
}

/* The child with more columns; NULL: it has not got them either. */
static RushPlan *
add_columns (RushPlan *plan, const GPtrArray *missing)
{
  g_autoptr (RushExprIdSet) known = rush_expr_id_set_new ();
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (RushPlan) child = NULL;

  if (plan->kind == RUSH_PLAN_FILTER || plan->kind == RUSH_PLAN_SORT ||
      plan->kind == RUSH_PLAN_REPARTITION || plan->kind == RUSH_PLAN_REPARTITION_BY)
    {
      child = add_columns (plan->children[0], missing);
      return child != NULL
                 ? rush_plan_with_children (plan, &(RushPlan *){ g_steal_pointer (&child) })
                 : NULL;
    }
  if (plan->kind != RUSH_PLAN_PROJECT)
    return NULL;
  rush_plan_collect_output_ids (plan->children[0], known);
  items = rush_expr_list_to_array (plan->lists[0]);
  for (guint i = 0; i < missing->len; i++)
    {
      if (!rush_expr_id_set_has (known, rush_expr_named_id (missing->pdata[i])))
        {
          child = child != NULL ? child : add_columns (plan->children[0], missing);
          if (child == NULL)
            return NULL;
        }
      g_ptr_array_add (items, rush_expr_ref (missing->pdata[i]));
    }
  {
    g_autoptr (RushPlan) deeper =
        child != NULL ? rush_plan_with_children (plan, &(RushPlan *){ g_steal_pointer (&child) })
                      : rush_plan_ref (plan);

    return rush_plan_with_lists (
        deeper, (RushExprList *[]){ rush_expr_list_from_array (g_steal_pointer (&items)) });
  }
}

/* The columns a name may be found among: of the nearest projection's child. */
static const RushPlan *
projection_below (const RushPlan *plan)
{
  while (plan->kind == RUSH_PLAN_FILTER || plan->kind == RUSH_PLAN_SORT ||
         plan->kind == RUSH_PLAN_REPARTITION || plan->kind == RUSH_PLAN_REPARTITION_BY)
    plan = plan->children[0];
  return plan->kind == RUSH_PLAN_PROJECT ? plan : NULL;
}

static RushPlan *
resolve_names (RushPlan *node, const RushAnalysis *self, GError **error)
{
  const RushPlan *project = projection_below (node->children[0]);
  Below below = { self, NULL, FALSE };
  RushPlan *resolved;

  if (project == NULL)
    return rush_plan_ref (node);
  below.columns = rush_analysis_input (project);
  resolved = rush_plan_transform_expressions (node, resolve_below, &below, error);
  g_ptr_array_unref (below.columns);
  return resolved;
}

static gboolean
may_use_more (const RushPlan *node)
{
  return node->kind == RUSH_PLAN_SORT || node->kind == RUSH_PLAN_FILTER ||
         node->kind == RUSH_PLAN_UNRESOLVED_QUALIFY || node->kind == RUSH_PLAN_REPARTITION_BY;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (RushPlan) resolved = NULL, fuller = NULL;
  g_autoptr (RushExprIdSet) known = NULL;
  g_autoptr (GPtrArray) attributes = NULL;
  Missing missing = { NULL, NULL };

  if (!may_use_more (node) || !node->children[0]->resolved)
    return rush_plan_ref (node);
  resolved = node->resolved ? rush_plan_ref (node) : resolve_names (node, data, error);
  if (resolved == NULL)
    return NULL;
  known = rush_expr_id_set_new ();
  rush_plan_collect_output_ids (resolved->children[0], known);
  attributes = rush_expr_array_new ();
  missing.known = known;
  missing.missing = attributes;
  rush_plan_visit_expressions (resolved, add_missing, &missing);
  if (attributes->len == 0)
    return g_steal_pointer (&resolved);
  fuller = add_columns (resolved->children[0], attributes);
  if (fuller == NULL)
    return rush_plan_ref (node);
  return rush_plan_project (
      rush_expr_list_ref (node->children[0]->output),
      rush_plan_with_children (resolved, &(RushPlan *){ g_steal_pointer (&fuller) }));
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_missing_references = { "ResolveReferencesInSort", apply };
