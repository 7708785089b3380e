/* What tasks share, on the runner's side: sums for accumulators, files of broadcasts, added files,
 * and barriers at which real workers wait. */
#include "tests/py_runner/python_fixture.h"

#include "core/base/thread.h"
#include "core/executor/barrier_coordinator.h"

#include <string.h>
#include <unistd.h>

#define GUARD_US (30 * G_USEC_PER_SEC)
#define N 3

static RushPythonWorkers *workers; /* shared: each test leaves it as it found it */
static RushLineage *lineage;

static char *
run_lines (const char *lines, const char *ops, RushPythonChain *chain, RushTaskContext *ctx,
           GError **error)
{
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  RushPythonChain plain = { 0 };

  if (chain == NULL)
    chain = &plain;
  chain->output = RUSH_PYTHON_OUTPUT_LINES;
  g_autoptr (RushRdd) rdd = fixture_chain (source, workers, chain, ops);
  return fixture_collect (rdd, 0, ctx, error);
}

/* ── accumulators ── */

static void
test_accumulators (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_lines ("to\nbe", "map add_length", NULL, ctx, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, "to\nbe");
  g_assert_cmpuint (ctx->accumulator_updates->len, ==, 1);
  g_assert_cmpuint (g_bytes_get_size (ctx->accumulator_updates->pdata[0]), >, 0);
}

static void
test_no_accumulators (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autofree char *got = run_lines ("to\nbe", "map upper", NULL, ctx, NULL);

  g_assert_cmpstr (got, ==, "TO\nBE");
  g_assert_null (ctx->accumulator_updates);
}

static void
test_failed_task_adds_nothing (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_lines ("to\nabc", "map add_length; map divide", NULL, ctx, &error);

  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON);
  g_assert_null (ctx->accumulator_updates);
}

/* The caller leaves when the worker is as good as done: what it has added is not lost. */
static void
test_accumulators_of_a_caller_that_leaves (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  const char *lines = "to\nbe";
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  g_autoptr (RushRdd) rdd =
      fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, "map add_length");
  RushIterator *rows = rush_rdd_iterator (rdd, 0, ctx, NULL);
  g_autoptr (RushBatch) batch = rush_iterator_next (rows, NULL);

  g_assert_cmpuint (batch->length, ==, 2);
  rush_iterator_close (rows);
  g_assert_cmpuint (ctx->accumulator_updates->len, ==, 1);
}

/* ── broadcasts ── */

/* A str in pickle's protocol 0 is text. */
static RushPythonBroadcast *
broadcast_new (gint64 id, const char *text)
{
  g_autofree char *name = g_strdup_printf ("rush-test-broadcast-%d-%d", (int)getpid (), (int)id);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), name, NULL);
  g_autofree char *pickle = g_strdup_printf ("V%s\n.", text);

  g_assert_true (g_file_set_contents (path, pickle, -1, NULL));
  return rush_python_broadcast_new (id, path);
}

static void
assert_value (RushPythonBroadcast *broadcast, const char *id, const char *expected)
{
  RushPythonChain chain = { .broadcasts = &broadcast, .n_broadcasts = 1 };
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_lines (id, "map broadcast_value", &chain, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, expected);
}

static gboolean
file_exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_broadcast (void)
{
  RushPythonBroadcast *broadcast = broadcast_new (7, "seven");
  g_autofree char *path = g_strdup (rush_python_broadcast_path (broadcast));

  assert_value (broadcast, "7", "seven");
  g_assert_true (g_file_set_contents (path, "Veight\n.", -1, NULL));
  assert_value (broadcast, "7", "seven"); /* the worker has kept it */
  rush_python_broadcast_unpersist (broadcast);
  assert_value (broadcast, "7", "eight");
  rush_python_broadcast_unref (broadcast);
  g_assert_false (file_exists (path));
}

static void
test_broadcast_lives_as_long_as_an_rdd (void)
{
  RushPythonBroadcast *broadcast = broadcast_new (8, "eight");
  g_autofree char *path = g_strdup (rush_python_broadcast_path (broadcast));
  const char *lines = "8";
  RushPythonChain chain = { .output = RUSH_PYTHON_OUTPUT_LINES,
                            .broadcasts = &broadcast,
                            .n_broadcasts = 1 };
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  RushRdd *rdd = fixture_chain (source, workers, &chain, "map broadcast_value");

  rush_python_broadcast_unref (broadcast);
  g_autofree char *got = fixture_collect (rdd, 0, NULL, NULL);
  g_assert_cmpstr (got, ==, "eight");
  g_assert_true (file_exists (path));
  rush_rdd_unref (rdd);
  g_assert_false (file_exists (path));
}

static void
test_destroyed_broadcast (void)
{
  g_autoptr (RushPythonBroadcast) broadcast = broadcast_new (9, "nine");
  RushPythonChain chain = { .broadcasts = &broadcast, .n_broadcasts = 1 };
  g_autoptr (GError) error = NULL;

  rush_python_broadcast_destroy (broadcast, "destroy at app.py:7");
  rush_python_broadcast_destroy (broadcast, "destroy at app.py:8");
  g_assert_false (file_exists (rush_python_broadcast_path (broadcast)));
  g_autofree char *got = run_lines ("9", "map broadcast_value", &chain, NULL, &error);
  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED);
  g_assert_cmpstr (error->message, ==,
                   "[INTERNAL_ERROR_BROADCAST] Attempted to use Broadcast(9) after it was "
                   "destroyed (destroy at app.py:7)  SQLSTATE: XX000");
}

/* ── files ── */

static void
test_files (void)
{
  static const char *const none[] = { NULL }, *const two[] = { "a.zip", "b.egg", NULL };
  g_autofree char *before = run_lines ("filesVersion", "map task_field", NULL, NULL, NULL);

  g_assert_cmpstr (before, ==, "0");
  rush_python_workers_set_files (workers, 0, g_get_tmp_dir (), none);
  g_autofree char *root = run_lines ("filesRoot", "map task_field", NULL, NULL, NULL);
  g_assert_cmpstr (root, ==, g_get_tmp_dir ());
  rush_python_workers_set_files (workers, 2, "/nowhere", two);
  g_autofree char *names = run_lines ("pyFiles", "flatMap task_field", NULL, NULL, NULL);
  g_assert_cmpstr (names, ==, "a.zip\nb.egg");
  rush_python_workers_set_files (workers, 0, "/nowhere", none);
}

/* ── barriers ── */

typedef struct
{
  RushRdd *rdd;
  guint split;
  RushTaskContext *ctx;
  char *got;
  GError *error;
  pthread_t thread;
} Runner;

static void *
run (void *data)
{
  Runner *self = data;

  self->got = fixture_collect (self->rdd, self->split, self->ctx, &self->error);
  rush_task_context_run_cleanups (self->ctx);
  return NULL;
}

static void
leave (gpointer member)
{
  rush_barrier_leave (member);
}

/* A stage of N tasks, of which the first @n_started begin. */
static void
start_stage (Runner *runners, guint n_started, RushBarrierCoordinator *coordinator,
             const char *const *partitions, const char *ops)
{
  RushPythonChain chain = { .output = RUSH_PYTHON_OUTPUT_LINES, .barrier = TRUE };
  g_autoptr (RushRdd) source = fixture_lines (lineage, partitions, N);
  g_autoptr (RushRdd) rdd = fixture_chain (source, workers, &chain, ops);

  g_assert_true (rdd->barrier);
  for (guint p = 0; p < N; p++)
    {
      RushTaskContext *ctx = rush_task_context_new ();
      ctx->barrier = rush_barrier_join (coordinator, 1, 0, p, 50 + p, N);
      rush_task_context_add_cleanup (ctx, leave, ctx->barrier);
      runners[p] = (Runner){ .rdd = rush_rdd_ref (rdd), .split = p, .ctx = ctx };
    }
  for (guint p = 0; p < n_started; p++)
    g_assert_true (rush_thread_start (&runners[p].thread, "runner", run, &runners[p], NULL));
}

static void
join_stage (Runner *runners, guint n_started)
{
  for (guint p = 0; p < n_started; p++)
    rush_thread_join (runners[p].thread);
}

static void
end_stage (Runner *runners, RushBarrierCoordinator *coordinator)
{
  for (guint p = 0; p < N; p++)
    {
      rush_rdd_unref (runners[p].rdd);
      rush_task_context_free (runners[p].ctx);
      g_free (runners[p].got);
      g_clear_error (&runners[p].error);
    }
  g_assert_cmpuint (rush_barrier_coordinator_n_stages (coordinator), ==, 0);
  rush_barrier_coordinator_free (coordinator);
}

static void
test_barrier (void)
{
  static const char *const partitions[] = { "a\nb", "c", "d\ne\nf" };
  static const char *const expected[] = { "a|c|d\nb", "a|c|d", "a|c|d\ne\nf" };
  RushBarrierCoordinator *coordinator = rush_barrier_coordinator_new (GUARD_US);
  Runner runners[N];

  start_stage (runners, N, coordinator, partitions, "mapPartitions meet");
  join_stage (runners, N);
  for (guint p = 0; p < N; p++)
    {
      g_assert_no_error (runners[p].error);
      g_assert_cmpstr (runners[p].got, ==, expected[p]);
    }
  end_stage (runners, coordinator);
}

static void
test_only_in_a_barrier_stage (void)
{
  g_autofree char *got = run_lines ("x", "map is_in_barrier_stage", NULL, NULL, NULL);

  g_assert_cmpstr (got, ==, "False");
}

/* Tasks 0 and 1 of three wait; something happens to task 0, which ends with @code: task 1 hears of
 * it, in the function that waits. */
static void
end_meeting (const char *first_input, const char *cancel_reason, gint code)
{
  const char *const partitions[] = { first_input, "b", "c" };
  RushBarrierCoordinator *coordinator = rush_barrier_coordinator_new (GUARD_US);
  gint64 began_us = g_get_monotonic_time ();
  Runner runners[N];

  start_stage (runners, 2, coordinator, partitions, "mapPartitions meet_or_die");
  if (cancel_reason != NULL)
    {
      g_usleep (20000); /* they most likely wait by then; if not, that must work too */
      rush_task_context_cancel (runners[0].ctx, cancel_reason);
    }
  join_stage (runners, 2);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, GUARD_US);
  g_assert_error (runners[0].error, RUSH_CORE_ERROR, code);
  g_assert_error (runners[1].error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON);
  g_assert_nonnull (strstr (runners[1].error->message, "in meet"));
  g_assert_nonnull (
      strstr (runners[1].error->message, "RuntimeError: Task 50 of Stage 1 (Attempt 0) has ended"));
  end_stage (runners, coordinator);
}

static void
test_worker_dies_at_a_barrier (void)
{
  end_meeting ("die", NULL, RUSH_CORE_ERROR_WORKER_LOST);
}

static void
test_cancelled_at_a_barrier (void)
{
  end_meeting ("a", "no more", RUSH_CORE_ERROR_CANCELLED);
}

static void
test_time_is_up_at_a_barrier (void)
{
  static const char *const partitions[] = { "a", "b", "c" };
  RushBarrierCoordinator *coordinator = rush_barrier_coordinator_new (50000);
  Runner runners[N];

  start_stage (runners, 2, coordinator, partitions, "mapPartitions meet");
  join_stage (runners, 2);
  for (guint p = 0; p < 2; p++)
    {
      g_assert_error (runners[p].error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON);
      g_assert_nonnull (strstr (runners[p].error->message, "The coordinator didn't get all"));
    }
  end_stage (runners, coordinator);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/sharing/accumulators", test_accumulators);
  g_test_add_func ("/python/sharing/no-accumulators", test_no_accumulators);
  g_test_add_func ("/python/sharing/failed-task-adds-nothing", test_failed_task_adds_nothing);
  g_test_add_func ("/python/sharing/accumulators-of-a-caller-that-leaves",
                   test_accumulators_of_a_caller_that_leaves);
  g_test_add_func ("/python/sharing/broadcast", test_broadcast);
  g_test_add_func ("/python/sharing/broadcast-lives-as-long-as-an-rdd",
                   test_broadcast_lives_as_long_as_an_rdd);
  g_test_add_func ("/python/sharing/destroyed-broadcast", test_destroyed_broadcast);
  g_test_add_func ("/python/sharing/files", test_files);
  g_test_add_func ("/python/sharing/barrier", test_barrier);
  g_test_add_func ("/python/sharing/only-in-a-barrier-stage", test_only_in_a_barrier_stage);
  g_test_add_func ("/python/sharing/worker-dies-at-a-barrier", test_worker_dies_at_a_barrier);
  g_test_add_func ("/python/sharing/cancelled-at-a-barrier", test_cancelled_at_a_barrier);
  g_test_add_func ("/python/sharing/time-is-up-at-a-barrier", test_time_is_up_at_a_barrier);

  lineage = rush_lineage_new ();
  workers = fixture_workers (TRUE);
  int status = g_test_run ();
  rush_python_workers_unref (workers);
  rush_lineage_unref (lineage);
  return status;
}
