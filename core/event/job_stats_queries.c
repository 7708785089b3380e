/* job_stats_queries.c - readers get copies, completed with what follows from several records.
 *
 * A stage is *skipped* when a stage that needs its output was submitted although it never ran
 * itself: the scheduler submits nothing whose parents' outputs are missing, so the output must have
 * been there.
 *
 *     job 0    stage 0 ═▶ stage 1         both ran
 *     job 1    stage 2 ═▶ stage 3         3 was submitted, 2 was not: it is skipped, and the pairs
 *              └ the same shuffle         that it would have written are those that stage 0 wrote
 *
 * Nothing of this is stored: a later fetch failure, which runs the "skipped" stage after all, would
 * have to take it back.
 */
#include "core/event/job_stats_private.h"

/* ---- stages ---- */

/* The shuffle's volume as the stage that wrote it had it. */
static void
volume_of_shuffle (RushJobStats *self, RushStageSummary *out)
{
  const RushStageRecord *writer = rush_job_stats_find_writer (self, out->info->shuffle_id);

  out->shuffle_pairs = writer != NULL ? writer->summary.shuffle_pairs : -1;
  out->shuffle_bytes = writer != NULL ? writer->summary.shuffle_bytes : -1;
}

/* What is not shared. */
static void
own (RushStageSummary *copy)
{
  rush_stage_info_ref (copy->info);
  copy->because = g_strdup (copy->because);
  if (copy->recomputed != NULL)
    copy->recomputed = g_array_copy (copy->recomputed);
}

static void
copy_stage (RushJobStats *self, const RushStageRecord *stage, RushStageSummary *out)
{
  *out = stage->summary;
  own (out);
  if (out->info->shuffle_id < 0)
    out->shuffle_pairs = out->shuffle_bytes = -1;
  else if (out->n_attempts == 0)
    volume_of_shuffle (self, out);
}

/* ---- jobs ---- */

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

static void
copy_stages (RushJobStats *self, RushJobSummary *job)
{
  job->n_stages = 0;
  job->stages = g_new (RushStageSummary, job->n_stage_ids);
  for (guint i = 0; i < job->n_stage_ids; i++)
    {
      const RushStageRecord *stage = rush_job_stats_find_stage (self, job->stage_ids[i]);

      if (stage != NULL)
        copy_stage (self, stage, &job->stages[job->n_stages++]);
    }
  mark_skipped (job);
}

static void
count_stages (const RushJobSummary *stages, RushJobSummary *job)
{
  job->n_skipped = job->n_succeeded_tasks = 0;
  for (guint i = 0; i < stages->n_stages; i++)
    {
      job->n_skipped += stages->stages[i].status == RUSH_STAGE_SKIPPED;
      job->n_succeeded_tasks += stages->stages[i].n_succeeded;
    }
}

static RushJobSummary *
copy_job (RushJobStats *self, const RushJobSummary *job)
{
  RushJobSummary *copy = g_memdup2 (job, sizeof *copy);

  copy->call_site = g_strdup (copy->call_site);
  copy->place = g_strdup (copy->place);
  copy->cause = g_strdup (copy->cause);
  copy->group = g_strdup (copy->group);
  copy->description = g_strdup (copy->description);
  copy->error = g_strdup (copy->error);
  copy->stage_ids = g_memdup2 (copy->stage_ids, copy->n_stage_ids * sizeof *copy->stage_ids);
  copy_stages (self, copy);
  if (copy->n_stages == copy->n_stage_ids) /* else as counted when it ended */
    count_stages (copy, copy);
  return copy;
}

void
rush_job_stats_count_stages (RushJobStats *self, RushJobSummary *job)
{
  g_autoptr (RushJobSummary) copy = copy_job (self, job);

  count_stages (copy, job);
}

RushJobSummary *
rush_job_stats_job (RushJobStats *self, gint job_id)
{
  g_return_val_if_fail (self != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  RushJobSummary *job = rush_job_stats_find_job (self, job_id);
  RushJobSummary *copy = job != NULL ? copy_job (self, job) : NULL;
  pthread_mutex_unlock (&self->lock);
  return copy;
}

/* Whether a stage is skipped can be seen from the jobs that name it, so the newest is copied. */
static RushJobSummary *
copy_job_of_stage (RushJobStats *self, gint stage_id)
{
  const RushJobSummary *newest = NULL;
  GHashTableIter iter;
  gpointer value;

  if (rush_job_stats_find_stage (self, stage_id) == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const RushJobSummary *job = value;

      if ((newest == NULL || job->job_id > newest->job_id) &&
          bsearch (&stage_id, job->stage_ids, job->n_stage_ids, sizeof stage_id,
                   rush_job_stats_compare_ids) != NULL)
        newest = job;
    }
  return newest != NULL ? copy_job (self, newest) : NULL;
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
  own (copy);
  return copy;
}

/* ---- ids ---- */

typedef gboolean (*JobFilter) (const RushJobSummary *job, const char *group);

static gboolean
any_job (const RushJobSummary *job, const char *group)
{
  return TRUE;
}

static gboolean
is_running (const RushJobSummary *job, const char *group)
{
  return job->status == RUSH_JOB_RUNNING;
}

static gboolean
is_in_group (const RushJobSummary *job, const char *group)
{
  return g_strcmp0 (job->group, group) == 0;
}

static GArray *
collect_job_ids (RushJobStats *self, JobFilter filter, const char *group)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint));
  GHashTableIter iter;
  gpointer value;

  pthread_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (filter (value, group))
      g_array_append_val (ids, ((RushJobSummary *)value)->job_id);
  pthread_mutex_unlock (&self->lock);
  g_array_sort (ids, rush_job_stats_compare_ids);
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
    if (((RushStageRecord *)value)->summary.status == RUSH_STAGE_RUNNING)
      g_array_append_val (ids, ((RushStageRecord *)value)->summary.info->stage_id);
  pthread_mutex_unlock (&self->lock);
  g_array_sort (ids, rush_job_stats_compare_ids);
  return ids;
}
