/* partition_values.c - text in folder names, and the types it could be of.
 *
 * The type of a column is found like this: each value takes the first of these that reads it, and
 * the column takes the narrowest type that holds all of them.
 *
 *     null   int → bigint → decimal(p,0)   double   date   timestamp   string
 *            └──── of growing size ────┘                               └─ what else does not go
 *                                                                         together: 1 and
 * 2024-01-01
 *
 * Only texts that look exactly like dates and timestamps are taken for such: 2024-1-1 stays a
 * string, as folders of two spellings would become one value.
 */
#include "sql/sources/partition_values.h"

#include "core/data/column_builder.h"
#include "sql/records/field_text.h"
#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/number_text.h"
#include "sql/types/time_zone.h"
#include "sql/types/type_rules.h"

#include <string.h>

/* ---- escapes ---- */

char *
rush_partition_unescape (const char *text, gsize length)
{
  GString *out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    if (text[i] == '%' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) &&
        g_ascii_isxdigit (text[i + 2]))
      {
        g_string_append_c (out, (char)(g_ascii_xdigit_value (text[i + 1]) << 4 |
                                       g_ascii_xdigit_value (text[i + 2])));
        i += 2;
      }
    else
      g_string_append_c (out, text[i]);
  return g_string_free (out, FALSE);
}

static gboolean
needs_escape (guchar c)
{
  return c < 0x20 || c == 0x7f || strchr ("\"#%'*/:=?\\{[]^", c) != NULL;
}

char *
rush_partition_escape (const char *text)
{
  GString *out;

  if (text == NULL || text[0] == '\0')
    return g_strdup (RUSH_DEFAULT_PARTITION);
  out = g_string_new (NULL);
  for (const char *at = text; *at != '\0'; at++)
    if (needs_escape ((guchar)*at))
      g_string_append_printf (out, "%%%02X", (guchar)*at);
    else
      g_string_append_c (out, *at);
  return g_string_free (out, FALSE);
}

/* ---- types ---- */

static gboolean
has_shape (const char *text, const char *shape)
{
  for (; *shape != '\0'; shape++, text++)
    if (*shape == '0' ? !g_ascii_isdigit (*text) : *text != *shape)
      return FALSE;
  return *text == '\0' || (*text == '.' && g_ascii_isdigit (text[1]));
}

static gboolean
is_whole_number (const char *text)
{
  if (*text == '-' || *text == '+')
    text++;
  return *text != '\0' && strspn (text, "0123456789") == strlen (text);
}

static const RushType *
whole_number_type (const char *text)
{
  gsize length = strlen (text);
  rush_int128 unscaled;
  gint64 value;
  gint scale;

  if (rush_text_to_int64 (text, length, G_MININT32, G_MAXINT32, FALSE, &value))
    return &RUSH_INT32;
  if (rush_text_to_int64 (text, length, G_MININT64, G_MAXINT64, FALSE, &value))
    return &RUSH_INT64;
  if (rush_decimal_parse_literal (text, length, &unscaled, &scale) == RUSH_DECIMAL_TEXT_OK)
    return rush_type_decimal (rush_decimal_digits (unscaled), 0);
  return &RUSH_FLOAT64;
}

static const RushType *
type_of_text (const char *text, const RushTimeZone *zone)
{
  gsize length = text != NULL ? strlen (text) : 0;
  rush_int128 unscaled;
  double number;
  gint32 days;
  gint64 micros;
  gint scale;

  if (text == NULL)
    return &RUSH_NULL;
  if (is_whole_number (text))
    return whole_number_type (text);
  /* 1e3 is a whole number, too. */
  if (rush_decimal_parse_literal (text, length, &unscaled, &scale) == RUSH_DECIMAL_TEXT_OK &&
      scale == 0)
    return rush_type_decimal (rush_decimal_digits (unscaled), 0);
  if (rush_text_to_double (text, length, &number))
    return &RUSH_FLOAT64;
  if (has_shape (text, "0000-00-00") && length == 10 && rush_text_to_date (text, length, &days))
    return &RUSH_DATE;
  if (has_shape (text, "0000-00-00 00:00:00") &&
      rush_text_to_timestamp (text, length, zone, 0, &micros))
    return &RUSH_TIMESTAMP;
  return &RUSH_STRING;
}

static gboolean
is_exact (const RushType *type)
{
  return rush_type_is_integral (type) || type->kind == RUSH_TYPE_DECIMAL;
}

static gboolean
is_day (const RushType *type)
{
  return type == &RUSH_DATE || type == &RUSH_TIMESTAMP;
}

/* The narrowest type that holds the values of both, without a digit lost. */
static const RushType *
wider (const RushType *a, const RushType *b)
{
  if (a == b || b == &RUSH_NULL)
    return a;
  if (a == &RUSH_NULL)
    return b;
  if (rush_type_is_integral (a) && rush_type_is_integral (b))
    return &RUSH_INT64;
  if (is_exact (a) && is_exact (b))
    return rush_decimal_wider (rush_decimal_for_type (a), rush_decimal_for_type (b));
  if ((a == &RUSH_INT32 && b == &RUSH_FLOAT64) || (a == &RUSH_FLOAT64 && b == &RUSH_INT32))
    return &RUSH_FLOAT64;
  if (is_day (a) && is_day (b))
    return &RUSH_TIMESTAMP;
  return &RUSH_STRING;
}

const RushType *
rush_partition_infer_type (char *const *texts, guint n, const char *time_zone)
{
  const RushTimeZone *zone = rush_time_zone_get (time_zone, NULL);
  const RushType *type = &RUSH_NULL;

  for (guint i = 0; i < n; i++)
    type = wider (type, type_of_text (texts[i], zone));
  return type;
}

/* ---- columns ---- */

RushColumn *
rush_partition_column (const char *name, const RushType *type, char *const *texts, guint n,
                       const char *time_zone, GError **error)
{
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (type, rush_allocator_system ());
  RushFieldParser parser;

  if (type == &RUSH_NULL)
    return rush_column_new_void (n);
  if (!rush_field_parser_init (&parser, type, time_zone, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      RushFieldStatus status = RUSH_FIELD_OK;

      if (texts[i] == NULL)
        {
          if (!rush_column_builder_append_null (builder, error))
            return NULL;
          continue;
        }
      status = rush_field_parse (&parser, texts[i], strlen (texts[i]), builder, error);
      if (status == RUSH_FIELD_ERROR)
        return NULL;
      if (status == RUSH_FIELD_MALFORMED)
        {
          g_autofree char *value = g_strdup_printf ("'%s'", texts[i]);
          g_autofree char *wanted = rush_type_sql_id (type);
          g_autofree char *column = rush_sql_id_of (name);

          rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_PARTITION_VALUE, NULL, "value", value,
                              "dataType", wanted, "columnName", column, NULL);
          return NULL;
        }
    }
  return rush_column_builder_finish (builder);
}

char *
rush_partition_value_text (const RushColumn *column, guint row, const char *time_zone)
{
  g_autoptr (GString) text = g_string_new (NULL);
  RushFieldWriter writer;

  if (!rush_column_is_valid (column, row))
    return g_strdup (RUSH_DEFAULT_PARTITION);
  rush_field_writer_init (&writer, RUSH_TEXT_CAST_ANSI, time_zone);
  rush_field_write (&writer, column, row, text);
  return rush_partition_escape (text->str);
}
