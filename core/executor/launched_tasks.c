/* launched_tasks.c - what runs: a task from its launch to the message that it has ended.
 *
 *     driver loop                                             runners
 *     ───────────                                             ───────
 *     launch (executor, task) ─▶ LaunchedTask ─▶ [queue] ─▶ rush_task_run ()
 *                                   │ in `launched` by task id     │
 *     kill_task (task id) ──────────┴─▶ cancels its context        │
 *     TASK_ENDED (outcome) ◀───────────────────────────────────────┘
 *
 * The runner goes on to do the driver loop's part, if nobody else does: so the next task is
 * launched, and runs, without a thread being woken (driver_loop.c).
 *
 * States of a launched task, all under the lock:
 *
 *     launched ── a runner is done ──▶ forgotten, TASK_ENDED posted
 *        │
 *        ├─ kill_task ─▶ its context is cancelled; ends as above
 *        └─ its executor is lost ─▶ cancelled; forgotten without a message, as the scheduler has
 *                                   counted it lost with the executor
 */
#include "core/executor/local_backend_private.h"

#include "core/executor/task_runner.h"

#include <poll.h>

typedef struct
{
  gint64 task_id; /* the key in launched */
  RushLocalBackend *backend;
  RushLocalExecutor *executor;
  RushTask *task;            /* (owned) */
  RushTaskContext *ctx;      /* (owned) */
  char *failure;             /* (owned) what a fault script makes it fail with, or NULL */
  char *kill_reason;         /* (owned) guarded by the backend's lock; set once */
  _Atomic gint64 started_us; /* 0: no runner has taken it yet */
} LaunchedTask;

static void
launched_task_free (LaunchedTask *self)
{
  rush_task_context_free (self->ctx);
  rush_task_free (self->task);
  g_free (self->failure);
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

/* Nobody can reach the task any more afterwards. */
static void
forget_launched (LaunchedTask *launched)
{
  RushLocalBackend *self = launched->backend;

  pthread_mutex_lock (&self->lock);
  g_hash_table_remove (self->launched, &launched->task_id);
  atomic_fetch_sub (&launched->executor->n_running, 1);
  pthread_mutex_unlock (&self->lock);
  launched_task_free (launched);
}

/* The outcome (transfer full) goes out, unless the executor has been lost in the meantime. */
static void
post_outcome (RushLocalBackend *self, RushLocalExecutor *executor, gint64 task_id,
              RushTaskOutcome *outcome)
{
  gboolean was_last_of_lost = FALSE, may_go = FALSE;

  pthread_mutex_lock (&self->lock);
  if (rush_local_executor_is_alive (executor))
    {
      RushMessage *message = rush_message_new (RUSH_MESSAGE_TASK_ENDED);

      message->task_id = task_id;
      message->outcome = g_steal_pointer (&outcome);
      rush_driver_loop_post_quietly (self->loop, message);
      may_go = rush_local_executors_may_go (executor);
    }
  else
    was_last_of_lost = atomic_load (&executor->n_running) == 0;
  pthread_mutex_unlock (&self->lock);
  rush_task_outcome_free (outcome);
  if (may_go)
    rush_local_executors_go (self, executor);
  if (was_last_of_lost)
    rush_block_store_remove_all (executor->env.blocks);
}

static RushTaskOutcome *
fail (const LaunchedTask *launched)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, launched->failure);

  outcome->error_class = g_strdup ("org.apache.spark.SparkException");
  return outcome;
}

/* A slow executor: what was done takes so much longer, unless the task is killed. */
static void
dawdle (LaunchedTask *launched, RushTaskOutcome *outcome)
{
  gint percent = atomic_load (&launched->executor->slowness_percent);
  gint64 longer_us = outcome->metrics.run_us * (percent - 100) / 100;
  struct pollfd killed = { .fd = rush_task_context_cancel_fd (launched->ctx), .events = POLLIN };

  if (longer_us <= 0)
    return;
  poll (&killed, 1, (int)MIN ((longer_us + 999) / 1000, G_MAXINT));
  outcome->metrics.run_us += longer_us;
}

static void
look_at_pool (const RushLocalExecutor *executor, RushTaskMetrics *metrics)
{
  RushMemoryStats stats;

  rush_memory_manager_stats (executor->env.memory, &stats);
  metrics->pool_execution_bytes = stats.execution_used + metrics->peak_execution_memory;
  metrics->pool_storage_bytes = stats.storage_used;
}

/* Runner.  What the task refers to (its RDD, and through it a lineage) is let go before the end is
 * told, so that who hears of a job's end finds no task holding on to it. */
static void
run (gpointer item, gpointer data)
{
  LaunchedTask *launched = item;
  RushLocalExecutor *executor = launched->executor;
  gint64 task_id = launched->task_id;
  RushTaskOutcome *outcome;

  atomic_store (&launched->started_us, rush_clock_now_us (rush_clock_system ()));
  outcome = launched->failure != NULL
                ? fail (launched)
                : rush_task_run (launched->task, &executor->env, launched->ctx);

  if (atomic_load (&executor->slowness_percent) > 100)
    dawdle (launched, outcome);
  look_at_pool (executor, &outcome->metrics);
  forget_launched (launched);
  post_outcome (data, executor, task_id, outcome);
}

/* The end of a task mostly lets the scheduler launch another one. */
static void
help_scheduler (gpointer data)
{
  rush_driver_loop_lend_a_hand (((RushLocalBackend *)data)->loop);
}

const RushRunnerWork rush_launched_tasks_work = { .run = run, .after = help_scheduler };

void
rush_launched_tasks_add (RushLocalBackend *self, const char *executor_id, RushTask *task,
                         char *failure)
{
  LaunchedTask *launched = g_new0 (LaunchedTask, 1);
  gboolean accepted;

  launched->task_id = task->task_id;
  launched->backend = self;
  launched->task = task;
  launched->failure = failure;
  launched->ctx = rush_task_context_new ();
  pthread_mutex_lock (&self->lock);
  launched->executor = rush_executor_set_find (self->executors, executor_id);
  /* The scheduler may not have heard of a loss yet; it will count this task lost when it does. */
  accepted = !self->stopping && launched->executor != NULL &&
             rush_local_executor_is_alive (launched->executor);
  if (accepted)
    {
      g_hash_table_insert (self->launched, &launched->task_id, launched);
      atomic_fetch_add (&launched->executor->n_running, 1);
      accepted = task->work->rdd->barrier
                     ? rush_runner_pool_submit_waiting (self->runners, launched)
                     : rush_runner_pool_submit (self->runners, launched);
      g_assert (accepted); /* the pool stops after stopping is set */
    }
  pthread_mutex_unlock (&self->lock);
  if (!accepted)
    launched_task_free (launched);
}

gboolean
rush_launched_tasks_progress (RushLocalBackend *self, gint64 task_id, gint64 *out_records,
                              gint64 *out_run_us)
{
  const LaunchedTask *launched;
  gint64 started_us = 0;

  pthread_mutex_lock (&self->lock);
  launched = g_hash_table_lookup (self->launched, &task_id);
  if (launched != NULL)
    {
      started_us = atomic_load (&launched->started_us);
      *out_records = atomic_load_explicit (&launched->ctx->records_read, memory_order_relaxed);
    }
  pthread_mutex_unlock (&self->lock);
  *out_run_us = rush_clock_now_us (rush_clock_system ()) - started_us;
  return started_us != 0;
}

void
rush_launched_tasks_kill (RushLocalBackend *self, gint64 task_id, const char *reason)
{
  LaunchedTask *launched;

  pthread_mutex_lock (&self->lock);
  launched = g_hash_table_lookup (self->launched, &task_id);
  if (launched != NULL)
    cancel_launched (launched, reason);
  pthread_mutex_unlock (&self->lock);
}

void
rush_launched_tasks_kill_all (RushLocalBackend *self, const RushLocalExecutor *executor,
                              const char *reason)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->launched);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (executor == NULL || ((LaunchedTask *)value)->executor == executor)
      cancel_launched (value, reason);
}
