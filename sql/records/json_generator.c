/* json_generator.c - values as JSON text.
 *
 * Null members are left out, unless ignoreNullFields says otherwise; nulls in arrays and maps stay.
 * Dates, timestamps and NaN are strings.
 */
#include "sql/records/json_generator.h"

#include <math.h>
#include <string.h>

void
rush_json_generator_init (RushJsonGenerator *self, const RushJsonOptions *options)
{
  self->options = options;
  rush_field_writer_init (&self->values, RUSH_TEXT_CAST_LEGACY, options->time_zone);
  self->values.dates = options->date_pattern;
  self->values.timestamps = options->timestamp_pattern;
  self->values.timestamps_ntz = options->timestamp_ntz_pattern;
}

static void
append_string (const char *text, gsize length, GString *out)
{
  static const char hex[] = "0123456789abcdef";

  g_string_append_c (out, '"');
  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar)text[i];
      const char *found = c != '\0' ? strchr ("\"\\\b\f\n\r\t", c) : NULL;

      if (found != NULL)
        {
          g_string_append_c (out, '\\');
          g_string_append_c (out, "\"\\bfnrt"[found - strchr ("\"\\\b\f\n\r\t", '"')]);
        }
      else if (c < 0x20)
        {
          g_string_append_len (out, "\\u00", 4);
          g_string_append_c (out, hex[c >> 4]);
          g_string_append_c (out, hex[c & 15]);
        }
      else
        g_string_append_c (out, text[i]);
    }
  g_string_append_c (out, '"');
}

static void
append_list (RushJsonGenerator *self, const RushColumn *column, guint row, GString *out)
{
  RushListView list = rush_column_get_list (column, row);
  gboolean is_map = column->type->kind == RUSH_TYPE_MAP;
  const RushColumn *values = rush_column_child (column, is_map ? 1 : 0);

  g_string_append_c (out, is_map ? '{' : '[');
  for (gint i = 0; i < list.length; i++)
    {
      guint at = (guint)(list.offset + i);

      g_string_append (out, i > 0 ? "," : "");
      if (is_map)
        {
          g_autoptr (GString) key = g_string_new (NULL);

          rush_value_write (&self->values.value, rush_column_child (column, 0), at, key);
          append_string (key->str, key->len, out);
          g_string_append_c (out, ':');
        }
      rush_json_generate_value (self, values, at, out);
    }
  g_string_append_c (out, is_map ? '}' : ']');
}

void
rush_json_generate_object (RushJsonGenerator *self, guint n, const char *const *names,
                           RushColumn *const *columns, guint row, GString *out)
{
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  for (guint c = 0; c < n; c++)
    {
      if (self->options->ignores_null_fields && !rush_column_is_valid (columns[c], row))
        continue;
      g_string_append (out, first ? "" : ",");
      append_string (names[c], strlen (names[c]), out);
      g_string_append_c (out, ':');
      rush_json_generate_value (self, columns[c], row, out);
      first = FALSE;
    }
  g_string_append_c (out, '}');
}

static void
append_struct (RushJsonGenerator *self, const RushColumn *column, guint row, GString *out)
{
  guint n = column->type->n_fields;
  g_autofree const char **names = g_new (const char *, n + 1);
  g_autofree RushColumn **children = g_new (RushColumn *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      names[i] = column->type->fields[i].name;
      children[i] = rush_column_child (column, i);
    }
  rush_json_generate_object (self, n, names, children, rush_column_struct_row (column, row), out);
}

static void
append_number (RushJsonGenerator *self, const RushColumn *column, guint row, GString *out)
{
  gboolean quoted = (column->type == &RUSH_FLOAT64 || column->type == &RUSH_FLOAT32) &&
                    !isfinite (rush_column_get_double (column, row));

  g_string_append (out, quoted ? "\"" : "");
  rush_field_write (&self->values, column, row, out);
  g_string_append (out, quoted ? "\"" : "");
}

static void
append_binary (const RushColumn *column, guint row, GString *out)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (column, row, &length);
  g_autofree char *text = g_base64_encode ((const guchar *)bytes, length);

  append_string (text, strlen (text), out);
}

static void
append_quoted (RushJsonGenerator *self, const RushColumn *column, guint row, GString *out)
{
  g_autoptr (GString) text = g_string_new (NULL);

  rush_field_write (&self->values, column, row, text);
  append_string (text->str, text->len, out);
}

void
rush_json_generate_value (RushJsonGenerator *self, const RushColumn *column, guint row,
                          GString *out)
{
  const char *bytes;
  gsize length;

  if (!rush_column_is_valid (column, row))
    {
      g_string_append (out, "null");
      return;
    }
  switch (column->type->kind)
    {
    case RUSH_TYPE_STRING:
      bytes = rush_column_get_bytes (column, row, &length);
      append_string (bytes, length, out);
      return;
    case RUSH_TYPE_BINARY:
      append_binary (column, row, out);
      return;
    case RUSH_TYPE_BOOL:
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
    case RUSH_TYPE_DECIMAL:
      append_number (self, column, row, out);
      return;
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
      append_list (self, column, row, out);
      return;
    case RUSH_TYPE_STRUCT:
      append_struct (self, column, row, out);
      return;
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
    default:
      append_quoted (self, column, row, out);
    }
}
