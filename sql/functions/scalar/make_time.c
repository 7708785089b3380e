/* make_time.c - timestamps and intervals made of their parts.
 *
 *   make_timestamp (2014, 12, 28, 6, 30, 45.887)     seconds have a fraction, and may be 60
 *   make_interval (1, 2, 3, 4, 5, 6, 7.5)            years, months, weeks, days, hours, …
 *   make_dt_interval (1, 12, 30, 1.5)                days, hours, minutes, seconds
 *
 * Parts that make no time are an error (ANSI; its words are java.time's), or null.
 *
 * Mirrors:  MakeTimestamp, MakeTimestampNTZ, MakeInterval, MakeDTInterval, MakeYMInterval.
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/types/interval.h"
#include "sql/types/timestamp.h"

#include <math.h>

/* Seconds of any number as microseconds. */
static gint64
micros_of (const RushColumn *seconds, guint row)
{
  const RushType *type = seconds->type;

  if (type->kind == RUSH_TYPE_DECIMAL)
    {
      rush_int128 value = rush_column_get_int128 (seconds, row);
      for (gint scale = type->scale; scale < 6; scale++)
        value *= 10;
      for (gint scale = type->scale; scale > 6; scale--)
        value = (value + (scale == 7 ? (value < 0 ? -5 : 5) : 0)) / 10;
      return (gint64)value;
    }
  if (type == &RUSH_FLOAT64 || type == &RUSH_FLOAT32)
    return (gint64)llround (rush_column_get_double (seconds, row) * RUSH_MICROS_PER_SECOND);
  return rush_column_get_int (seconds, row) * RUSH_MICROS_PER_SECOND;
}

/* ── timestamps ── */

typedef struct
{
  gint64 fields[6]; /* year … minute, whole seconds */
  gint64 micros;    /* of the second */
} Parts;

static void
set_out_of_bounds (GError **error, const char *message)
{
  rush_sql_error_set (error, RUSH_SQL_CLASS_DATETIME_FIELD_OUT_OF_BOUNDS_WITHOUT_SUGGESTION, NULL,
                      "rangeMessage", message, NULL);
}

/* A day that its month does not have. */
static void
set_invalid_day (GError **error, const Parts *parts)
{
  static const char *const months[] = { "JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                        "MAY",       "JUNE",     "JULY",     "AUGUST",
                                        "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER" };
  g_autofree char *message = NULL;

  if (parts->fields[2] == 29)
    message =
        g_strdup_printf ("Invalid date 'February 29' as '%" G_GINT64_FORMAT "' is not a leap year",
                         parts->fields[0]);
  else
    message = g_strdup_printf ("Invalid date '%s %" G_GINT64_FORMAT "'",
                               months[parts->fields[1] - 1], parts->fields[2]);
  set_out_of_bounds (error, message);
}

/* FALSE: a part is out of its range. */
static gboolean
check_parts (const Parts *parts, GError **error)
{
  static const struct
  {
    const char *name;
    gint64 low, high;
    const char *shown;
  } ranges[] = { { "Year", -999999999, 999999999, "-999999999 - 999999999" },
                 { "MonthOfYear", 1, 12, "1 - 12" },
                 { "DayOfMonth", 1, 31, "1 - 28/31" },
                 { "HourOfDay", 0, 23, "0 - 23" },
                 { "MinuteOfHour", 0, 59, "0 - 59" },
                 { "SecondOfMinute", 0, 59, "0 - 59" } };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      gint64 value = parts->fields[i];
      if (i == 3 && !rush_civil_date_is_valid (parts->fields[0], (gint)parts->fields[1],
                                               (gint)parts->fields[2]))
        {
          set_invalid_day (error, parts);
          return FALSE;
        }
      if (value >= ranges[i].low && value <= ranges[i].high)
        continue;
      g_autofree char *message =
          g_strdup_printf ("Invalid value for %s (valid values %s): %" G_GINT64_FORMAT,
                           ranges[i].name, ranges[i].shown, value);
      set_out_of_bounds (error, message);
      return FALSE;
    }
  return TRUE;
}

/* Clock time in microseconds; a minute may have 60 seconds sharp. */
static gboolean
local_time_of (RushColumn *const *args, guint row, gint64 *out, GError **error)
{
  gint64 seconds = micros_of (args[5], row), extra = 0;
  Parts parts;

  for (guint i = 0; i < 5; i++)
    parts.fields[i] = RUSH_INT_ARG (i);
  parts.fields[5] = rush_floor_div (seconds, RUSH_MICROS_PER_SECOND);
  parts.micros = rush_floor_mod (seconds, RUSH_MICROS_PER_SECOND);
  if (parts.fields[5] == 60)
    {
      if (parts.micros != 0)
        {
          g_autofree char *shown = g_strdup_printf ("%.6g", (double)seconds / 1e6);
          rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_FRACTION_OF_SECOND, NULL,
                              "secAndMicros", shown, NULL);
          return FALSE;
        }
      parts.fields[5] = 0;
      extra = RUSH_MICROS_PER_MINUTE;
    }
  if (!check_parts (&parts, error))
    return FALSE;
  gint64 days = rush_civil_days (parts.fields[0], (gint)parts.fields[1], (gint)parts.fields[2]);
  gint64 of_day = rush_civil_micros_of_day ((gint)parts.fields[3], (gint)parts.fields[4],
                                            (gint)parts.fields[5], (gint)parts.micros);
  if (__builtin_mul_overflow (days, RUSH_MICROS_PER_DAY, out) ||
      __builtin_add_overflow (*out, of_day + extra, out))
    {
      set_out_of_bounds (error, "long overflow");
      return FALSE;
    }
  return TRUE;
}

/* The zone of a row: the last argument, if there is one. */
static const RushTimeZone *
zone_of (const RushExpr *call, RushColumn *const *args, guint row, const RushEvalContext *ctx,
         GError **error)
{
  if (call->n_children < 7)
    return rush_time_zone_get (ctx->time_zone, error);
  RushText name = RUSH_TEXT_ARG (6);
  g_autofree char *id = g_strndup (name.bytes, name.length);
  return rush_time_zone_get (id, error);
}

RUSH_FIXED_EVALUATOR (make_timestamp, gint64, {
  gboolean tries = call->as.function.function->name[0] == 't' || call->mode != RUSH_EVAL_ANSI;
  const RushTimeZone *zone = zone_of (call, args, row, ctx, error);
  GError *failure = NULL;
  if (zone == NULL)
    return NULL;
  null = !local_time_of (args, row, &value, &failure);
  if (null && !tries)
    {
      g_propagate_error (error, failure);
      return NULL;
    }
  g_clear_error (&failure);
  if (!null && call->type == &RUSH_TIMESTAMP)
    value = rush_time_zone_to_instant (zone, value, RUSH_NO_OFFSET);
})

/* ── intervals ── */

/* Argument @i as a number; 0 if it was not given. */
static gint64
part (const RushExpr *call, RushColumn *const *args, guint i, guint row)
{
  return i < call->n_children ? RUSH_INT_ARG (i) : 0;
}

static void
set_overflow (GError **error)
{
  rush_sql_error_set (error, RUSH_SQL_CLASS_INTERVAL_ARITHMETIC_OVERFLOW_WITHOUT_SUGGESTION, NULL,
                      NULL);
}

RUSH_FIXED_EVALUATOR (make_interval, RushCalendarInterval, {
  gint64 p[6];
  for (guint i = 0; i < 6; i++)
    p[i] = part (call, args, i, row);
  gint64 micros = call->n_children > 6 ? micros_of (args[6], row) : 0;
  null = !rush_interval_make (p[0], p[1], p[2], p[3], p[4], p[5], micros, &value);
  if (null && call->as.function.function->name[0] != 't' && call->mode == RUSH_EVAL_ANSI)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_ARITHMETIC_OVERFLOW, NULL, "message", "overflow",
                          "alternative", "", "config", "\"spark.sql.ansi.enabled\"", NULL);
      return NULL;
    }
})

RUSH_FIXED_EVALUATOR (make_dt_interval, gint64, {
  rush_int128 sum = (rush_int128)part (call, args, 0, row) * RUSH_MICROS_PER_DAY +
                    (rush_int128)part (call, args, 1, row) * RUSH_MICROS_PER_HOUR +
                    (rush_int128)part (call, args, 2, row) * RUSH_MICROS_PER_MINUTE +
                    (call->n_children > 3 ? micros_of (args[3], row) : 0);
  value = (gint64)sum;
  if (value != sum)
    {
      set_overflow (error);
      return NULL;
    }
})

RUSH_FIXED_EVALUATOR (make_ym_interval, gint32, {
  gint64 months = part (call, args, 0, row) * 12 + part (call, args, 1, row);
  value = (gint32)months;
  if (value != months)
    {
      set_overflow (error);
      return NULL;
    }
})

RUSH_RESULT_TYPE (interval_type)
{
  return strcmp (self->name, "make_ym_interval") == 0
             ? rush_type_year_month_interval (RUSH_INTERVAL_YEAR, RUSH_INTERVAL_MONTH)
             : rush_type_day_time_interval (RUSH_INTERVAL_DAY, RUSH_INTERVAL_SECOND);
}

/* Parts that were not given are zeros. */
static char *
interval_to_sql (const RushExpr *call, char *const *args)
{
  const RushFunction *function = call->as.function.function;
  GString *text = g_string_new (function->name);
  gboolean seconds = strcmp (function->name, "make_ym_interval") != 0;

  for (guint i = 0; i < function->max_args; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "(",
                            i < call->n_children                     ? args[i]
                            : seconds && i + 1 == function->max_args ? "0.000000"
                                                                     : "0");
  return g_string_free (g_string_append_c (text, ')'), FALSE);
}

#define MAKE_TIMESTAMP(NAME, MAX, TYPE, NULLS)                                                     \
  RUSH_SCALAR (NAME, 6, MAX, TYPE, make_timestamp,                                                 \
               NAME "(year, month, day, hour, minute, seconds[, zone])", "3.0.0",                  \
               RUSH_ARGS (RUSH_ARG_INT, RUSH_ARG_INT, RUSH_ARG_INT, RUSH_ARG_INT, RUSH_ARG_INT,    \
                          RUSH_ARG_NUMERIC, RUSH_ARG_STRING),                                      \
               .needs_time_zone = TRUE, .always_nullable = NULLS)
#define MAKE_INTERVAL(NAME)                                                                        \
  RUSH_SCALAR (NAME, 0, 7, &RUSH_CALENDAR_INTERVAL, make_interval,                                 \
               NAME "([years[, months[, weeks[, days[, hours[, minutes[, seconds]]]]]]])",         \
               "3.0.0",                                                                            \
               RUSH_ARGS (RUSH_ARG_INT, RUSH_ARG_INT, RUSH_ARG_INT, RUSH_ARG_INT, RUSH_ARG_INT,    \
                          RUSH_ARG_INT, RUSH_ARG_NUMERIC),                                         \
               .to_sql = interval_to_sql, .always_nullable = NAME[0] == 't')

const RushFunction rush_functions_make_time[] = {
  MAKE_TIMESTAMP ("make_timestamp", 7, &RUSH_TIMESTAMP, FALSE),
  MAKE_TIMESTAMP ("make_timestamp_ltz", 7, &RUSH_TIMESTAMP, FALSE),
  MAKE_TIMESTAMP ("make_timestamp_ntz", 6, &RUSH_TIMESTAMP_NTZ, FALSE),
  MAKE_TIMESTAMP ("try_make_timestamp", 7, &RUSH_TIMESTAMP, TRUE),
  MAKE_TIMESTAMP ("try_make_timestamp_ltz", 7, &RUSH_TIMESTAMP, TRUE),
  MAKE_TIMESTAMP ("try_make_timestamp_ntz", 6, &RUSH_TIMESTAMP_NTZ, TRUE),
  MAKE_INTERVAL ("make_interval"),
  MAKE_INTERVAL ("try_make_interval"),
  RUSH_SCALAR ("make_dt_interval", 0, 4, NULL, make_dt_interval,
               "make_dt_interval([days[, hours[, minutes[, seconds]]]])", "3.2.0",
               RUSH_ARGS (RUSH_ARG_INT, RUSH_ARG_INT, RUSH_ARG_INT, RUSH_ARG_NUMERIC),
               .result_type = interval_type, .to_sql = interval_to_sql),
  RUSH_SCALAR ("make_ym_interval", 0, 2, NULL, make_ym_interval,
               "make_ym_interval([years[, months]])", "3.2.0", RUSH_ARGS (RUSH_ARG_INT),
               .result_type = interval_type, .to_sql = interval_to_sql),
  { NULL },
};
