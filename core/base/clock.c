/* clock.c - the system's clock, and one that a test moves by hand.
 *
 * The manual clock keeps a single number, the microseconds since its start; both answers come from
 * it, so monotonic and wall time can never drift apart:
 *
 *     now_us  = elapsed_us
 *     wall_ms = start_wall_ms + elapsed_us / 1000
 */
#include "core/base/clock.h"

typedef struct
{
  RushClock base;
  gint64 start_wall_ms;
  atomic_llong elapsed_us;
} ManualClock;

gint64
rush_clock_now_us (RushClock *self)
{
  return self->klass->now_us (self);
}

gint64
rush_clock_wall_ms (RushClock *self)
{
  return self->klass->wall_ms (self);
}

/* ---- the system's clock ---- */

static gint64
system_now_us (RushClock *self)
{
  return g_get_monotonic_time ();
}

static gint64
system_wall_ms (RushClock *self)
{
  return g_get_real_time () / 1000;
}

static const RushClockClass system_class = { system_now_us, system_wall_ms };

RushClock *
rush_clock_system (void)
{
  static RushClock clock = { &system_class };

  return &clock;
}

/* ---- the manual clock ---- */

static gint64
manual_now_us (RushClock *self)
{
  return atomic_load (&((ManualClock *)self)->elapsed_us);
}

static gint64
manual_wall_ms (RushClock *self)
{
  return ((ManualClock *)self)->start_wall_ms + manual_now_us (self) / 1000;
}

static const RushClockClass manual_class = { manual_now_us, manual_wall_ms };

void
rush_clock_manual_advance_us (RushClock *self, gint64 delta_us)
{
  g_return_if_fail (self->klass == &manual_class);
  g_return_if_fail (delta_us >= 0); /* monotonic time does not run backwards */

  atomic_fetch_add (&((ManualClock *)self)->elapsed_us, delta_us);
}

void
rush_clock_manual_free (RushClock *self)
{
  if (self == NULL)
    return;
  g_return_if_fail (self->klass == &manual_class);

  g_free (self);
}

RushClock *
rush_clock_manual_new (gint64 start_wall_ms)
{
  ManualClock *self = g_new (ManualClock, 1);

  self->base.klass = &manual_class;
  self->start_wall_ms = start_wall_ms;
  atomic_init (&self->elapsed_us, 0);
  return &self->base;
}
