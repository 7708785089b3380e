/* test_cancellation.c - jobs, groups, stages, all: what ends, what goes on, what is told. */
#include "fixture.h"

static void
test_trivial_job_cancellation (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 1);
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
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 1);

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
  Fixture *f = fixture_roomy ();
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

/* A tag is one of a list: "a" is no tag of a job that has "ab". */
static void
test_job_tag_cancellation (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, NULL);
  const char *tags[] = { "x,a", "ab", NULL };
  TestJob *jobs[3];

  for (guint i = 0; i < 3; i++)
    {
      RushJobRequest *request = fixture_request (f, rdd, &jobs[i]);

      request->properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      if (tags[i] != NULL)
        g_hash_table_insert (request->properties, g_strdup ("spark.job.tags"), g_strdup (tags[i]));
      fixture_submit_request (f, request, jobs[i]);
    }
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_TAG_CANCELLED);
  message->text = g_strdup ("a");
  message->reason = g_strdup ("for a reason");
  fixture_handle (f, message);
  fixture_assert_failed (jobs[0], RUSH_CORE_ERROR_CANCELLED, "Job 0 cancelled for a reason");
  g_assert_false (jobs[1]->done);
  g_assert_false (jobs[2]->done);
  fixture_succeed (f, 1, 0, 0);
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (jobs[1]);
  fixture_killed (f, 0, 0, 0);
  fixture_free (f);
}

static void
test_all_jobs_cancellation (void)
{
  Fixture *f = fixture_roomy ();
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
  Fixture *f = fixture_roomy ();
  RushMessage *message = rush_message_new (RUSH_MESSAGE_STAGE_CANCELLED);
  TestJob *first, *second;

  fixture_submit_two_readers (f, 1, 1, &first, &second);
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
  Fixture *f = fixture_roomy ();
  TestJob *first, *second;

  fixture_submit_two_readers (f, 2, 1, &first, &second);
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
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 2);

  rush_scheduler_free (g_steal_pointer (&f->scheduler));
  fixture_assert_failed (job, RUSH_CORE_ERROR_STOPPED,
                         "Job 0 cancelled because SparkContext was shut down");
  fixture_free_busy (f);
}

#define ADD(name) g_test_add_func ("/scheduler/cancellation/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (trivial_job_cancellation);
  ADD (cancellation_of_a_job_that_is_over);
  ADD (job_group_cancellation);
  ADD (job_tag_cancellation);
  ADD (all_jobs_cancellation);
  ADD (stage_cancellation_cancels_all_its_jobs);
  ADD (cancelling_one_of_two_jobs_keeps_the_shared_stage);
  ADD (the_context_stops);
  return g_test_run ();
}
