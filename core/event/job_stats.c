/* job_stats.c - events become records: what a job and a stage have come to so far.
 *
 *     JobStart                     a record of the job, and of each stage that nobody has named yet
 *     StageSubmitted, -Completed,
 *     TaskStart, TaskEnd           counters of the newest attempt, sums over all attempts
 *     TaskEnd, ExecutorRemoved     what was lost last, and so is why something runs again
 *     JobEnd                       the job may be forgotten, and its stages: job_stats_retention.c
 *
 * Only what an event says is stored.  What follows from several records, as which stages were
 * skipped, is worked out when somebody asks: job_stats_queries.c.
 */
#include "core/event/job_stats_private.h"

#include <string.h>

typedef struct
{
  RushListener base;
  RushJobStats *stats; /* (owned) */
} StatsListener;

/* ---- records ---- */

RushJobSummary *
rush_job_stats_find_job (RushJobStats *self, gint job_id)
{
  return g_hash_table_lookup (self->jobs, GINT_TO_POINTER (job_id));
}

RushStageRecord *
rush_job_stats_find_stage (RushJobStats *self, gint stage_id)
{
  return g_hash_table_lookup (self->stages, GINT_TO_POINTER (stage_id));
}

RushStageRecord *
rush_job_stats_find_writer (RushJobStats *self, gint shuffle_id)
{
  return g_hash_table_lookup (self->writers, GINT_TO_POINTER (shuffle_id));
}

gint
rush_job_stats_compare_ids (gconstpointer a, gconstpointer b)
{
  gint x = *(const gint *)a, y = *(const gint *)b;

  return (x > y) - (x < y);
}

/* ---- events of jobs ---- */

static char *
dup_property (char **properties, const char *key)
{
  for (char **p = properties; p != NULL && p[0] != NULL; p += 2)
    if (strcmp (p[0], key) == 0)
      return g_strdup (p[1]);
  return NULL;
}

/* Without a call site in the properties, a job is called as its last stage is. */
static char *
call_site_of (const RushJobStart *event)
{
  char *call_site = dup_property (event->properties, "callSite.short");

  if (call_site == NULL)
    call_site = g_strdup (event->n_stages > 0 ? event->stages[event->n_stages - 1]->name : "");
  return call_site;
}

static void
on_job_start (RushJobStats *self, const RushJobStart *event)
{
  g_return_if_fail (rush_job_stats_find_job (self, event->job_id) == NULL);

  RushJobSummary *job = g_new0 (RushJobSummary, 1);
  job->job_id = event->job_id;
  job->submission_ms = event->time_ms;
  job->call_site = call_site_of (event);
  job->place = dup_property (event->properties, RUSH_JOB_PLACE);
  job->group = dup_property (event->properties, "spark.jobGroup.id");
  job->description = dup_property (event->properties, "spark.job.description");
  job->cause = dup_property (event->properties, "spark.rushlight.job.cause");
  if (job->cause == NULL)
    job->cause = g_strdup ("");
  job->n_stage_ids = event->n_stages;
  job->stage_ids = g_new (gint, event->n_stages);
  for (guint i = 0; i < event->n_stages; i++)
    {
      job->stage_ids[i] = event->stages[i]->stage_id;
      rush_job_stats_hold_stage (self, event->stages[i]);
    }
  if (event->n_stages > 1)
    qsort (job->stage_ids, event->n_stages, sizeof (gint), rush_job_stats_compare_ids);
  g_hash_table_insert (self->jobs, GINT_TO_POINTER (event->job_id), job);
  rush_job_stats_forget_old (self);
}

static void
on_job_end (RushJobStats *self, const RushJobEnd *event)
{
  RushJobSummary *job = rush_job_stats_find_job (self, event->job_id);

  if (job == NULL || job->status != RUSH_JOB_RUNNING)
    return;
  job->status = event->succeeded ? RUSH_JOB_SUCCEEDED : RUSH_JOB_FAILED;
  job->completion_ms = event->time_ms;
  job->error = g_strdup (event->error);
  rush_job_stats_job_has_ended (self, job);
  rush_job_stats_forget_old (self);
}

/* ---- events of stages and tasks ---- */

static void
set_info (RushStageRecord *stage, RushStageInfo *info)
{
  RushStageInfo *old = stage->summary.info;

  stage->summary.info = rush_stage_info_ref (info);
  rush_stage_info_unref (old);
}

/* A stage of an earlier job has written the shuffle.  What is missing of it is added to what there
 * is; if all is missing, the shuffle is written anew. */
static void
go_on_from (RushStageRecord *stage, const RushStageRecord *writer, gboolean is_part)
{
  GByteArray *to = is_part ? stage->computed : (stage->before = g_byte_array_new ());

  g_byte_array_append (to, writer->computed->data, writer->computed->len);
  if (!is_part)
    return;
  stage->summary.shuffle_pairs = writer->summary.shuffle_pairs;
  stage->summary.shuffle_bytes = writer->summary.shuffle_bytes;
}

static void
on_stage_submitted (RushJobStats *self, RushStageInfo *info)
{
  RushStageRecord *stage = rush_job_stats_find_stage (self, info->stage_id);

  if (stage == NULL)
    return;
  RushStageSummary *summary = &stage->summary;
  if (summary->n_attempts == 0 && info->shuffle_id >= 0)
    {
      const RushStageRecord *writer = rush_job_stats_find_writer (self, info->shuffle_id);

      if (writer != NULL)
        go_on_from (stage, writer, info->n_tasks < summary->n_tasks);
      g_hash_table_insert (self->writers, GINT_TO_POINTER (info->shuffle_id), stage);
    }
  set_info (stage, info);
  summary->status = RUSH_STAGE_RUNNING;
  summary->n_attempts++;
  summary->n_active = summary->n_completed = summary->n_failed = 0;
  summary->completion_ms = 0;
  if (summary->submission_ms == 0)
    summary->submission_ms = info->submission_ms;
}

static void
on_stage_completed (RushJobStats *self, RushStageInfo *info)
{
  RushStageRecord *stage = rush_job_stats_find_stage (self, info->stage_id);

  if (stage == NULL || info->attempt < stage->summary.info->attempt)
    return;
  set_info (stage, info);
  stage->summary.completion_ms = info->completion_ms;
  stage->summary.status = info->failure_reason != NULL ? RUSH_STAGE_FAILED : RUSH_STAGE_SUCCEEDED;
}

static void
on_task_start (RushJobStats *self, const RushTaskStart *event)
{
  RushStageRecord *stage = rush_job_stats_find_stage (self, event->stage_id);

  if (stage != NULL && event->stage_attempt == stage->summary.info->attempt)
    stage->summary.n_active++;
}

/* TRUE the first time. */
static gboolean
mark_computed (GByteArray *computed, guint partition)
{
  guint before = computed->len;

  if (partition >= before)
    {
      g_byte_array_set_size (computed, partition + 1);
      memset (computed->data + before, 0, partition + 1 - before);
    }
  gboolean first = computed->data[partition] == 0;
  computed->data[partition] = 1;
  return first;
}

static gboolean
was_computed_before (const RushStageRecord *stage, guint partition)
{
  return stage->before != NULL && partition < stage->before->len &&
         stage->before->data[partition] != 0;
}

static void
count_recomputed (RushJobStats *self, RushStageSummary *summary, guint partition)
{
  summary->n_recomputed++;
  if (summary->because == NULL)
    summary->because = g_strdup (self->loss);
  if (summary->recomputed == NULL)
    summary->recomputed = g_array_new (FALSE, FALSE, sizeof (guint));

  GArray *numbers = summary->recomputed;
  guint place = numbers->len; /* tasks end more or less in their order */
  while (place > 0 && g_array_index (numbers, guint, place - 1) > partition)
    place--;
  if (place == 0 || g_array_index (numbers, guint, place - 1) != partition)
    g_array_insert_val (numbers, place, partition);
}

static void
count_success (RushJobStats *self, RushStageRecord *stage, const RushTaskEnd *event)
{
  RushStageSummary *summary = &stage->summary;
  guint partition = event->task.partition;
  gboolean first = mark_computed (stage->computed, partition);

  summary->n_succeeded++;
  rush_task_metrics_add (&summary->metrics, &event->metrics);
  if (first)
    {
      summary->shuffle_pairs += event->metrics.shuffle_write_pairs;
      summary->shuffle_bytes += event->metrics.shuffle_write_bytes;
    }
  if (!first || was_computed_before (stage, partition))
    count_recomputed (self, summary, partition);
}

/* How the newest attempt's counters move.  "Resubmitted" takes back a success that was counted
 * before: the output is gone, the task runs again. */
static void
count_end (RushStageSummary *summary, const char *reason)
{
  if (strcmp (reason, "Resubmitted") == 0)
    {
      summary->n_completed -= summary->n_completed > 0;
      return;
    }
  summary->n_active -= summary->n_active > 0;
  if (strcmp (reason, "Success") == 0)
    summary->n_completed++;
  else if (strcmp (reason, "TaskKilled") != 0 && strcmp (reason, "TaskCommitDenied") != 0)
    summary->n_failed++;
}

/* Why is it that something runs again?  That an executor is gone explains the outputs that are gone
 * with it. */
static void
note_loss (RushJobStats *self, char *loss, const char *executor_id)
{
  g_free (self->loss);
  self->loss = loss;
  g_free (self->lost_executor);
  self->lost_executor = g_strdup (executor_id);
}

static void
on_fetch_failed (RushJobStats *self, const RushTaskEnd *event)
{
  if (event->fetch_executor_id != NULL &&
      g_strcmp0 (event->fetch_executor_id, self->lost_executor) == 0)
    return;
  if (event->fetch_map_index >= 0)
    note_loss (self,
               g_strdup_printf ("map %d of shuffle %d was lost", event->fetch_map_index,
                                event->fetch_shuffle_id),
               NULL);
}

static void
on_executor_removed (RushJobStats *self, const char *id)
{
  note_loss (self, g_strdup_printf ("executor %s was lost", id), id);
}

static void
on_task_end (RushJobStats *self, const RushTaskEnd *event)
{
  RushStageRecord *stage = rush_job_stats_find_stage (self, event->stage_id);

  if (strcmp (event->reason, "FetchFailed") == 0)
    on_fetch_failed (self, event);
  if (stage == NULL)
    return;
  if (strcmp (event->reason, "Success") == 0)
    count_success (self, stage, event);
  if (event->stage_attempt == stage->summary.info->attempt)
    count_end (&stage->summary, event->reason);
}

static void
on_event (RushListener *listener, RushEvent *event)
{
  RushJobStats *self = ((StatsListener *)listener)->stats;

  pthread_mutex_lock (&self->lock);
  if (event->kind == RUSH_EVENT_JOB_START)
    on_job_start (self, &event->job_start);
  else if (event->kind == RUSH_EVENT_JOB_END)
    on_job_end (self, &event->job_end);
  else if (event->kind == RUSH_EVENT_STAGE_SUBMITTED)
    on_stage_submitted (self, event->stage_submitted.stage);
  else if (event->kind == RUSH_EVENT_STAGE_COMPLETED)
    on_stage_completed (self, event->stage_completed.stage);
  else if (event->kind == RUSH_EVENT_TASK_START)
    on_task_start (self, &event->task_start);
  else if (event->kind == RUSH_EVENT_TASK_END)
    on_task_end (self, &event->task_end);
  else if (event->kind == RUSH_EVENT_EXECUTOR_REMOVED)
    on_executor_removed (self, event->executor_removed.executor_id);
  pthread_mutex_unlock (&self->lock);
}

static void
listener_free (RushListener *listener)
{
  rush_job_stats_unref (((StatsListener *)listener)->stats);
  g_free (listener);
}

static const RushListenerClass listener_class = { "job stats", on_event, NULL, listener_free };

/* ---- life ---- */

RushListener *
rush_job_stats_listener (RushJobStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  StatsListener *listener = g_new (StatsListener, 1);
  listener->base.klass = &listener_class;
  listener->stats = rush_job_stats_ref (self);
  return &listener->base;
}

RushJobStats *
rush_job_stats_ref (RushJobStats *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_job_stats_unref (RushJobStats *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->loss);
  g_free (self->lost_executor);
  g_hash_table_unref (self->writers);
  g_hash_table_unref (self->stages); /* which leave the queues */
  g_queue_clear (&self->ended);
  g_hash_table_unref (self->jobs);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushJobStats *
rush_job_stats_new (guint retained_jobs, guint retained_stages)
{
  RushJobStats *self = g_new0 (RushJobStats, 1); /* and so the queues are empty */

  rush_ref_count_init (&self->refs);
  self->retained_jobs = retained_jobs;
  self->retained_stages = retained_stages;
  pthread_mutex_init (&self->lock, NULL);
  self->jobs = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)rush_job_summary_free);
  self->stages =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)rush_job_stats_stage_record_free);
  self->writers = g_hash_table_new (NULL, NULL);
  return self;
}
