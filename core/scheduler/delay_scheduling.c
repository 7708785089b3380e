/* delay_scheduling.c - waiting a little for a better slot.
 *
 * A task is cheapest where its data is, but the slot that is free now is somewhere else.  Waiting a
 * little for a better slot is nearly always worth it, as slots come free all the time; waiting for
 * ever is not.  So each task set has a level, and a clock that says when to give in:
 *
 *     PROCESS_LOCAL ──3 s──▶ NODE_LOCAL ──3 s──▶ NO_PREF ──0──▶ RACK_LOCAL ──3 s──▶ ANY
 *
 *   - Only levels that can be had are there: without an executor on a host that some task likes
 *     there is no NODE_LOCAL, and nobody waits for it.  (Local mode has one executor, so its tasks
 *     never wait.)
 *   - A level at which no task waits any more for a place that can be had is left at once.
 *   - The clock starts anew when slots were used well: a round of offers in which no slot was
 *     turned away.  It must have been a round over everything that is free, or follow such a one;
 *     else a trickle of single good offers would hold up the tasks that wait for ever
 *     (SPARK-18886).  A round that went well also takes the set back to the nearest level it
 *     reached.
 *
 * The set never looks at the clock by itself: when slots stay empty, the task scheduler sets a
 * timer for the end of the wait and offers again.
 *
 * Source:   Zaharia et al., Delay Scheduling, EuroSys 2010.
 * Mirrors:  getAllowedLocalityLevel and resetDelayScheduleTimer of
 *           org.apache.spark.scheduler.TaskSetManager, resourceOffers of TaskSchedulerImpl.
 */
#include "core/scheduler/seams.h"

static void
go_on (RushLocalityState *state, gint64 now_us)
{
  while (state->current + 1 < state->n_levels)
    {
      gint64 wait_us = state->wait_us[state->levels[state->current]];

      if (!rush_locality_is_wanted (state, state->current))
        state->since_us = now_us;
      else if (now_us - state->since_us >= wait_us)
        state->since_us += wait_us; /* what was waited too long counts for the next level */
      else
        return;
      state->current++;
    }
}

/* The first level that is as far as @locality, or farther: ANY always is. */
static guint
index_of (const RushLocalityState *state, gint locality)
{
  guint index = 0;

  while ((gint)state->levels[index] < locality)
    index++;
  return index;
}

static void
round_over (RushLocalityState *state, const RushOfferRound *round, gint64 now_us)
{
  if (round->rejected)
    {
      state->clean = FALSE;
      return;
    }
  if (round->nearest < 0 || !(round->all_free || state->clean))
    return;
  state->since_us = now_us;
  state->current = index_of (state, round->nearest);
  state->clean = TRUE;
}

const RushLocalityWait rush_locality_wait_delay = { "delay scheduling", go_on, round_over };
