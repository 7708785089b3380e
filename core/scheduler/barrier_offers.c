/* barrier_offers.c - the tasks of a barrier stage start together, or none of them does.
 *
 *     slots that are free   ▪▪ · ▪ ▪▪▪      fewer than tasks: not now
 *     a place for each task, nearest first   some find none that is near enough: not now
 *     all launched, each told the addresses of all
 *
 * Until then nothing is held: other task sets may take the slots meanwhile.  So a barrier stage on
 * a busy cluster may wait for long, and nothing waits for it for ever.
 *
 * Mirrors: TaskSchedulerImpl.resourceOffers, the parts on taskSet.isBarrier.
 */
#include "core/scheduler/task_scheduler_private.h"

#define ADDRESSES "addresses" /* the local property that BarrierTaskContext.getTaskInfos reads */

typedef struct
{
  RushExecutor *executor; /* NULL: none yet */
  RushLocality level;
} Place;

/* An executor gives one place a round, so that work spreads as that of other stages does. */
static guint
choose_places (RushTaskScheduler *self, RushTaskSet *set, RushLocality max, GPtrArray *executors,
               Place *places)
{
  gint64 now_us = rush_clock_now_us (self->clock);
  guint n = 0, before;

  do
    {
      before = n;
      for (guint i = 0; i < executors->len && set->seen.n_pending > 0; i++)
        {
          RushExecutor *executor = g_ptr_array_index (executors, i);
          RushLocality level;
          gint index = rush_executor_has_room (executor)
                           ? rush_task_set_choose (set, executor, max, now_us, &level)
                           : -1;

          if (index < 0)
            continue;
          rush_executor_registry_take_slot (self->shared.registry, executor);
          places[index] = (Place){ executor, level };
          n++;
        }
    }
  while (n > before);
  return n;
}

/* The slots are free again, to be taken by launches, or by others. */
static void
give_slots_back (RushTaskScheduler *self, const Place *places, guint n)
{
  for (guint i = 0; i < n; i++)
    if (places[i].executor != NULL)
      rush_executor_registry_give_slot (self->shared.registry, places[i].executor);
}

static void
put_tasks_back (RushTaskScheduler *self, RushTaskSet *set, const Place *places)
{
  for (guint i = set->seen.n_tasks; i-- > 0;) /* pending tasks are stacks: low numbers last */
    if (places[i].executor != NULL)
      rush_task_set_put_back (set, i, &self->shared);
}

/* Executors of one process listen to no port: theirs is given as 0. */
static void
tell_addresses (RushTaskSet *set, const Place *places)
{
  g_autoptr (GString) addresses = g_string_new (NULL);

  for (guint i = 0; i < set->seen.n_tasks; i++)
    g_string_append_printf (addresses, "%s%s:0", i > 0 ? "," : "", places[i].executor->host);
  rush_task_set_set_property (set, ADDRESSES, addresses->str);
}

static gint
launch_all (RushTaskScheduler *self, RushTaskSet *set, const Place *places)
{
  gint nearest = RUSH_LOCALITY_ANY;

  tell_addresses (set, places);
  for (guint i = 0; i < set->seen.n_tasks; i++)
    {
      rush_task_scheduler_launch (self, set, i, places[i].executor, places[i].level);
      nearest = MIN (nearest, (gint)places[i].level);
    }
  return nearest;
}

static GPtrArray *
shuffled_executors (RushTaskScheduler *self)
{
  GPtrArray *executors = g_ptr_array_copy (self->shared.registry->free, NULL, NULL);

  for (guint i = executors->len; i > 1; i--)
    {
      guint j = (guint)g_rand_int_range (self->shuffle, 0, (gint32)i);
      gpointer last = executors->pdata[i - 1];

      executors->pdata[i - 1] = executors->pdata[j];
      executors->pdata[j] = last;
    }
  return executors;
}

gboolean
rush_task_scheduler_lacks_slots (RushTaskScheduler *self, const RushTaskSet *set)
{
  return set->barrier &&
         rush_executor_registry_n_free_slots (self->shared.registry) < set->seen.n_tasks;
}

void
rush_task_scheduler_offer_to_barrier (RushTaskScheduler *self, RushTaskSet *set)
{
  guint n_tasks = set->seen.n_tasks;
  g_autoptr (GPtrArray) executors = NULL;
  g_autofree Place *places = NULL;
  gint nearest = -1;
  guint n = 0;

  g_assert (set->seen.n_pending == n_tasks);
  if (rush_task_scheduler_lacks_slots (self, set))
    return;
  executors = shuffled_executors (self);
  places = g_new0 (Place, n_tasks);
  for (guint i = 0; i < set->locality.state.n_levels && n < n_tasks; i++)
    n += choose_places (self, set, set->locality.state.levels[i], executors, places);
  give_slots_back (self, places, n_tasks);
  if (n == n_tasks)
    nearest = launch_all (self, set, places);
  else
    put_tasks_back (self, set, places);
  rush_locality_round_over (&set->locality, &(RushOfferRound){ nearest, n < n_tasks, TRUE },
                            rush_clock_now_us (self->clock));
}
