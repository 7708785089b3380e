/* cast_row.c - one value cast, for every pair of types that is not quicker elsewhere.
 *
 *   from \ to      bool  integer  float  decimal  date  timestamp  interval
 *   string          x       x       x       x      x        x         x
 *   bool            .       x       x       x      .        x         .
 *   number          x       x       x       x      .        x         x
 *   date            .       .       .       .      .        x         .
 *   timestamp       x       x       x       x      x        x         .
 *   interval        .       x       .       x      .        .         x
 *
 * What Spark's rules refuse at analysis (sql/types/type_rules.h) does not come here.  Text is the
 * business of cast_text.c, arrays, maps and structs of cast_nested.c.
 */
#include "sql/kernels/cast_private.h"

#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/interval.h"
#include "sql/types/number_text.h"
#include "sql/types/timestamp.h"
#include "sql/types/type_rules.h"
#include "sql/types/value_text.h"

#include <math.h>
#include <string.h>

/* ── putting results in their places ── */

static RushCastStatus
put_int (const RushType *to, guint row, gint64 value, guint8 *values)
{
  switch (to->value_bytes)
    {
    case 0:
      if (value != 0)
        rush_bit_set (values, row);
      break;
    case 1:
      ((gint8 *)values)[row] = (gint8)value;
      break;
    case 2:
      ((gint16 *)values)[row] = (gint16)value;
      break;
    case 4:
      ((gint32 *)values)[row] = (gint32)value;
      break;
    default:
      ((gint64 *)values)[row] = value;
    }
  return RUSH_CAST_OK;
}

static RushCastStatus
put_double (const RushType *to, guint row, double value, guint8 *values)
{
  if (to == &RUSH_FLOAT32)
    ((float *)values)[row] = (float)value;
  else
    ((double *)values)[row] = value;
  return RUSH_CAST_OK;
}

static RushCastStatus
put_decimal (const RushType *to, guint row, rush_int128 value, guint8 *values)
{
  if (to->value_bytes == 16)
    ((rush_int128 *)values)[row] = value;
  else
    ((gint64 *)values)[row] = (gint64)value;
  return RUSH_CAST_OK;
}

/* An integer that may be too wide: LEGACY cuts it off. */
static RushCastStatus
put_narrowed (const RushCastRow *self, guint row, gint64 value, guint8 *values)
{
  guint bits = self->to->value_bytes * 8;
  gboolean fits = bits == 64 || (value >= -(G_GINT64_CONSTANT (1) << (bits - 1)) &&
                                 value < G_GINT64_CONSTANT (1) << (bits - 1));
  if (!fits && self->expr->mode != RUSH_EVAL_LEGACY)
    return RUSH_CAST_OVERFLOW;
  return put_int (self->to, row, value, values);
}

/* ── from text ── */

static RushCastStatus
text_to_integer (const RushCastRow *self, const char *text, gsize length, guint row, guint8 *values)
{
  guint bits = self->to->value_bytes * 8;
  gint64 max = bits == 64 ? G_MAXINT64 : (G_GINT64_CONSTANT (1) << (bits - 1)) - 1, value;

  if (!rush_text_to_int64 (text, length, -max - 1, max, self->expr->mode == RUSH_EVAL_LEGACY,
                           &value))
    return RUSH_CAST_MALFORMED;
  return put_int (self->to, row, value, values);
}

static RushCastStatus
text_to_fraction (const RushCastRow *self, const char *text, gsize length, guint row,
                  guint8 *values)
{
  if (self->to == &RUSH_FLOAT32)
    return rush_text_to_float (text, length, &((float *)values)[row]) ? RUSH_CAST_OK
                                                                      : RUSH_CAST_MALFORMED;
  return rush_text_to_double (text, length, &((double *)values)[row]) ? RUSH_CAST_OK
                                                                      : RUSH_CAST_MALFORMED;
}

static RushCastStatus
text_to_decimal (const RushCastRow *self, const char *text, gsize length, guint row, guint8 *values)
{
  rush_int128 value;

  switch (rush_decimal_parse (text, length, self->to, &value))
    {
    case RUSH_DECIMAL_TEXT_OK:
      return put_decimal (self->to, row, value, values);
    case RUSH_DECIMAL_TEXT_OVERFLOW:
      return RUSH_CAST_OVERFLOW;
    case RUSH_DECIMAL_TEXT_MALFORMED:
    default:
      return RUSH_CAST_MALFORMED;
    }
}

static RushCastStatus
text_to_interval (const RushCastRow *self, const char *text, gsize length, guint row,
                  guint8 *values, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean ok =
      self->to->kind == RUSH_TYPE_CALENDAR_INTERVAL
          ? rush_interval_parse (text, length, &((RushCalendarInterval *)values)[row], &failure)
      : self->to->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL
          ? rush_interval_parse_year_month (text, length, self->to, &((gint32 *)values)[row],
                                            &failure)
          : rush_interval_parse_day_time (text, length, self->to, &((gint64 *)values)[row],
                                          &failure);
  if (ok)
    return RUSH_CAST_OK;
  if (self->to->kind == RUSH_TYPE_CALENDAR_INTERVAL || self->expr->mode != RUSH_EVAL_ANSI)
    return RUSH_CAST_NULL;
  g_propagate_error (error, g_steal_pointer (&failure));
  return RUSH_CAST_FAILED;
}

static RushCastStatus
from_text (const RushCastRow *self, guint row, guint8 *values, GError **error)
{
  gsize length;
  const char *text = rush_column_get_bytes (self->column, row, &length);
  gboolean flag;
  gint64 instant;

  switch ((guint)self->to->kind)
    {
    case RUSH_TYPE_BOOL:
      if (!rush_text_to_bool (text, length, &flag))
        return RUSH_CAST_MALFORMED;
      return put_int (self->to, row, flag, values);
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      return text_to_fraction (self, text, length, row, values);
    case RUSH_TYPE_DECIMAL:
      return text_to_decimal (self, text, length, row, values);
    case RUSH_TYPE_DATE:
      return rush_text_to_date (text, length, &((gint32 *)values)[row]) ? RUSH_CAST_OK
                                                                        : RUSH_CAST_MALFORMED;
    case RUSH_TYPE_TIMESTAMP:
      if (!rush_text_to_timestamp (text, length, self->zone, self->ctx->now_us, &instant))
        return RUSH_CAST_MALFORMED;
      return put_int (self->to, row, instant, values);
    case RUSH_TYPE_TIMESTAMP_NTZ:
      if (!rush_text_to_timestamp_ntz (text, length, TRUE, &instant))
        return RUSH_CAST_MALFORMED;
      return put_int (self->to, row, instant, values);
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
      return text_to_interval (self, text, length, row, values, error);
    default:
      return text_to_integer (self, text, length, row, values);
    }
}

/* ── from numbers ── */

/* Microseconds in a unit of an ANSI interval's last field, or months. */
static gint64
interval_unit (const RushType *type)
{
  static const gint64 units[] = {
    [RUSH_INTERVAL_YEAR] = 12,
    [RUSH_INTERVAL_MONTH] = 1,
    [RUSH_INTERVAL_DAY] = RUSH_MICROS_PER_DAY,
    [RUSH_INTERVAL_HOUR] = RUSH_MICROS_PER_HOUR,
    [RUSH_INTERVAL_MINUTE] = RUSH_MICROS_PER_MINUTE,
    [RUSH_INTERVAL_SECOND] = RUSH_MICROS_PER_SECOND,
  };
  return units[type->end];
}

static RushCastStatus
from_integer (const RushCastRow *self, guint row, gint64 value, guint8 *values)
{
  rush_int128 decimal;
  gint64 scaled;

  switch ((guint)self->to->kind)
    {
    case RUSH_TYPE_BOOL:
      return put_int (self->to, row, value != 0, values);
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      return put_double (self->to, row, (double)value, values);
    case RUSH_TYPE_DECIMAL:
      if (!rush_decimal_from_int64 (value, self->to, &decimal))
        return RUSH_CAST_OVERFLOW;
      return put_decimal (self->to, row, decimal, values);
    case RUSH_TYPE_TIMESTAMP: /* seconds, as far as they go */
      if (__builtin_mul_overflow (value, RUSH_MICROS_PER_SECOND, &scaled))
        scaled = value < 0 ? G_MININT64 : G_MAXINT64;
      return put_int (self->to, row, scaled, values);
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      if (__builtin_mul_overflow (value, interval_unit (self->to), &scaled) ||
          (self->to->value_bytes == 4 && scaled != (gint32)scaled))
        return RUSH_CAST_OVERFLOW;
      return put_int (self->to, row, scaled, values);
    default:
      return put_narrowed (self, row, value, values);
    }
}

static RushCastStatus
from_double (const RushCastRow *self, guint row, double value, guint8 *values)
{
  rush_int128 decimal;
  gboolean is_float = self->from == &RUSH_FLOAT32;

  switch ((guint)self->to->kind)
    {
    case RUSH_TYPE_BOOL:
      return put_int (self->to, row, value != 0, values);
    case RUSH_TYPE_DECIMAL:
      if (!(is_float ? rush_decimal_from_float ((float)value, self->to, &decimal)
                     : rush_decimal_from_double (value, self->to, &decimal)))
        return isfinite (value) ? RUSH_CAST_OVERFLOW : RUSH_CAST_NULL;
      return put_decimal (self->to, row, decimal, values);
    default: /* a timestamp, in seconds */
      if (!isfinite (value))
        return self->expr->mode == RUSH_EVAL_ANSI ? RUSH_CAST_MALFORMED : RUSH_CAST_NULL;
      value *= (double)RUSH_MICROS_PER_SECOND;
      return put_int (self->to, row,
                      value >= 0x1p63    ? G_MAXINT64
                      : value <= -0x1p63 ? G_MININT64
                                         : (gint64)value,
                      values);
    }
}

static RushCastStatus
from_decimal (const RushCastRow *self, guint row, guint8 *values)
{
  rush_int128 value = rush_column_get_int128 (self->column, row), other;
  gint scale = self->from->scale;
  gint64 whole;

  switch ((guint)self->to->kind)
    {
    case RUSH_TYPE_BOOL:
      return put_int (self->to, row, value != 0, values);
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      return put_double (self->to, row, rush_decimal_to_double (value, scale), values);
    case RUSH_TYPE_DECIMAL:
      if (!rush_decimal_rescale (value, scale, self->to, &other))
        return RUSH_CAST_OVERFLOW;
      return put_decimal (self->to, row, other, values);
    case RUSH_TYPE_TIMESTAMP:
      if (!rush_decimal_rescale (value, scale, rush_type_decimal (38, 6), &other))
        return RUSH_CAST_OVERFLOW;
      return put_int (self->to, row, (gint64)other, values);
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      if (__builtin_mul_overflow (value, (rush_int128)interval_unit (self->to), &other))
        return RUSH_CAST_OVERFLOW;
      other = rush_decimal_drop (other, scale, RUSH_ROUND_HALF_UP);
      if (other != (gint64)other || (self->to->value_bytes == 4 && other != (gint32)other))
        return RUSH_CAST_OVERFLOW;
      return put_int (self->to, row, (gint64)other, values);
    default:
      if (!rush_decimal_to_int64 (value, scale, &whole) && self->expr->mode != RUSH_EVAL_LEGACY)
        return RUSH_CAST_OVERFLOW;
      return put_narrowed (self, row, whole, values);
    }
}

/* ── from times ── */

static RushCastStatus
from_date (const RushCastRow *self, guint row, guint8 *values)
{
  gint64 days = rush_column_get_int (self->column, row);

  if (self->to->kind == RUSH_TYPE_TIMESTAMP)
    return put_int (self->to, row, rush_timestamp_from_days (days, self->zone), values);
  if (self->to->kind == RUSH_TYPE_TIMESTAMP_NTZ)
    return put_int (self->to, row, rush_timestamp_from_days (days, rush_time_zone_utc ()), values);
  return RUSH_CAST_NULL; /* numbers of dates are null where they are allowed at all */
}

static RushCastStatus
from_timestamp (const RushCastRow *self, guint row, guint8 *values)
{
  gint64 instant = rush_column_get_int (self->column, row);
  gboolean local = self->from->kind == RUSH_TYPE_TIMESTAMP_NTZ;
  rush_int128 decimal;

  switch ((guint)self->to->kind)
    {
    case RUSH_TYPE_DATE:
      return put_int (self->to, row,
                      rush_timestamp_to_days (instant, local ? rush_time_zone_utc () : self->zone),
                      values);
    case RUSH_TYPE_TIMESTAMP:
      return put_int (self->to, row,
                      local ? rush_time_zone_to_instant (self->zone, instant, RUSH_NO_OFFSET)
                            : instant,
                      values);
    case RUSH_TYPE_TIMESTAMP_NTZ:
      return put_int (self->to, row,
                      local ? instant : rush_time_zone_to_local (self->zone, instant), values);
    case RUSH_TYPE_BOOL:
      return put_int (self->to, row, instant != 0, values);
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      return put_double (self->to, row, (double)instant / (double)RUSH_MICROS_PER_SECOND, values);
    case RUSH_TYPE_DECIMAL:
      if (!rush_decimal_rescale (instant, 6, self->to, &decimal))
        return RUSH_CAST_OVERFLOW;
      return put_decimal (self->to, row, decimal, values);
    default:
      return put_narrowed (self, row, rush_floor_div (instant, RUSH_MICROS_PER_SECOND), values);
    }
}

/* An ANSI interval: to a number of its last field's units, or to another with the same storage. */
static RushCastStatus
from_interval (const RushCastRow *self, guint row, guint8 *values)
{
  gint64 value = rush_column_get_int (self->column, row);
  rush_int128 decimal;

  if (self->to->kind == self->from->kind)
    {
      gint64 unit = interval_unit (self->to);
      return put_int (self->to, row, value / unit * unit, values);
    }
  if (self->to->kind != RUSH_TYPE_DECIMAL)
    return put_narrowed (self, row, value / interval_unit (self->from), values);
  if (!rush_decimal_rescale ((rush_int128)value * 1000000 / interval_unit (self->from), 6, self->to,
                             &decimal))
    return RUSH_CAST_OVERFLOW;
  return put_decimal (self->to, row, decimal, values);
}

RushCastStatus
rush_cast_row (const RushCastRow *self, guint row, guint8 *values, GError **error)
{
  switch ((guint)self->from->kind)
    {
    case RUSH_TYPE_STRING:
      return from_text (self, row, values, error);
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      return from_double (self, row, rush_column_get_double (self->column, row), values);
    case RUSH_TYPE_DECIMAL:
      return from_decimal (self, row, values);
    case RUSH_TYPE_DATE:
      return from_date (self, row, values);
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
      return from_timestamp (self, row, values);
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      return from_interval (self, row, values);
    default: /* bool and integers */
      return from_integer (self, row, rush_column_get_int (self->column, row), values);
    }
}

/* ── errors ── */

static RushSqlError
malformed_kind (const RushType *to)
{
  switch ((guint)to->kind)
    {
    case RUSH_TYPE_BOOL:
      return RUSH_SQL_ERROR_RUNTIME;
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
      return RUSH_SQL_ERROR_DATETIME;
    default:
      return RUSH_SQL_ERROR_NUMBER_FORMAT;
    }
}

/* NUMERIC_VALUE_OUT_OF_RANGE shows the number without quotes or exponent. */
static void
set_decimal_overflow (const RushCastRow *self, guint row, GError **error)
{
  char text[RUSH_DECIMAL_TEXT_SIZE];
  rush_int128 wide;

  if (self->from->kind == RUSH_TYPE_DECIMAL)
    rush_decimal_to_plain_text (rush_column_get_int128 (self->column, row), self->from->scale,
                                text);
  else if ((self->from == &RUSH_FLOAT64 || self->from == &RUSH_FLOAT32) &&
           rush_decimal_from_double (rush_column_get_double (self->column, row),
                                     rush_type_decimal (38, 0), &wide))
    rush_decimal_to_plain_text (wide, 0, text);
  else
    {
      g_autofree char *value =
          rush_value_to_text (self->column, row, RUSH_TEXT_CAST_ANSI, self->zone);
      rush_decimal_set_overflow (error, value, self->to, &self->expr->context);
      return;
    }
  rush_decimal_set_overflow (error, text, self->to, &self->expr->context);
}

void
rush_cast_set_failure (const RushCastRow *self, guint row, RushCastStatus status, GError **error)
{
  g_autofree char *value = NULL, *from = NULL, *to = NULL;

  if (status == RUSH_CAST_OVERFLOW && self->to->kind == RUSH_TYPE_DECIMAL)
    {
      set_decimal_overflow (self, row, error);
      return;
    }
  value = rush_value_to_text (self->column, row, RUSH_TEXT_SQL, self->zone);
  from = rush_type_sql_id (self->from);
  to = rush_type_sql_id (self->to);
  if (status == RUSH_CAST_OVERFLOW)
    rush_sql_error_set (error, RUSH_SQL_CLASS_CAST_OVERFLOW, NULL, "value", value, "sourceType",
                        from, "targetType", to, NULL);
  else
    rush_sql_error_set_as (error, malformed_kind (self->to), RUSH_SQL_CLASS_CAST_INVALID_INPUT,
                           &self->expr->context, "expression", value, "sourceType", from,
                           "targetType", to, NULL);
}
