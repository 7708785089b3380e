/* interval.h - intervals: read, written, computed with.
 *
 *   year to month    months in 32 bits            INTERVAL '1-2' YEAR TO MONTH
 *   day to second    microseconds in 64 bits      INTERVAL '1 02:03:04.5' DAY TO SECOND
 *   calendar         months, days, microseconds   1 years 2 months 3 days 4.5 seconds
 *
 * An ANSI interval's type says between which fields it is written; its value does not depend on it.
 * Errors are INVALID_INTERVAL_FORMAT.…, with Spark's words.
 *
 * Threads:  any.
 * Mirrors:  IntervalUtils, CalendarInterval.
 */
#pragma once

#include "core/data/type.h"
#include "sql/types/sql_error.h"

/* ---- reading ---- */

/* "1 year -2 days 1.5 seconds", with or without "interval" before it. */
gboolean rush_interval_parse (const char *text, gsize length, RushCalendarInterval *out,
                              GError **error);
/* "1-2", or all of "INTERVAL '1-2' YEAR TO MONTH": the fields are those of @type. */
gboolean rush_interval_parse_year_month (const char *text, gsize length, const RushType *type,
                                         gint32 *out_months, GError **error);
/* "1 02:03:04.5", or with INTERVAL '…' DAY TO SECOND around it. */
gboolean rush_interval_parse_day_time (const char *text, gsize length, const RushType *type,
                                       gint64 *out_us, GError **error);

/* ---- writing ---- */

#define RUSH_INTERVAL_TEXT_SIZE 160

/* Return the length; @out has RUSH_INTERVAL_TEXT_SIZE bytes.  The ANSI ones as INTERVAL '…' …. */
gsize rush_interval_to_text (const RushCalendarInterval *value, char *out);
gsize rush_year_month_to_text (gint32 months, const RushType *type, char *out);
gsize rush_day_time_to_text (gint64 micros, const RushType *type, char *out);

/* ---- arithmetic; FALSE: overflow, or not a number ---- */

gboolean rush_interval_make (gint64 years, gint64 months, gint64 weeks, gint64 days, gint64 hours,
                             gint64 minutes, gint64 seconds_us, RushCalendarInterval *out);
gboolean rush_interval_add (const RushCalendarInterval *a, const RushCalendarInterval *b,
                            RushCalendarInterval *out);
gboolean rush_interval_subtract (const RushCalendarInterval *a, const RushCalendarInterval *b,
                                 RushCalendarInterval *out);
gboolean rush_interval_multiply (const RushCalendarInterval *value, double factor,
                                 RushCalendarInterval *out);
/* ANSI intervals are integers; with these they are rounded HALF_UP. */
gboolean rush_interval_scale (gint64 value, double factor, gint64 *out);
gboolean rush_interval_divide (gint64 value, gint64 divisor, gint64 *out); /* divisor ≠ 0 */
