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

static RushJobSummary *
copy_job (RushJobStats *self, const RushJobRecord *job)
{
  RushJobSummary *copy = g_memdup2 (job->summary, sizeof *copy);

  copy->call_site = g_strdup (copy->call_site);
  copy->place = g_strdup (copy->place);
  copy->cause = g_strdup (copy->cause);
  copy->group = g_strdup (copy->group);
  copy->description = g_strdup (copy->description);
  copy->error = g_strdup (copy->error);
  copy->stages = g_new (RushStageSummary, copy->n_stages);
  for (guint i = 0; i < copy->n_stages; i++)
    copy_stage (self, rush_job_stats_find_stage (self, job->stage_ids[i]), &copy->stages[i]);
  mark_skipped (copy);
  return copy;
}

RushJobSummary *
rush_job_stats_job (RushJobStats *self, gint job_id)
{
  g_return_val_if_fail (self != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  RushJobRecord *job = rush_job_stats_find_job (self, job_id);
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
      RushJobRecord *job = link->data;
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
  own (copy);
  return copy;
}

/* ---- ids ---- */

typedef gboolean (*JobFilter) (const RushJobRecord *job, const char *group);

static gboolean
any_job (const RushJobRecord *job, const char *group)
{
  return TRUE;
}

static gboolean
is_running (const RushJobRecord *job, const char *group)
{
  return job->summary->status == RUSH_JOB_RUNNING;
}

static gboolean
is_in_group (const RushJobRecord *job, const char *group)
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
      g_array_append_val (ids, ((RushJobRecord *)link->data)->summary->job_id);
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
