/* test_grants_kubernetes.c - how large a pod is, how many are asked for in a round, where they go,
 * what the driver hears of those that fail. */
#include "tests/sim/manager_story.h"

#include <string.h>

#define MIB ((gint64)1 << 20)

/* ---- the arithmetic ---- */

/* heap + overhead + off-heap + Python, as Spark 4.3 answers; 0.4 for Python. */
static void
test_size_of_pods (void)
{
  static const struct
  {
    const char *settings;
    gboolean python;
    gint64 mib;
  } pods[] = {
    { "", FALSE, 1408 },
    { "", TRUE, 1433 },
    { "spark.executor.memory=3333m", TRUE, 4666 },
    { "spark.executor.memory=8g", FALSE, 9011 },
    { "spark.executor.memory=8g", TRUE, 11468 },
    { "spark.executor.memory=8g spark.kubernetes.memoryOverheadFactor=0.2", TRUE, 9830 },
    { "spark.executor.memory=8g spark.kubernetes.memoryOverheadFactor=0.2 "
      "spark.executor.memoryOverheadFactor=0.5",
      TRUE, 12288 },
    { "spark.executor.memory=4g spark.memory.offHeap.enabled=true spark.memory.offHeap.size=1500m",
      TRUE, 7234 },
    { "spark.executor.memory=4g spark.executor.memoryOverhead=1g spark.executor.pyspark.memory=2g",
      TRUE, 7168 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pods); i++)
    {
      g_autoptr (ManagerStory) story = manager_story_new (1, 4, 16384, pods[i].settings);
      g_autofree char *lines =
          g_strdup_printf ("1 on host-0: 1 cores, %" G_GINT64_FORMAT " MiB\n", pods[i].mib);

      story->kubernetes = TRUE;
      story->python = pods[i].python;
      manager_story_begin (story, rush_kubernetes_manager_new, "{\"image_pull\": 0}");
      manager_story_request (story, 1);
      manager_story_run (story, 10);
      manager_story_assert_ready (story, lines);
    }
}

/* ---- rounds ---- */

static ManagerStory *
begun (guint n_hosts, const char *settings, const char *json)
{
  ManagerStory *story = manager_story_new (n_hosts, 8, 16384, settings);

  story->kubernetes = TRUE;
  manager_story_begin (story, rush_kubernetes_manager_new,
                       json != NULL ? json : "{\"image_pull\": 0, \"executor_start\": \"0.5s\"}");
  return story;
}

static void
test_rounds (void)
{
  g_autoptr (ManagerStory) story = begun (4, "spark.kubernetes.allocation.batch.size=5", NULL);

  manager_story_request (story, 18);
  manager_story_run (story, 0.9);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 5);
  manager_story_run (story, 1.9);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 10);
  manager_story_run (story, 2.9);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 15);
  manager_story_run (story, 3.9);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 18);
  g_assert_true (manager_story_told (
      story, "[3.000] Driver: asks for 3 pods of 1,408 MiB and 1 core: 15 of 18 are there"));
}

static void
test_batch_of_spark_4 (void)
{
  g_autoptr (ManagerStory) story = begun (8, "", NULL);

  manager_story_request (story, 50);
  manager_story_run (story, 0.9);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 20);
  manager_story_run (story, 2.9);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 50);
}

static void
test_max_pending_pods (void)
{
  g_autoptr (ManagerStory) story = begun (4, "spark.kubernetes.allocation.maxPendingPods=3", NULL);

  manager_story_request (story, 6);
  manager_story_run (story, 0.4);
  g_assert_false (manager_story_told (story, "exec-4"));
  manager_story_run (story, 1.9);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 6);
}

static void
test_spreads (void)
{
  g_autoptr (ManagerStory) story = begun (4, "spark.executor.cores=2", NULL);

  manager_story_request (story, 8);
  manager_story_run (story, 10);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *words = g_strdup_printf (" to host-%u\n", i);
      g_auto (GStrv) parts = g_strsplit (story->steps->str, words, -1);

      g_assert_cmpuint (g_strv_length (parts) - 1, ==, 2); /* pods bound there */
    }
}

static void
test_image (void)
{
  g_autoptr (ManagerStory) story =
      begun (1, "", "{\"image_pull\": \"10s\", \"executor_start\": \"1s\"}");

  manager_story_request (story, 2);
  manager_story_run (story, 10.9);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 0);
  manager_story_run (story, 11.5);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2); /* one pull for both */
  manager_story_request (story, 3);
  manager_story_run (story, 13.5);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 3); /* it is there now */
}

/* ---- refusals ---- */

static void
test_insufficient (void)
{
  g_autoptr (ManagerStory) story =
      begun (2, "spark.executor.cores=3 spark.executor.memory=5g", NULL);

  manager_story_request (story, 6);
  manager_story_run (story, 10);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 4);
  g_assert_cmpstr (story->refusal, ==,
                   "2 missing, 5632 MiB each: 0/2 nodes are available: 2 Insufficient cpu, 2 "
                   "Insufficient memory.");
  g_assert_cmpuint (story->n_refusals, ==, 1);
  story->manager->klass->release (story->manager, "1"); /* room: the oldest that waits gets it */
  manager_story_run (story, 20);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 4);
}

static void
test_quota (void)
{
  g_autoptr (ManagerStory) story = begun (4, "", "{\"image_pull\": 0, \"quota_memory\": \"4g\"}");

  manager_story_request (story, 5);
  manager_story_run (story, 10);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
  g_assert_nonnull (strstr (
      story->refusal, "-exec-3\" is forbidden: exceeded quota, requested: memory=1408Mi, used: "
                      "memory=2816Mi, limited: memory=4096Mi"));
}

static void
test_never_fits (void)
{
  g_autoptr (ManagerStory) story = manager_story_new (2, 8, 4096, "spark.executor.memory=4g");
  g_autoptr (ManagerStory) unknown = manager_story_new (2, 8, 4096, "");

  manager_story_assert_refused (
      story, rush_kubernetes_manager_new, NULL,
      "an executor's pod needs 1 core and 4,505 MiB, and no host has both, even if it is empty: "
      "the "
      "most of them are 8 cores, and 4,096 MiB; ask for less, or give the hosts more");
  manager_story_assert_refused (
      unknown, rush_kubernetes_manager_new, "{\"image_pul\": 3}",
      "line 1: \"manager.image_pul\" is not known; do you mean \"image_pull\"?");
}

/* Pending pods that nobody wants any more are deleted when they are old enough. */
static void
test_excess (void)
{
  g_autoptr (ManagerStory) story = begun (1, "spark.executor.cores=8", NULL);

  manager_story_request (story, 3);
  manager_story_run (story, 10);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 1);
  manager_story_request (story, 1);
  manager_story_run (story, 59);
  g_assert_false (manager_story_told (story, "excess"));
  manager_story_run (story, 80);
  g_assert_true (manager_story_told (story, "Driver: Deleting 2 excess pod requests"));
  g_assert_cmpuint (manager_story_n_ready (story), ==, 1);
}

/* ---- losses ---- */

static ManagerStory *
running (guint n_executors, const char *settings, gboolean cluster_mode)
{
  ManagerStory *story = manager_story_new (4, 8, 16384, settings);

  story->kubernetes = TRUE;
  story->cluster_mode = cluster_mode;
  manager_story_begin (story, rush_kubernetes_manager_new,
                       "{\"image_pull\": 0, \"executor_start\": \"0.5s\"}");
  manager_story_request (story, n_executors);
  manager_story_run (story, 10);
  g_assert_cmpuint (manager_story_n_ready (story), ==, n_executors);
  return story;
}

static void
test_oom_killed (void)
{
  g_autoptr (ManagerStory) story = running (2, "", FALSE);

  story->manager->klass->memory_used (story->manager, "1", 1408 * MIB);
  story->manager->klass->memory_used (story->manager, "2", 1409 * MIB);
  manager_story_run (story, 15);
  g_assert_cmpstr (
      story->gone->str, ==,
      "2: The executor with id 2 exited with exit code 137(SIGKILL, possible container "
      "OOM).\n\nThe API "
      "gave the following container statuses:\n\n\t container name: spark-kubernetes-executor\n\t "
      "container state: terminated\n\t exit code: 137\n\t termination reason: OOMKilled (exit 137, "
      "by "
      "the application)\n");
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2); /* replaced */
}

static void
test_too_many_failures (void)
{
  g_autoptr (ManagerStory) story = running (1, "", FALSE);

  for (guint i = 1; i <= 4; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      g_assert_null (story->driver_gone);
      story->manager->klass->executor_died (story->manager, id, 1, "it crashed");
      manager_story_run (story, 10 + 5 * i);
    }
  g_assert_cmpstr (story->driver_gone, ==, "Max number of executor failures (3) reached");
}

static guint
host_of_pod (ManagerStory *story, const char *pod)
{
  g_autofree char *words = g_strconcat (pod, " to host-", NULL);
  const char *at = strstr (story->steps->str, words);

  g_assert_nonnull (at);
  return (guint)g_ascii_strtoull (at + strlen (words), NULL, 10);
}

static void
test_node_lost (void)
{
  g_autoptr (ManagerStory) story = running (4, "spark.executor.cores=5", FALSE);

  manager_story_lose_host (story, host_of_pod (story, "exec-2"));
  manager_story_run (story, 349);
  g_assert_cmpuint (story->n_gone, ==, 0);
  g_assert_true (manager_story_told (story, "[50.000] node-controller: marks host-"));
  manager_story_run (story, 360);
  g_assert_cmpstr (story->gone->str, ==,
                   "2: The executor with id 2 was deleted by a user or the framework. (exit -1)\n");
  g_assert_cmpuint (manager_story_n_ready (story), ==, 3); /* a host short */
  g_assert_nonnull (
      strstr (story->refusal, "3 Insufficient cpu, 1 node(s) had untolerated taint(s)"));
}

static void
test_node_comes_back (void)
{
  g_autoptr (ManagerStory) story = running (4, "spark.executor.cores=5", FALSE);
  guint host = host_of_pod (story, "exec-2");

  manager_story_lose_host (story, host);
  manager_story_run (story, 100);
  manager_story_return_host (story, host);
  manager_story_run (story, 500);
  g_assert_cmpuint (story->n_gone, ==, 1);
  g_assert_true (g_str_has_prefix (
      story->gone->str, "2: The executor with id 2 exited with exit code 255(exit-1, your "
                        "guess is as good as mine)."));
  g_assert_cmpuint (manager_story_n_ready (story), ==, 4);
}

/* ---- the driver ---- */

static void
test_driver_is_a_pod (void)
{
  g_autoptr (ManagerStory) story = running (2, "spark.driver.cores=2", TRUE);

  g_assert_true (manager_story_told (story, "-driver of 1,408 MiB and 2 cores"));
  manager_story_lose_host (story, host_of_pod (story, "-driver"));
  g_assert_nonnull (strstr (story->driver_gone, "pods are not restarted"));
  g_assert_false (story->starts_again);
  manager_story_run (story, 1000);
  g_assert_cmpuint (story->driver_back, ==, 0);
}

static void
test_driver_outside (void)
{
  g_autoptr (ManagerStory) story = running (2, "", FALSE);

  for (guint i = 0; i < 4; i++)
    manager_story_lose_host (story, i);
  manager_story_run (story, 1000);
  g_assert_null (story->driver_gone);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 0);
}

static void
test_same_seed_same_story (void)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ManagerStory) story = running (6, "spark.executor.cores=2", TRUE);

      manager_story_lose_host (story, 1);
      manager_story_run (story, 500);
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
  g_test_add_func ("/grants/kubernetes/size-of-pods", test_size_of_pods);
  g_test_add_func ("/grants/kubernetes/rounds", test_rounds);
  g_test_add_func ("/grants/kubernetes/batch-of-spark-4", test_batch_of_spark_4);
  g_test_add_func ("/grants/kubernetes/max-pending-pods", test_max_pending_pods);
  g_test_add_func ("/grants/kubernetes/spreads", test_spreads);
  g_test_add_func ("/grants/kubernetes/image", test_image);
  g_test_add_func ("/grants/kubernetes/insufficient", test_insufficient);
  g_test_add_func ("/grants/kubernetes/quota", test_quota);
  g_test_add_func ("/grants/kubernetes/never-fits", test_never_fits);
  g_test_add_func ("/grants/kubernetes/excess", test_excess);
  g_test_add_func ("/grants/kubernetes/oom-killed", test_oom_killed);
  g_test_add_func ("/grants/kubernetes/too-many-failures", test_too_many_failures);
  g_test_add_func ("/grants/kubernetes/node-lost", test_node_lost);
  g_test_add_func ("/grants/kubernetes/node-back", test_node_comes_back);
  g_test_add_func ("/grants/kubernetes/driver-is-a-pod", test_driver_is_a_pod);
  g_test_add_func ("/grants/kubernetes/driver-outside", test_driver_outside);
  g_test_add_func ("/grants/kubernetes/same-seed", test_same_seed_same_story);
  return g_test_run ();
}
