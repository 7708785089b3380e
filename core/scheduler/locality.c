/* locality.c - the levels of a task set, and what a locality wait is asked.
 *
 *     executors come and go ─▶ levels that can be had     PROCESS_LOCAL NODE_LOCAL … ANY
 *                                      │                                ▲ current
 *     a slot is free        ─▶ wait->go_on ()  ─▶ how far a task may be carried now
 *     a round is over       ─▶ wait->round_over ()
 *
 * The decisions are the wait's: delay_scheduling.c, or another file's.  It works on a copy; where
 * it stands and since when is taken back, but levels and times are not a wait's to change.
 *
 * Invariants:  levels ascend and end with ANY; current < n_levels.
 */
#include "core/scheduler/locality_private.h"

/* A wait that stays where it is though its time is over is asked again then, and not at once: that
 * would be for ever. */
#define STUBBORN_US G_USEC_PER_SEC

static void
find_valid_levels (RushLocalityState *state, RushPendingTasks *pending,
                   RushExecutorRegistry *registry)
{
  state->n_levels = 0;
  for (RushLocality level = RUSH_LOCALITY_PROCESS_LOCAL; level <= RUSH_LOCALITY_ANY; level++)
    if (rush_pending_tasks_level_is_valid (pending, level, registry))
      state->levels[state->n_levels++] = level;
}

void
rush_locality_init (RushLocalityClock *self, const RushLocalityWait *wait,
                    const RushLocalityWaits *waits, RushPendingTasks *pending,
                    RushExecutorRegistry *registry, gint64 now_us)
{
  self->wait = wait;
  self->state = (RushLocalityState){
    .wait_us = waits->us, .since_us = now_us, .clean = TRUE, .pending = pending, .asked_us = -1
  };
  find_valid_levels (&self->state, pending, registry);
}

static gboolean
has_level (const RushLocalityState *state, RushLocality level)
{
  for (guint i = 0; i < state->n_levels; i++)
    if (state->levels[i] == level)
      return TRUE;
  return FALSE;
}

void
rush_locality_recompute (RushLocalityClock *self, RushPendingTasks *pending,
                         RushExecutorRegistry *registry)
{
  RushLocalityState *state = &self->state;
  RushLocalityState before = *state;

  rush_pending_tasks_update_alive (pending, registry);
  find_valid_levels (state, pending, registry);
  state->current = 0;
  while (state->levels[state->current] < before.levels[before.current])
    state->current++;
  if (state->current <= before.current)
    return;
  /* A level nearer than the present one has become possible: go back to the nearest such. */
  for (guint i = 0; i < state->n_levels; i++)
    if (!has_level (&before, state->levels[i]))
      {
        state->current = i;
        return;
      }
}

gboolean
rush_locality_is_wanted (const RushLocalityState *state, guint index)
{
  g_return_val_if_fail (index < MIN (state->n_levels, RUSH_N_LOCALITIES), FALSE);
  return rush_pending_tasks_any_at (state->pending, state->levels[index]);
}

/* What the wait says in @answer, which may be anything: no farther than the last level, and since a
 * time that has been. */
static void
take_back (RushLocalityClock *self, const RushLocalityState *answer, gint64 now_us)
{
  RushLocalityState *state = &self->state;

  state->current = MIN (answer->current, state->n_levels - 1);
  state->since_us = CLAMP (answer->since_us, 0, now_us);
  state->clean = answer->clean;
}

RushLocality
rush_locality_allowed (RushLocalityClock *self, gint64 now_us)
{
  RushLocalityState answer = self->state;

  self->wait->go_on (&answer, now_us);
  take_back (self, &answer, now_us);
  self->state.asked_us = now_us;
  return self->state.levels[self->state.current];
}

void
rush_locality_round_over (RushLocalityClock *self, const RushOfferRound *round, gint64 now_us)
{
  const RushLocalityWait *wait =
      self->wait->round_over != NULL ? self->wait : &rush_locality_wait_delay;

  RushLocalityState answer = self->state;

  wait->round_over (&answer, round, now_us);
  take_back (self, &answer, now_us);
}

gint64
rush_locality_next_us (const RushLocalityClock *self)
{
  const RushLocalityState *state = &self->state;
  gint64 when_us;

  if (state->current + 1 >= state->n_levels)
    return G_MAXINT64;
  when_us = state->since_us + state->wait_us[state->levels[state->current]];
  return when_us > state->asked_us ? when_us : state->asked_us + STUBBORN_US;
}
