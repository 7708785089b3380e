/* job_stats_retention.c - what is remembered of jobs that have ended, and for how long.
 *
 * A loop with an action a round is a job a round, and the job of round N names N stages, of which
 * it runs one.  So there are limits of two kinds, and Spark's defaults are 1,000 of each:
 *
 *     jobs      oldest end first
 *     stages    those that were skipped first, as the job knows how many they were; then those
 *               whose jobs ended first
 *
 * What belongs to a job that runs is never forgotten, and counts.  A tenth of the limit goes at
 * once, at least: with N + 1 remembered of N, nobody wants to come here each time.
 *
 * Nothing is kept of single tasks but one byte a partition, so spark.ui.retainedTasks has nothing
 * to bound.
 *
 * Mirrors: AppStatusListener.cleanupJobs, cleanupStages, calculateNumberToRemove.  Simplified: a
 * stage goes with the last job that names it.
 */
#include "core/event/job_stats_private.h"

/* ---- stages in queues ---- */

static void
enqueue (RushStageRecord *stage, GQueue *queue)
{
  g_queue_push_tail (queue, stage);
  stage->queue = queue;
  stage->link = queue->tail;
}

static void
dequeue (RushStageRecord *stage)
{
  if (stage->queue != NULL)
    g_queue_delete_link (stage->queue, stage->link);
  stage->queue = NULL;
  stage->link = NULL;
}

void
rush_job_stats_stage_record_free (RushStageRecord *self)
{
  dequeue (self);
  rush_stage_info_unref (self->summary.info);
  g_clear_pointer (&self->summary.recomputed, g_array_unref);
  g_free (self->summary.because);
  g_byte_array_unref (self->computed);
  g_clear_pointer (&self->before, g_byte_array_unref);
  g_free (self);
}

static void
forget_stage (RushJobStats *self, RushStageRecord *stage)
{
  gpointer shuffle = GINT_TO_POINTER (stage->summary.info->shuffle_id);

  if (g_hash_table_lookup (self->writers, shuffle) == stage)
    g_hash_table_remove (self->writers, shuffle);
  g_hash_table_remove (self->stages, GINT_TO_POINTER (stage->summary.info->stage_id));
}

/* ---- jobs hold stages ---- */

void
rush_job_stats_hold_stage (RushJobStats *self, RushStageInfo *info)
{
  RushStageRecord *stage = rush_job_stats_find_stage (self, info->stage_id);

  if (stage == NULL)
    {
      stage = g_new0 (RushStageRecord, 1);
      stage->summary.info = rush_stage_info_ref (info);
      stage->summary.n_tasks = info->n_tasks;
      stage->computed = g_byte_array_new ();
      g_hash_table_insert (self->stages, GINT_TO_POINTER (info->stage_id), stage);
    }
  dequeue (stage);
  stage->n_jobs++;
  stage->n_running++;
}

void
rush_job_stats_job_has_ended (RushJobStats *self, RushJobSummary *job)
{
  rush_job_stats_count_stages (self, job);
  g_queue_push_tail (&self->ended, job);
  for (guint i = 0; i < job->n_stage_ids; i++)
    {
      RushStageRecord *stage = rush_job_stats_find_stage (self, job->stage_ids[i]);

      g_assert (stage != NULL && stage->n_running > 0); /* the job ran */
      if (--stage->n_running == 0)
        enqueue (stage, stage->summary.n_attempts == 0 ? &self->unused : &self->used);
    }
}

static void
forget_job (RushJobStats *self, RushJobSummary *job)
{
  for (guint i = 0; i < job->n_stage_ids; i++)
    {
      RushStageRecord *stage = rush_job_stats_find_stage (self, job->stage_ids[i]);

      if (stage != NULL && --stage->n_jobs == 0)
        forget_stage (self, stage);
    }
  g_hash_table_remove (self->jobs, GINT_TO_POINTER (job->job_id));
}

/* ---- limits ---- */

static guint
n_to_forget (guint n, guint retained)
{
  return n > retained ? MAX (retained / 10, n - retained) : 0;
}

void
rush_job_stats_forget_old (RushJobStats *self)
{
  guint n_jobs = n_to_forget (g_hash_table_size (self->jobs), self->retained_jobs);

  for (; n_jobs > 0 && self->ended.length > 0; n_jobs--)
    forget_job (self, g_queue_pop_head (&self->ended));

  guint n_stages = n_to_forget (g_hash_table_size (self->stages), self->retained_stages);
  for (; n_stages > 0 && self->unused.length + self->used.length > 0; n_stages--)
    forget_stage (self, g_queue_peek_head (self->unused.length > 0 ? &self->unused : &self->used));
}
