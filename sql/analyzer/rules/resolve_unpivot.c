/* resolve_unpivot.c - ResolveUnpivot: columns become rows.
 *
 *   Unpivot ids [k#1], values [[a#2], [b#3]]
 *        ↓
 *   Filter isnotnull(val#7)                                unless INCLUDE NULLS
 *   +- Expand [[k#1, a, a#2], [k#1, b, b#3]], [k#1, col#6, val#7]
 *
 * One copy of each row a group of columns: its name, then its values.
 *
 * Mirrors: ResolveUnpivot, UnpivotTransformer.
 */
#include "sql/analyzer/analysis_private.h"

/* Ids that were not given: all columns that are no values.  Values not given: all that are no
 * ids. */
static void
find_columns (const RushPlan *unpivot, GPtrArray **ids, GPtrArray **values)
{
  const RushExprList *all = unpivot->children[0]->output;
  GPtrArray **open = unpivot->lists[0]->n == 0 && unpivot->lists[1]->n > 0 ? ids : values;
  g_autoptr (RushExprIdSet) taken = rush_expr_id_set_new ();

  *ids = rush_expr_list_to_array (unpivot->lists[0]);
  *values = rush_expr_list_to_array (unpivot->lists[1]);
  if ((*open)->len > 0)
    return;
  for (guint l = 0; l < 2; l++)
    for (guint i = 0; i < unpivot->lists[l]->n; i++)
      rush_expr_collect_references (unpivot->lists[l]->items[i], taken);
  for (guint i = 0; i < all->n; i++)
    if (!rush_expr_id_set_has (taken, rush_expr_named_id (all->items[i])))
      g_ptr_array_add (*open, rush_expr_ref (all->items[i]));
}

static char *
group_name (const RushPlan *unpivot, const GPtrArray *values, guint group)
{
  guint width = unpivot->as.unpivot.group_width;
  char **aliases = unpivot->as.unpivot.aliases;
  GString *name;

  if (aliases != NULL && *aliases[group] != '\0')
    return g_strdup (aliases[group]);
  name = g_string_new (NULL);
  for (guint i = 0; i < width; i++)
    {
      g_autofree char *part = rush_expr_to_pretty_sql (values->pdata[group * width + i]);

      g_string_append_printf (name, "%s%s", i > 0 ? "_" : "", part);
    }
  return g_string_free (name, FALSE);
}

/* The type of value column @i: what all groups' meet in; NULL with @error. */
static const RushType *
value_type (const RushAnalysis *self, const RushPlan *unpivot, const GPtrArray *values, guint i,
            GError **error)
{
  g_autoptr (GPtrArray) column = g_ptr_array_new ();
  const RushType *type;

  for (guint j = i; j < values->len; j += unpivot->as.unpivot.group_width)
    g_ptr_array_add (column, values->pdata[j]);
  type = rush_analysis_wider_of (self, column);
  if (type == NULL)
    {
      g_autoptr (GString) types = g_string_new (NULL);

      for (guint j = 0; j < column->len; j++)
        {
          g_autofree char *name = rush_quote_type (((RushExpr *)column->pdata[j])->type);
          g_autofree char *text = rush_expr_to_pretty_sql (column->pdata[j]);

          g_string_append_printf (types, "%s%s (`%s`)", j > 0 ? ", " : "", name, text);
        }
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNPIVOT_VALUE_DATA_TYPE_MISMATCH, &unpivot->context,
                          "types", types->str, NULL);
    }
  return type;
}

static RushPlan *
drop_nulls (RushPlan *expand, guint first, guint width)
{
  RushExpr *any = NULL;

  for (guint i = 0; i < width; i++)
    {
      RushExpr *test =
          rush_expr_unary (RUSH_EXPR_IS_NOT_NULL, rush_expr_ref (expand->output->items[first + i]));

      any = any != NULL ? rush_expr_binary (RUSH_EXPR_OR, any, test) : test;
    }
  return rush_plan_filter (any, expand);
}

static RushPlan *
expand (const RushAnalysis *self, const RushPlan *node, const GPtrArray *ids,
        const GPtrArray *values, GError **error)
{
  guint width = node->as.unpivot.group_width, n_groups = values->len / width;
  g_autofree const RushType **types = g_new (const RushType *, width);
  GPtrArray *output, *projections;
  RushPlan *made;

  for (guint i = 0; i < width; i++)
    if ((types[i] = value_type (self, node, values, i, error)) == NULL)
      return NULL;
  output = rush_expr_array_new ();
  projections = rush_expr_array_new ();
  for (guint i = 0; i < ids->len; i++)
    g_ptr_array_add (output, rush_expr_attribute (rush_expr_name (ids->pdata[i]),
                                                  ((RushExpr *)ids->pdata[i])->type,
                                                  ((RushExpr *)ids->pdata[i])->nullable, 0, NULL));
  g_ptr_array_add (
      output, rush_expr_attribute (node->as.unpivot.variable_name, &RUSH_STRING, FALSE, 0, NULL));
  for (guint i = 0; i < width; i++)
    g_ptr_array_add (
        output, rush_expr_attribute (node->as.unpivot.value_names[i], types[i], TRUE, 0, NULL));
  for (guint g = 0; g < n_groups; g++)
    {
      g_autofree char *name = group_name (node, values, g);

      for (guint i = 0; i < ids->len; i++)
        g_ptr_array_add (projections, rush_expr_ref (ids->pdata[i]));
      g_ptr_array_add (projections, rush_expr_literal_string (name, -1));
      for (guint i = 0; i < width; i++)
        g_ptr_array_add (
            projections,
            rush_analysis_cast (self, rush_expr_ref (values->pdata[g * width + i]), types[i]));
    }
  made = rush_plan_expand (n_groups, rush_expr_list_from_array (projections),
                           rush_expr_list_from_array (output), rush_plan_ref (node->children[0]));
  return node->as.unpivot.include_nulls ? made : drop_nulls (made, ids->len + 1, width);
}

static RushExpr *
resolve_column (RushExpr *item, gpointer data, GError **error)
{
  gpointer *both = data;
  GError *problem = NULL;
  RushExpr *column;

  if (item->kind != RUSH_EXPR_UNRESOLVED_ATTRIBUTE)
    return rush_expr_ref (item);
  column =
      rush_analysis_resolve_name (both[0], item->as.names.parts, both[1], &item->context, &problem);
  if (problem != NULL)
    g_propagate_error (error, problem);
  else if (column == NULL)
    rush_analysis_set_unresolved (error, item->as.names.parts, both[1], &item->context);
  return column;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) ids = NULL, values = NULL, input = NULL;
  g_autoptr (RushPlan) named = NULL;

  if (node->kind != RUSH_PLAN_UNRESOLVED_UNPIVOT || !node->children[0]->resolved)
    return rush_plan_ref (node);
  input = rush_analysis_input (node);
  named =
      rush_plan_transform_expressions (node, resolve_column, (gpointer[]){ data, input }, error);
  if (named == NULL)
    return NULL;
  find_columns (named, &ids, &values);
  return expand (data, named, ids, values, error);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_unpivot = { "ResolveUnpivot", apply };
