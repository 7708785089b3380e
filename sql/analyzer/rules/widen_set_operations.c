/* widen_set_operations.c - WidenSetOperationTypes, and unions by name.
 *
 *   'Union                       Union
 *   :- Project [k#1]       →     :- Project [cast(k#1 as bigint) AS k#5L]
 *   +- Project [v#2L]            +- Project [v#2L]
 *
 * unionByName first puts the columns of each child into the order of the first one's, with nulls
 * for what it has not got if allowMissingColumns says so.
 *
 * Mirrors: WidenSetOperationTypes, ResolveUnion.
 */
#include "sql/analyzer/analysis_private.h"

static gboolean
is_set_operation (const RushPlan *node)
{
  if (node->kind != RUSH_PLAN_UNION && node->kind != RUSH_PLAN_INTERSECT &&
      node->kind != RUSH_PLAN_EXCEPT)
    return FALSE;
  for (guint i = 0; i < node->n_children; i++)
    if (!node->children[i]->resolved)
      return FALSE;
  return TRUE;
}

/* ── types ── */

static const RushType *
common_type (const RushAnalysis *self, const RushPlan *node, guint column)
{
  const RushType *type = node->children[0]->output->items[column]->type;

  for (guint i = 1; i < node->n_children && type != NULL; i++)
    type = rush_analysis_wider_type (self, type, node->children[i]->output->items[column]->type);
  return type;
}

static RushPlan *
cast_columns (const RushAnalysis *self, RushPlan *child, const RushType *const *types)
{
  g_autoptr (GPtrArray) items = rush_expr_array_new ();
  gboolean changed = FALSE;

  for (guint i = 0; i < child->output->n; i++)
    {
      RushExpr *column = child->output->items[i];
      gboolean fits = rush_type_same_shape (column->type, types[i]);

      changed = changed || !fits;
      g_ptr_array_add (items, fits ? rush_expr_ref (column)
                                   : rush_expr_alias (rush_analysis_cast (
                                                          self, rush_expr_ref (column), types[i]),
                                                      rush_expr_name (column), 0));
    }
  if (!changed)
    return rush_plan_ref (child);
  return rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&items)),
                            rush_plan_ref (child));
}

static RushPlan *
widen (RushPlan *node, gpointer data, GError **error)
{
  g_autofree const RushType **types = NULL;
  g_autofree RushPlan **children = NULL;
  guint n;

  if (node->resolved || !is_set_operation (node) ||
      (node->kind == RUSH_PLAN_UNION && node->as.setop.by_name))
    return rush_plan_ref (node);
  n = node->children[0]->output->n;
  for (guint i = 1; i < node->n_children; i++)
    if (node->children[i]->output->n != n)
      return rush_plan_ref (node);
  types = g_new (const RushType *, n);
  for (guint i = 0; i < n; i++)
    if ((types[i] = common_type (data, node, i)) == NULL)
      return rush_plan_ref (node);
  children = g_new (RushPlan *, node->n_children);
  for (guint i = 0; i < node->n_children; i++)
    children[i] = cast_columns (data, node->children[i], types);
  return rush_plan_with_children (node, children);
}

static RushPlan *
apply_widening (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, widen, data, error);
}

const RushRule rush_rule_widen_set_operations = { "WidenSetOperationTypes", apply_widening };

/* ── by name ── */

static RushExpr *
find (const RushAnalysis *self, const RushPlan *plan, const char *name)
{
  for (guint i = 0; i < plan->output->n; i++)
    if (rush_analysis_same_name (self, rush_expr_name (plan->output->items[i]), name))
      return plan->output->items[i];
  return NULL;
}

static RushExpr *
null_column (const RushExpr *like)
{
  return rush_expr_alias (rush_expr_literal_null (like->type), rush_expr_name (like), 0);
}

/* @child with the columns of @first in their order, then its own others. */
static RushPlan *
arrange (const RushAnalysis *self, RushPlan *child, const RushPlan *first, gboolean allow_missing,
         GError **error)
{
  g_autoptr (GPtrArray) items = rush_expr_array_new ();

  for (guint i = 0; i < first->output->n; i++)
    {
      RushExpr *wanted = first->output->items[i];
      RushExpr *column = find (self, child, rush_expr_name (wanted));

      if (column == NULL && !allow_missing)
        {
          g_autoptr (GPtrArray) columns = g_ptr_array_new ();

          for (guint j = 0; j < child->output->n; j++)
            g_ptr_array_add (columns, child->output->items[j]);
          rush_analysis_set_unresolved (error, (char *[]){ (char *)rush_expr_name (wanted), NULL },
                                        columns, NULL);
          return NULL;
        }
      g_ptr_array_add (items, column != NULL ? rush_expr_ref (column) : null_column (wanted));
    }
  for (guint i = 0; i < child->output->n; i++)
    if (find (self, first, rush_expr_name (child->output->items[i])) == NULL)
      g_ptr_array_add (items, rush_expr_ref (child->output->items[i]));
  return rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&items)),
                            rush_plan_ref (child));
}

/* @child with nulls for what @other has and it has not. */
static RushPlan *
complete (const RushAnalysis *self, RushPlan *child, const RushPlan *other)
{
  g_autoptr (GPtrArray) items = rush_expr_list_to_array (child->output);

  for (guint i = 0; i < other->output->n; i++)
    if (find (self, child, rush_expr_name (other->output->items[i])) == NULL)
      g_ptr_array_add (items, null_column (other->output->items[i]));
  if (items->len == child->output->n)
    return rush_plan_ref (child);
  return rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&items)),
                            rush_plan_ref (child));
}

static RushPlan *
by_position (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (RushPlan) all = NULL;
  gboolean missing = node->as.setop.allow_missing;

  if (node->kind != RUSH_PLAN_UNION || !node->as.setop.by_name || !is_set_operation (node))
    return rush_plan_ref (node);
  /* Two children at a time: the first grows by what the second has and it has not. */
  all = rush_plan_ref (node->children[0]);
  for (guint i = 1; i < node->n_children; i++)
    {
      g_autoptr (RushPlan) right = arrange (data, node->children[i], all, missing, error);
      g_autoptr (RushPlan) left = NULL, both = NULL;

      if (right == NULL)
        return NULL;
      left = complete (data, all, right);
      both = rush_plan_union (FALSE, FALSE, 2,
                              (RushPlan *[]){ rush_plan_ref (left), rush_plan_ref (right) });
      rush_plan_unref (all);
      all = g_steal_pointer (&both);
    }
  return g_steal_pointer (&all);
}

static RushPlan *
apply_by_name (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, by_position, data, error);
}

const RushRule rush_rule_resolve_union_by_name = { "ResolveUnion", apply_by_name };
