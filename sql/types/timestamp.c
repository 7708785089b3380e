/* timestamp.c - arithmetic on the calendar happens on local times.
 *
 *   instant ──zone──▶ local ── + 1 month ──▶ local' ──zone──▶ instant'
 *
 * If the clock shows local' twice, the offset of the instant we came from is kept, as ZonedDateTime
 * does: one o'clock and an hour's truncation stay in the hour they were in.
 */
#include "sql/types/timestamp.h"

#include <math.h>
#include <stdlib.h>

static gint64
day_of (gint64 local_us)
{
  return rush_floor_div (local_us, RUSH_MICROS_PER_DAY);
}

gint64
rush_timestamp_to_days (gint64 instant_us, const RushTimeZone *zone)
{
  return day_of (rush_time_zone_to_local (zone, instant_us));
}

gint64
rush_timestamp_from_days (gint64 days, const RushTimeZone *zone)
{
  gint64 local;

  if (__builtin_mul_overflow (days, RUSH_MICROS_PER_DAY, &local))
    local = days < 0 ? G_MININT64 : G_MAXINT64;
  return rush_time_zone_to_instant (zone, local, RUSH_NO_OFFSET);
}

/* @unit is MINUTE or HOUR. */
static gint64
trunc_clock (gint64 instant_us, gint64 unit_us, const RushTimeZone *zone)
{
  gint64 local = rush_time_zone_to_local (zone, instant_us);

  return rush_time_zone_to_instant (zone, local - rush_floor_mod (local, unit_us),
                                    rush_time_zone_offset (zone, instant_us));
}

gint64
rush_timestamp_trunc (gint64 instant_us, RushTimeUnit unit, const RushTimeZone *zone)
{
  switch (unit)
    {
    case RUSH_UNIT_MICROSECOND:
      return instant_us;
    case RUSH_UNIT_MILLISECOND:
      return instant_us - rush_floor_mod (instant_us, RUSH_MICROS_PER_MILLI);
    case RUSH_UNIT_SECOND:
      return instant_us - rush_floor_mod (instant_us, RUSH_MICROS_PER_SECOND);
    case RUSH_UNIT_MINUTE:
      return trunc_clock (instant_us, RUSH_MICROS_PER_MINUTE, zone);
    case RUSH_UNIT_HOUR:
      return trunc_clock (instant_us, RUSH_MICROS_PER_HOUR, zone);
    case RUSH_UNIT_DAY:
    case RUSH_UNIT_WEEK:
    case RUSH_UNIT_MONTH:
    case RUSH_UNIT_QUARTER:
    case RUSH_UNIT_YEAR:
      return rush_timestamp_from_days (
          rush_civil_trunc (rush_timestamp_to_days (instant_us, zone), unit), zone);
    case RUSH_UNIT_INVALID:
    default:
      g_return_val_if_reached (instant_us);
    }
}

/* Another day at the same clock time. */
static gboolean
move_to_day (gint64 instant_us, gint64 local_us, gint64 days, const RushTimeZone *zone,
             gint64 *out_us)
{
  gint64 clock = rush_floor_mod (local_us, RUSH_MICROS_PER_DAY), local;

  if (__builtin_mul_overflow (days, RUSH_MICROS_PER_DAY, &local) ||
      __builtin_add_overflow (local, clock, &local))
    return FALSE;
  *out_us = rush_time_zone_to_instant (zone, local, rush_time_zone_offset (zone, instant_us));
  return TRUE;
}

gboolean
rush_timestamp_add_months (gint64 instant_us, gint64 months, const RushTimeZone *zone,
                           gint64 *out_us)
{
  gint64 local = rush_time_zone_to_local (zone, instant_us);

  return move_to_day (instant_us, local, rush_civil_add_months (day_of (local), months), zone,
                      out_us);
}

static gboolean
add_days (gint64 instant_us, gint64 days, const RushTimeZone *zone, gint64 *out_us)
{
  gint64 local = rush_time_zone_to_local (zone, instant_us);

  return move_to_day (instant_us, local, day_of (local) + days, zone, out_us);
}

gboolean
rush_timestamp_add_day_time (gint64 instant_us, gint64 interval_us, const RushTimeZone *zone,
                             gint64 *out_us)
{
  gint64 moved;

  return add_days (instant_us, interval_us / RUSH_MICROS_PER_DAY, zone, &moved) &&
         !__builtin_add_overflow (moved, interval_us % RUSH_MICROS_PER_DAY, out_us);
}

gboolean
rush_timestamp_add_interval (gint64 instant_us, const RushCalendarInterval *interval,
                             const RushTimeZone *zone, gint64 *out_us)
{
  gint64 moved;

  return rush_timestamp_add_months (instant_us, interval->months, zone, &moved) &&
         add_days (moved, interval->days, zone, &moved) &&
         !__builtin_add_overflow (moved, interval->microseconds, out_us);
}

gboolean
rush_date_add_months (gint32 days, gint64 months, gint32 *out_days)
{
  gint64 moved = rush_civil_add_months (days, months);

  *out_days = (gint32)moved;
  return moved >= G_MININT32 && moved <= G_MAXINT32;
}

gint64
rush_timestamp_subtract (gint64 a_us, gint64 b_us, const RushTimeZone *zone)
{
  gint64 difference;

  if (__builtin_sub_overflow (rush_time_zone_to_local (zone, a_us),
                              rush_time_zone_to_local (zone, b_us), &difference))
    return a_us < b_us ? G_MININT64 : G_MAXINT64;
  return difference;
}

double
rush_months_between (gint64 a_us, gint64 b_us, gboolean round_off, const RushTimeZone *zone)
{
  gint64 local_a = rush_time_zone_to_local (zone, a_us);
  gint64 local_b = rush_time_zone_to_local (zone, b_us);
  RushCivilDate a = rush_civil_date (day_of (local_a)), b = rush_civil_date (day_of (local_b));
  double months = (double)((a.year * 12 + a.month) - (b.year * 12 + b.month));
  gboolean both_last = a.day == rush_civil_month_length (a.year, a.month) &&
                       b.day == rush_civil_month_length (b.year, b.month);

  if (a.day == b.day || both_last)
    return months;
  const gint64 month_seconds = 31 * RUSH_SECONDS_PER_DAY;
  gint64 seconds_a = rush_floor_mod (local_a, RUSH_MICROS_PER_DAY) / RUSH_MICROS_PER_SECOND;
  gint64 seconds_b = rush_floor_mod (local_b, RUSH_MICROS_PER_DAY) / RUSH_MICROS_PER_SECOND;
  gint64 seconds = (a.day - b.day) * (gint64)RUSH_SECONDS_PER_DAY + seconds_a - seconds_b;
  double exact = months + (double)seconds / (double)month_seconds;
  return round_off ? floor (exact * 1e8 + 0.5) / 1e8 : exact;
}
