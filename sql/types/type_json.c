/* type_json.c - a type is a string, or an object if it has types inside. */
#include "sql/types/type_json.h"

#include <stdio.h>
#include <string.h>

#include "sql/types/interval_private.h"
#include "sql/types/sql_error.h"

static const struct
{
  const char *name; /* where it is not the type's own */
  const RushType *type;
} simple_types[] = {
  { "boolean", &RUSH_BOOL },
  { "byte", &RUSH_INT8 },
  { "short", &RUSH_INT16 },
  { "integer", &RUSH_INT32 },
  { "long", &RUSH_INT64 },
  { "float", &RUSH_FLOAT32 },
  { "double", &RUSH_FLOAT64 },
  { "string", &RUSH_STRING },
  { "binary", &RUSH_BINARY },
  { "void", &RUSH_NULL },
  { "date", &RUSH_DATE },
  { "timestamp", &RUSH_TIMESTAMP },
  { "timestamp_ntz", &RUSH_TIMESTAMP_NTZ },
  { "interval", &RUSH_CALENDAR_INTERVAL },
};

/* ---- writing ---- */

static void write_type (RushJsonWriter *w, const RushType *type);

static void
write_member_type (RushJsonWriter *w, const char *name, const RushType *type)
{
  rush_json_member (w, name);
  write_type (w, type);
}

static void
write_struct (RushJsonWriter *w, const RushType *type)
{
  rush_json_member (w, "fields");
  rush_json_begin_array (w);
  for (guint i = 0; i < type->n_fields; i++)
    {
      rush_json_begin_object (w);
      rush_json_member (w, "name");
      rush_json_string (w, type->fields[i].name);
      write_member_type (w, "type", type->fields[i].type);
      rush_json_member (w, "nullable");
      rush_json_bool (w, type->fields[i].nullable);
      rush_json_member (w, "metadata");
      rush_json_begin_object (w);
      rush_json_end_object (w);
      rush_json_end_object (w);
    }
  rush_json_end_array (w);
}

static void
write_simple (RushJsonWriter *w, const RushType *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (simple_types); i++)
    if (simple_types[i].type == type)
      {
        rush_json_string (w, simple_types[i].name);
        return;
      }
  rush_json_string (w, type->name); /* decimal(5,2), interval day to second */
}

static void
write_class (RushJsonWriter *w, const char *name, const char *class_name)
{
  if (*class_name == '\0')
    return;
  rush_json_member (w, name);
  rush_json_string (w, class_name);
}

static void
write_user (RushJsonWriter *w, const RushUserType *user)
{
  rush_json_begin_object (w);
  rush_json_member (w, "type");
  rush_json_string (w, "udt");
  write_class (w, "class", user->jvm_class);
  write_class (w, "pyClass", user->python_class);
  write_class (w, "serializedClass", user->serialized_class);
  write_member_type (w, "sqlType", user->sql_type);
  rush_json_end_object (w);
}

static void
write_type (RushJsonWriter *w, const RushType *type)
{
  if (type->user != NULL)
    {
      write_user (w, type->user);
      return;
    }

  gboolean array = type->kind == RUSH_TYPE_ARRAY, map = type->kind == RUSH_TYPE_MAP;

  if (!array && !map && type->kind != RUSH_TYPE_STRUCT)
    {
      write_simple (w, type);
      return;
    }
  rush_json_begin_object (w);
  rush_json_member (w, "type");
  rush_json_string (w, array ? "array" : map ? "map" : "struct");
  if (array)
    {
      write_member_type (w, "elementType", type->fields[0].type);
      rush_json_member (w, "containsNull");
      rush_json_bool (w, type->fields[0].nullable);
    }
  else if (map)
    {
      write_member_type (w, "keyType", type->fields[0].type);
      write_member_type (w, "valueType", type->fields[1].type);
      rush_json_member (w, "valueContainsNull");
      rush_json_bool (w, type->fields[1].nullable);
    }
  else
    write_struct (w, type);
  rush_json_end_object (w);
}

char *
rush_type_to_json (const RushType *self)
{
  GString *out = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, out);
  write_type (&w, self);
  return g_string_free (out, FALSE);
}

/* ---- reading ---- */

static const RushType *
fail (const char *what, GError **error)
{
  rush_sql_error_set_as (error, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                         RUSH_SQL_CLASS_INVALID_JSON_DATA_TYPE, NULL, "invalidType", what, NULL);
  return NULL;
}

static gboolean
read_interval_field (const char *name, RushIntervalField *out)
{
  for (guint i = 0; i <= RUSH_INTERVAL_SECOND; i++)
    if (g_ascii_strcasecmp (rush_interval_field_names[i], name) == 0)
      {
        *out = (RushIntervalField)i;
        return TRUE;
      }
  return FALSE;
}

/* "interval day to second", "interval month". */
static const RushType *
read_interval (const char *name)
{
  g_auto (GStrv) words = g_strsplit (name, " ", -1);
  guint n = g_strv_length (words);
  RushIntervalField start, end;

  if ((n != 2 && !(n == 4 && g_str_equal (words[2], "to"))) ||
      !read_interval_field (words[1], &start) || !read_interval_field (words[n - 1], &end) ||
      start > end || (start <= RUSH_INTERVAL_MONTH) != (end <= RUSH_INTERVAL_MONTH))
    return NULL;
  return start <= RUSH_INTERVAL_MONTH ? rush_type_year_month_interval (start, end)
                                      : rush_type_day_time_interval (start, end);
}

static const RushType *
read_simple (const char *name, GError **error)
{
  guint precision;
  gint scale, end = 0;
  const RushType *type = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (simple_types); i++)
    if (g_str_equal (simple_types[i].name, name))
      return simple_types[i].type;
  if (g_str_equal (name, "null"))
    return &RUSH_NULL;
  if (g_str_equal (name, "timestamp_ltz"))
    return &RUSH_TIMESTAMP;
  if (g_str_equal (name, "decimal"))
    return rush_type_decimal (10, 0);
  if (sscanf (name, "decimal(%u,%d)%n", &precision, &scale, &end) == 2 && end > 0 &&
      name[end] == '\0' && precision >= 1 && precision <= RUSH_DECIMAL_MAX_PRECISION &&
      scale >= 0 && scale <= (gint)precision)
    return rush_type_decimal (precision, scale);
  if (g_str_has_prefix (name, "interval "))
    type = read_interval (name);
  return type != NULL ? type : fail (name, error);
}

static const RushType *read_type (const RushJson *json, GError **error);

static const RushType *
read_struct (const RushJson *json, GError **error)
{
  const RushJson *list = rush_json_get (json, "fields");

  if (list == NULL || rush_json_kind (list) != RUSH_JSON_ARRAY)
    return fail ("struct", error);
  guint n = rush_json_length (list);
  g_autofree RushTypeField *fields = g_new0 (RushTypeField, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const RushJson *field = rush_json_item (list, i);
      if (rush_json_kind (field) != RUSH_JSON_OBJECT)
        return fail ("struct", error);
      fields[i].name = rush_json_get_string (field, "name", NULL);
      fields[i].nullable = rush_json_get_bool (field, "nullable", TRUE);
      if (fields[i].name == NULL)
        return fail ("struct", error);
      fields[i].type = read_type (rush_json_get (field, "type"), error);
      if (fields[i].type == NULL)
        return NULL;
    }
  return rush_type_struct (n, fields);
}

static const RushType *
read_user (const RushJson *json, GError **error)
{
  RushUserType user = {
    .sql_type = read_type (rush_json_get (json, "sqlType"), error),
    .jvm_class = rush_json_get_string (json, "class", ""),
    .python_class = rush_json_get_string (json, "pyClass", ""),
    .serialized_class = rush_json_get_string (json, "serializedClass", ""),
  };

  if (user.sql_type == NULL)
    return NULL;
  return user.sql_type->user == NULL ? rush_type_user (&user) : fail ("udt", error);
}

static const RushType *
read_type (const RushJson *json, GError **error)
{
  if (json != NULL && rush_json_kind (json) == RUSH_JSON_STRING)
    return read_simple (rush_json_as_string (json, ""), error);
  if (json == NULL || rush_json_kind (json) != RUSH_JSON_OBJECT)
    return fail ("null", error);

  const char *kind = rush_json_get_string (json, "type", "null");
  if (g_str_equal (kind, "struct"))
    return read_struct (json, error);
  if (g_str_equal (kind, "array"))
    {
      const RushType *element = read_type (rush_json_get (json, "elementType"), error);
      return element == NULL
                 ? NULL
                 : rush_type_array (element, rush_json_get_bool (json, "containsNull", TRUE));
    }
  if (g_str_equal (kind, "udt"))
    return read_user (json, error);
  if (!g_str_equal (kind, "map"))
    return fail (kind, error);
  const RushType *key = read_type (rush_json_get (json, "keyType"), error);
  const RushType *value = key != NULL ? read_type (rush_json_get (json, "valueType"), error) : NULL;
  return value == NULL
             ? NULL
             : rush_type_map (key, value, rush_json_get_bool (json, "valueContainsNull", TRUE));
}

const RushType *
rush_type_from_json (const char *text, gssize length, GError **error)
{
  g_autoptr (RushJson) json = rush_json_parse (text, length, error);

  return json != NULL ? read_type (json, error) : NULL;
}
