/* test_grants_yarn.c - what YARN makes of what Spark asks for, how soon it gives it, what it takes
 * away, and what survives an ApplicationMaster. */
#include "tests/sim/manager_story.h"

#include "sim/managers/yarn_private.h"

#include <string.h>

#define GIB ((gint64)1 << 30)

/* ---- the arithmetic ---- */

typedef struct
{
  const char *settings; /* of Spark */
  guint scheduler;      /* of YARN */
  gint64 minimum_mib, increment_mib;
  gint64 asked_mib, granted_mib;
} Row;

/* asked = heap + max (384, 10 %) + off-heap + Python, as
 * ResourceProfile.getResourcesForClusterManager of Spark 4.3 answers; granted = rounded as
 * SchedulerUtils.normalizeRequest does. */
static const Row rows[] = {
  { "", RUSH_YARN_CAPACITY, 1024, 0, 1408, 2048 },
  { "", RUSH_YARN_CAPACITY, 512, 0, 1408, 1536 },
  { "", RUSH_YARN_CAPACITY, 128, 0, 1408, 1408 },
  { "", RUSH_YARN_FAIR, 1024, 512, 1408, 1536 },
  { "", RUSH_YARN_FAIR, 1024, 0, 1408, 2048 },
  { "", RUSH_YARN_FAIR, 2048, 512, 1408, 2048 },
  { "spark.executor.memory=4g", RUSH_YARN_CAPACITY, 1024, 0, 4505, 5120 },
  { "spark.executor.memory=10g", RUSH_YARN_CAPACITY, 1024, 0, 11264, 11264 },
  { "spark.executor.memory=10g spark.executor.memoryOverheadFactor=0.2", RUSH_YARN_CAPACITY, 1024,
    0, 12288, 12288 },
  { "spark.executor.memory=4g spark.executor.memoryOverhead=1g spark.executor.pyspark.memory=2g",
    RUSH_YARN_CAPACITY, 1024, 0, 7168, 7168 },
  { "spark.executor.memory=4g spark.memory.offHeap.enabled=true spark.memory.offHeap.size=1500m",
    RUSH_YARN_CAPACITY, 512, 0, 6005, 6144 },
  { "spark.executor.memory=1g spark.executor.minMemoryOverhead=128m", RUSH_YARN_CAPACITY, 1, 0,
    1152, 1152 },
  { "spark.executor.memory=3333m", RUSH_YARN_CAPACITY, 1, 0, 3717, 3717 },
};

static void
test_rounding (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      g_autoptr (ManagerStory) story = manager_story_new (1, 4, 8192, row->settings);
      RushYarnSettings settings = { .scheduler = row->scheduler,
                                    .minimum_bytes = row->minimum_mib * RUSH_MIB,
                                    .increment_bytes = row->increment_mib * RUSH_MIB };
      RushExecutorShape shape;

      g_assert_true (rush_executor_shape_read (story->conf, 0.1, &shape, NULL));
      gint64 asked = rush_yarn_asked_bytes (&shape);
      g_assert_cmpint (asked / RUSH_MIB, ==, row->asked_mib);
      g_assert_cmpint (rush_yarn_round (&settings, 1, asked).bytes / RUSH_MIB, ==,
                       row->granted_mib);
    }
}

static void
test_am_asks (void)
{
  static const struct
  {
    const char *settings;
    gboolean cluster_mode;
    gint64 mib;
    guint cores;
  } ams[] = {
    { "", FALSE, 896, 1 },
    { "spark.yarn.am.memory=8g spark.yarn.am.cores=2", FALSE, 8192 + 819, 2 },
    { "spark.yarn.am.memory=1g spark.yarn.am.memoryOverhead=100m", FALSE, 1124, 1 },
    { "", TRUE, 1408, 1 },
    { "spark.driver.memory=8g spark.driver.cores=3", TRUE, 8192 + 819, 3 },
    { "spark.driver.memory=8g spark.driver.memoryOverheadFactor=0.5", TRUE, 12288, 1 },
    { "spark.driver.memoryOverhead=1g", TRUE, 2048, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ams); i++)
    {
      g_autoptr (ManagerStory) story = manager_story_new (1, 4, 8192, ams[i].settings);
      RushYarnAsk ask = rush_yarn_am_ask (story->conf, ams[i].cluster_mode);

      g_assert_cmpint (ask.bytes / RUSH_MIB, ==, ams[i].mib);
      g_assert_cmpuint (ask.cores, ==, ams[i].cores);
    }
}

/* ---- the manager ---- */

static void
test_grants (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (4, 4, 8192, "spark.executor.cores=2");

  manager_story_begin (story, rush_yarn_manager_new,
                       "{\"kind\": \"yarn\", \"scheduler\": \"fair\", "
                       "\"increment_allocation\": \"512m\"}");
  manager_story_request (story, 4); /* before there is an ApplicationMaster: remembered */
  manager_story_run (story, 20);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 4);
  g_assert_true (manager_story_told (
      story, "Client: submits application_1767225600000_0001 to queue default, with an "
             "ApplicationMaster of 896 MiB"));
  g_assert_true (manager_story_told (
      story,
      "starts attempt 1 of the ApplicationMaster in container_1767225600000_0001_01_000001 of "
      "1,024 MiB and 1 vcore"));
  g_assert_true (manager_story_told (story, "asks for 4 containers of 1,408 MiB and 2 vcores"));
  g_assert_true (manager_story_told (
      story, "allocates container_1767225600000_0001_01_000002 of 1,536 MiB and 2 vcores"));
  g_assert_true (manager_story_told (story, "launches executor 1 in "
                                            "container_1767225600000_0001_01_000002"));
  /* One container a heartbeat: four hosts have one each. */
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *words = g_strdup_printf ("vcores on host-%u\n", i);
      g_assert_true (manager_story_told (story, words));
    }
}

/* The DefaultResourceCalculator knows memory alone: 5 executors of 4 cores on a host of 4. */
static void
test_calculators (void)
{
  const char *settings = "spark.executor.cores=4 spark.executor.memory=640m";
  g_autoptr (ManagerStory) by_memory = manager_story_new (1, 4, 8192, settings);
  g_autoptr (ManagerStory) dominant = manager_story_new (2, 4, 8192, settings);

  manager_story_begin (by_memory, rush_yarn_manager_new, "{}");
  manager_story_request (by_memory, 5);
  manager_story_run (by_memory, 30);
  g_assert_cmpuint (manager_story_n_ready (by_memory), ==, 5);

  manager_story_begin (dominant, rush_yarn_manager_new, "{\"resource_calculator\": \"dominant\"}");
  manager_story_request (dominant, 5);
  manager_story_run (dominant, 30);
  g_assert_cmpuint (manager_story_n_ready (dominant), ==, 1); /* the other host has the master's */
  g_assert_cmpstr (dominant->refusal, ==,
                   "4 missing, 1024 MiB each: no node has 1,024 MiB and 4 vcores free");
}

static void
test_queue (void)
{
  g_autoptr (ManagerStory) story =
      manager_story_new (2, 4, 8192, "spark.yarn.queue=small spark.executor.memory=1g");
  const char *queues = "{\"queues\": [{\"name\": \"small\", \"capacity\": 50}, {\"name\": "
                       "\"rest\", \"capacity\": 50}]}";

  manager_story_begin (story, rush_yarn_manager_new, queues);
  manager_story_request (story, 6);
  manager_story_run (story, 60);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 3); /* (8192 − 1024) / 2048 */
  g_assert_cmpstr (story->refusal, ==,
                   "3 missing, 2048 MiB each: queue small lets one user have 8,192 MiB of the "
                   "cluster's 16,384 MiB, and 7,168 MiB are used");
}

static void
test_user_limit_factor (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (2, 4, 8192, "spark.yarn.queue=small");

  manager_story_begin (
      story, rush_yarn_manager_new,
      "{\"queues\": [{\"name\": \"small\", \"capacity\": 25, \"user_limit_factor\": 4, "
      "\"maximum_capacity\": 75}, {\"name\": \"rest\", \"capacity\": 75}]}");
  manager_story_request (story, 9);
  manager_story_run (story, 60);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 5); /* (12288 − 1024) / 2048 */
}

static void
test_refused_at_once (void)
{
  static const struct
  {
    const char *settings, *json, *message;
  } refusals[] = {
    { "spark.executor.memory=8g", NULL,
      "Required executor memory (8192 MB), offHeap memory (0) MB, overhead (819 MB), and PySpark "
      "memory (0 MB), rounded up to 9216 MB, is above the max threshold (8192 MB) of this cluster! "
      "Please check the values of 'yarn.scheduler.maximum-allocation-mb' (maximum_allocation) "
      "and/or "
      "'yarn.nodemanager.resource.memory-mb' (a host's memory)" },
    { "spark.yarn.am.memory=3g", "{\"maximum_allocation\": \"3g\"}",
      "Required AM memory (3456 MB), rounded up to 4096 MB, is above the max threshold (3072 MB) "
      "of "
      "this cluster! Please check the values of 'yarn.scheduler.maximum-allocation-mb' "
      "(maximum_allocation) and/or 'yarn.nodemanager.resource.memory-mb' (a host's memory)" },
    { "spark.executor.cores=5", NULL,
      "Invalid resource request: an executor asks for 5 vcores, and the maximum allowed allocation "
      "is 4; check 'yarn.scheduler.maximum-allocation-vcores' (maximum_vcores)" },
    { "spark.yarn.queue=gold", NULL,
      "the application was submitted to unknown queue: gold; there is only default, unless the "
      "scenario's manager has queues" },
    { "spark.yarn.queue=gold", "{\"queues\": [{\"name\": \"silver\"}]}",
      "line 1: the application was submitted to unknown queue: gold; there are silver" },
    { "",
      "{\"queues\": [{\"name\": \"default\", \"capacity\": 60}, {\"name\": \"b\", "
      "\"capacity\": 30}]}",
      "line 1: the capacities of the queues default, b are 90 % together, and must be 100" },
    { "", "{\"queues\": [{\"name\": \"default\", \"capacity\": 60, \"maximum_capacity\": 50}]}",
      "line 1: the maximum_capacity of queue default, 50 %, is below its capacity of 60 %" },
    { "", "{\"queues\": [{\"name\": \"default\", \"capacty\": 60}]}",
      "line 1: \"manager.queues[0].capacty\" is not known; do you mean \"capacity\"?" },
    { "",
      "{\"queues\": [{\"name\": \"default\", \"capacity\": 10}, {\"name\": \"b\", "
      "\"capacity\": 90}]}",
      "queue default lets one user have 1,638 MiB: too little for an ApplicationMaster of 1,024 "
      "MiB "
      "and one executor of 2,048 MiB; raise its capacity or its user_limit_factor" },
    { "", "{\"increment_allocation\": \"512m\"}",
      "manager.increment_allocation belongs to the fair scheduler; the capacity scheduler rounds "
      "up "
      "to multiples of minimum_allocation" },
    { "", "{\"scheduler\": \"fifo\"}",
      "line 1: \"manager.scheduler\" must be one of \"capacity\", \"fair\"" },
    { "", "{\"maximum_vcores\": 0}",
      "line 1: \"manager.maximum_vcores\" must be at least 1, not 0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (ManagerStory) story = manager_story_new (2, 4, 8192, refusals[i].settings);

      manager_story_assert_refused (story, rush_yarn_manager_new, refusals[i].json,
                                    refusals[i].message);
    }
}

static void
test_short_of_room (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (2, 4, 4096, "");

  manager_story_begin (story, rush_yarn_manager_new, NULL);
  manager_story_request (story, 5);
  manager_story_run (story, 60);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 3);
  g_assert_cmpstr (story->refusal, ==, "2 missing, 2048 MiB each: no node has 2,048 MiB free");
  g_assert_true (manager_story_told (story, "1024 MiB")); /* what each host had */
  manager_story_request (story, 3);
  manager_story_run (story, 70);
  g_assert_true (manager_story_told (story, "takes back its request for 2 containers"));
  g_assert_cmpuint (rush_event_heap_size (story->heap), ==, 0); /* nobody waits for nothing */
}

/* ---- losses ---- */

static ManagerStory *
running (guint n_hosts, guint n_executors, const char *settings, gboolean cluster_mode)
{
  ManagerStory *story = manager_story_new (n_hosts, 4, 8192, settings);

  story->cluster_mode = cluster_mode;
  manager_story_begin (story, rush_yarn_manager_new, "{\"executor_start\": \"1s\"}");
  manager_story_request (story, n_executors);
  manager_story_run (story, 30);
  g_assert_cmpuint (manager_story_n_ready (story), ==, n_executors);
  return story;
}

static void
test_killed_for_memory (void)
{
  g_autoptr (ManagerStory) story = running (2, 2, "", FALSE);

  story->manager->klass->memory_used (story->manager, "1", 3 * GIB / 2);
  manager_story_run (story, 40);
  g_assert_cmpuint (story->n_gone, ==, 0); /* 2 GiB is what it has */
  story->manager->klass->memory_used (story->manager, "1", 5 * GIB / 2);
  manager_story_run (story, 60);
  g_assert_cmpstr (
      story->gone->str, ==,
      "1: Container killed by YARN for exceeding physical memory limits. 2.5 GB of 2.0 "
      "GB physical memory used. Consider boosting spark.executor.memoryOverhead. (exit "
      "143, by the application)\n");
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);                    /* replaced */
  g_assert_true (manager_story_told (story, "[42.000] NodeManager: kills ")); /* looks every 3 s */
}

/* A peak between two looks is not seen. */
static void
test_short_peak (void)
{
  g_autoptr (ManagerStory) story = running (2, 2, "", FALSE);

  manager_story_run (story, 30.5);
  story->manager->klass->memory_used (story->manager, "1", 4 * GIB);
  manager_story_run (story, 31.5);
  story->manager->klass->memory_used (story->manager, "1", GIB);
  manager_story_run (story, 60);
  g_assert_cmpuint (story->n_gone, ==, 0);
}

static void
test_exit_codes (void)
{
  g_autoptr (ManagerStory) story = running (2, 3, "", FALSE);

  story->manager->klass->executor_died (story->manager, "1", 52, "java.lang.OutOfMemoryError");
  manager_story_run (story, 40);
  g_assert_true (g_str_has_prefix (
      story->gone->str,
      "1: Container from a bad node: container_1767225600000_0001_01_000002 on host: host-"));
  g_assert_nonnull (strstr (story->gone->str,
                            ". Exit status: 52. Possible causes: OutOfMemory. "
                            "Diagnostics: java.lang.OutOfMemoryError. (exit 52, by "
                            "the application)\n"));
  story->manager->klass->executor_died (story->manager, "2", 0, "preempted");
  manager_story_run (story, 50);
  g_assert_nonnull (strstr (story->gone->str,
                            "exited because of a YARN event (e.g., preemption) and "
                            "not because of an error in the running job. (exit 0)"));
  g_assert_cmpuint (manager_story_n_ready (story), ==, 3);
}

/* Twice the executors, and at least 3; here 2 × 2: the fifth is too many. */
static void
test_too_many_failures (void)
{
  g_autoptr (ManagerStory) story = running (2, 2, "", FALSE);

  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      g_assert_null (story->driver_gone);
      story->manager->klass->executor_died (story->manager, id, 1, "it crashed");
      manager_story_run (story, 30 + 10 * i);
    }
  g_assert_cmpstr (story->driver_gone, ==, "Max number of executor failures (4) reached");
  g_assert_false (story->starts_again);
}

/* With an interval of validity the older ones are forgotten. */
static void
test_failures_that_are_forgotten (void)
{
  g_autoptr (ManagerStory) story = running (
      2, 2, "spark.executor.failuresValidityInterval=15s spark.executor.maxNumFailures=2", FALSE);

  for (guint i = 1; i <= 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      story->manager->klass->executor_died (story->manager, id, 1, "it crashed");
      manager_story_run (story, 30 + 10 * i);
    }
  g_assert_null (story->driver_gone);
}

static guint
host_of (ManagerStory *story, const char *what)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf (" on host-%u\n", i);
      g_auto (GStrv) lines = g_strsplit (story->steps->str, "\n", -1);

      for (char **line = lines; *line != NULL; line++)
        if (strstr (*line, what) != NULL && g_str_has_suffix (*line, g_strchomp (name)))
          return i;
    }
  g_assert_not_reached ();
}

static void
test_node_lost (void)
{
  g_autoptr (ManagerStory) story = running (4, 3, "", FALSE);
  guint victim = host_of (story, "allocates container_1767225600000_0001_01_000003 of");

  g_assert_cmpuint (victim, !=, host_of (story, "starts attempt 1"));
  manager_story_lose_host (story, victim);
  manager_story_run (story, 629);
  g_assert_cmpuint (story->n_gone, ==, 0); /* ten minutes of silence */
  manager_story_run (story, 660);
  g_assert_true (g_str_has_prefix (
      story->gone->str,
      "2: Container marked as failed: container_1767225600000_0001_01_000003 on "));
  g_assert_nonnull (strstr (
      story->gone->str, "Exit status: -100. Possible causes: Unknown executor exit code (-100). "
                        "Diagnostics: Container released on a *lost* node. (exit -1)\n"));
  g_assert_cmpuint (manager_story_n_ready (story), ==, 3);
  g_assert_true (manager_story_told (story, "for lost: no heartbeat for 600 s"));
  g_assert_null (story->driver_gone);
}

static void
test_releases (void)
{
  g_autoptr (ManagerStory) story = running (2, 3, "", FALSE);

  manager_story_request (story, 2);
  story->manager->klass->release (story->manager, "2");
  manager_story_run (story, 60);
  g_assert_cmpstr (story->gone->str, ==,
                   "2: Container container_1767225600000_0001_01_000003 exited from explicit "
                   "termination request. (exit 143)\n");
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
}

/* ---- the ApplicationMaster ---- */

/* The driver is not in it: executors go on for ten minutes, and then all are replaced. */
static void
test_am_lost_in_client_mode (void)
{
  g_autoptr (ManagerStory) story = running (4, 2, "spark.executor.memory=4g", FALSE);
  guint host = host_of (story, "starts attempt 1");

  manager_story_lose_host (story, host);
  manager_story_run (story, 600);
  g_assert_null (story->driver_gone);
  g_assert_cmpuint (story->n_gone, ==, 0);
  manager_story_request (story, 3);
  manager_story_run (story, 620);
  g_assert_cmpuint (story->n_gone, ==, 0); /* nobody asks for a third */
  manager_story_run (story, 660);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 3);
  g_assert_nonnull (
      strstr (story->gone->str, "Stale executor after cluster manager re-registered."));
  g_assert_true (manager_story_told (story, "starts attempt 2 of the ApplicationMaster in "
                                            "container_1767225600000_0001_02_000001"));
  g_assert_cmpuint (story->driver_back, ==, 0); /* it never went */
}

static void
test_am_attempts_are_used_up (void)
{
  g_autoptr (ManagerStory) story = running (4, 2, "spark.yarn.maxAppAttempts=1", FALSE);

  manager_story_lose_host (story, host_of (story, "starts attempt 1"));
  manager_story_run (story, 700);
  g_assert_cmpstr (story->driver_gone, ==,
                   "YARN application has exited unexpectedly with state FAILED! Check the YARN "
                   "application logs for more details.");
}

static void
test_driver_lost_in_cluster_mode (void)
{
  g_autoptr (ManagerStory) story = running (4, 2, "", TRUE);
  guint host = host_of (story, "starts attempt 1");

  manager_story_lose_host (story, host);
  g_assert_true (story->starts_again);
  g_assert_true (
      g_str_has_suffix (story->driver_gone, "attempt 1 of 2, it starts again from nothing"));
  manager_story_run (story, 629);
  g_assert_cmpuint (story->driver_back, ==, 0);
  manager_story_run (story, 640);
  g_assert_cmpuint (story->driver_back, ==, 2);
  manager_story_request (story, 2);
  manager_story_run (story, 660);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
  manager_story_lose_host (story, host_of (story, "starts attempt 2"));
  g_assert_false (story->starts_again); /* two attempts are all */
}

static void
test_same_seed_same_story (void)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ManagerStory) story = running (4, 5, "", TRUE);

      manager_story_lose_host (story, 0);
      manager_story_run (story, 800);
      if (i == 0)
        first = g_strdup (story->steps->str);
      else
        g_assert_cmpstr (story->steps->str, ==, first);
    }
}

/* Ten thousand executors on a thousand nodes: seconds of virtual time, and no idle heartbeats. */
static void
test_large (void)
{
  g_autoptr (ManagerStory) story =
      manager_story_new (1000, 40, 80 * 1024, "spark.executor.cores=4 spark.executor.memory=4g");

  manager_story_begin (story, rush_yarn_manager_new, "{\"resource_calculator\": \"dominant\"}");
  manager_story_request (story, 9000);
  manager_story_run (story, 60);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 9000);
  g_assert_cmpuint (rush_event_heap_size (story->heap), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grants/yarn/rounding", test_rounding);
  g_test_add_func ("/grants/yarn/am-asks", test_am_asks);
  g_test_add_func ("/grants/yarn/grants", test_grants);
  g_test_add_func ("/grants/yarn/calculators", test_calculators);
  g_test_add_func ("/grants/yarn/queue", test_queue);
  g_test_add_func ("/grants/yarn/user-limit-factor", test_user_limit_factor);
  g_test_add_func ("/grants/yarn/refused-at-once", test_refused_at_once);
  g_test_add_func ("/grants/yarn/short-of-room", test_short_of_room);
  g_test_add_func ("/grants/yarn/killed-for-memory", test_killed_for_memory);
  g_test_add_func ("/grants/yarn/short-peak", test_short_peak);
  g_test_add_func ("/grants/yarn/exit-codes", test_exit_codes);
  g_test_add_func ("/grants/yarn/too-many-failures", test_too_many_failures);
  g_test_add_func ("/grants/yarn/failures-forgotten", test_failures_that_are_forgotten);
  g_test_add_func ("/grants/yarn/node-lost", test_node_lost);
  g_test_add_func ("/grants/yarn/releases", test_releases);
  g_test_add_func ("/grants/yarn/am-lost-client", test_am_lost_in_client_mode);
  g_test_add_func ("/grants/yarn/am-attempts", test_am_attempts_are_used_up);
  g_test_add_func ("/grants/yarn/driver-lost-cluster", test_driver_lost_in_cluster_mode);
  g_test_add_func ("/grants/yarn/same-seed", test_same_seed_same_story);
  g_test_add_func ("/grants/yarn/large", test_large);
  return g_test_run ();
}
