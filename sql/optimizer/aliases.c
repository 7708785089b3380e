/* aliases.c - columns replaced by what they stand for.
 *
 *   Filter (c#7 > 1)                          c#7 → (a#1 + b#2)
 *   └── Project [(a#1 + b#2) AS c#7]          Filter ((a#1 + b#2) > 1)
 *
 * A subquery in an expression refers to columns outside of it in its children and, once they are
 * pulled up, in its conditions; both are seen to.
 *
 * Mirrors:  AliasHelper, AttributeMap.
 */
#include "sql/optimizer/optimizer_private.h"

struct _RushAliases
{
  GHashTable *by_id; /* id as pointer → RushExpr (owned) */
};

RushAliases *
rush_aliases_new (void)
{
  RushAliases *self = g_new0 (RushAliases, 1);

  self->by_id = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)rush_expr_unref);
  return self;
}

void
rush_aliases_free (RushAliases *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_free (self);
}

void
rush_aliases_set (RushAliases *self, RushExprId id, RushExpr *expr)
{
  g_hash_table_insert (self->by_id, GSIZE_TO_POINTER (id), expr);
}

RushExpr *
rush_aliases_get (const RushAliases *self, RushExprId id)
{
  return g_hash_table_lookup (self->by_id, GSIZE_TO_POINTER (id));
}

RushAliases *
rush_aliases_of (const RushExprList *named)
{
  RushAliases *self = rush_aliases_new ();

  for (guint i = 0; i < named->n; i++)
    if (named->items[i]->kind == RUSH_EXPR_ALIAS)
      rush_aliases_set (self, rush_expr_named_id (named->items[i]),
                        rush_expr_ref (named->items[i]->children[0]));
  return self;
}

RushAliases *
rush_aliases_between (const RushExprList *from, const RushExprList *to)
{
  RushAliases *self = rush_aliases_new ();

  for (guint i = 0; i < from->n; i++)
    rush_aliases_set (self, rush_expr_named_id (from->items[i]),
                      rush_expr_to_attribute (to->items[i]));
  return self;
}

/* ---- replacing ---- */

static RushExpr *
substitute_node (RushExpr *node, gpointer data, GError **error)
{
  const RushAliases *self = data;

  if (node->kind == RUSH_EXPR_ATTRIBUTE)
    {
      RushExpr *found = rush_aliases_get (self, node->as.attribute.id);
      return rush_expr_ref (found != NULL ? found : node);
    }
  gboolean subquery = node->kind == RUSH_EXPR_EXISTS || node->kind == RUSH_EXPR_IN_SUBQUERY ||
                      node->kind == RUSH_EXPR_SCALAR_SUBQUERY;
  if (!subquery || node->as.subquery.conditions == NULL)
    return rush_expr_ref (node);
  RushExprList *conditions = rush_substitute_list (node->as.subquery.conditions, self);
  return rush_expr_with_conditions (node, conditions);
}

RushExpr *
rush_substitute (RushExpr *expr, const RushAliases *aliases)
{
  if (g_hash_table_size (aliases->by_id) == 0)
    return rush_expr_ref (expr);
  return rush_expr_transform_up (expr, substitute_node, (gpointer)aliases, NULL);
}

RushExpr *
rush_substitute_named (RushExpr *named, const RushAliases *aliases)
{
  RushExpr *made = rush_substitute (named, aliases);

  if (named->kind != RUSH_EXPR_ATTRIBUTE ||
      (made->kind == RUSH_EXPR_ATTRIBUTE && made->as.attribute.id == named->as.attribute.id))
    return made;
  return rush_expr_alias (made, rush_expr_name (named), rush_expr_named_id (named));
}

RushExprList *
rush_substitute_list (const RushExprList *list, const RushAliases *aliases)
{
  GPtrArray *items = rush_expr_ptr_array ();

  for (guint i = 0; i < list->n; i++)
    g_ptr_array_add (items, rush_substitute (list->items[i], aliases));
  return rush_expr_list_from_array (items);
}

RushPlan *
rush_substitute_plan (RushPlan *plan, const RushAliases *aliases, GError **error)
{
  return rush_plan_transform_all_expressions (plan, substitute_node, (gpointer)aliases, error);
}

RushPlan *
rush_rename_columns (RushPlan *plan, const RushExprIdSet *which, RushAliases *out)
{
  GPtrArray *columns = rush_expr_ptr_array ();

  for (guint i = 0; i < plan->output->n; i++)
    {
      RushExpr *column = plan->output->items[i];
      RushExprId id = rush_expr_named_id (column);
      if (!rush_expr_id_set_has (which, id))
        {
          g_ptr_array_add (columns, rush_expr_ref (column));
          continue;
        }
      RushExpr *alias = rush_expr_alias (rush_expr_ref (column), rush_expr_name (column), 0);
      rush_aliases_set (out, id, rush_expr_to_attribute (alias));
      g_ptr_array_add (columns, alias);
    }
  return rush_plan_project (rush_expr_list_from_array (columns), plan);
}
