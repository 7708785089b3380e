/* test_exclusion.c - executors and hosts on which tasks fail are left alone.
 *
 * Purpose: each of the six limits, for the task, the stage and the application; which failures
 * count; when who was excluded is welcome again; and what becomes of a stage that may not run
 * anywhere.
 */
#include "fixture.h"

#define EVENTS                                                                                     \
  "ExecutorExcluded ExecutorUnexcluded NodeExcluded NodeUnexcluded ExecutorExcludedForStage "      \
  "NodeExcludedForStage"
#define ON "spark.excludeOnFailure.enabled", "true"

static void
assert_events (Fixture *f, const char *expected)
{
  g_autofree char *events = fixture_events (f, EVENTS);

  g_assert_cmpstr (events, ==, expected);
}

static void
fail_on (Fixture *f, const char *executor, gint stage, guint partition)
{
  fixture_end_on (f, executor, stage, 0, partition,
                  rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "boom"));
}

/* Executors "1" and "2" on host1, "3" on host2. */
static void
add_three_on_two_hosts (Fixture *f, guint cores)
{
  fixture_add_executor (f, "1", "host1", cores);
  fixture_add_executor (f, "2", "host1", cores);
  fixture_add_executor (f, "3", "host2", cores);
}

/* ---- a task ---- */

static void
test_executors_excluded_in_spite_of_locality (void)
{
  Fixture *f = fixture_new (4, ON, NULL);

  add_three_on_two_hosts (f, 1);
  TestJob *job = fixture_submit_at (f, "1"); /* the executor of that name */
  fixture_assert_running (f, "0.0:0@1");
  fail_on (f, "1", 0, 0);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 0); /* 3 s for a place as near */
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@2"); /* the same host */
  fail_on (f, "2", 0, 0);
  while (scripted_backend_n_running (f->backend) == 0)
    fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@3"); /* two failures are enough for the host */
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  assert_events (f, "");
  fixture_free (f);
}

static void
test_a_task_may_fail_more_often_on_an_executor (void)
{
  Fixture *f = fixture_new (4, ON, "spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor", "2",
                            "spark.excludeOnFailure.task.maxTaskAttemptsPerNode", "3", NULL);

  fixture_add_executor (f, "1", "host1", 1);
  fixture_submit_narrow (f, 1);
  fail_on (f, "1", 0, 0);
  fixture_assert_running (f, "0.0:0@1");
  fail_on (f, "1", 0, 0);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 0);
  fixture_add_executor (f, "2", "host1", 1);
  fixture_assert_running (f, "0.0:0@2");
  fail_on (f, "2", 0, 0);
  fixture_add_executor (f, "3", "host1", 1);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 0); /* three on the host */
  fixture_add_executor (f, "4", "host2", 1);
  fixture_assert_running (f, "0.0:0@4");
  fixture_succeed (f, 0, 0, 0);
  fixture_free (f);
}

/* ---- a stage ---- */

static void
test_a_stage_leaves_executors_and_hosts (void)
{
  Fixture *f = fixture_new (4, ON, NULL);

  fixture_add_executor (f, "9", "host9", 1);
  fixture_submit_narrow (f, 1); /* so there is an executor that is good, but has no room */
  fixture_add_executor (f, "1", "host1", 2);
  fixture_submit_narrow (f, 6);
  fixture_assert_running (f, "0.0:0@9 1.0:0@1 1.0:1@1");
  fail_on (f, "1", 1, 0);
  assert_events (f, "");
  fail_on (f, "1", 1, 1);
  assert_events (f, "ExecutorExcludedForStage 1 (2) 1.0");
  fixture_assert_running (f, "0.0:0@9 1.0:2@1"); /* launched between the two */
  fixture_succeed (f, 1, 0, 2);
  fixture_assert_running (f, "0.0:0@9");
  fixture_submit_narrow (f, 1);
  fixture_assert_running (f, "0.0:0@9 2.0:0@1"); /* other stages may */
  fixture_succeed (f, 2, 0, 0);
  fixture_add_executor (f, "2", "host1", 2);
  fail_on (f, "2", 1, scripted_backend_running (f->backend, 1)->task->partition);
  fail_on (f, "2", 1, scripted_backend_running (f->backend, 1)->task->partition);
  assert_events (f, "ExecutorExcludedForStage 1 (2) 1.0; ExecutorExcludedForStage 2 (2) 1.0; "
                    "NodeExcludedForStage host1 (2) 1.0");
  fixture_succeed_all (f, 1, 0);
  fixture_add_executor (f, "3", "host1", 2); /* a new one on the same host */
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 0);
  fixture_succeed (f, 0, 0, 0);
  fixture_succeed_all (f, 1, 0); /* on executor 9 */
  fixture_free (f);
}

/* ---- the application ---- */

/* Two tasks fail on executor 1 and succeed elsewhere. */
static void
run_with_two_failures_on_executor_1 (Fixture *f, gint stage)
{
  guint n = 0;

  fixture_submit_narrow (f, 6);
  for (guint i = 0; i < scripted_backend_n_running (f->backend) && n < 2;)
    {
      const ScriptedTask *task = scripted_backend_running (f->backend, i);

      if (!g_str_equal (task->executor_id, "1"))
        {
          i++;
          continue;
        }
      fail_on (f, "1", stage, task->task->partition);
      n++;
    }
  g_assert_cmpuint (n, ==, 2);
  fixture_succeed_all (f, stage, 0);
}

static void
test_the_application_leaves_an_executor_and_comes_back (void)
{
  Fixture *f = fixture_new (4, "spark.excludeOnFailure.application.enabled", "true",
                            "spark.excludeOnFailure.timeout", "10min", NULL);

  fixture_add_executors (f, 2, 3);
  run_with_two_failures_on_executor_1 (f, 0);
  assert_events (f, "ExecutorExcluded 1 (2)"); /* and nothing for the stage */
  fixture_submit_narrow (f, 4);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 3);
  g_assert_null (fixture_find_on (f, "1", 1, 0, 0));
  fixture_fire_timer (f); /* a task waits for this */
  assert_events (f, "ExecutorExcluded 1 (2); ExecutorUnexcluded 1");
  g_assert_nonnull (fixture_find_on (f, "1", 1, 0, 3));
  g_assert_cmpint (rush_clock_now_us (f->backend->klass->clock (f->backend)), >,
                   600 * G_USEC_PER_SEC);
  fixture_succeed_all (f, 1, 0);
  fixture_free (f);
}

static void
test_failures_long_ago_are_forgotten (void)
{
  Fixture *f = fixture_new (4, "spark.excludeOnFailure.application.enabled", "true",
                            "spark.excludeOnFailure.timeout", "10min", NULL);

  fixture_add_executors (f, 1, 2);
  fixture_submit_narrow (f, 1);
  fail_on (f, "1", 0, 0);
  fixture_succeed_all (f, 0, 0);
  scripted_backend_advance_us (f->backend, 601 * G_USEC_PER_SEC);
  fixture_submit_narrow (f, 1);
  fail_on (f, "1", 1, 0);
  fixture_succeed_all (f, 1, 0);
  assert_events (f, "");
  fixture_submit_narrow (f, 1);
  fail_on (f, "1", 2, 0);
  fixture_succeed_all (f, 2, 0);
  assert_events (f, "ExecutorExcluded 1 (2)"); /* two within ten minutes */
  fixture_free (f);
}

static void
test_the_application_leaves_a_host (void)
{
  Fixture *f = fixture_new (4, "spark.excludeOnFailure.application.enabled", "true",
                            "spark.excludeOnFailure.application.maxFailedTasksPerExecutor", "1",
                            "spark.excludeOnFailure.killExcludedExecutors", "true", NULL);

  add_three_on_two_hosts (f, 1);
  fixture_submit_narrow (f, 3);
  fail_on (f, "1", 0,
           fixture_find_on (f, "1", 0, 0, 0)   ? 0
           : fixture_find_on (f, "1", 0, 0, 1) ? 1
                                               : 2);
  fail_on (f, "2", 0,
           fixture_find_on (f, "2", 0, 0, 0)   ? 0
           : fixture_find_on (f, "2", 0, 0, 1) ? 1
                                               : 2);
  fixture_succeed_all (f, 0, 0);
  assert_events (f, "ExecutorExcluded 1 (1); ExecutorExcluded 2 (1); NodeExcluded host1 (2)");
  g_assert_cmpstr (scripted_backend_killed (f->backend), ==, "1 2 1 2"); /* one by one, then all */
  fixture_lose_executor (f, "1");
  fixture_lose_executor (f, "2");
  fixture_add_executor (f, "4", "host1", 4); /* no better than they were */
  fixture_submit_narrow (f, 1);
  fixture_assert_running (f, "1.0:0@3");
  fixture_succeed (f, 1, 0, 0);
  fixture_free (f);
}

/* ---- what does not count ---- */

static void
test_no_exclusion_for_fetch_failures_preemption_denied_commits_and_kills (void)
{
  static const RushOutcomeKind kinds[] = { RUSH_OUTCOME_KILLED, RUSH_OUTCOME_COMMIT_DENIED };
  Fixture *f = fixture_new (4, ON, NULL);

  fixture_add_executors (f, 1, 2);
  TestJob *job = fixture_submit_shuffle (f, 2, 2);
  fixture_succeed_all (f, 0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint partition = 0; partition < 2; partition++)
      fixture_end (f, 1, 0, partition, rush_task_outcome_new (kinds[i], "so it is"));
  fixture_lose_executor_because (f, "1", FALSE, FALSE); /* preempted */
  fixture_add_executor (f, "1", "host1", 2);
  fixture_complete (f, 1, 0, "lost:0:0@1 lost:0:1@1");
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.1 1.1"); /* all of it on that executor */
  fixture_assert_succeeded (job);
  assert_events (f, "");
  fixture_free (f);
}

static void
test_fetch_failures_exclude_if_they_are_to (void)
{
  Fixture *f =
      fixture_new (4, ON, "spark.excludeOnFailure.application.fetchFailure.enabled", "true", NULL);

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit_shuffle (f, 1, 1);
  fixture_succeed_all (f, 0, 0);
  fixture_add_executor (f, "2", "host2", 1);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  assert_events (f, "ExecutorExcluded 1 (1)");
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.1:0@2");
  fixture_run_stages (f, "0.1 1.1");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- nowhere to go ---- */

#define ABORTED                                                                                    \
  "Aborting TaskSet 0.0 because task 0 (partition 0)\n"                                            \
  "cannot run anywhere due to node and executor excludeOnFailure.\n"                               \
  "Most recent failure:\n"                                                                         \
  "Lost task 0.0 in stage 0.0 (TID 0) (host1 executor 1): boom\n\n"                                \
  "ExcludeOnFailure behavior can be configured via spark.excludeOnFailure.*."

/* Executor 1 is excluded as a set succeeds; who is asked to end it, and how? */
static Fixture *
exclude_one (const char *decommission_enabled)
{
  Fixture *f = fixture_new (4, "spark.excludeOnFailure.application.enabled", "true",
                            "spark.excludeOnFailure.application.maxFailedTasksPerExecutor", "1",
                            "spark.excludeOnFailure.killExcludedExecutors", "true",
                            "spark.excludeOnFailure.killExcludedExecutors.decommission", "true",
                            "spark.decommission.enabled", decommission_enabled, NULL);

  scripted_backend_allow_decommissions (f->backend);
  fixture_add_executor (f, "1", "host1", 1);
  fixture_submit_narrow (f, 1);
  fail_on (f, "1", 0, 0);
  fixture_succeed_all (f, 0, 0);
  assert_events (f, "ExecutorExcluded 1 (1)");
  return f;
}

static void
test_excluded_executors_are_decommissioned (void)
{
  Fixture *f = exclude_one ("true");

  g_assert_cmpstr (scripted_backend_killed (f->backend), ==, "");
  g_assert_cmpstr (scripted_backend_decommissioned (f->backend), ==,
                   "1: Killing excluded executor id 1 since "
                   "spark.excludeOnFailure.killExcludedExecutors is set. (actually "
                   "decommissioning)\n");
  fixture_free (f);
}

static void
test_they_are_killed_where_nobody_is_decommissioned (void)
{
  Fixture *f = exclude_one ("false");

  g_assert_cmpstr (scripted_backend_killed (f->backend), ==, "1");
  g_assert_cmpstr (scripted_backend_decommissioned (f->backend), ==, "");
  fixture_free (f);
}

static void
test_abort_when_all_executors_are_excluded (void)
{
  Fixture *f = fixture_new (4, ON, NULL);

  fixture_add_executor (f, "1", "host1", 2);
  TestJob *job = fixture_submit_narrow (f, 2);
  fail_on (f, "1", 0, 0); /* task 1 still runs, so no executor is idle that could be replaced */
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED, ABORTED);
  fixture_killed (f, 0, 0, 1);
  fixture_free (f);
}

static void
test_an_idle_executor_may_be_replaced_in_time (void)
{
  Fixture *f = fixture_new (4, ON, NULL);

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit_narrow (f, 1);
  fail_on (f, "1", 0, 0);
  g_assert_false (job->done);
  g_assert_cmpstr (scripted_backend_killed (f->backend), ==, "1");
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 120 * G_USEC_PER_SEC);
  fixture_lose_executor (f, "1");
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 1); /* time goes on */
  fixture_add_executor (f, "2", "host2", 1);
  fixture_assert_running (f, "0.0:0@2");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_abort_when_no_other_executor_comes (void)
{
  Fixture *f = fixture_new (4, ON, NULL);

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit_narrow (f, 1);
  fail_on (f, "1", 0, 0);
  fixture_add_executor (f, "2", "host1", 1);
  fail_on (f, "2", 0, 0); /* one of the two is idle, all the time */
  scripted_backend_advance_us (f->backend, 60 * G_USEC_PER_SEC);
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 60 * G_USEC_PER_SEC);
  TestJob *other = fixture_submit_narrow (f, 1); /* while others get on, it has time */
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 120 * G_USEC_PER_SEC);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (other);
  fixture_fire_timer (f);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "Aborting TaskSet 0.0 because task 0 (partition 0)\n"
                         "cannot run anywhere due to node and executor excludeOnFailure.\n"
                         "Most recent failure:\n"
                         "Lost task 0.1 in stage 0.0 (TID 1) (host1 executor 2): boom\n\n");
  fixture_free (f);
}

/* ---- settings ---- */

static void
test_settings_that_do_not_go_together (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (GError) error = NULL;
  RushBackend *backend = scripted_backend_new ();

  g_assert_true (rush_conf_set (conf, "spark.task.maxFailures", "2", NULL));
  g_assert_true (rush_scheduler_check_conf (conf, backend, &error));
  g_assert_true (rush_conf_set (conf, "spark.excludeOnFailure.enabled", "true", NULL));
  g_assert_false (rush_scheduler_check_conf (conf, backend, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "spark.excludeOnFailure.task.maxTaskAttemptsPerNode ( = 2) was >= "
                   "spark.task.maxFailures ( = 2 ). Though excludeOnFailure is enabled, with this "
                   "configuration, Spark will not be robust to one bad node. Decrease "
                   "spark.excludeOnFailure.task.maxTaskAttemptsPerNode, increase "
                   "spark.task.maxFailures, or disable excludeOnFailure with "
                   "spark.excludeOnFailure.enabled");
  backend->klass->free (backend);
}

static void
test_off_by_default (void)
{
  Fixture *f = fixture_cluster (1, 1);
  TestJob *job = fixture_submit_narrow (f, 1);

  for (guint i = 0; i < 3; i++)
    fail_on (f, "1", 0, 0);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  assert_events (f, "");
  fixture_free (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/scheduler/exclusion/" #name, test_##name)
  ADD (executors_excluded_in_spite_of_locality);
  ADD (a_task_may_fail_more_often_on_an_executor);
  ADD (a_stage_leaves_executors_and_hosts);
  ADD (the_application_leaves_an_executor_and_comes_back);
  ADD (failures_long_ago_are_forgotten);
  ADD (the_application_leaves_a_host);
  ADD (no_exclusion_for_fetch_failures_preemption_denied_commits_and_kills);
  ADD (fetch_failures_exclude_if_they_are_to);
  ADD (excluded_executors_are_decommissioned);
  ADD (they_are_killed_where_nobody_is_decommissioned);
  ADD (abort_when_all_executors_are_excluded);
  ADD (an_idle_executor_may_be_replaced_in_time);
  ADD (abort_when_no_other_executor_comes);
  ADD (settings_that_do_not_go_together);
  ADD (off_by_default);
  return g_test_run ();
}
