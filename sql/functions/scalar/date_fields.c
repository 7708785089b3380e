/* date_fields.c - parts of dates and timestamps: year (), hour (), extract (… from …).
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.{Year, DayOfWeek, Hour, Extract}.
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/types/decimal.h"
#include "sql/types/interval.h"
#include "sql/types/timestamp.h"

/* ── of dates ── */

#define DAYS RUSH_INT_ARG (0)

RUSH_FIXED_EVALUATOR (year, gint32, { value = (gint32)rush_civil_date (DAYS).year; })
RUSH_FIXED_EVALUATOR (month, gint32, { value = rush_civil_date (DAYS).month; })
RUSH_FIXED_EVALUATOR (day, gint32, { value = rush_civil_date (DAYS).day; })
RUSH_FIXED_EVALUATOR (quarter, gint32, { value = rush_civil_quarter (DAYS); })
RUSH_FIXED_EVALUATOR (day_of_year, gint32, { value = rush_civil_day_of_year (DAYS); })
RUSH_FIXED_EVALUATOR (day_of_week, gint32, { value = rush_civil_day_of_week (DAYS) % 7 + 1; })
RUSH_FIXED_EVALUATOR (week_day, gint32, { value = rush_civil_day_of_week (DAYS) - 1; })
RUSH_FIXED_EVALUATOR (day_of_week_iso, gint32, { value = rush_civil_day_of_week (DAYS); })
RUSH_FIXED_EVALUATOR (week, gint32, { value = rush_civil_week (DAYS, NULL); })
RUSH_FIXED_EVALUATOR (year_of_week, gint32, {
  gint64 year;
  rush_civil_week (DAYS, &year);
  value = (gint32)year;
})
RUSH_FIXED_EVALUATOR (last_day, gint32, { value = (gint32)rush_civil_last_day (DAYS); })

/* ── of timestamps ── */

static const RushTimeZone *
zone_of (const RushColumn *column, const RushEvalContext *ctx, GError **error)
{
  return column->type->kind == RUSH_TYPE_TIMESTAMP ? rush_time_zone_get (ctx->time_zone, error)
                                                   : rush_time_zone_utc ();
}

/* Microseconds of the day that a clock in the zone shows. */
#define CLOCK_EVALUATOR(name, RESULT)                                                              \
  RUSH_EVALUATOR (name)                                                                            \
  {                                                                                                \
    const RushTimeZone *zone = zone_of (args[0], ctx, error);                                      \
    g_auto (RushColumnWriter) writer = { NULL };                                                   \
    RushZoneCursor cursor;                                                                         \
    if (zone == NULL ||                                                                            \
        !rush_column_writer_init (&writer, call->type, rows->length, TRUE, ctx->allocator, error)) \
      return NULL;                                                                                 \
    rush_zone_cursor_init (&cursor, zone);                                                         \
    RUSH_FOR_ROWS (rows, row, {                                                                    \
      gint64 clock = rush_floor_mod (rush_zone_cursor_local (&cursor, RUSH_INT_ARG (0)),           \
                                     RUSH_MICROS_PER_DAY);                                         \
      RESULT;                                                                                      \
    });                                                                                            \
    return rush_column_writer_finish (&writer);                                                    \
  }

#define OUT(T) ((T *)writer.values->bytes)[row]
CLOCK_EVALUATOR (hour, OUT (gint32) = (gint32)(clock / RUSH_MICROS_PER_HOUR))
CLOCK_EVALUATOR (minute, OUT (gint32) = (gint32)(clock / RUSH_MICROS_PER_MINUTE % 60))
CLOCK_EVALUATOR (second, OUT (gint32) = (gint32)(clock / RUSH_MICROS_PER_SECOND % 60))
CLOCK_EVALUATOR (second_fraction, OUT (gint64) = clock % RUSH_MICROS_PER_MINUTE)

/* ── of intervals ── */

#define MICROS RUSH_INT_ARG (0)
RUSH_FIXED_EVALUATOR (interval_years, gint32, { value = (gint32)(RUSH_INT_ARG (0) / 12); })
RUSH_FIXED_EVALUATOR (interval_months, gint8, { value = (gint8)(RUSH_INT_ARG (0) % 12); })
RUSH_FIXED_EVALUATOR (interval_days, gint32, { value = (gint32)(MICROS / RUSH_MICROS_PER_DAY); })
RUSH_FIXED_EVALUATOR (interval_hours, gint8,
                      { value = (gint8)(MICROS % RUSH_MICROS_PER_DAY / RUSH_MICROS_PER_HOUR); })
RUSH_FIXED_EVALUATOR (interval_minutes, gint8,
                      { value = (gint8)(MICROS % RUSH_MICROS_PER_HOUR / RUSH_MICROS_PER_MINUTE); })
RUSH_FIXED_EVALUATOR (interval_seconds, gint64, { value = MICROS % RUSH_MICROS_PER_MINUTE; })

/* ── extract, date_part ── */

/* The field's name as a literal becomes the call of a function for that field. */
static const struct
{
  const char *names; /* separated by blanks */
  const char *date, *interval;
} fields[] = {
  { "year y years yr yrs", "year", "interval_years" },
  { "yearofweek", "yearofweek", NULL },
  { "quarter qtr", "quarter", NULL },
  { "month mon mons months", "month", "interval_months" },
  { "week w weeks", "weekofyear", NULL },
  { "day d days", "day", "interval_days" },
  { "dayofweek dow", "dayofweek", NULL },
  { "dayofweek_iso dow_iso", "dayofweek_iso", NULL },
  { "doy", "dayofyear", NULL },
  { "hour h hours hr hrs", "hour", "interval_hours" },
  { "minute m min mins minutes", "minute", "interval_minutes" },
  { "second s sec seconds secs", "second_with_fraction", "interval_seconds" },
};

static const char *
field_function (const char *field, gboolean interval)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_auto (GStrv) names = g_strsplit (fields[i].names, " ", -1);
      if (g_strv_contains ((const char *const *)names, field))
        return interval ? fields[i].interval : fields[i].date;
    }
  return NULL;
}

static gboolean
is_interval (const RushType *type)
{
  return type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || type->kind == RUSH_TYPE_DAY_TIME_INTERVAL;
}

static RushExpr *
rewrite_extract (const RushFunction *self, guint n, RushExpr *const *args, RushEvalMode mode,
                 GError **error)
{
  const char *name = NULL;
  g_autofree char *field = NULL;
  gsize length;

  if (args[0]->kind == RUSH_EXPR_LITERAL && args[0]->type == &RUSH_STRING &&
      !rush_expr_is_literal_null (args[0]))
    {
      const char *bytes = rush_column_get_bytes (args[0]->as.literal.value, 0, &length);
      field = g_ascii_strdown (bytes, (gssize)length);
      name = field_function (field, is_interval (args[1]->type));
    }
  if (name == NULL)
    {
      g_autofree char *text = rush_expr_to_sql (args[1]);
      g_autofree char *shown = g_strdup_printf ("`%s`", field != NULL ? field : "");
      g_autofree char *source = g_strdup_printf ("\"%s\"", text);
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_EXTRACT_FIELD, NULL, "field", shown, "expr",
                          source, NULL);
      return NULL;
    }
  RushExpr *source = rush_expr_ref (args[1]);
  const char *parts[] = { name, NULL };
  return rush_expr_unresolved_function (parts, 1, &source, FALSE, NULL);
}

#define FIELD(NAME, EVALUATE, USAGE)                                                               \
  RUSH_SCALAR (NAME, 1, 1, &RUSH_INT32, EVALUATE, USAGE, "1.5.0", RUSH_ARGS (RUSH_ARG_DATE))
#define CLOCK(NAME, EVALUATE, USAGE)                                                               \
  RUSH_SCALAR (NAME, 1, 1, &RUSH_INT32, EVALUATE, USAGE, "1.5.0", RUSH_ARGS (RUSH_ARG_TIMESTAMP),  \
               .needs_time_zone = TRUE)
#define INTERVAL(NAME, TYPE, EVALUATE)                                                             \
  RUSH_SCALAR (NAME, 1, 1, TYPE, EVALUATE, "a field of an interval; what extract() becomes",       \
               "3.3.0", RUSH_ARGS (RUSH_ARG_ANY), .internal = TRUE)
#define EXTRACT(NAME)                                                                              \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_REWRITE,                                                                 \
    .min_args = 2,                                                                                 \
    .max_args = 2,                                                                                 \
    .args = { RUSH_ARG_STRING, RUSH_ARG_ANY },                                                     \
    .rewrite = rewrite_extract,                                                                    \
    .usage = NAME "(field, source) - a part of a date, timestamp or interval",                     \
    .since = "3.0.0",                                                                              \
  }

RUSH_RESULT_TYPE (seconds_type)
{
  return rush_type_decimal (8, 6);
}

const RushFunction rush_functions_date_fields[] = {
  FIELD ("year", year, "year(date) - the year"),
  FIELD ("month", month, "month(date) - the month, 1 to 12"),
  FIELD ("day", day, "day(date) - the day of the month"),
  FIELD ("dayofmonth", day, "dayofmonth(date) - the day of the month"),
  FIELD ("quarter", quarter, "quarter(date) - the quarter, 1 to 4"),
  FIELD ("dayofyear", day_of_year, "dayofyear(date) - the day of the year, from 1"),
  FIELD ("dayofweek", day_of_week, "dayofweek(date) - 1 Sunday to 7 Saturday"),
  FIELD ("dayofweek_iso", day_of_week_iso, "dayofweek_iso(date) - 1 Monday to 7 Sunday"),
  FIELD ("weekday", week_day, "weekday(date) - 0 Monday to 6 Sunday"),
  FIELD ("weekofyear", week, "weekofyear(date) - the week of the year by ISO 8601"),
  FIELD ("yearofweek", year_of_week, "yearofweek(date) - the year that the ISO week belongs to"),
  RUSH_SCALAR ("last_day", 1, 1, &RUSH_DATE, last_day, "last_day(date) - the month's last day",
               "1.5.0", RUSH_ARGS (RUSH_ARG_DATE)),
  CLOCK ("hour", hour, "hour(timestamp) - the hour, 0 to 23"),
  CLOCK ("minute", minute, "minute(timestamp) - the minute, 0 to 59"),
  CLOCK ("second", second, "second(timestamp) - the second, 0 to 59"),
  RUSH_SCALAR ("second_with_fraction", 1, 1, NULL, second_fraction,
               "seconds with their fraction; what extract(second …) becomes", "3.0.0",
               RUSH_ARGS (RUSH_ARG_TIMESTAMP), .result_type = seconds_type, .needs_time_zone = TRUE,
               .internal = TRUE),
  INTERVAL ("interval_years", &RUSH_INT32, interval_years),
  INTERVAL ("interval_months", &RUSH_INT8, interval_months),
  INTERVAL ("interval_days", &RUSH_INT32, interval_days),
  INTERVAL ("interval_hours", &RUSH_INT8, interval_hours),
  INTERVAL ("interval_minutes", &RUSH_INT8, interval_minutes),
  RUSH_SCALAR ("interval_seconds", 1, 1, NULL, interval_seconds,
               "a field of an interval; what extract() becomes", "3.3.0", RUSH_ARGS (RUSH_ARG_ANY),
               .result_type = seconds_type, .internal = TRUE),
  EXTRACT ("extract"),
  EXTRACT ("date_part"),
  EXTRACT ("datepart"),
  { NULL },
};
