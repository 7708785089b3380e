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
#define DECOMMISSION_REASON "asked for by an injected fault"

/* ---- they come ---- */

RushLocalExecutor *
rush_local_executors_find (RushLocalBackend *self, const char *id)
{
  return g_hash_table_lookup (self->executors_by_id, id);
}

/* For readers of shuffles, on any runner. */
static RushBlockStore *
lookup_store (gpointer data, const char *executor_id)
{
  RushLocalBackend *self = data;
  RushLocalExecutor *executor;

  pthread_mutex_lock (&self->lock);
  executor = rush_local_executors_find (self, executor_id);
  pthread_mutex_unlock (&self->lock);
  return executor != NULL && rush_local_executor_is_alive (executor) ? executor->env.blocks : NULL;
}

/* For tasks that read kept blocks of others, or copy theirs to them. */
static RushBlockManager *
lookup_block_manager (gpointer data, const char *executor_id)
{
  RushLocalBackend *self = data;
  RushLocalExecutor *executor;

  pthread_mutex_lock (&self->lock);
  executor = rush_local_executors_find (self, executor_id);
  pthread_mutex_unlock (&self->lock);
  return executor != NULL && rush_local_executor_is_alive (executor) ? executor->env.block_manager
                                                                     : NULL;
}

static char **
alive_executor_ids (gpointer data)
{
  return rush_local_backend_executor_ids (data);
}

/* Adds the executor of the next number; lock held or nobody else there yet. */
static RushLocalExecutor *
add_executor (RushLocalBackend *self, GError **error)
{
  RushShuffleFetch fetch = {
    .tracker = self->tracker,
    .lookup = lookup_store,
    .lookup_data = self,
    .by_reference = rush_conf_get_bool (self->conf, "spark.rushlight.shuffle.byReference"),
  };
  RushBlockManagers managers = {
    .conf = self->conf,
    .master = self->kept,
    .bus = self->bus,
    .dir = self->dir,
    .lookup = lookup_block_manager,
    .executor_ids = alive_executor_ids,
    .data = self,
  };
  g_autofree char *id =
      self->master.is_cluster ? g_strdup_printf ("%u", self->executors->len) : g_strdup ("driver");
  RushLocalExecutor *executor = rush_local_executor_new (
      id, self->host, self->master.cores, self->heap_bytes, self->conf, &fetch, &managers, error);

  if (executor == NULL)
    return NULL;
  executor->env.commits = self->commits;
  executor->env.barriers = self->barriers;
  g_ptr_array_add (self->executors, executor);
  g_hash_table_insert (self->executors_by_id, (gpointer)executor->env.executor_id, executor);
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

/* It has shown that there is memory for one, which is not wanted yet. */
static void
forget_first (RushLocalBackend *self)
{
  g_hash_table_remove_all (self->executors_by_id);
  g_ptr_array_set_size (self->executors, 0);
}

gboolean
rush_local_executors_add_all (RushLocalBackend *self, GError **error)
{
  const RushMaster *master = &self->master;

  if (!check_cores (master, self->conf, error))
    return FALSE;
  for (guint i = 0; i < MAX (self->n_wanted, 1); i++)
    {
      if (add_executor (self, error) != NULL)
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
    forget_first (self);
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

/* Lock held. */
static guint
count_alive (const RushLocalBackend *self)
{
  guint n = 0;

  for (guint i = 0; i < self->executors->len; i++)
    n += rush_local_executor_is_alive (g_ptr_array_index (self->executors, i));
  return n;
}

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
  guint n_alive = count_alive (self);
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
  there = g_ptr_array_copy (self->executors, NULL, NULL);
  g_ptr_array_set_free_func (there, NULL);
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

gboolean
rush_local_executors_end (RushLocalBackend *self, const char *executor_id, const char *reason,
                          gboolean replace)
{
  g_autoptr (GPtrArray) added = NULL;
  RushLocalExecutor *lost;
  RushMessage *message;

  pthread_mutex_lock (&self->lock);
  lost = self->master.is_cluster && !self->stopping ? rush_local_executors_find (self, executor_id)
                                                    : NULL;
  if (lost == NULL || !rush_local_executor_is_alive (lost))
    {
      pthread_mutex_unlock (&self->lock);
      return FALSE;
    }
  atomic_store_explicit (&lost->alive, FALSE, memory_order_release);
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
  rush_block_store_remove_all (lost->env.blocks);
  rush_block_manager_close (lost->env.block_manager);
  announce_all (self, added);
  return TRUE;
}

gboolean
rush_local_backend_kill_executor (RushBackend *base, const char *executor_id, gboolean replace)
{
  return rush_local_executors_end ((RushLocalBackend *)base, executor_id, LOSS_REASON, replace);
}

/* ---- they are decommissioned ---- */

gboolean
rush_local_executors_may_go (RushLocalBackend *self, const RushLocalExecutor *executor)
{
  return executor->decommissioning && rush_launched_tasks_count_on (self, executor) == 0;
}

/* Nothing is moved elsewhere: who needs its outputs computes them again. */
void
rush_local_executors_go (RushLocalBackend *self, const RushLocalExecutor *executor)
{
  rush_local_executors_end (self, executor->env.executor_id,
                            "Executor decommission: " DECOMMISSION_REASON, executor->replace);
}

gboolean
rush_local_executors_decommission (RushLocalBackend *self, const char *executor_id,
                                   gboolean replace, gboolean starting)
{
  RushLocalExecutor *executor;
  gboolean is_there, may_go = FALSE;

  pthread_mutex_lock (&self->lock);
  executor = self->master.is_cluster && !self->stopping
                 ? rush_local_executors_find (self, executor_id)
                 : NULL;
  is_there = executor != NULL && rush_local_executor_is_alive (executor);
  if (is_there)
    {
      RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING);

      executor->decommissioning = TRUE;
      executor->replace = replace;
      message->text = g_strdup (executor_id);
      message->reason = g_strdup (DECOMMISSION_REASON);
      rush_driver_loop_post (self->loop, message);
      may_go = !starting && rush_local_executors_may_go (self, executor);
    }
  pthread_mutex_unlock (&self->lock);
  if (may_go)
    rush_local_executors_go (self, executor);
  return is_there;
}

/* ---- what others ask them for ---- */

/* Of those that are lost, too. (transfer container) */
static GPtrArray *
all_executors (RushLocalBackend *self)
{
  GPtrArray *executors;

  pthread_mutex_lock (&self->lock);
  executors = g_ptr_array_copy (self->executors, NULL, NULL);
  pthread_mutex_unlock (&self->lock);
  g_ptr_array_set_free_func (executors, NULL);
  return executors;
}

void
rush_local_backend_remove_shuffle (RushBackend *base, gint shuffle_id)
{
  g_autoptr (GPtrArray) executors = all_executors ((RushLocalBackend *)base);

  for (guint i = 0; i < executors->len; i++)
    rush_block_store_remove_shuffle (
        ((RushLocalExecutor *)g_ptr_array_index (executors, i))->env.blocks, shuffle_id);
}

void
rush_local_backend_remove_rdd (RushBackend *base, gint rdd_id)
{
  g_autoptr (GPtrArray) executors = all_executors ((RushLocalBackend *)base);

  for (guint i = 0; i < executors->len; i++)
    rush_block_manager_remove_rdd (
        ((RushLocalExecutor *)g_ptr_array_index (executors, i))->env.block_manager, rdd_id);
}

RushBlockManagerMaster *
rush_local_backend_kept (RushBackend *base)
{
  return ((RushLocalBackend *)base)->kept;
}

RushEnv *
rush_local_backend_env (RushBackend *base, const char *executor_id)
{
  RushLocalBackend *self = (RushLocalBackend *)base;
  RushLocalExecutor *executor;

  pthread_mutex_lock (&self->lock);
  executor = rush_local_executors_find (self, executor_id);
  pthread_mutex_unlock (&self->lock);
  return executor != NULL ? &executor->env : NULL;
}

char **
rush_local_backend_executor_ids (RushBackend *base)
{
  RushLocalBackend *self = (RushLocalBackend *)base;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  pthread_mutex_lock (&self->lock);
  for (guint i = 0; i < self->executors->len; i++)
    {
      RushLocalExecutor *executor = g_ptr_array_index (self->executors, i);

      if (rush_local_executor_is_alive (executor))
        g_ptr_array_add (ids, g_strdup (executor->env.executor_id));
    }
  pthread_mutex_unlock (&self->lock);
  g_ptr_array_add (ids, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&ids), FALSE);
}

/* The lock is not held while block and memory managers are asked: they have their own. */
static RushExecutorStatus
status_of (RushLocalBackend *self, const char *id)
{
  RushExecutorStatus status = { 0 };
  RushBlockManagerStats kept;
  RushMemoryStats memory;

  pthread_mutex_lock (&self->lock);
  const RushLocalExecutor *executor = rush_local_executors_find (self, id);
  status.n_running_tasks = rush_launched_tasks_count_on (self, executor);
  pthread_mutex_unlock (&self->lock);
  rush_block_manager_stats (executor->env.block_manager, &kept);
  rush_memory_manager_stats (executor->env.memory, &memory);
  status.executor_id = executor->env.executor_id;
  status.host = executor->env.host;
  status.storage_used = kept.memory_bytes;
  status.storage_pool = memory.pool;
  return status;
}

GArray *
rush_local_backend_executor_statuses (RushBackend *base)
{
  g_auto (GStrv) ids = rush_local_backend_executor_ids (base);
  GArray *statuses = g_array_new (FALSE, FALSE, sizeof (RushExecutorStatus));

  for (char **id = ids; *id != NULL; id++)
    {
      RushExecutorStatus status = status_of ((RushLocalBackend *)base, *id);

      g_array_append_val (statuses, status);
    }
  return statuses;
}
