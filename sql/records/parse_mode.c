/* parse_mode.c - see parse_mode.h. */
#include "sql/records/parse_mode.h"

#include "sql/types/sql_error.h"
#include "sql/types/type_rules.h"

RushParseMode
rush_parse_mode_of (const RushOptions *options)
{
  const char *mode = rush_options_get (options, "mode");

  if (mode != NULL && g_ascii_strcasecmp (mode, "DROPMALFORMED") == 0)
    return RUSH_PARSE_DROP_MALFORMED;
  if (mode != NULL && g_ascii_strcasecmp (mode, "FAILFAST") == 0)
    return RUSH_PARSE_FAIL_FAST;
  return RUSH_PARSE_PERMISSIVE;
}

char *
rush_corrupt_column_of (const RushOptions *options, const RushEvalSettings *settings)
{
  const char *name = rush_options_get (options, "columnNameOfCorruptRecord");

  return g_strdup (
      name != NULL ? name
                   : rush_settings_get_string (settings, "spark.sql.columnNameOfCorruptRecord"));
}

gboolean
rush_corrupt_column_find (const RushSchema *schema, const char *name, gint *out, GError **error)
{
  *out = -1;
  for (guint c = 0; c < schema->n_fields; c++)
    if (g_strcmp0 (schema->fields[c].name, name) == 0)
      *out = (gint)c;
  if (*out >= 0 && schema->fields[*out].type != &RUSH_STRING)
    {
      g_autofree char *column = rush_sql_id_of (name);
      g_autofree char *type = rush_type_sql_id (schema->fields[*out].type);

      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_CORRUPT_RECORD_TYPE, NULL, "columnName",
                          column, "actualType", type, NULL);
      return FALSE;
    }
  return TRUE;
}

void
rush_set_malformed (GError **error, const char *record, gsize length)
{
  g_autofree char *text = g_utf8_make_valid (record, (gssize)length);

  rush_sql_error_set (error, RUSH_SQL_CLASS_MALFORMED_RECORD_IN_PARSING_WITHOUT_SUGGESTION, NULL,
                      "badRecord", text, "failFastMode", "FAILFAST", NULL);
}
