/* local_backend.c - executors of this process behind the scheduler's backend contract.
 *
 *                       ┌ local_executors.c ┐  who is there
 *     driver loop ────▶ │                   │
 *                       └ launched_tasks.c ─┘  what runs ──▶ [queue] ──▶ runners ──▶ driver loop
 *
 * What the scheduler calls is handed on to one of the two; here they are put together, started, and
 * ended.
 *
 * Invariant:  after stop () no runner runs, and what the scheduler still launches is freed unseen.
 */
#include "core/executor/local_backend_private.h"

/* ---- the backend contract ---- */

static void
local_launch (RushBackend *base, const char *executor_id, RushTask *task)
{
  RushLocalBackend *self = (RushLocalBackend *)base;
  char *failure = rush_local_faults_task_starts (self, task, executor_id);

  rush_launched_tasks_add (self, executor_id, task, failure);
}

static void
local_kill_task (RushBackend *base, const char *executor_id, gint64 task_id, const char *reason)
{
  rush_launched_tasks_kill ((RushLocalBackend *)base, task_id, reason);
}

static void
local_start_timer (RushBackend *base, guint64 timer_id, gint64 delay_us)
{
  rush_driver_loop_start_timer (((RushLocalBackend *)base)->loop, timer_id, delay_us);
}

static void
local_cancel_timer (RushBackend *base, guint64 timer_id)
{
  rush_driver_loop_cancel_timer (((RushLocalBackend *)base)->loop, timer_id);
}

static gboolean
local_request_executors (RushBackend *base, guint n)
{
  rush_local_executors_request ((RushLocalBackend *)base, n);
  return TRUE;
}

/* Whoever fails its tasks is replaced by a fresh one; whoever is idle goes. */
static void
local_kill_executor (RushBackend *base, const char *executor_id)
{
  rush_local_executors_end ((RushLocalBackend *)base, executor_id, "Executor killed by driver",
                            TRUE);
}

static guint
local_executor_cores (RushBackend *base)
{
  return ((const RushLocalBackend *)base)->master.cores;
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
  rush_local_executors_start ((RushLocalBackend *)base);
}

void
rush_local_backend_stop (RushBackend *base)
{
  RushLocalBackend *self = (RushLocalBackend *)base;

  pthread_mutex_lock (&self->lock);
  self->stopping = TRUE;
  rush_launched_tasks_kill_all (self, NULL, "SparkContext was shut down");
  pthread_mutex_unlock (&self->lock);
  rush_runner_pool_stop (self->runners);
  /* Nobody adds executors any more. */
  for (guint i = 0; i < self->executors->len; i++)
    {
      RushLocalExecutor *executor = g_ptr_array_index (self->executors, i);

      rush_block_store_remove_all (executor->env.blocks);
      rush_block_manager_close (executor->env.block_manager);
    }
}

static void
local_free (RushBackend *base)
{
  RushLocalBackend *self = (RushLocalBackend *)base;

  if (self->runners != NULL)
    {
      rush_local_backend_stop (base);
      rush_runner_pool_free (self->runners);
    }
  g_assert (g_hash_table_size (self->launched) == 0);
  g_hash_table_unref (self->launched);
  g_hash_table_unref (self->executors_by_id);
  g_ptr_array_unref (self->executors);
  rush_barrier_coordinator_free (self->barriers);
  rush_fault_script_free (self->faults);
  rush_block_manager_master_free (self->kept);
  pthread_mutex_destroy (&self->lock);
  g_free (self->host);
  g_free (self);
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

/* local-cluster: its executors are not the driver itself, so they may come and go. */
static const RushBackendClass cluster_class = {
  .name = "local",
  .launch = local_launch,
  .kill_task = local_kill_task,
  .request_executors = local_request_executors,
  .kill_executor = local_kill_executor,
  .executor_cores = local_executor_cores,
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

static gboolean
read_fault_script (RushLocalBackend *self, GError **error)
{
  g_autofree char *path = rush_conf_get_string (self->conf, "spark.rushlight.faultScript");

  return path == NULL || rush_fault_script_read (self->faults, path, error);
}

RushBackend *
rush_local_backend_new (const RushMaster *master, const RushConf *conf, RushDriverLoop *loop,
                        RushMapOutputTracker *tracker, RushCommitCoordinator *commits,
                        RushEventBus *bus, RushLocalDir *dir, GError **error)
{
  RushLocalBackend *self = g_new0 (RushLocalBackend, 1);
  guint64 n_slots = (guint64)master->n_executors * master->cores;

  g_assert (n_slots > 0);
  self->base.klass = master->is_cluster ? &cluster_class : &local_class;
  self->loop = loop;
  self->tracker = tracker;
  self->commits = commits;
  self->barriers =
      rush_barrier_coordinator_new (rush_conf_get_time_us (conf, "spark.barrier.sync.timeout"));
  self->bus = bus;
  self->dir = dir;
  self->conf = conf;
  self->master = *master;
  self->is_dynamic =
      master->is_cluster && rush_conf_get_bool (conf, "spark.dynamicAllocation.enabled");
  self->n_wanted = self->is_dynamic ? 0 : master->n_executors;
  self->heap_bytes = heap_bytes_of (master, conf);
  self->host = rush_conf_get_string (conf, "spark.driver.host");
  self->kept = rush_block_manager_master_new ();
  self->executors = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_local_executor_free);
  self->executors_by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->launched = g_hash_table_new (g_int64_hash, g_int64_equal);
  pthread_mutex_init (&self->lock, NULL);
  self->faults = rush_fault_script_new ();
  if (!read_fault_script (self, error) || !rush_local_executors_add_all (self, error))
    {
      local_free (&self->base);
      return NULL;
    }
  self->runners = rush_runner_pool_new (rush_runner_pool_advise ((guint)MIN (n_slots, G_MAXUINT)),
                                        &rush_launched_tasks_work, self, error);
  if (self->runners == NULL)
    {
      local_free (&self->base);
      return NULL;
    }
  return &self->base;
}
