/* expression_literal_text.c - constants as text.
 *
 *   STRING  abc    1    1.50     1994-01-01         INTERVAL '1' YEAR
 *   PRETTY  abc    1    1.50     DATE '1994-01-01'  INTERVAL '1' YEAR
 *   SQL    'abc'   1L   1.50BD   DATE '1994-01-01'  INTERVAL '1' YEAR
 *
 * Mirrors: Literal.{toString,sql}, IntervalUtils.{toYearMonthIntervalString,toDayTimeIntervalString}.
 */
#include <string.h>

#include "sql/plan/expression_text_private.h"
#include "sql/types/civil_time.h"
#include "sql/types/decimal.h"
#include "sql/types/number_text.h"
#include "sql/types/type_rules.h"

static void
append_date (gint64 days, GString *out)
{
  RushCivilDate date = rush_civil_date (days);

  g_string_append_printf (out, "%04" G_GINT64_FORMAT "-%02d-%02d", date.year, date.month, date.day);
}

/* "12.5" for 12 s and 500 ms: no zeros at the end. */
static void
append_seconds (guint64 seconds, guint64 micros, GString *out)
{
  g_string_append_printf (out, "%02" G_GUINT64_FORMAT, seconds);
  if (micros > 0)
    {
      g_string_append_printf (out, ".%06" G_GUINT64_FORMAT, micros);
      while (out->str[out->len - 1] == '0')
        g_string_truncate (out, out->len - 1);
    }
}

static void
append_timestamp (gint64 micros, GString *out)
{
  gint64 day = rush_floor_div (micros, RUSH_MICROS_PER_DAY);
  RushCivilTime time = rush_civil_time (rush_floor_mod (micros, RUSH_MICROS_PER_DAY));

  append_date (day, out);
  g_string_append_printf (out, " %02d:%02d:", time.hour, time.minute);
  append_seconds (time.second, time.micros, out);
}

/* ── intervals ── */

static const char *const field_names[] = { "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND" };

static void
append_interval_type (const RushType *type, GString *out)
{
  g_string_append_printf (out, "' %s", field_names[type->start]);
  if (type->start != type->end)
    g_string_append_printf (out, " TO %s", field_names[type->end]);
}

static void
append_year_month (const RushType *type, gint64 months, GString *out)
{
  guint64 all = ABS (months);

  g_string_append_printf (out, "INTERVAL '%s", months < 0 ? "-" : "");
  if (type->start == RUSH_INTERVAL_YEAR)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, all / 12);
  if (type->start != type->end)
    g_string_append_c (out, '-');
  if (type->end == RUSH_INTERVAL_MONTH)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT,
                            type->start == RUSH_INTERVAL_YEAR ? all % 12 : all);
  append_interval_type (type, out);
}

/* The first field takes all of what is coarser, and has one digit if it can; others have two. */
static void
append_day_time (const RushType *type, gint64 micros, GString *out)
{
  static const gint64 units[] = { [RUSH_INTERVAL_DAY] = RUSH_MICROS_PER_DAY,
                                  [RUSH_INTERVAL_HOUR] = RUSH_MICROS_PER_HOUR,
                                  [RUSH_INTERVAL_MINUTE] = RUSH_MICROS_PER_MINUTE,
                                  [RUSH_INTERVAL_SECOND] = RUSH_MICROS_PER_SECOND };
  guint64 rest = micros < 0 ? -(guint64)micros : (guint64)micros;

  g_string_append_printf (out, "INTERVAL '%s", micros < 0 ? "-" : "");
  for (guint field = type->start; field <= type->end; field++)
    {
      guint64 value = rest / units[field];

      rest %= units[field];
      if (field > type->start)
        g_string_append_c (out, field == RUSH_INTERVAL_HOUR ? ' ' : ':');
      if (field == RUSH_INTERVAL_SECOND)
        append_seconds (value, rest, out);
      else
        g_string_append_printf (
            out, field == RUSH_INTERVAL_DAY ? "%" G_GUINT64_FORMAT : "%02" G_GUINT64_FORMAT, value);
    }
  append_interval_type (type, out);
}

static void
append_unit (gint64 value, const char *unit, GString *out)
{
  if (value != 0)
    g_string_append_printf (out, "%s%" G_GINT64_FORMAT " %s", out->len > 0 ? " " : "", value, unit);
}

/* "1 years 2 months 3 days 4 hours 5.5 seconds" */
static char *
calendar_text (RushCalendarInterval interval)
{
  GString *out = g_string_new (NULL);
  gint64 seconds = interval.microseconds % RUSH_MICROS_PER_MINUTE;

  append_unit (interval.months / 12, "years", out);
  append_unit (interval.months % 12, "months", out);
  append_unit (interval.days, "days", out);
  append_unit (interval.microseconds / RUSH_MICROS_PER_HOUR, "hours", out);
  append_unit (interval.microseconds % RUSH_MICROS_PER_HOUR / RUSH_MICROS_PER_MINUTE, "minutes",
               out);
  if (seconds != 0)
    {
      char digits[RUSH_DECIMAL_TEXT_SIZE];

      rush_decimal_to_plain_text (seconds, 6, digits);
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", digits);
      while (out->str[out->len - 1] == '0')
        g_string_truncate (out, out->len - 1);
      if (out->str[out->len - 1] == '.')
        g_string_truncate (out, out->len - 1);
      g_string_append (out, " seconds");
    }
  if (out->len == 0)
    g_string_append (out, "0 seconds");
  return g_string_free (out, FALSE);
}

/* ── values ── */

static void
append_nested (const RushColumn *column, guint row, GString *out)
{
  rush_column_append_text (column, row, out);
}

static void
append_bytes (const RushColumn *value, GString *out)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (value, 0, &length);

  g_string_append_len (out, bytes, length);
}

static void
append_hex (const RushColumn *value, GString *out)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (value, 0, &length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (out, "%02X", (guint8)bytes[i]);
}

static void
append_value (const RushExpr *literal, GString *out)
{
  const RushColumn *value = literal->as.literal.value;
  char text[RUSH_DECIMAL_TEXT_SIZE];

  switch (literal->type->kind)
    {
    case RUSH_TYPE_BOOL:
      g_string_append (out, rush_column_get_bool (value, 0) ? "true" : "false");
      break;
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, rush_column_get_int (value, 0));
      break;
    case RUSH_TYPE_FLOAT32:
      rush_float_to_text ((float)rush_column_get_double (value, 0), text);
      g_string_append (out, text);
      break;
    case RUSH_TYPE_FLOAT64:
      rush_double_to_text (rush_column_get_double (value, 0), text);
      g_string_append (out, text);
      break;
    case RUSH_TYPE_DECIMAL:
      rush_decimal_to_text (rush_column_get_int128 (value, 0), literal->type->scale, text);
      g_string_append (out, text);
      break;
    case RUSH_TYPE_STRING:
      append_bytes (value, out);
      break;
    case RUSH_TYPE_BINARY:
      g_string_append (out, "0x");
      append_hex (value, out);
      break;
    case RUSH_TYPE_DATE:
      append_date (rush_column_get_int (value, 0), out);
      break;
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
      append_timestamp (rush_column_get_int (value, 0), out);
      break;
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
      append_year_month (literal->type, rush_column_get_int (value, 0), out);
      break;
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      append_day_time (literal->type, rush_column_get_int (value, 0), out);
      break;
    case RUSH_TYPE_CALENDAR_INTERVAL:
      {
        g_autofree char *interval = calendar_text (rush_column_get_interval (value, 0));

        g_string_append (out, interval);
        break;
      }
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
      append_nested (value, 0, out);
      break;
    }
}

/* ── as SQL ── */

static void
append_quoted_string (const RushExpr *literal, GString *out)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (literal->as.literal.value, 0, &length);

  g_string_append_c (out, '\'');
  for (gsize i = 0; i < length; i++)
    {
      if (bytes[i] == '\'' || bytes[i] == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, bytes[i]);
    }
  g_string_append_c (out, '\'');
}

static void
append_wrapped (const char *before, const RushExpr *literal, const char *after, GString *out)
{
  g_string_append (out, before);
  append_value (literal, out);
  g_string_append (out, after);
}

/* Kinds that read the same in names of columns and in quoted SQL; FALSE: not one of these. */
static gboolean
append_typed (const RushExpr *literal, GString *out)
{
  switch ((int)literal->type->kind)
    {
    case RUSH_TYPE_DATE:
      append_wrapped ("DATE '", literal, "'", out);
      return TRUE;
    case RUSH_TYPE_TIMESTAMP:
      append_wrapped ("TIMESTAMP '", literal, "'", out);
      return TRUE;
    case RUSH_TYPE_TIMESTAMP_NTZ:
      append_wrapped ("TIMESTAMP_NTZ '", literal, "'", out);
      return TRUE;
    case RUSH_TYPE_CALENDAR_INTERVAL:
      append_wrapped ("INTERVAL '", literal, "'", out);
      return TRUE;
    case RUSH_TYPE_BINARY:
      g_string_append (out, "X'");
      append_hex (literal->as.literal.value, out);
      g_string_append_c (out, '\'');
      return TRUE;
    default:
      return FALSE;
    }
}

static void
append_sql (const RushExpr *literal, GString *out)
{
  switch ((int)literal->type->kind)
    {
    case RUSH_TYPE_INT8:
      append_wrapped ("", literal, "Y", out);
      break;
    case RUSH_TYPE_INT16:
      append_wrapped ("", literal, "S", out);
      break;
    case RUSH_TYPE_INT64:
      append_wrapped ("", literal, "L", out);
      break;
    case RUSH_TYPE_FLOAT32:
      append_wrapped ("CAST(", literal, " AS FLOAT)", out);
      break;
    case RUSH_TYPE_FLOAT64:
      append_wrapped ("", literal, "D", out);
      break;
    case RUSH_TYPE_DECIMAL:
      append_wrapped ("", literal, "BD", out);
      break;
    case RUSH_TYPE_STRING:
      append_quoted_string (literal, out);
      break;
    default:
      append_value (literal, out);
      break;
    }
}

void
rush_append_literal (const RushExpr *literal, RushTextStyle style, GString *out)
{
  if (rush_expr_is_literal_null (literal))
    {
      if (style == RUSH_TEXT_SQL && literal->type != &RUSH_NULL)
        {
          g_autofree char *upper = rush_type_sql (literal->type);

          g_string_append_printf (out, "CAST(NULL AS %s)", upper);
        }
      else
        g_string_append (out, style == RUSH_TEXT_STRING ? "null" : "NULL");
    }
  else if (style == RUSH_TEXT_STRING)
    append_value (literal, out);
  else if (!append_typed (literal, out))
    {
      if (style == RUSH_TEXT_SQL)
        append_sql (literal, out);
      else
        append_value (literal, out);
    }
}
