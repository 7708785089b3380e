/* test_grants_standalone.c - what Spark's own manager grants for what is asked, whom it refuses,
 * and what it does when executors, workers and the driver are lost. */
#include "tests/sim/manager_story.h"

#include "sim/managers/core_dealing.h"

#define GIB ((gint64)1 << 30)

/* ---- the rule, as the documentation of spark.deploy.spreadOutApps and spark.executor.cores says
 * ---- */

typedef struct
{
  const char *what;
  guint n_workers, worker_cores;
  gint64 worker_gib;
  guint cores_each, cores_max, executors;
  gint64 executor_gib;
  gboolean spread_out;
  const char *cores; /* of each worker */
  const char *n;     /* executors of each */
} Row;

#define ANY G_MAXUINT

static const Row rows[] = {
  { "spread out", 4, 4, 8, 2, 8, ANY, 1, TRUE, "2 2 2 2", "1 1 1 1" },
  { "packed", 4, 4, 8, 2, 8, ANY, 1, FALSE, "4 4 0 0", "2 2 0 0" },
  { "cores not set, spread out", 4, 4, 8, 0, 8, ANY, 1, TRUE, "2 2 2 2", "1 1 1 1" },
  { "cores not set, packed", 4, 4, 8, 0, 8, ANY, 1, FALSE, "4 4 0 0", "1 1 0 0" },
  { "cores not set, no maximum", 3, 4, 8, 0, ANY, ANY, 1, TRUE, "4 4 4", "1 1 1" },
  { "16 of 48 cores: not 12 of each", 4, 16, 64, 16, 48, ANY, 8, TRUE, "16 16 16 0", "1 1 1 0" },
  { "a remainder of the maximum", 2, 8, 64, 3, 10, ANY, 1, TRUE, "6 3", "2 1" },
  { "memory is what binds", 2, 16, 8, 2, ANY, ANY, 3, TRUE, "4 4", "2 2" },
  { "memory, once for an executor that grows", 2, 16, 8, 0, ANY, ANY, 8, TRUE, "16 16", "1 1" },
  { "as many executors as asked for", 3, 8, 64, 2, ANY, 4, 1, TRUE, "4 2 2", "2 1 1" },
  { "as many, packed", 3, 8, 64, 2, ANY, 4, 1, FALSE, "8 0 0", "4 0 0" },
  { "an executor too large", 2, 4, 8, 6, ANY, ANY, 1, TRUE, "0 0", "0 0" },
};

static void
test_rule (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      g_autofree RushCoreDeal *workers = g_new0 (RushCoreDeal, row->n_workers);
      RushCoreRule rule = { .cores_each = row->cores_each,
                            .bytes_each = row->executor_gib * GIB,
                            .spread_out = row->spread_out,
                            .policy = RUSH_WORKERS_CORES_FREE_DESC,
                            .cores_left = row->cores_max,
                            .executors_left = row->executors };
      g_autoptr (GString) cores = g_string_new (NULL);
      g_autoptr (GString) n = g_string_new (NULL);

      for (guint k = 0; k < row->n_workers; k++)
        workers[k] = (RushCoreDeal){ k, row->worker_cores, row->worker_gib * GIB, 0, 0 };
      rush_deal_cores (&rule, workers, row->n_workers);
      for (guint k = 0; k < row->n_workers; k++)
        {
          g_string_append_printf (cores, "%s%u", k > 0 ? " " : "", workers[k].cores);
          g_string_append_printf (n, "%s%u", k > 0 ? " " : "", workers[k].executors);
        }
      g_test_message ("%s", row->what);
      g_assert_cmpstr (cores->str, ==, row->cores);
      g_assert_cmpstr (n->str, ==, row->n);
    }
}

static void
test_policies (void)
{
  static const struct
  {
    RushWorkerPolicy policy;
    guint first;
  } rows_of_policies[] = { { RUSH_WORKERS_CORES_FREE_DESC, 1 },
                           { RUSH_WORKERS_CORES_FREE_ASC, 0 },
                           { RUSH_WORKERS_MEMORY_FREE_DESC, 2 },
                           { RUSH_WORKERS_MEMORY_FREE_ASC, 1 },
                           { RUSH_WORKERS_ID, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows_of_policies); i++)
    {
      RushCoreDeal workers[] = { { 0, 2, 8 * GIB, 0, 0 },
                                 { 1, 8, 4 * GIB, 0, 0 },
                                 { 2, 4, 16 * GIB, 0, 0 } };
      RushCoreRule rule = { 1, GIB, TRUE, rows_of_policies[i].policy, 1, 1 };

      rush_deal_cores (&rule, workers, 3);
      g_assert_cmpuint (workers[0].host, ==, rows_of_policies[i].first);
      g_assert_cmpuint (workers[0].executors, ==, 1);
    }
}

/* ---- the manager ---- */

/* An executor's memory is its heap: no overhead. */
static void
test_grants (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (
      2, 4, 8192,
      "spark.executor.cores=2 spark.executor.memory=3g spark.executor.memoryOverhead=2g");

  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 3);
  manager_story_run (story, 10);
  manager_story_assert_ready (story, "0 on host-0: 2 cores, 3072 MiB\n"
                                     "1 on host-0: 2 cores, 3072 MiB\n"
                                     "2 on host-1: 2 cores, 3072 MiB\n");
  g_assert_true (
      manager_story_told (story, "Master: registers application app-20260101000000-0000"));
  g_assert_true (manager_story_told (story,
                                     "Master: launches executor app-20260101000000-0000/0 on "
                                     "worker-host-0 with 2 cores and 3.0 GiB"));
  g_assert_cmpuint (story->n_refusals, ==, 0);
}

static void
test_refuses_beyond (void)
{
  g_autoptr (ManagerStory) story =
      manager_story_new (2, 4, 8192, "spark.executor.cores=3 spark.executor.memory=1g");

  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 5);
  manager_story_run (story, 10);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
  g_assert_cmpstr (story->refusal, ==,
                   "3 missing, 1024 MiB each: no worker has 3 free cores and 1024.0 MiB");
  g_assert_true (manager_story_told (story, "; host-0 1 cores 7168 MiB host-1 1 cores 7168 MiB\n"));
  manager_story_request (story, 5); /* nothing has changed: nothing is told */
  g_assert_cmpuint (story->n_refusals, ==, 1);
}

static void
test_cores_max (void)
{
  g_autoptr (ManagerStory) story =
      manager_story_new (4, 4, 8192, "spark.executor.cores=2 spark.cores.max=5");

  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 4);
  manager_story_run (story, 10);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
  g_assert_cmpstr (
      story->refusal, ==,
      "2 missing, 1024 MiB each: spark.cores.max is 5, and 4 of them are given: 1 more "
      "would be needed");
}

static void
test_without_cores_takes_workers (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (2, 4, 8192, "");

  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, G_MAXUINT);
  manager_story_run (story, 10);
  manager_story_assert_ready (story, "0 on host-0: 4 cores, 1024 MiB\n"
                                     "1 on host-1: 4 cores, 1024 MiB\n");
  g_assert_cmpuint (story->n_refusals, ==, 0); /* all there is was asked for, and given */
}

static void
test_never_fits (void)
{
  g_autoptr (ManagerStory) cores = manager_story_new (2, 4, 8192, "spark.executor.cores=5");
  g_autoptr (ManagerStory) memory = manager_story_new (2, 4, 8192, "spark.executor.memory=9g");
  g_autoptr (ManagerStory) contradiction =
      manager_story_new (2, 4, 8192, "spark.executor.cores=4 spark.cores.max=3");
  g_autoptr (ManagerStory) unknown = manager_story_new (2, 4, 8192, "");

  manager_story_assert_refused (
      cores, rush_standalone_manager_new, NULL,
      "an executor (its heap) needs 5 cores and 1,024 MiB, and no host has both, even if it is "
      "empty: "
      "the most of them are 4 cores, and 8,192 MiB; ask for less, or give the hosts more");
  manager_story_assert_refused (
      memory, rush_standalone_manager_new, NULL,
      "an executor (its heap) needs 1 core and 9,216 MiB, and no host has both, even if it is "
      "empty: "
      "the most of them are 4 cores, and 8,192 MiB; ask for less, or give the hosts more");
  manager_story_assert_refused (
      contradiction, rush_standalone_manager_new, NULL,
      "spark.executor.cores is 4, and spark.cores.max allows 3 in all: no "
      "executor could start");
  manager_story_assert_refused (
      unknown, rush_standalone_manager_new, "{\"kind\": \"standalone\", \"queues\": {}}",
      "line 1: \"manager.queues\" is not known; there are kind, executor_start, driver_start");
}

/* ---- losses ---- */

static void
test_replaces_at_once (void)
{
  g_autoptr (ManagerStory) story =
      manager_story_new (2, 4, 8192, "spark.executor.cores=4 spark.deploy.maxExecutorRetries=10");

  manager_story_begin (story, rush_standalone_manager_new, "{\"executor_start\": \"1s\"}");
  manager_story_request (story, 2);
  manager_story_run (story, 10);
  story->manager->klass->executor_died (story->manager, "1", 52, "java.lang.OutOfMemoryError");
  story->manager->klass->executor_died (story->manager, "1", 52, "twice");
  manager_story_run (story, 12);
  manager_story_assert_ready (story, "0 on host-0: 4 cores, 1024 MiB\n"
                                     "2 on host-1: 4 cores, 1024 MiB\n");
  g_assert_cmpstr (story->gone->str, ==,
                   "1: Command exited with code 52 (exit 52, by the application)\n");
}

static void
crash_all (ManagerStory *story)
{
  g_autoptr (GList) ids = g_hash_table_get_keys (story->ready);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      g_autofree char *id = g_strdup (l->data);
      story->manager->klass->executor_died (story->manager, id, 1, "it crashed");
    }
}

/* An executor that has started sets the count of failures back. */
static void
test_starts_between_failures (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (1, 4, 8192, "spark.executor.cores=4");

  manager_story_begin (story, rush_standalone_manager_new, "{\"executor_start\": \"1s\"}");
  manager_story_request (story, 1);
  for (guint i = 1; i <= 20; i++)
    {
      manager_story_run (story, i * 2);
      crash_all (story);
    }
  g_assert_cmpuint (story->n_gone, >=, 19);
  g_assert_null (story->driver_gone);
}

static void
test_removes_after_failures_in_a_row (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (1, 4, 8192, "spark.executor.cores=4");

  manager_story_begin (story, rush_standalone_manager_new, "{\"executor_start\": \"1s\"}");
  manager_story_request (story, 1);
  for (guint i = 0; i < 10; i++) /* before they have registered */
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      g_assert_null (story->driver_gone);
      manager_story_run (story, 0.5 * (i + 1));
      story->manager->klass->executor_died (story->manager, id, 1, "it crashed");
    }
  manager_story_run (story, 60);
  g_assert_cmpstr (story->driver_gone, ==, "Master removed our application: FAILED");
  g_assert_false (story->starts_again);
  g_assert_true (manager_story_told (story, "its executors failed 10 times in a row"));
}

/* Heartbeats at 0, 15, 30 s …: the last at 15 s; the master looks at 60 s (45 s of silence) and at
 * 120 s. */
static void
test_worker_times_out (void)
{
  g_autoptr (ManagerStory) story =
      manager_story_new (3, 4, 8192, "spark.executor.cores=4 spark.executor.memory=2g");

  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 2);
  manager_story_run (story, 20);
  manager_story_lose_host (story, 1);
  manager_story_run (story, 119);
  g_assert_cmpuint (story->n_gone, ==, 0);
  manager_story_run (story, 130);
  g_assert_cmpstr (story->gone->str, ==, "1: worker lost (exit -1)\n");
  g_assert_true (manager_story_told (
      story, "[120.000] Master: removes worker-host-1: Not receiving heartbeat for 60 seconds"));
  manager_story_assert_ready (story, "0 on host-0: 4 cores, 2048 MiB\n"
                                     "2 on host-2: 4 cores, 2048 MiB\n");
}

static void
test_worker_comes_back (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (1, 4, 8192, "spark.executor.cores=4");

  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 1);
  manager_story_run (story, 20);
  manager_story_lose_host (story, 0);
  manager_story_run (story, 25);
  manager_story_return_host (story, 0);
  manager_story_run (story, 200); /* the old death does not count any more */
  g_assert_cmpuint (story->n_gone, ==, 1);
  manager_story_assert_ready (story, "1 on host-0: 4 cores, 1024 MiB\n");
}

static void
test_releases (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (2, 4, 8192, "spark.executor.cores=4");

  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 2);
  manager_story_run (story, 10);
  manager_story_request (story, 1);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2); /* asking for fewer sends nobody away */
  story->manager->klass->release (story->manager, "0");
  story->manager->klass->release (story->manager, "17"); /* nobody */
  manager_story_run (story, 20);
  g_assert_cmpstr (story->gone->str, ==, "0: Executor killed by driver. (exit 143)\n");
  g_assert_cmpuint (manager_story_n_ready (story), ==, 1);
  manager_story_request (story, 2);
  manager_story_run (story, 30);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
}

/* No container: it is the host's memory that ends. */
static void
test_memory (void)
{
  g_autoptr (ManagerStory) story =
      manager_story_new (1, 4, 8192, "spark.executor.cores=2 spark.executor.memory=2g");

  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 2);
  manager_story_run (story, 10);
  story->manager->klass->memory_used (story->manager, "0", 5 * GIB);
  manager_story_run (story, 11);
  g_assert_cmpuint (story->n_gone, ==, 0);
  story->manager->klass->memory_used (story->manager, "1", 4 * GIB);
  manager_story_run (story, 12);
  g_assert_cmpstr (story->gone->str, ==,
                   "1: Command exited with code 137 (exit 137, by the application)\n");
  g_assert_true (manager_story_told (story,
                                     "the kernel of host-0 killed it: it used 4.0 GiB, and all "
                                     "of its host's 8.0 GiB were used"));
}

/* ---- the driver in the cluster ---- */

static guint
host_of_driver (ManagerStory *story)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *words = g_strdup_printf ("launches the driver on worker-host-%u", i);

      if (manager_story_told (story, words))
        return i;
    }
  g_assert_not_reached ();
}

static void
test_driver_dies_unsupervised (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (3, 4, 8192, "spark.executor.cores=2");

  story->cluster_mode = TRUE;
  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 2);
  manager_story_run (story, 20);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
  guint host = host_of_driver (story);
  manager_story_lose_host (story, host);
  manager_story_run (story, 300);
  g_autofree char *reason = g_strdup_printf ("the driver ran on host-%u, which is lost; it is not "
                                             "supervised (spark.driver.supervise)",
                                             host);
  g_assert_cmpstr (story->driver_gone, ==, reason);
  g_assert_false (story->starts_again);
  g_assert_cmpuint (story->driver_back, ==, 0);
}

static void
test_driver_dies_supervised (void)
{
  g_autoptr (ManagerStory) story =
      manager_story_new (3, 4, 8192, "spark.executor.cores=2 spark.driver.supervise=true");

  story->cluster_mode = TRUE;
  manager_story_begin (story, rush_standalone_manager_new, NULL);
  manager_story_request (story, 2);
  manager_story_run (story, 20);
  manager_story_lose_host (story, host_of_driver (story));
  g_assert_true (story->starts_again);
  g_assert_cmpuint (story->driver_back, ==, 0);
  manager_story_run (story, 119);
  g_assert_cmpuint (story->driver_back, ==, 0); /* the master does not know yet */
  manager_story_run (story, 200);
  g_assert_cmpuint (story->driver_back, ==, 2);
  g_assert_true (manager_story_told (story, "registers application app-20260101000203-0001"));
  manager_story_request (story, 2);
  manager_story_run (story, 220);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
}

static void
test_same_seed_same_story (void)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ManagerStory) story = manager_story_new (3, 4, 8192, "spark.executor.cores=2");

      story->cluster_mode = TRUE;
      manager_story_begin (
          story, rush_standalone_manager_new,
          "{\"executor_start\": {\"lognormal\": {\"median\": \"2s\", \"sigma\": 0.5}}}");
      manager_story_request (story, 4);
      manager_story_run (story, 20);
      manager_story_lose_host (story, 1);
      manager_story_run (story, 300);
      if (i == 0)
        first = g_strdup (story->steps->str);
      else
        g_assert_cmpstr (story->steps->str, ==, first);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grants/standalone/rule", test_rule);
  g_test_add_func ("/grants/standalone/policies", test_policies);
  g_test_add_func ("/grants/standalone/grants", test_grants);
  g_test_add_func ("/grants/standalone/refuses", test_refuses_beyond);
  g_test_add_func ("/grants/standalone/cores-max", test_cores_max);
  g_test_add_func ("/grants/standalone/without-cores", test_without_cores_takes_workers);
  g_test_add_func ("/grants/standalone/never-fits", test_never_fits);
  g_test_add_func ("/grants/standalone/replaces", test_replaces_at_once);
  g_test_add_func ("/grants/standalone/starts-between", test_starts_between_failures);
  g_test_add_func ("/grants/standalone/removes", test_removes_after_failures_in_a_row);
  g_test_add_func ("/grants/standalone/worker-times-out", test_worker_times_out);
  g_test_add_func ("/grants/standalone/worker-back", test_worker_comes_back);
  g_test_add_func ("/grants/standalone/releases", test_releases);
  g_test_add_func ("/grants/standalone/memory", test_memory);
  g_test_add_func ("/grants/standalone/driver-dies", test_driver_dies_unsupervised);
  g_test_add_func ("/grants/standalone/driver-supervised", test_driver_dies_supervised);
  g_test_add_func ("/grants/standalone/same-seed", test_same_seed_same_story);
  return g_test_run ();
}
