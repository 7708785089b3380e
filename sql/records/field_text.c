/* field_text.c - one value read from text, one value written.
 *
 * Integers and plain decimals make most of the fields of most files; they have loops of their own.
 * What those do not take (exponents, too many digits) goes the long way.
 */
#include "sql/records/field_text.h"

#include "sql/types/civil_time.h"
#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/number_text.h"

#include <math.h>
#include <string.h>

#define SAFE_DIGITS 18 /* of an int64 that cannot overflow */

/* ---- reading ---- */

gboolean
rush_field_parser_supports (const RushType *type)
{
  switch (type->kind)
    {
    case RUSH_TYPE_BOOL:
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
    case RUSH_TYPE_STRING:
    case RUSH_TYPE_BINARY:
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_DECIMAL:
      return TRUE;
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
    default:
      return FALSE;
    }
}

gboolean
rush_field_parser_init (RushFieldParser *self, const RushType *type, const char *time_zone,
                        GError **error)
{
  *self = (RushFieldParser){ .type = type,
                             .nan_value = "NaN",
                             .nan_length = 3,
                             .positive_inf = "Inf",
                             .positive_length = 3,
                             .negative_inf = "-Inf",
                             .negative_length = 4 };
  if (!rush_field_parser_supports (type))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "values of type %s cannot be read from text", type->name);
      return FALSE;
    }
  self->zone = rush_time_zone_get (time_zone, error);
  return self->zone != NULL;
}

/* Digits with a sign, and a point before the last @scale of them at most; they fit 64 bits. */
static inline gboolean
parse_plain (const char *text, gsize length, guint scale, gint64 *out)
{
  const char *at = text, *end = text + length;
  gboolean negative = at < end && *at == '-';
  guint64 value = 0; /* too many digits wrap around, and are refused below */
  guint n_digits = 0, behind = 0;

  at += negative || (at < end && *at == '+');
  for (; at < end && (guint8)(*at - '0') <= 9; at++, n_digits++)
    value = value * 10 + (guint64)(*at - '0');
  if (at < end && *at == '.' && scale > 0)
    for (at++; at < end && (guint8)(*at - '0') <= 9 && behind < scale; at++, behind++)
      value = value * 10 + (guint64)(*at - '0');
  if (at != end || n_digits + behind == 0 || n_digits + scale > SAFE_DIGITS)
    return FALSE;
  for (; behind < scale; behind++)
    value *= 10;
  *out = negative ? -(gint64)value : (gint64)value;
  return TRUE;
}

static gboolean
parse_integer (const RushFieldParser *self, const char *text, gsize length, gint64 *out)
{
  gint64 limit = self->type->kind == RUSH_TYPE_INT8    ? G_MAXINT8
                 : self->type->kind == RUSH_TYPE_INT16 ? G_MAXINT16
                 : self->type->kind == RUSH_TYPE_INT32 ? G_MAXINT32
                                                       : G_MAXINT64;

  if (parse_plain (text, length, 0, out))
    return *out <= limit && *out >= -limit - 1;
  /* Long numbers; blanks, which casts allow, are none in a file. */
  return length > SAFE_DIGITS && g_ascii_isdigit (text[length - 1]) && !g_ascii_isspace (text[0]) &&
         rush_text_to_int64 (text, length, -limit - 1, limit, FALSE, out);
}

static RushFieldStatus
parse_decimal (const RushFieldParser *self, const char *text, gsize length, RushColumnBuilder *into,
               GError **error)
{
  const RushType *type = self->type;
  rush_int128 wide;
  gint64 value;
  gboolean ok;

  if (type->storage == RUSH_STORAGE_I64 && parse_plain (text, length, (guint)type->scale, &value) &&
      rush_decimal_fits (value, type->precision))
    ok = rush_column_builder_append_int (into, value, error);
  else if (rush_decimal_parse (text, length, type, &wide) == RUSH_DECIMAL_TEXT_OK)
    ok = rush_column_builder_append_int128 (into, wide, error);
  else
    return RUSH_FIELD_MALFORMED;
  return ok ? RUSH_FIELD_OK : RUSH_FIELD_ERROR;
}

static inline gboolean
is_text (const char *text, gsize length, const char *other, gsize other_length)
{
  return length == other_length && memcmp (text, other, length) == 0;
}

static gboolean
parse_double (const RushFieldParser *self, const char *text, gsize length, double *out)
{
  if (is_text (text, length, self->nan_value, self->nan_length))
    *out = NAN;
  else if (is_text (text, length, self->positive_inf, self->positive_length))
    *out = INFINITY;
  else if (is_text (text, length, self->negative_inf, self->negative_length))
    *out = -INFINITY;
  else
    return rush_text_to_double (text, length, out);
  return TRUE;
}

static gboolean
parse_float (const RushFieldParser *self, const char *text, gsize length, double *out)
{
  float value;

  if (rush_text_to_float (text, length, &value))
    {
      *out = value;
      return TRUE;
    }
  return parse_double (self, text, length, out);
}

static gboolean
parse_bool (const char *text, gsize length, gboolean *out)
{
  *out = length == 4;
  return (length == 4 && g_ascii_strncasecmp (text, "true", 4) == 0) ||
         (length == 5 && g_ascii_strncasecmp (text, "false", 5) == 0);
}

static gboolean
parse_time (const RushFieldParser *self, const char *text, gsize length, gint64 *out)
{
  gint32 days;

  if (self->type == &RUSH_TIMESTAMP)
    return rush_text_to_timestamp (text, length, self->zone, 0, out);
  if (self->type == &RUSH_TIMESTAMP_NTZ)
    return rush_text_to_timestamp_ntz (text, length, FALSE, out);
  if (!rush_text_to_date (text, length, &days))
    return FALSE;
  *out = days;
  return TRUE;
}

static gboolean
parse_by_pattern (const RushFieldParser *self, const char *text, gsize length, gint64 *out)
{
  RushParsedTime parsed;

  if (self->type == &RUSH_TIMESTAMP)
    return rush_datetime_pattern_parse_instant (self->pattern, text, length, self->zone, "", out,
                                                NULL);
  if (!rush_datetime_pattern_parse (self->pattern, text, length, "", &parsed, NULL))
    return FALSE;
  *out = self->type == &RUSH_DATE ? rush_floor_div (parsed.local_us, RUSH_MICROS_PER_DAY)
                                  : parsed.local_us;
  return TRUE;
}

RushFieldStatus
rush_field_parse (const RushFieldParser *self, const char *text, gsize length,
                  RushColumnBuilder *into, GError **error)
{
  gboolean ok, flag;
  gint64 value;
  double number;

  switch (self->type->kind)
    {
    case RUSH_TYPE_STRING:
    case RUSH_TYPE_BINARY:
      ok = rush_column_builder_append_bytes (into, text, length, error);
      return ok ? RUSH_FIELD_OK : RUSH_FIELD_ERROR;
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
      ok = parse_integer (self, text, length, &value);
      break;
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
      ok = self->pattern != NULL ? parse_by_pattern (self, text, length, &value)
                                 : parse_time (self, text, length, &value);
      break;
    case RUSH_TYPE_BOOL:
      if (!parse_bool (text, length, &flag))
        return RUSH_FIELD_MALFORMED;
      ok = rush_column_builder_append_bool (into, flag, error);
      return ok ? RUSH_FIELD_OK : RUSH_FIELD_ERROR;
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      ok = self->type == &RUSH_FLOAT32 ? parse_float (self, text, length, &number)
                                       : parse_double (self, text, length, &number);
      if (!ok)
        return RUSH_FIELD_MALFORMED;
      ok = rush_column_builder_append_double (into, number, error);
      return ok ? RUSH_FIELD_OK : RUSH_FIELD_ERROR;
    case RUSH_TYPE_DECIMAL:
      return parse_decimal (self, text, length, into, error);
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
    default:
      g_return_val_if_reached (RUSH_FIELD_MALFORMED);
    }
  if (!ok)
    return RUSH_FIELD_MALFORMED;
  return rush_column_builder_append_int (into, value, error) ? RUSH_FIELD_OK : RUSH_FIELD_ERROR;
}

/* ---- writing ---- */

void
rush_field_writer_init (RushFieldWriter *self, RushValueTextStyle style, const char *time_zone)
{
  const RushTimeZone *zone = rush_time_zone_get (time_zone, NULL);

  *self = (RushFieldWriter){ .zone = zone != NULL ? zone : rush_time_zone_utc () };
  rush_value_writer_init (&self->value, style, self->zone);
}

static const RushDatetimePattern *
pattern_of (const RushFieldWriter *self, const RushType *type)
{
  if (type == &RUSH_DATE)
    return self->dates;
  if (type == &RUSH_TIMESTAMP)
    return self->timestamps;
  return type == &RUSH_TIMESTAMP_NTZ ? self->timestamps_ntz : NULL;
}

void
rush_field_write (RushFieldWriter *self, const RushColumn *column, guint row, GString *out)
{
  const RushType *type = column->type;
  const RushDatetimePattern *pattern = pattern_of (self, type);

  if (pattern == NULL)
    rush_value_write (&self->value, column, row, out);
  else if (type == &RUSH_DATE)
    rush_datetime_pattern_format (pattern, rush_column_get_int (column, row) * RUSH_MICROS_PER_DAY,
                                  rush_time_zone_utc (), out);
  else
    rush_datetime_pattern_format (pattern, rush_column_get_int (column, row),
                                  type == &RUSH_TIMESTAMP ? self->zone : rush_time_zone_utc (),
                                  out);
}
