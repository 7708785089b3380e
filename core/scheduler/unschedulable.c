/* unschedulable.c - a task that is excluded from every executor there is will never run.
 *
 *     a task that waits, every executor excluded for it
 *       an executor is idle   it is let go, if the backend can: maybe another one comes for it
 *       none is               with dynamic allocation one is asked for: allocation_manager.c
 *                             else the set is given up at once
 *     … and if no task of any set has found a place within unschedulableTaskSetTimeout: given up
 *
 * The time is not given anew when executors come and go: else one that comes back as bad as it was
 * would be let go and come back for ever.
 *
 * One task is looked at, the one that would be next: another one that cannot run is found out when
 * its turn comes.  A launch of anything gives all sets time again: the application gets on.
 *
 * Mirrors: TaskSetManager.getCompletelyExcludedTaskIfAny, and the part of
 *          TaskSchedulerImpl.resourceOffers that calls it.
 */
#include "core/scheduler/task_scheduler_private.h"

/* ---- is it? ---- */

static gboolean
may_run_on (const RushTaskSet *set, const RushExecutor *executor, guint index)
{
  return !executor->excluded && !rush_excludelist_excludes (set->excludelist, executor) &&
         !rush_excludelist_excludes_task (set->excludelist, executor, index);
}

/* The task that cannot run anywhere, or −1; nobody is blamed for a cluster without executors. */
static gint
hopeless_task (RushTaskScheduler *self, RushTaskSet *set)
{
  const RushExecutorRegistry *registry = self->shared.registry;
  gint index = rush_pending_tasks_peek (set->pending);

  if (index < 0 || g_hash_table_size (registry->alive) == 0)
    return -1;
  for (guint i = 0; i < registry->all->len; i++)
    {
      const RushExecutor *executor = g_ptr_array_index (registry->all, i);

      if (executor->alive && !executor->disconnected && may_run_on (set, executor, (guint)index))
        return -1;
    }
  return index;
}

/* ---- what is done about it ---- */

static void
give_up (RushTaskScheduler *self, RushTaskSet *set, guint index)
{
  const char *reason = set->excludelist != NULL ? set->excludelist->latest_reason : "";
  RushHopelessSet hopeless = { .stage_id = set->seen.stage_id };

  hopeless.error = g_error_new (
      RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
      "\nAborting TaskSet %d.%d because task %u (partition %u)\n"
      "cannot run anywhere due to node and executor excludeOnFailure.\n"
      "Most recent failure:\n%s\n\n"
      "ExcludeOnFailure behavior can be configured via spark.excludeOnFailure.*.\n",
      set->seen.stage_id, set->seen.stage_attempt, index, set->partitions[index], reason);
  rush_task_set_make_zombie (set);
  rush_task_scheduler_update_waiting (self, set);
  g_array_append_val (self->hopeless, hopeless);
}

static const RushExecutor *
find_idle (const RushExecutorRegistry *registry)
{
  for (guint i = 0; i < registry->all->len; i++)
    {
      const RushExecutor *executor = g_ptr_array_index (registry->all, i);

      if (executor->alive && executor->running.length == 0)
        return executor;
    }
  return NULL;
}

static void
wait_for_another (RushTaskScheduler *self, RushTaskSet *set, guint index, gint64 now_us)
{
  const RushExecutor *idle = find_idle (self->shared.registry);

  if (idle == NULL && !self->executors_may_come)
    {
      give_up (self, set, index);
      return;
    }
  set->give_up_us = now_us + self->shared.exclusion.unschedulable_us;
  if (idle == NULL)
    return;
  g_autofree char *reason =
      g_strdup_printf ("Killing excluded idle executor id %s because of task unschedulability and "
                       "trying to acquire a new executor.",
                       idle->id);
  rush_health_tracker_end_executor (&self->health, idle->id, reason);
}

static void
check_set (RushTaskScheduler *self, RushTaskSet *set)
{
  gint64 now_us = rush_clock_now_us (self->clock);
  gint index = hopeless_task (self, set);

  if (index >= 0 && set->give_up_us == G_MAXINT64)
    wait_for_another (self, set, (guint)index, now_us);
  else if (now_us >= set->give_up_us && index >= 0)
    give_up (self, set, (guint)index);
  else if (now_us >= set->give_up_us)
    set->give_up_us = G_MAXINT64; /* another executor came, but had no room yet */
}

/* ---- after each offer ---- */

static gboolean
is_enabled (const RushTaskScheduler *self)
{
  return self->shared.exclusion.application || self->shared.exclusion.task_and_stage;
}

static void
set_timer (RushTaskScheduler *self, gint64 when_us)
{
  /* One clock counts ms, so the moment wavers. */
  if (self->exclusion_timer != 0 && ABS (when_us - self->exclusion_timer_us) < 1000)
    return;
  if (self->exclusion_timer != 0)
    self->backend->klass->cancel_timer (self->backend, self->exclusion_timer);
  self->exclusion_timer = 0;
  if (when_us == G_MAXINT64)
    return;
  self->exclusion_timer = ++*self->next_timer_id;
  self->exclusion_timer_us = when_us;
  self->backend->klass->start_timer (self->backend, self->exclusion_timer,
                                     MAX (when_us - rush_clock_now_us (self->clock), 0));
}

/* When somebody that is excluded is welcome again, while anybody waits for that. */
static gint64
next_welcome_us (RushTaskScheduler *self)
{
  gint64 when_ms = self->health.next_expiry_ms;

  if (self->waiting->len == 0 || when_ms == G_MAXINT64)
    return G_MAXINT64;
  /* It is over when the moment has passed. */
  return rush_clock_now_us (self->clock) + (when_ms + 1 - rush_clock_wall_ms (self->clock)) * 1000;
}

void
rush_task_scheduler_check_schedulable (RushTaskScheduler *self)
{
  if (!is_enabled (self))
    return;
  gint64 when_us = next_welcome_us (self);
  g_autoptr (GPtrArray) waiting = g_ptr_array_copy (self->waiting, NULL, NULL);

  for (guint i = 0; i < waiting->len; i++)
    {
      RushTaskSet *set = g_ptr_array_index (waiting, i);

      if (self->n_launched > 0)
        set->give_up_us = G_MAXINT64;
      if (set->launched_at != self->n_offers)
        check_set (self, set);
      if (!set->zombie)
        when_us = MIN (when_us, set->give_up_us);
    }
  self->n_launched = 0;
  set_timer (self, when_us);
}

gboolean
rush_task_scheduler_exclusion_timer (RushTaskScheduler *self, guint64 timer_id)
{
  if (self->exclusion_timer == 0 || timer_id != self->exclusion_timer)
    return FALSE;
  self->exclusion_timer = 0;
  return TRUE;
}

/* ---- before each offer ---- */

void
rush_task_scheduler_apply_exclusion_timeout (RushTaskScheduler *self)
{
  if (rush_health_tracker_apply_timeout (&self->health))
    self->offer_all = TRUE;
}
