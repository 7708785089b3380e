/* value_text.c - one writer for the four ways in which Spark writes values.
 *
 *            null   decimal   binary      string    date          array    map         struct
 *   cast     null   1E-7 *    as it is    as it is  2020-01-01    [1, 2]   {k -> v}    {1, a}
 *   show     NULL   plain     [1A 2B]     as it is  2020-01-01    [1, 2]   {k -> v}    {1, a}
 *   SQL      NULL   1E-7BD    X'1A2B'     'quoted'  DATE '…'      ARRAY(…)  MAP(…)     NAMED_…(…)
 *                                                                              * with ANSI off
 *
 * The styles differ in little, so the types are walked once and the styles asked where they part.
 */
#include "sql/types/value_text.h"

#include <math.h>
#include <string.h>

#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/interval.h"
#include "sql/types/number_text.h"
#include "sql/types/type_rules.h"

void
rush_value_writer_init (RushValueWriter *self, RushValueTextStyle style, const RushTimeZone *zone)
{
  g_return_if_fail (zone != NULL);

  self->style = style;
  rush_zone_cursor_init (&self->cursor, zone);
}

/* ---- numbers ---- */

static void
write_int (const RushValueWriter *self, const RushType *type, gint64 value, GString *out)
{
  static const char *const suffixes[] = {
    [RUSH_TYPE_INT8] = "Y", [RUSH_TYPE_INT16] = "S", [RUSH_TYPE_INT32] = "", [RUSH_TYPE_INT64] = "L"
  };
  char text[RUSH_NUMBER_TEXT_SIZE];
  gsize length = rush_int64_to_text (value, text);

  g_string_append_len (out, text, (gssize)length);
  if (self->style == RUSH_TEXT_SQL)
    g_string_append (out, suffixes[type->kind]);
}

static void
write_floating (const RushValueWriter *self, const RushType *type, double value, GString *out)
{
  char text[RUSH_NUMBER_TEXT_SIZE];
  gboolean narrow = type == &RUSH_FLOAT32;
  gsize length =
      narrow ? rush_float_to_text ((float)value, text) : rush_double_to_text (value, text);

  if (self->style == RUSH_TEXT_SQL && (narrow || !isfinite (value)))
    g_string_append_printf (out, "CAST('%s' AS %s)", text, narrow ? "FLOAT" : "DOUBLE");
  else
    {
      g_string_append_len (out, text, (gssize)length);
      if (self->style == RUSH_TEXT_SQL)
        g_string_append_c (out, 'D');
    }
}

static void
write_decimal (const RushValueWriter *self, const RushType *type, rush_int128 value, GString *out)
{
  char text[RUSH_DECIMAL_TEXT_SIZE];
  gboolean java = self->style == RUSH_TEXT_CAST_LEGACY || self->style == RUSH_TEXT_SQL;
  gsize length = java ? rush_decimal_to_text (value, type->scale, text)
                      : rush_decimal_to_plain_text (value, type->scale, text);

  g_string_append_len (out, text, (gssize)length);
  if (self->style == RUSH_TEXT_SQL)
    g_string_append (out, "BD");
}

/* ---- bytes ---- */

void
rush_value_write_sql_string (const char *bytes, gsize length, GString *out)
{
  g_string_append_c (out, '\'');
  for (gsize i = 0; i < length; i++)
    {
      if (bytes[i] == '\\' || bytes[i] == '\'')
        g_string_append_c (out, '\\');
      g_string_append_c (out, bytes[i]);
    }
  g_string_append_c (out, '\'');
}

static void
write_hex (const char *bytes, gsize length, const char *separator, GString *out)
{
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (out, "%s%02X", i > 0 ? separator : "", (guchar)bytes[i]);
}

static void
write_bytes (const RushValueWriter *self, const RushColumn *column, guint row, GString *out)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (column, row, &length);
  gboolean binary = column->type == &RUSH_BINARY;

  if (self->style == RUSH_TEXT_SQL && binary)
    {
      g_string_append (out, "X'");
      write_hex (bytes, length, "", out);
      g_string_append_c (out, '\'');
    }
  else if (self->style == RUSH_TEXT_SQL)
    rush_value_write_sql_string (bytes, length, out);
  else if (self->style == RUSH_TEXT_PRETTY && binary)
    {
      g_string_append_c (out, '[');
      write_hex (bytes, length, " ", out);
      g_string_append_c (out, ']');
    }
  else
    g_string_append_len (out, bytes, (gssize)length);
}

/* ---- times ---- */

static void
write_time (RushValueWriter *self, const RushType *type, gint64 value, GString *out)
{
  char text[RUSH_DATETIME_TEXT_SIZE];
  gboolean sql = self->style == RUSH_TEXT_SQL;
  gsize length;

  if (type == &RUSH_DATE)
    length = rush_date_to_text (value, text);
  else
    length = rush_timestamp_to_text (
        type == &RUSH_TIMESTAMP ? rush_zone_cursor_local (&self->cursor, value) : value, text);
  if (sql)
    g_string_append (out, type == &RUSH_DATE        ? "DATE '"
                          : type == &RUSH_TIMESTAMP ? "TIMESTAMP '"
                                                    : "TIMESTAMP_NTZ '");
  g_string_append_len (out, text, (gssize)length);
  if (sql)
    g_string_append_c (out, '\'');
}

static void
write_interval (const RushValueWriter *self, const RushColumn *column, guint row, GString *out)
{
  char text[RUSH_INTERVAL_TEXT_SIZE];
  RushCalendarInterval value;

  if (column->type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL)
    rush_year_month_to_text ((gint32)rush_column_get_int (column, row), column->type, text);
  else if (column->type->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    rush_day_time_to_text (rush_column_get_int (column, row), column->type, text);
  else
    {
      value = rush_column_get_interval (column, row);
      rush_interval_to_text (&value, text);
      if (self->style == RUSH_TEXT_SQL)
        {
          g_string_append_printf (out, "INTERVAL '%s'", text);
          return;
        }
    }
  g_string_append (out, text);
}

/* ---- what has elements ---- */

typedef struct
{
  const char *open, *close, *arrow;
} Brackets;

static void
write_list (RushValueWriter *self, const RushColumn *column, guint row, GString *out)
{
  static const Brackets arrays[] = { { "[", "]", "" }, { "ARRAY(", ")", "" } };
  static const Brackets maps[] = { { "{", "}", " -> " }, { "MAP(", ")", ", " } };
  gboolean sql = self->style == RUSH_TEXT_SQL, map = column->type->kind == RUSH_TYPE_MAP;
  const Brackets *brackets = map ? &maps[sql] : &arrays[sql];
  RushListView list = rush_column_get_list (column, row);

  g_string_append (out, brackets->open);
  for (gint i = 0; i < list.length; i++)
    {
      guint element = (guint)(list.offset + i);
      g_string_append (out, i > 0 ? ", " : "");
      rush_value_write (self, rush_column_child (column, 0), element, out);
      if (!map)
        continue;
      g_string_append (out, brackets->arrow);
      rush_value_write (self, rush_column_child (column, 1), element, out);
    }
  g_string_append (out, brackets->close);
}

static void
write_struct (RushValueWriter *self, const RushColumn *column, guint row, GString *out)
{
  gboolean sql = self->style == RUSH_TEXT_SQL;
  guint inner = rush_column_struct_row (column, row);

  g_string_append (out, sql ? "NAMED_STRUCT(" : "{");
  for (guint i = 0; i < column->type->n_fields; i++)
    {
      const char *name = column->type->fields[i].name;
      g_string_append (out, i > 0 ? ", " : "");
      if (sql)
        {
          rush_value_write_sql_string (name, strlen (name), out);
          g_string_append (out, ", ");
        }
      rush_value_write (self, rush_column_child (column, i), inner, out);
    }
  g_string_append_c (out, sql ? ')' : '}');
}

/* ---- all of them ---- */

static void
write_null (const RushValueWriter *self, const RushType *type, GString *out)
{
  if (self->style == RUSH_TEXT_SQL && type != &RUSH_NULL)
    {
      g_autofree char *sql = rush_type_sql (type);
      g_string_append_printf (out, "CAST(NULL AS %s)", sql);
    }
  else
    g_string_append (out, self->style == RUSH_TEXT_PRETTY || self->style == RUSH_TEXT_SQL ? "NULL"
                                                                                          : "null");
}

/* ---- user-defined types ---- */

static struct
{
  const char *jvm_class;
  RushUserText write;
} user_texts[8];
static guint n_user_texts;

void
rush_value_text_add_user (const char *jvm_class, RushUserText write)
{
  g_return_if_fail (n_user_texts < G_N_ELEMENTS (user_texts));

  user_texts[n_user_texts].jvm_class = jvm_class;
  user_texts[n_user_texts++].write = write;
}

/* FALSE: its class has no form of its own. */
static gboolean
write_user (const RushType *type, const RushColumn *column, guint row, GString *out)
{
  for (guint i = 0; i < n_user_texts; i++)
    if (g_str_equal (user_texts[i].jvm_class, type->user->jvm_class))
      {
        user_texts[i].write (column, row, out);
        return TRUE;
      }
  return FALSE;
}

void
rush_value_write (RushValueWriter *self, const RushColumn *column, guint row, GString *out)
{
  const RushType *type = column->type;

  if (type == &RUSH_NULL || !rush_column_is_valid (column, row))
    {
      write_null (self, type, out);
      return;
    }
  if (type->user != NULL && self->style != RUSH_TEXT_SQL && write_user (type, column, row, out))
    return;
  switch (type->kind)
    {
    case RUSH_TYPE_BOOL:
      g_string_append (out, rush_column_get_bool (column, row) ? "true" : "false");
      break;
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
      write_int (self, type, rush_column_get_int (column, row), out);
      break;
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      write_floating (self, type, rush_column_get_double (column, row), out);
      break;
    case RUSH_TYPE_DECIMAL:
      write_decimal (self, type, rush_column_get_int128 (column, row), out);
      break;
    case RUSH_TYPE_STRING:
    case RUSH_TYPE_BINARY:
      write_bytes (self, column, row, out);
      break;
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
      write_time (self, type, rush_column_get_int (column, row), out);
      break;
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
      write_interval (self, column, row, out);
      break;
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
      write_list (self, column, row, out);
      break;
    case RUSH_TYPE_STRUCT:
      write_struct (self, column, row, out);
      break;
    case RUSH_TYPE_NULL:
    default:
      g_assert_not_reached ();
    }
}

char *
rush_value_to_text (const RushColumn *column, guint row, RushValueTextStyle style,
                    const RushTimeZone *zone)
{
  RushValueWriter writer;
  GString *out = g_string_new (NULL);

  rush_value_writer_init (&writer, style, zone);
  rush_value_write (&writer, column, row, out);
  return g_string_free (out, FALSE);
}
