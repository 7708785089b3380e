/* chaos_jobs.c - the jobs of a random program, and what must be true of their results.
 *
 * Each result is accepted once.  Those that chance has no part in equal those without faults.  All
 * of one job have read the same outputs: results of two generations of an indeterminate stage do
 * not go together.
 */
#include "sim/chaos/chaos_private.h"

#include <string.h>

/* ---- results ---- */

static gboolean
task_succeeded (RushJobListener *listener, guint i, RushTaskResult *result, GError **error)
{
  RushChaosJob *self = (RushChaosJob *)listener;
  RushInvariantWatch *watch = self->run->watch;
  const RushChaosValue *value = result->value;

  if (self->done || i >= self->n_results || self->accepted[i] > 0)
    {
      rush_invariant_watch_note (watch, "result %u of job %u is accepted again", i, self->number);
      return TRUE;
    }
  self->accepted[i] = 1;
  if (self->n_accepted++ == 0)
    self->read = value->read;
  if (value->read != self->read)
    rush_invariant_watch_note (
        watch, "result %u of job %u has read other outputs than those before", i, self->number);
  if (self->expected != NULL && value->value != self->expected[i])
    rush_invariant_watch_note (watch, "result %u of job %u is not what it is without faults", i,
                               self->number);
  return TRUE;
}

/* Spark's words for what ends a job, or keeps it from beginning (a barrier stage that reads two
 * others); anything else would be an accident. */
static gboolean
is_typed (const GError *error)
{
  return error->domain == RUSH_CORE_ERROR && error->code != RUSH_CORE_ERROR_STOPPED &&
         (g_str_has_prefix (error->message, "Job aborted due to stage failure: ") ||
          g_str_has_prefix (error->message, "[SPARK-24820]"));
}

static void
job_ended (RushJobListener *listener, const GError *error)
{
  RushChaosJob *self = (RushChaosJob *)listener;
  RushInvariantWatch *watch = self->run->watch;

  if (self->run->over) /* the scheduler goes, and gives up what still runs */
    return;
  if (self->done)
    rush_invariant_watch_note (watch, "job %u ends twice", self->number);
  self->done = TRUE;
  if (error == NULL && self->n_accepted != self->n_results)
    rush_invariant_watch_note (watch, "job %u ends well with %u of %u results", self->number,
                               self->n_accepted, self->n_results);
  if (error != NULL && self->failure == NULL)
    self->failure = g_error_copy (error);
  if (error != NULL && self->run->driver_lost == NULL && !is_typed (error))
    rush_invariant_watch_note (watch, "job %u fails without a reason that has a type: %s",
                               self->number, error->message);
}

static const RushJobListenerClass job_class = { .task_succeeded = task_succeeded,
                                                .job_ended = job_ended };

/* ---- submission ---- */

static void
submit (gpointer data, gint64 number)
{
  RushChaosRun *run = data;
  RushChaosJob *self = &run->jobs[number];
  RushJobRequest *request = g_new0 (RushJobRequest, 1);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_JOB_SUBMITTED);

  self->submitted = TRUE;
  request->job_id = rush_scheduler_next_job_id (run->scheduler);
  request->rdd = rush_rdd_ref (self->rdd);
  request->func = rush_model_job_func;
  request->listener = &self->listener;
  request->call_site =
      (RushCallSite){ .short_form = rush_rdd_dup_name (self->rdd), .long_form = g_strdup ("") };
  request->cause = g_strdup ("action");
  request->properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (request->properties, g_strdup ("spark.scheduler.pool"),
                       g_strdup (number % 2 == 0 ? "even" : "odd"));
  if (!rush_job_request_set_partitions (request, NULL, 0, NULL))
    g_assert_not_reached (); /* a model knows its numbers of tasks */
  message->job = request;
  rush_simulated_backend_deliver (run->backend, message);
}

void
rush_chaos_jobs_start (RushChaosRun *run)
{
  if (run->started || run->driver_lost != NULL)
    return;
  run->started = TRUE;
  for (guint i = 0; i < run->program->n_jobs; i++)
    rush_event_heap_put (run->world.heap, (gint64)(run->program->job_at_s[i] * G_USEC_PER_SEC),
                         submit, run, i);
}

gboolean
rush_chaos_jobs_are_done (const RushChaosRun *run)
{
  for (guint i = 0; i < run->program->n_jobs; i++)
    if (!run->jobs[i].done)
      return FALSE;
  return TRUE;
}

/* ---- life ---- */

static void
job_init (RushChaosJob *self, RushChaosRun *run, guint number)
{
  guint stage = run->program->jobs[number];

  self->listener.klass = &job_class;
  self->run = run;
  self->number = number;
  self->rdd = rush_model_job_stage_rdd (run->model, stage);
  self->n_results = run->program->stages[stage].n_tasks;
  self->accepted = g_new0 (guint8, self->n_results);
  self->expected = g_new0 (guint64, self->n_results);
  if (!rush_chaos_values_expected (self->rdd, self->n_results, self->expected))
    g_clear_pointer (&self->expected, g_free);
}

void
rush_chaos_jobs_make (RushChaosRun *run)
{
  run->jobs = g_new0 (RushChaosJob, run->program->n_jobs);
  for (guint i = 0; i < run->program->n_jobs; i++)
    job_init (&run->jobs[i], run, i);
}

void
rush_chaos_jobs_clear (RushChaosRun *run)
{
  for (guint i = 0; run->jobs != NULL && i < run->program->n_jobs; i++)
    {
      g_free (run->jobs[i].accepted);
      g_free (run->jobs[i].expected);
      g_clear_error (&run->jobs[i].failure);
    }
  g_free (run->jobs);
}
