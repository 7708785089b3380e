/* dag_jobs.c - how jobs end.
 *
 * A job:
 *                         ┌──▶ succeeded    its last output has come in
 *     submitted ──▶ active ──▶ aborted      a stage that it needs has given up
 *         │               ├──▶ cancelled    by number, group, stage, or all
 *         │               └──▶ failed       its listener refused a result; the context stopped
 *         └──▶ refused                      its stages could not be made
 *
 * However it ends, it ends once and in this order: what runs for nobody else is asked to stop; the
 * stages that nobody else needs are forgotten; listeners of the bus are told; the job's own
 * listener hears of it last, and finds that everybody knows.
 *
 * Whom does the failure of a stage concern?  Not every job that has the stage in its lineage: if
 * the outputs of a stage in between are there, nobody below will look beyond it.
 *
 * Mirrors: DAGScheduler.failJobAndIndependentStages, cleanupStateForJobAndIndependentStages,
 *          abortStage, stageDependsOn, handleJobCancellation and its relatives.
 */
#include "core/scheduler/dag_scheduler_private.h"

/* ---- a job is over ---- */

static gboolean
is_independent (const RushStage *stage)
{
  return stage->job_ids->len == 1;
}

/* @reason: what is said of stages that still ran. */
static void
stop_stages (RushDag *self, RushActiveJob *job, const char *reason, const char *kill_reason)
{
  for (guint i = 0; i < job->stages->len; i++)
    {
      RushStage *stage = g_ptr_array_index (job->stages, i);

      if (!is_independent (stage))
        continue;
      rush_task_scheduler_suspend_stage (self->tasks, stage->id, kill_reason);
      rush_dag_stage_failed (self, stage, reason);
    }
}

static void
remove_stage (RushDag *self, RushStage *stage)
{
  g_assert (!stage->running);

  rush_dag_set_failed (self, stage, FALSE);
  rush_commit_coordinator_stage_end (self->commits, stage->id);
  if (stage->dependency != NULL)
    g_hash_table_remove (self->map_stages, GINT_TO_POINTER (stage->dependency->shuffle_id));
  g_tree_remove (self->stages, GINT_TO_POINTER (stage->id));
}

/* From high numbers to low ones: children go before their parents. */
static void
forget_job (RushDag *self, RushActiveJob *job)
{
  if (job->final_stage->kind == RUSH_TASK_SHUFFLE_MAP)
    g_ptr_array_remove (job->final_stage->map_jobs, job);
  for (guint i = job->stages->len; i-- > 0;)
    {
      RushStage *stage = g_ptr_array_index (job->stages, i);

      rush_stage_remove_job (stage, job->id);
      if (stage->job_ids->len == 0)
        remove_stage (self, stage);
    }
  g_tree_steal (self->jobs, GINT_TO_POINTER (job->id));
}

static void
end_job (RushDag *self, RushActiveJob *job, const GError *error)
{
  RushJobListener *listener = job->request->listener;

  forget_job (self, job);
  rush_dag_post_job_end (self, job->id, error);
  listener->klass->job_ended (listener, error);
  rush_active_job_free (job);
}

void
rush_dag_job_succeeded (RushDag *self, RushActiveJob *job)
{
  g_autofree char *reason = g_strdup_printf ("Job %d is finished.", job->id);

  stop_stages (self, job, reason, "Stage finished");
  end_job (self, job, NULL);
}

void
rush_dag_job_failed (RushDag *self, RushActiveJob *job, const GError *error)
{
  if (job->final_stage == NULL) /* it has no stages yet: it waits for slots */
    {
      rush_dag_refuse_deferred (self, job, error);
      return;
    }
  stop_stages (self, job, error->message, error->message);
  end_job (self, job, error);
}

static void
tell_outputs (RushDag *self, const RushStage *stage, RushJobListener *listener)
{
  gint shuffle_id = stage->dependency->shuffle_id;
  GPtrArray *statuses = listener->klass->outputs_written != NULL
                            ? rush_map_output_tracker_statuses (self->tracker, shuffle_id)
                            : NULL;

  if (statuses != NULL)
    listener->klass->outputs_written (listener, statuses);
}

void
rush_dag_finish_map_jobs (RushDag *self, RushStage *stage)
{
  if (stage->kind != RUSH_TASK_SHUFFLE_MAP || !rush_dag_stage_is_available (self, stage))
    return;
  for (guint n = stage->map_jobs->len; n > 0; n--)
    {
      RushActiveJob *job = g_ptr_array_index (stage->map_jobs, 0);

      tell_outputs (self, stage, job->request->listener);
      rush_dag_job_succeeded (self, job); /* with the last of them the stage may go */
    }
}

/* ---- abort ---- */

static gint
compare_jobs (gconstpointer a, gconstpointer b)
{
  gint x = (*(RushActiveJob *const *)a)->id, y = (*(RushActiveJob *const *)b)->id;

  return (x > y) - (x < y);
}

/* The jobs that cannot go on without @failed, by id: down from it as far as outputs are missing. */
static GPtrArray *
jobs_that_need (RushDag *self, RushStage *failed)
{
  GPtrArray *jobs = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) to_visit = g_ptr_array_new ();

  g_ptr_array_add (to_visit, failed);
  while (to_visit->len > 0)
    {
      RushStage *stage = g_ptr_array_steal_index (to_visit, to_visit->len - 1);

      if (!g_hash_table_add (seen, stage))
        continue;
      g_ptr_array_extend (jobs, stage->map_jobs, NULL, NULL);
      if (stage->kind == RUSH_TASK_RESULT)
        g_ptr_array_add (jobs, stage->job);
      else if (!rush_dag_stage_is_available (self, stage))
        g_ptr_array_extend (to_visit, stage->children, NULL, NULL);
    }
  g_ptr_array_sort (jobs, compare_jobs);
  return jobs;
}

void
rush_dag_abort_stage (RushDag *self, RushStage *stage, const GError *cause)
{
  g_autoptr (GPtrArray) jobs = jobs_that_need (self, stage);
  g_autoptr (GError) error = g_error_new (cause->domain, cause->code,
                                          "Job aborted due to stage failure: %s", cause->message);

  gint id = stage->id;

  for (guint i = 0; i < jobs->len; i++)
    rush_dag_job_failed (self, g_ptr_array_index (jobs, i), error);
  /* Other jobs do not mind: what it would have made is there already, or further down. */
  stage = rush_dag_find_stage (self, id);
  if (stage == NULL)
    return;
  rush_task_scheduler_suspend_stage (self->tasks, id, error->message);
  rush_dag_stage_failed (self, stage, error->message);
}

/* ---- cancellation ---- */

static void
cancel (RushDag *self, RushActiveJob *job, const char *reason)
{
  gboolean has_reason = reason != NULL && reason[0] != '\0';
  g_autoptr (GError) error =
      g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED, "Job %d cancelled%s%s", job->id,
                   has_reason ? " " : "", has_reason ? reason : "");

  rush_dag_job_failed (self, job, error);
}

void
rush_dag_cancel_job (RushDag *self, gint job_id, const char *reason)
{
  RushActiveJob *job = g_tree_lookup (self->jobs, GINT_TO_POINTER (job_id));

  if (job == NULL)
    job = rush_dag_find_deferred (self, job_id);
  if (job != NULL) /* else it is over already */
    cancel (self, job, reason);
}

static gboolean
collect_job (gpointer id, gpointer job, gpointer jobs)
{
  g_ptr_array_add (jobs, job);
  return FALSE;
}

static GPtrArray *
active_jobs (RushDag *self)
{
  GPtrArray *jobs = g_ptr_array_new ();

  g_tree_foreach (self->jobs, collect_job, jobs);
  g_ptr_array_extend (jobs, self->deferred, NULL, NULL);
  return jobs;
}

static gboolean
is_in_group (const RushActiveJob *job, const char *group)
{
  GHashTable *properties = job->request->properties;

  return properties != NULL &&
         g_strcmp0 (g_hash_table_lookup (properties, "spark.jobGroup.id"), group) == 0;
}

void
rush_dag_cancel_group (RushDag *self, const char *group, const char *reason)
{
  g_autoptr (GPtrArray) jobs = active_jobs (self);
  g_autofree char *words = reason != NULL
                               ? g_strdup (reason)
                               : g_strdup_printf ("part of cancelled job group %s", group);

  for (guint i = 0; i < jobs->len; i++)
    if (is_in_group (g_ptr_array_index (jobs, i), group))
      cancel (self, g_ptr_array_index (jobs, i), words);
}

static gboolean
has_tag (const RushActiveJob *job, const char *tag)
{
  GHashTable *properties = job->request->properties;
  const char *tags = properties != NULL ? g_hash_table_lookup (properties, "spark.job.tags") : NULL;
  g_auto (GStrv) each = g_strsplit (tags != NULL ? tags : "", ",", -1);

  return g_strv_contains ((const char *const *)each, tag);
}

void
rush_dag_cancel_tag (RushDag *self, const char *tag, const char *reason)
{
  g_autoptr (GPtrArray) jobs = active_jobs (self);

  for (guint i = 0; i < jobs->len; i++)
    if (has_tag (g_ptr_array_index (jobs, i), tag))
      cancel (self, g_ptr_array_index (jobs, i), reason);
}

void
rush_dag_cancel_all (RushDag *self, const char *reason)
{
  g_autoptr (GPtrArray) jobs = active_jobs (self);

  for (guint i = 0; i < jobs->len; i++)
    cancel (self, g_ptr_array_index (jobs, i),
            reason != NULL ? reason : "as part of cancellation of all jobs");
}

void
rush_dag_cancel_stage (RushDag *self, gint stage_id, const char *reason)
{
  RushStage *stage = rush_dag_find_stage (self, stage_id);
  g_autofree char *words = reason != NULL
                               ? g_strdup_printf ("because %s", reason)
                               : g_strdup_printf ("because Stage %d was cancelled", stage_id);

  if (stage == NULL)
    return;
  g_autoptr (GArray) job_ids = g_array_copy (stage->job_ids); /* the stage goes with the last */
  for (guint i = 0; i < job_ids->len; i++)
    rush_dag_cancel_job (self, g_array_index (job_ids, gint, i), words);
}

/* The context stops: nobody must wait for ever. */
void
rush_dag_stop_jobs (RushDag *self)
{
  g_autoptr (GPtrArray) jobs = active_jobs (self);

  for (guint i = 0; i < jobs->len; i++)
    {
      RushActiveJob *job = g_ptr_array_index (jobs, i);
      g_autoptr (GError) error =
          g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED,
                       "Job %d cancelled because SparkContext was shut down", job->id);

      rush_dag_job_failed (self, job, error);
    }
}
