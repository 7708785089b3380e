/* locality.c - delay scheduling.
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
 * (SPARK-18886). A round that went well also takes the set back to the nearest level it reached.
 *
 * The set never looks at the clock by itself: when slots stay empty, the task scheduler sets a
 * timer for next_us () and offers again.
 *
 * Invariants:  levels ascend and end with ANY; current < n_levels.
 */
#include "core/scheduler/locality_private.h"

static void
find_valid_levels (RushLocalityClock *self, RushPendingTasks *pending,
                   RushExecutorRegistry *registry)
{
  self->n_levels = 0;
  for (RushLocality level = RUSH_LOCALITY_PROCESS_LOCAL; level <= RUSH_LOCALITY_ANY; level++)
    if (rush_pending_tasks_level_is_valid (pending, level, registry))
      self->levels[self->n_levels++] = level;
}

/* The first level that is as far as @locality, or farther: ANY always is. */
static guint
index_of (const RushLocalityClock *self, RushLocality locality)
{
  guint index = 0;

  while (self->levels[index] < locality)
    index++;
  return index;
}

void
rush_locality_init (RushLocalityClock *self, const RushLocalityWaits *waits,
                    RushPendingTasks *pending, RushExecutorRegistry *registry, gint64 now_us)
{
  self->waits = waits;
  self->current = 0;
  self->reset_us = now_us;
  self->clean = TRUE;
  find_valid_levels (self, pending, registry);
}

static gboolean
has_level (const RushLocality *levels, guint n, RushLocality level)
{
  for (guint i = 0; i < n; i++)
    if (levels[i] == level)
      return TRUE;
  return FALSE;
}

void
rush_locality_recompute (RushLocalityClock *self, RushPendingTasks *pending,
                         RushExecutorRegistry *registry)
{
  RushLocalityClock before = *self;

  rush_pending_tasks_update_alive (pending, registry);
  find_valid_levels (self, pending, registry);
  self->current = index_of (self, before.levels[before.current]);
  if (self->current <= before.current)
    return;
  /* A level nearer than the present one has become possible: go back to the nearest such. */
  for (guint i = 0; i < self->n_levels; i++)
    if (!has_level (before.levels, before.n_levels, self->levels[i]))
      {
        self->current = i;
        return;
      }
}

RushLocality
rush_locality_allowed (RushLocalityClock *self, RushPendingTasks *pending, gint64 now_us)
{
  while (self->current + 1 < self->n_levels)
    {
      RushLocality level = self->levels[self->current];
      gint64 wait_us = self->waits->us[level];

      if (!rush_pending_tasks_any_at (pending, level))
        self->reset_us = now_us;
      else if (now_us - self->reset_us >= wait_us)
        self->reset_us += wait_us; /* what was waited too long counts for the next level */
      else
        return level;
      self->current++;
    }
  return self->levels[self->current];
}

void
rush_locality_round_over (RushLocalityClock *self, gint min_launched, gboolean rejected,
                          gboolean all_free, gint64 now_us)
{
  if (rejected)
    {
      self->clean = FALSE;
      return;
    }
  if (min_launched < 0 || !(all_free || self->clean))
    return;
  self->reset_us = now_us;
  self->current = index_of (self, (RushLocality)min_launched);
  self->clean = TRUE;
}

gint64
rush_locality_next_us (const RushLocalityClock *self)
{
  if (self->current + 1 >= self->n_levels)
    return G_MAXINT64;
  return self->reset_us + self->waits->us[self->levels[self->current]];
}
