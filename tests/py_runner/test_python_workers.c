/* The pool of Python workers: reuse, deaths of all parties, and that nobody is left behind. */
#include "tests/py_runner/python_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static RushLineage *lineage;
static const char *program; /* this test's own */

static char *
run_one (RushPythonWorkers *workers, const char *ops, GError **error)
{
  const char *lines = "x";
  g_autoptr (RushRdd) source = fixture_lines (lineage, &lines, 1);
  g_autoptr (RushRdd) rdd = fixture_python (source, workers, RUSH_PYTHON_OUTPUT_LINES, ops);

  return fixture_collect (rdd, 0, NULL, error);
}

static GPid
run_pid (RushPythonWorkers *workers)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_one (workers, "map pid", &error);

  g_assert_no_error (error);
  return (GPid)g_ascii_strtoll (got, NULL, 10);
}

static void
test_reuse (void)
{
  RushPythonWorkers *workers = fixture_workers (TRUE);
  GPid pid = run_pid (workers);

  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (run_pid (workers), ==, pid);
  g_assert_cmpuint (fixture_n_workers (workers), ==, 1);
  rush_python_workers_unref (workers);
  fixture_await_end (pid);
}

static void
test_no_reuse (void)
{
  RushPythonWorkers *workers = fixture_workers (FALSE);
  GPid first = run_pid (workers), second = run_pid (workers);

  g_assert_cmpint (first, !=, second);
  fixture_await_end (first);
  fixture_await_end (second);
  rush_python_workers_unref (workers);
}

static void
test_idle_worker_dies (void)
{
  RushPythonWorkers *workers = fixture_workers (TRUE);
  GPid pid = run_pid (workers);

  kill (pid, SIGKILL);
  fixture_await_end (pid);
  g_assert_cmpint (run_pid (workers), !=, pid);
  rush_python_workers_unref (workers);
}

static void
test_helper_dies (void)
{
  RushPythonWorkers *workers = fixture_workers (TRUE);
  GPid helper = fixture_helper_pid (workers), worker = run_pid (workers);
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_one (workers, "map kill_helper", &error);

  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_WORKER_LOST);
  fixture_await_end (helper);
  fixture_await_end (worker);
  g_assert_cmpint (run_pid (workers), !=, worker); /* a new helper */
  g_assert_cmpint (fixture_helper_pid (workers), !=, helper);
  rush_python_workers_unref (workers);
}

/* A helper that does not answer any more is killed at shutdown, and its workers with it. */
static void
test_helper_hangs (void)
{
  RushPythonWorkers *workers = fixture_workers (TRUE);
  GPid helper = fixture_helper_pid (workers), worker = run_pid (workers);
  g_autoptr (GError) error = NULL;
  g_autofree char *got = run_one (workers, "map stop_helper", &error);

  g_assert_no_error (error);
  gint64 began_us = g_get_monotonic_time ();
  rush_python_workers_shutdown (workers);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 30 * G_USEC_PER_SEC);
  fixture_await_end (helper);
  fixture_await_end (worker);
  rush_python_workers_unref (workers);
}

static void
test_shutdown (void)
{
  RushPythonWorkers *workers = fixture_workers (TRUE);
  GPid helper = fixture_helper_pid (workers), worker = run_pid (workers);
  g_autoptr (GError) error = NULL;

  rush_python_workers_shutdown (workers);
  fixture_await_end (worker);
  g_assert_cmpint (kill (helper, 0), ==, -1); /* reaped */
  rush_python_workers_shutdown (workers);
  g_autofree char *got = run_one (workers, "map upper", &error);
  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  rush_python_workers_unref (workers);
}

static void *
shut_down_soon (void *workers)
{
  g_usleep (20000);
  rush_python_workers_shutdown (workers);
  return NULL;
}

static void
test_shutdown_under_a_task (void)
{
  RushPythonWorkers *workers = fixture_workers (TRUE);
  GPid pid = run_pid (workers);
  g_autoptr (GError) error = NULL;
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, shut_down_soon, workers), ==, 0);
  g_autofree char *got = run_one (workers, "map sleep_forever", &error);
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  fixture_await_end (pid);
  rush_python_workers_unref (workers);
}

/* Nothing was ever run. */
static void
test_shutdown_at_once (void)
{
  RushPythonWorkers *workers = fixture_workers (TRUE);
  GPid helper = fixture_helper_pid (workers);

  rush_python_workers_unref (workers);
  fixture_await_end (helper);
}

static void
test_no_such_python (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  RushPythonConfig config = fixture_config ();
  g_autoptr (GError) error = NULL;

  config.executable = "/nowhere/python";
  g_assert_null (rush_python_workers_new (conf, &config, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/nowhere/python"));
}

static void
test_no_such_module (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  RushPythonConfig config = fixture_config ();
  g_autoptr (GError) error = NULL;

  config.worker_module = "there_is_no_such_module";
  RushPythonWorkers *workers = rush_python_workers_new (conf, &config, &error);
  g_assert_no_error (error);
  g_autofree char *got = run_one (workers, "map upper", &error);
  g_assert_null (got);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_WORKER_LOST);
  g_assert_nonnull (strstr (error->message, "exit status 1"));
  rush_python_workers_unref (workers);
}

/* ── a driver that is killed ── */

/* The other role of this program: prints the pids of helper and worker, and waits to be killed. */
static void
play_driver (void)
{
  RushPythonWorkers *workers = fixture_workers (TRUE);

  run_pid (workers);
  g_autoptr (GArray) pids = rush_python_workers_pids (workers);
  printf ("%d %d\n", g_array_index (pids, gint, 0), g_array_index (pids, gint, 1));
  fflush (stdout);
  for (;;)
    pause ();
}

static void
test_driver_is_killed (void)
{
  const char *argv[] = { program, "--play-driver", NULL };
  g_autoptr (GError) error = NULL;
  int out, helper, worker;
  GPid driver;

  g_assert_true (g_spawn_async_with_pipes (NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                                           NULL, NULL, &driver, NULL, &out, NULL, &error));
  FILE *stream = fdopen (out, "r");
  g_assert_cmpint (fscanf (stream, "%d %d", &helper, &worker), ==, 2);
  g_assert_cmpint (kill (helper, 0), ==, 0);
  kill (driver, SIGKILL);
  g_assert_cmpint (waitpid (driver, NULL, 0), ==, driver);
  fixture_await_end (helper);
  fixture_await_end (worker);
  fclose (stream);
}

int
main (int argc, char **argv)
{
  lineage = rush_lineage_new ();
  program = argv[0];
  if (argc > 1 && strcmp (argv[1], "--play-driver") == 0)
    play_driver ();

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/python/workers/reuse", test_reuse);
  g_test_add_func ("/python/workers/no-reuse", test_no_reuse);
  g_test_add_func ("/python/workers/idle-worker-dies", test_idle_worker_dies);
  g_test_add_func ("/python/workers/helper-dies", test_helper_dies);
  g_test_add_func ("/python/workers/helper-hangs", test_helper_hangs);
  g_test_add_func ("/python/workers/shutdown", test_shutdown);
  g_test_add_func ("/python/workers/shutdown-under-a-task", test_shutdown_under_a_task);
  g_test_add_func ("/python/workers/shutdown-at-once", test_shutdown_at_once);
  g_test_add_func ("/python/workers/no-such-python", test_no_such_python);
  g_test_add_func ("/python/workers/no-such-module", test_no_such_module);
  g_test_add_func ("/python/workers/driver-is-killed", test_driver_is_killed);
  int status = g_test_run ();
  rush_lineage_unref (lineage);
  return status;
}
