/* test_fetch_failure.c - map outputs are gone: what runs again, how often, and what is believed.
 *
 * The names of the tests are those of Spark's DAGSchedulerSuite where there is such a scenario.
 * What tasks of older attempts still bring is in test_old_attempts.c.
 */
#include "fixture.h"

#include "core/scheduler/seams.h"

/* ---- one failure ---- */

static void
test_run_trivial_shuffle_with_fetch_failure (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_shuffle (f, 2, 2);
  g_autofree char *events = NULL;

  fixture_succeed_all (f, 0, 0);
  g_autofree char *lost = fixture_place_of (f, 0, 0);
  fixture_succeed (f, 1, 0, 0);
  fixture_fetch_failed (f, 1, 0, 1, 0, 0, lost);
  /* Nothing at once: more failures may come. */
  fixture_assert_running (f, "");
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 200 * 1000);
  g_assert_cmpuint (rush_map_output_tracker_n_available (f->tracker, 0), ==, 1);
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0"); /* the missing one alone */
  fixture_succeed (f, 0, 1, 0);
  fixture_assert_partitions (f, 1, 1, "1"); /* as here */
  fixture_succeed (f, 1, 1, 1);
  fixture_assert_succeeded (job);
  events = fixture_events (f, "StageSubmitted StageCompleted JobEnd");
  g_assert_cmpstr (events, ==,
                   "StageSubmitted 0.0 (2); StageCompleted 0.0 ok; "
                   "StageSubmitted 1.0 (2); StageCompleted 1.0 failed; "
                   "StageSubmitted 0.1 (1); StageCompleted 0.1 ok; "
                   "StageSubmitted 1.1 (1); StageCompleted 1.1 ok; JobEnd 0 ok");
  fixture_free (f);
}

static void
test_all_outputs_of_the_executor_are_forgotten (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 3, 1);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:2@1");
  fixture_assert_outputs (f, 0, "0@- 1@- 2@-");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1 2");
  fixture_succeed_all (f, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* "Not registered at all": there is nothing to forget, both stages are looked at again. */
static void
test_fetch_failure_without_a_map_index (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 1);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:-1");
  fixture_assert_outputs (f, 0, "0@1 1@1");
  fixture_fire_timer (f);
  fixture_assert_running (f, "1.1:0@1");
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_fetch_failure_of_an_unknown_shuffle (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 1, 1);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:99:0@1");
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "could not read shuffle 99, which none of its parents writes");
  fixture_free (f);
}

/* ---- many failures ---- */

static void
test_multiple_fetch_failures (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 4);

  fixture_succeed_all (f, 0, 0);
  for (guint i = 0; i < 4; i++)
    fixture_fetch_failed (f, 1, 0, i, 0, (gint)(i % 2), "1");
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 1);
  fixture_fire_timer (f);
  /* One attempt each, however many tasks have failed. */
  fixture_assert_partitions (f, 0, 1, "0 1");
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1 2 3");
  fixture_succeed_all (f, 1, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_late_fetch_failures_dont_cause_multiple_concurrent_attempts (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 2);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  /* The map stage runs again when the other task of the first attempt fails, too. */
  fixture_complete (f, 1, 0, "- lost:0:1@1");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  g_assert_cmpuint (fixture_n_running (f, 0, 2), ==, 0);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1");
  fixture_succeed_all (f, 1, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_extremely_late_fetch_failures (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 2);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1");
  /* The second attempt runs; what the first one still has to say is old. */
  fixture_complete (f, 1, 0, "- lost:0:1@1");
  fixture_assert_outputs (f, 0, "0@1 1@1");
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed_all (f, 1, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_recursive_shuffle_failures (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_chain (f, 2, 2, 1);

  fixture_run_stages (f, "0.0 1.0");
  fixture_complete (f, 2, 0, "lost:1:0@1");
  /* Shuffle 0 was on that executor as well. */
  fixture_assert_outputs (f, 0, "0@- 1@-");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1");
  fixture_succeed_all (f, 1, 1);
  fixture_succeed (f, 2, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_shuffle_fetch_failure_in_a_reused_shuffle_dependency (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);

  fixture_submit (f, rdd);
  fixture_run_stages (f, "0.0 1.0");
  TestJob *again = fixture_submit (f, rdd); /* stage 2 is skipped */
  fixture_complete (f, 3, 0, "lost:0:0@1");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 2, 0, "0 1"); /* its first attempt */
  fixture_succeed_all (f, 2, 0);
  fixture_succeed (f, 3, 0, 1); /* of the first attempt: it counts */
  fixture_succeed_all (f, 3, 1);
  fixture_assert_succeeded (again);
  fixture_free (f);
}

/* ---- how often ---- */

/* This attempt of the map stage succeeds, and that of the result stage cannot read from it. */
static void
fail_once (Fixture *f, gint attempt)
{
  fixture_succeed_all (f, 0, attempt);
  fixture_complete (f, 1, attempt, "lost:0:0@1");
}

static void
test_single_stage_fetch_failure_should_not_abort (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 1);

  fail_once (f, 0);
  g_assert_false (job->done);
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_multiple_consecutive_stage_fetch_failures_abort (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 1);

  for (gint attempt = 0; attempt < 3; attempt++)
    {
      fail_once (f, attempt);
      g_assert_false (job->done);
      fixture_fire_timer (f);
    }
  fail_once (f, 3);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "Job aborted due to stage failure: ResultStage 1 (collect at test.py:1) "
                         "has failed the maximum allowable number of times: 4. Most recent "
                         "failure reason: ignored");
  fixture_free (f);
}

static void
test_max_consecutive_attempts_is_a_setting (void)
{
  Fixture *f = fixture_new (4, "spark.stage.maxConsecutiveAttempts", "1", NULL);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit_shuffle (f, 2, 1);
  fail_once (f, 0);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED, "number of times: 1.");
  fixture_free (f);
}

static void
test_failures_in_different_stages_dont_abort (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_chain (f, 1, 1, 1);

  /* Three failures of stage 1, then three of stage 2: no stage has four. */
  for (gint attempt = 0; attempt < 3; attempt++)
    {
      fixture_succeed_all (f, 0, attempt);
      fixture_fetch_failed (f, 1, attempt, 0, 0, 0, "1");
      fixture_fire_timer (f);
    }
  fixture_run_stages (f, "0.3 1.3");
  for (gint attempt = 0; attempt < 3; attempt++)
    {
      fixture_fetch_failed (f, 2, attempt, 0, 1, 0, "1");
      fixture_fire_timer (f);
      fixture_succeed_all (f, 0, 4 + attempt);
      fixture_succeed_all (f, 1, 4 + attempt);
    }
  g_assert_false (job->done);
  fixture_succeed (f, 2, 3, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_non_consecutive_stage_failures_dont_abort (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_chain (f, 1, 1, 1);
  gint zero = 0, stage_one = 0;

  /* Stage 1 fails three times, succeeds, and fails three times more. */
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < 3; i++)
        {
          fixture_succeed_all (f, 0, zero++);
          fixture_fetch_failed (f, 1, stage_one++, 0, 0, 0, "1");
          fixture_fire_timer (f);
        }
      fixture_succeed_all (f, 0, zero++);
      fixture_succeed_all (f, 1, stage_one++);
      g_assert_false (job->done);
      if (round == 0)
        {
          fixture_fetch_failed (f, 2, 0, 0, 1, 0, "1");
          fixture_fire_timer (f);
        }
    }
  fixture_succeed (f, 2, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_many_failures_of_one_attempt_count_once (void)
{
  Fixture *f = fixture_new (4, "spark.stage.maxConsecutiveAttempts", "2", NULL);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit_shuffle (f, 1, 3);
  fixture_succeed_all (f, 0, 0);
  for (guint i = 0; i < 3; i++)
    fixture_fetch_failed (f, 1, 0, i, 0, 0, "1");
  g_assert_false (job->done);
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.1 1.1");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- two failing stages, one map stage ---- */

static void
test_failures_of_two_children_run_the_parent_once (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *first, *second;

  fixture_submit_two_readers (f, 2, 1, &first, &second);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 2, 0, "lost:0:0@1");
  fixture_complete (f, 1, 0, "lost:0:1@1");
  fixture_fire_timer (f);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_assert_running (f, "0.1:0@1 0.1:1@1");
  fixture_succeed_all (f, 0, 1);
  fixture_assert_running (f, "1.1:0@1 2.1:0@1"); /* the earlier job first */
  fixture_succeed (f, 1, 1, 0);
  fixture_succeed (f, 2, 1, 0);
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

/* The job goes while its stages wait for the timer. */
static void
test_cancelled_before_the_resubmission (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 1);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_cancel_job (f, 0, NULL);
  fixture_assert_failed (job, RUSH_CORE_ERROR_CANCELLED, "Job 0 cancelled");
  fixture_free (f); /* no timer is left */
}

/* The job's last result comes from the attempt that had failed. */
static void
test_finished_before_the_resubmission (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 1, 2);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0");
  fixture_fire_timer (f);
  fixture_complete (f, 1, 1, "- lost:0:0");
  fixture_succeed (f, 1, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- a handler of one's own ---- */

/* A handler may as well do nothing: the task is tried again. */
static void
do_nothing (RushScheduler *scheduler, const RushFetchFailure *failure)
{
}

static void
test_handler_that_does_nothing (void)
{
  static const RushFetchFailureHandler handler = { "nothing", do_nothing };
  Fixture *f = fixture_roomy ();

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .fetch_failure = &handler });
  TestJob *job = fixture_submit_shuffle (f, 1, 1);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  g_assert_cmpuint (fixture_find (f, 1, 0, 0)->task->attempt_number, ==, 1);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
give_up_at_once (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  rush_scheduler_fail_stage (scheduler, failure->stage, failure->message);
  rush_scheduler_abort_stage (scheduler, failure->stage, "I do not run things twice");
}

static void
test_handler_is_a_seam (void)
{
  static const RushFetchFailureHandler handler = { "give up", give_up_at_once };
  Fixture *f = fixture_roomy ();

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .fetch_failure = &handler });
  TestJob *job = fixture_submit_shuffle (f, 2, 2);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "Job aborted due to stage failure: I do not run things twice");
  fixture_killed (f, 1, 0, 1);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/fetch_failure/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (run_trivial_shuffle_with_fetch_failure);
  ADD (all_outputs_of_the_executor_are_forgotten);
  ADD (fetch_failure_without_a_map_index);
  ADD (fetch_failure_of_an_unknown_shuffle);
  ADD (multiple_fetch_failures);
  ADD (late_fetch_failures_dont_cause_multiple_concurrent_attempts);
  ADD (extremely_late_fetch_failures);
  ADD (recursive_shuffle_failures);
  ADD (shuffle_fetch_failure_in_a_reused_shuffle_dependency);
  ADD (single_stage_fetch_failure_should_not_abort);
  ADD (multiple_consecutive_stage_fetch_failures_abort);
  ADD (max_consecutive_attempts_is_a_setting);
  ADD (failures_in_different_stages_dont_abort);
  ADD (non_consecutive_stage_failures_dont_abort);
  ADD (many_failures_of_one_attempt_count_once);
  ADD (failures_of_two_children_run_the_parent_once);
  ADD (cancelled_before_the_resubmission);
  ADD (finished_before_the_resubmission);
  ADD (handler_is_a_seam);
  ADD (handler_that_does_nothing);
  return g_test_run ();
}
