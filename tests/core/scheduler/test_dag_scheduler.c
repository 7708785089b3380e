/* test_dag_scheduler.c - jobs become stages, stages become task sets, results come in, jobs end.
 *
 * The names of the tests are those of Spark's DAGSchedulerSuite where there is such a scenario.
 * Files of their own: cancellation, placement, lost executors, failed fetches.
 */
#include "fixture.h"

/* ---- jobs without a shuffle ---- */

static void
test_run_trivial_job (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 1);

  fixture_assert_running (f, "0.0:0@1");
  g_assert_false (job->done);
  g_assert_false (rush_scheduler_is_idle (f->scheduler));
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_run_trivial_job_with_dependency (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) base = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, rush_dependency_one_to_one (base), NULL);
  TestJob *job = fixture_submit (f, rdd);

  fixture_assert_running (f, "0.0:0@1"); /* narrow: one stage */
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_zero_split_job (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 0, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);
  g_autofree char *events = NULL;

  request->allow_empty_rdd_event = TRUE;
  fixture_submit_request (f, request, job);
  fixture_assert_succeeded (job);
  g_assert_cmpuint (scripted_backend_n_launched (f->backend), ==, 0);
  events = fixture_events (f, "JobStart JobEnd StageSubmitted");
  g_assert_cmpstr (events, ==, "JobStart 0 []; JobEnd 0 ok");
  fixture_free (f);
}

static void
test_zero_split_job_without_events (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 0);

  fixture_assert_succeeded (job);
  g_assert_cmpuint (f->events->len, ==, 0);
  fixture_free (f);
}

static void
test_results_may_come_in_any_order (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 3);

  fixture_succeed (f, 0, 0, 2);
  fixture_succeed (f, 0, 0, 0);
  g_assert_cmpuint (job->seen[0] + job->seen[2], ==, 2);
  g_assert_false (job->done);
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_result_stage_on_a_subset_of_partitions (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 10, NULL);
  const guint partitions[] = { 7, 2 };
  TestJob *job = fixture_submit_partitions (f, rdd, partitions, 2);

  fixture_assert_running (f, "0.0:7@1 0.0:2@1");
  fixture_succeed (f, 0, 0, 2);
  g_assert_cmpuint (job->seen[1], ==, 1); /* the second that was asked for */
  fixture_succeed (f, 0, 0, 7);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_partition_that_does_not_exist (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, NULL);
  const guint partitions[] = { 0, 5 };
  TestJob *job = fixture_submit_partitions (f, rdd, partitions, 2);

  fixture_assert_failed (job, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                         "Attempting to access a non-existent partition: 5. "
                         "Total number of partitions: 2");
  fixture_free (f);
}

/* ---- jobs that fail ---- */

static void
test_trivial_job_failure (void)
{
  Fixture *f = fixture_new (1, NULL);
  g_autofree char *events = NULL;

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit_narrow (f, 1);
  fixture_fail (f, 0, 0, 0, "division by zero");
  fixture_assert_failed (job, RUSH_CORE_ERROR_PYTHON, "division by zero");
  g_assert_cmpstr (job->error->message, ==,
                   "Job aborted due to stage failure: Task 0 in stage 0.0 failed 1 times, most "
                   "recent failure: Lost task 0.0 in stage 0.0 (TID 0) (host1 executor 1): "
                   "division by zero\n\nDriver stacktrace:");
  events = fixture_events (f, "JobStart JobEnd StageSubmitted StageCompleted TaskEnd");
  g_assert_cmpstr (events, ==,
                   "JobStart 0 [0]; StageSubmitted 0.0 (1); TaskEnd 0.0:0 ExceptionFailure; "
                   "StageCompleted 0.0 failed; JobEnd 0 failed");
  fixture_free (f);
}

static void
test_failure_of_a_job_leaves_others_alone (void)
{
  Fixture *f = fixture_new (1, NULL);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *bad_job = fixture_submit_narrow (f, 2);
  TestJob *good_job = fixture_submit_narrow (f, 2);
  fixture_fail (f, 0, 0, 1, "boom");
  fixture_assert_failed (bad_job, RUSH_CORE_ERROR_PYTHON, "boom");
  g_assert_nonnull (fixture_find (f, 0, 0, 0)->kill_reason);
  g_assert_null (fixture_find (f, 1, 0, 0)->kill_reason);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (good_job);
  g_assert_false (rush_scheduler_is_idle (f->scheduler)); /* a task still runs */
  fixture_killed (f, 0, 0, 0);
  fixture_free (f);
}

static void
test_getPartitions_that_throws (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) source = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) bad = my_rdd_new (f->lineage, 1, my_shuffle (source, 1), NULL);
  TestJob *good_job = fixture_submit_narrow (f, 1);

  my_rdd_fail_partitions (source);
  TestJob *bad_job = fixture_submit (f, bad);
  fixture_assert_failed (bad_job, RUSH_CORE_ERROR_IO, "the folder is gone");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (good_job);
  fixture_free (f);
}

/* Who asks for the job is told, behind a shuffle too, and the scheduler is not. */
static void
test_getPartitions_is_called_by_who_asks (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) source = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, my_shuffle (source, 1), NULL);
  g_autoptr (GError) error = NULL;
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  my_rdd_fail_partitions (source);
  g_assert_false (rush_job_request_set_partitions (request, NULL, 0, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  rush_job_request_free (request);
  job->done = TRUE; /* there is none */
  fixture_free (f);
}

/* Nobody needs the count of this one to make stages: it is asked for all the same, at once. */
static void
test_getPartitions_of_a_narrow_parent_that_throws (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) source = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, rush_dependency_one_to_one (source), NULL);

  my_rdd_fail_partitions (source);
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_failed (job, RUSH_CORE_ERROR_IO, "the folder is gone");
  g_assert_cmpuint (f->events->len, ==, 0);
  fixture_free (f);
}

static void
test_result_handler_that_throws (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 3, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);
  g_autofree char *events = NULL;

  job->refuse_output = 1;
  fixture_submit_request (f, request, job);
  fixture_complete (f, 0, 0, "ok ok");
  fixture_assert_failed (job, RUSH_CORE_ERROR_INVALID_ARGUMENT, "I do not like it");
  fixture_killed (f, 0, 0, 2);
  events = fixture_events (f, "JobEnd");
  g_assert_cmpstr (events, ==, "JobEnd 0 failed");
  fixture_free (f);
}

/* The last result decides as well. */
static void
test_result_handler_that_throws_at_the_end (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  job->refuse_output = 0;
  fixture_submit_request (f, request, job);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_failed (job, RUSH_CORE_ERROR_INVALID_ARGUMENT, "I do not like it");
  fixture_free (f);
}

/* Its parent has been given a stage before the barrier stage is refused: nothing of it is left. */
static void
test_refused_job_leaves_no_stages (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) base = my_shuffled_rdd (f->lineage, 2, 2);
  g_autoptr (RushRdd) fewer =
      my_rdd_new (f->lineage, 1, rush_dependency_range (base, 0, 0, 2), NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, my_shuffle (fewer, 2), NULL);

  fewer->barrier = TRUE;
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_failed (job, RUSH_CORE_ERROR_UNSUPPORTED, "within a barrier stage");
  g_assert_true (rush_scheduler_is_idle (f->scheduler));
  TestJob *next = fixture_submit_narrow (f, 1);
  fixture_succeed (f, 0, 0, 0); /* the number was not used up */
  fixture_assert_succeeded (next);
  fixture_free (f);
}

/* ---- shuffles ---- */

static void
test_run_trivial_shuffle (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 1);
  g_autofree char *events = NULL;

  fixture_assert_running (f, "0.0:0@1 0.0:1@1");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_outputs (f, 0, "0@1 1@-");
  fixture_assert_running (f, "0.0:1@1");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_outputs (f, 0, "0@1 1@1");
  fixture_assert_running (f, "1.0:0@1");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  events = fixture_events (f, "JobStart JobEnd StageSubmitted StageCompleted");
  g_assert_cmpstr (events, ==,
                   "JobStart 0 [0,1]; StageSubmitted 0.0 (2); StageCompleted 0.0 ok; "
                   "StageSubmitted 1.0 (1); StageCompleted 1.0 ok; JobEnd 0 ok");
  fixture_free (f);
}

/* A second job on the same shuffle: its map stage has a number, and is skipped. */
static void
test_second_action_skips_the_shuffled_stage (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);
  g_autofree char *events = NULL;

  fixture_submit (f, rdd);
  fixture_run_stages (f, "0.0 1.0");
  TestJob *again = fixture_submit (f, rdd);
  fixture_assert_running (f, "3.0:0@1 3.0:1@1");
  fixture_succeed_all (f, 3, 0);
  fixture_assert_succeeded (again);
  events = fixture_events (f, "JobStart StageSubmitted");
  g_assert_cmpstr (events, ==,
                   "JobStart 0 [0,1]; StageSubmitted 0.0 (2); StageSubmitted 1.0 (2); "
                   "JobStart 1 [2,3]; StageSubmitted 3.0 (2)");
  fixture_free (f);
}

static void
test_shuffle_with_map_stage_failure (void)
{
  Fixture *f = fixture_new (1, NULL);
  g_autofree char *events = NULL;

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit_shuffle (f, 2, 2);
  fixture_fail (f, 0, 0, 0, "bad map");
  fixture_assert_failed (job, RUSH_CORE_ERROR_PYTHON, "bad map");
  fixture_killed (f, 0, 0, 1);
  events = fixture_events (f, "StageSubmitted StageCompleted JobEnd");
  g_assert_cmpstr (events, ==,
                   "StageSubmitted 0.0 (2); StageCompleted 0.0 failed; JobEnd 0 failed");
  fixture_free (f);
}

static void
test_failure_of_a_stage_used_by_two_jobs (void)
{
  Fixture *f = fixture_new (1, NULL);
  TestJob *first, *second;

  fixture_add_executor (f, "1", "host1", 4);
  fixture_submit_two_readers (f, 2, 1, &first, &second);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1"); /* once for both */
  fixture_fail (f, 0, 0, 1, "bad map");
  fixture_assert_failed (first, RUSH_CORE_ERROR_PYTHON, "bad map");
  fixture_assert_failed (second, RUSH_CORE_ERROR_PYTHON, "bad map");
  fixture_killed (f, 0, 0, 0);
  fixture_free (f);
}

static void
test_dont_submit_stage_until_its_dependencies_are_registered (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) left = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) right = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) rdd =
      my_rdd_new (f->lineage, 1, my_shuffle (left, 1), my_shuffle (right, 1), NULL);
  TestJob *job = fixture_submit (f, rdd);

  fixture_assert_running (f, "0.0:0@1 1.0:0@1 1.0:1@1");
  fixture_complete (f, 1, 0, "ok ok");
  fixture_assert_running (f, "0.0:0@1"); /* the other parent is missing */
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "2.0:0@1");
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- dropped shuffles ---- */

static void
test_dropped_shuffle_is_forgotten (void)
{
  Fixture *f = fixture_roomy ();
  RushRdd *rdd = my_shuffled_rdd (f->lineage, 1, 1);
  gint shuffle_id = my_shuffle_id (rdd, 0);

  fixture_submit (f, rdd);
  fixture_run_stages (f, "0.0 1.0");
  rush_rdd_unref (rdd);
  g_assert_true (rush_map_output_tracker_contains_shuffle (f->tracker, shuffle_id));
  RushMessage *message = rush_message_new (RUSH_MESSAGE_SHUFFLE_DROPPED);
  message->id = shuffle_id;
  fixture_handle (f, message);
  g_assert_false (rush_map_output_tracker_contains_shuffle (f->tracker, shuffle_id));
  fixture_free (f);
}

/* ---- who owns the function ---- */

static guint n_freed;

static void
count_free (gpointer data)
{
  n_freed++;
}

static void
test_function_data_outlives_the_job (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  n_freed = 0;
  request->func_data = &n_freed;
  request->free_func_data = count_free;
  fixture_submit_request (f, request, job);
  fixture_cancel_job (f, 0, NULL);
  g_assert_cmpuint (n_freed, ==, 0); /* two tasks run */
  fixture_complete (f, 0, 0, "killed killed");
  g_assert_cmpuint (n_freed, ==, 1);
  fixture_free (f);
}

/* Two attempts share it: what runs last may be of the second. */
static void
test_function_data_outlives_the_first_attempt (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 2);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  n_freed = 0;
  request->func_data = &n_freed;
  request->free_func_data = count_free;
  fixture_submit_request (f, request, job);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0 lost:0:0");
  fixture_fire_timer (f);
  fixture_assert_running (f, "1.1:0@1 1.1:1@1");
  g_assert_true (fixture_find (f, 1, 1, 0)->task->work->func_data == &n_freed);
  fixture_cancel_job (f, 0, NULL);
  fixture_killed (f, 1, 1, 0);
  g_assert_cmpuint (n_freed, ==, 0);
  fixture_killed (f, 1, 1, 1);
  g_assert_cmpuint (n_freed, ==, 1);
  fixture_free (f);
}

static void
test_function_data_of_a_job_that_never_ran (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 1);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  n_freed = 0;
  request->func_data = &n_freed;
  request->free_func_data = count_free;
  fixture_submit_request (f, request, job);
  fixture_cancel_job (f, 0, NULL);
  g_assert_cmpuint (n_freed, ==, 1);
  fixture_killed (f, 0, 0, 0);
  g_assert_cmpuint (n_freed, ==, 1);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/dag/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (run_trivial_job);
  ADD (run_trivial_job_with_dependency);
  ADD (zero_split_job);
  ADD (zero_split_job_without_events);
  ADD (results_may_come_in_any_order);
  ADD (result_stage_on_a_subset_of_partitions);
  ADD (partition_that_does_not_exist);
  ADD (trivial_job_failure);
  ADD (failure_of_a_job_leaves_others_alone);
  ADD (getPartitions_that_throws);
  ADD (getPartitions_is_called_by_who_asks);
  ADD (getPartitions_of_a_narrow_parent_that_throws);
  ADD (result_handler_that_throws);
  ADD (result_handler_that_throws_at_the_end);
  ADD (refused_job_leaves_no_stages);
  ADD (run_trivial_shuffle);
  ADD (second_action_skips_the_shuffled_stage);
  ADD (shuffle_with_map_stage_failure);
  ADD (failure_of_a_stage_used_by_two_jobs);
  ADD (dont_submit_stage_until_its_dependencies_are_registered);
  ADD (dropped_shuffle_is_forgotten);
  ADD (function_data_outlives_the_job);
  ADD (function_data_outlives_the_first_attempt);
  ADD (function_data_of_a_job_that_never_ran);
  return g_test_run ();
}
