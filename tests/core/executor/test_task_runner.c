/* What a task comes to: its result or map output, the classes of its failures, its metrics, and
 * that nothing it took stays out. */
#include "engine.h"

#include "core/executor/task_runner.h"
#include "core/memory/task_memory.h"

typedef struct
{
  GError *error;        /* what the partition fails with, or NULL */
  gboolean cancel;      /* the task is cancelled while it runs */
  gboolean cancel_late; /* it is cancelled when it has done all of its work */
  gboolean fetch;       /* it cannot fetch a map output */
  RushTaskContext *ctx;
  guint n_cleanups;
} Script;

static void
clean_up (gpointer data)
{
  Script *script = data;

  script->n_cleanups++;
  if (script->cancel_late)
    rush_task_context_cancel (script->ctx, "another attempt succeeded");
}

static RushIterator *
scripted (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  Script *script = data;

  g_assert_nonnull (ctx->memory);
  script->ctx = ctx;
  rush_task_context_add_cleanup (ctx, clean_up, script);
  if (script->cancel)
    rush_task_context_cancel (ctx, "another attempt succeeded");
  if (script->fetch)
    {
      rush_task_context_set_fetch_failed (ctx, 7, 3, split, "1", "gone", NULL);
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "dressed up");
      return NULL;
    }
  if (script->error != NULL)
    {
      g_propagate_error (error, g_error_copy (script->error));
      return NULL;
    }
  return numbers (1, 1000, ctx);
}

static gboolean
sum_rows (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
          GError **error)
{
  gint64 *sum = g_new0 (gint64, 1);
  g_autoptr (RushBatch) batch = rush_iterator_next (rows, NULL);

  for (guint i = 0; i < batch->length; i++)
    *sum += rush_column_get_int (batch->columns[0], i);
  out->value = sum;
  out->free_value = g_free;
  out->bytes = 8;
  return TRUE;
}

static RushTaskOutcome *
run_task (Engine *engine, RushRdd *rdd, RushTaskKind kind, RushDependency *dependency)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  RushTask *task = g_new0 (RushTask, 1);
  RushEnv *env = rush_executor_set_env (rush_local_backend_executors (engine->backend), "driver");
  RushTaskOutcome *outcome;
  RushMemoryStats stats;

  task->task_id = 42;
  task->partition = 1;
  task->work = rush_stage_work_new (kind, 5, 0, rdd, NULL);
  task->work->func = sum_rows;
  task->work->dependency = dependency;
  outcome = rush_task_run (task, env, ctx);
  g_assert_cmpint (ctx->stage_id, ==, 5);
  g_assert_cmpuint (ctx->partition, ==, 1);
  rush_task_free (task);
  rush_memory_manager_stats (env->memory, &stats);
  g_assert_cmpint (stats.execution_used, ==, 0);
  g_assert_cmpuint (stats.n_active_tasks, ==, 0);
  return outcome;
}

static void
test_result (void)
{
  Engine *engine = engine_new ("local", NULL);
  Script script = { 0 };
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 2, scripted, &script);
  g_autoptr (RushTaskOutcome) outcome = run_task (engine, rdd, RUSH_TASK_RESULT, NULL);

  g_assert_cmpint (outcome->kind, ==, RUSH_OUTCOME_SUCCESS);
  g_assert_cmpint (*(gint64 *)outcome->result.value, ==, 500500);
  g_assert_null (outcome->map_status);
  g_assert_cmpuint (script.n_cleanups, ==, 1);
  g_assert_cmpint (outcome->metrics.result_bytes, ==, 8);
  g_assert_cmpint (outcome->metrics.run_us, >=, 0);
  g_assert_cmpint (outcome->metrics.cpu_ns, >, 0);
  g_assert_cmpint (outcome->metrics.peak_execution_memory, >=, 8000);
  engine_free (engine);
}

static void
test_map_output (void)
{
  Engine *engine = engine_new ("local", NULL);
  Script script = { 0 };
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 2, scripted, &script);
  g_autoptr (RushRdd) shuffled = shuffled_rdd_new (rdd, 3, NULL, NULL);
  g_autoptr (RushTaskOutcome) outcome = run_task (engine, rdd, RUSH_TASK_SHUFFLE_MAP,
                                                  rush_dependency_ref (shuffled->dependencies[0]));
  RushMapStatus *status = outcome->map_status;
  gint64 n = 0;

  g_assert_cmpint (outcome->kind, ==, RUSH_OUTCOME_SUCCESS);
  g_assert_cmpuint (status->n_partitions, ==, 3);
  g_assert_cmpstr (status->executor_id, ==, "driver");
  g_assert_cmpint (status->map_task_id, ==, 42);
  for (guint p = 0; p < 3; p++)
    n += status->sizes[p].records;
  g_assert_cmpint (n, ==, 1000);
  g_assert_cmpint (outcome->metrics.shuffle_write_records, ==, 1000);
  engine_free (engine);
}

static void
test_exceptions (void)
{
  static const struct
  {
    RushCoreError code;
    const char *class;
  } cases[] = {
    { RUSH_CORE_ERROR_INVALID_ARGUMENT, "java.lang.IllegalArgumentException" },
    { RUSH_CORE_ERROR_OUT_OF_MEMORY, "org.apache.spark.memory.SparkOutOfMemoryError" },
    { RUSH_CORE_ERROR_IO, "java.io.IOException" },
    { RUSH_CORE_ERROR_NOT_FOUND, "java.io.FileNotFoundException" },
    { RUSH_CORE_ERROR_PYTHON, "org.apache.spark.api.python.PythonException" },
    { RUSH_CORE_ERROR_WORKER_LOST, "org.apache.spark.SparkException" },
    /* Somebody else's: this task was not asked to stop. */
    { RUSH_CORE_ERROR_CANCELLED, "org.apache.spark.SparkException" },
  };
  Engine *engine = engine_new ("local", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new (RUSH_CORE_ERROR, (gint)cases[i].code, "why %u", i);
      g_autofree char *message = g_strdup (error->message);
      Script script = { .error = error };
      g_autoptr (RushRdd) rdd = func_rdd_new (engine, 2, scripted, &script);
      g_autoptr (RushTaskOutcome) outcome = run_task (engine, rdd, RUSH_TASK_RESULT, NULL);

      g_assert_cmpint (outcome->kind, ==, RUSH_OUTCOME_EXCEPTION);
      g_assert_cmpstr (outcome->error_class, ==, cases[i].class);
      g_assert_cmpstr (outcome->message, ==, message);
      g_assert_true (outcome->error_domain == RUSH_CORE_ERROR);
      g_assert_cmpint (outcome->error_code, ==, (gint)cases[i].code);
      g_assert_cmpuint (script.n_cleanups, ==, 1);
    }
  engine_free (engine);
}

static void
test_killed (void)
{
  Engine *engine = engine_new ("local", NULL);
  g_autoptr (GError) error = g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "torn down");
  Script script = { .cancel = TRUE, .error = error };
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 2, scripted, &script);
  g_autoptr (RushTaskOutcome) outcome = run_task (engine, rdd, RUSH_TASK_RESULT, NULL);

  g_assert_cmpint (outcome->kind, ==, RUSH_OUTCOME_KILLED);
  g_assert_cmpstr (outcome->message, ==, "another attempt succeeded");
  engine_free (engine);
}

/* It never looked at the request, and came to its end: still nobody wants what it has made. */
static void
test_killed_though_it_ended_well (void)
{
  static const RushTaskKind kinds[] = { RUSH_TASK_RESULT, RUSH_TASK_SHUFFLE_MAP };
  Engine *engine = engine_new ("local", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Script script = { .cancel_late = TRUE };
      g_autoptr (RushRdd) rdd = func_rdd_new (engine, 2, scripted, &script);
      g_autoptr (RushRdd) shuffled = shuffled_rdd_new (rdd, 3, NULL, NULL);
      gboolean is_map = kinds[i] == RUSH_TASK_SHUFFLE_MAP;
      g_autoptr (RushTaskOutcome) outcome = run_task (
          engine, rdd, kinds[i], is_map ? rush_dependency_ref (shuffled->dependencies[0]) : NULL);

      g_assert_cmpint (outcome->kind, ==, RUSH_OUTCOME_KILLED);
      g_assert_cmpstr (outcome->message, ==, "another attempt succeeded");
      g_assert_null (outcome->map_status);
      g_assert_null (outcome->result.value);
      g_assert_cmpuint (script.n_cleanups, ==, 1);
    }
  engine_free (engine);
}

static void
test_fetch_failed (void)
{
  Engine *engine = engine_new ("local", NULL);
  Script script = { .fetch = TRUE };
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 2, scripted, &script);
  g_autoptr (RushTaskOutcome) outcome = run_task (engine, rdd, RUSH_TASK_RESULT, NULL);

  g_assert_cmpint (outcome->kind, ==, RUSH_OUTCOME_FETCH_FAILED);
  g_assert_cmpint (outcome->shuffle_id, ==, 7);
  g_assert_cmpint (outcome->map_index, ==, 3);
  g_assert_cmpuint (outcome->reduce_partition, ==, 1);
  g_assert_cmpstr (outcome->executor_id, ==, "1");
  engine_free (engine);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/executor/task-runner/result", test_result);
  g_test_add_func ("/executor/task-runner/map-output", test_map_output);
  g_test_add_func ("/executor/task-runner/exceptions", test_exceptions);
  g_test_add_func ("/executor/task-runner/killed", test_killed);
  g_test_add_func ("/executor/task-runner/killed-though-it-ended-well",
                   test_killed_though_it_ended_well);
  g_test_add_func ("/executor/task-runner/fetch-failed", test_fetch_failed);
  return g_test_run ();
}
