/* Executors in this process: jobs run on them, fail on them, are cancelled on them, and survive the
 * loss of them by recomputation. */
#include "gated_job.h"

#include <string.h>
#include <unistd.h>

/* 0 + 1 + … + n − 1 */
static gint64
sum_below (gint64 n)
{
  return n * (n - 1) / 2;
}

static guint
count_lines (const Engine *engine, const char *words)
{
  guint n = 0;

  for (const char *at = engine->events->str; (at = strstr (at, words)) != NULL; at++)
    n++;
  return n;
}

/* ---- jobs ---- */

static void
test_masters (void)
{
  static const char *const masters[] = { "local", "local[4]", "local-cluster[2,1,512]",
                                         "local-cluster[3,2,512]" };

  for (guint i = 0; i < G_N_ELEMENTS (masters); i++)
    {
      Engine *engine = engine_new (masters[i], NULL);
      g_autoptr (RushRdd) rdd = func_rdd_new (engine, 7, thousand_numbers, NULL);
      g_autoptr (RushRdd) shuffled = shuffled_rdd_new (rdd, 5, NULL, NULL);
      g_autoptr (RushRdd) again = shuffled_rdd_new (shuffled, 3, NULL, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (engine_sum (engine, rdd, &error), ==, sum_below (7000));
      g_assert_cmpint (engine_sum (engine, again, &error), ==, sum_below (7000));
      g_assert_cmpint (engine_sum (engine, again, &error), ==, sum_below (7000));
      g_assert_no_error (error);
      engine_stop (engine);
      /* 7 + (7 + 5 + 3) + 3 */
      g_assert_cmpuint (count_lines (engine, ": Success"), ==, 25);
      engine_free (engine);
    }
}

static void
test_executors (void)
{
  Engine *local = engine_new ("local[3]", NULL);
  Engine *cluster = engine_new ("local-cluster[2,3,512]", NULL);
  g_auto (GStrv) local_ids = rush_executor_set_ids (rush_local_backend_executors (local->backend));
  g_auto (GStrv) cluster_ids =
      rush_executor_set_ids (rush_local_backend_executors (cluster->backend));
  RushEnv *env = rush_executor_set_env (rush_local_backend_executors (cluster->backend), "1");
  RushMemoryStats stats;

  g_assert_cmpuint (g_strv_length (local_ids), ==, 1);
  g_assert_cmpstr (local_ids[0], ==, "driver");
  g_assert_cmpuint (g_strv_length (cluster_ids), ==, 2);
  g_assert_cmpstr (cluster_ids[0], ==, "0");
  g_assert_cmpstr (cluster_ids[1], ==, "1");
  g_assert_null (rush_executor_set_env (rush_local_backend_executors (local->backend), "0"));
  g_assert_cmpstr (env->executor_id, ==, "1");
  rush_memory_manager_stats (env->memory, &stats);
  g_assert_cmpint (stats.pool, ==, (gint64)((512 - 300) * 1024 * 1024 * 0.6));
  engine_stop (cluster);
  engine_stop (local);
  g_assert_nonnull (strstr (local->events->str, "executor driver added on localhost, 3 cores\n"
                                                "block manager driver added, "));
  g_assert_nonnull (strstr (cluster->events->str, "executor 1 added on localhost, 3 cores\n"));
  engine_free (cluster);
  engine_free (local);
}

/* Each executor that is alive runs @n_running tasks, and keeps nothing. */
static void
assert_statuses (RushBackend *backend, guint n_executors, guint n_running)
{
  g_autoptr (GArray) statuses = rush_executor_set_statuses (rush_local_backend_executors (backend));

  g_assert_cmpuint (statuses->len, ==, n_executors);
  for (guint i = 0; i < statuses->len; i++)
    {
      const RushExecutorStatus *status = &g_array_index (statuses, RushExecutorStatus, i);

      g_assert_cmpstr (status->host, ==, "localhost");
      g_assert_cmpuint (status->n_running_tasks, ==, n_running);
      g_assert_cmpint (status->storage_used, ==, 0);
      g_assert_cmpint (status->storage_pool, ==, (gint64)((512 - 300) * 1024 * 1024 * 0.6));
    }
}

/* As many tasks run at once as there are slots. */
static void
test_slots (void)
{
  GatedJob job;

  gated_job_start (&job, "local-cluster[2,2,512]", 6, 0, 4);
  assert_statuses (job.engine->backend, 2, 2);
  gated_job_pass (&job, sum_below (6000));
  gated_job_clear (&job);
}

/* A lost executor has no status any more. */
static void
test_statuses (void)
{
  Engine *engine = engine_new ("local-cluster[3,1,512]", NULL);

  assert_statuses (engine->backend, 3, 0);
  g_assert_true (rush_local_backend_kill_executor (engine->backend, "1", FALSE));
  g_autoptr (GArray) statuses =
      rush_executor_set_statuses (rush_local_backend_executors (engine->backend));
  g_assert_cmpstr (g_array_index (statuses, RushExecutorStatus, 0).executor_id, ==, "0");
  g_assert_cmpstr (g_array_index (statuses, RushExecutorStatus, 1).executor_id, ==, "2");
  assert_statuses (engine->backend, 2, 0);
  engine_stop (engine);
  engine_free (engine);
}

/* ---- failures ---- */

typedef struct
{
  guint n_failures; /* of partition 1, before it succeeds */
  atomic_uint n_attempts;
} Flaky;

static RushIterator *
flaky (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  Flaky *self = data;

  if (split == 1 && atomic_fetch_add (&self->n_attempts, 1) < self->n_failures)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "disk on fire");
      return NULL;
    }
  return thousand_numbers (split, ctx, NULL, error);
}

static void
assert_attempts (const char *master, guint n_failures, gboolean succeeds, guint n_attempts)
{
  Engine *engine = engine_new (master, NULL);
  Flaky flaky_data = { .n_failures = n_failures };
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 3, flaky, &flaky_data);
  g_autoptr (GError) error = NULL;
  gint64 sum = engine_sum (engine, rdd, &error);

  if (succeeds)
    g_assert_cmpint (sum, ==, sum_below (3000));
  else
    {
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "disk on fire"));
    }
  engine_stop (engine);
  g_assert_cmpuint (flaky_data.n_attempts, ==, n_attempts);
  engine_free (engine);
}

static void
test_max_failures (void)
{
  assert_attempts ("local", 0, TRUE, 1);
  assert_attempts ("local[4]", 1, FALSE, 1);
  assert_attempts ("local[4,3]", 2, TRUE, 3);
  assert_attempts ("local[4,3]", 3, FALSE, 3);
  assert_attempts ("local-cluster[2,1,512]", 3, TRUE, 4);
  assert_attempts ("local-cluster[2,1,512]", 4, FALSE, 4);
}

/* ---- commits ---- */

#define N_DENIED 10 /* more than spark.task.maxFailures */
#define SOMEBODY_ELSE 1000

/* Somebody else holds partition 1 until it has been asked for often. */
static RushIterator *
ask_to_commit (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  RushCommitCoordinator *commits = ctx->env->commits;
  atomic_uint *n_denied = data;

  if (split == 1 && atomic_load (n_denied) == 0)
    g_assert_true (
        rush_commit_coordinator_may_commit (commits, ctx->stage_id, 0, 1, SOMEBODY_ELSE));
  if (split == 1 && atomic_load (n_denied) == N_DENIED)
    rush_commit_coordinator_task_ended (commits, ctx->stage_id, 1, SOMEBODY_ELSE, FALSE);
  if (rush_commit_coordinator_may_commit (commits, ctx->stage_id, ctx->stage_attempt, split,
                                          ctx->task_id))
    return thousand_numbers (split, ctx, NULL, error);
  atomic_fetch_add (n_denied, 1);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_COMMIT_DENIED, "not you");
  return NULL;
}

static void
test_commit_denied (void)
{
  Engine *engine = engine_new ("local-cluster[2,1,512]", NULL);
  atomic_uint n_denied = 0;
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 3, ask_to_commit, &n_denied);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (engine_sum (engine, rdd, &error), ==, sum_below (3000));
  g_assert_no_error (error);
  engine_stop (engine);
  g_assert_cmpuint (count_lines (engine, ": TaskCommitDenied"), ==, N_DENIED);
  engine_free (engine);
}

/* The lock of an attempt that fails after it was granted goes to the next one. */
static RushIterator *
fail_after_grant (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  g_assert_true (rush_commit_coordinator_may_commit (ctx->env->commits, ctx->stage_id,
                                                     ctx->stage_attempt, split, ctx->task_id));
  return flaky (split, ctx, data, error);
}

static void
test_commit_after_failure (void)
{
  Engine *engine = engine_new ("local[4,4]", NULL);
  Flaky flaky_data = { .n_failures = 3 };
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 3, fail_after_grant, &flaky_data);

  g_assert_cmpint (engine_sum (engine, rdd, NULL), ==, sum_below (3000));
  engine_free (engine);
}

/* ---- what is refused ---- */

/* Why there is no backend for this master and setting. (transfer full) */
static GError *
refusal_of (const char *url, const char *key, const char *value)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *top = g_dir_make_tmp ("rush-refusal-XXXXXX", NULL);
  RushLocalDir *dir = rush_local_dir_new (top, NULL);
  RushDriverLoop *loop = rush_driver_loop_new (rush_clock_system ());
  RushMapOutputTracker *tracker = rush_map_output_tracker_new ();
  RushEventBus *bus = rush_event_bus_new (10);
  RushMaster master;
  GError *error = NULL;

  g_assert_true (rush_conf_set (conf, key, value, NULL));
  g_assert_true (rush_master_parse (url, &master, NULL));
  g_assert_null (rush_local_backend_new (
      &master, &(RushExecutorServices){ conf, tracker, NULL, bus, dir, FALSE }, loop, &error));
  rush_event_bus_free (bus);
  rush_map_output_tracker_free (tracker);
  rush_driver_loop_free (loop);
  rush_local_dir_free (dir);
  g_assert_cmpint (rmdir (top), ==, 0);
  return error;
}

static void
test_small_heap (void)
{
  g_autoptr (GError) error = refusal_of ("local-cluster[2,1,449]", "spark.task.cpus", "1");

  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "local-cluster[2,1,449]"));
}

/* No executor could ever run a task: a job would wait for ever. */
static void
test_task_cpus_beyond_cores (void)
{
  static const char *const masters[] = { "local", "local[2]", "local-cluster[4,2,512]" };

  for (guint i = 0; i < G_N_ELEMENTS (masters); i++)
    {
      g_autoptr (GError) error = refusal_of (masters[i], "spark.task.cpus", "3");

      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "cpus per task = 3"));
    }
}

/* ---- cancellation ---- */

static void
cancel_job (Engine *engine, gint job_id)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_CANCELLED);

  message->id = job_id;
  message->reason = g_strdup ("changed my mind");
  rush_driver_loop_post (engine->loop, message);
}

static void
test_cancel (void)
{
  GatedJob job;
  g_autoptr (GError) error = NULL;

  gated_job_start (&job, "local[2]", 5, 0, 2);
  g_autoptr (RushRdd) rdd = func_rdd_new (job.engine, 3, thousand_numbers, NULL);
  cancel_job (job.engine, job.job_id);
  g_assert_cmpint (gated_job_wait (&job, &error), ==, -1);
  g_assert_nonnull (strstr (error->message, "changed my mind"));

  /* The slots are free again. */
  g_assert_cmpint (engine_sum (job.engine, rdd, NULL), ==, sum_below (3000));
  engine_stop (job.engine);
  g_assert_cmpuint (count_lines (job.engine, ": TaskKilled"), ==, 2);
  gated_job_clear (&job);
}

/* Stopping kills what runs; the job's waiter is told. */
static void
test_stop_while_running (void)
{
  GatedJob job;
  g_autoptr (GError) error = NULL;

  gated_job_start (&job, "local-cluster[2,2,512]", 9, 0, 4);
  engine_stop (job.engine);
  g_assert_cmpint (gated_job_wait (&job, &error), ==, -1);
  g_assert_nonnull (strstr (error->message, "SparkContext was shut down"));
  gated_job_clear (&job);
}

/* ---- lost executors ---- */

/* While the map tasks run: those on the lost executor run again elsewhere. */
static void
test_lose_in_map_stage (void)
{
  GatedJob job;

  gated_job_start (&job, "local-cluster[2,1,512]", 4, 3, 2);
  g_assert_true (rush_local_backend_kill_executor (job.engine->backend, "1", FALSE));
  g_assert_false (rush_local_backend_kill_executor (job.engine->backend, "1", FALSE));
  gated_job_pass (&job, sum_below (4000));
  engine_stop (job.engine);
  g_assert_cmpuint (count_lines (job.engine, ": ExecutorLostFailure"), ==, 1);
  g_assert_cmpuint (count_lines (job.engine, "executor 1 removed"), ==, 1);
  gated_job_clear (&job);
}

static guint
n_outputs_on (const Engine *engine, const char *executor_id)
{
  RushBlockStoreStats stats;

  rush_block_store_stats (
      rush_executor_set_env (rush_local_backend_executors (engine->backend), executor_id)->blocks,
      &stats);
  return stats.n_outputs;
}

/* After the map stage: what the lost executor held is computed again, the rest is not. */
static void
test_lose_outputs (void)
{
  GatedJob job;
  g_auto (GStrv) ids = NULL;
  guint n_lost;

  gated_reduce_start (&job, "local-cluster[2,1,512]", 6, 2, 2);
  n_lost = n_outputs_on (job.engine, "0");
  g_assert_cmpuint (n_lost, >, 0);
  g_assert_cmpuint (n_lost, <, 6);
  g_assert_cmpuint (n_lost + n_outputs_on (job.engine, "1"), ==, 6);

  g_assert_true (rush_local_backend_kill_executor (job.engine->backend, "0", TRUE));
  gated_job_pass (&job, sum_below (6000));
  ids = rush_executor_set_ids (rush_local_backend_executors (job.engine->backend));
  g_assert_cmpuint (g_strv_length (ids), ==, 2);
  g_assert_cmpstr (ids[0], ==, "1");
  g_assert_cmpstr (ids[1], ==, "2");
  g_assert_cmpuint (n_outputs_on (job.engine, "0"), ==, 0);
  engine_stop (job.engine);
  /* Six maps, and again those that were lost. */
  g_assert_cmpuint (count_lines (job.engine, "task of stage 0.0") +
                        count_lines (job.engine, "stage 0.1"),
                    ==, 6 + n_lost);
  g_assert_cmpuint (count_lines (job.engine, "executor 2 added"), ==, 1);
  gated_job_clear (&job);
}

/* A map output that is gone while its executor lives ends in a fetch failure, which makes the map
 * task run again. */
static void
test_lose_one_output (void)
{
  GatedJob job;

  gated_reduce_start (&job, "local[2]", 4, 1, 1);
  g_assert_true (rush_block_store_remove_output (
      rush_executor_set_env (rush_local_backend_executors (job.engine->backend), "driver")->blocks,
      0, 2));
  gated_job_pass (&job, sum_below (4000));
  engine_stop (job.engine);
  g_assert_cmpuint (count_lines (job.engine, ": FetchFailed"), ==, 1);
  gated_job_clear (&job);
}

static void
test_nobody_to_lose (void)
{
  Engine *local = engine_new ("local[2]", NULL);
  Engine *cluster = engine_new ("local-cluster[1,1,512]", NULL);

  g_assert_false (rush_local_backend_kill_executor (local->backend, "driver", TRUE));
  g_assert_false (rush_local_backend_kill_executor (cluster->backend, "7", TRUE));
  engine_free (local);
  engine_free (cluster);
}

/* Nothing refers to a shuffle any more: its outputs go, everywhere. */
static void
assert_no_outputs (const Engine *engine, const char *executor_id)
{
  RushBlockStoreStats stats;

  rush_block_store_stats (
      rush_executor_set_env (rush_local_backend_executors (engine->backend), executor_id)->blocks,
      &stats);
  g_assert_cmpuint (stats.n_outputs, ==, 0);
  g_assert_cmpint (stats.memory_bytes, ==, 0);
}

static void
test_remove_shuffle (void)
{
  Engine *engine = engine_new ("local-cluster[2,1,512]", NULL);
  g_autoptr (RushRdd) source = func_rdd_new (engine, 4, thousand_numbers, NULL);
  g_autoptr (RushRdd) shuffled = shuffled_rdd_new (source, 3, NULL, NULL);

  g_assert_cmpint (engine_sum (engine, shuffled, NULL), ==, sum_below (4000));
  rush_executor_set_remove_shuffle (rush_local_backend_executors (engine->backend), 0);
  assert_no_outputs (engine, "0");
  assert_no_outputs (engine, "1");
  engine_free (engine);
}

/* A backend that has been stopped may be there for long: somebody has kept the context. */
static void
test_stop_drops_outputs (void)
{
  Engine *engine = engine_new ("local[2]", NULL);
  g_autoptr (RushRdd) source = func_rdd_new (engine, 4, thousand_numbers, NULL);
  g_autoptr (RushRdd) shuffled = shuffled_rdd_new (source, 3, NULL, NULL);

  g_assert_cmpint (engine_sum (engine, shuffled, NULL), ==, sum_below (4000));
  rush_local_backend_stop (engine->backend);
  assert_no_outputs (engine, "driver");
  engine_free (engine);
}

/* ---- how far a task is ---- */

static RushIterator *
note_records (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  ctx->metrics.input_records = 700;
  ctx->metrics.shuffle_read_records = 77;
  if (!rush_task_context_check (ctx, error) || !gate_pass (data, ctx, error))
    return NULL;
  return thousand_numbers (split, ctx, NULL, error);
}

static void
test_progress_of_what_runs (void)
{
  Engine *engine = engine_new ("local-cluster[1,1,512]", NULL);
  const RushBackendClass *klass = engine->backend->klass;
  gint64 records = 0, run_us = -1;
  g_autoptr (GError) error = NULL;
  Gate gate;
  gint job_id;

  gate_init (&gate);
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 2, note_records, &gate);
  RushJobWaiter *waiter = engine_submit (engine, rdd, &job_id);
  gate_await_arrival (&gate);
  g_assert_true (klass->task_progress (engine->backend, "0", 0, &records, &run_us));
  g_assert_cmpint (records, ==, 777);
  g_assert_cmpint (run_us, >=, 0);
  g_assert_false (klass->task_progress (engine->backend, "0", 1, &records, &run_us)); /* it waits */
  gate_open (&gate);
  g_assert_cmpint (engine_sum_of (waiter, 2, &error), ==, sum_below (2000));
  g_assert_no_error (error);
  g_assert_false (klass->task_progress (engine->backend, "0", 0, &records, &run_us));
  rush_job_waiter_free (waiter);
  gate_clear (&gate);
  g_clear_pointer (&rdd, rush_rdd_unref);
  engine_free (engine);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/executor/local-backend/masters", test_masters);
  g_test_add_func ("/executor/local-backend/executors", test_executors);
  g_test_add_func ("/executor/local-backend/slots", test_slots);
  g_test_add_func ("/executor/local-backend/statuses", test_statuses);
  g_test_add_func ("/executor/local-backend/max-failures", test_max_failures);
  g_test_add_func ("/executor/local-backend/commit-denied", test_commit_denied);
  g_test_add_func ("/executor/local-backend/commit-after-failure", test_commit_after_failure);
  g_test_add_func ("/executor/local-backend/small-heap", test_small_heap);
  g_test_add_func ("/executor/local-backend/task-cpus", test_task_cpus_beyond_cores);
  g_test_add_func ("/executor/local-backend/cancel", test_cancel);
  g_test_add_func ("/executor/local-backend/stop-while-running", test_stop_while_running);
  g_test_add_func ("/executor/local-backend/lose/in-map-stage", test_lose_in_map_stage);
  g_test_add_func ("/executor/local-backend/lose/outputs", test_lose_outputs);
  g_test_add_func ("/executor/local-backend/lose/one-output", test_lose_one_output);
  g_test_add_func ("/executor/local-backend/lose/nobody", test_nobody_to_lose);
  g_test_add_func ("/executor/local-backend/remove-shuffle", test_remove_shuffle);
  g_test_add_func ("/executor/local-backend/stop-drops-outputs", test_stop_drops_outputs);
  g_test_add_func ("/executor/local-backend/progress", test_progress_of_what_runs);
  return g_test_run ();
}
