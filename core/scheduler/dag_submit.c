/* dag_submit.c - a job comes; its stages are submitted, parents first.
 *
 * A stage:
 *                         a parent is missing           parents are there
 *     (new, or to be ───────────▶ waiting ─────────────────────┐
 *      run again)  ─────────────────────────────────────────▶ running ──▶ finished: outputs there
 *           ▲                                                  │  │
 *           └──────────── 200 ms ── failed ◀── fetch failure ──┘  └──▶ finished, but outputs were
 *                                                                      lost meanwhile: run again
 *
 * A stage whose outputs are all there is never run: it is what Spark's page calls skipped.  Only
 * missing outputs are computed, so a stage that runs again has as many tasks as outputs were lost.
 *
 * To be missing is asked of the lineage and not of the list of parents, as a cached RDD cuts off
 * what is above it: if all its partitions are cached, nobody needs the shuffle behind it.
 *
 * Mirrors: DAGScheduler.handleJobSubmitted, handleMapStageSubmitted, submitStage,
 *          getMissingParentStages, submitMissingTasks.
 */
#include "core/scheduler/dag_scheduler_private.h"

/* ---- which parents are missing ---- */

static gboolean
is_fully_cached (RushDag *self, RushRdd *rdd)
{
  guint n;

  if (self->cache == NULL || !rush_rdd_n_partitions (rdd, &n, NULL))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_auto (GStrv) places = self->cache->locations (self->cache, rdd, i);

      if (places == NULL || places[0] == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
look_up (RushDag *self, RushRdd *rdd, GPtrArray *to_visit, GPtrArray *missing)
{
  guint n;
  RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);

  for (guint i = n; i-- > 0;)
    {
      const RushDependency *dependency = dependencies[i];

      if (dependency->kind != RUSH_DEPENDENCY_SHUFFLE)
        {
          g_ptr_array_add (to_visit, dependency->rdd);
          continue;
        }
      RushStage *parent = rush_dag_find_map_stage (self, dependency->shuffle_id);
      g_assert (parent != NULL); /* a stage's parents live as long as it does */
      if (!rush_dag_stage_is_available (self, parent) && !g_ptr_array_find (missing, parent, NULL))
        g_ptr_array_add (missing, parent);
    }
}

/* By id. (transfer container) */
static GPtrArray *
missing_parents (RushDag *self, const RushStage *stage)
{
  GPtrArray *missing = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) to_visit = g_ptr_array_new ();

  g_ptr_array_add (to_visit, stage->rdd);
  while (to_visit->len > 0)
    {
      RushRdd *rdd = g_ptr_array_steal_index (to_visit, to_visit->len - 1);

      if (g_hash_table_add (seen, rdd) && !is_fully_cached (self, rdd))
        look_up (self, rdd, to_visit, missing);
    }
  g_ptr_array_sort (missing, rush_stage_compare_ids);
  return missing;
}

/* ---- a stage becomes a task set ---- */

/* The earliest job that needs the stage and runs: its properties are those of the tasks. */
static RushActiveJob *
active_job_of (RushDag *self, const RushStage *stage)
{
  for (guint i = 0; i < stage->job_ids->len; i++)
    {
      gint job_id = g_array_index (stage->job_ids, gint, i);
      RushActiveJob *job = g_tree_lookup (self->jobs, GINT_TO_POINTER (job_id));

      if (job != NULL)
        return job;
    }
  g_return_val_if_reached (NULL);
}

static RushStageWork *
make_work (RushStage *stage, RushActiveJob *job)
{
  RushJobRequest *request = job->request;
  RushStageWork *work =
      rush_stage_work_new (stage->kind, stage->id, stage->attempt, stage->rdd, request->properties);

  if (stage->kind == RUSH_TASK_SHUFFLE_MAP)
    {
      work->dependency = rush_dependency_ref (stage->dependency);
      return work;
    }
  work->func = request->func;
  work->func_data = request->func_data;
  if (stage->first_work != NULL)
    {
      work->origin = rush_stage_work_ref (stage->first_work);
      return work;
    }
  work->free_func_data = g_steal_pointer (&request->free_func_data);
  stage->first_work = rush_stage_work_ref (work);
  return work;
}

/* Output number → partition of the RDD. */
static guint *
partitions_of (const RushStage *stage, const guint *outputs, guint n)
{
  guint *partitions = g_memdup2 (outputs, n * sizeof *outputs);

  if (stage->kind == RUSH_TASK_RESULT && stage->job->request->partitions != NULL)
    for (guint i = 0; i < n; i++)
      partitions[i] = stage->job->request->partitions[outputs[i]];
  return partitions;
}

static void
submit_tasks (RushDag *self, RushStage *stage, RushActiveJob *job, GArray *missing)
{
  guint n = missing->len;
  guint *outputs = g_memdup2 (missing->data, n * sizeof *outputs);
  guint *partitions = partitions_of (stage, outputs, n);
  char ***locations = rush_dag_place (self, stage, partitions, n);

  if (stage->kind == RUSH_TASK_SHUFFLE_MAP)
    {
      memset (stage->pending, 0, stage->n_outputs);
      for (guint i = 0; i < n; i++)
        stage->pending[outputs[i]] = TRUE;
      stage->n_pending = n;
    }
  else
    rush_commit_coordinator_stage_start (self->commits, stage->id);
  rush_task_scheduler_submit (self->tasks, make_work (stage, job), job->id, n, outputs, partitions,
                              locations);
}

/* Where Spark serializes the stage for its tasks.  FALSE: that failed, and its jobs with it. */
static gboolean
check_stage (RushDag *self, RushStage *stage)
{
  g_autoptr (GError) error = NULL;

  if (rush_rdd_check_stage (stage->rdd, &error))
    return TRUE;
  g_prefix_error_literal (&error, "Task serialization failed: ");
  rush_dag_abort_stage (self, stage, error);
  return FALSE;
}

/* A second run of an indeterminate stage would not make the same rows.  What is left of the first
 * one does not fit them, and neither does what was made from it.  FALSE: the stage is gone. */
static gboolean
begin_anew (RushDag *self, RushStage *stage)
{
  gint id = stage->id;

  rush_dag_roll_back_successors (self, stage);
  if (rush_dag_find_stage (self, id) == NULL)
    return FALSE;
  rush_map_output_tracker_unregister_all (self->tracker, stage->dependency->shuffle_id);
  stage->first_valid_attempt = stage->attempt + 1;
  return TRUE;
}

/* The stage's parents are there: runs what is missing of it. */
static void
submit_missing_tasks (RushDag *self, RushStage *stage)
{
  g_assert (!stage->waiting && !stage->running && !stage->failed);
  if (stage->kind == RUSH_TASK_SHUFFLE_MAP && rush_stage_is_indeterminate (stage) &&
      !rush_dag_stage_is_available (self, stage) && !begin_anew (self, stage))
    return;

  if (stage->kind == RUSH_TASK_SHUFFLE_MAP && stage->rdd->barrier &&
      !rush_dag_stage_is_available (self, stage))
    rush_dag_barrier_begin_anew (self, stage);

  RushActiveJob *job = active_job_of (self, stage);
  g_autoptr (GArray) missing = rush_dag_missing_outputs (self, stage);
  stage->attempt++;
  stage->running = TRUE;
  rush_dag_post_stage_submitted (self, stage, job, missing->len);
  if (missing->len > 0)
    {
      if (check_stage (self, stage))
        submit_tasks (self, stage, job, missing);
      return;
    }
  rush_dag_stage_finished (self, stage);
  rush_dag_outputs_are_there (self, stage);
}

static void
push_ids (GArray *ids, const GPtrArray *stages)
{
  for (guint i = stages->len; i-- > 0;)
    {
      gint id = ((const RushStage *)g_ptr_array_index (stages, i))->id;

      g_array_append_val (ids, id);
    }
}

/* A work list, lest a chain of 10,000 stages use up the C stack.  It holds numbers, since a stage
 * may be finished, and gone with its job, before its turn comes. */
void
rush_dag_submit_stages (RushDag *self, const GPtrArray *stages)
{
  g_autoptr (GArray) to_submit = g_array_new (FALSE, FALSE, sizeof (gint));

  push_ids (to_submit, stages);
  while (to_submit->len > 0)
    {
      gint id = g_array_index (to_submit, gint, to_submit->len - 1);
      RushStage *stage = rush_dag_find_stage (self, id);

      g_array_set_size (to_submit, to_submit->len - 1);
      if (stage == NULL || stage->waiting || stage->running || stage->failed)
        continue;
      g_autoptr (GPtrArray) missing = missing_parents (self, stage);
      if (missing->len == 0 || rush_dag_stage_is_available (self, stage))
        submit_missing_tasks (self, stage);
      else
        {
          stage->waiting = TRUE;
          push_ids (to_submit, missing);
        }
    }
}

void
rush_dag_submit_stage (RushDag *self, RushStage *stage)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  g_ptr_array_add (one, stage);
  rush_dag_submit_stages (self, one);
}

void
rush_dag_submit_waiting_children (RushDag *self, RushStage *parent)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();

  for (guint i = 0; i < parent->children->len; i++)
    {
      RushStage *child = g_ptr_array_index (parent->children, i);

      if (!child->waiting)
        continue;
      child->waiting = FALSE;
      g_ptr_array_add (children, child);
    }
  g_ptr_array_sort (children, rush_stage_compare_urgency);
  rush_dag_submit_stages (self, children);
}

/* ---- a job comes ---- */

/* Nothing to compute: the job is over at once.  Listeners are told of it where Spark tells them. */
static void
end_empty_job (RushDag *self, RushActiveJob *job)
{
  if (job->request->allow_empty_rdd_event)
    {
      rush_dag_post_job_start (self, job);
      rush_dag_post_job_end (self, job->id, NULL);
    }
  job->request->listener->klass->job_ended (job->request->listener, NULL);
  rush_active_job_free (job);
}

static void
refuse_job (RushActiveJob *job, GError *error)
{
  job->request->listener->klass->job_ended (job->request->listener, error);
  g_error_free (error);
  rush_active_job_free (job);
}

void
rush_dag_start_job (RushDag *self, RushActiveJob *job)
{
  gboolean is_map_job = job->request->dependency != NULL;
  GError *error = NULL;

  if (!rush_dag_cut_job (self, job, &error))
    {
      if (rush_dag_defer_job (self, job))
        g_error_free (error);
      else
        refuse_job (job, error);
      return;
    }
  if (is_map_job)
    g_ptr_array_add (job->final_stage->map_jobs, job);
  g_tree_insert (self->jobs, GINT_TO_POINTER (job->id), job);
  rush_dag_post_job_start (self, job);
  rush_dag_submit_stage (self, job->final_stage);
}

void
rush_dag_submit_job (RushDag *self, RushJobRequest *request)
{
  RushActiveJob *job = rush_active_job_new (request);

  if (request->dependency == NULL && request->n_partitions == 0)
    end_empty_job (self, job);
  else
    rush_dag_start_job (self, job);
}
