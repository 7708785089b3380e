/* name_resolution.c - what a name means among the columns that a node sees.
 *
 *   a          column a
 *   t.a        column a of table t; or, if there is no such table, field a of column t
 *   c.db.t.a.f field f of column a of table c.db.t
 *
 * A column of table c.db.t may be called by a, t.a, db.t.a and c.db.t.a.  The longest qualifier
 * that matches wins; what is left of the name are fields.
 *
 * Mirrors: org.apache.spark.sql.catalyst.expressions.package.AttributeSeq,
 ExtractValue. */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

gboolean
rush_analysis_same_name (const RushAnalysis *self, const char *a, const char *b)
{
  g_autofree char *x = NULL, *y = NULL;

  if (strcmp (a, b) == 0)
    return TRUE;
  if (self->options->case_sensitive)
    return FALSE;
  if (g_str_is_ascii (a) && g_str_is_ascii (b))
    return g_ascii_strcasecmp (a, b) == 0;
  x = g_utf8_casefold (a, -1);
  y = g_utf8_casefold (b, -1);
  return strcmp (x, y) == 0;
}

GPtrArray *
rush_analysis_input (const RushPlan *plan)
{
  GPtrArray *columns = g_ptr_array_new ();

  for (guint i = 0; i < plan->n_children; i++)
    for (guint j = 0; plan->children[i]->output != NULL && j < plan->children[i]->output->n; j++)
      g_ptr_array_add (columns, plan->children[i]->output->items[j]);
  return columns;
}

/* Hidden columns are still there through nodes that keep all of their child's. */
static void
add_hidden (const RushPlan *plan, GPtrArray *columns)
{
  switch ((int)plan->kind)
    {
    case RUSH_PLAN_PROJECT:
      for (guint i = 0; plan->as.project.hidden != NULL && i < plan->as.project.hidden->n; i++)
        g_ptr_array_add (columns, plan->as.project.hidden->items[i]);
      break;
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_JOIN:
      for (guint i = 0; i < plan->n_children; i++)
        add_hidden (plan->children[i], columns);
      break;
    default:
      break;
    }
}

GPtrArray *
rush_analysis_hidden (const RushPlan *plan)
{
  GPtrArray *columns = g_ptr_array_new ();

  for (guint i = 0; i < plan->n_children; i++)
    add_hidden (plan->children[i], columns);
  return columns;
}

/* ── fields ── */

static gint
find_field (const RushAnalysis *self, const RushType *type, const char *name, guint *out_matches)
{
  gint found = -1;

  *out_matches = 0;
  for (guint i = 0; i < type->n_fields; i++)
    if (rush_analysis_same_name (self, type->fields[i].name, name))
      {
        found = (gint)i;
        ++*out_matches;
      }
  return found;
}

static void
set_field_not_found (GError **error, const RushType *type, const char *name,
                     const RushSqlContext *context)
{
  g_autofree char *quoted = rush_sql_id_of (name);
  g_autoptr (GString) fields = g_string_new (NULL);

  for (guint i = 0; i < type->n_fields; i++)
    {
      g_autofree char *field = rush_sql_id_of (type->fields[i].name);

      g_string_append_printf (fields, "%s%s", i > 0 ? ", " : "", field);
    }
  rush_sql_error_set (error, RUSH_SQL_CLASS_FIELD_NOT_FOUND, context, "fieldName", quoted, "fields",
                      fields->str, NULL);
}

static RushExpr *
take_field (const RushAnalysis *self, RushExpr *child, const RushType *type, const char *name,
            const RushSqlContext *context, GError **error)
{
  guint matches;
  gint field = find_field (self, type, name, &matches);

  if (matches == 1)
    return rush_expr_get_field (rush_expr_ref (child), (guint)field);
  if (matches == 0)
    set_field_not_found (error, type, name, context);
  else
    {
      g_autofree char *quoted = rush_sql_id_of (name), *count = g_strdup_printf ("%u", matches);

      rush_sql_error_set (error, RUSH_SQL_CLASS_AMBIGUOUS_REFERENCE_TO_FIELDS, context, "field",
                          quoted, "count", count, NULL);
    }
  return NULL;
}

RushExpr *
rush_analysis_extract (const RushAnalysis *self, RushExpr *child, RushExpr *key,
                       const RushSqlContext *context, GError **error)
{
  const RushType *type = child->type;
  gboolean is_name = key->kind == RUSH_EXPR_LITERAL && key->type == &RUSH_STRING;
  gboolean structs =
      type->kind == RUSH_TYPE_ARRAY && rush_type_element (type)->kind == RUSH_TYPE_STRUCT;
  gboolean opaque = type->user != NULL; /* what it is made of is its class' own business */

  if (is_name && !opaque && (type->kind == RUSH_TYPE_STRUCT || structs))
    {
      gsize length;
      const char *bytes = rush_column_get_bytes (key->as.literal.value, 0, &length);
      g_autofree char *name = g_strndup (bytes, length);

      return take_field (self, child, structs ? rush_type_element (type) : type, name, context,
                         error);
    }
  if (!opaque && (type->kind == RUSH_TYPE_ARRAY || type->kind == RUSH_TYPE_MAP))
    {
      RushExpr *wanted = rush_expr_ref (key);

      if (type->kind == RUSH_TYPE_MAP && key->type != NULL &&
          rush_analysis_can_cast (self, key->type, type->fields[0].type))
        wanted = rush_analysis_cast (self, wanted, type->fields[0].type);
      RushExpr *item =
          rush_expr_arithmetic (RUSH_EXPR_GET_ITEM, self->mode, rush_expr_ref (child), wanted);
      if (context == NULL)
        return item;
      RushExpr *placed = rush_expr_with_context (item, context);
      rush_expr_unref (item);
      return placed;
    }
  {
    g_autofree char *base = rush_quote_expr (child), *other = rush_quote_type (type);
    g_autofree char *item = rush_quote_expr (key);

    rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_EXTRACT_BASE_FIELD_TYPE, context, "base",
                        base, "other", other, NULL);
  }
  return NULL;
}

/* ── columns ── */

/* How many of the first parts are this column's qualifier, if @n of them are meant to be. */
static gboolean
qualifier_matches (const RushAnalysis *self, const RushExpr *column, char *const *parts, guint n)
{
  char **qualifier = column->as.attribute.qualifier;
  guint length = qualifier != NULL ? g_strv_length (qualifier) : 0;

  if (n > length)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!rush_analysis_same_name (self, qualifier[length - n + i], parts[i]))
      return FALSE;
  return TRUE;
}

static void
add_distinct (GPtrArray *found, RushExpr *column)
{
  for (guint i = 0; i < found->len; i++)
    if (((RushExpr *)found->pdata[i])->as.attribute.id == column->as.attribute.id)
      return;
  g_ptr_array_add (found, column);
}

/* Columns that the first @n + 1 parts name. */
static GPtrArray *
candidates (const RushAnalysis *self, char *const *parts, guint n, const GPtrArray *columns)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < columns->len; i++)
    {
      RushExpr *column = columns->pdata[i];

      if (rush_analysis_same_name (self, column->as.attribute.name, parts[n]) &&
          qualifier_matches (self, column, parts, n))
        add_distinct (found, column);
    }
  return found;
}

static void
set_ambiguous (GError **error, char *const *parts, const GPtrArray *found,
               const RushSqlContext *context)
{
  g_autofree char *name = rush_sql_id ((const char *const *)parts, g_strv_length ((char **)parts));
  g_autoptr (GString) names = g_string_new ("[");

  for (guint i = 0; i < found->len; i++)
    {
      const RushExpr *column = found->pdata[i];
      char **qualifier = column->as.attribute.qualifier;
      g_autoptr (GPtrArray) all = g_ptr_array_new ();
      g_autofree char *quoted = NULL;

      for (guint j = 0; qualifier != NULL && qualifier[j] != NULL; j++)
        g_ptr_array_add (all, qualifier[j]);
      g_ptr_array_add (all, column->as.attribute.name);
      quoted = rush_sql_id ((const char *const *)all->pdata, all->len);
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", quoted);
    }
  g_string_append_c (names, ']');
  rush_sql_error_set (error, RUSH_SQL_CLASS_AMBIGUOUS_REFERENCE, context, "name", name,
                      "referenceNames", names->str, NULL);
}

/* column.f1.f2, named as its last field. */
static RushExpr *
take_fields (const RushAnalysis *self, RushExpr *column, char *const *fields,
             const RushSqlContext *context, GError **error)
{
  RushExpr *value = rush_expr_ref (column);

  for (guint i = 0; fields[i] != NULL && value != NULL; i++)
    {
      g_autoptr (RushExpr) child = value;
      g_autoptr (RushExpr) key = rush_expr_literal_string (fields[i], -1);

      value = rush_analysis_extract (self, child, key, context, error);
    }
  return value;
}

RushExpr *
rush_analysis_resolve_name (const RushAnalysis *self, char *const *parts, const GPtrArray *columns,
                            const RushSqlContext *context, GError **error)
{
  guint n_parts = g_strv_length ((char **)parts);

  for (guint n = MIN (n_parts, 4); n > 0; n--)
    {
      g_autoptr (GPtrArray) found = candidates (self, parts, n - 1, columns);

      if (found->len == 1)
        return take_fields (self, found->pdata[0], parts + n, context, error);
      if (found->len > 1)
        {
          set_ambiguous (error, parts, found, context);
          return NULL;
        }
    }
  return NULL;
}
