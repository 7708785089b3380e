/* executor_monitor.c - who is idle, and what would be lost with whom.
 *
 *     last task ends ──▶ idle ──60 s──▶ may go
 *                          │
 *                          ├─ keeps blocks of persisted RDDs: cachedExecutorIdleTimeout, ∞
 *                          ├─ has map outputs of a job that runs: never, as long as that runs
 *                          └─ has map outputs that no job needs now: shuffleTracking.timeout, ∞;
 *                             once the cleaner has dropped the shuffle it is as idle as any
 *
 * Without an external shuffle service map outputs go with their executor, and would have to be
 * computed again: that is what shuffle tracking is about.  An executor counts as having data of a
 * shuffle as soon as a task of its stage has succeeded there, whether that output is used or not.
 *
 * Executors that are idle stand in a queue, in the order in which they became so; busy ones cost
 * nothing here.
 *
 * Mirrors: org.apache.spark.scheduler.dynalloc.ExecutorMonitor.
 */
#include "core/scheduler/allocation_private.h"

/* ---- what the task scheduler tells ---- */

void
rush_task_scheduler_note_idle (RushTaskScheduler *self, RushExecutor *executor)
{
  gboolean is_idle = executor->alive && executor->running.length == 0;

  if (is_idle == executor->is_idle)
    return;
  executor->is_idle = is_idle;
  if (is_idle)
    {
      executor->idle_since_us = rush_clock_now_us (self->clock);
      executor->in_idle.data = executor;
      g_queue_push_tail_link (&self->idle, &executor->in_idle);
    }
  else
    g_queue_unlink (&self->idle, &executor->in_idle);
}

void
rush_task_scheduler_note_shuffle (RushExecutor *executor, gint shuffle_id)
{
  if (executor->shuffles == NULL)
    executor->shuffles = g_hash_table_new (NULL, NULL);
  g_hash_table_add (executor->shuffles, GINT_TO_POINTER (shuffle_id));
}

void
rush_task_scheduler_shuffle_dropped (RushTaskScheduler *self, gint shuffle_id)
{
  for (guint i = 0; i < self->shared.registry->all->len; i++)
    {
      RushExecutor *executor = g_ptr_array_index (self->shared.registry->all, i);

      if (executor->shuffles != NULL)
        g_hash_table_remove (executor->shuffles, GINT_TO_POINTER (shuffle_id));
    }
}

/* ---- who may go ---- */

/* A stage of a job that runs writes, or has written, one of its shuffles. */
static gboolean
has_active_shuffle (const RushAllocationManager *self, const RushExecutor *executor)
{
  GHashTableIter iter;
  gpointer shuffle_id;

  g_hash_table_iter_init (&iter, executor->shuffles);
  while (g_hash_table_iter_next (&iter, &shuffle_id, NULL))
    if (rush_dag_find_map_stage (self->dag, GPOINTER_TO_INT (shuffle_id)) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
keeps_blocks (const RushAllocationManager *self, const RushExecutor *executor)
{
  RushCacheLocations *cache = self->dag->cache;

  return cache != NULL && cache->keeps_any != NULL && cache->keeps_any (cache, executor->id);
}

/* G_MAXINT64: not as long as it is as it is. */
static gint64
deadline_of (const RushAllocationManager *self, const RushExecutor *executor)
{
  gboolean has_shuffles = self->tracks_shuffles && executor->shuffles != NULL &&
                          g_hash_table_size (executor->shuffles) > 0;
  gboolean is_cached = keeps_blocks (self, executor);
  gint64 timeout_us = self->idle_us;

  if (has_shuffles && has_active_shuffle (self, executor))
    return G_MAXINT64;
  if (has_shuffles || is_cached)
    timeout_us =
        MAX (is_cached ? self->cached_idle_us : 0, has_shuffles ? self->shuffle_idle_us : 0);
  return timeout_us < G_MAXINT64 - executor->idle_since_us ? executor->idle_since_us + timeout_us
                                                           : G_MAXINT64;
}

GPtrArray *
rush_executor_monitor_timed_out (RushAllocationManager *self, gint64 now_us, gint64 *out_next_us)
{
  GPtrArray *over = g_ptr_array_new ();

  *out_next_us = G_MAXINT64;
  for (GList *link = self->tasks->idle.head; link != NULL; link = link->next)
    {
      RushExecutor *executor = link->data;

      if (!rush_executor_stays (executor))
        continue;
      gint64 deadline_us = deadline_of (self, executor);
      if (deadline_us <= now_us)
        g_ptr_array_add (over, executor);
      else
        *out_next_us = MIN (*out_next_us, deadline_us);
    }
  return over;
}

guint
rush_executor_monitor_n_staying (const RushAllocationManager *self)
{
  return self->tasks->shared.registry->n_staying;
}
