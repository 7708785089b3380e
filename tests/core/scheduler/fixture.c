/* fixture.c - see the header. */
#include "fixture.h"

/* ---- jobs ---- */

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
job_free (gpointer data)
{
  TestJob *self = data;

  g_clear_error (&self->error);
  g_free (self->seen);
  g_free (self);
}

static TestJob *
job_new (Fixture *self, guint n_results)
{
  static const RushJobListenerClass klass = { task_succeeded, job_ended };
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
  request->n_partitions = n;
  request->call_site.short_form = g_strdup ("collect at test.py:1");
  request->call_site.long_form = g_strdup ("");
  request->cause = g_strdup ("action");
  request->listener = &job->listener;
  *out_job = job;
  return request;
}

TestJob *
fixture_submit_request (Fixture *self, RushJobRequest *request, TestJob *job)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);

  message->job = request;
  fixture_handle (self, message);
  return job;
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

  request->partitions = g_memdup2 (partitions, n * sizeof *partitions);
  request->n_partitions = n;
  job->n_results = n;
  job->seen = g_renew (guint, job->seen, n);
  memset (job->seen, 0, n * sizeof *job->seen);
  return fixture_submit_request (self, request, job);
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

/* ---- executors, timers ---- */

void
fixture_handle (Fixture *self, RushMessage *message)
{
  rush_scheduler_handle (self->scheduler, message);
  rush_scheduler_check_invariants (self->scheduler);
}

void
fixture_add_executor_in_rack (Fixture *self, const char *id, const char *host, const char *rack,
                              guint cores)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_REGISTERED);

  message->text = g_strdup (id);
  message->host = g_strdup (host);
  message->rack = g_strdup (rack);
  message->cores = cores;
  fixture_handle (self, message);
}

void
fixture_add_executor (Fixture *self, const char *id, const char *host, guint cores)
{
  fixture_add_executor_in_rack (self, id, host, NULL, cores);
}

/* The tasks of a dead executor say nothing any more. */
static void
drop_tasks_of (Fixture *self, const char *id)
{
  for (guint i = scripted_backend_n_running (self->backend); i-- > 0;)
    if (g_str_equal (scripted_backend_running (self->backend, i)->executor_id, id))
      scripted_task_free (scripted_backend_take (self->backend, i));
}

void
fixture_lose_executor_because (Fixture *self, const char *id, gboolean caused_by_application,
                               gboolean outputs_lost)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_EXECUTOR_LOST);

  drop_tasks_of (self, id);
  message->text = g_strdup (id);
  message->reason = g_strdup ("it was lost");
  message->caused_by_application = caused_by_application;
  message->outputs_lost = outputs_lost;
  fixture_handle (self, message);
}

void
fixture_lose_executor (Fixture *self, const char *id)
{
  fixture_lose_executor_because (self, id, FALSE, TRUE);
}

void
fixture_fire_timer (Fixture *self)
{
  RushMessage *message = scripted_backend_next_timer (self->backend);

  g_assert_nonnull (message);
  fixture_handle (self, message);
}

/* ---- tasks ---- */

static gint
index_of (Fixture *self, gint stage, gint attempt, guint partition)
{
  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    {
      const RushTask *task = scripted_backend_running (self->backend, i)->task;

      if (task->work->stage_id == stage && task->work->stage_attempt == attempt &&
          task->partition == partition)
        return (gint)i;
    }
  return -1;
}

ScriptedTask *
fixture_find (Fixture *self, gint stage, gint attempt, guint partition)
{
  gint i = index_of (self, stage, attempt, partition);

  return i >= 0 ? scripted_backend_running (self->backend, (guint)i) : NULL;
}

RushMessage *
fixture_task_ended (gint64 task_id, RushTaskOutcome *outcome)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_TASK_ENDED);

  message->task_id = task_id;
  message->outcome = outcome;
  return message;
}

static void
unref_status (gpointer status)
{
  rush_map_status_unref (status);
}

RushTaskOutcome *
fixture_success (Fixture *self, const ScriptedTask *task)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);
  const RushStageWork *work = task->task->work;

  if (work->kind == RUSH_TASK_RESULT)
    return outcome;
  guint n_reduces = work->dependency->partitioner->n_partitions;
  g_autofree char *host = g_strconcat ("host", task->executor_id, NULL);
  RushMapStatus *status =
      rush_map_status_new (task->executor_id, host, task->task->task_id, n_reduces);
  for (guint i = 0; i < n_reduces; i++)
    status->sizes[i] = (RushSliceSize){ 100, 10, 10 };
  outcome->map_status = status;
  outcome->free_map_status = unref_status;
  return outcome;
}

void
fixture_end (Fixture *self, gint stage, gint attempt, guint partition, RushTaskOutcome *outcome)
{
  gint i = index_of (self, stage, attempt, partition);

  if (i < 0)
    g_error ("task %d.%d:%u does not run", stage, attempt, partition);
  g_autoptr (ScriptedTask) task = scripted_backend_take (self->backend, (guint)i);
  fixture_handle (self, fixture_task_ended (task->task->task_id, outcome));
}

void
fixture_succeed (Fixture *self, gint stage, gint attempt, guint partition)
{
  ScriptedTask *task = fixture_find (self, stage, attempt, partition);

  if (task == NULL)
    g_error ("task %d.%d:%u does not run", stage, attempt, partition);
  fixture_end (self, stage, attempt, partition, fixture_success (self, task));
}

static ScriptedTask *
first_of (Fixture *self, gint stage, gint attempt)
{
  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    {
      ScriptedTask *task = scripted_backend_running (self->backend, i);

      if (task->task->work->stage_id == stage && task->task->work->stage_attempt == attempt)
        return task;
    }
  return NULL;
}

void
fixture_succeed_all (Fixture *self, gint stage, gint attempt)
{
  ScriptedTask *task;

  g_assert_nonnull (first_of (self, stage, attempt));
  while ((task = first_of (self, stage, attempt)) != NULL)
    fixture_succeed (self, stage, attempt, task->task->partition);
}

void
fixture_fail (Fixture *self, gint stage, gint attempt, guint partition, const char *message)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, message);

  outcome->error_class = g_strdup ("ZeroDivisionError");
  outcome->error_domain = RUSH_CORE_ERROR;
  outcome->error_code = RUSH_CORE_ERROR_PYTHON;
  fixture_end (self, stage, attempt, partition, outcome);
}

void
fixture_killed (Fixture *self, gint stage, gint attempt, guint partition)
{
  ScriptedTask *task = fixture_find (self, stage, attempt, partition);

  g_assert_nonnull (task);
  fixture_end (self, stage, attempt, partition,
               rush_task_outcome_new (RUSH_OUTCOME_KILLED, task->kill_reason));
}

void
fixture_fetch_failed (Fixture *self, gint stage, gint attempt, guint partition, gint shuffle_id,
                      gint map_index, const char *executor)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, "ignored");

  outcome->shuffle_id = shuffle_id;
  outcome->map_index = map_index;
  outcome->reduce_partition = partition;
  outcome->executor_id = g_strdup (executor);
  fixture_end (self, stage, attempt, partition, outcome);
}

/* ---- questions ---- */

guint
fixture_n_running (Fixture *self, gint stage, gint attempt)
{
  guint n = 0;

  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    {
      const RushStageWork *work = scripted_backend_running (self->backend, i)->task->work;

      n += work->stage_id == stage && work->stage_attempt == attempt;
    }
  return n;
}

void
fixture_assert_running (Fixture *self, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    {
      const ScriptedTask *task = scripted_backend_running (self->backend, i);

      g_string_append_printf (text, "%s%d.%d:%u@%s", i > 0 ? " " : "", task->task->work->stage_id,
                              task->task->work->stage_attempt, task->task->partition,
                              task->executor_id);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

void
fixture_assert_partitions (Fixture *self, gint stage, gint attempt, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint max = 0;

  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    max = MAX (max, scripted_backend_running (self->backend, i)->task->partition);
  for (guint p = 0; p <= max; p++)
    if (fixture_find (self, stage, attempt, p) != NULL)
      g_string_append_printf (text, "%s%u", text->len > 0 ? " " : "", p);
  g_assert_cmpstr (text->str, ==, expected);
}

void
fixture_assert_outputs (Fixture *self, gint shuffle_id, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < rush_map_output_tracker_n_maps (self->tracker, shuffle_id); i++)
    {
      g_autoptr (RushMapStatus) status = rush_map_output_tracker_get (self->tracker, shuffle_id, i);

      g_string_append_printf (text, "%s%u@%s", i > 0 ? " " : "", i,
                              status != NULL ? status->executor_id : "-");
    }
  g_assert_cmpstr (text->str, ==, expected);
}

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

/* ---- events ---- */

typedef struct
{
  RushListener base;
  GPtrArray *events;
} Recorder;

static void
on_event (RushListener *listener, RushEvent *event)
{
  g_ptr_array_add (((Recorder *)listener)->events, rush_event_ref (event));
}

static void
recorder_free (RushListener *listener)
{
  g_free (listener);
}

static void
describe_event (const RushEvent *event, GString *out)
{
  const char *kind = rush_event_kind_spark_name (event->kind) + strlen ("SparkListener");

  g_string_append (out, kind);
  switch ((int)event->kind)
    {
    case RUSH_EVENT_JOB_START:
      g_string_append_printf (out, " %d [", event->job_start.job_id);
      for (guint i = 0; i < event->job_start.n_stages; i++)
        g_string_append_printf (out, "%s%d", i > 0 ? "," : "",
                                event->job_start.stages[i]->stage_id);
      g_string_append (out, "]");
      break;
    case RUSH_EVENT_JOB_END:
      g_string_append_printf (out, " %d %s", event->job_end.job_id,
                              event->job_end.succeeded ? "ok" : "failed");
      break;
    case RUSH_EVENT_STAGE_SUBMITTED:
      g_string_append_printf (out, " %d.%d (%u)", event->stage_submitted.stage->stage_id,
                              event->stage_submitted.stage->attempt,
                              event->stage_submitted.stage->n_tasks);
      break;
    case RUSH_EVENT_STAGE_COMPLETED:
      g_string_append_printf (out, " %d.%d %s", event->stage_completed.stage->stage_id,
                              event->stage_completed.stage->attempt,
                              event->stage_completed.stage->failure_reason == NULL ? "ok"
                                                                                   : "failed");
      break;
    case RUSH_EVENT_TASK_START:
      g_string_append_printf (out, " %d.%d:%u", event->task_start.stage_id,
                              event->task_start.stage_attempt, event->task_start.task.partition);
      break;
    case RUSH_EVENT_TASK_END:
      g_string_append_printf (out, " %d.%d:%u %s", event->task_end.stage_id,
                              event->task_end.stage_attempt, event->task_end.task.partition,
                              event->task_end.reason);
      break;
    default:
      break;
    }
}

char *
fixture_events (Fixture *self, const char *kinds)
{
  GString *out = g_string_new (NULL);
  g_auto (GStrv) wanted = g_strsplit (kinds, " ", -1);

  for (guint i = 0; i < self->events->len; i++)
    {
      const RushEvent *event = g_ptr_array_index (self->events, i);
      const char *kind = rush_event_kind_spark_name (event->kind) + strlen ("SparkListener");

      if (!g_strv_contains ((const char *const *)wanted, kind))
        continue;
      if (out->len > 0)
        g_string_append (out, "; ");
      describe_event (event, out);
    }
  return g_string_free (out, FALSE);
}

/* ---- the cache ---- */

static char **
cached_locations (RushCacheLocations *cache, const RushRdd *rdd, guint partition)
{
  Fixture *self = (Fixture *)((char *)cache - G_STRUCT_OFFSET (Fixture, cache));
  g_autofree char *key = g_strdup_printf ("%d:%u", rdd->id, partition);
  const char *places = g_hash_table_lookup (self->cached, key);

  return places != NULL ? g_strsplit (places, " ", -1) : NULL;
}

void
fixture_set_cached (Fixture *self, RushRdd *rdd, guint partition, const char *places)
{
  g_hash_table_insert (self->cached, g_strdup_printf ("%d:%u", rdd->id, partition),
                       g_strdup (places));
  rush_scheduler_set_cache_locations (self->scheduler, &self->cache);
}

/* ---- life ---- */

void
fixture_free_busy (Fixture *self)
{
  rush_scheduler_free (self->scheduler);
  for (guint i = 0; i < self->jobs->len; i++)
    g_assert_true (((TestJob *)g_ptr_array_index (self->jobs, i))->done);
  rush_event_bus_free (self->bus);
  rush_map_output_tracker_free (self->tracker);
  self->backend->klass->free (self->backend);
  g_ptr_array_unref (self->jobs);
  g_ptr_array_unref (self->events);
  g_hash_table_unref (self->cached);
  rush_lineage_unref (self->lineage);
  rush_conf_unref (self->conf);
  g_free (self);
}

void
fixture_free (Fixture *self)
{
  g_assert_cmpuint (scripted_backend_n_running (self->backend), ==, 0);
  g_assert_cmpuint (scripted_backend_n_timers (self->backend), ==, 0);
  g_assert_true (rush_scheduler_is_idle (self->scheduler));
  fixture_free_busy (self);
}

Fixture *
fixture_new (guint max_task_failures, ...)
{
  static const RushListenerClass recorder_class = { "recorder", on_event, NULL, recorder_free };
  Fixture *self = g_new0 (Fixture, 1);
  Recorder *recorder = g_new0 (Recorder, 1);
  g_autoptr (GError) error = NULL;
  const char *key;
  va_list args;

  self->conf = rush_conf_new ();
  va_start (args, max_task_failures);
  while ((key = va_arg (args, const char *)) != NULL)
    {
      rush_conf_set (self->conf, key, va_arg (args, const char *), &error);
      g_assert_no_error (error);
    }
  va_end (args);
  self->backend = scripted_backend_new ();
  self->bus = rush_event_bus_new (1000);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_event_unref);
  recorder->base.klass = &recorder_class;
  recorder->events = self->events;
  rush_event_bus_add_inline (self->bus, &recorder->base);
  self->tracker = rush_map_output_tracker_new ();
  self->scheduler =
      rush_scheduler_new (self->conf, self->backend, self->bus, self->tracker, max_task_failures);
  self->lineage = rush_lineage_new ();
  self->jobs = g_ptr_array_new_with_free_func (job_free);
  self->cached = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->cache.locations = cached_locations;
  return self;
}
