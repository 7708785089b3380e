/* Tasks of PythonRDD with real workers: what goes in and comes out, errors, ends of all kinds.
 *
 * The worker's side in detail (every op, batching) is tested from Python; here it is the runner's:
 * both directions at once, limits, cancellation, and what becomes of the worker afterwards.
 */
#include "tests/py_runner/python_fixture.h"

#include "core/base/thread.h"

#include <signal.h>
#include <string.h>

static RushPythonWorkers *workers; /* shared: most tests leave it as they found it */
static RushLineage *lineage;

/* Lines of one partition through @ops, as lines. */
static char *
run_lines (const char *lines, const char *ops, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  g_autoptr (RushRdd) rdd = fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, ops);

  return fixture_collect (rdd, 0, ctx, error);
}

static void
assert_lines (const char *lines, const char *ops, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_lines (lines, ops, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, expected);
}

/* ── normal ── */

static void
test_lines (void)
{
  assert_lines ("to be\nor not\nto be", "map upper", "TO BE\nOR NOT\nTO BE");
  assert_lines ("to be\nor not\nto be",
                "flatMap split; map with_one; combine None add add; map show",
                "to=2\nbe=2\nor=1\nnot=1");
}

static void
test_empty (void)
{
  g_autoptr (GError) error = NULL;
  const char *none = "";
  g_autoptr (RushRdd) source = fixture_lines (lineage, &none, 1);
  g_autoptr (RushRdd) rdd = fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, "count");
  g_autofree char *got = fixture_collect (rdd, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, "0");
}

/* Output of one PythonRDD as input of the next, each with a worker of its own. */
static void
test_nested (void)
{
  g_autoptr (GError) error = NULL;
  const char *lines = "a b\nc";
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  g_autoptr (RushRdd) words =
      fixture_python (source, workers, RUSH_PYTHON_OUTPUT_RUNS, "flatMap split; map with_one");
  g_autoptr (RushRdd) rdd =
      fixture_python (words, workers, RUSH_PYTHON_OUTPUT_LINES, "keys; map upper");
  g_autofree char *got = fixture_collect (rdd, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, "A\nB\nC");
  g_assert_cmpstr (rdd->klass->name, ==, "PythonRDD");
}

static void
test_bytes (void)
{
  g_autoptr (GError) error = NULL;
  const char *lines = "a";
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  const char command[] = "(l(Vmap\ncchain_functions\ntype_name\nta.";
  RushPythonChain chain = { .command = (const guint8 *)command,
                            .command_bytes = strlen (command),
                            .output = RUSH_PYTHON_OUTPUT_LINES,
                            .input = "bytes" };
  g_autoptr (RushRdd) rdd = rush_python_rdd_new (source, workers, &chain);
  g_autofree char *got = fixture_collect (rdd, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, "bytes");
}

static void
test_steps (void)
{
  const char *lines = "a", *name, *call_site;
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  g_autoptr (RushRdd) rdd = fixture_python (source, workers, RUSH_PYTHON_OUTPUT_RUNS, "map upper");

  g_assert_true (rdd->klass->describe_step (rdd, 0, &name, &call_site));
  g_assert_cmpstr (name, ==, "map");
  g_assert_cmpstr (call_site, ==, "map at app.py:1");
  g_assert_false (rdd->klass->describe_step (rdd, 1, &name, &call_site));
}

static void
test_task_description (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GHashTable) properties = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (properties, (gpointer) "spark.jobGroup.id", (gpointer) "a \"group\"");
  ctx->properties = properties;
  ctx->stage_id = 3;
  ctx->stage_attempt = 1;
  ctx->partition = 5;
  ctx->attempt_number = 2;
  ctx->task_id = 77;
  g_autofree char *got =
      run_lines ("stage\nstageAttempt\npartition\nattempt\ntaskId\nspark.jobGroup.id",
                 "map task_field", ctx, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, "3\n1\n5\n2\n77\na \"group\"");
}

/* A worker stands alone: no terminal, no descriptors of the driver, the hash of all workers. */
static void
test_surroundings (void)
{
  assert_lines ("x", "map hash_seed", "0");
  assert_lines ("x", "map process_groups", "True");
  assert_lines ("x", "map stdin_text", "''");
  /* stdin, stdout, stderr, the worker's socket, and the listing itself. */
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_lines ("x", "map open_descriptors", NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) descriptors = g_strsplit (got, ",", -1);
  g_assert_cmpuint (g_strv_length (descriptors), ==, 5);
}

static void
test_metrics (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_lines ("abc", "map upper", ctx, &error);

  g_assert_no_error (error);
  g_assert_cmpint (ctx->metrics.python_bytes_in, >, 100);
  g_assert_cmpint (ctx->metrics.python_bytes_out, >, 50);
  g_assert_cmpint (ctx->metrics.python_run_us, >, 0);
  g_assert_cmpint (ctx->metrics.python_start_us, >=, 0);
}

/* ── sizes ── */

/* 40 MB in, and 16 MB out before the first line is read: neither direction waits for the other. */
static void
test_writes_before_it_reads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushRdd) source = fixture_long_lines (lineage, 20000, 2000);
  g_autoptr (RushRdd) rdd =
      fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, "mapPartitions write_much");
  g_autofree char *got = fixture_collect (rdd, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (got), ==, 256 * 65537 + strlen ("40000000"));
  g_assert_true (g_str_has_suffix (got, "\n40000000"));
}

static void
test_output_wider_than_input (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushRdd) source = fixture_long_lines (lineage, 20, 1);
  g_autoptr (RushRdd) rdd =
      fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, "flatMap widen");
  g_autofree char *got = fixture_collect (rdd, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (got), ==, 20 * 1000 * 1001 - 1);
}

/* One batch of 100 rows of 1 MB: no message may be as long. */
static void
test_wide_rows_are_sliced (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushRdd) source = fixture_long_lines (lineage, 100, 1 << 20);
  g_autoptr (RushRdd) rdd =
      fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, "map length");
  g_autofree char *got = fixture_collect (rdd, 0, NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) lengths = g_strsplit (got, "\n", -1);
  g_assert_cmpuint (g_strv_length (lengths), ==, 100);
  g_assert_cmpstr (lengths[99], ==, "1048576");
}

static void
test_memory_refused (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  RushAllocator *limited = rush_allocator_limited_new (1 << 20, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushRdd) source = fixture_long_lines (lineage, 20, 1);
  g_autoptr (RushRdd) rdd =
      fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, "mapPartitions write_much");

  ctx->allocator = limited;
  g_autoptr (RushIterator) rows = rush_rdd_iterator (rdd, 0, ctx, &error);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  RushBatch *batch;
  while ((batch = rush_iterator_next (rows, &error)) != NULL)
    g_ptr_array_add (batches, batch);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_clear_pointer (&batches, g_ptr_array_unref);
  g_clear_pointer (&rows, rush_iterator_close);
  g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
  rush_allocator_unref (limited);
  assert_lines ("fine", "map upper", "FINE");
}

/* ── errors ── */

static void
assert_error (const char *ops, RushCoreError code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_lines ("abc", ops, NULL, &error);

  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, (gint)code);
  if (strstr (error->message, part) == NULL)
    g_error ("'%s' is not in: %s", part, error->message);
  assert_lines ("next task", "map upper", "NEXT TASK");
}

static void
test_exceptions (void)
{
  assert_error ("map divide", RUSH_CORE_ERROR_PYTHON,
                "ZeroDivisionError: integer division or modulo by zero");
  assert_error ("map divide", RUSH_CORE_ERROR_PYTHON, "chain_functions.py\", line ");
  assert_error ("map divide", RUSH_CORE_ERROR_PYTHON, "Traceback (most recent call last):");
  assert_error ("map raise_long", RUSH_CORE_ERROR_PYTHON, "ValueError: xxxx");
  assert_error ("map stop", RUSH_CORE_ERROR_PYTHON, "STOP_ITERATION_OCCURRED");
  assert_error ("map sys_exit", RUSH_CORE_ERROR_PYTHON, "SystemExit: enough");
  assert_error ("map there_is_no_such_function", RUSH_CORE_ERROR_PYTHON, "AttributeError");
  assert_error ("juggle upper", RUSH_CORE_ERROR_PYTHON, "juggle");
}

static void
test_exception_leaves_the_worker (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = run_lines ("x", "map pid", NULL, NULL);
  g_autofree char *failed = run_lines ("abc", "map divide", NULL, &error);
  g_autofree char *after = run_lines ("x", "map pid", NULL, NULL);

  g_assert_null (failed);
  g_assert_cmpstr (before, ==, after);
}

static void
test_lost_workers (void)
{
  assert_error ("map exit_3", RUSH_CORE_ERROR_WORKER_LOST,
                "Python worker exited unexpectedly (crashed): exit status 3");
  assert_error ("map kill_self", RUSH_CORE_ERROR_WORKER_LOST,
                "Python worker exited unexpectedly (crashed): signal 9 (SIGKILL)");
  assert_error ("map spoil_socket", RUSH_CORE_ERROR_CORRUPT, "no message");
}

static void
test_parent_fails (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushRdd) source = fixture_failing_lines (lineage);
  g_autoptr (RushRdd) rdd = fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, "map upper");
  g_autofree char *got = fixture_collect (rdd, 0, NULL, &error);

  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_assert_cmpstr (error->message, ==, "the disk is on fire");
  assert_lines ("next task", "map upper", "NEXT TASK");
}

/* ── ends before the end ── */

/* A worker that is done before its input is: it skips the rest and takes the next task. */
static void
test_done_early (void)
{
  g_autofree char *before = run_lines ("x", "map pid", NULL, NULL);
  g_autoptr (RushRdd) source = fixture_long_lines (lineage, 20000, 2000);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RushRdd) rdd =
          fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES,
                          i == 0 ? "mapPartitions nothing" : "mapPartitions first_two");
      g_autofree char *got = fixture_collect (rdd, 0, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (strlen (got), ==, i == 0 ? 0 : 4001);
    }
  g_autofree char *after = run_lines ("x", "map pid", NULL, NULL);
  g_assert_cmpstr (before, ==, after);
}

static void
test_closed_early (void)
{
  g_autofree char *before = run_lines ("x", "map pid", NULL, NULL);
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (RushRdd) source = fixture_long_lines (lineage, 20000, 2000);
  g_autoptr (RushRdd) rdd = fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, "map upper");
  RushIterator *rows = rush_rdd_iterator (rdd, 0, ctx, &error);
  g_autoptr (RushBatch) batch = rush_iterator_next (rows, &error);

  g_assert_nonnull (batch);
  rush_iterator_close (rows);
  /* It had more input to come, so it is gone, and must not have taken the rest for nothing. */
  fixture_await_end ((GPid)g_ascii_strtoll (before, NULL, 10));
  assert_lines ("next task", "map upper", "NEXT TASK");
}

static void *
cancel_soon (void *data)
{
  g_usleep (20000); /* the task is then most likely under way; if not, that must work too */
  rush_task_context_cancel (data, "another attempt succeeded");
  return NULL;
}

static void
assert_cancelled (const char *ops)
{
  g_autofree char *pid = run_lines ("x", "map pid", NULL, NULL);
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  pthread_t thread;
  g_assert_true (rush_thread_start (&thread, "cancel", cancel_soon, ctx, NULL));
  gint64 began_us = g_get_monotonic_time ();
  g_autofree char *got = run_lines ("x", ops, ctx, &error);

  rush_thread_join (thread);
  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 30 * G_USEC_PER_SEC);
  fixture_await_end ((GPid)g_ascii_strtoll (pid, NULL, 10));
  assert_lines ("next task", "map upper", "NEXT TASK");
}

static void
test_cancel (void)
{
  assert_cancelled ("map sleep_forever");
  assert_cancelled ("map spin_forever");
}

static void
test_cancelled_before (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;

  rush_task_context_cancel (ctx, "too late");
  g_autofree char *got = run_lines ("x", "map upper", ctx, &error);
  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
}

/* ── many at once ── */

static void *
run_tasks (void *data)
{
  for (guint i = 0; i < 25; i++)
    {
      assert_lines ("to be\nor not", "flatMap split; map upper", "TO\nBE\nOR\nNOT");
      if (i % 5 == 0)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *got = run_lines ("abc", "map divide", NULL, &error);
          g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON);
        }
    }
  return NULL;
}

static void
test_threads (void)
{
  pthread_t threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_true (rush_thread_start (&threads[i], "runner", run_tasks, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    rush_thread_join (threads[i]);
  g_assert_cmpuint (fixture_n_workers (workers), <=, G_N_ELEMENTS (threads) + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/rdd/lines", test_lines);
  g_test_add_func ("/python/rdd/empty", test_empty);
  g_test_add_func ("/python/rdd/nested", test_nested);
  g_test_add_func ("/python/rdd/bytes", test_bytes);
  g_test_add_func ("/python/rdd/steps", test_steps);
  g_test_add_func ("/python/rdd/task-description", test_task_description);
  g_test_add_func ("/python/rdd/surroundings", test_surroundings);
  g_test_add_func ("/python/rdd/metrics", test_metrics);
  g_test_add_func ("/python/rdd/writes-before-it-reads", test_writes_before_it_reads);
  g_test_add_func ("/python/rdd/output-wider-than-input", test_output_wider_than_input);
  g_test_add_func ("/python/rdd/wide-rows-are-sliced", test_wide_rows_are_sliced);
  g_test_add_func ("/python/rdd/memory-refused", test_memory_refused);
  g_test_add_func ("/python/rdd/exceptions", test_exceptions);
  g_test_add_func ("/python/rdd/exception-leaves-the-worker", test_exception_leaves_the_worker);
  g_test_add_func ("/python/rdd/lost-workers", test_lost_workers);
  g_test_add_func ("/python/rdd/parent-fails", test_parent_fails);
  g_test_add_func ("/python/rdd/done-early", test_done_early);
  g_test_add_func ("/python/rdd/closed-early", test_closed_early);
  g_test_add_func ("/python/rdd/cancel", test_cancel);
  g_test_add_func ("/python/rdd/cancelled-before", test_cancelled_before);
  g_test_add_func ("/python/rdd/threads", test_threads);

  lineage = rush_lineage_new ();
  workers = fixture_workers (TRUE);
  int status = g_test_run ();
  rush_python_workers_unref (workers);
  rush_lineage_unref (lineage);
  return status;
}
