/* test_grants_mesos.c - which offers are taken, which are declined and for how long, and what
 * becomes of tasks that end. */
#include "tests/sim/manager_story.h"

#include <string.h>

#define MIB ((gint64)1 << 20)

static ManagerStory *
begun (guint n_hosts, const char *settings, guint n_executors)
{
  ManagerStory *story = manager_story_new (n_hosts, 4, 8192, settings);

  manager_story_begin (story, rush_mesos_manager_new, "{\"executor_start\": \"0.5s\"}");
  manager_story_request (story, n_executors);
  manager_story_run (story, 10);
  return story;
}

/* ---- the table ---- */

typedef struct
{
  const char *settings;
  guint wanted;
  const char *ready; /* on two agents of 4 cpus and 8 GiB */
} Row;

static const Row rows[] = {
  { "spark.executor.cores=2", 3,
    "0 on host-0: 2 cores, 1408 MiB\n1 on host-1: 2 cores, 1408 MiB\n2 on host-0: 2 cores, 1408 "
    "MiB\n" },
  { "", G_MAXUINT, "0 on host-0: 4 cores, 1408 MiB\n1 on host-1: 4 cores, 1408 MiB\n" },
  { "spark.cores.max=6", G_MAXUINT,
    "0 on host-0: 4 cores, 1408 MiB\n1 on host-1: 2 cores, 1408 MiB\n" },
  { "spark.cores.max=7 spark.executor.cores=2", G_MAXUINT, /* 6, as 7 is no multiple */
    "0 on host-0: 2 cores, 1408 MiB\n1 on host-1: 2 cores, 1408 MiB\n2 on host-0: 2 cores, 1408 "
    "MiB\n" },
  { "spark.executor.cores=1 spark.executor.memory=5g", 4, /* 5,120 + 512: one an agent */
    "0 on host-0: 1 cores, 5632 MiB\n1 on host-1: 1 cores, 5632 MiB\n" },
  { "spark.executor.cores=4 spark.mesos.executor.memoryOverhead=100m", 1,
    "0 on host-0: 4 cores, 1124 MiB\n" },
  /* Off-heap and Python memory, and the general overhead, are not known here. */
  { "spark.executor.cores=4 spark.executor.memoryOverhead=3g spark.executor.pyspark.memory=1g", 1,
    "0 on host-0: 4 cores, 1408 MiB\n" },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ManagerStory) story = begun (2, rows[i].settings, rows[i].wanted);

      manager_story_assert_ready (story, rows[i].ready);
    }
}

static void
test_says_that_it_is_gone (void)
{
  g_autoptr (ManagerStory) story = begun (2, "", 1);

  g_assert_true (g_str_has_prefix (story->steps->str,
                                   "[0.000] Mesos: is a thing of the past: Spark has "
                                   "deprecated it in 3.2 and removed it in 4.0"));
}

static void
test_refusals (void)
{
  g_autoptr (ManagerStory) full = begun (2, "spark.cores.max=4 spark.executor.cores=2", 3);
  g_autoptr (ManagerStory) small = begun (2, "spark.executor.cores=3", 3);
  g_autoptr (ManagerStory) never = manager_story_new (2, 4, 8192, "spark.executor.memory=8g");
  g_autoptr (ManagerStory) contradiction =
      manager_story_new (2, 4, 8192, "spark.executor.cores=3 spark.cores.max=2");

  g_assert_cmpstr (full->refusal, ==,
                   "1 missing, 1408 MiB each: reached spark.cores.max: 4 cpus, rounded down to a "
                   "multiple of 2, of which 4 are given");
  g_assert_cmpstr (small->refusal, ==,
                   "1 missing, 1408 MiB each: offers were declined due to unmet task launch "
                   "constraints: none has 3 free cpus and 1,408 MiB, on an agent with fewer than 2 "
                   "failures");
  manager_story_assert_refused (
      never, rush_mesos_manager_new, NULL,
      "an executor's task needs 1 core and 9,011 MiB, and no host has both, even if it is empty: "
      "the "
      "most of them are 4 cores, and 8,192 MiB; ask for less, or give the hosts more");
  manager_story_assert_refused (
      contradiction, rush_mesos_manager_new, NULL,
      "spark.executor.cores is 3, and spark.cores.max allows fewer in all: "
      "no executor could start");
}

/* An agent that was declined is not offered again for 5 s; one that has gone down the drain of
 * spark.cores.max for 120 s.  An end revives all. */
static void
test_declines_for_a_while (void)
{
  g_autoptr (ManagerStory) story = begun (2, "spark.executor.cores=4", 1);

  g_assert_true (manager_story_told (story, "[1.000] Driver: declines 1 of 2 offers"));
  manager_story_request (story, 2); /* at 10 s: declined until 6 s, so it is offered at 11 s */
  manager_story_run (story, 12);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);

  g_autoptr (ManagerStory) soon = manager_story_new (2, 4, 8192, "spark.executor.cores=4");
  manager_story_begin (soon, rush_mesos_manager_new, "{\"executor_start\": \"0.1s\"}");
  manager_story_request (soon, 1);
  manager_story_run (soon, 2);
  manager_story_request (soon, 2);
  manager_story_run (soon, 5.9);
  g_assert_cmpuint (manager_story_n_ready (soon), ==, 1);
  manager_story_run (soon, 6.5);
  g_assert_cmpuint (manager_story_n_ready (soon), ==, 2);
}

static void
test_full_is_declined_for_longer (void)
{
  g_autoptr (ManagerStory) story = begun (2, "spark.executor.cores=4 spark.cores.max=4", 2);

  manager_story_lose_host (story, 0); /* its task is lost after 75 s: offers are revived */
  manager_story_run (story, 84);
  g_assert_cmpuint (story->n_gone, ==, 0);
  manager_story_run (story, 90);
  g_assert_cmpstr (story->gone->str, ==, "0: Executor finished with state LOST (exit -1)\n");
  manager_story_assert_ready (story, "1 on host-1: 4 cores, 1408 MiB\n");
}

/* ---- ends ---- */

static void
test_two_failures_exclude_an_agent (void)
{
  g_autoptr (ManagerStory) story = begun (2, "spark.executor.cores=4", 2);

  story->manager->klass->executor_died (story->manager, "0", 1, "it crashed");
  manager_story_run (story, 15);
  manager_story_assert_ready (story, "1 on host-1: 4 cores, 1408 MiB\n2 on host-0: 4 cores, 1408 "
                                     "MiB\n");
  story->manager->klass->executor_died (story->manager, "2", 1, "it crashed");
  manager_story_run (story, 60);
  manager_story_assert_ready (story, "1 on host-1: 4 cores, 1408 MiB\n");
  g_assert_true (manager_story_told (story, "excludes agent host-0 due to too many failures"));
  g_assert_cmpstr (story->gone->str, ==,
                   "0: Executor finished with state FAILED (exit 1, by the application)\n"
                   "2: Executor finished with state FAILED (exit 1, by the application)\n");
}

static void
test_memory (void)
{
  g_autoptr (ManagerStory) story = begun (2, "spark.executor.cores=4", 2);

  story->manager->klass->memory_used (story->manager, "0", 1408 * MIB);
  story->manager->klass->memory_used (story->manager, "1", 1500 * MIB);
  manager_story_run (story, 15);
  g_assert_cmpstr (story->gone->str, ==,
                   "1: Executor finished with state FAILED (exit 137, by the application)\n");
  g_assert_true (
      manager_story_told (story, "Memory limit exceeded: Requested: 1408MB Maximum Used: 1500MB"));
}

static void
test_releases (void)
{
  g_autoptr (ManagerStory) story = begun (2, "spark.executor.cores=4", 2);

  manager_story_request (story, 1);
  story->manager->klass->release (story->manager, "1");
  manager_story_run (story, 60);
  g_assert_cmpstr (story->gone->str, ==, "1: Executor finished with state KILLED (exit 143)\n");
  g_assert_cmpuint (manager_story_n_ready (story), ==, 1);
}

static void
test_agent_comes_back (void)
{
  g_autoptr (ManagerStory) story = begun (1, "spark.executor.cores=4", 1);

  manager_story_lose_host (story, 0);
  manager_story_run (story, 30);
  manager_story_return_host (story, 0);
  manager_story_run (story, 300);
  g_assert_cmpstr (story->gone->str, ==, "0: Executor finished with state LOST (exit -1)\n");
  manager_story_assert_ready (story, "1 on host-0: 4 cores, 1408 MiB\n");
}

/* ---- the driver in the cluster ---- */

static ManagerStory *
with_driver_inside (const char *settings)
{
  ManagerStory *story = manager_story_new (2, 4, 8192, settings);

  story->cluster_mode = TRUE;
  manager_story_begin (story, rush_mesos_manager_new, "{\"executor_start\": \"0.5s\"}");
  manager_story_request (story, 2);
  manager_story_run (story, 20);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 2);
  g_assert_true (manager_story_told (story, "Dispatcher: launches the driver on host-0"));
  return story;
}

static void
test_driver_lost (void)
{
  g_autoptr (ManagerStory) story = with_driver_inside ("spark.executor.cores=2");

  manager_story_lose_host (story, 0);
  manager_story_run (story, 500);
  g_assert_cmpstr (story->driver_gone, ==,
                   "the driver ran on host-0, which is lost; it is not supervised "
                   "(spark.driver.supervise)");
  g_assert_false (story->starts_again);
}

static void
test_driver_supervised (void)
{
  g_autoptr (ManagerStory) story =
      with_driver_inside ("spark.executor.cores=1 spark.driver.supervise=true");

  manager_story_lose_host (story, 0);
  g_assert_true (story->starts_again);
  manager_story_run (story, 94);
  g_assert_cmpuint (story->driver_back, ==, 0);
  manager_story_run (story, 105); /* 75 s, a second's pause, an offer, 3 s to start */
  g_assert_cmpuint (story->driver_back, ==, 2);
  manager_story_request (story, 3);
  manager_story_run (story, 120);
  g_assert_cmpuint (manager_story_n_ready (story), ==, 3);
}

static void
test_same_seed_same_story (void)
{
  g_autofree char *first = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ManagerStory) story =
          with_driver_inside ("spark.executor.cores=1 spark.driver.supervise=true");

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
  g_test_add_func ("/grants/mesos/table", test_table);
  g_test_add_func ("/grants/mesos/gone", test_says_that_it_is_gone);
  g_test_add_func ("/grants/mesos/refusals", test_refusals);
  g_test_add_func ("/grants/mesos/declines", test_declines_for_a_while);
  g_test_add_func ("/grants/mesos/declines-for-longer", test_full_is_declined_for_longer);
  g_test_add_func ("/grants/mesos/excludes-agent", test_two_failures_exclude_an_agent);
  g_test_add_func ("/grants/mesos/memory", test_memory);
  g_test_add_func ("/grants/mesos/releases", test_releases);
  g_test_add_func ("/grants/mesos/agent-back", test_agent_comes_back);
  g_test_add_func ("/grants/mesos/driver-lost", test_driver_lost);
  g_test_add_func ("/grants/mesos/driver-supervised", test_driver_supervised);
  g_test_add_func ("/grants/mesos/same-seed", test_same_seed_same_story);
  return g_test_run ();
}
