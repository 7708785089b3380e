/* datetime_text.h - dates and timestamps as casts read and write them.
 *
 *   2020   2020-3   2020-03-04   2020-03-04 05:06:07.123456 Europe/Paris   T05:06   -0044-03-15
 *
 * Other forms are the business of patterns (datetime_pattern.h).  Writers fill the caller's buffer
 * of RUSH_DATETIME_TEXT_SIZE bytes, with a NUL, and return the length.
 *
 * Threads:  any.
 * Mirrors:  SparkDateTimeUtils.stringToDate, stringToTimestamp; FractionTimestampFormatter.
 */
#pragma once

#include "sql/types/time_zone.h"

#define RUSH_DATETIME_TEXT_SIZE 48

/* What follows a blank or 'T' behind the day is not looked at. */
gboolean rush_text_to_date (const char *text, gsize length, gint32 *out_days);
/* @zone is for texts that name none; @now_us: whose day a text has that is a clock time only. */
gboolean rush_text_to_timestamp (const char *text, gsize length, const RushTimeZone *zone,
                                 gint64 now_us, gint64 *out_us);
/* A zone may stand there, and is not looked at if @allow_zone. */
gboolean rush_text_to_timestamp_ntz (const char *text, gsize length, gboolean allow_zone,
                                     gint64 *out_us);

gsize rush_date_to_text (gint64 days, char *out);
/* Of a local time; digits of the fraction as many as needed: "2020-01-01 12:00:00.5". */
gsize rush_timestamp_to_text (gint64 local_us, char *out);
/* "12:00:00.5", without a day; @micros in a day. */
gsize rush_clock_to_text (gint64 micros_of_day, char *out);
/* A year as Java's pattern yyyy: four digits at least, a sign where they do not suffice. */
gsize rush_year_to_text (gint64 year, char *out);
