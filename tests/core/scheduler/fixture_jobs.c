/* fixture_jobs.c - jobs of a test: who listens to them, what they run on, how they ended. */
#include "fixture.h"

/* ---- the listener ---- */

static gboolean
task_succeeded (RushJobListener *listener, guint i, RushTaskResult *result, GError **error)
{
  TestJob *self = (TestJob *)listener;

  g_assert_false (self->done);
  g_assert_cmpuint (i, <, self->n_results);
  if ((gint)i == self->refuse_output)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "I do not like it");
      return FALSE;
    }
  self->seen[i]++;
  return TRUE;
}

static void
job_ended (RushJobListener *listener, const GError *error)
{
  TestJob *self = (TestJob *)listener;

  g_assert_false (self->done);
  self->done = TRUE;
  self->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
outputs_written (RushJobListener *listener, GPtrArray *statuses)
{
  TestJob *self = (TestJob *)listener;

  g_assert_false (self->done);
  g_assert_null (self->outputs);
  self->outputs = statuses;
}

void
test_job_free (gpointer data)
{
  TestJob *self = data;

  g_clear_error (&self->error);
  g_clear_pointer (&self->outputs, g_ptr_array_unref);
  g_free (self->seen);
  g_free (self);
}

static TestJob *
job_new (Fixture *self, guint n_results)
{
  static const RushJobListenerClass klass = { .task_succeeded = task_succeeded,
                                              .job_ended = job_ended,
                                              .outputs_written = outputs_written };
  TestJob *job = g_new0 (TestJob, 1);

  job->listener.klass = &klass;
  job->id = rush_scheduler_next_job_id (self->scheduler);
  job->n_results = n_results;
  job->seen = g_new0 (guint, n_results);
  job->refuse_output = -1;
  g_ptr_array_add (self->jobs, job);
  return job;
}

RushJobRequest *
fixture_request (Fixture *self, RushRdd *rdd, TestJob **out_job)
{
  RushJobRequest *request = g_new0 (RushJobRequest, 1);
  guint n = ((MyRdd *)rdd)->n_partitions;
  TestJob *job = job_new (self, n);

  request->job_id = job->id;
  request->rdd = rush_rdd_ref (rdd);
  request->call_site.short_form = g_strdup ("collect at test.py:1");
  request->call_site.long_form = g_strdup ("");
  request->cause = g_strdup ("action");
  request->listener = &job->listener;
  *out_job = job;
  return request;
}

/* A request that cannot be is refused before the scheduler hears of it. */
static TestJob *
submit_some (Fixture *self, RushJobRequest *request, TestJob *job, const guint *partitions, guint n)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);
  g_autoptr (GError) error = NULL;

  message->job = request;
  if (rush_job_request_set_partitions (request, partitions, n, &error))
    fixture_handle (self, message);
  else
    {
      job_ended (&job->listener, error);
      rush_message_free (message);
    }
  return job;
}

TestJob *
fixture_submit_request (Fixture *self, RushJobRequest *request, TestJob *job)
{
  return submit_some (self, request, job, NULL, 0);
}

TestJob *
fixture_submit (Fixture *self, RushRdd *rdd)
{
  TestJob *job;
  RushJobRequest *request = fixture_request (self, rdd, &job);

  return fixture_submit_request (self, request, job);
}

TestJob *
fixture_submit_partitions (Fixture *self, RushRdd *rdd, const guint *partitions, guint n)
{
  TestJob *job;
  RushJobRequest *request = fixture_request (self, rdd, &job);

  job->n_results = n;
  job->seen = g_renew (guint, job->seen, n);
  memset (job->seen, 0, n * sizeof *job->seen);
  return submit_some (self, request, job, partitions, n);
}

TestJob *
fixture_submit_map_stage (Fixture *self, RushDependency *dependency)
{
  TestJob *job;
  RushJobRequest *request = fixture_request (self, dependency->rdd, &job);

  request->dependency = rush_dependency_ref (dependency);
  job->n_results = 0;
  return fixture_submit_request (self, request, job);
}

void
fixture_cancel_job (Fixture *self, gint job_id, const char *reason)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_CANCELLED);

  message->id = job_id;
  message->reason = g_strdup (reason);
  fixture_handle (self, message);
}

/* ---- jobs on lineages that many tests want ---- */

static TestJob *
submit_and_unref (Fixture *self, RushRdd *rdd)
{
  TestJob *job = fixture_submit (self, rdd);

  rush_rdd_unref (rdd);
  return job;
}

TestJob *
fixture_submit_narrow (Fixture *self, guint n)
{
  return submit_and_unref (self, my_rdd_new (self->lineage, n, NULL));
}

TestJob *
fixture_submit_at (Fixture *self, const char *places)
{
  RushRdd *rdd;
  guint n = 1;

  for (const char *p = places; *p != '\0'; p++)
    n += *p == '|';
  rdd = my_rdd_new (self->lineage, n, NULL);
  my_rdd_set_locations (rdd, places);
  return submit_and_unref (self, rdd);
}

TestJob *
fixture_submit_shuffle (Fixture *self, guint n_maps, guint n_reduces)
{
  return submit_and_unref (self, my_shuffled_rdd (self->lineage, n_maps, n_reduces));
}

TestJob *
fixture_submit_chain (Fixture *self, guint n_one, guint n_two, guint n_last)
{
  g_autoptr (RushRdd) two = my_shuffled_rdd (self->lineage, n_one, n_two);

  return submit_and_unref (self,
                           my_rdd_new (self->lineage, n_last, my_shuffle (two, n_last), NULL));
}

void
fixture_submit_two_readers (Fixture *self, guint n_maps, guint n_reduces, TestJob **out_first,
                            TestJob **out_second)
{
  g_autoptr (RushRdd) maps = my_rdd_new (self->lineage, n_maps, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, n_reduces);

  *out_first = submit_and_unref (
      self, my_rdd_new (self->lineage, n_reduces, rush_dependency_ref (shuffle), NULL));
  *out_second = submit_and_unref (
      self, my_rdd_new (self->lineage, n_reduces, rush_dependency_ref (shuffle), NULL));
}

/* ---- how they ended ---- */

void
fixture_assert_succeeded (TestJob *job)
{
  g_assert_true (job->done);
  g_assert_no_error (job->error);
  for (guint i = 0; i < job->n_results; i++)
    g_assert_cmpuint (job->seen[i], ==, 1);
}

void
fixture_assert_failed (TestJob *job, gint code, const char *message_part)
{
  g_assert_true (job->done);
  g_assert_error (job->error, RUSH_CORE_ERROR, code);
  if (strstr (job->error->message, message_part) == NULL)
    g_error ("\"%s\" does not contain \"%s\"", job->error->message, message_part);
}
