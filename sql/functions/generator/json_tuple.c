/* json_tuple.c - json_tuple (text, 'a', 'b', …): members of a JSON object, a column each.
 *
 *   json_tuple ('{"a": 1, "b": "x"}', 'a', 'b')      c0   c1
 *                                                    1    x
 *
 * One row for each, with nulls for what is not there or is no object.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.JsonTuple.
 */
#include "sql/functions/scalar/scalar_private.h"

#include "core/base/json.h"
#include "core/data/column_builder.h"

static gboolean
append_member (const RushJson *object, const RushColumn *names, guint row, GString *text,
               RushColumnBuilder *into, GError **error)
{
  const RushJson *member = NULL;

  if (object != NULL && rush_column_is_valid (names, row))
    {
      RushText name = rush_text_arg (names, row);
      g_autofree char *key = g_strndup (name.bytes, name.length);

      member = rush_json_get (object, key);
    }
  if (member == NULL || rush_json_kind (member) == RUSH_JSON_NULL)
    return rush_column_builder_append_null (into, error);
  g_string_truncate (text, 0);
  rush_json_append_part (member, text);
  return rush_column_builder_append_bytes (into, text->str, text->len, error);
}

static gboolean
append_row (RushColumn *const *args, guint n, guint row, GString *text,
            RushColumnBuilder *const *columns, GError **error)
{
  g_autoptr (RushJson) json = NULL;
  const RushJson *object;

  if (rush_column_is_valid (args[0], row))
    {
      RushText record = rush_text_arg (args[0], row);
      json = rush_json_parse (record.bytes, (gssize)record.length, NULL);
    }
  object = json != NULL && rush_json_kind (json) == RUSH_JSON_OBJECT ? json : NULL;
  for (guint c = 0; c < n; c++)
    if (!append_member (object, args[c + 1], row, text, columns[c], error))
      return FALSE;
  return TRUE;
}

static gboolean
generate (const RushExpr *call, RushColumn *const *args, const RushRows *rows, gboolean outer,
          RushGenerated *out, RushEvalContext *ctx, GError **error)
{
  guint n = call->n_children - 1;
  g_autofree RushColumnBuilder **columns = g_new (RushColumnBuilder *, n + 1);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean ok = TRUE;

  for (guint c = 0; c < n; c++)
    columns[c] = rush_column_builder_new (&RUSH_STRING, ctx->allocator);
  for (guint i = 0; i < rows->n && ok; i++)
    {
      out->counts[i] = 1;
      ok = append_row (args, n, rush_eval_row (rows, i), text, columns, error);
    }
  for (guint c = 0; c < n; c++)
    {
      if (ok)
        g_ptr_array_add (out->columns, rush_column_builder_finish (columns[c]));
      rush_column_builder_free (columns[c]);
    }
  return ok;
}

static const RushType *
result_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
             GError **error)
{
  g_autofree RushTypeField *fields = g_new (RushTypeField, n);

  for (guint i = 0; i < n; i++)
    if (args[i]->type != &RUSH_STRING && args[i]->type != &RUSH_NULL)
      {
        g_autofree char *call = rush_call_sql_id ("json_tuple", n, args);
        rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_NON_STRING_TYPE, NULL,
                            "sqlExpr", call, "funcName", "`json_tuple`", NULL);
        return NULL;
      }
  for (guint i = 1; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%u", i - 1);
      fields[i - 1] = (RushTypeField){ g_intern_string (name), &RUSH_STRING, TRUE };
    }
  *inout_nullable = FALSE;
  return rush_type_struct (n - 1, fields);
}

const RushFunction rush_functions_json_tuple[] = {
  {
      .name = "json_tuple",
      .kind = RUSH_FUNCTION_GENERATOR,
      .min_args = 2,
      .max_args = G_MAXUINT,
      .args = { RUSH_ARG_ANY },
      .result_type = result_type,
      .generate = generate,
      .usage = "json_tuple(text, name, …) - members of a JSON object, a column each",
      .since = "1.6.0",
  },
  { NULL },
};
