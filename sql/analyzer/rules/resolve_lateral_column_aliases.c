/* resolve_lateral_column_aliases.c - ResolveLateralColumnAliasReference: SELECT v AS a, a + 1 AS b.
 *
 *   'Project [v#4 AS a#2, ('a + 1) AS b]         Project [a#2, (a#2 + 1) AS b#3]
 *   +- t                                   →     +- Project [v#4, v#4 AS a#2]
 *                                                   +- t
 *
 *   'Aggregate [k#1], [sum(v#4) AS s#2, ('s / 2) AS h]     Project [s#2, (s#2 / 2) AS h#3]
 *   +- t                                             →     +- Aggregate [k#1], [sum(v#4) AS s#2]
 *
 * Only names that mean nothing else come here: columns are looked for first.
 *
 * Mirrors: ResolveLateralColumnAliasReference.
 */
#include "sql/analyzer/analysis_private.h"

typedef struct
{
  const RushAnalysis *analysis;
  const RushExprList *list;
  guint before;    /* aliases left of this item may be meant */
  GPtrArray *used; /* aliases, borrowed */
} Search;

static RushExpr *
find_alias (const Search *search, const RushExpr *name)
{
  for (guint i = search->before; i > 0; i--)
    {
      RushExpr *item = search->list->items[i - 1];

      if (item->kind == RUSH_EXPR_ALIAS && rush_expr_is_resolved (item) &&
          rush_analysis_same_name (search->analysis, rush_expr_name (item),
                                   name->as.names.parts[0]))
        return item;
    }
  return NULL;
}

static gboolean
check_one (const Search *search, const RushExpr *name, GError **error)
{
  guint n = 0;

  for (guint i = 0; i < search->before; i++)
    n += search->list->items[i]->kind == RUSH_EXPR_ALIAS &&
         rush_analysis_same_name (search->analysis, rush_expr_name (search->list->items[i]),
                                  name->as.names.parts[0]);
  if (n < 2)
    return TRUE;
  g_autofree char *quoted = rush_sql_id_of (name->as.names.parts[0]);
  g_autofree char *count = g_strdup_printf ("%u", n);
  rush_sql_error_set (error, RUSH_SQL_CLASS_AMBIGUOUS_LATERAL_COLUMN_ALIAS, NULL, "name", quoted,
                      "n", count, NULL);
  return FALSE;
}

static RushExpr *
put_alias (RushExpr *node, gpointer data, GError **error)
{
  Search *search = data;
  RushExpr *alias;
  g_autoptr (RushExpr) attribute = NULL;
  g_autoptr (GPtrArray) one = NULL;

  if (node->kind != RUSH_EXPR_UNRESOLVED_ATTRIBUTE || node->as.names.plan_id >= 0)
    return rush_expr_ref (node);
  alias = find_alias (search, node);
  if (alias == NULL)
    return rush_expr_ref (node);
  if (!check_one (search, node, error))
    return NULL;
  if (!g_ptr_array_find (search->used, alias, NULL))
    g_ptr_array_add (search->used, alias);
  attribute = rush_expr_to_attribute (alias);
  one = g_ptr_array_new ();
  g_ptr_array_add (one, attribute);
  return rush_analysis_resolve_name (search->analysis, node->as.names.parts, one, &node->context,
                                     error);
}

/* The list with aliases put in for names. */
static GPtrArray *
put_aliases (const RushAnalysis *self, const RushExprList *list, GPtrArray *used, GError **error)
{
  g_autoptr (GPtrArray) items = rush_expr_array_new ();

  for (guint i = 0; i < list->n; i++)
    {
      Search search = { self, list, i, used };
      RushExpr *item = rush_expr_transform_up (list->items[i], put_alias, &search, error);

      if (item == NULL)
        return NULL;
      g_ptr_array_add (items, item);
    }
  return g_steal_pointer (&items);
}

/* Aliases that were used are computed below; the list keeps their attributes. */
static RushPlan *
split_project (const RushPlan *project, GPtrArray *items, GPtrArray *used)
{
  GPtrArray *below = rush_expr_list_to_array (project->children[0]->output);

  for (guint i = 0; i < used->len; i++)
    g_ptr_array_add (below, rush_expr_ref (used->pdata[i]));
  for (guint i = 0; i < items->len; i++)
    if (g_ptr_array_find (used, items->pdata[i], NULL))
      {
        RushExpr *alias = items->pdata[i];

        items->pdata[i] = rush_expr_to_attribute (alias);
        rush_expr_unref (alias);
      }
  return rush_plan_project (
      rush_expr_list_from_array (items),
      rush_plan_project (rush_expr_list_from_array (below), rush_plan_ref (project->children[0])));
}

static gboolean
find_aggregate (const RushExpr *node, gpointer found)
{
  if (node->kind == RUSH_EXPR_AGGREGATE || node->kind == RUSH_EXPR_UNRESOLVED_FUNCTION)
    *(gboolean *)found = TRUE;
  return *(gboolean *)found;
}

/* Over an aggregate: what uses aliases goes above it; it must not aggregate by itself. */
static RushPlan *
split_aggregate (const RushPlan *aggregate, GPtrArray *items)
{
  GPtrArray *below = rush_expr_array_new ();

  for (guint i = 0; i < items->len; i++)
    {
      RushExpr *item = items->pdata[i];

      if (item != aggregate->lists[1]->items[i])
        continue;
      g_ptr_array_add (below, rush_expr_ref (item));
      items->pdata[i] = rush_expr_to_attribute (item);
      rush_expr_unref (item);
    }
  return rush_plan_project (rush_expr_list_from_array (items),
                            rush_plan_aggregate (rush_expr_list_ref (aggregate->lists[0]),
                                                 rush_expr_list_from_array (below),
                                                 rush_plan_ref (aggregate->children[0])));
}

static gboolean
may_split_aggregate (const RushPlan *aggregate, const GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    {
      RushExpr *item = items->pdata[i];
      gboolean aggregates = FALSE;

      if (item == aggregate->lists[1]->items[i])
        {
          if (!rush_expr_is_resolved (item) ||
              (item->kind != RUSH_EXPR_ALIAS && item->kind != RUSH_EXPR_ATTRIBUTE))
            return FALSE;
          continue;
        }
      rush_expr_visit (item, find_aggregate, &aggregates);
      if (aggregates)
        return FALSE;
    }
  return TRUE;
}

static gboolean
find_name (const RushExpr *node, gpointer found)
{
  if (node->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE)
    *(gboolean *)found = TRUE;
  return *(gboolean *)found;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  gboolean aggregate = node->kind == RUSH_PLAN_AGGREGATE, named = FALSE;
  g_autoptr (GPtrArray) used = NULL, items = NULL;

  if ((node->kind != RUSH_PLAN_PROJECT && !aggregate) || node->resolved ||
      !node->children[0]->resolved)
    return rush_plan_ref (node);
  rush_plan_visit_expressions (node, find_name, &named);
  if (!named)
    return rush_plan_ref (node);
  used = g_ptr_array_new ();
  items = put_aliases (data, node->lists[aggregate], used, error);
  if (items == NULL)
    return NULL;
  if (used->len == 0 || (aggregate && !may_split_aggregate (node, items)))
    return rush_plan_ref (node);
  return aggregate ? split_aggregate (node, g_steal_pointer (&items))
                   : split_project (node, g_steal_pointer (&items), used);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_lateral_column_aliases = { "ResolveLateralColumnAliasReference",
                                                            apply };
