/* leaving_executors.c - executors that are still there, but will not be for long.
 *
 *                 ┌─ EXECUTOR_DISCONNECTED ──▶ the connection broke; why is not known yet
 *     alive ──────┤                            its tasks are neither lost nor run again
 *                 └─ EXECUTOR_DECOMMISSIONING ▶ its machine will be taken away, and it was told
 *                                              its tasks run on, its outputs can be read
 *                    both: nothing new starts there, nobody waits for a place near it
 *     ──── EXECUTOR_LOST (reason) ──▶ what ran there has failed; it counts only if the application
 *                                     is to blame, and that a decommissioned one never is
 *
 * Why wait for the reason?  A task that runs out of memory takes its executor along, and so would
 * the next attempt: that must count.  A preempted container says nothing about its tasks.
 *
 * A fetch failure from an executor that is being decommissioned was to be expected, and does not
 * bring the stage nearer to its last attempt (spark.stage.ignoreDecommissionFetchFailure).
 *
 * Mirrors: LossReasonPending and executorDecommission of
 *          org.apache.spark.scheduler.TaskSchedulerImpl, cluster.CoarseGrainedSchedulerBackend.
 */
#include "core/scheduler/task_scheduler_private.h"

/* FALSE: that has been said of it before. */
static gboolean
stop_offering (RushTaskScheduler *self, RushExecutor *executor, gboolean *mark)
{
  if (*mark)
    return FALSE;
  rush_executor_registry_leave (self->shared.registry, executor, mark);
  rush_task_scheduler_recompute_localities (self);
  self->offer_all = TRUE; /* who has waited for it need not any more */
  return TRUE;
}

void
rush_task_scheduler_executor_disconnected (RushTaskScheduler *self, const char *id)
{
  RushExecutor *executor = rush_executor_registry_find (self->shared.registry, id);

  if (executor != NULL)
    stop_offering (self, executor, &executor->disconnected);
}

void
rush_task_scheduler_executor_decommissioning (RushTaskScheduler *self, const char *id,
                                              const char *reason)
{
  RushExecutor *executor = rush_executor_registry_find (self->shared.registry, id);

  if (executor == NULL || !stop_offering (self, executor, &executor->draining))
    return;
  g_ptr_array_add (self->draining, executor);
  executor->draining_since_ms = rush_clock_wall_ms (self->clock);
  executor->draining_reason = g_strdup (reason != NULL ? reason : "");
  if (self->force_kill_us < 0)
    return;
  executor->kill_timer = ++*self->next_timer_id;
  self->backend->klass->start_timer (self->backend, executor->kill_timer, self->force_kill_us);
}

void
rush_task_scheduler_executor_asked_to_go (RushTaskScheduler *self, RushExecutor *executor)
{
  stop_offering (self, executor, &executor->asked_to_go);
}

char *
rush_task_scheduler_loss_reason (RushTaskScheduler *self, const char *id, const char *reason,
                                 gboolean *inout_caused_by_application)
{
  const RushExecutor *executor = rush_executor_registry_find (self->shared.registry, id);

  if (executor == NULL || !executor->draining)
    return g_strdup (reason);
  *inout_caused_by_application = FALSE;
  return g_strconcat ("Executor decommission: ", executor->draining_reason, NULL);
}

void
rush_task_scheduler_cancel_kill (RushTaskScheduler *self, RushExecutor *executor)
{
  if (executor->kill_timer != 0)
    self->backend->klass->cancel_timer (self->backend, executor->kill_timer);
  executor->kill_timer = 0;
}

/* It was given time enough. */
gboolean
rush_task_scheduler_kill_timer (RushTaskScheduler *self, guint64 timer_id)
{
  for (guint i = 0; i < self->shared.registry->all->len; i++)
    {
      RushExecutor *executor = g_ptr_array_index (self->shared.registry->all, i);

      if (executor->kill_timer != timer_id)
        continue;
      executor->kill_timer = 0;
      if (self->backend->klass->kill_executor != NULL)
        self->backend->klass->kill_executor (self->backend, executor->id);
      return TRUE;
    }
  return FALSE;
}

gboolean
rush_task_scheduler_is_decommissioning (RushTaskScheduler *self, const char *executor_id)
{
  const RushExecutor *executor = rush_executor_registry_find (self->shared.registry, executor_id);

  return executor != NULL && executor->draining;
}
