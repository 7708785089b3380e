/* timestamp.h - instants moved and cut, as the clock of a zone shows them.
 *
 * All times are microseconds.  For TIMESTAMP_NTZ pass rush_time_zone_utc (): its values are local
 * times as if in UTC.  FALSE: the result is beyond 64 bits (Spark: DATETIME_OVERFLOW or a long
 * overflow).
 *
 * Threads:  any.
 * Mirrors:  DateTimeUtils.
 */
#pragma once

#include "core/data/type.h"
#include "sql/types/civil_time.h"
#include "sql/types/time_zone.h"

/* The day that the zone's calendar shows, and its first instant. */
gint64 rush_timestamp_to_days (gint64 instant_us, const RushTimeZone *zone);
gint64 rush_timestamp_from_days (gint64 days, const RushTimeZone *zone); /* saturates */
gint64 rush_timestamp_trunc (gint64 instant_us, RushTimeUnit unit, const RushTimeZone *zone);

/* Months keep the day if there is one, and the clock time; days keep the clock time. */
gboolean rush_timestamp_add_months (gint64 instant_us, gint64 months, const RushTimeZone *zone,
                                    gint64 *out_us);
/* A day-time interval: whole days on the calendar, the rest on the clock. */
gboolean rush_timestamp_add_day_time (gint64 instant_us, gint64 interval_us,
                                      const RushTimeZone *zone, gint64 *out_us);
/* Months, then days, then microseconds. */
gboolean rush_timestamp_add_interval (gint64 instant_us, const RushCalendarInterval *interval,
                                      const RushTimeZone *zone, gint64 *out_us);
gboolean rush_date_add_months (gint32 days, gint64 months, gint32 *out_days);
/* a − b as microseconds of clock time: two instants as local times.  Saturates. */
gint64 rush_timestamp_subtract (gint64 a_us, gint64 b_us, const RushTimeZone *zone);

/* Whole months if both are the same day of the month, or both the last one; else a month has 31
 * days.  @round_off: to 8 digits. */
double rush_months_between (gint64 a_us, gint64 b_us, gboolean round_off, const RushTimeZone *zone);
