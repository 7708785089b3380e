/* clock.h - time is handed in, never taken.
 *
 * The scheduler, the event bus and the timers ask a RushClock, so that tests and the simulator can
 * own time.
 *
 * Threads: now () may be called from any thread.
 */
#pragma once

#include "core/base/refcount.h"
#include "core/base/public.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushClock RushClock;

typedef struct
{
  gint64 (*now_us) (RushClock *self);  /* monotonic, microseconds */
  gint64 (*wall_ms) (RushClock *self); /* milliseconds since 1970, as Spark's events have it */
} RushClockClass;

struct _RushClock
{
  const RushClockClass *klass;
};

gint64 rush_clock_now_us (RushClock *self);
gint64 rush_clock_wall_ms (RushClock *self);

RushClock *rush_clock_system (void); /* (transfer none), immortal */

/* A clock that stands still until a test moves it.  now_us () starts at 0. */
RushClock *rush_clock_manual_new (gint64 start_wall_ms);
void rush_clock_manual_advance_us (RushClock *self, gint64 delta_us);
void rush_clock_manual_free (RushClock *self);

RUSH_END_PUBLIC
