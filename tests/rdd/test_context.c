/* An application: its beginning, its events, its jobs beside each other, its end; what it refuses
 * and what it leaves behind (nothing). */
#include "app.h"

#include "core/base/json.h"
#include "rdd/action/collect.h"
#include "rdd/action/count.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/map_partitions.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- what it says of itself ---- */

static void
assert_parallelism (RushContext *sc, guint parallelism, guint min_partitions)
{
  g_assert_cmpuint (rush_context_default_parallelism (sc), ==, parallelism);
  g_assert_cmpuint (rush_context_default_min_partitions (sc), ==, min_partitions);
  app_free (sc);
}

static void
test_parallelism (void)
{
  assert_parallelism (app_new_with ("local", NULL), 1, 1);
  assert_parallelism (app_new_with ("local[7]", NULL), 7, 2);
  assert_parallelism (app_new_with ("local-cluster[1,1,512]", NULL), 2, 2);
  assert_parallelism (app_new_with ("local-cluster[3,2,512]", NULL), 6, 2);
  assert_parallelism (app_new_with ("local[7]", "spark.default.parallelism", "3", NULL), 3, 2);
  assert_parallelism (app_new_with ("local[7]", "spark.default.parallelism", "1", NULL), 1, 1);
}

static void
test_identity (void)
{
  RushContext *a = app_new (0), *b = app_new (0);
  RushContext *named =
      app_new_with ("local", "spark.app.id", "my-app", "spark.app.name", "mine", NULL);
  g_autofree char *id = rush_conf_get_string (rush_context_conf (a), "spark.app.id");

  g_assert_true (g_str_has_prefix (rush_context_application_id (a), "local-"));
  g_assert_cmpstr (rush_context_application_id (a), !=, rush_context_application_id (b));
  g_assert_cmpstr (rush_context_application_id (a), ==, id);
  g_assert_cmpstr (rush_context_application_id (named), ==, "my-app");
  g_assert_null (rush_context_event_log_path (a));
  app_free (a);
  app_free (b);
  app_free (named);
}

static void
assert_refused (const char *master, const char *key, const char *value, RushCoreError code,
                const char *words)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *top = g_dir_make_tmp ("rush-context-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  if (master != NULL)
    g_assert_true (rush_conf_set (conf, "spark.master", master, NULL));
  if (key != NULL)
    g_assert_true (rush_conf_set (conf, key, value, NULL));
  g_assert_true (rush_conf_set (conf, "spark.local.dir", top, NULL));
  g_assert_null (rush_context_new (conf, &error));
  g_assert_error (error, RUSH_CORE_ERROR, (gint)code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_cmpint (g_rmdir (top), ==, 0); /* nothing is left in it */
}

static void
test_refused (void)
{
  assert_refused (NULL, NULL, NULL, RUSH_CORE_ERROR_INVALID_ARGUMENT, "A master URL must be set");
  assert_refused ("yarn", NULL, NULL, RUSH_CORE_ERROR_UNSUPPORTED, "YARN");
  assert_refused ("local-cluster[2,1,100]", NULL, NULL, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "gives each executor 100 MiB");
  assert_refused ("local", "spark.driver.memory", "100m", RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "spark.driver.memory");
  assert_refused ("local", "spark.eventLog.enabled", "true", RUSH_CORE_ERROR_NOT_FOUND,
                  "spark.eventLog.dir");
}

/* In a process of another user than root, which may always have more threads. */
static void
start_with_few_threads (void)
{
  guint n_refused = 0;

  g_assert_true (geteuid () != 0 || setuid (65534) == 0);
  for (guint n = 1; n <= 8; n++)
    {
      struct rlimit limit = { n, 1000 };
      g_autoptr (RushConf) conf = rush_conf_new ();
      g_autoptr (RushContext) sc = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (setrlimit (RLIMIT_NPROC, &limit), ==, 0);
      g_assert_true (rush_conf_set (conf, "spark.master", "local[2]", NULL));
      sc = rush_context_new (conf, &error);
      if (sc != NULL)
        continue;
      n_refused++;
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
      g_assert_nonnull (strstr (error->message, "Cannot start the thread rush-"));
    }
  g_assert_cmpuint (n_refused, >=, 3); /* runner, cleaner, driver loop: each was once too many */
}

static void
test_no_more_threads (void)
{
  if (g_test_subprocess ())
    {
      start_with_few_threads ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

/* ---- events ---- */

/* The kinds of the events in a log, in order, a letter each for what is asserted. */
static char *
kinds_in_log (const char *path)
{
  g_autoptr (GString) kinds = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i][0] != '\0'; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RushJson) event = rush_json_parse (lines[i], -1, &error);

      g_assert_no_error (error);
      g_string_append_printf (kinds, "%s%s", i > 0 ? " " : "",
                              rush_json_get_string (event, "Event", "?") +
                                  strlen ("SparkListener"));
    }
  return g_string_free (g_steal_pointer (&kinds), FALSE);
}

static void
test_event_log (void)
{
  g_autofree char *logs = g_dir_make_tmp ("rush-logs-XXXXXX", NULL);
  RushContext *sc = app_new_with ("local", "spark.eventLog.enabled", "true", "spark.eventLog.dir",
                                  logs, "spark.app.name", "logged", NULL);
  g_autofree char *path = g_strdup (rush_context_event_log_path (sc));
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 a=2", 1);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 1, NULL);

  g_assert_true (g_str_has_prefix (path, logs));
  app_assert_sorted (sc, sums, "a,3");
  app_free (sc);
  g_autofree char *kinds = kinds_in_log (path);

  g_assert_cmpstr (kinds, ==,
                   "LogStart ResourceProfileAdded ExecutorAdded BlockManagerAdded "
                   "EnvironmentUpdate ApplicationStart JobStart StageSubmitted TaskStart TaskEnd "
                   "StageCompleted StageSubmitted TaskStart TaskEnd StageCompleted JobEnd "
                   "ApplicationEnd");
  g_remove (path);
  g_assert_cmpint (g_rmdir (logs), ==, 0);
}

/* ---- tasks that wait for the test ---- */

typedef struct
{
  int arrived; /* eventfd, semaphore */
  int opened;  /* eventfd */
} Gate;

static void
gate_init (Gate *self)
{
  self->arrived = eventfd (0, EFD_CLOEXEC | EFD_SEMAPHORE);
  self->opened = eventfd (0, EFD_CLOEXEC);
}

static void
gate_clear (Gate *self)
{
  close (self->arrived);
  close (self->opened);
}

static void
gate_await_arrival (Gate *self)
{
  eventfd_t one;

  while (eventfd_read (self->arrived, &one) != 0)
    ;
}

static RushIterator *
wait_at_gate (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  Gate *gate = data;
  struct pollfd fds[] = { { gate->opened, POLLIN, 0 },
                          { rush_task_context_cancel_fd (ctx), POLLIN, 0 } };

  eventfd_write (gate->arrived, 1);
  while (poll (fds, 2, -1) < 0)
    ;
  if (rush_task_context_check (ctx, error))
    return rows;
  rush_iterator_close (rows);
  return NULL;
}

static RushRdd *
gated_range (RushContext *sc, Gate *gate, guint n_slices)
{
  g_autoptr (RushRdd) numbers = app_range (sc, 10, n_slices);

  return rush_rdd_map_partitions (numbers, numbers->schema, wait_at_gate, gate, NULL, FALSE);
}

/* ---- jobs ---- */

static void
test_some_partitions (void)
{
  RushContext *sc = app_new (1);
  static const guint wanted[] = { 3, 0, 3 }, wrong[] = { 0, 5 };
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 5);
  g_autoptr (RushJobWaiter) waiter =
      rush_context_run_job (sc, numbers, wanted, 3, rush_collect_batches, NULL, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  static const char *const expected[] = { "6 7", "0 1", "6 7" };

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *rows = app_rows_to_text (rush_job_waiter_result (waiter, i)->value);

      g_assert_cmpstr (rows, ==, expected[i]);
    }
  g_assert_null (
      rush_context_run_job (sc, numbers, wrong, 2, rush_collect_batches, NULL, NULL, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "non-existent partition: 5"));
  app_free (sc);
}

static void
test_no_partitions (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 5);
  g_autoptr (RushJobWaiter) waiter = rush_context_run_job (
      sc, numbers, (guint[]){ 0 }, 0, rush_collect_batches, NULL, NULL, NULL, NULL);
  g_autoptr (RushJobSummary) job = NULL;

  g_assert_nonnull (waiter);
  job = rush_job_stats_job (rush_context_job_stats (sc), 0);
  g_assert_cmpuint (job->n_stages, ==, 0);
  app_free (sc);
}

static gboolean
no_file (RushRdd *self, guint *out_n, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, "Input path does not exist");
  return FALSE;
}

/* Counting happens where the job is asked for, behind shuffles too; no job starts. */
static void
test_count_fails (void)
{
  static const RushRddClass missing_class = { .name = "HadoopRDD", .partitions = no_file };
  RushContext *sc = app_new (1);
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_STRING, "value", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) missing =
      rush_rdd_alloc (sizeof (RushRdd), &missing_class, rush_context_lineage (sc), schema, NULL, 0);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (missing, RUSH_SUM, 3, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_rdd_collect (sc, sums, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  g_assert_cmpuint (app_n_jobs (sc), ==, 0);
  app_free (sc);
}

static void
test_options (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (GHashTable) properties = g_hash_table_new (g_str_hash, g_str_equal);
  RushJobOptions options = { .short_form = "save at app.py:3",
                             .long_form = "app.py:3",
                             .cause = "sampling",
                             .properties = properties };
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 2);
  g_autoptr (RushJobSummary) job = NULL;
  g_autoptr (GArray) in_group = NULL;

  g_hash_table_insert (properties, (gpointer) "spark.jobGroup.id", (gpointer) "nightly");
  rush_job_waiter_free (rush_context_run_job (sc, numbers, NULL, 0, rush_collect_batches, NULL,
                                              NULL, &options, NULL));
  job = rush_job_stats_job (rush_context_job_stats (sc), 0);
  g_assert_cmpstr (job->call_site, ==, "save at app.py:3");
  g_assert_cmpstr (job->cause, ==, "sampling");
  in_group = rush_job_stats_job_ids_for_group (rush_context_job_stats (sc), "nightly");
  g_assert_cmpuint (in_group->len, ==, 1);
  app_free (sc);
}

typedef struct
{
  RushContext *sc;
  guint n;
} Caller;

static void *
count_often (void *data)
{
  Caller *self = data;

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (RushRdd) numbers = app_range (self->sc, self->n, 3);

      g_assert_cmpint (rush_rdd_count (self->sc, numbers, NULL), ==, self->n);
    }
  return NULL;
}

static void
test_threads (void)
{
  RushContext *sc = app_new (1);
  Caller callers[4];
  pthread_t threads[4];

  for (guint i = 0; i < 4; i++)
    {
      callers[i] = (Caller){ sc, 100 + i };
      pthread_create (&threads[i], NULL, count_often, &callers[i]);
    }
  for (guint i = 0; i < 4; i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpuint (app_n_jobs (sc), ==, 40);
  app_free (sc);
}

static void
test_submit_and_cancel (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (GHashTable) properties = g_hash_table_new (g_str_hash, g_str_equal);
  RushJobOptions options = { .properties = properties };
  g_autoptr (RushRdd) gated = NULL;
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 2);
  Gate gate;

  gate_init (&gate);
  gated = gated_range (sc, &gate, 2);
  g_hash_table_insert (properties, (gpointer) "spark.jobGroup.id", (gpointer) "doomed");
  for (guint way = 0; way < 3; way++)
    {
      g_autoptr (GError) error = NULL;
      gint job_id = -1;
      g_autoptr (RushJobWaiter) waiter = rush_context_submit_job (
          sc, gated, NULL, 0, rush_collect_batches, NULL, NULL, &options, &job_id, &error);

      g_assert_no_error (error);
      g_assert_cmpint (job_id, ==, (gint)way);
      gate_await_arrival (&gate);
      gate_await_arrival (&gate);
      g_assert_false (rush_job_waiter_is_done (waiter));
      if (way == 0)
        rush_context_cancel_job (sc, job_id, "for a reason");
      else if (way == 1)
        rush_context_cancel_group (sc, "doomed", "for a reason");
      else
        rush_context_cancel_all (sc, "for a reason");
      g_assert_false (rush_job_waiter_wait (waiter, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
    }
  g_assert_cmpint (rush_rdd_count (sc, numbers, NULL), ==, 10);
  app_free (sc);
  gate_clear (&gate);
}

/* ---- signals ---- */

typedef struct
{
  pthread_t thread;
  Gate *gate;
  guint n_asked;
  gboolean cancel;
} Interruption;

static void
ignore_signal (int number)
{
}

/* Sends a signal to the waiting thread once the job runs. */
static void *
interrupt (void *data)
{
  Interruption *self = data;

  gate_await_arrival (self->gate);
  pthread_kill (self->thread, SIGUSR1);
  return NULL;
}

static gboolean
was_interrupted (gpointer data)
{
  Interruption *self = data;

  self->n_asked++;
  if (!self->cancel)
    eventfd_write (self->gate->opened, 1);
  return self->cancel;
}

static void
assert_interrupted (gboolean cancel)
{
  RushContext *sc = app_new_with ("local", NULL);
  Gate gate;
  Interruption interruption = { pthread_self (), &gate, 0, cancel };
  RushJobOptions options = { .interrupted = was_interrupted, .interrupted_data = &interruption };
  struct sigaction action = { .sa_handler = ignore_signal };
  g_autoptr (RushRdd) gated = NULL;
  g_autoptr (GError) error = NULL;
  RushJobWaiter *waiter;
  pthread_t thread;

  gate_init (&gate);
  sigaction (SIGUSR1, &action, NULL);
  gated = gated_range (sc, &gate, 1);
  pthread_create (&thread, NULL, interrupt, &interruption);
  waiter =
      rush_context_run_job (sc, gated, NULL, 0, rush_collect_batches, NULL, NULL, &options, &error);
  pthread_join (thread, NULL);
  g_assert_cmpuint (interruption.n_asked, >=, 1);
  if (cancel)
    {
      g_assert_null (waiter);
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
    }
  else
    {
      g_assert_no_error (error);
      rush_job_waiter_free (waiter);
    }
  app_free (sc);
  gate_clear (&gate);
}

static void
test_interrupted (void)
{
  assert_interrupted (TRUE);
  assert_interrupted (FALSE);
}

/* ---- the end ---- */

static guint
n_threads (void)
{
  GDir *tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (tasks) != NULL)
    n++;
  g_dir_close (tasks);
  return n;
}

static void
test_stopped (void)
{
  guint n_before = n_threads ();
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 2);
  g_autoptr (GError) error = NULL;

  g_assert_false (rush_context_is_stopped (sc));
  g_assert_cmpint (rush_rdd_count (sc, numbers, NULL), ==, 10);
  g_assert_cmpuint (n_threads (), >, n_before);
  rush_context_stop (sc);
  rush_context_stop (sc);
  g_assert_true (rush_context_is_stopped (sc));
  /* A thread that has been joined stands in the list until the kernel is done with it. */
  while (n_threads () > n_before)
    sched_yield ();
  g_assert_null (rush_rdd_collect (sc, numbers, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  rush_context_cancel_all (sc, "too late");
  g_assert_cmpuint (app_n_jobs (sc), ==, 1);
  app_free (sc);
}

static void *
stop_once_running (void *data)
{
  Caller *self = data;

  rush_context_stop (self->sc);
  return NULL;
}

/* A job that runs when the context stops fails; two may stop it at once. */
static void
test_stop_while_running (void)
{
  RushContext *sc = app_new_with ("local-cluster[2,1,512]", NULL);
  Caller stopper = { sc, 0 };
  g_autoptr (RushRdd) gated = NULL;
  g_autoptr (RushJobWaiter) waiter = NULL;
  g_autoptr (GError) error = NULL;
  pthread_t threads[2];
  Gate gate;

  gate_init (&gate);
  gated = gated_range (sc, &gate, 4);
  waiter = rush_context_submit_job (sc, gated, NULL, 0, rush_collect_batches, NULL, NULL, NULL,
                                    NULL, NULL);
  gate_await_arrival (&gate);
  gate_await_arrival (&gate);
  for (guint i = 0; i < 2; i++)
    pthread_create (&threads[i], NULL, stop_once_running, &stopper);
  g_assert_false (rush_job_waiter_wait (waiter, &error));
  g_assert_nonnull (strstr (error->message, "SparkContext was shut down"));
  for (guint i = 0; i < 2; i++)
    pthread_join (threads[i], NULL);
  app_free (sc);
  gate_clear (&gate);
}

/* Results and RDDs may outlive the context. */
static void
test_outlived (void)
{
  RushContext *sc = app_new (1);
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2", 2);
  g_autoptr (RushRdd) sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 2, NULL);
  g_autoptr (GPtrArray) rows = rush_rdd_collect (sc, sums, NULL);
  g_autofree char *text = NULL;

  app_free (sc);
  text = app_rows_to_text (rows);
  g_assert_cmpuint (strlen (text), ==, strlen ("a,1 b,2"));
  g_assert_cmpstr (sums->klass->name, ==, "ShuffledRDD");
}

/* What no lineage can reach is dropped: map outputs go when the last ref on the shuffle does. */
static void
test_cleaned (void)
{
  RushContext *sc = app_new (1);
  RushBlockStore *blocks = rush_executor_set_env (rush_context_executors (sc), "driver")->blocks;
  RushRdd *pairs = app_pairs (sc, "a=1 b=2", 2);
  RushRdd *sums = rush_rdd_reduce_by_key (pairs, RUSH_SUM, 2, NULL);
  RushBlockStoreStats stats;

  app_assert_sorted (sc, sums, "a,1 b,2");
  rush_block_store_stats (blocks, &stats);
  g_assert_cmpuint (stats.n_outputs, ==, 2);
  rush_rdd_unref (pairs);
  rush_rdd_unref (sums);
  /* The driver loop lets go of the job a moment after it has told of its end. */
  do
    {
      rush_context_flush_cleaner (sc);
      rush_block_store_stats (blocks, &stats);
    }
  while (stats.n_outputs > 0);
  app_free (sc);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rdd/context/parallelism", test_parallelism);
  g_test_add_func ("/rdd/context/identity", test_identity);
  g_test_add_func ("/rdd/context/refused", test_refused);
  g_test_add_func ("/rdd/context/no-more-threads", test_no_more_threads);
  g_test_add_func ("/rdd/context/event-log", test_event_log);
  g_test_add_func ("/rdd/context/jobs/some-partitions", test_some_partitions);
  g_test_add_func ("/rdd/context/jobs/no-partitions", test_no_partitions);
  g_test_add_func ("/rdd/context/jobs/count-fails", test_count_fails);
  g_test_add_func ("/rdd/context/jobs/options", test_options);
  g_test_add_func ("/rdd/context/jobs/threads", test_threads);
  g_test_add_func ("/rdd/context/jobs/submit-and-cancel", test_submit_and_cancel);
  g_test_add_func ("/rdd/context/jobs/interrupted", test_interrupted);
  g_test_add_func ("/rdd/context/stopped", test_stopped);
  g_test_add_func ("/rdd/context/stop-while-running", test_stop_while_running);
  g_test_add_func ("/rdd/context/outlived", test_outlived);
  g_test_add_func ("/rdd/context/cleaned", test_cleaned);
  return g_test_run ();
}
