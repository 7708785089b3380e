/* expression_literal_text.c - constants as text.
 *
 *   STRING  abc    1    1.50     1994-01-01         INTERVAL '1' YEAR
 *   PRETTY  abc    1    1.50     DATE '1994-01-01'  INTERVAL '1' YEAR
 *   SQL    'abc'   1L   1.50BD   DATE '1994-01-01'  INTERVAL '1' YEAR
 *
 * Mirrors: Literal.{toString,sql},
 *
 IntervalUtils.{toYearMonthIntervalString,toDayTimeIntervalString}. */
#include <string.h>

#include "sql/plan/expression_text_private.h"
#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/interval.h"
#include "sql/types/number_text.h"
#include "sql/types/type_rules.h"

/* Timestamps are shown in UTC: a plan belongs to no session. */
static void
append_times (const RushType *type, const RushColumn *value, GString *out)
{
  char text[MAX (RUSH_INTERVAL_TEXT_SIZE, RUSH_DATETIME_TEXT_SIZE)];
  RushCalendarInterval interval;

  switch ((int)type->kind)
    {
    case RUSH_TYPE_DATE:
      rush_date_to_text (rush_column_get_int (value, 0), text);
      break;
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
      rush_year_month_to_text ((gint32)rush_column_get_int (value, 0), type, text);
      break;
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      rush_day_time_to_text (rush_column_get_int (value, 0), type, text);
      break;
    case RUSH_TYPE_CALENDAR_INTERVAL:
      interval = rush_column_get_interval (value, 0);
      rush_interval_to_text (&interval, text);
      break;
    default:
      rush_timestamp_to_text (rush_column_get_int (value, 0), text);
      break;
    }
  g_string_append (out, text);
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
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
      append_times (literal->type, value, out);
      break;
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
