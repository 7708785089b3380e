/* local_backend.c - executors of this process behind the scheduler's backend contract.
 *
 *     driver loop                                             runners
 *     ───────────                                             ───────
 *     launch (executor, task) ─▶ LaunchedTask ─▶ [queue] ─▶ rush_task_run ()
 *                                   │ in `launched` by task id     │
 *     kill_task (task id) ──────────┴─▶ cancels its context        │
 *     TASK_ENDED (outcome) ◀───────────────────────────────────────┘
 *
 * States of a launched task, all under the lock:
 *
 *     launched ── a runner is done ──▶ forgotten, TASK_ENDED posted
 *        │
 *        ├─ kill_task ─▶ its context is cancelled; ends as above
 *        └─ its executor is lost ─▶ cancelled; forgotten without a message, as the scheduler has
 *                                   counted it lost with the executor
 *
 * Invariants:
 *   - A message about an executor's tasks never follows the message that it was lost: both are
 *     posted under the lock.
 *   - A lost executor serves nothing: the look-up of block stores answers NULL from then on.  What
 *     its last tasks still write is dropped when the last one ends.
 *   - After stop () no runner runs, and what the scheduler still launches is freed unseen.
 */
#include "core/executor/local_backend.h"

#include "core/executor/executor.h"
#include "core/executor/runner_pool.h"
#include "core/executor/task_runner.h"

typedef struct
{
  RushBackend base;
  RushDriverLoop *loop;
  RushMapOutputTracker *tracker;
  RushEventBus *bus;
  RushLocalDir *dir;
  const RushConf *conf;
  RushMaster master;
  gint64 heap_bytes; /* of each executor */
  char *host;
  RushRunnerPool *runners;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GPtrArray *executors;        /* RushLocalExecutor * (owned); only ever grows */
  GHashTable *executors_by_id; /* the same, lost ones too: each fetch looks one up */
  GHashTable *launched;        /* &task_id → LaunchedTask */
  gboolean stopping;
} LocalBackend;

typedef struct
{
  gint64 task_id; /* the key in launched */
  LocalBackend *backend;
  RushLocalExecutor *executor;
  RushTask *task;       /* (owned) */
  RushTaskContext *ctx; /* (owned) */
  char *kill_reason;    /* (owned) guarded by the backend's lock; set once */
} LaunchedTask;

/* An injected fault is not the application's: it does not count towards spark.task.maxFailures. */
#define LOSS_REASON "Executor killed by an injected fault"

/* ---- executors ---- */

/* Lock held. */
static RushLocalExecutor *
find_executor (LocalBackend *self, const char *id)
{
  return g_hash_table_lookup (self->executors_by_id, id);
}

/* For readers of shuffles, on any runner. */
static RushBlockStore *
lookup_store (gpointer data, const char *executor_id)
{
  LocalBackend *self = data;
  RushLocalExecutor *executor;

  pthread_mutex_lock (&self->lock);
  executor = find_executor (self, executor_id);
  pthread_mutex_unlock (&self->lock);
  return executor != NULL && rush_local_executor_is_alive (executor) ? executor->env.blocks : NULL;
}

/* Adds the executor of the next number; lock held or nobody else there yet. */
static RushLocalExecutor *
add_executor (LocalBackend *self, GError **error)
{
  RushShuffleFetch fetch = {
    .tracker = self->tracker,
    .lookup = lookup_store,
    .lookup_data = self,
    .by_reference = rush_conf_get_bool (self->conf, "spark.rushlight.shuffle.byReference"),
  };
  g_autofree char *id =
      self->master.is_cluster ? g_strdup_printf ("%u", self->executors->len) : g_strdup ("driver");
  RushLocalExecutor *executor = rush_local_executor_new (
      id, self->host, self->master.cores, self->heap_bytes, self->conf, &fetch, self->dir, error);

  if (executor == NULL)
    return NULL;
  g_ptr_array_add (self->executors, executor);
  g_hash_table_insert (self->executors_by_id, (gpointer)executor->env.executor_id, executor);
  return executor;
}

static void
post_added_events (LocalBackend *self, const RushLocalExecutor *executor)
{
  gint64 now_ms = rush_clock_wall_ms (rush_clock_system ());
  RushMemoryStats stats;
  RushEvent *event;

  if (!rush_event_bus_has_listeners (self->bus))
    return;
  event = rush_event_new (RUSH_EVENT_EXECUTOR_ADDED);
  event->executor_added.time_ms = now_ms;
  event->executor_added.executor_id = g_strdup (executor->env.executor_id);
  event->executor_added.host = g_strdup (executor->env.host);
  event->executor_added.cores = executor->cores;
  rush_event_bus_post (self->bus, event);

  rush_memory_manager_stats (executor->env.memory, &stats);
  event = rush_event_new (RUSH_EVENT_BLOCK_MANAGER_ADDED);
  event->block_manager_added.time_ms = now_ms;
  event->block_manager_added.executor_id = g_strdup (executor->env.executor_id);
  event->block_manager_added.host = g_strdup (executor->env.host);
  event->block_manager_added.memory_bytes = stats.pool;
  rush_event_bus_post (self->bus, event);
}

static void
post_removed_events (LocalBackend *self, const RushLocalExecutor *executor, const char *reason)
{
  gint64 now_ms = rush_clock_wall_ms (rush_clock_system ());
  RushEvent *event;

  if (!rush_event_bus_has_listeners (self->bus))
    return;
  event = rush_event_new (RUSH_EVENT_BLOCK_MANAGER_REMOVED);
  event->block_manager_removed.time_ms = now_ms;
  event->block_manager_removed.executor_id = g_strdup (executor->env.executor_id);
  event->block_manager_removed.host = g_strdup (executor->env.host);
  rush_event_bus_post (self->bus, event);

  event = rush_event_new (RUSH_EVENT_EXECUTOR_REMOVED);
  event->executor_removed.time_ms = now_ms;
  event->executor_removed.executor_id = g_strdup (executor->env.executor_id);
  event->executor_removed.reason = g_strdup (reason);
  rush_event_bus_post (self->bus, event);
}

static void
post_registered (LocalBackend *self, const RushLocalExecutor *executor)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_REGISTERED);

  message->text = g_strdup (executor->env.executor_id);
  message->host = g_strdup (executor->env.host);
  message->cores = executor->cores;
  rush_driver_loop_post (self->loop, message);
}

/* ---- tasks ---- */

static void
launched_task_free (LaunchedTask *self)
{
  rush_task_context_free (self->ctx);
  rush_task_free (self->task);
  g_free (self->kill_reason);
  g_free (self);
}

/* Lock held.  The first reason is the one that the task reports. */
static void
cancel_launched (LaunchedTask *launched, const char *reason)
{
  if (launched->kill_reason != NULL)
    return;
  launched->kill_reason = g_strdup (reason);
  rush_task_context_cancel (launched->ctx, launched->kill_reason);
  rush_memory_manager_wake (launched->executor->env.memory);
}

/* Lock held. */
static gboolean
has_launched_on (LocalBackend *self, const RushLocalExecutor *executor)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->launched);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((LaunchedTask *)value)->executor == executor)
      return TRUE;
  return FALSE;
}

/* Nobody can reach the task any more afterwards. */
static void
forget_launched (LaunchedTask *launched)
{
  LocalBackend *self = launched->backend;

  pthread_mutex_lock (&self->lock);
  g_hash_table_remove (self->launched, &launched->task_id);
  pthread_mutex_unlock (&self->lock);
  launched_task_free (launched);
}

/* The outcome (transfer full) goes out, unless the executor has been lost in the meantime. */
static void
post_outcome (LocalBackend *self, RushLocalExecutor *executor, gint64 task_id,
              RushTaskOutcome *outcome)
{
  gboolean was_last_of_lost = FALSE;

  pthread_mutex_lock (&self->lock);
  if (rush_local_executor_is_alive (executor))
    {
      RushMessage *message = rush_message_new (RUSH_MESSAGE_TASK_ENDED);

      message->task_id = task_id;
      message->outcome = g_steal_pointer (&outcome);
      rush_driver_loop_post (self->loop, message);
    }
  else
    was_last_of_lost = !has_launched_on (self, executor);
  pthread_mutex_unlock (&self->lock);
  rush_task_outcome_free (outcome);
  if (was_last_of_lost)
    rush_block_store_remove_all (executor->env.blocks);
}

/* Runner.  What the task refers to (its RDD, and through it a lineage) is let go before the end is
 * told, so that who hears of a job's end finds no task holding on to it. */
static void
run_launched (gpointer item, gpointer data)
{
  LaunchedTask *launched = item;
  RushLocalExecutor *executor = launched->executor;
  gint64 task_id = launched->task_id;
  RushTaskOutcome *outcome = rush_task_run (launched->task, &executor->env, launched->ctx);

  forget_launched (launched);
  post_outcome (data, executor, task_id, outcome);
}

/* ---- the backend contract ---- */

static void
local_launch (RushBackend *base, const char *executor_id, RushTask *task)
{
  LocalBackend *self = (LocalBackend *)base;
  LaunchedTask *launched = g_new0 (LaunchedTask, 1);
  gboolean accepted;

  launched->task_id = task->task_id;
  launched->backend = self;
  launched->task = task;
  launched->ctx = rush_task_context_new ();
  pthread_mutex_lock (&self->lock);
  launched->executor = find_executor (self, executor_id);
  /* The scheduler may not have heard of a loss yet; it will count this task lost when it does. */
  accepted = !self->stopping && launched->executor != NULL &&
             rush_local_executor_is_alive (launched->executor);
  if (accepted)
    {
      g_hash_table_insert (self->launched, &launched->task_id, launched);
      accepted = rush_runner_pool_submit (self->runners, launched);
      g_assert (accepted); /* the pool stops after stopping is set */
    }
  pthread_mutex_unlock (&self->lock);
  if (!accepted)
    launched_task_free (launched);
}

static void
local_kill_task (RushBackend *base, const char *executor_id, gint64 task_id, const char *reason)
{
  LocalBackend *self = (LocalBackend *)base;
  LaunchedTask *launched;

  pthread_mutex_lock (&self->lock);
  launched = g_hash_table_lookup (self->launched, &task_id);
  if (launched != NULL)
    cancel_launched (launched, reason);
  pthread_mutex_unlock (&self->lock);
}

static void
local_start_timer (RushBackend *base, guint64 timer_id, gint64 delay_us)
{
  rush_driver_loop_start_timer (((LocalBackend *)base)->loop, timer_id, delay_us);
}

static void
local_cancel_timer (RushBackend *base, guint64 timer_id)
{
  rush_driver_loop_cancel_timer (((LocalBackend *)base)->loop, timer_id);
}

static RushClock *
local_clock (RushBackend *base)
{
  return rush_clock_system ();
}

/* ---- start and stop ---- */

void
rush_local_backend_start (RushBackend *base)
{
  LocalBackend *self = (LocalBackend *)base;

  for (guint i = 0; i < self->executors->len; i++)
    {
      post_added_events (self, g_ptr_array_index (self->executors, i));
      post_registered (self, g_ptr_array_index (self->executors, i));
    }
}

void
rush_local_backend_stop (RushBackend *base)
{
  LocalBackend *self = (LocalBackend *)base;
  GHashTableIter iter;
  gpointer value;

  pthread_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_hash_table_iter_init (&iter, self->launched);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    cancel_launched (value, "SparkContext was shut down");
  pthread_mutex_unlock (&self->lock);
  rush_runner_pool_stop (self->runners);
  /* Nobody adds executors any more. */
  for (guint i = 0; i < self->executors->len; i++)
    rush_block_store_remove_all (
        ((RushLocalExecutor *)g_ptr_array_index (self->executors, i))->env.blocks);
}

static void
local_free (RushBackend *base)
{
  LocalBackend *self = (LocalBackend *)base;

  if (self->runners != NULL)
    {
      rush_local_backend_stop (base);
      rush_runner_pool_free (self->runners);
    }
  g_assert (g_hash_table_size (self->launched) == 0);
  g_hash_table_unref (self->launched);
  g_hash_table_unref (self->executors_by_id);
  g_ptr_array_unref (self->executors);
  pthread_mutex_destroy (&self->lock);
  g_free (self->host);
  g_free (self);
}

/* ---- faults, and what others ask for ---- */

gboolean
rush_local_backend_kill_executor (RushBackend *base, const char *executor_id, gboolean replace)
{
  LocalBackend *self = (LocalBackend *)base;
  RushLocalExecutor *lost, *fresh = NULL;
  RushMessage *message;
  GHashTableIter iter;
  gpointer value;

  pthread_mutex_lock (&self->lock);
  lost = self->master.is_cluster && !self->stopping ? find_executor (self, executor_id) : NULL;
  if (lost == NULL || !rush_local_executor_is_alive (lost))
    {
      pthread_mutex_unlock (&self->lock);
      return FALSE;
    }
  atomic_store_explicit (&lost->alive, FALSE, memory_order_release);
  g_hash_table_iter_init (&iter, self->launched);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((LaunchedTask *)value)->executor == lost)
      cancel_launched (value, "executor lost");
  message = rush_message_new (RUSH_MESSAGE_EXECUTOR_LOST);
  message->text = g_strdup (executor_id);
  message->reason = g_strdup (LOSS_REASON);
  message->outputs_lost = TRUE;
  rush_driver_loop_post (self->loop, message);
  if (replace)
    {
      fresh = add_executor (self, NULL);
      g_assert (fresh != NULL); /* the same configuration has been accepted before */
    }
  pthread_mutex_unlock (&self->lock);

  post_removed_events (self, lost, LOSS_REASON);
  rush_block_store_remove_all (lost->env.blocks);
  if (fresh != NULL)
    {
      post_added_events (self, fresh);
      post_registered (self, fresh);
    }
  return TRUE;
}

void
rush_local_backend_remove_shuffle (RushBackend *base, gint shuffle_id)
{
  LocalBackend *self = (LocalBackend *)base;
  g_autoptr (GPtrArray) executors = NULL;

  pthread_mutex_lock (&self->lock);
  executors = g_ptr_array_copy (self->executors, NULL, NULL);
  g_ptr_array_set_free_func (executors, NULL);
  pthread_mutex_unlock (&self->lock);
  for (guint i = 0; i < executors->len; i++)
    rush_block_store_remove_shuffle (
        ((RushLocalExecutor *)g_ptr_array_index (executors, i))->env.blocks, shuffle_id);
}

RushEnv *
rush_local_backend_env (RushBackend *base, const char *executor_id)
{
  LocalBackend *self = (LocalBackend *)base;
  RushLocalExecutor *executor;

  pthread_mutex_lock (&self->lock);
  executor = find_executor (self, executor_id);
  pthread_mutex_unlock (&self->lock);
  return executor != NULL ? &executor->env : NULL;
}

char **
rush_local_backend_executor_ids (RushBackend *base)
{
  LocalBackend *self = (LocalBackend *)base;
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

/* ---- construction ---- */

static const RushBackendClass local_class = {
  .name = "local",
  .launch = local_launch,
  .kill_task = local_kill_task,
  .start_timer = local_start_timer,
  .cancel_timer = local_cancel_timer,
  .clock = local_clock,
  .free = local_free,
};

static gint64
heap_bytes_of (const RushMaster *master, const RushConf *conf)
{
  if (!master->is_cluster)
    return rush_conf_get_bytes (conf, "spark.driver.memory");
  if (master->executor_mib > 0)
    return master->executor_mib * 1024 * 1024;
  return rush_conf_get_bytes (conf, "spark.executor.memory");
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

static gboolean
add_executors (LocalBackend *self, GError **error)
{
  const RushMaster *master = &self->master;

  for (guint i = 0; i < master->n_executors; i++)
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
  return TRUE;
}

RushBackend *
rush_local_backend_new (const RushMaster *master, const RushConf *conf, RushDriverLoop *loop,
                        RushMapOutputTracker *tracker, RushEventBus *bus, RushLocalDir *dir,
                        GError **error)
{
  LocalBackend *self = g_new0 (LocalBackend, 1);
  guint64 n_slots = (guint64)master->n_executors * master->cores;

  g_assert (n_slots > 0);
  self->base.klass = &local_class;
  self->loop = loop;
  self->tracker = tracker;
  self->bus = bus;
  self->dir = dir;
  self->conf = conf;
  self->master = *master;
  self->heap_bytes = heap_bytes_of (master, conf);
  self->host = rush_conf_get_string (conf, "spark.driver.host");
  self->executors = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_local_executor_free);
  self->executors_by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->launched = g_hash_table_new (g_int64_hash, g_int64_equal);
  pthread_mutex_init (&self->lock, NULL);
  if (!check_cores (master, conf, error) || !add_executors (self, error))
    {
      local_free (&self->base);
      return NULL;
    }
  self->runners = rush_runner_pool_new (rush_runner_pool_advise ((guint)MIN (n_slots, G_MAXUINT)),
                                        run_launched, self);
  return &self->base;
}
