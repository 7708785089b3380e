/* job_stats.c - jobs and stages as two tables that events update and readers copy.
 *
 *     jobs      id ▶ JobRecord ── stage ids ──┐      in the order of their start, oldest first out
 *     stages    id ▶ StageRecord ◀────────────┘      n_jobs says how many jobs still name it
 *
 * Two jobs that run at once may share a stage, so a stage lives until the last job that names it is
 * forgotten.
 *
 * A stage is *skipped* when a stage that needs its output was submitted although it never ran
 * itself: the scheduler submits nothing whose parents' outputs are missing, so the output must have
 * been there.  This is worked out when somebody asks (mark_skipped ()); nothing is stored that a
 * later fetch failure, which runs the "skipped" stage after all, would have to take back.
 *
 * Invariants:  at most retained_jobs jobs that have ended, less if others run; n_jobs > 0 for every
 *              stage in the table.
 */
#include "core/event/job_stats.h"

#include <pthread.h>
#include <string.h>

typedef struct
{
  RushStageSummary summary; /* all but what is worked out on reading */
  guint n_jobs;
  GByteArray *computed; /* by partition: 1 once it has succeeded */
} StageRecord;

typedef struct
{
  RushJobSummary *summary; /* (owned) stages == NULL */
  gint *stage_ids;         /* summary->n_stages, ascending */
} JobRecord;

struct _RushJobStats
{
  RushRefCount refs;
  guint retained_jobs;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *jobs;   /* id → JobRecord (owned) */
  GQueue order;       /* JobRecord, oldest first */
  GHashTable *stages; /* id → StageRecord (owned) */
};

typedef struct
{
  RushListener base;
  RushJobStats *stats; /* (owned) */
} StatsListener;

/* ---- records ---- */

static JobRecord *
find_job (RushJobStats *self, gint job_id)
{
  return g_hash_table_lookup (self->jobs, GINT_TO_POINTER (job_id));
}

static StageRecord *
find_stage (RushJobStats *self, gint stage_id)
{
  return g_hash_table_lookup (self->stages, GINT_TO_POINTER (stage_id));
}

static void
job_record_free (gpointer data)
{
  JobRecord *self = data;

  rush_job_summary_free (self->summary);
  g_free (self->stage_ids);
  g_free (self);
}

static void
stage_record_free (gpointer data)
{
  StageRecord *self = data;

  rush_stage_info_unref (self->summary.info);
  g_byte_array_unref (self->computed);
  g_free (self);
}

/* A stage's record with one more job that names it. */
static void
stage_hold (RushJobStats *self, RushStageInfo *info)
{
  StageRecord *stage = find_stage (self, info->stage_id);

  if (stage == NULL)
    {
      stage = g_new0 (StageRecord, 1);
      stage->summary.info = rush_stage_info_ref (info);
      stage->summary.n_tasks = info->n_tasks;
      stage->computed = g_byte_array_new ();
      g_hash_table_insert (self->stages, GINT_TO_POINTER (info->stage_id), stage);
    }
  stage->n_jobs++;
}

static void
stage_release (RushJobStats *self, gint stage_id)
{
  StageRecord *stage = find_stage (self, stage_id);

  g_assert (stage != NULL && stage->n_jobs > 0);
  if (--stage->n_jobs == 0)
    g_hash_table_remove (self->stages, GINT_TO_POINTER (stage_id));
}

static void
forget_job (RushJobStats *self, GList *link)
{
  JobRecord *job = link->data;

  for (guint i = 0; i < job->summary->n_stages; i++)
    stage_release (self, job->stage_ids[i]);
  g_queue_delete_link (&self->order, link);
  g_hash_table_remove (self->jobs, GINT_TO_POINTER (job->summary->job_id));
}

static void
forget_old_jobs (RushJobStats *self)
{
  GList *link = self->order.head;

  while (self->order.length > self->retained_jobs && link != NULL)
    {
      GList *next = link->next;
      if (((JobRecord *)link->data)->summary->status != RUSH_JOB_RUNNING)
        forget_job (self, link);
      link = next;
    }
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

static gint
compare_ints (gconstpointer a, gconstpointer b)
{
  gint x = *(const gint *)a, y = *(const gint *)b;

  return (x > y) - (x < y);
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
  g_return_if_fail (find_job (self, event->job_id) == NULL);

  JobRecord *job = g_new0 (JobRecord, 1);
  RushJobSummary *summary = g_new0 (RushJobSummary, 1);
  job->summary = summary;
  summary->job_id = event->job_id;
  summary->submission_ms = event->time_ms;
  summary->call_site = call_site_of (event);
  summary->group = dup_property (event->properties, "spark.jobGroup.id");
  summary->description = dup_property (event->properties, "spark.job.description");
  summary->cause = dup_property (event->properties, "spark.rushlight.job.cause");
  if (summary->cause == NULL)
    summary->cause = g_strdup ("");
  summary->n_stages = event->n_stages;
  job->stage_ids = g_new (gint, event->n_stages);
  for (guint i = 0; i < event->n_stages; i++)
    {
      job->stage_ids[i] = event->stages[i]->stage_id;
      stage_hold (self, event->stages[i]);
    }
  if (event->n_stages > 1)
    qsort (job->stage_ids, event->n_stages, sizeof (gint), compare_ints);
  g_hash_table_insert (self->jobs, GINT_TO_POINTER (event->job_id), job);
  g_queue_push_tail (&self->order, job);
  forget_old_jobs (self);
}

static void
on_job_end (RushJobStats *self, const RushJobEnd *event)
{
  JobRecord *job = find_job (self, event->job_id);

  if (job == NULL)
    return;
  job->summary->status = event->succeeded ? RUSH_JOB_SUCCEEDED : RUSH_JOB_FAILED;
  job->summary->completion_ms = event->time_ms;
  job->summary->error = g_strdup (event->error);
  forget_old_jobs (self);
}

/* ---- events of stages and tasks ---- */

static void
set_info (StageRecord *stage, RushStageInfo *info)
{
  RushStageInfo *old = stage->summary.info;

  stage->summary.info = rush_stage_info_ref (info);
  rush_stage_info_unref (old);
}

static void
on_stage_submitted (RushJobStats *self, RushStageInfo *info)
{
  StageRecord *stage = find_stage (self, info->stage_id);

  if (stage == NULL)
    return;
  RushStageSummary *summary = &stage->summary;
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
  StageRecord *stage = find_stage (self, info->stage_id);

  if (stage == NULL || info->attempt < stage->summary.info->attempt)
    return;
  set_info (stage, info);
  stage->summary.completion_ms = info->completion_ms;
  stage->summary.status = info->failure_reason != NULL ? RUSH_STAGE_FAILED : RUSH_STAGE_SUCCEEDED;
}

static void
on_task_start (RushJobStats *self, const RushTaskStart *event)
{
  StageRecord *stage = find_stage (self, event->stage_id);

  if (stage != NULL && event->stage_attempt == stage->summary.info->attempt)
    stage->summary.n_active++;
}

/* Every field is a sum but for the peak. */
static void
add_metrics (RushTaskMetrics *sum, const RushTaskMetrics *task)
{
  G_STATIC_ASSERT (sizeof (RushTaskMetrics) % sizeof (gint64) == 0);
  gint64 peak = MAX (sum->peak_execution_memory, task->peak_execution_memory);
  gint64 *to = (gint64 *)sum;
  const gint64 *from = (const gint64 *)task;

  for (gsize i = 0; i < sizeof *sum / sizeof *to; i++)
    to[i] += from[i];
  sum->peak_execution_memory = peak;
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

static void
count_success (StageRecord *stage, const RushTaskEnd *event)
{
  RushStageSummary *summary = &stage->summary;

  summary->n_succeeded++;
  add_metrics (&summary->metrics, &event->metrics);
  if (mark_computed (stage->computed, event->task.partition))
    {
      summary->shuffle_pairs += event->metrics.shuffle_write_pairs;
      summary->shuffle_bytes += event->metrics.shuffle_write_bytes;
    }
  else
    summary->n_recomputed++;
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

static void
on_task_end (RushJobStats *self, const RushTaskEnd *event)
{
  StageRecord *stage = find_stage (self, event->stage_id);

  if (stage == NULL)
    return;
  if (strcmp (event->reason, "Success") == 0)
    count_success (stage, event);
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
  pthread_mutex_unlock (&self->lock);
}

static void
listener_free (RushListener *listener)
{
  rush_job_stats_unref (((StatsListener *)listener)->stats);
  g_free (listener);
}

static const RushListenerClass listener_class = { "job stats", on_event, NULL, listener_free };

/* ---- reading: stages ---- */

/* The shuffle's volume as the stage that wrote it had it; stages are numbered as time goes by, so
 * the newest writer has the largest id. */
static void
volume_of_shuffle (RushJobStats *self, RushStageSummary *out)
{
  const StageRecord *writer = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->stages);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const StageRecord *stage = value;
      if (stage->summary.info->shuffle_id == out->info->shuffle_id &&
          stage->summary.n_attempts > 0 &&
          (writer == NULL || stage->summary.info->stage_id > writer->summary.info->stage_id))
        writer = stage;
    }
  out->shuffle_pairs = writer != NULL ? writer->summary.shuffle_pairs : -1;
  out->shuffle_bytes = writer != NULL ? writer->summary.shuffle_bytes : -1;
}

static void
copy_stage (RushJobStats *self, const StageRecord *stage, RushStageSummary *out)
{
  *out = stage->summary;
  rush_stage_info_ref (out->info);
  if (out->info->shuffle_id < 0)
    out->shuffle_pairs = out->shuffle_bytes = -1;
  else if (out->n_attempts == 0)
    volume_of_shuffle (self, out);
}

/* ---- reading: jobs ---- */

/* Walks from every stage that was submitted up through the parents that were not. */
static void
mark_skipped (RushJobSummary *job)
{
  g_autoptr (GPtrArray) work = g_ptr_array_new ();

  for (guint i = 0; i < job->n_stages; i++)
    if (job->stages[i].n_attempts > 0)
      g_ptr_array_add (work, &job->stages[i]);
  while (work->len > 0)
    {
      RushStageSummary *stage = g_ptr_array_steal_index (work, work->len - 1);
      for (guint i = 0; i < stage->info->n_parents; i++)
        {
          RushStageSummary *parent = rush_job_summary_stage (job, stage->info->parent_ids[i]);
          if (parent == NULL || parent->status != RUSH_STAGE_PENDING)
            continue;
          parent->status = RUSH_STAGE_SKIPPED;
          g_ptr_array_add (work, parent);
        }
    }
}

static RushJobSummary *
copy_job (RushJobStats *self, const JobRecord *job)
{
  RushJobSummary *copy = g_memdup2 (job->summary, sizeof *copy);

  copy->call_site = g_strdup (copy->call_site);
  copy->cause = g_strdup (copy->cause);
  copy->group = g_strdup (copy->group);
  copy->description = g_strdup (copy->description);
  copy->error = g_strdup (copy->error);
  copy->stages = g_new (RushStageSummary, copy->n_stages);
  for (guint i = 0; i < copy->n_stages; i++)
    copy_stage (self, find_stage (self, job->stage_ids[i]), &copy->stages[i]);
  mark_skipped (copy);
  return copy;
}

RushJobSummary *
rush_job_stats_job (RushJobStats *self, gint job_id)
{
  g_return_val_if_fail (self != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  JobRecord *job = find_job (self, job_id);
  RushJobSummary *copy = job != NULL ? copy_job (self, job) : NULL;
  pthread_mutex_unlock (&self->lock);
  return copy;
}

/* Whether a stage is skipped can be seen from the jobs that name it, so one of them is copied. */
static RushJobSummary *
copy_job_of_stage (RushJobStats *self, gint stage_id)
{
  for (GList *link = self->order.tail; link != NULL; link = link->prev)
    {
      JobRecord *job = link->data;
      for (guint i = 0; i < job->summary->n_stages; i++)
        if (job->stage_ids[i] == stage_id)
          return copy_job (self, job);
    }
  return NULL;
}

RushStageSummary *
rush_job_stats_stage (RushJobStats *self, gint stage_id)
{
  g_return_val_if_fail (self != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  g_autoptr (RushJobSummary) job = copy_job_of_stage (self, stage_id);
  pthread_mutex_unlock (&self->lock);
  if (job == NULL)
    return NULL;
  RushStageSummary *copy = g_memdup2 (rush_job_summary_stage (job, stage_id), sizeof *copy);
  rush_stage_info_ref (copy->info);
  return copy;
}

/* ---- reading: ids ---- */

typedef gboolean (*JobFilter) (const JobRecord *job, const char *group);

static gboolean
any_job (const JobRecord *job, const char *group)
{
  return TRUE;
}

static gboolean
is_running (const JobRecord *job, const char *group)
{
  return job->summary->status == RUSH_JOB_RUNNING;
}

static gboolean
is_in_group (const JobRecord *job, const char *group)
{
  return g_strcmp0 (job->summary->group, group) == 0;
}

static GArray *
collect_job_ids (RushJobStats *self, JobFilter filter, const char *group)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint));

  pthread_mutex_lock (&self->lock);
  for (GList *link = self->order.head; link != NULL; link = link->next)
    if (filter (link->data, group))
      g_array_append_val (ids, ((JobRecord *)link->data)->summary->job_id);
  pthread_mutex_unlock (&self->lock);
  g_array_sort (ids, compare_ints);
  return ids;
}

GArray *
rush_job_stats_job_ids (RushJobStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return collect_job_ids (self, any_job, NULL);
}

GArray *
rush_job_stats_active_job_ids (RushJobStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return collect_job_ids (self, is_running, NULL);
}

GArray *
rush_job_stats_job_ids_for_group (RushJobStats *self, const char *group)
{
  g_return_val_if_fail (self != NULL, NULL);

  return collect_job_ids (self, is_in_group, group);
}

GArray *
rush_job_stats_active_stage_ids (RushJobStats *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint));
  GHashTableIter iter;
  gpointer value;
  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->stages);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((StageRecord *)value)->summary.status == RUSH_STAGE_RUNNING)
      g_array_append_val (ids, ((StageRecord *)value)->summary.info->stage_id);
  pthread_mutex_unlock (&self->lock);
  g_array_sort (ids, compare_ints);
  return ids;
}

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
  g_queue_clear (&self->order);
  g_hash_table_unref (self->jobs);
  g_hash_table_unref (self->stages);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushJobStats *
rush_job_stats_new (guint retained_jobs)
{
  g_return_val_if_fail (retained_jobs > 0, NULL);

  RushJobStats *self = g_new0 (RushJobStats, 1);
  rush_ref_count_init (&self->refs);
  self->retained_jobs = retained_jobs;
  pthread_mutex_init (&self->lock, NULL);
  self->jobs = g_hash_table_new_full (NULL, NULL, NULL, job_record_free);
  g_queue_init (&self->order);
  self->stages = g_hash_table_new_full (NULL, NULL, NULL, stage_record_free);
  return self;
}
