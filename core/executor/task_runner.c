/* task_runner.c - one task: from its partition of the last RDD to a map output or a result.
 *
 *     RushTask ──▶ context (ids, memory, services)
 *                  rush_rdd_iterator (last RDD of the stage, partition)     pipelined operators
 *                    │ batches
 *                    ├─▶ shuffle writer ─▶ map status        a shuffle map task
 *                    └─▶ the job's function ─▶ result        a result task
 *              ──▶ cleanups, memory back ──▶ RushTaskOutcome
 *
 * Whatever goes wrong comes up as one GError; what it means for the scheduler is decided here,
 * once:
 *
 *     the task was cancelled            KILLED, whatever error it ended with, and if it ended well
 *     a map output could not be read    FETCH_FAILED, even if the code above dressed the error up
 *     another attempt commits           COMMIT_DENIED
 *     anything else                     EXCEPTION
 *
 * Order of the end: iterator and writer close first (they may hold consumers of memory), then the
 * cleanups, then the memory is given back, then the outcome is made: nothing that a task took is
 * out when the scheduler hears of its end, but the batches that it hands over as its result.
 */
#include "core/executor/task_runner.h"

#include "core/memory/task_memory.h"

#include <time.h>

/* ---- what an error is called in the log ---- */

static const char *
error_class (const GError *error)
{
  if (error->domain != RUSH_CORE_ERROR)
    return g_quark_to_string (error->domain);
  switch ((RushCoreError)error->code)
    {
    case RUSH_CORE_ERROR_INVALID_ARGUMENT:
      return "java.lang.IllegalArgumentException";
    case RUSH_CORE_ERROR_OUT_OF_MEMORY:
      return "org.apache.spark.memory.SparkOutOfMemoryError";
    case RUSH_CORE_ERROR_IO:
    case RUSH_CORE_ERROR_CORRUPT:
      return "java.io.IOException";
    case RUSH_CORE_ERROR_NOT_FOUND:
      return "java.io.FileNotFoundException";
    case RUSH_CORE_ERROR_EXISTS:
      return "org.apache.hadoop.mapred.FileAlreadyExistsException";
    case RUSH_CORE_ERROR_UNSUPPORTED:
      return "java.lang.UnsupportedOperationException";
    case RUSH_CORE_ERROR_PYTHON:
      return "org.apache.spark.api.python.PythonException";
    case RUSH_CORE_ERROR_CANCELLED:
    case RUSH_CORE_ERROR_JOB_ABORTED:
    case RUSH_CORE_ERROR_STOPPED:
    case RUSH_CORE_ERROR_WORKER_LOST:
    case RUSH_CORE_ERROR_FETCH_FAILED:
    case RUSH_CORE_ERROR_COMMIT_DENIED:
      break;
    }
  return "org.apache.spark.SparkException";
}

/* ---- outcomes ---- */

static RushTaskOutcome *
fetch_failed_outcome (const RushTaskContext *ctx, const char *message)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, message);

  outcome->shuffle_id = ctx->fetch_shuffle_id;
  outcome->map_index = ctx->fetch_map_index;
  outcome->reduce_partition = ctx->fetch_reduce_partition;
  outcome->executor_id = g_strdup (ctx->fetch_executor_id);
  return outcome;
}

static RushTaskOutcome *
failed_outcome (RushTaskContext *ctx, const GError *error)
{
  RushTaskOutcome *outcome;

  if (!rush_task_context_check (ctx, NULL))
    {
      const char *reason = atomic_load (&ctx->cancel_reason);

      return rush_task_outcome_new (RUSH_OUTCOME_KILLED, reason != NULL ? reason : "");
    }
  if (ctx->fetch_failed)
    return fetch_failed_outcome (ctx, error->message);
  if (g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_COMMIT_DENIED))
    return rush_task_outcome_new (RUSH_OUTCOME_COMMIT_DENIED, error->message);
  outcome = rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, error->message);
  outcome->error_class = g_strdup (error_class (error));
  outcome->error_domain = error->domain;
  outcome->error_code = error->code;
  return outcome;
}

/* ---- the two kinds of tasks ---- */

static RushMapStatus *
write_map_output (const RushTask *task, RushIterator *rows, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushShuffleWriter) writer = rush_shuffle_writer_new (
      task->work->dependency, task->partition, ctx->env->blocks, ctx, error);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  if (writer == NULL)
    return NULL;
  while (rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    if (!rush_shuffle_writer_write (writer, batch, &failure))
      break;
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return rush_shuffle_writer_commit (writer, error);
}

static void
free_map_status (gpointer status)
{
  rush_map_status_unref (status);
}

/* The outcome of a success; NULL with @error of a failure. */
static RushTaskOutcome *
compute (const RushTask *task, RushTaskContext *ctx, GError **error)
{
  const RushStageWork *work = task->work;
  g_autoptr (RushIterator) rows = rush_rdd_iterator (work->rdd, task->partition, ctx, error);
  g_autoptr (RushTaskOutcome) outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);

  if (rows == NULL)
    return NULL;
  switch (work->kind)
    {
    case RUSH_TASK_SHUFFLE_MAP:
      outcome->map_status = write_map_output (task, rows, ctx, error);
      outcome->free_map_status = free_map_status;
      if (outcome->map_status == NULL)
        {
          outcome->free_map_status = NULL;
          return NULL;
        }
      break;
    case RUSH_TASK_RESULT:
      if (!work->func (rows, ctx, work->func_data, &outcome->result, error))
        return NULL;
      ctx->metrics.result_bytes = (gint64)outcome->result.bytes;
      break;
    }
  outcome->accumulator_updates = g_steal_pointer (&ctx->accumulator_updates);
  return g_steal_pointer (&outcome);
}

/* ---- around them ---- */

static gint64
thread_cpu_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
leave_barrier (gpointer member)
{
  rush_barrier_leave (member);
}

/* A task of a barrier stage is expected by the others from its first moment to its last. */
static void
join_barrier (RushTaskContext *ctx, RushRdd *rdd)
{
  guint n_tasks;

  if (!rdd->barrier || ctx->env->barriers == NULL || !rush_rdd_n_partitions (rdd, &n_tasks, NULL))
    return;
  ctx->barrier = rush_barrier_join (ctx->env->barriers, ctx->stage_id, ctx->stage_attempt,
                                    ctx->partition, ctx->task_id, n_tasks);
  rush_task_context_add_cleanup (ctx, leave_barrier, ctx->barrier);
}

static void
fill_context (RushTaskContext *ctx, const RushTask *task, RushEnv *env)
{
  guint n_stage_tasks;

  ctx->stage_id = task->work->stage_id;
  ctx->stage_attempt = task->work->stage_attempt;
  ctx->partition = task->partition;
  ctx->task_id = task->task_id;
  ctx->attempt_number = task->attempt_number;
  ctx->executor_id = env->executor_id;
  ctx->host = env->host;
  if (task->work->properties != NULL)
    ctx->properties = task->work->properties;
  ctx->env = env;
  ctx->cache = rush_block_manager_cache (env->block_manager);
  ctx->memory = rush_task_memory_new (env->memory, task->task_id, &ctx->cancelled);
  ctx->allocator = rush_task_memory_allocator (ctx->memory);
  if (rush_rdd_n_partitions (task->work->rdd, &n_stage_tasks, NULL))
    rush_task_memory_set_stage (ctx->memory, n_stage_tasks);
  join_barrier (ctx, task->work->rdd);
}

static void
release_memory (RushTaskContext *ctx)
{
  ctx->metrics.peak_execution_memory = rush_task_memory_peak_bytes (ctx->memory);
  ctx->allocator = rush_allocator_system ();
  g_clear_pointer (&ctx->memory, rush_task_memory_free);
}

RushTaskOutcome *
rush_task_run (const RushTask *task, RushEnv *env, RushTaskContext *ctx)
{
  gint64 start_us = rush_clock_now_us (ctx->clock);
  gint64 start_cpu_ns = thread_cpu_ns ();
  g_autoptr (GError) error = NULL;
  RushTaskOutcome *outcome;

  rush_lineage_begin_reading (task->work->rdd->lineage);
  fill_context (ctx, task, env);
  rush_task_context_enter (ctx);
  outcome = compute (task, ctx, &error);
  rush_task_context_run_cleanups (ctx);
  rush_task_context_leave ();
  if (outcome != NULL && !rush_task_context_check (ctx, &error))
    g_clear_pointer (&outcome, rush_task_outcome_free);
  if (outcome == NULL)
    {
      g_assert (error != NULL);
      outcome = failed_outcome (ctx, error);
    }
  release_memory (ctx);
  rush_lineage_end_reading (task->work->rdd->lineage);
  ctx->metrics.run_us = rush_clock_now_us (ctx->clock) - start_us;
  ctx->metrics.cpu_ns = thread_cpu_ns () - start_cpu_ns;
  outcome->metrics = ctx->metrics;
  outcome->counted = g_steal_pointer (&ctx->counted);
  return outcome;
}
