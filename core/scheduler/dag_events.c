/* dag_events.c - what the bus is told of jobs, stages and ends of tasks.
 *
 *     JobStart 0 ─ StageSubmitted 0.0 ─ TaskStart … TaskEnd ─ StageCompleted 0.0 ─ … ─ JobEnd 0
 *
 * Nothing is built unless somebody listens: the first line of each function is a branch, and that
 * is all it costs.  Listeners keep what they are given, so an info is never changed once it has
 * been posted: each event about a stage carries a new copy, and the stage keeps the last of them.
 *
 * Mirrors: the calls of listenerBus.post in org.apache.spark.scheduler.DAGScheduler.
 */
#include "core/scheduler/dag_scheduler_private.h"

#include "core/event/event_text.h"
#include "core/event/job_summary.h"

/* ---- properties ---- */

static void
add_pair (GStrvBuilder *pairs, const char *key, const char *value)
{
  g_strv_builder_add (pairs, key);
  g_strv_builder_add (pairs, value);
}

static int
compare_keys (const void *a, const void *b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Where the program asked is told where the call site does not. */
static gboolean
is_told (const char *key, const RushCallSite *call_site)
{
  return strcmp (key, RUSH_JOB_PLACE) != 0 || rush_call_site_is_in_spark (call_site->short_form);
}

/* The job's local properties by key, what may be secret left out; then where it comes from. */
static char **
properties_of (const RushJobRequest *request)
{
  g_autoptr (GStrvBuilder) pairs = g_strv_builder_new ();
  GHashTable *properties = request->properties;

  if (properties != NULL)
    {
      guint n;
      g_autofree const char **keys = (const char **)g_hash_table_get_keys_as_array (properties, &n);

      qsort (keys, n, sizeof *keys, compare_keys);
      for (guint i = 0; i < n; i++)
        if (is_told (keys[i], &request->call_site))
          add_pair (pairs, keys[i],
                    rush_conf_redact (keys[i], g_hash_table_lookup (properties, keys[i])));
    }
  add_pair (pairs, "callSite.short", request->call_site.short_form);
  if (request->cause != NULL)
    add_pair (pairs, "spark.rushlight.job.cause", request->cause);
  return g_strv_builder_end (pairs);
}

/* ---- jobs ---- */

/* (transfer full) */
static RushStageInfo *
last_info_of (RushStage *stage)
{
  if (stage->info == NULL)
    stage->info = rush_stage_describe_all (stage);
  return rush_stage_info_ref (stage->info);
}

void
rush_dag_post_job_start (RushDag *self, RushActiveJob *job)
{
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_JOB_START);
  RushJobStart *start = &event->job_start;

  start->job_id = job->id;
  start->time_ms = rush_clock_wall_ms (self->clock);
  start->n_stages = job->stages->len;
  start->stages = g_new0 (RushStageInfo *, job->stages->len);
  for (guint i = 0; i < job->stages->len; i++)
    start->stages[i] = last_info_of (g_ptr_array_index (job->stages, i));
  start->properties = properties_of (job->request);
  rush_event_bus_post (self->bus, event);
}

void
rush_dag_post_job_end (RushDag *self, gint job_id, const GError *error)
{
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_JOB_END);

  event->job_end.job_id = job_id;
  event->job_end.time_ms = rush_clock_wall_ms (self->clock);
  event->job_end.succeeded = error == NULL;
  event->job_end.error = error != NULL ? g_strdup (error->message) : NULL;
  rush_event_bus_post (self->bus, event);
}

/* ---- stages ---- */

void
rush_dag_post_stage_submitted (RushDag *self, RushStage *stage, RushActiveJob *job, guint n_tasks)
{
  /* Without tasks it has never been submitted: that is how a skipped stage is known. */
  stage->submission_ms = n_tasks > 0 ? rush_clock_wall_ms (self->clock) : 0;
  memset (&stage->metrics, 0, sizeof stage->metrics);
  g_clear_pointer (&stage->counted, g_array_unref);
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_STAGE_SUBMITTED);

  rush_stage_info_unref (stage->info);
  stage->info = rush_stage_describe_all (stage);
  stage->info->n_tasks = n_tasks;
  stage->info->submission_ms = stage->submission_ms;
  event->stage_submitted.stage = rush_stage_info_ref (stage->info);
  event->stage_submitted.properties = properties_of (job->request);
  rush_event_bus_post (self->bus, event);
}

void
rush_dag_post_stage_completed (RushDag *self, RushStage *stage, const char *failure_reason)
{
  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_STAGE_COMPLETED);
  RushStageInfo *info =
      stage->info != NULL ? rush_stage_info_dup (stage->info) : rush_stage_describe_all (stage);

  info->submission_ms = stage->submission_ms;
  info->completion_ms = rush_clock_wall_ms (self->clock);
  info->failure_reason = g_strdup (failure_reason);
  info->metrics = g_memdup2 (&stage->metrics, sizeof stage->metrics);
  g_clear_pointer (&info->accumulables, g_array_unref);
  info->accumulables = g_steal_pointer (&stage->counted);
  rush_stage_info_unref (stage->info);
  stage->info = info;
  event->stage_completed.stage = rush_stage_info_ref (info);
  rush_event_bus_post (self->bus, event);
}

/* ---- tasks ---- */

void
rush_dag_post_task_end (RushDag *self, const RushTaskEnding *ending)
{
  const RushTaskOutcome *outcome = ending->outcome;
  RushStage *stage = rush_dag_find_stage (self, ending->work->stage_id);

  if (!rush_event_bus_has_listeners (self->bus))
    return;
  RushEvent *event = rush_event_new (RUSH_EVENT_TASK_END);
  RushTaskEnd *end = &event->task_end;

  end->stage_id = ending->work->stage_id;
  end->stage_attempt = ending->work->stage_attempt;
  end->is_result = ending->work->kind == RUSH_TASK_RESULT;
  rush_attempt_describe (&ending->attempt, outcome, &end->task);
  end->metrics = outcome->metrics;
  if (stage != NULL && outcome->counted != NULL)
    end->accumulables = rush_accumulables_merge (&stage->counted, outcome->counted);
  end->reason = rush_outcome_kind_name (outcome->kind);
  end->error_class = g_strdup (outcome->error_class);
  end->message = g_strdup (outcome->message);
  end->caused_by_application = outcome->caused_by_application;
  if (outcome->kind == RUSH_OUTCOME_FETCH_FAILED)
    {
      end->fetch_shuffle_id = outcome->shuffle_id;
      end->fetch_map_index = outcome->map_index;
      end->fetch_reduce_id = (gint)outcome->reduce_partition;
      end->fetch_executor_id = g_strdup (outcome->executor_id);
    }
  rush_event_bus_post (self->bus, event);
}
