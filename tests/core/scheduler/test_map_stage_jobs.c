/* test_map_stage_jobs.c - submitMapStage: jobs that end with a shuffle, for adaptive plans. */
#include "fixture.h"

static void
test_simple_map_stage_submission (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  TestJob *map_job = fixture_submit_map_stage (f, shuffle);

  fixture_assert_running (f, "0.0:0@1 0.0:1@1");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (map_job);
  g_assert_true (rush_scheduler_is_idle (f->scheduler));
  /* The job on top finds the outputs there. */
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_running (f, "2.0:0@1");
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_map_stage_that_is_available_ends_at_once (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autofree char *events = NULL;

  fixture_submit_map_stage (f, shuffle);
  fixture_succeed_all (f, 0, 0);
  TestJob *again = fixture_submit_map_stage (f, shuffle);
  fixture_assert_succeeded (again);
  events = fixture_events (f, "JobStart StageSubmitted StageCompleted JobEnd");
  g_assert_cmpstr (events, ==,
                   "JobStart 0 [0]; StageSubmitted 0.0 (2); StageCompleted 0.0 ok; JobEnd 0 ok; "
                   "JobStart 1 [1]; StageSubmitted 1.0 (0); StageCompleted 1.0 ok; JobEnd 1 ok");
  fixture_free (f);
}

/* Who plans by what was written must not take what has been lost since for nothing at all. */
static void
test_outputs_are_told_as_they_were (void)
{
  Fixture *f = fixture_cluster (2, 1);
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  TestJob *job = fixture_submit_map_stage (f, shuffle);

  g_assert_null (job->outputs);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_lose_executor (f, "1");
  g_assert_null (rush_map_output_tracker_statuses (f->tracker, shuffle->shuffle_id));
  g_assert_cmpuint (job->outputs->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_nonnull (g_ptr_array_index (job->outputs, i));
  fixture_free (f);
}

static void
test_two_jobs_wait_for_one_map_stage (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  TestJob *first = fixture_submit_map_stage (f, shuffle);
  TestJob *result = fixture_submit (f, rdd);
  TestJob *second = fixture_submit_map_stage (f, shuffle);

  fixture_assert_running (f, "0.0:0@1 0.0:1@1");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  g_assert_false (result->done);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (result);
  fixture_free (f);
}

static void
test_map_stage_submission_with_reduce_stage_also_depending_on_the_data (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  TestJob *result = fixture_submit (f, rdd);
  TestJob *map_job = fixture_submit_map_stage (f, shuffle);

  fixture_succeed (f, 0, 0, 0);
  fixture_cancel_job (f, result->id, NULL); /* the map stage goes on for the other job */
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_succeeded (map_job);
  fixture_free (f);
}

static void
test_map_stage_submission_with_fetch_failure (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (two, 1);
  TestJob *job = fixture_submit_map_stage (f, shuffle);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "ok lost:0:1@1");
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.1 1.1");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* one ─▶ two ─▶ three: jobs on each of the shuffles, and failures in between. */
static void
test_map_stage_submission_with_several_shared_stages_and_failures (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) first = my_shuffle (one, 2);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, rush_dependency_ref (first), NULL);
  g_autoptr (RushDependency) second = my_shuffle (two, 2);
  g_autoptr (RushRdd) three = my_rdd_new (f->lineage, 2, rush_dependency_ref (second), NULL);
  TestJob *job1 = fixture_submit_map_stage (f, first);
  TestJob *job2 = fixture_submit_map_stage (f, second);
  TestJob *job3 = fixture_submit (f, three);

  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job1);
  g_assert_false (job2->done);
  /* The second shuffle's stage loses its input. */
  fixture_complete (f, 1, 0, "ok lost:0:0@1");
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.1 1.1");
  fixture_assert_succeeded (job2);
  /* And so does the result stage, twice. */
  fixture_complete (f, 2, 0, "lost:1:0@1");
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.2 1.2");
  fixture_complete (f, 2, 1, "ok lost:1:1@1");
  g_assert_false (job3->done);
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.3 1.3");
  fixture_succeed (f, 2, 0, 1);
  fixture_assert_succeeded (job3);
  if (fixture_find (f, 2, 2, 1) != NULL)
    fixture_killed (f, 2, 2, 1);
  fixture_free (f);
}

static void
test_map_stage_with_executor_failure_and_late_completions (void)
{
  Fixture *f = fixture_cluster (1, 3);
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 3, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);

  TestJob *job = fixture_submit_map_stage (f, shuffle);
  gint64 late_id = fixture_find (f, 0, 0, 2)->task->task_id;
  RushTaskOutcome *late = fixture_success (f, fixture_find (f, 0, 0, 2));
  fixture_succeed (f, 0, 0, 0);
  fixture_lose_executor (f, "1");
  fixture_handle (f, fixture_task_ended (late_id, late));
  g_assert_false (job->done);
  fixture_assert_outputs (f, 0, "0@- 1@- 2@-");
  fixture_add_executor (f, "2", "host2", 3);
  fixture_assert_partitions (f, 0, 0, "0 1 2");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* The shuffle is there, what it was made from is not: nobody needs that. */
static void
test_available_map_stage_does_not_ask_for_its_parents (void)
{
  Fixture *f = fixture_cluster (1, 1);
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 1, my_shuffle (one, 1), NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (two, 1);

  fixture_submit_map_stage (f, shuffle);
  fixture_run_stages (f, "0.0 1.0");
  rush_map_output_tracker_unregister_all (f->tracker, 0);
  TestJob *again = fixture_submit_map_stage (f, shuffle);
  fixture_assert_succeeded (again);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 0);
  fixture_free (f);
}

static void
test_map_stage_job_failure (void)
{
  Fixture *f = fixture_new (1, NULL);
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit_map_stage (f, shuffle);
  fixture_fail (f, 0, 0, 0, "bad map");
  fixture_assert_failed (job, RUSH_CORE_ERROR_PYTHON, "bad map");
  fixture_free (f);
}

/* As in Spark, who waits for the outputs hears of them before anything is made of them. */
static void
test_jobs_of_a_map_stage_end_before_its_children_start (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  g_autofree char *events = NULL;

  fixture_submit (f, rdd);
  fixture_submit_map_stage (f, shuffle);
  fixture_run_stages (f, "0.0 1.0");
  events = fixture_events (f, "StageSubmitted StageCompleted JobEnd");
  g_assert_cmpstr (events, ==,
                   "StageSubmitted 0.0 (1); StageCompleted 0.0 ok; JobEnd 1 ok; "
                   "StageSubmitted 1.0 (1); StageCompleted 1.0 ok; JobEnd 0 ok");
  fixture_free (f);
}

/* one ─▶ two (indeterminate) ─▶ last: the last stage has handed out a result when a second job finds
 * all outputs gone and asks for them.  It is cancelled, but stage one, now finished for the first
 * job alone, starts two, which comes out otherwise: that job is aborted, and stage one is gone
 * while its own completion is still being worked through. */
static void
test_map_stage_that_goes_as_its_waiting_child_starts (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 1, my_shuffle (one, 1), NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (two, 2);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 2, rush_dependency_ref (shuffle), NULL);
  TestJob *first, *second;

  two->determinism = RUSH_INDETERMINATE;
  first = fixture_submit (f, last);
  fixture_run_stages (f, "0.0 1.0");
  fixture_succeed (f, 2, 0, 0);
  rush_map_output_tracker_unregister_all (f->tracker, 0);
  rush_map_output_tracker_unregister_all (f->tracker, 1);
  second = fixture_submit_map_stage (f, shuffle);
  fixture_cancel_job (f, second->id, NULL);
  fixture_succeed (f, 0, 1, 0);
  fixture_assert_failed (first, RUSH_CORE_ERROR_JOB_ABORTED, "indeterminate output");
  fixture_killed (f, 2, 0, 1);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/map_stage_jobs/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (simple_map_stage_submission);
  ADD (map_stage_that_is_available_ends_at_once);
  ADD (outputs_are_told_as_they_were);
  ADD (two_jobs_wait_for_one_map_stage);
  ADD (map_stage_submission_with_reduce_stage_also_depending_on_the_data);
  ADD (map_stage_submission_with_fetch_failure);
  ADD (map_stage_submission_with_several_shared_stages_and_failures);
  ADD (map_stage_with_executor_failure_and_late_completions);
  ADD (available_map_stage_does_not_ask_for_its_parents);
  ADD (map_stage_job_failure);
  ADD (jobs_of_a_map_stage_end_before_its_children_start);
  ADD (map_stage_that_goes_as_its_waiting_child_starts);
  return g_test_run ();
}
