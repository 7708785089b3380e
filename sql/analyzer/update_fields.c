/* update_fields.c - structs with other fields: Column.withField (), Column.dropFields ().
 *
 *   with field (s, 'b', 2)    IF (isnull (s), null, named_struct ('a', s.a, 'b', 2))
 *   drop field (s, 'a')       IF (isnull (s), null, named_struct ('b', s.b))      s: struct<a, b>
 *
 * Which fields there are is known here at the earliest.  No SQL text has these functions: their
 * names are no names.
 *
 * Mirrors: UpdateFields, WithField, DropField.
 */
#include "sql/analyzer/analysis_private.h"

#include <string.h>

static gboolean
is_called (const char *name, const char *bytes, gsize length)
{
  return strlen (name) == length && g_ascii_strncasecmp (name, bytes, length) == 0;
}

static void
add_field (GPtrArray *parts, const char *name, RushExpr *value)
{
  g_ptr_array_add (parts, rush_expr_literal_string (name, -1));
  g_ptr_array_add (parts, value);
}

/* Names and values, in turns; @value NULL: the field is left out. */
static GPtrArray *
fields_of (const RushExpr *base, const char *bytes, gsize length, RushExpr *value)
{
  GPtrArray *parts = g_ptr_array_new ();
  g_autofree char *name = g_strndup (bytes, length);
  gboolean found = FALSE;

  for (guint i = 0; i < base->type->n_fields; i++)
    {
      const char *field = base->type->fields[i].name;

      if (!is_called (field, bytes, length))
        add_field (parts, field, rush_expr_get_field (rush_expr_ref ((RushExpr *)base), i));
      else if (value != NULL)
        add_field (parts, name, rush_expr_ref (value));
      found |= is_called (field, bytes, length);
    }
  if (!found && value != NULL)
    add_field (parts, name, rush_expr_ref (value));
  return parts;
}

RushExpr *
rush_analysis_update_fields (const RushAnalysis *self, const RushExpr *call, const char *name,
                             guint n, GError **error)
{
  const RushExpr *base = n > 0 ? call->children[0] : NULL;
  gboolean adds = strcmp (name, "with field") == 0;
  g_autoptr (GPtrArray) parts = NULL;
  RushExpr *made;
  const char *bytes;
  gsize length;

  if (!(adds && n == 3) && !(strcmp (name, "drop field") == 0 && n == 2))
    return NULL;
  if (base->type->kind != RUSH_TYPE_STRUCT || call->children[1]->kind != RUSH_EXPR_LITERAL)
    {
      g_autofree char *text = rush_quote_expr (base);
      g_autofree char *type = rush_quote_type (base->type);

      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_UNEXPECTED_INPUT_TYPE,
                          &call->context, "sqlExpr", text, "paramIndex", "first", "requiredType",
                          "\"STRUCT\"", "inputSql", text, "inputType", type, NULL);
      return NULL;
    }
  bytes = rush_column_get_bytes (call->children[1]->as.literal.value, 0, &length);
  parts = fields_of (base, bytes, length, adds ? call->children[2] : NULL);
  made =
      rush_analysis_call (self, "named_struct", parts->len, (RushExpr *const *)parts->pdata, error);
  if (made == NULL || !base->nullable)
    return made;
  return rush_expr_new (
      RUSH_EXPR_IF, 3,
      (RushExpr *[]){ rush_expr_unary (RUSH_EXPR_IS_NULL, rush_expr_ref ((RushExpr *)base)),
                      rush_expr_literal_null (made->type), made });
}
