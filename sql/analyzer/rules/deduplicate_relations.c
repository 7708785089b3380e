/* deduplicate_relations.c - DeduplicateRelations: a relation that is joined with itself.
 *
 *   Join                      Join
 *   :- t [k#1, v#2]     →     :- t [k#1, v#2]
 *   +- t [k#1, v#2]           +- t [k#8, v#9]
 *
 * Both sides of a join put out columns by id; where the right one has an id of the left one,
 * whatever makes it there (a relation, an alias, a generator) makes a new one instead.
 *
 * Mirrors: DeduplicateRelations.
 */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushExprIdSet *taken; /* ids of the left side; NULL: all are renewed */
  GHashTable *fresh;          /* old id → new id */
} Renewal;

static RushExprId
renew (Renewal *renewal, RushExprId id)
{
  gpointer fresh;

  if (g_hash_table_lookup_extended (renewal->fresh, GSIZE_TO_POINTER (id), NULL, &fresh))
    return GPOINTER_TO_SIZE (fresh);
  {
    RushExprId made = rush_expr_id_new ();

    g_hash_table_insert (renewal->fresh, GSIZE_TO_POINTER (id), GSIZE_TO_POINTER (made));
    return made;
  }
}

/* Uses below which the id was renewed; also in the plans of subqueries, where they are OUTER. */
static RushExpr *
put_fresh (RushExpr *node, gpointer data, GError **error)
{
  Renewal *renewal = data;
  gpointer fresh;

  if (node->kind == RUSH_EXPR_SCALAR_SUBQUERY || node->kind == RUSH_EXPR_EXISTS ||
      node->kind == RUSH_EXPR_IN_SUBQUERY)
    {
      RushPlan *plan =
          rush_plan_transform_all_expressions (node->as.subquery.plan, put_fresh, renewal, error);

      return plan != NULL ? rush_expr_with_plan (node, plan) : NULL;
    }
  if (node->kind != RUSH_EXPR_ATTRIBUTE ||
      !g_hash_table_lookup_extended (renewal->fresh, GSIZE_TO_POINTER (node->as.attribute.id), NULL,
                                     &fresh))
    return rush_expr_ref (node);
  return rush_expr_with_id (node, GPOINTER_TO_SIZE (fresh));
}

/* Which list of a node makes columns (attributes or aliases); −1: none. */
static gint
making_list (const RushPlan *node)
{
  switch ((int)node->kind)
    {
    case RUSH_PLAN_LOCAL_RELATION:
    case RUSH_PLAN_RANGE:
    case RUSH_PLAN_RELATION:
    case RUSH_PLAN_RDD_RELATION:
    case RUSH_PLAN_CACHED_RELATION:
    case RUSH_PLAN_CTE_REFERENCE:
    case RUSH_PLAN_UNION_LOOP:
    case RUSH_PLAN_UNION_LOOP_REF:
    case RUSH_PLAN_EXPAND:
    case RUSH_PLAN_PROJECT:
    case RUSH_PLAN_WINDOW:
      return 0;
    case RUSH_PLAN_AGGREGATE:
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_PYTHON_EVAL:
    case RUSH_PLAN_MAP_IN_PYTHON:
      return 1;
    default:
      return -1;
    }
}

static gboolean
makes (const RushPlan *node, const RushExpr *item)
{
  return item->kind == RUSH_EXPR_ALIAS ||
         (item->kind == RUSH_EXPR_ATTRIBUTE && node->kind != RUSH_PLAN_PROJECT &&
          node->kind != RUSH_PLAN_AGGREGATE);
}

static gboolean
is_taken (const Renewal *renewal, const RushExpr *item)
{
  return renewal->taken == NULL || rush_expr_id_set_has (renewal->taken, rush_expr_named_id (item));
}

static RushExprList *
renew_list (const RushPlan *node, RushExprList *list, Renewal *renewal)
{
  GPtrArray *items = rush_expr_array_new ();

  for (guint i = 0; i < list->n; i++)
    {
      RushExpr *item = list->items[i];

      g_ptr_array_add (items,
                       makes (node, item) && is_taken (renewal, item)
                           ? rush_expr_with_id (item, renew (renewal, rush_expr_named_id (item)))
                           : rush_expr_ref (item));
    }
  return rush_expr_list_from_array (items);
}

static void
renew_hidden (RushPlan *copy, gpointer data)
{
  RushExprList *old = copy->as.project.hidden;

  copy->as.project.hidden = rush_expr_list_transform_up (old, put_fresh, data, NULL);
  rush_expr_list_unref (old);
}

static RushPlan *
renew_node (RushPlan *node, gpointer data, GError **error)
{
  Renewal *renewal = data;
  gint making = making_list (node);
  g_autoptr (RushPlan) used = rush_plan_transform_expressions (node, put_fresh, renewal, error);
  RushExprList *lists[G_N_ELEMENTS (node->lists)];
  RushPlan *renewed;

  if (used == NULL)
    return NULL;
  for (guint i = 0; i < used->n_lists; i++)
    lists[i] = (gint)i == making ? renew_list (used, used->lists[i], renewal)
                                 : rush_expr_list_ref (used->lists[i]);
  renewed = rush_plan_with_lists (used, lists);
  if (renewed->kind == RUSH_PLAN_PROJECT && renewed->as.project.hidden != NULL &&
      g_hash_table_size (renewal->fresh) > 0)
    {
      g_autoptr (RushPlan) before = renewed;

      renewed = rush_plan_edit (before, renew_hidden, renewal);
    }
  return renewed;
}

RushPlan *
rush_analysis_renew (RushPlan *plan, const RushExprIdSet *taken)
{
  g_autoptr (GHashTable) fresh = g_hash_table_new (NULL, NULL);
  Renewal renewal = { taken, fresh };

  return rush_plan_transform_up (plan, renew_node, &renewal, NULL);
}

static gboolean
overlap (const RushExprIdSet *taken, const RushExprList *columns)
{
  for (guint i = 0; i < columns->n; i++)
    if (rush_expr_id_set_has (taken, rush_expr_named_id (columns->items[i])))
      return TRUE;
  return FALSE;
}

static void
take_hidden (RushExprIdSet *taken, const RushPlan *plan)
{
  if (plan->kind == RUSH_PLAN_PROJECT && plan->as.project.hidden != NULL)
    rush_expr_id_set_add_list (taken, plan->as.project.hidden);
}

static RushPlan *
deduplicate (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (RushExprIdSet) taken = NULL;

  if ((node->kind != RUSH_PLAN_JOIN && node->kind != RUSH_PLAN_LATERAL_JOIN &&
       node->kind != RUSH_PLAN_INTERSECT && node->kind != RUSH_PLAN_EXCEPT) ||
      !node->children[0]->resolved || !node->children[1]->resolved)
    return rush_plan_ref (node);
  taken = rush_expr_id_set_new ();
  rush_plan_collect_output_ids (node->children[0], taken);
  take_hidden (taken, node->children[0]);
  if (!overlap (taken, node->children[1]->output))
    return rush_plan_ref (node);
  return rush_plan_with_children (node,
                                  (RushPlan *[]){ rush_plan_ref (node->children[0]),
                                                  rush_analysis_renew (node->children[1], taken) });
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, deduplicate, data, error);
}

const RushRule rush_rule_deduplicate_relations = { "DeduplicateRelations", apply };
