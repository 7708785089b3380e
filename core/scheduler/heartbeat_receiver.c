/* heartbeat_receiver.c - an executor that has not been heard of for long is given up.
 *
 *     HEARTBEAT 5 ──▶ executor 5 was last seen now
 *     every spark.network.timeoutInterval:  silent for more than spark.network.timeout?
 *         ──▶ the backend is asked to end it; what ran there has failed, as the executor may have
 *             been brought down by it; its outputs are gone
 *
 * A connection that breaks is told of at once; this is for machines that hang, and networks that
 * swallow.  Only backends whose executors send heartbeats are watched so: executors of this process
 * cannot fall silent alone.  One that was given up and beats again is not heard until it registers.
 *
 * Mirrors: org.apache.spark.HeartbeatReceiver.
 */
#include "core/scheduler/task_scheduler_private.h"

void
rush_heartbeat_received (RushTaskScheduler *self, const char *executor_id)
{
  RushExecutor *executor = rush_executor_registry_find (self->shared.registry, executor_id);

  if (executor != NULL)
    executor->last_seen_us = rush_clock_now_us (self->clock);
}

/* The timer stands as long as there is somebody to watch. */
void
rush_heartbeat_set_timer (RushTaskScheduler *self)
{
  gboolean needed = self->backend->klass->sends_heartbeats &&
                    g_hash_table_size (self->shared.registry->alive) > 0;

  if (needed == (self->heartbeat_timer != 0))
    return;
  if (needed)
    {
      self->heartbeat_timer = ++*self->next_timer_id;
      self->backend->klass->start_timer (self->backend, self->heartbeat_timer,
                                         self->heartbeat_interval_us);
      return;
    }
  self->backend->klass->cancel_timer (self->backend, self->heartbeat_timer);
  self->heartbeat_timer = 0;
}

GPtrArray *
rush_heartbeat_timer (RushTaskScheduler *self, guint64 timer_id)
{
  gint64 now_us = rush_clock_now_us (self->clock);
  GPtrArray *silent;

  if (self->heartbeat_timer == 0 || timer_id != self->heartbeat_timer)
    return NULL;
  self->heartbeat_timer = 0;
  silent = g_ptr_array_new ();
  for (guint i = 0; i < self->shared.registry->all->len; i++)
    {
      RushExecutor *executor = g_ptr_array_index (self->shared.registry->all, i);

      if (executor->alive && now_us - executor->last_seen_us > self->heartbeat_timeout_us)
        g_ptr_array_add (silent, executor);
    }
  return silent;
}

char *
rush_heartbeat_reason (RushTaskScheduler *self, const RushExecutor *executor)
{
  gint64 silent_us = rush_clock_now_us (self->clock) - executor->last_seen_us;

  return g_strdup_printf ("Executor heartbeat timed out after %" G_GINT64_FORMAT " ms",
                          silent_us / 1000);
}

#define TIMEOUT "spark.network.timeout"
#define INTERVAL "spark.executor.heartbeatInterval"

gboolean
rush_heartbeat_check (const RushConf *conf, GError **error)
{
  gint64 timeout_ms = rush_conf_get_time_us (conf, TIMEOUT) / 1000;
  gint64 interval_ms = rush_conf_get_time_us (conf, INTERVAL) / 1000;

  if (timeout_ms > interval_ms)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "The value of " TIMEOUT "=%" G_GINT64_FORMAT
               "ms must be greater than the value of " INTERVAL "=%" G_GINT64_FORMAT "ms.",
               timeout_ms, interval_ms);
  return FALSE;
}
