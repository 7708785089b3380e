/* Applications on clusters that are not there: what computes, fails, is lost or is stopped there; one
 * seed is one run; and no thread, folder or memory is left when they end. */
#include "sim/simulated_cluster.h"

#include "app.h"
#include "core/base/thread.h"
#include "rdd/action/collect.h"
#include "rdd/action/count.h"
#include "rdd/persist.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/map_partitions.h"
#include "sim/event_digest.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MASTER "sim://?executors=4&cores=2&hosts=2&racks=2&seed=7"
#define HANG_S 90 /* a guard: nothing here takes a second */

/* ---- programs ---- */

static RushRdd *
sums_of (RushContext *sc)
{
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 a=3 c=4 b=5 d=6 e=7 a=8", 8);

  return rush_rdd_reduce_by_key (pairs, RUSH_SUM, 5, NULL);
}

#define SUMS "a,12 b,7 c,4 d,6 e,7"

static RushIterator *
fail (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  if (split != 3)
    return rows;
  rush_iterator_close (rows);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "no luck in 3");
  return NULL;
}

/* Until it is cancelled; data: an eventfd, a semaphore of those that have come. */
static RushIterator *
wait_for_the_end (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                  GError **error)
{
  struct pollfd fd = { rush_task_context_cancel_fd (ctx), POLLIN, 0 };

  eventfd_write (GPOINTER_TO_INT (data), 1);
  while (poll (&fd, 1, -1) < 0)
    ;
  rush_iterator_close (rows);
  rush_task_context_check (ctx, error);
  return NULL;
}

static RushRdd *
endless (RushContext *sc, int arrived)
{
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 4);

  return rush_rdd_map_partitions (numbers, numbers->schema, wait_for_the_end,
                                  GINT_TO_POINTER (arrived), NULL, FALSE);
}

static RushIterator *
pass (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return rows;
}

/* ---- what goes well, and what does not ---- */

static void
test_normal (void)
{
  RushContext *sc = app_new_with (MASTER, NULL);
  g_autoptr (RushRdd) sums = sums_of (sc), again = sums_of (sc);
  g_autoptr (RushRdd) nothing = app_range (sc, 0, 3);

  app_assert_sorted (sc, sums, SUMS);
  app_assert_sorted (sc, again, SUMS);
  g_assert_cmpint (rush_rdd_count (sc, nothing, NULL), ==, 0);
  g_assert_cmpuint (rush_executor_set_n_alive (rush_context_executors (sc)), ==, 4);
  app_free (sc);
}

static void
test_one_after_the_other (void)
{
  for (guint i = 0; i < 3; i++)
    test_normal ();
}

static void
test_beside_each_other (void)
{
  RushContext *a = app_new_with (MASTER, NULL), *b = app_new_with (MASTER, NULL);
  g_autoptr (RushRdd) sums_a = sums_of (a), sums_b = sums_of (b);

  app_assert_sorted (a, sums_a, SUMS);
  app_assert_sorted (b, sums_b, SUMS);
  app_free (a);
  app_free (b);
}

static void
test_failing_task (void)
{
  RushContext *sc = app_new_with (MASTER, NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 10, 8);
  g_autoptr (RushRdd) failing =
      rush_rdd_map_partitions (numbers, numbers->schema, fail, NULL, NULL, FALSE);
  g_autoptr (RushRdd) sums = sums_of (sc);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_rdd_collect (sc, failing, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "no luck in 3"));
  app_assert_sorted (sc, sums, SUMS);
  app_free (sc);
}

static void
test_lost_executor (void)
{
  RushContext *sc = app_new_with (MASTER, NULL);
  RushCluster *cluster = rush_context_cluster (sc);
  g_autoptr (RushRdd) sums = sums_of (sc);

  app_assert_sorted (sc, sums, SUMS);
  g_auto (GStrv) ids = rush_executor_set_ids (rush_context_executors (sc));
  g_assert_true (cluster->klass->kill_executor (cluster, ids[0], FALSE));
  g_assert_false (cluster->klass->kill_executor (cluster, "nobody", FALSE));
  app_assert_sorted (sc, sums, SUMS); /* its map outputs are made again */
  app_free (sc);
}

/* ---- it ends in the middle ---- */

static void *
stop_once_it_runs (void *data)
{
  eventfd_t n;

  while (eventfd_read (*(int *)((gpointer *)data)[1], &n) != 0)
    ;
  rush_context_stop (((gpointer *)data)[0]);
  return NULL;
}

static void
assert_stopped_in_the_middle (gboolean barrier)
{
  RushContext *sc = app_new_with (MASTER, NULL);
  int arrived = eventfd (0, EFD_CLOEXEC | EFD_SEMAPHORE);
  g_autoptr (RushRdd) rows = endless (sc, arrived);
  gpointer both[] = { sc, &arrived };
  g_autoptr (GError) error = NULL;
  pthread_t stopper;

  rows->barrier = barrier;
  g_assert_true (rush_thread_start (&stopper, "stopper", stop_once_it_runs, both, NULL));
  g_assert_null (rush_rdd_collect (sc, rows, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "shut down"));
  rush_thread_join (stopper);
  close (arrived);
  g_clear_error (&error);
  g_assert_null (rush_rdd_collect (sc, rows, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  app_free (sc);
}

static void
test_stop_in_the_middle (void)
{
  assert_stopped_in_the_middle (FALSE);
}

static void
test_stop_in_a_barrier (void)
{
  assert_stopped_in_the_middle (TRUE);
}

static void *
cancel_once_it_runs (void *data)
{
  eventfd_t n;

  while (eventfd_read (*(int *)((gpointer *)data)[1], &n) != 0)
    ;
  rush_context_cancel_all (((gpointer *)data)[0], "as nobody wants it");
  return NULL;
}

static void
test_cancelled_while_it_computes (void)
{
  RushContext *sc = app_new_with (MASTER, NULL);
  int arrived = eventfd (0, EFD_CLOEXEC | EFD_SEMAPHORE);
  g_autoptr (RushRdd) rows = endless (sc, arrived), sums = sums_of (sc);
  gpointer both[] = { sc, &arrived };
  g_autoptr (GError) error = NULL;
  pthread_t canceller;

  g_assert_true (rush_thread_start (&canceller, "canceller", cancel_once_it_runs, both, NULL));
  g_assert_null (rush_rdd_collect (sc, rows, &error));
  g_assert_nonnull (strstr (error->message, "as nobody wants it"));
  rush_thread_join (canceller);
  close (arrived);
  app_assert_sorted (sc, sums, SUMS);
  app_free (sc);
}

/* A listener that cancels everything when the n-th task of the stage starts, on the loop: some of a
 * barrier stage's tasks have come then, and the others never will. */
typedef struct
{
  RushListener listener;
  RushContext *sc;
  guint n_left;
} Canceller;

static void
count_down (RushListener *listener, RushEvent *event)
{
  Canceller *self = (Canceller *)listener;

  if (event->kind == RUSH_EVENT_TASK_START && self->n_left > 0 && --self->n_left == 0)
    rush_context_cancel_all (self->sc, "in time");
}

static void
listener_free (RushListener *listener)
{
  g_free (listener);
}

static const RushListenerClass canceller_class = { "canceller", count_down, NULL, listener_free };

static void
test_cancelled_while_a_barrier_gathers (void)
{
  for (guint n = 1; n <= 8; n++)
    {
      RushContext *sc = app_new_with (MASTER, NULL);
      g_autoptr (RushRdd) numbers = app_range (sc, 100, 8);
      g_autoptr (RushRdd) rows =
          rush_rdd_map_partitions (numbers, numbers->schema, pass, NULL, NULL, FALSE);
      Canceller *canceller = g_new0 (Canceller, 1);
      g_autoptr (GError) error = NULL;

      rows->barrier = TRUE;
      *canceller = (Canceller){ { &canceller_class }, sc, n };
      rush_event_bus_add_inline (rush_context_bus (sc), &canceller->listener);
      g_assert_null (rush_rdd_collect (sc, rows, &error));
      g_assert_nonnull (strstr (error->message, "in time"));
      g_clear_error (&error);
      g_assert_cmpint (rush_rdd_count (sc, rows, &error), ==, 100);
      g_assert_no_error (error);
      app_free (sc);
    }
}

/* ---- others interfere ---- */

/* A listener that asks for a fault on the loop, when it has a stage's tasks in its hands: the job
 * that a program starts right behind its fault may be as early as that. */
typedef struct
{
  RushListener listener;
  RushContext *sc;
  guint n_asked, n_failed;
} Saboteur;

static void
ask_for_a_failure (RushListener *listener, RushEvent *event)
{
  Saboteur *self = (Saboteur *)listener;
  RushCluster *cluster = rush_context_cluster (self->sc);

  if (event->kind == RUSH_EVENT_STAGE_SUBMITTED && self->n_asked++ == 0)
    g_assert_true (cluster->klass->inject (
        cluster, "{ \"do\": \"fail_task\", \"when\": { \"partition\": 2 } }", NULL));
  if (event->kind == RUSH_EVENT_TASK_END && event->task_end.task.failed)
    self->n_failed++;
}

static const RushListenerClass saboteur_class = { "saboteur", ask_for_a_failure, NULL,
                                                  listener_free };

static void
test_a_fault_right_before_its_job (void)
{
  RushContext *sc = app_new_with (MASTER, NULL);
  g_autoptr (RushRdd) numbers = app_range (sc, 100, 4);
  Saboteur *saboteur = g_new0 (Saboteur, 1);

  *saboteur = (Saboteur){ { &saboteur_class }, sc, 0, 0 };
  rush_event_bus_add_inline (rush_context_bus (sc), &saboteur->listener);
  g_assert_cmpint (rush_rdd_count (sc, numbers, NULL), ==, 100);
  g_assert_cmpuint (saboteur->n_failed, ==, 1);
  app_free (sc);
}

static void *
kill_often (void *data)
{
  RushCluster *cluster = rush_context_cluster (data);

  for (guint i = 0; i < 30; i++)
    {
      g_auto (GStrv) ids = rush_executor_set_ids (rush_context_executors (data));

      if (g_strv_length (ids) > 1)
        cluster->klass->kill_executor (cluster, ids[i % g_strv_length (ids)], TRUE);
      g_assert_true (cluster->klass->inject (
          cluster, "{ \"do\": \"slow_host\", \"host\": 1, \"factor\": 2, \"lasts\": \"1s\" }",
          NULL));
    }
  return NULL;
}

/* Whether the jobs succeed is chance: executors die faster than they come. */
static void
test_killed_from_another_thread (void)
{
  RushContext *sc = app_new_with (MASTER, "spark.task.maxFailures", "100", NULL);
  pthread_t killer;

  g_assert_true (rush_thread_start (&killer, "killer", kill_often, sc, NULL));
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (RushRdd) sums = sums_of (sc);
      GPtrArray *rows = rush_rdd_collect (sc, sums, NULL);

      g_clear_pointer (&rows, g_ptr_array_unref);
    }
  rush_thread_join (killer);
  app_free (sc);
}

/* ---- one seed, one run ---- */

static guint64
digest_of_a_run (const char *master)
{
  RushContext *sc = app_new_with (master, "spark.shuffle.compress", "true", NULL);
  RushCluster *cluster = rush_context_cluster (sc);
  RushListener *digest = rush_event_digest_new ();
  guint64 value;

  rush_event_bus_add_inline (rush_context_bus (sc), digest);
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (RushRdd) sums = sums_of (sc); /* its shuffle is cleaned while others run */

      g_assert_true (rush_rdd_persist (sums, &RUSH_STORAGE_MEMORY_AND_DISK, NULL));
      app_assert_sorted (sc, sums, SUMS);
      if (i % 2 == 0)
        rush_rdd_unpersist (sc, sums, FALSE); /* else it goes with its last reference */
      if (i == 3)
        g_assert_true (cluster->klass->kill_executor (cluster, "2", TRUE));
    }
  rush_context_stop (sc);
  value = rush_event_digest_value (digest);
  g_assert_cmpuint (rush_event_digest_n_events (digest), >, 150);
  app_free (sc);
  return value;
}

static void
test_one_seed_one_run (void)
{
  guint64 first = digest_of_a_run (MASTER);

  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (digest_of_a_run (MASTER), ==, first);
}

/* ---- it never begins ---- */

static void
assert_refused (const char *key, const char *value)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *top = g_dir_make_tmp ("rush-simulated-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_conf_set (conf, "spark.master", MASTER, NULL));
  g_assert_true (rush_conf_set (conf, "spark.scheduler.mode", "FAIR", NULL));
  g_assert_true (rush_conf_set (conf, "spark.local.dir", top, NULL));
  g_assert_true (rush_conf_set (conf, key, value, NULL));
  g_assert_null (rush_context_new (conf, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_cmpint (g_rmdir (top), ==, 0); /* nothing is left in it */
}

static void
test_half_made (void)
{
  assert_refused ("spark.scheduler.allocation.file", "/nowhere/pools.xml"); /* with a scheduler */
  assert_refused ("spark.checkpoint.dir", "/dev/null/checkpoints");         /* with a cleaner */
  assert_refused ("spark.executor.memory", "100m");                         /* without a backend */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rush_cluster_register (&rush_simulated_cluster_factory);
  alarm (HANG_S);
  g_test_add_func ("/sim/cluster/normal", test_normal);
  g_test_add_func ("/sim/cluster/one-after-the-other", test_one_after_the_other);
  g_test_add_func ("/sim/cluster/beside-each-other", test_beside_each_other);
  g_test_add_func ("/sim/cluster/failing-task", test_failing_task);
  g_test_add_func ("/sim/cluster/lost-executor", test_lost_executor);
  g_test_add_func ("/sim/cluster/stop-in-the-middle", test_stop_in_the_middle);
  g_test_add_func ("/sim/cluster/stop-in-a-barrier", test_stop_in_a_barrier);
  g_test_add_func ("/sim/cluster/cancelled-while-it-computes", test_cancelled_while_it_computes);
  g_test_add_func ("/sim/cluster/cancelled-while-a-barrier-gathers",
                   test_cancelled_while_a_barrier_gathers);
  g_test_add_func ("/sim/cluster/killed-from-another-thread", test_killed_from_another_thread);
  g_test_add_func ("/sim/cluster/fault-right-before-its-job", test_a_fault_right_before_its_job);
  g_test_add_func ("/sim/cluster/one-seed-one-run", test_one_seed_one_run);
  g_test_add_func ("/sim/cluster/half-made", test_half_made);
  return g_test_run ();
}
