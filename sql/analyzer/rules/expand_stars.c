/* expand_stars.c - the star half of ResolveReferences.
 *
 *   'Project [*]                      Project [a#1, b#2]
 *   +- Relation [a#1, b#2]      →     +- Relation [a#1, b#2]
 *
 *   t.*    the columns of table t; or the fields of a struct column t
 *   * EXCEPT (d)   all but some: the star's children
 *   |> SET d = 1   all, but another value for d: the child is an alias
 *   f(*)   all columns as arguments
 *
 * Mirrors: ResolveReferences.expandStarExpressions, UnresolvedStar,
 UnresolvedRegex. */
#include "sql/analyzer/analysis_private.h"

static gboolean
is_star (const RushExpr *node)
{
  return node->kind == RUSH_EXPR_UNRESOLVED_STAR || node->kind == RUSH_EXPR_UNRESOLVED_REGEX;
}

static gboolean
has_star (const RushExpr *node, gpointer found)
{
  *(gboolean *)found |= is_star (node);
  return *(gboolean *)found;
}

static gboolean
list_has_star (const RushExprList *list)
{
  gboolean found = FALSE;

  for (guint i = 0; i < list->n && !found; i++)
    rush_expr_visit (list->items[i], has_star, &found);
  return found;
}

/* Does the target name (the end of) the column's qualifier? */
static gboolean
belongs_to (const RushAnalysis *self, const RushExpr *column, char *const *target)
{
  char **qualifier = column->as.attribute.qualifier;
  guint length = qualifier != NULL ? g_strv_length (qualifier) : 0;
  guint n = g_strv_length ((char **)target);

  if (n > length)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!rush_analysis_same_name (self, qualifier[length - n + i], target[i]))
      return FALSE;
  return TRUE;
}

static gboolean
add_fields (const RushAnalysis *self, const RushExpr *star, const GPtrArray *input, GPtrArray *into,
            GError **error)
{
  GError *problem = NULL;
  g_autoptr (RushExpr) column =
      rush_analysis_resolve_name (self, star->as.names.parts, input, &star->context, &problem);

  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  if (column == NULL || column->type->kind != RUSH_TYPE_STRUCT)
    {
      g_autofree char *target = rush_sql_id ((const char *const *)star->as.names.parts,
                                             g_strv_length (star->as.names.parts));
      g_autoptr (GString) columns = g_string_new (NULL);

      for (guint i = 0; i < input->len; i++)
        {
          g_autofree char *id = rush_sql_id_of (rush_expr_name (input->pdata[i]));

          g_string_append_printf (columns, "%s%s", i > 0 ? ", " : "", id);
        }
      rush_sql_error_set (error, RUSH_SQL_CLASS_CANNOT_RESOLVE_STAR_EXPAND, &star->context,
                          "targetString", target, "columns", columns->str, NULL);
      return FALSE;
    }
  for (guint i = 0; i < column->type->n_fields; i++)
    g_ptr_array_add (into, rush_expr_alias (rush_expr_get_field (rush_expr_ref (column), i),
                                            column->type->fields[i].name, 0));
  return TRUE;
}

/* The name of a column that a star's child leaves out or replaces, and its place. */
static RushExpr *
find_one (const RushAnalysis *self, const RushExpr *child, const GPtrArray *input, GError **error)
{
  const char *const alias[] = { child->kind == RUSH_EXPR_ALIAS ? rush_expr_name (child) : "",
                                NULL };
  char *const *parts =
      child->kind == RUSH_EXPR_ALIAS ? (char *const *)alias : child->as.names.parts;
  GError *problem = NULL;
  RushExpr *column = rush_analysis_resolve_name (self, parts, input, &child->context, &problem);

  if (problem != NULL)
    g_propagate_error (error, problem);
  else if (column != NULL && column->kind == RUSH_EXPR_ATTRIBUTE)
    return column;
  else
    rush_analysis_set_unresolved (error, parts, input, &child->context);
  if (column != NULL)
    rush_expr_unref (column);
  return NULL;
}

/* * EXCEPT (d, t.e): columns that are named are left out; a name that is no column is an error. */
static gboolean
find_excluded (const RushAnalysis *self, const RushExpr *star, const GPtrArray *input,
               RushExprIdSet *excluded, GError **error)
{
  for (guint i = 0; i < star->n_children; i++)
    {
      RushExpr *name = star->children[i];
      g_autoptr (RushExpr) column = name->kind == RUSH_EXPR_ATTRIBUTE /* by ResolveReferences */
                                        ? rush_expr_ref (name)
                                        : find_one (self, name, input, error);

      if (column == NULL)
        return FALSE;
      rush_expr_id_set_add (excluded, column->as.attribute.id);
    }
  return TRUE;
}

/* What stands instead of a column that a child names: its new value, or nothing. */
static void
add_replacement (const RushAnalysis *self, const RushExpr *star, const RushExpr *column,
                 GPtrArray *into)
{
  for (guint i = 0; i < star->n_children; i++)
    if (star->children[i]->kind == RUSH_EXPR_ALIAS &&
        rush_analysis_same_name (self, rush_expr_name (star->children[i]), rush_expr_name (column)))
      g_ptr_array_add (into, rush_expr_ref (star->children[i]));
}

static gboolean
add_star (const RushAnalysis *self, const RushExpr *star, const GPtrArray *input, GPtrArray *into,
          GError **error)
{
  g_autoptr (RushExprIdSet) excluded = rush_expr_id_set_new ();
  gboolean found = FALSE;

  if (!find_excluded (self, star, input, excluded, error))
    return FALSE;
  for (guint i = 0; i < input->len; i++)
    if (belongs_to (self, input->pdata[i], star->as.names.parts))
      {
        found = TRUE;
        if (!rush_expr_id_set_has (excluded, rush_expr_named_id (input->pdata[i])))
          g_ptr_array_add (into, rush_expr_ref (input->pdata[i]));
        else
          add_replacement (self, star, input->pdata[i], into);
      }
  if (found || star->as.names.parts[0] == NULL)
    return TRUE;
  return add_fields (self, star, input, into, error);
}

/* colRegex ("`a.*`"): names that match in full. */
static gboolean
add_regex (const RushAnalysis *self, const RushExpr *star, const GPtrArray *input, GPtrArray *into,
           GError **error)
{
  g_autofree char *pattern = g_strdup_printf ("^(?:%s)$", star->as.names.parts[0]);
  g_autoptr (GRegex) regex =
      g_regex_new (pattern, self->options->case_sensitive ? 0 : G_REGEX_CASELESS, 0, error);

  if (regex == NULL)
    return FALSE;
  for (guint i = 0; i < input->len; i++)
    if (g_regex_match (regex, rush_expr_name (input->pdata[i]), 0, NULL) &&
        belongs_to (self, input->pdata[i], star->as.names.parts + 1))
      g_ptr_array_add (into, rush_expr_ref (input->pdata[i]));
  return TRUE;
}

typedef struct
{
  const RushAnalysis *analysis;
  const GPtrArray *input;
} Expansion;

static gboolean
add_expanded (const Expansion *expansion, RushExpr *item, GPtrArray *into, GError **error)
{
  if (item->kind == RUSH_EXPR_UNRESOLVED_STAR)
    return add_star (expansion->analysis, item, expansion->input, into, error);
  if (item->kind == RUSH_EXPR_UNRESOLVED_REGEX)
    return add_regex (expansion->analysis, item, expansion->input, into, error);
  g_ptr_array_add (into, rush_expr_ref (item));
  return TRUE;
}

/* A star among a call's arguments: the call is made again with columns in its place. */
static RushExpr *
expand_arguments (RushExpr *node, gpointer data, GError **error)
{
  guint n_args = node->n_children;
  g_autoptr (RushExprList) children = NULL;
  g_autoptr (GPtrArray) args = NULL;
  gboolean starred = FALSE;
  RushExpr *call;

  if (node->kind != RUSH_EXPR_UNRESOLVED_FUNCTION)
    return rush_expr_ref (node);
  n_args -= node->as.call.has_filter + node->as.call.n_orders;
  args = rush_expr_array_new ();
  for (guint i = 0; i < n_args; i++)
    {
      starred |= is_star (node->children[i]);
      if (!add_expanded (data, node->children[i], args, error))
        return NULL;
    }
  if (!starred)
    return rush_expr_ref (node);
  g_ptr_array_set_free_func (args, NULL);
  for (guint i = n_args; i < node->n_children; i++)
    rush_expr_ref (node->children[i]);
  call = rush_expr_unresolved_call ((const char *const *)node->as.call.parts, args->len,
                                    (RushExpr *const *)args->pdata, node->as.call.distinct,
                                    node->as.call.has_filter ? node->children[n_args] : NULL,
                                    node->as.call.ignore_nulls, node->as.call.n_orders,
                                    node->children + n_args + node->as.call.has_filter);
  {
    g_autoptr (RushExpr) bare = call;

    return rush_expr_with_context (bare, &node->context);
  }
}

static RushExprList *
expand_list (const Expansion *expansion, RushExprList *list, GError **error)
{
  g_autoptr (GPtrArray) items = rush_expr_array_new ();
  g_autoptr (RushExprList) flat = NULL;

  for (guint i = 0; i < list->n; i++)
    {
      RushExpr *item = list->items[i];

      /* A name of its own is asked for a star: none is needed. */
      if (item->kind == RUSH_EXPR_UNRESOLVED_ALIAS && is_star (item->children[0]))
        item = item->children[0];
      if (!add_expanded (expansion, item, items, error))
        return NULL;
    }
  flat = rush_expr_list_from_array (g_steal_pointer (&items));
  return rush_expr_list_transform_up (flat, expand_arguments, (gpointer)expansion, error);
}

static RushPlan *
expand (RushPlan *node, gpointer data, GError **error)
{
  const RushAnalysis *self = data;
  guint star_list = node->kind == RUSH_PLAN_AGGREGATE ? 1 : 0;
  g_autoptr (GPtrArray) input = NULL;
  RushExprList *lists[G_N_ELEMENTS (node->lists)] = { NULL };
  Expansion expansion;

  if (node->resolved || node->n_lists <= star_list || node->n_children == 0 ||
      !list_has_star (node->lists[star_list]))
    return rush_plan_ref (node);
  for (guint i = 0; i < node->n_children; i++)
    if (!node->children[i]->resolved)
      return rush_plan_ref (node);
  input = rush_analysis_input (node);
  expansion = (Expansion){ self, input };
  for (guint i = 0; i < node->n_lists; i++)
    if (i != star_list)
      lists[i] = rush_expr_list_ref (node->lists[i]);
  lists[star_list] = expand_list (&expansion, node->lists[star_list], error);
  if (lists[star_list] == NULL)
    {
      for (guint i = 0; i < node->n_lists; i++)
        rush_expr_list_unref (lists[i]);
      return NULL;
    }
  return rush_plan_with_lists (node, lists);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, expand, data, error);
}

const RushRule rush_rule_expand_stars = { "ResolveReferences (stars)", apply };
