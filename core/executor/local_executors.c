/* local_executors.c - who is there: executors come, are announced, leave, and are lost.
 *
 *     add ──▶ announced: events, EXECUTOR_REGISTERED ──▶ alive ──▶ lost: EXECUTOR_LOST, events,
 *                                                          ▲             outputs dropped
 *                                                          └── its replacement, if asked for
 *
 * With spark.dynamicAllocation.enabled none is there at first: as many come as the scheduler asks
 * for (request), up to those that the master URL has, and those that it ends (end) are gone.
 *
 * Invariants:
 *   - A message about an executor's tasks never follows the message that it was lost: both are
 *     posted under the lock.
 *   - A lost executor serves nothing: the look-up of block stores answers NULL from then on.  What
 *     its last tasks still write is dropped when the last one ends.
 */
#include "core/executor/executor_events.h"
#include "core/executor/local_backend_private.h"

/* An injected fault is not the application's: it does not count towards spark.task.maxFailures. */
#define LOSS_REASON "Executor killed by an injected fault"

/* ---- they come ---- */

/* Adds the executor of the next number; lock held or nobody else there yet. */
static RushLocalExecutor *
add_executor (RushLocalBackend *self, GError **error)
{
  g_autofree char *id =
      self->master.is_cluster ? g_strdup_printf ("%u", self->n_executors) : g_strdup ("driver");
  RushLocalExecutor *executor = rush_executor_set_add (self->executors, id, self->host,
                                                       self->master.cores, self->heap_bytes, error);

  self->n_executors += executor != NULL;
  return executor;
}

/* An executor that is too small for a single task would leave every job waiting.  Mirrors
 * ResourceUtils.validateTaskCpusLargeEnough. */
static gboolean
check_cores (const RushMaster *master, const RushConf *conf, GError **error)
{
  gint64 task_cpus = rush_conf_get_int (conf, "spark.task.cpus");

  if (task_cpus <= master->cores)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "The number of cores per executor (=%u) has to be >= the number of cpus per task = "
               "%" G_GINT64_FORMAT ".",
               master->cores, task_cpus);
  return FALSE;
}

gboolean
rush_local_executors_add_all (RushLocalBackend *self, GError **error)
{
  const RushMaster *master = &self->master;
  RushLocalExecutor *executor = NULL;

  if (!check_cores (master, self->conf, error))
    return FALSE;
  for (guint i = 0; i < MAX (self->n_wanted, 1); i++)
    {
      executor = add_executor (self, error);
      if (executor != NULL)
        continue;
      if (master->executor_mib > 0)
        g_prefix_error (error,
                        "local-cluster[%u,%u,%d] gives each executor %d MiB, which is too little "
                        "(the third number says how many): ",
                        master->n_executors, master->cores, (int)master->executor_mib,
                        (int)master->executor_mib);
      return FALSE;
    }
  if (self->n_wanted == 0)
    {
      /* It has shown that there is memory for one, which is not wanted yet. */
      rush_executor_set_forget (self->executors, executor);
      self->n_executors = 0;
    }
  return TRUE;
}

/* ---- they are announced ---- */

static void
post_registered (RushLocalBackend *self, const RushLocalExecutor *executor)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_REGISTERED);

  message->text = g_strdup (executor->env.executor_id);
  message->host = g_strdup (executor->env.host);
  message->cores = executor->cores;
  rush_driver_loop_post (self->loop, message);
}

static void
announce_all (RushLocalBackend *self, const GPtrArray *executors)
{
  for (guint i = 0; i < executors->len; i++)
    {
      const RushLocalExecutor *executor = g_ptr_array_index (executors, i);
      RushMemoryStats stats;

      rush_memory_manager_stats (executor->env.memory, &stats);
      rush_post_executor_added (self->bus, rush_clock_system (), executor->env.executor_id,
                                executor->env.host, NULL, executor->cores, stats.pool);
      post_registered (self, executor);
    }
}

/* ---- they are lost ---- */

/* Lock held.  So many more, which are to be announced without it: RushLocalExecutor *.  (transfer
 * container) */
static GPtrArray *
add_executors (RushLocalBackend *self, guint n)
{
  GPtrArray *added = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    {
      RushLocalExecutor *executor = add_executor (self, NULL);

      g_assert (executor != NULL); /* the same configuration has been accepted before */
      g_ptr_array_add (added, executor);
    }
  return added;
}

/* Lock held. */
static GPtrArray *
add_missing (RushLocalBackend *self)
{
  guint n_alive = rush_executor_set_n_alive (self->executors);
  gboolean may_come = self->started && !self->stopping && n_alive < self->n_wanted;

  return add_executors (self, may_come ? self->n_wanted - n_alive : 0);
}

/* The scheduler may have asked for some before. */
void
rush_local_executors_start (RushLocalBackend *self)
{
  g_autoptr (GPtrArray) there = NULL;
  g_autoptr (GPtrArray) added = NULL;

  pthread_mutex_lock (&self->lock);
  self->started = TRUE;
  there = rush_executor_set_all (self->executors);
  added = add_missing (self);
  pthread_mutex_unlock (&self->lock);
  announce_all (self, there);
  announce_all (self, added);
}

void
rush_local_executors_request (RushLocalBackend *self, guint n)
{
  g_autoptr (GPtrArray) added = NULL;

  pthread_mutex_lock (&self->lock);
  self->n_wanted = MIN (n, self->master.n_executors);
  added = add_missing (self);
  pthread_mutex_unlock (&self->lock);
  announce_all (self, added);
}

RushLocalExecutor *
rush_local_executors_find_mortal (RushLocalBackend *self, const char *id)
{
  gboolean any = self->master.is_cluster && !self->stopping;

  return any ? rush_executor_set_find (self->executors, id) : NULL;
}

gboolean
rush_local_executors_end (RushLocalBackend *self, const char *executor_id, const char *reason,
                          gboolean replace)
{
  g_autoptr (GPtrArray) added = NULL;
  RushLocalExecutor *lost;
  RushMessage *message;

  pthread_mutex_lock (&self->lock);
  lost = rush_local_executors_find_mortal (self, executor_id);
  if (lost == NULL || !rush_executor_set_end (self->executors, lost))
    {
      pthread_mutex_unlock (&self->lock);
      return FALSE;
    }
  rush_launched_tasks_kill_all (self, lost, "executor lost");
  message = rush_message_new (RUSH_MESSAGE_EXECUTOR_LOST);
  message->text = g_strdup (executor_id);
  message->reason = g_strdup (reason);
  message->outputs_lost = TRUE;
  rush_driver_loop_post (self->loop, message);
  added = self->is_dynamic ? add_missing (self) : add_executors (self, replace ? 1 : 0);
  pthread_mutex_unlock (&self->lock);

  rush_post_executor_removed (self->bus, rush_clock_system (), lost->env.executor_id,
                              lost->env.host, reason);
  rush_executor_set_drop (self->executors, lost);
  announce_all (self, added);
  return TRUE;
}

gboolean
rush_local_backend_kill_executor (RushBackend *base, const char *executor_id, gboolean replace)
{
  return rush_local_executors_end ((RushLocalBackend *)base, executor_id, LOSS_REASON, replace);
}
