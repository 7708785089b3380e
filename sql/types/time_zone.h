/* time_zone.h - zones: from instants to clock times and back.
 *
 * Zones are named as Spark names them: "Europe/Paris", "+02:00", "UTC", "Z", "GMT+1", "PST".  One
 * is loaded once and then lives as long as the process, so that a pointer is enough to keep it.
 *
 *   instant → local     always defined
 *   local → instant     where the clock is put forward, a time that it skips moves on by the gap;
 *                       where it is put back, a time that it shows twice is the earlier one
 *
 * Loops keep a RushZoneCursor: neighbouring instants mostly have the same offset.
 *
 * Threads:  any; a cursor belongs to one.
 * Mirrors:  java.time.ZoneId, DateTimeUtils.getZoneId.
 */
#pragma once

#include "sql/types/sql_error.h"

typedef struct _RushTimeZone RushTimeZone;

/* (transfer none).  NULL: INVALID_TIMEZONE. */
const RushTimeZone *rush_time_zone_get (const char *id, GError **error);
const RushTimeZone *rush_time_zone_utc (void);
const char *rush_time_zone_id (const RushTimeZone *self); /* as Java writes it: "Z" for "+00:00" */
gboolean rush_time_zone_is_fixed (const RushTimeZone *self);

/* Seconds east of UTC at an instant (microseconds). */
gint rush_time_zone_offset (const RushTimeZone *self, gint64 instant_us);
gboolean rush_time_zone_is_daylight (const RushTimeZone *self, gint64 instant_us);
/* The zone's own abbreviation ("CET", "PDT", "+05"), which Java's names are not always. */
const char *rush_time_zone_abbreviation (const RushTimeZone *self, gint64 instant_us);

#define RUSH_NO_OFFSET G_MININT

/* @preferred_offset: of two instants with this local time, the one with this offset; or
 * RUSH_NO_OFFSET: the earlier.  Saturates at the ends of 64 bits. */
gint64 rush_time_zone_to_instant (const RushTimeZone *self, gint64 local_us, gint preferred_offset);
gint64 rush_time_zone_to_local (const RushTimeZone *self, gint64 instant_us);

/* The offset, and for which instants it holds. */
typedef struct
{
  const RushTimeZone *zone;
  gint64 from_us, until_us; /* [from, until) */
  gint64 offset_us;
} RushZoneCursor;

void rush_zone_cursor_init (RushZoneCursor *self, const RushTimeZone *zone);
void rush_zone_cursor_move (RushZoneCursor *self, gint64 instant_us);

/* Instant → local, in a loop. */
static inline gint64
rush_zone_cursor_local (RushZoneCursor *self, gint64 instant_us)
{
  gint64 local;

  if (G_UNLIKELY (instant_us < self->from_us || instant_us >= self->until_us))
    rush_zone_cursor_move (self, instant_us);
  if (G_UNLIKELY (__builtin_add_overflow (instant_us, self->offset_us, &local)))
    return instant_us < 0 ? G_MININT64 : G_MAXINT64;
  return local;
}
