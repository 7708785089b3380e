/* test_task_set.c - failures that count and failures that do not, lost executors, results that are
 * too large.  Where Spark's TaskSetManagerSuite has the scenario, the test has its name.
 */
#include "fixture.h"

static void
end_with (Fixture *f, guint partition, RushOutcomeKind kind)
{
  fixture_end (f, 0, 0, partition, rush_task_outcome_new (kind, "so it is"));
}

/* ---- what counts ---- */

static void
test_repeated_failures_abort_the_set (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 3);

  for (guint i = 0; i < 3; i++)
    {
      fixture_fail (f, 0, 0, 1, "Traceback\n  ZeroDivisionError\n");
      g_assert_false (job->done);
      g_assert_cmpuint (fixture_find (f, 0, 0, 1)->task->attempt_number, ==, i + 1);
    }
  fixture_fail (f, 0, 0, 1, "Traceback\n  ZeroDivisionError\n");
  fixture_assert_failed (job, RUSH_CORE_ERROR_PYTHON, "");
  g_assert_cmpstr (job->error->message, ==,
                   "Job aborted due to stage failure: Task 1 in stage 0.0 failed 4 times, most "
                   "recent failure: Lost task 1.3 in stage 0.0 (TID 5) (host1 executor 1): "
                   "Traceback\n  ZeroDivisionError\n\nDriver stacktrace:");
  fixture_complete (f, 0, 0, "killed - killed");
  fixture_free (f);
}

static void
test_max_failures_is_per_task (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 3);

  for (guint partition = 0; partition < 3; partition++)
    for (guint i = 0; i < 3; i++)
      fixture_fail (f, 0, 0, partition, "boom"); /* nine in all, three each */
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_a_success_sets_the_count_back (void)
{
  Fixture *f = fixture_new (3, NULL);

  fixture_add_executor (f, "1", "host1", 2);
  TestJob *job = fixture_submit_shuffle (f, 2, 1);
  fixture_fail (f, 0, 0, 0, "boom");
  fixture_fail (f, 0, 0, 0, "boom");
  fixture_succeed (f, 0, 0, 0);
  fixture_lose_executor (f, "1"); /* its output is lost: it runs again */
  fixture_add_executor (f, "2", "host2", 2);
  fixture_fail (f, 0, 0, 0, "boom");
  fixture_fail (f, 0, 0, 0, "boom");
  g_assert_false (job->done);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_error_without_a_domain_is_a_job_abort (void)
{
  Fixture *f = fixture_new (1, NULL);

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit_narrow (f, 1);
  end_with (f, 0, RUSH_OUTCOME_EXCEPTION);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED, "so it is");
  fixture_free (f);
}

static void
test_no_counting_of_kills_and_denied_commits (void)
{
  Fixture *f = fixture_new (1, NULL);

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit_narrow (f, 1);
  for (guint i = 0; i < 5; i++)
    {
      end_with (f, 0, RUSH_OUTCOME_KILLED);
      end_with (f, 0, RUSH_OUTCOME_COMMIT_DENIED);
    }
  g_assert_cmpuint (fixture_find (f, 0, 0, 0)->task->attempt_number, ==, 10);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_no_counting_of_fetch_failures (void)
{
  Fixture *f = fixture_new (1, NULL);

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit_shuffle (f, 1, 1);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  g_assert_false (job->done); /* one failure is the limit, and it was none */
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_executors_exit_for_a_reason_unrelated_to_the_tasks (void)
{
  Fixture *f = fixture_new (1, NULL);
  TestJob *job = fixture_submit_narrow (f, 1);

  for (guint i = 0; i < 3; i++)
    {
      fixture_add_executor (f, "1", "host1", 1);
      fixture_assert_running (f, "0.0:0@1");
      fixture_lose_executor_because (f, "1", FALSE, TRUE);
      g_assert_false (job->done);
    }
  fixture_add_executor (f, "1", "host1", 1);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_executors_that_the_application_brings_down_count (void)
{
  Fixture *f = fixture_new (2, NULL);
  TestJob *job = fixture_submit_narrow (f, 1);

  fixture_add_executor (f, "1", "host1", 1);
  fixture_lose_executor_because (f, "1", TRUE, TRUE);
  g_assert_false (job->done);
  fixture_add_executor (f, "2", "host2", 1);
  fixture_lose_executor_because (f, "2", TRUE, TRUE);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "failed 2 times, most recent failure: Lost task 0.1 in stage 0.0 (TID 1) "
                         "(host2 executor 2): ExecutorLostFailure (executor 2 exited caused by one "
                         "of the running tasks) Reason: it was lost");
  fixture_free (f);
}

/* ---- coming and going ---- */

static void
test_new_executors_get_added_and_lost (void)
{
  Fixture *f = fixture_new (4, NULL);
  TestJob *job = fixture_submit_narrow (f, 4);

  fixture_assert_running (f, "");
  fixture_add_executor (f, "1", "host1", 1);
  fixture_add_executor (f, "2", "host2", 2);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2 0.0:2@2");
  fixture_lose_executor (f, "2");
  fixture_assert_running (f, "0.0:0@1");
  fixture_lose_executor (f, "2"); /* it is gone already */
  fixture_succeed (f, 0, 0, 0);
  fixture_add_executor (f, "3", "host3", 4);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_executor_that_registers_twice_is_one (void)
{
  Fixture *f = fixture_cluster (1, 1);

  g_test_expect_message ("rushlight", G_LOG_LEVEL_WARNING, "*executor 1 has registered twice*");
  fixture_add_executor (f, "1", "host1", 1);
  g_test_assert_expected_messages ();
  TestJob *job = fixture_submit_narrow (f, 4);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 1);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_finished_result_tasks_of_a_lost_executor_stay_finished (void)
{
  Fixture *f = fixture_cluster (1, 1);
  TestJob *job = fixture_submit_narrow (f, 2);

  fixture_succeed (f, 0, 0, 0);
  fixture_lose_executor (f, "1");
  fixture_add_executor (f, "2", "host2", 2);
  fixture_assert_running (f, "0.0:1@2");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* All that job 0 has is lost in one message; it gives up once. */
static void
test_loss_that_aborts_ends_all_tasks_of_the_set (void)
{
  Fixture *f = fixture_new (1, NULL);

  fixture_add_executor (f, "1", "host1", 3);
  TestJob *job = fixture_submit_shuffle (f, 4, 1);
  fixture_succeed (f, 0, 0, 0);
  fixture_lose_executor_because (f, "1", TRUE, TRUE);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED, "failed 1 times");
  fixture_free (f);
}

/* ---- first success wins ---- */

static void
test_kill_other_attempts_when_one_succeeds (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 1, 2);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0");
  fixture_fire_timer (f);
  fixture_succeed (f, 1, 1, 1);
  g_assert_cmpstr (fixture_find (f, 1, 0, 1)->kill_reason, ==, "another attempt succeeded");
  /* It was too fast for the kill: its result is not taken a second time. */
  fixture_succeed (f, 1, 0, 1);
  g_assert_cmpuint (job->seen[1], ==, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_tasks_that_run_when_the_job_is_done_are_killed (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 2);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, rush_dependency_ref (shuffle), NULL);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_fire_timer (f);
  fixture_complete (f, 0, 1, "ok ok");
  fixture_complete (f, 1, 1, "- lost:0:0@1");
  fixture_fire_timer (f); /* the map stage runs once more … */
  fixture_succeed (f, 1, 0, 1);
  fixture_succeed (f, 1, 1, 0); /* … but what ran before it sufficed */
  fixture_assert_succeeded (job);
  g_assert_cmpstr (fixture_find (f, 0, 2, 0)->kill_reason, ==, "Stage finished");
  fixture_complete (f, 0, 2, "killed ok");
  fixture_free (f);
}

/* ---- zombies ---- */

static void
test_nothing_launches_from_a_zombie_set (void)
{
  Fixture *f = fixture_cluster (1, 2);
  TestJob *job = fixture_submit_narrow (f, 10);

  fixture_cancel_job (f, 0, NULL);
  g_assert_true (job->done);
  fixture_fail (f, 0, 0, 0, "boom"); /* does not wait again either */
  fixture_assert_running (f, "0.0:1@1");
  fixture_add_executor (f, "2", "host2", 2);
  fixture_assert_running (f, "0.0:1@1");
  fixture_killed (f, 0, 0, 1);
  fixture_free (f);
}

/* ---- results ---- */

static RushTaskOutcome *
result_of (gsize bytes)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);

  outcome->result.value = g_malloc (1);
  outcome->result.free_value = g_free;
  outcome->result.bytes = bytes;
  return outcome;
}

/* Four tasks would bring 4 MiB, and a tenth more for those that are not known. */
#define TOO_LARGE                                                                                  \
  "\n           2.0 MiB  results of 2 tasks"                                                       \
  "\n           5.0 MiB  is what all 4 tasks may bring, if the others are alike"                   \
  "\nEach of these alone would have sufficed:"                                                     \
  "\n      spark.driver.maxResultSize=5m"                                                          \
  "\n      spark.driver.maxResultSize=0  no limit"                                                 \
  "\nOr bring less to the driver: take (n), an aggregation, toLocalIterator (), which holds one "  \
  "partition at a time, or a write to files."

static void
test_total_result_size_too_large (void)
{
  Fixture *f = fixture_new (4, "spark.driver.maxResultSize", "1m", NULL);
  g_autofree char *events = NULL;

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit_narrow (f, 4);
  fixture_end (f, 0, 0, 0, result_of (1024 * 1024)); /* just fits */
  g_assert_false (job->done);
  fixture_end (f, 0, 0, 1, result_of (1024 * 1024));
  fixture_assert_failed (
      job, RUSH_CORE_ERROR_JOB_ABORTED,
      "Job aborted due to stage failure: Total size of serialized results of 2 "
      "tasks (2.0 MiB) is bigger than spark.driver.maxResultSize (1024.0 KiB)" TOO_LARGE);
  g_assert_cmpuint (job->seen[1], ==, 0);
  fixture_killed (f, 0, 0, 2);
  fixture_end (f, 0, 0, 3, result_of (1)); /* after the end: dropped */
  events = fixture_events (f, "StageCompleted JobEnd");
  g_assert_cmpstr (events, ==, "StageCompleted 0.0 failed; JobEnd 0 failed");
  fixture_free (f);
}

/* A result that comes twice is held once. */
static void
test_duplicates_do_not_add_to_the_result_size (void)
{
  Fixture *f = fixture_new (4, "spark.driver.maxResultSize", "100", NULL);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit_shuffle (f, 1, 2);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0");
  fixture_fire_timer (f);
  fixture_end (f, 1, 0, 1, result_of (50));
  fixture_end (f, 1, 1, 1, result_of (50));
  fixture_end (f, 1, 1, 0, result_of (50));
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_result_size_without_a_limit (void)
{
  Fixture *f =
      fixture_new (4, "spark.driver.maxResultSize", "0", "spark.driver.memory", "5g", NULL);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit_narrow (f, 2);
  fixture_end (f, 0, 0, 0, result_of (G_MAXINT));
  fixture_end (f, 0, 0, 1, result_of (G_MAXINT));
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* What Spark's driver dies of with 1 GiB, whatever maxResultSize says: 724 MiB are there for
 * results.  The settings that are told of are tried. */
static void
test_results_beyond_the_drivers_heap (void)
{
  static const char *const settings[][2] = { { "0", "1g" }, { "0", "1100m" }, { "2g", "1g" } };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      gboolean suffices = g_str_equal (settings[i][1], "1100m");
      Fixture *f = fixture_new (4, "spark.driver.maxResultSize", settings[i][0],
                                "spark.driver.memory", settings[i][1], NULL);

      fixture_add_executor (f, "1", "host1", 4);
      TestJob *job = fixture_submit_narrow (f, 2);
      fixture_end (f, 0, 0, 0, result_of (400 * 1024 * 1024));
      fixture_end (f, 0, 0, 1, result_of (400 * 1024 * 1024 - 1));
      if (suffices)
        fixture_assert_succeeded (job);
      else
        fixture_assert_failed (
            job, RUSH_CORE_ERROR_JOB_ABORTED,
            "Job aborted due to stage failure: java.lang.OutOfMemoryError: Java heap space: the "
            "results of 2 tasks (800.0 MiB) are more than the driver can hold (724.0 MiB)"
            "\n         800.0 MiB  results of 2 tasks"
            "\nThe driver can hold:"
            "\n        1024.0 MiB  heap (spark.driver.memory)"
            "\n    −    300.0 MiB  reserved for Spark itself"
            "\n    =    724.0 MiB  for results"
            "\nEach of these alone would have sufficed:"
            "\n      spark.driver.memory=1100m"
            "\nOr bring less to the driver: take (n), an aggregation, toLocalIterator (), which "
            "holds one partition at a time, or a write to files.");
      fixture_free (f);
    }
}

#define ADD(name) g_test_add_func ("/scheduler/task_set/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (repeated_failures_abort_the_set);
  ADD (max_failures_is_per_task);
  ADD (a_success_sets_the_count_back);
  ADD (error_without_a_domain_is_a_job_abort);
  ADD (no_counting_of_kills_and_denied_commits);
  ADD (no_counting_of_fetch_failures);
  ADD (executors_exit_for_a_reason_unrelated_to_the_tasks);
  ADD (executors_that_the_application_brings_down_count);
  ADD (new_executors_get_added_and_lost);
  ADD (executor_that_registers_twice_is_one);
  ADD (finished_result_tasks_of_a_lost_executor_stay_finished);
  ADD (loss_that_aborts_ends_all_tasks_of_the_set);
  ADD (kill_other_attempts_when_one_succeeds);
  ADD (tasks_that_run_when_the_job_is_done_are_killed);
  ADD (nothing_launches_from_a_zombie_set);
  ADD (total_result_size_too_large);
  ADD (duplicates_do_not_add_to_the_result_size);
  ADD (result_size_without_a_limit);
  ADD (results_beyond_the_drivers_heap);
  return g_test_run ();
}
