/* real_tasks.c - see the header.
 *
 * States of a task here:
 *
 *     demand ─▶ submitted ─▶ computing (a runner) ─▶ done ─▶ deliver: the backend is told
 *        │                        ▲
 *        └─ of a barrier stage ─▶ gathering, until the last of the stage is there
 *
 * forget () takes a gathering task out, and cancels one that computes; what comes of that is told
 * all the same, and the backend knows that it has no use for it.
 */
#include "sim/real_tasks.h"

#include "core/executor/block_mover.h"
#include "core/executor/runner_pool.h"
#include "core/executor/task_runner.h"
#include "sim/simulated_backend.h"

typedef struct
{
  gint64 task_id; /* the key of the table */
  RushTask *task; /* (owned) a copy: the backend's may go before this one */
  RushEnv *env;
  const RushSimHost *host;
  RushTaskContext *ctx;     /* (owned) */
  char *kill_reason;        /* (owned) or NULL; set once, before the context is cancelled */
  RushTaskOutcome *outcome; /* (owned) once done */
  double host_bytes, rack_bytes, far_bytes;
} RealTask;

struct _RushRealTasks
{
  RushTaskModel model;
  RushRealTasksSetup setup;
  RushBackend *backend; /* (unowned) */
  RushRunnerPool *runners;
  GHashTable *tasks;    /* &task_id → RealTask (owned) */
  GPtrArray *gathering; /* RealTask (unowned) of barrier stages that are not complete */

  pthread_mutex_t lock;
  /* Guarded by lock. */
  guint n_computing;
  GPtrArray *done; /* RealTask (unowned) */
};

/* What the runner of this thread computes. */
static _Thread_local RealTask *current;

static RushRealTasks *
tasks_of (RushTaskModel *model)
{
  return (RushRealTasks *)((char *)model - G_STRUCT_OFFSET (RushRealTasks, model));
}

static void
real_task_free (gpointer data)
{
  RealTask *self = data;

  rush_task_context_free (self->ctx);
  rush_task_free (self->task);
  rush_task_outcome_free (self->outcome);
  g_free (self->kill_reason);
  g_free (self);
}

/* ---- on a runner ---- */

void
rush_real_tasks_fetched (RushRealTasks *self, const char *executor_id, gint64 bytes)
{
  const RushEnv *source = rush_executor_set_env (self->setup.executors, executor_id);
  const RushSimHost *there = rush_topology_find (self->setup.topology, source->host);

  if (current == NULL)
    return;
  switch (rush_topology_distance (current->host, there))
    {
    case RUSH_DISTANCE_HOST:
      current->host_bytes += (double)bytes;
      break;
    case RUSH_DISTANCE_RACK:
      current->rack_bytes += (double)bytes;
      break;
    case RUSH_DISTANCE_ANY:
      current->far_bytes += (double)bytes;
      break;
    }
}

static void
compute (gpointer item, gpointer data)
{
  RushRealTasks *self = data;
  RealTask *task = item;

  current = task;
  task->outcome = rush_task_run (task->task, task->env, task->ctx);
  current = NULL;
  pthread_mutex_lock (&self->lock);
  self->n_computing--;
  g_ptr_array_add (self->done, task);
  pthread_mutex_unlock (&self->lock);
  rush_driver_loop_wake (self->setup.loop);
}

static const RushRunnerWork work = { .run = compute };

/* ---- demands ---- */

static void
submit (RushRealTasks *self, RealTask *task)
{
  gboolean accepted;

  pthread_mutex_lock (&self->lock);
  self->n_computing++;
  pthread_mutex_unlock (&self->lock);
  accepted = task->task->work->rdd->barrier ? rush_runner_pool_submit_waiting (self->runners, task)
                                            : rush_runner_pool_submit (self->runners, task);
  g_assert (accepted); /* the loop takes no steps once the runners stop */
}

static gboolean
is_of_stage (const RealTask *task, const RushStageWork *stage)
{
  const RushStageWork *its = task->task->work;

  return its->stage_id == stage->stage_id && its->stage_attempt == stage->stage_attempt;
}

/* The last of a barrier stage brings all of them to the runners. */
static void
gather (RushRealTasks *self, RealTask *task)
{
  const RushStageWork *stage = task->task->work;
  guint n_tasks = 0, n_there = 0;

  g_ptr_array_add (self->gathering, task);
  for (guint i = 0; i < self->gathering->len; i++)
    n_there += is_of_stage (g_ptr_array_index (self->gathering, i), stage);
  if (!rush_rdd_n_partitions (stage->rdd, &n_tasks, NULL) || n_there < n_tasks)
    return;
  for (guint i = 0; i < self->gathering->len;)
    {
      RealTask *one = g_ptr_array_index (self->gathering, i);

      if (is_of_stage (one, stage))
        submit (self, g_ptr_array_remove_index (self->gathering, i));
      else
        i++;
    }
}

static RushTask *
copy_of (const RushTask *task)
{
  RushTask *copy = g_memdup2 (task, sizeof *task);

  copy->work = rush_stage_work_ref (task->work);
  return copy;
}

static RushDemandState
real_demand (RushTaskModel *model, const RushTask *task, const char *executor_id,
             const RushSimHost *host, RushTaskDemand *out, RushTaskOutcome **out_missing)
{
  RushRealTasks *self = tasks_of (model);
  RealTask *real = g_new0 (RealTask, 1);

  real->task = copy_of (task);
  real->task_id = task->task_id;
  real->env = rush_executor_set_env (self->setup.executors, executor_id);
  real->host = host;
  real->ctx = rush_task_context_new ();
  real->ctx->clock = self->setup.clock;
  real->ctx->counts_rows = TRUE;
  g_hash_table_insert (self->tasks, &real->task_id, real);
  rush_memory_manager_join (real->env->memory, real->task_id);
  if (task->work->rdd->barrier)
    gather (self, real);
  else
    submit (self, real);
  return RUSH_DEMAND_LATER;
}

static void
real_forget (RushTaskModel *model, gint64 task_id, const char *reason)
{
  RushRealTasks *self = tasks_of (model);
  RealTask *task = g_hash_table_lookup (self->tasks, &task_id);

  if (task == NULL || task->kill_reason != NULL)
    return;
  if (g_ptr_array_remove (self->gathering, task))
    {
      g_hash_table_remove (self->tasks, &task_id);
      return;
    }
  task->kill_reason = g_strdup (reason);
  rush_task_context_cancel (task->ctx, task->kill_reason);
  rush_memory_manager_wake (task->env->memory);
}

static void
real_ended (RushTaskModel *model, gint64 task_id, const char *executor_id)
{
  const RushEnv *env = rush_executor_set_env (tasks_of (model)->setup.executors, executor_id);

  rush_memory_manager_leave (env->memory, task_id);
}

/* ---- what is known ---- */

/* Times are the simulation's to say. */
static void
forget_times (RushTaskMetrics *metrics)
{
  metrics->deserialize_us = metrics->run_us = metrics->cpu_ns = 0;
  metrics->result_serialize_us = metrics->shuffle_fetch_wait_us = metrics->shuffle_write_us = 0;
  metrics->python_start_us = metrics->python_run_us = 0;
}

static void
tell (RushRealTasks *self, RealTask *task)
{
  RushTaskDemand demand;
  RushRealCounts counts = {
    .metrics = &task->outcome->metrics,
    .rows_moved = task->ctx->rows_moved,
    .python_objects = task->ctx->python_objects,
    .kept_memory_bytes = task->ctx->kept_memory_bytes,
    .kept_remote_bytes = task->ctx->kept_remote_bytes,
    .is_sql = task->outcome->counted != NULL,
    .host_bytes = task->host_bytes,
    .rack_bytes = task->rack_bytes,
    .far_bytes = task->far_bytes,
  };

  forget_times (&task->outcome->metrics);
  rush_real_costs_demand (&self->setup.costs, &counts, &demand);
  rush_simulated_backend_task_known (self->backend, task->task_id, &demand,
                                     g_steal_pointer (&task->outcome));
  g_hash_table_remove (self->tasks, &task->task_id);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const RealTask *x = *(RealTask *const *)a, *y = *(RealTask *const *)b;

  return (x->task_id > y->task_id) - (x->task_id < y->task_id);
}

gboolean
rush_real_tasks_is_computing (RushRealTasks *self)
{
  pthread_mutex_lock (&self->lock);
  gboolean computing = self->n_computing > 0;
  pthread_mutex_unlock (&self->lock);
  return computing;
}

gboolean
rush_real_tasks_deliver (RushRealTasks *self)
{
  g_autoptr (GPtrArray) done = NULL;

  pthread_mutex_lock (&self->lock);
  if (self->n_computing == 0 && self->done->len > 0)
    {
      done = g_steal_pointer (&self->done);
      self->done = g_ptr_array_new ();
    }
  pthread_mutex_unlock (&self->lock);
  if (done == NULL)
    return FALSE;
  g_ptr_array_sort (done, compare_ids); /* those of a barrier stage end as their threads do */
  for (guint i = 0; i < done->len; i++)
    tell (self, g_ptr_array_index (done, i));
  return TRUE;
}

/* ---- an executor goes in peace ---- */

static gint64
real_output_bytes (RushTaskModel *model, gint shuffle_id, guint map_index)
{
  RushRealTasks *self = tasks_of (model);
  g_autoptr (RushMapStatus) status =
      rush_map_output_tracker_get (self->setup.tracker, shuffle_id, map_index);
  gint64 bytes = 0;

  for (guint i = 0; status != NULL && i < status->n_partitions; i++)
    bytes += status->sizes[i].bytes;
  return bytes;
}

/* Who looks for it there, should that fail, computes it again. */
static void
real_move_output (RushTaskModel *model, gint shuffle_id, guint map_index, const char *executor_id,
                  const RushSimHost *host)
{
  RushRealTasks *self = tasks_of (model);
  g_autoptr (RushMapStatus) status =
      rush_map_output_tracker_get (self->setup.tracker, shuffle_id, map_index);
  g_autoptr (GError) error = NULL;

  if (status == NULL)
    return;
  const RushMapOutputId id = { shuffle_id, map_index, status->map_task_id };
  const RushEnv *from = rush_executor_set_env (self->setup.executors, status->executor_id);
  const RushEnv *to = rush_executor_set_env (self->setup.executors, executor_id);
  if (!rush_block_store_has (to->blocks, &id) &&
      !rush_block_store_hand_over (from->blocks, &id, to->blocks, &error) && error != NULL)
    g_warning ("a map output could not be moved from executor %s to %s: %s", status->executor_id,
               executor_id, error->message);
}

static void
ignore_move (gpointer data, const RushMapOutputId *id, const char *executor_id)
{
}

/* Its map outputs are elsewhere by now. */
static void
real_hand_over (RushTaskModel *model, const char *executor_id)
{
  RushExecutorSet *executors = tasks_of (model)->setup.executors;
  const RushMoveListener listener = { ignore_move, NULL, NULL };

  rush_block_mover_empty (rush_executor_set_mover (executors),
                          rush_executor_set_find (executors, executor_id), &listener);
}

/* ---- what lies on executors ---- */

/* It may go on, and keep other things, if it was only out of reach. */
static void
real_executor_lost (RushTaskModel *model, const char *executor_id)
{
  const RushEnv *env = rush_executor_set_env (tasks_of (model)->setup.executors, executor_id);

  rush_block_store_remove_all (env->blocks);
  rush_block_manager_remove_all (env->block_manager);
}

static void
real_drop_output (RushTaskModel *model, gint shuffle_id, gint map_index, const char *executor_id,
                  gboolean corrupt)
{
  rush_executor_set_hurt_outputs (tasks_of (model)->setup.executors, shuffle_id, map_index,
                                  executor_id, corrupt);
}

static void
real_drop_cached (RushTaskModel *model, gint rdd_id, gint partition, const char *executor_id)
{
  rush_executor_set_drop_cached (tasks_of (model)->setup.executors, rdd_id, partition, executor_id);
}

static const RushTaskModelClass real_class = {
  .name = "real",
  .demand = real_demand,
  .forget = real_forget,
  .ended = real_ended,
  .output_bytes = real_output_bytes,
  .move_output = real_move_output,
  .hand_over = real_hand_over,
  .executor_lost = real_executor_lost,
  .drop_output = real_drop_output,
  .drop_cached = real_drop_cached,
};

/* ---- life ---- */

RushTaskModel *
rush_real_tasks_model (RushRealTasks *self)
{
  return &self->model;
}

void
rush_real_tasks_attach (RushRealTasks *self, RushBackend *backend)
{
  self->backend = backend;
}

void
rush_real_tasks_cancel_all (RushRealTasks *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      RealTask *task = value;

      rush_task_context_cancel (task->ctx, "SparkContext was shut down");
      rush_memory_manager_wake (task->env->memory);
    }
}

void
rush_real_tasks_join (RushRealTasks *self)
{
  rush_runner_pool_stop (self->runners);
}

void
rush_real_tasks_free (RushRealTasks *self)
{
  if (self == NULL)
    return;
  if (self->runners != NULL)
    {
      rush_real_tasks_cancel_all (self);
      rush_runner_pool_free (self->runners);
    }
  g_ptr_array_unref (self->gathering);
  g_ptr_array_unref (self->done);
  g_hash_table_unref (self->tasks);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushRealTasks *
rush_real_tasks_new (const RushRealTasksSetup *setup, GError **error)
{
  RushRealTasks *self = g_new0 (RushRealTasks, 1);

  self->model.klass = &real_class;
  self->setup = *setup;
  self->tasks = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, real_task_free);
  self->gathering = g_ptr_array_new ();
  self->done = g_ptr_array_new ();
  pthread_mutex_init (&self->lock, NULL);
  self->runners = rush_runner_pool_new (1, &work, self, error);
  if (self->runners != NULL)
    return self;
  rush_real_tasks_free (self);
  return NULL;
}
