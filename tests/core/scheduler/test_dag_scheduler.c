/* test_dag_scheduler.c - jobs become stages, stages become task sets, results come in, jobs end.
 *
 * The names of the tests are those of Spark's DAGSchedulerSuite where there is such a scenario.
 * Failed fetches have a file of their own (test_fetch_failure.c).
 */
#include "fixture.h"

/* One executor that has room for everything. */
static Fixture *
roomy_fixture (void)
{
  Fixture *f = fixture_new (4, NULL);

  fixture_add_executor (f, "1", "host1", 100);
  return f;
}

/* ---- jobs without a shuffle ---- */

static void
test_run_trivial_job (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  TestJob *job = fixture_submit (f, rdd);

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
  Fixture *f = roomy_fixture ();
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
  Fixture *f = roomy_fixture ();
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
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 0, NULL);
  TestJob *job = fixture_submit (f, rdd);

  fixture_assert_succeeded (job);
  g_assert_cmpuint (f->events->len, ==, 0);
  fixture_free (f);
}

static void
test_results_may_come_in_any_order (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 3, NULL);
  TestJob *job = fixture_submit (f, rdd);

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
  Fixture *f = roomy_fixture ();
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
  Fixture *f = roomy_fixture ();
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
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  g_autofree char *events = NULL;

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit (f, rdd);
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
  g_autoptr (RushRdd) bad = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) good = my_rdd_new (f->lineage, 2, NULL);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *bad_job = fixture_submit (f, bad);
  TestJob *good_job = fixture_submit (f, good);
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
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) good = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) source = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) bad = my_rdd_new (f->lineage, 1, my_shuffle (source, 1), NULL);
  TestJob *good_job = fixture_submit (f, good);

  my_rdd_fail_partitions (source);
  TestJob *bad_job = fixture_submit (f, bad);
  fixture_assert_failed (bad_job, RUSH_CORE_ERROR_IO, "the folder is gone");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (good_job);
  fixture_free (f);
}

/* Nobody needs the count of this one to make stages: it is asked for all the same, at once. */
static void
test_getPartitions_of_a_narrow_parent_that_throws (void)
{
  Fixture *f = roomy_fixture ();
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
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 3, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);
  g_autofree char *events = NULL;

  job->refuse_output = 1;
  fixture_submit_request (f, request, job);
  fixture_succeed (f, 0, 0, 0);
  fixture_succeed (f, 0, 0, 1);
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
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  job->refuse_output = 0;
  fixture_submit_request (f, request, job);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_failed (job, RUSH_CORE_ERROR_INVALID_ARGUMENT, "I do not like it");
  fixture_free (f);
}

static void
test_barrier_stage_is_refused (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, NULL);

  rdd->barrier = TRUE;
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_failed (job, RUSH_CORE_ERROR_UNSUPPORTED, "barrier");
  fixture_free (f);
}

/* A parent was given a stage before the barrier was met: nothing of it is left. */
static void
test_refused_job_leaves_no_stages (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) base = my_shuffled_rdd (f->lineage, 2, 2);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, my_shuffle (base, 2), NULL);
  g_autoptr (RushRdd) fine = my_rdd_new (f->lineage, 1, NULL);

  base->barrier = TRUE;
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_failed (job, RUSH_CORE_ERROR_UNSUPPORTED, "barrier");
  g_assert_true (rush_scheduler_is_idle (f->scheduler));
  TestJob *next = fixture_submit (f, fine);
  fixture_succeed (f, 0, 0, 0); /* the number was not used up */
  fixture_assert_succeeded (next);
  fixture_free (f);
}

/* ---- cancellation ---- */

static void
test_trivial_job_cancellation (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  TestJob *job = fixture_submit (f, rdd);
  g_autofree char *events = NULL;

  fixture_cancel_job (f, 0, "by the user");
  fixture_assert_failed (job, RUSH_CORE_ERROR_CANCELLED, "Job 0 cancelled by the user");
  g_assert_cmpstr (fixture_find (f, 0, 0, 0)->kill_reason, ==, "Job 0 cancelled by the user");
  g_assert_false (rush_scheduler_is_idle (f->scheduler));
  fixture_killed (f, 0, 0, 0);
  events = fixture_events (f, "StageCompleted TaskEnd JobEnd");
  g_assert_cmpstr (events, ==,
                   "StageCompleted 0.0 failed; JobEnd 0 failed; TaskEnd 0.0:0 TaskKilled");
  fixture_free (f);
}

static void
test_cancellation_of_a_job_that_is_over (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed (f, 0, 0, 0);
  fixture_cancel_job (f, 0, NULL);
  fixture_cancel_job (f, 17, NULL);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static GHashTable *
group_properties (const char *group)
{
  GHashTable *properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_hash_table_insert (properties, g_strdup ("spark.jobGroup.id"), g_strdup (group));
  return properties;
}

static void
test_job_group_cancellation (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  const char *groups[] = { "g", "h", "g" };
  TestJob *jobs[3];

  for (guint i = 0; i < 3; i++)
    {
      RushJobRequest *request = fixture_request (f, rdd, &jobs[i]);

      request->properties = group_properties (groups[i]);
      fixture_submit_request (f, request, jobs[i]);
    }
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_GROUP_CANCELLED);
  message->text = g_strdup ("g");
  fixture_handle (f, message);
  fixture_assert_failed (jobs[0], RUSH_CORE_ERROR_CANCELLED,
                         "Job 0 cancelled part of cancelled job group g");
  fixture_assert_failed (jobs[2], RUSH_CORE_ERROR_CANCELLED, "Job 2 cancelled");
  g_assert_false (jobs[1]->done);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (jobs[1]);
  fixture_killed (f, 0, 0, 0);
  fixture_killed (f, 2, 0, 0);
  fixture_free (f);
}

static void
test_all_jobs_cancellation (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  TestJob *first = fixture_submit (f, rdd);
  TestJob *second = fixture_submit (f, rdd);

  fixture_handle (f, rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED));
  fixture_assert_failed (first, RUSH_CORE_ERROR_CANCELLED,
                         "Job 0 cancelled as part of cancellation of all jobs");
  fixture_assert_failed (second, RUSH_CORE_ERROR_CANCELLED, "Job 1 cancelled");
  fixture_killed (f, 0, 0, 0);
  fixture_killed (f, 1, 0, 0);
  fixture_free (f);
}

static void
test_stage_cancellation_cancels_all_its_jobs (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  TestJob *first = fixture_submit (f, a);
  TestJob *second = fixture_submit (f, b);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_STAGE_CANCELLED);

  message->id = 0;
  fixture_handle (f, message);
  fixture_assert_failed (first, RUSH_CORE_ERROR_CANCELLED,
                         "Job 0 cancelled because Stage 0 was cancelled");
  fixture_assert_failed (second, RUSH_CORE_ERROR_CANCELLED,
                         "Job 1 cancelled because Stage 0 was cancelled");
  fixture_killed (f, 0, 0, 0);
  fixture_free (f);
}

static void
test_cancelling_one_of_two_jobs_keeps_the_shared_stage (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  TestJob *first = fixture_submit (f, a);
  TestJob *second = fixture_submit (f, b);

  fixture_cancel_job (f, 0, NULL);
  fixture_assert_failed (first, RUSH_CORE_ERROR_CANCELLED, "Job 0 cancelled");
  g_assert_null (fixture_find (f, 0, 0, 0)->kill_reason);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

static void
test_the_context_stops (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);
  TestJob *job = fixture_submit (f, rdd);

  rush_scheduler_free (g_steal_pointer (&f->scheduler));
  fixture_assert_failed (job, RUSH_CORE_ERROR_STOPPED,
                         "Job 0 cancelled because SparkContext was shut down");
  fixture_free_busy (f);
}

/* ---- shuffles ---- */

static void
test_run_trivial_shuffle (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);
  TestJob *job = fixture_submit (f, rdd);
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
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);
  g_autofree char *events = NULL;

  fixture_submit (f, rdd);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
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
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);
  g_autofree char *events = NULL;

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit (f, rdd);
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
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *first = fixture_submit (f, a);
  TestJob *second = fixture_submit (f, b);
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
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) left = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) right = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) rdd =
      my_rdd_new (f->lineage, 1, my_shuffle (left, 1), my_shuffle (right, 1), NULL);
  TestJob *job = fixture_submit (f, rdd);

  fixture_assert_running (f, "0.0:0@1 1.0:0@1 1.0:1@1");
  fixture_succeed (f, 1, 0, 0);
  fixture_succeed (f, 1, 0, 1);
  fixture_assert_running (f, "0.0:0@1"); /* the other parent is missing */
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "2.0:0@1");
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- what is cached ---- */

static void
test_cached_post_shuffle (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);

  /* Nobody needs the first shuffle: what is made from it is cached. */
  fixture_set_cached (f, two, 0, "1");
  fixture_set_cached (f, two, 1, "1");
  TestJob *job = fixture_submit (f, last);
  fixture_assert_running (f, "1.0:0@1 1.0:1@1");
  fixture_succeed_all (f, 1, 0);
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_partly_cached_needs_its_parents (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);

  fixture_set_cached (f, two, 1, "1");
  TestJob *job = fixture_submit (f, two);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_cache_location_preferences_with_dependency (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) base = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, rush_dependency_one_to_one (base), NULL);

  for (guint i = 1; i <= 4; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autofree char *host = g_strdup_printf ("host%u", i);
      fixture_add_executor (f, id, host, 1);
    }
  fixture_set_cached (f, base, 0, "3");
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_running (f, "0.0:0@3");
  g_assert_cmpint (fixture_find (f, 0, 0, 0)->task->locality, ==, RUSH_LOCALITY_PROCESS_LOCAL);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_reduce_tasks_placed_locally_with_map_output (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 1);

  for (guint i = 1; i <= 4; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autofree char *host = g_strdup_printf ("host%u", i);
      fixture_add_executor (f, id, host, 1);
    }
  TestJob *job = fixture_submit (f, rdd);
  g_autofree char *where = g_strdup (fixture_find (f, 0, 0, 0)->executor_id);
  fixture_succeed (f, 0, 0, 0);
  g_assert_cmpstr (fixture_find (f, 1, 0, 0)->executor_id, ==, where);
  g_assert_cmpint (fixture_find (f, 1, 0, 0)->task->locality, ==, RUSH_LOCALITY_NODE_LOCAL);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A thousand maps: nobody adds up their sizes. */
static void
test_reduce_tasks_of_large_shuffles_go_anywhere (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1000, 1);

  fixture_add_executor (f, "1", "host1", 1000);
  TestJob *job = fixture_submit (f, rdd);
  fixture_succeed_all (f, 0, 0);
  g_assert_cmpint (fixture_find (f, 1, 0, 0)->task->locality, ==, RUSH_LOCALITY_PROCESS_LOCAL);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Partition i is not slice i of the shuffle here: its sizes say nothing. */
static void
test_readers_of_other_slices_go_anywhere (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, my_shuffle (maps, 4), NULL);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  g_assert_cmpint (fixture_find (f, 1, 0, 0)->task->locality, ==, RUSH_LOCALITY_PROCESS_LOCAL);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- lost executors ---- */

static void
test_run_trivial_shuffle_with_out_of_band_executor_failure_and_retry (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);

  fixture_add_executor (f, "1", "host1", 1);
  fixture_add_executor (f, "2", "host2", 1);
  TestJob *job = fixture_submit (f, rdd);
  ScriptedTask *on_one = fixture_find (f, 0, 0, 0);
  guint lost = g_str_equal (on_one->executor_id, "1") ? 0 : 1;
  fixture_succeed_all (f, 0, 0);
  fixture_assert_partitions (f, 1, 0, "0");
  /* The executor is lost while nobody reads from it: the outputs are missing all the same. */
  fixture_lose_executor (f, "1");
  g_assert_cmpuint (rush_map_output_tracker_n_available (f->tracker, 0), ==, 1);
  fixture_fetch_failed (f, 1, 0, 0, 0, (gint)lost, "1");
  fixture_fire_timer (f);
  g_assert_cmpuint (fixture_n_running (f, 0, 1), ==, 1);
  g_assert_nonnull (fixture_find (f, 0, 1, lost));
  fixture_succeed (f, 0, 1, lost);
  fixture_assert_outputs (f, 0, "0@2 1@2");
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_register_map_outputs_correctly_after_ExecutorLost_and_task_Resubmitted (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 3, 1);
  g_autofree char *events = NULL;

  fixture_add_executor (f, "1", "host1", 2);
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@1 0.0:2@1");
  fixture_add_executor (f, "2", "host2", 3);
  fixture_lose_executor (f, "1");
  fixture_assert_outputs (f, 0, "0@- 1@- 2@-");
  fixture_assert_partitions (f, 0, 0, "0 1 2"); /* the same attempt goes on, on the other one */
  events = fixture_events (f, "TaskEnd");
  g_assert_cmpstr (events, ==,
                   "TaskEnd 0.0:0 Success; TaskEnd 0.0:0 Resubmitted; "
                   "TaskEnd 0.0:1 ExecutorLostFailure; TaskEnd 0.0:2 ExecutorLostFailure");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_outputs (f, 0, "0@2 1@2 2@2");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_resubmitted_tasks_start_with_the_lowest (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 4, 1);

  fixture_add_executor (f, "1", "host1", 3);
  TestJob *job = fixture_submit (f, rdd);
  fixture_add_executor (f, "2", "host2", 1);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1 0.0:2@1 0.0:3@2");
  for (guint i = 0; i < 3; i++)
    fixture_succeed (f, 0, 0, i);
  fixture_lose_executor (f, "1");
  for (guint i = 0; i < 3; i++)
    {
      fixture_succeed (f, 0, 0, i == 0 ? 3 : i - 1);
      g_assert_nonnull (fixture_find (f, 0, 0, i));
    }
  fixture_succeed (f, 0, 0, 2);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Its outputs are served by somebody else: what was finished stays finished. */
static void
test_executor_lost_without_its_outputs (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);

  fixture_add_executor (f, "1", "host1", 1);
  TestJob *job = fixture_submit (f, rdd);
  fixture_succeed (f, 0, 0, 0);
  fixture_add_executor (f, "2", "host2", 1);
  fixture_lose_executor_because (f, "1", FALSE, FALSE);
  fixture_assert_outputs (f, 0, "0@1 1@-");
  fixture_assert_running (f, "0.0:1@2");
  fixture_succeed (f, 0, 0, 1);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_ignore_late_map_task_completions (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);

  fixture_add_executor (f, "1", "host1", 2);
  TestJob *job = fixture_submit (f, rdd);
  gint64 late_id = fixture_find (f, 0, 0, 0)->task->task_id;
  RushTaskOutcome *late = fixture_success (f, fixture_find (f, 0, 0, 0));
  fixture_lose_executor (f, "1");
  fixture_handle (f, fixture_task_ended (late_id, late)); /* sent before the loss */
  fixture_assert_outputs (f, 0, "0@- 1@-");
  fixture_add_executor (f, "2", "host2", 2);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_outputs (f, 0, "0@2 1@2");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_duplicate_completions_are_ignored (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, NULL);
  TestJob *job = fixture_submit (f, rdd);
  ScriptedTask *task = fixture_find (f, 0, 0, 0);
  gint64 id = task->task->task_id;
  RushTaskOutcome *again = fixture_success (f, task);

  fixture_succeed (f, 0, 0, 0);
  fixture_handle (f, fixture_task_ended (id, again));
  fixture_handle (f, fixture_task_ended (id, rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "x")));
  fixture_handle (f, fixture_task_ended (4711, rush_task_outcome_new (RUSH_OUTCOME_KILLED, "x")));
  g_assert_cmpuint (job->seen[0], ==, 1);
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- dropped shuffles ---- */

static void
test_dropped_shuffle_is_forgotten (void)
{
  Fixture *f = roomy_fixture ();
  RushRdd *rdd = my_shuffled_rdd (f->lineage, 1, 1);
  gint shuffle_id = my_shuffle_id (rdd, 0);

  fixture_submit (f, rdd);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
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
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  n_freed = 0;
  request->func_data = &n_freed;
  request->free_func_data = count_free;
  fixture_submit_request (f, request, job);
  fixture_cancel_job (f, 0, NULL);
  g_assert_cmpuint (n_freed, ==, 0); /* two tasks run */
  fixture_killed (f, 0, 0, 0);
  fixture_killed (f, 0, 0, 1);
  g_assert_cmpuint (n_freed, ==, 1);
  fixture_free (f);
}

/* Two attempts share it: what runs last may be of the second. */
static void
test_function_data_outlives_the_first_attempt (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 2);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  n_freed = 0;
  request->func_data = &n_freed;
  request->free_func_data = count_free;
  fixture_submit_request (f, request, job);
  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, NULL);
  fixture_fetch_failed (f, 1, 0, 1, 0, 0, NULL);
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
  Fixture *f = roomy_fixture ();
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
  ADD (getPartitions_of_a_narrow_parent_that_throws);
  ADD (result_handler_that_throws);
  ADD (result_handler_that_throws_at_the_end);
  ADD (barrier_stage_is_refused);
  ADD (refused_job_leaves_no_stages);
  ADD (trivial_job_cancellation);
  ADD (cancellation_of_a_job_that_is_over);
  ADD (job_group_cancellation);
  ADD (all_jobs_cancellation);
  ADD (stage_cancellation_cancels_all_its_jobs);
  ADD (cancelling_one_of_two_jobs_keeps_the_shared_stage);
  ADD (the_context_stops);
  ADD (run_trivial_shuffle);
  ADD (second_action_skips_the_shuffled_stage);
  ADD (shuffle_with_map_stage_failure);
  ADD (failure_of_a_stage_used_by_two_jobs);
  ADD (dont_submit_stage_until_its_dependencies_are_registered);
  ADD (cached_post_shuffle);
  ADD (partly_cached_needs_its_parents);
  ADD (cache_location_preferences_with_dependency);
  ADD (reduce_tasks_placed_locally_with_map_output);
  ADD (reduce_tasks_of_large_shuffles_go_anywhere);
  ADD (readers_of_other_slices_go_anywhere);
  ADD (run_trivial_shuffle_with_out_of_band_executor_failure_and_retry);
  ADD (register_map_outputs_correctly_after_ExecutorLost_and_task_Resubmitted);
  ADD (resubmitted_tasks_start_with_the_lowest);
  ADD (executor_lost_without_its_outputs);
  ADD (ignore_late_map_task_completions);
  ADD (duplicate_completions_are_ignored);
  ADD (dropped_shuffle_is_forgotten);
  ADD (function_data_outlives_the_job);
  ADD (function_data_outlives_the_first_attempt);
  ADD (function_data_of_a_job_that_never_ran);
  return g_test_run ();
}
