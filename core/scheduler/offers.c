/* offers.c - free slots meet waiting tasks.
 *
 *     for each task set, in the order of the policy
 *       for each level that it can have, nearest first           PROCESS_LOCAL … ANY
 *         again and again until nobody takes anything            one task an executor and round:
 *           for each executor with room, in shuffled order         work spreads evenly
 *             take its best task within that level
 *
 * Near levels are tried on all executors before far ones are tried on any, so that a task is not
 * carried away by the first executor that comes along.  Executors are shuffled, so that the first
 * of them does not get the first task of every stage.
 *
 * When a task ends, its executor alone is offered: O(1) in tasks and executors.  That suffices as
 * long as the others were turned away before and nothing has changed for them.  Everything that is
 * free is offered when something has: a task set or an executor came, a task waits again, a set
 * has gone on to a farther level.  Slots that are left empty because tasks hope for better places
 * are offered again when the first such hope ends: a timer (Spark looks every second).
 *
 * Mirrors: TaskSchedulerImpl.resourceOffers, resourceOfferSingleTaskSet.
 */
#include "core/scheduler/task_scheduler_private.h"

/* The executors of one round over all task sets. */
typedef struct
{
  GPtrArray *executors; /* RushExecutor *; the first n_shuffled stand in their final order */
  guint n_shuffled;
  guint n_with_room;
  gboolean all_free; /* these are all that have room */
} Offers;

/* ---- the executors ---- */

static Offers
offers_of_all (RushTaskScheduler *self)
{
  GPtrArray *free = self->shared.registry->free;
  Offers offers = { .executors = g_ptr_array_sized_new (free->len), .all_free = TRUE };

  g_ptr_array_extend (offers.executors, free, NULL, NULL);
  offers.n_with_room = free->len;
  return offers;
}

static Offers
offers_of_freed (RushTaskScheduler *self)
{
  Offers offers = { .executors = g_ptr_array_new () };

  for (guint i = 0; i < self->freed->len; i++)
    {
      RushExecutor *executor = g_ptr_array_index (self->freed, i);

      if (rush_executor_has_room (executor) && !g_ptr_array_find (offers.executors, executor, NULL))
        g_ptr_array_add (offers.executors, executor);
    }
  offers.n_with_room = offers.executors->len;
  return offers;
}

/* A Fisher-Yates shuffle, a step each time that a place is looked at first: most rounds end long
 * before they have seen every executor. */
static RushExecutor *
offered (Offers *offers, guint i, GRand *shuffle)
{
  gpointer *executors = offers->executors->pdata;

  if (i == offers->n_shuffled)
    {
      guint n = offers->executors->len;
      guint j = n - i > 1 ? (guint)g_rand_int_range (shuffle, (gint32)i, (gint32)n) : i;
      gpointer chosen = executors[j];

      executors[j] = executors[i];
      executors[i] = chosen;
      offers->n_shuffled++;
    }
  return executors[i];
}

/* ---- one task set ---- */

typedef struct
{
  RushOfferRound seen;
  guint n_launched;
} Round;

static gboolean
is_worthwhile (const RushTaskSet *set, const Offers *offers)
{
  return set->seen.n_pending > 0 && offers->n_with_room > 0;
}

static void
offer_round (RushTaskScheduler *self, RushTaskSet *set, Offers *offers, RushLocality max,
             Round *round)
{
  gint64 now_us = rush_clock_now_us (self->clock);

  for (guint i = 0; i < offers->executors->len && is_worthwhile (set, offers); i++)
    {
      RushExecutor *executor = offered (offers, i, self->shuffle);
      RushLocality level;

      if (!rush_executor_has_room (executor))
        continue;
      if (rush_excludelist_excludes (set->excludelist, executor))
        {
          /* It does not want this one; but waiting for a better one goes on meanwhile. */
          rush_locality_allowed (&set->locality, now_us);
          continue;
        }
      gint index = rush_task_set_choose (set, executor, max, now_us, &level);
      if (index < 0)
        {
          round->seen.rejected |= max == RUSH_LOCALITY_ANY;
          continue;
        }
      rush_task_scheduler_launch (self, set, (guint)index, executor, level);
      if (!rush_executor_has_room (executor))
        offers->n_with_room--;
      round->n_launched++;
      round->seen.nearest =
          round->seen.nearest < 0 ? (gint)level : MIN (round->seen.nearest, (gint)level);
    }
}

static void
offer_to_set (RushTaskScheduler *self, RushTaskSet *set, Offers *offers)
{
  Round round = { .seen = { .nearest = -1, .all_free = offers->all_free } };
  guint level_before = set->locality.state.current;

  for (guint i = 0; i < set->locality.state.n_levels; i++)
    {
      guint before;

      do
        {
          before = round.n_launched;
          offer_round (self, set, offers, set->locality.state.levels[i], &round);
        }
      while (round.n_launched > before && is_worthwhile (set, offers));
    }
  /* Now it would also take slots that it turned away before. */
  if (!offers->all_free && set->seen.n_pending > 0 && set->locality.state.current > level_before)
    self->offer_all = TRUE;
  rush_locality_round_over (&set->locality, &round.seen, rush_clock_now_us (self->clock));
}

/* Its tasks need all slots that are free, wherever they are. */
static void
offer_to_barrier (RushTaskScheduler *self, RushTaskSet *set, Offers *offers)
{
  if (!offers->all_free)
    {
      self->offer_all = TRUE;
      return;
    }
  rush_task_scheduler_offer_to_barrier (self, set);
  offers->n_with_room = self->shared.registry->free->len;
}

/* ---- all task sets ---- */

static gint
compare_by_policy (gconstpointer a, gconstpointer b, gpointer policy)
{
  return ((const RushSchedulingPolicy *)policy)
      ->compare (&(*(RushTaskSet *const *)a)->seen, &(*(RushTaskSet *const *)b)->seen);
}

static void
offer_to_all_sets (RushTaskScheduler *self, Offers *offers)
{
  guint i = 0;

  if (self->policy->looks_at_running)
    g_ptr_array_sort_with_data (self->waiting, compare_by_policy, (gpointer)self->policy);
  while (i < self->waiting->len && offers->n_with_room > 0)
    {
      RushTaskSet *set = g_ptr_array_index (self->waiting, i);

      if (set->barrier)
        offer_to_barrier (self, set, offers);
      else
        offer_to_set (self, set, offers);
      rush_task_scheduler_update_waiting (self, set);
      if (i < self->waiting->len && g_ptr_array_index (self->waiting, i) == set)
        i++;
    }
  g_ptr_array_unref (offers->executors);
}

/* ---- the timer for slots that stay empty ---- */

/* When the first set that waits goes on to its next level; G_MAXINT64: nothing hangs on time. */
static gint64
next_level_us (RushTaskScheduler *self)
{
  gint64 first = G_MAXINT64;

  if (self->shared.registry->free->len == 0)
    return first;
  for (guint i = 0; i < self->waiting->len; i++)
    {
      const RushTaskSet *set = g_ptr_array_index (self->waiting, i);

      if (!rush_task_scheduler_lacks_slots (self, set))
        first = MIN (first, rush_locality_next_us (&set->locality));
    }
  return first;
}

static void
set_timer (RushTaskScheduler *self)
{
  gint64 when_us = next_level_us (self);
  gint64 now_us = rush_clock_now_us (self->clock);

  if (self->locality_timer != 0 && when_us == self->locality_timer_us)
    return;
  if (self->locality_timer != 0)
    self->backend->klass->cancel_timer (self->backend, self->locality_timer);
  self->locality_timer = 0;
  if (when_us == G_MAXINT64)
    return;
  self->locality_timer = ++*self->next_timer_id;
  self->locality_timer_us = when_us;
  self->backend->klass->start_timer (self->backend, self->locality_timer,
                                     MAX (when_us - now_us, 0));
}

gboolean
rush_task_scheduler_timer (RushTaskScheduler *self, guint64 timer_id)
{
  if (self->locality_timer == 0 || timer_id != self->locality_timer)
    return rush_task_scheduler_speculation_timer (self, timer_id) ||
           rush_task_scheduler_exclusion_timer (self, timer_id) ||
           rush_task_scheduler_kill_timer (self, timer_id);
  self->locality_timer = 0;
  self->offer_all = TRUE;
  return TRUE;
}

void
rush_task_scheduler_offer (RushTaskScheduler *self)
{
  self->n_offers++;
  rush_task_scheduler_apply_exclusion_timeout (self);
  if (!self->offer_all && self->freed->len > 0 && self->waiting->len > 0)
    {
      Offers offers = offers_of_freed (self);
      offer_to_all_sets (self, &offers);
    }
  g_ptr_array_set_size (self->freed, 0);
  if (self->offer_all)
    {
      Offers offers = offers_of_all (self);
      self->offer_all = FALSE;
      offer_to_all_sets (self, &offers);
    }
  rush_task_scheduler_check_schedulable (self);
  set_timer (self);
  rush_task_scheduler_set_speculation_timer (self);
}
