/* date_arithmetic.c - dates and timestamps moved, cut, compared and made.
 *
 *   date_add (d, 3)  add_months (d, 1)   trunc (d, 'MM')   date_trunc ('hour', t)   datediff (a, b)
 *
 * The current time is the query's: the same for all rows of all tasks.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.{DateAdd, AddMonths, TruncDate,
 * TruncTimestamp,
 *           MonthsBetween, MakeDate, …}, DateTimeUtils.
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/kernels/arithmetic.h"
#include "sql/types/timestamp.h"

#define DAYS(i) RUSH_INT_ARG (i)

/* ── now ── */

#define NOW_EVALUATOR(name, TYPE, RESULT)                                                          \
  RUSH_EVALUATOR (name)                                                                            \
  {                                                                                                \
    const RushTimeZone *zone = rush_time_zone_get (ctx->time_zone, error);                         \
    if (zone == NULL)                                                                              \
      return NULL;                                                                                 \
    return rush_column_new_constant_int (TYPE, RESULT, rows->length, ctx->allocator, error);       \
  }
NOW_EVALUATOR (current_date, &RUSH_DATE, rush_timestamp_to_days (ctx->now_us, zone))
NOW_EVALUATOR (current_timestamp, &RUSH_TIMESTAMP, ctx->now_us)
NOW_EVALUATOR (local_timestamp, &RUSH_TIMESTAMP_NTZ, rush_time_zone_to_local (zone, ctx->now_us))

RUSH_EVALUATOR (current_timezone)
{
  return rush_column_new_constant_bytes (&RUSH_STRING, ctx->time_zone, strlen (ctx->time_zone),
                                         rows->length, ctx->allocator, error);
}

/* ── dates ── */

RUSH_FIXED_EVALUATOR (date_add, gint32, { value = (gint32)(DAYS (0) + DAYS (1)); })
RUSH_FIXED_EVALUATOR (date_sub, gint32, { value = (gint32)(DAYS (0) - DAYS (1)); })
RUSH_FIXED_EVALUATOR (date_diff, gint32, { value = (gint32)(DAYS (0) - DAYS (1)); })
RUSH_FIXED_EVALUATOR (identity_32, gint32, { value = (gint32)DAYS (0); })
RUSH_FIXED_EVALUATOR (add_months, gint32, {
  if (!rush_date_add_months ((gint32)DAYS (0), RUSH_INT_ARG (1), &value))
    {
      rush_arithmetic_set_overflow (error, "integer overflow", NULL, NULL);
      return NULL;
    }
})

RUSH_FIXED_EVALUATOR (next_day, gint32, {
  RushText name = RUSH_TEXT_ARG (1);
  gint weekday = rush_civil_parse_day_of_week (name.bytes, name.length);
  if (weekday == 0 && call->mode == RUSH_EVAL_ANSI)
    {
      g_autofree char *shown = g_strdup_printf ("'%.*s'", (gint)name.length, name.bytes);
      rush_sql_error_set (error, RUSH_SQL_CLASS_ILLEGAL_DAY_OF_WEEK, &call->context, "string",
                          shown, NULL);
      return NULL;
    }
  null = weekday == 0;
  value = null ? 0 : (gint32)rush_civil_next_day (DAYS (0), weekday);
})

RUSH_FIXED_EVALUATOR (trunc_date, gint32, {
  RushText name = RUSH_TEXT_ARG (1);
  RushTimeUnit unit = rush_time_unit_parse (name.bytes, name.length);
  null = unit < RUSH_UNIT_WEEK;
  value = null ? 0 : (gint32)rush_civil_trunc (DAYS (0), unit);
})

RUSH_FIXED_EVALUATOR (make_date, gint32, {
  gint64 year = RUSH_INT_ARG (0);
  gint64 month = RUSH_INT_ARG (1);
  gint64 day = RUSH_INT_ARG (2);
  null = !rush_civil_date_is_valid (year, (gint)month, (gint)day);
  if (null && call->mode == RUSH_EVAL_ANSI)
    {
      g_autofree char *message = g_strdup_printf ("Invalid date '%" G_GINT64_FORMAT
                                                  "-%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "'",
                                                  year, month, day);
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATETIME_FIELD_OUT_OF_BOUNDS_WITHOUT_SUGGESTION,
                          NULL, "rangeMessage", message, NULL);
      return NULL;
    }
  value = null ? 0 : (gint32)rush_civil_days (year, (gint)month, (gint)day);
})

/* ── timestamps ── */

#define ZONED(name, T, ...)                                                                        \
  RUSH_EVALUATOR (name)                                                                            \
  {                                                                                                \
    const RushTimeZone *zone = rush_time_zone_get (ctx->time_zone, error);                         \
    g_auto (RushColumnWriter) writer = { NULL };                                                   \
    if (zone == NULL ||                                                                            \
        !rush_column_writer_init (&writer, call->type, rows->length, TRUE, ctx->allocator, error)) \
      return NULL;                                                                                 \
    RUSH_FOR_ROWS (rows, row, {                                                                    \
      T value = 0;                                                                                 \
      gboolean null = FALSE;                                                                       \
      __VA_ARGS__ ((T *)writer.values->bytes)[row] = value;                                        \
      if (null && !rush_column_writer_set_null (&writer, row, error))                              \
        return NULL;                                                                               \
    });                                                                                            \
    return rush_column_writer_finish (&writer);                                                    \
  }

ZONED (trunc_timestamp, gint64, {
  RushText name = RUSH_TEXT_ARG (0);
  RushTimeUnit unit = rush_time_unit_parse (name.bytes, name.length);
  null = unit == RUSH_UNIT_INVALID;
  value = null ? 0 : rush_timestamp_trunc (RUSH_INT_ARG (1), unit, zone);
})

ZONED (months_between, double, {
  gboolean round = call->n_children < 3 || rush_column_get_bool (args[2], row);
  value = rush_months_between (RUSH_INT_ARG (0), RUSH_INT_ARG (1), round, zone);
})

#define SCALED(name, T, RESULT) RUSH_FIXED_EVALUATOR (name, T, { value = (RESULT); })
SCALED (unix_seconds, gint64, rush_floor_div (RUSH_INT_ARG (0), RUSH_MICROS_PER_SECOND))
SCALED (unix_millis, gint64, rush_floor_div (RUSH_INT_ARG (0), RUSH_MICROS_PER_MILLI))
SCALED (unix_micros, gint64, RUSH_INT_ARG (0))

/* timestamp_seconds (1.5), of whole and of other numbers. */
RUSH_FIXED_EVALUATOR (timestamp_seconds, gint64, {
  const RushType *type = args[0]->type;
  gboolean overflow = FALSE;
  if (rush_type_is_integral (type))
    overflow = __builtin_mul_overflow (RUSH_INT_ARG (0), RUSH_MICROS_PER_SECOND, &value);
  else if (type->kind == RUSH_TYPE_DECIMAL)
    {
      rush_int128 micros = rush_column_get_int128 (args[0], row) * 1000000;
      for (gint i = 0; i < type->scale; i++)
        micros /= 10;
      value = (gint64)micros;
      overflow = value != micros;
    }
  else
    {
      double micros = RUSH_DOUBLE_ARG (0) * 1e6;
      null = micros != micros;
      value = null ? 0 : (gint64)CLAMP (micros, -0x1p63, 0x1.fffffffffffffp62);
    }
  if (overflow)
    {
      rush_arithmetic_set_overflow (error, "long overflow", NULL, NULL);
      return NULL;
    }
})

#define MULTIPLIED(name, FACTOR)                                                                   \
  RUSH_FIXED_EVALUATOR (name, gint64, {                                                            \
    if (__builtin_mul_overflow (RUSH_INT_ARG (0), FACTOR, &value))                                 \
      {                                                                                            \
        rush_arithmetic_set_overflow (error, "long overflow", NULL, NULL);                         \
        return NULL;                                                                               \
      }                                                                                            \
  })
MULTIPLIED (timestamp_millis, RUSH_MICROS_PER_MILLI)
MULTIPLIED (timestamp_micros, G_GINT64_CONSTANT (1))

/* The clock of a named zone. */
#define SHIFTED(name, FROM, TO)                                                                    \
  RUSH_FIXED_EVALUATOR (name, gint64, {                                                            \
    RushText id = RUSH_TEXT_ARG (1);                                                               \
    g_autofree char *zone_id = g_strndup (id.bytes, id.length);                                    \
    const RushTimeZone *zone = rush_time_zone_get (zone_id, error);                                \
    const RushTimeZone *utc = rush_time_zone_utc ();                                               \
    if (zone == NULL)                                                                              \
      return NULL;                                                                                 \
    value = rush_time_zone_to_instant (TO, rush_time_zone_to_local (FROM, RUSH_INT_ARG (0)),       \
                                       RUSH_NO_OFFSET);                                            \
  })
SHIFTED (from_utc_timestamp, zone, utc)
SHIFTED (to_utc_timestamp, utc, zone)

#define DATE_FUNCTION(NAME, N, TYPE, FUNC, USAGE, ...)                                             \
  RUSH_SCALAR (NAME, N, N, TYPE, FUNC, USAGE, "1.5.0", RUSH_ARGS (__VA_ARGS__))
#define NOW(NAME, TYPE, FUNC, USAGE)                                                               \
  RUSH_SCALAR (NAME, 0, 0, TYPE, FUNC, USAGE, "1.5.0", .never_null = TRUE, .needs_time_zone = TRUE)

const RushFunction rush_functions_date_arithmetic[] = {
  NOW ("current_date", &RUSH_DATE, current_date, "current_date() - the query's day"),
  NOW ("curdate", &RUSH_DATE, current_date, "curdate() - the query's day"),
  NOW ("current_timestamp", &RUSH_TIMESTAMP, current_timestamp, "current_timestamp()"),
  NOW ("now", &RUSH_TIMESTAMP, current_timestamp, "now() - when the query began"),
  NOW ("localtimestamp", &RUSH_TIMESTAMP_NTZ, local_timestamp, "localtimestamp()"),
  NOW ("current_timezone", &RUSH_STRING, current_timezone, "current_timezone() - the session's"),
  DATE_FUNCTION ("date_add", 2, &RUSH_DATE, date_add, "date_add(date, days)", RUSH_ARG_DATE,
                 RUSH_ARG_INT),
  DATE_FUNCTION ("dateadd", 2, &RUSH_DATE, date_add, "dateadd(date, days)", RUSH_ARG_DATE,
                 RUSH_ARG_INT),
  DATE_FUNCTION ("date_sub", 2, &RUSH_DATE, date_sub, "date_sub(date, days)", RUSH_ARG_DATE,
                 RUSH_ARG_INT),
  DATE_FUNCTION ("datediff", 2, &RUSH_INT32, date_diff, "datediff(end, start) - in days",
                 RUSH_ARG_DATE, RUSH_ARG_DATE),
  DATE_FUNCTION ("date_diff", 2, &RUSH_INT32, date_diff, "date_diff(end, start) - in days",
                 RUSH_ARG_DATE, RUSH_ARG_DATE),
  DATE_FUNCTION ("unix_date", 1, &RUSH_INT32, identity_32, "unix_date(date) - days since 1970",
                 RUSH_ARG_DATE),
  DATE_FUNCTION ("date_from_unix_date", 1, &RUSH_DATE, identity_32, "date_from_unix_date(days)",
                 RUSH_ARG_INT),
  DATE_FUNCTION ("add_months", 2, &RUSH_DATE, add_months, "add_months(date, n)", RUSH_ARG_DATE,
                 RUSH_ARG_INT),
  RUSH_SCALAR ("next_day", 2, 2, &RUSH_DATE, next_day, "next_day(date, weekday) - the next one",
               "1.5.0", RUSH_ARGS (RUSH_ARG_DATE, RUSH_ARG_STRING), .always_nullable = TRUE),
  RUSH_SCALAR ("trunc", 2, 2, &RUSH_DATE, trunc_date, "trunc(date, unit) - its first day", "1.5.0",
               RUSH_ARGS (RUSH_ARG_DATE, RUSH_ARG_STRING), .always_nullable = TRUE),
  RUSH_SCALAR ("make_date", 3, 3, &RUSH_DATE, make_date, "make_date(year, month, day)", "3.0.0",
               RUSH_ARGS (RUSH_ARG_INT), .always_nullable = TRUE),
  RUSH_SCALAR ("date_trunc", 2, 2, &RUSH_TIMESTAMP, trunc_timestamp,
               "date_trunc(unit, timestamp) - its first instant", "2.3.0",
               RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_TIMESTAMP), .always_nullable = TRUE,
               .needs_time_zone = TRUE),
  RUSH_SCALAR ("months_between", 2, 3, &RUSH_FLOAT64, months_between,
               "months_between(end, start[, round]) - with a fraction", "1.5.0",
               RUSH_ARGS (RUSH_ARG_TIMESTAMP, RUSH_ARG_TIMESTAMP, RUSH_ARG_BOOL),
               .needs_time_zone = TRUE),
  DATE_FUNCTION ("unix_seconds", 1, &RUSH_INT64, unix_seconds, "unix_seconds(timestamp)",
                 RUSH_ARG_TIMESTAMP),
  DATE_FUNCTION ("unix_millis", 1, &RUSH_INT64, unix_millis, "unix_millis(timestamp)",
                 RUSH_ARG_TIMESTAMP),
  DATE_FUNCTION ("unix_micros", 1, &RUSH_INT64, unix_micros, "unix_micros(timestamp)",
                 RUSH_ARG_TIMESTAMP),
  RUSH_SCALAR ("timestamp_seconds", 1, 1, &RUSH_TIMESTAMP, timestamp_seconds,
               "timestamp_seconds(n) - since 1970", "3.1.0", RUSH_ARGS (RUSH_ARG_NUMERIC),
               .always_nullable = TRUE),
  DATE_FUNCTION ("timestamp_millis", 1, &RUSH_TIMESTAMP, timestamp_millis, "timestamp_millis(n)",
                 RUSH_ARG_LONG),
  DATE_FUNCTION ("timestamp_micros", 1, &RUSH_TIMESTAMP, timestamp_micros, "timestamp_micros(n)",
                 RUSH_ARG_LONG),
  DATE_FUNCTION ("from_utc_timestamp", 2, &RUSH_TIMESTAMP, from_utc_timestamp,
                 "from_utc_timestamp(timestamp, zone) - UTC's clock as the zone's",
                 RUSH_ARG_TIMESTAMP, RUSH_ARG_STRING),
  DATE_FUNCTION ("to_utc_timestamp", 2, &RUSH_TIMESTAMP, to_utc_timestamp,
                 "to_utc_timestamp(timestamp, zone) - the zone's clock as UTC's",
                 RUSH_ARG_TIMESTAMP, RUSH_ARG_STRING),
  { NULL },
};
