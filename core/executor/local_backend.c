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
#include "core/executor/block_mover.h"
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

static gboolean
local_task_progress (RushBackend *base, const char *executor_id, gint64 task_id,
                     gint64 *out_records, gint64 *out_run_us)
{
  return rush_launched_tasks_progress ((RushLocalBackend *)base, task_id, out_records, out_run_us);
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

static void
local_decommission_executor (RushBackend *base, const char *executor_id, const char *reason)
{
  rush_local_executors_decommission ((RushLocalBackend *)base, executor_id, reason, TRUE, FALSE);
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
  g_autoptr (GPtrArray) executors = NULL;

  pthread_mutex_lock (&self->lock);
  self->stopping = TRUE;
  rush_launched_tasks_kill_all (self, NULL, "SparkContext was shut down");
  pthread_mutex_unlock (&self->lock);
  rush_runner_pool_stop (self->runners);
  rush_block_mover_stop (rush_executor_set_mover (self->executors));
  executors = rush_executor_set_all (self->executors); /* nobody adds any more */
  for (guint i = 0; i < executors->len; i++)
    rush_executor_set_drop (self->executors, g_ptr_array_index (executors, i));
}

RushExecutorSet *
rush_local_backend_executors (RushBackend *base)
{
  return ((RushLocalBackend *)base)->executors;
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
  rush_executor_set_free (self->executors);
  rush_fault_script_free (self->faults);
  pthread_mutex_destroy (&self->lock);
  g_free (self->host);
  g_free (self);
}

/* ---- construction ---- */

static const RushBackendClass local_class = {
  .name = "local",
  .launch = local_launch,
  .kill_task = local_kill_task,
  .task_progress = local_task_progress,
  .start_timer = local_start_timer,
  .cancel_timer = local_cancel_timer,
  .clock = local_clock,
  .free = local_free,
};

/* The executors of local-cluster are not the driver itself, so they may come and go. */
static RushBackendClass
class_for (const RushMaster *master)
{
  RushBackendClass klass = local_class;

  if (master->is_cluster)
    {
      klass.request_executors = local_request_executors;
      klass.kill_executor = local_kill_executor;
      klass.decommission_executor = local_decommission_executor;
      klass.executor_cores = local_executor_cores;
    }
  return klass;
}

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
rush_local_backend_new (const RushMaster *master, const RushExecutorServices *services,
                        RushDriverLoop *loop, GError **error)
{
  const RushConf *conf = services->conf;
  RushLocalBackend *self = g_new0 (RushLocalBackend, 1);
  guint64 n_slots = (guint64)master->n_executors * master->cores;

  g_assert (n_slots > 0);
  self->klass = class_for (master);
  self->base.klass = &self->klass;
  self->loop = loop;
  self->tracker = services->tracker;
  self->bus = services->bus;
  self->conf = conf;
  self->master = *master;
  self->is_dynamic =
      master->is_cluster && rush_conf_get_bool (conf, "spark.dynamicAllocation.enabled");
  self->n_wanted = self->is_dynamic ? 0 : master->n_executors;
  self->heap_bytes = heap_bytes_of (master, conf);
  self->host = rush_conf_get_string (conf, "spark.driver.host");
  self->executors = rush_executor_set_new (services);
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
