/* dag_completion.c - a task has ended: what it means for its stage and its jobs.
 *
 *     success, result task      its output is handed to the job; the last one ends the job
 *     success, map task         its output is registered; the last one ends the stage and starts
 *                               those that wait for it
 *     fetch failure             the handler decides                              fetch_failure.c
 *     resubmitted               the output of a finished map task went with its executor: pending
 *     barrier stage             whatever kept one task from success: all stop   barrier_stage.c
 *     anything else             the task set has seen to it already (it waits again, or the whole
 *                               set gives up, and with it every job that needs the stage)
 *
 * What to believe?  Tasks of an older attempt of a stage may still run, and their success counts as
 * well as any, so that no work is wasted; two exceptions:
 *
 *   - The output may be gone before we hear of it.  A map task that was launched on an executor in
 *     or before the epoch in which that executor is known to have lost its outputs is not believed.
 *     If it belongs to the present attempt, its output stays missing, and the stage, having run
 *     all its tasks, runs again.
 *   - An attempt that has been rolled back, or an older one of an indeterminate stage, has made
 *     other rows than the present one.
 *
 * What a task has added to accumulators is another question, with a simpler answer: each partition
 * of a result counts once, when its result is taken; of a map stage every success counts, whatever
 * becomes of the output, so that what runs again counts again; a task that did not succeed does
 * not.  That is why Spark promises exact sums for actions alone.
 *
 * Invariants:  of a running map stage, `pending` is exactly what its live task set has not done.
 *
 * Mirrors: DAGScheduler.handleTaskCompletion, updateAccumulators, markStageAsFinished.
 */
#include "core/scheduler/dag_scheduler_private.h"

/* ---- stages end ---- */

void
rush_dag_stage_finished (RushDag *self, RushStage *stage)
{
  g_assert (stage->running);

  /* Only failures in a row are counted. */
  stage->n_failed_attempts = 0;
  stage->last_failed_attempt = -1;
  stage->running = FALSE;
  rush_dag_post_stage_completed (self, stage, NULL);
}

void
rush_dag_stage_failed (RushDag *self, RushStage *stage, const char *reason)
{
  if (!stage->running)
    return;
  stage->running = FALSE;
  rush_dag_post_stage_completed (self, stage, reason);
}

void
rush_dag_outputs_are_there (RushDag *self, RushStage *stage)
{
  gint id = stage->id;

  rush_dag_finish_map_jobs (self, stage);
  if (rush_dag_find_stage (self, id) != NULL) /* else nobody else has waited for it */
    rush_dag_submit_waiting_children (self, stage);
}

/* All tasks of the attempt are done; that the outputs are there is another matter. */
static void
map_stage_done (RushDag *self, RushStage *stage)
{
  rush_dag_stage_finished (self, stage);
  if (rush_dag_stage_is_available (self, stage))
    rush_dag_outputs_are_there (self, stage);
  else
    rush_dag_submit_stage (self, stage);
}

/* A task of an older attempt has ended, and what the stage waits for its parents to compute is
 * there: it need not wait any more, whatever becomes of them. */
static void
wake_if_available (RushDag *self, RushStage *stage)
{
  if (!stage->waiting || !rush_dag_stage_is_available (self, stage))
    return;
  stage->waiting = FALSE;
  rush_dag_outputs_are_there (self, stage);
}

/* ---- success ---- */

/* The driver would hold more than it may, or can: the job is given up.
 * Mirrors TaskSetManager.canFetchMoreResults. */
static gboolean
is_too_large (RushDag *self, RushStage *stage, gsize bytes)
{
  RushActiveJob *job = stage->job;
  g_autoptr (GError) error = NULL;

  job->result_bytes += (gint64)bytes;
  if (rush_result_limit_check (&self->result_limit, job->result_bytes, job->n_finished,
                               job->n_outputs, &error))
    return FALSE;
  rush_dag_abort_stage (self, stage, error);
  return TRUE;
}

/* What the task has added to accumulators counts. */
static void
add_accumulator_updates (RushDag *self, RushTaskOutcome *outcome)
{
  if (self->accumulators != NULL && outcome->accumulator_updates != NULL)
    self->accumulators->add (self->accumulators, g_steal_pointer (&outcome->accumulator_updates));
}

static void
result_task_succeeded (RushDag *self, RushStage *stage, RushTaskEnding *ending)
{
  RushActiveJob *job = stage->job;
  RushJobListener *listener = job->request->listener;
  guint output = ending->attempt.output;
  GError *error = NULL;

  if (job->finished[output])
    return; /* another attempt was faster */
  job->finished[output] = TRUE;
  job->n_finished++;
  if (is_too_large (self, stage, ending->outcome->result.bytes))
    return;
  add_accumulator_updates (self, ending->outcome);
  rush_task_scheduler_output_done (self->tasks, stage->id, ending->work->stage_attempt, output);
  if (!listener->klass->task_succeeded (listener, output, &ending->outcome->result, &error))
    {
      g_assert (error != NULL);
      rush_dag_job_failed (self, job, error);
      g_error_free (error);
      return;
    }
  if (job->n_finished < job->n_outputs)
    return;
  if (stage->running) /* not so if the last one came from an attempt that had failed */
    rush_dag_stage_finished (self, stage);
  rush_dag_job_succeeded (self, job);
}

static void
register_output (RushDag *self, RushStage *stage, RushTaskEnding *ending)
{
  RushTaskOutcome *outcome = ending->outcome;

  g_assert (outcome->map_status != NULL);
  outcome->free_map_status = NULL;
  rush_map_output_tracker_register_output (self->tracker, stage->dependency->shuffle_id,
                                           ending->attempt.output,
                                           g_steal_pointer (&outcome->map_status));
}

static void
map_task_succeeded (RushDag *self, RushStage *stage, RushTaskEnding *ending)
{
  const RushMapStatus *status = ending->outcome->map_status;
  gboolean is_old = ending->work->stage_attempt < stage->attempt;
  gboolean is_bogus = rush_dag_is_bogus (self, status->executor_id, ending->attempt.epoch);
  guint output = ending->attempt.output;

  if (is_old && is_bogus)
    return;
  if (!is_bogus)
    {
      register_output (self, stage, ending);
      rush_task_scheduler_output_done (self->tasks, stage->id, ending->work->stage_attempt, output);
    }
  if (!stage->running)
    {
      wake_if_available (self, stage);
      return;
    }
  if (stage->pending[output])
    {
      stage->pending[output] = FALSE;
      stage->n_pending--;
    }
  if (stage->n_pending == 0)
    map_stage_done (self, stage);
}

static void
task_succeeded (RushDag *self, RushStage *stage, RushTaskEnding *ending)
{
  if (stage->kind == RUSH_TASK_SHUFFLE_MAP)
    add_accumulator_updates (self, ending->outcome);
  if (ending->work->stage_attempt < stage->first_valid_attempt)
    return;
  if (ending->work->stage_attempt == stage->attempt)
    rush_task_metrics_add (&stage->metrics, &ending->outcome->metrics);
  if (stage->kind == RUSH_TASK_RESULT)
    result_task_succeeded (self, stage, ending);
  else
    map_task_succeeded (self, stage, ending);
}

/* ---- failure ---- */

static void
task_resubmitted (RushStage *stage, const RushTaskEnding *ending)
{
  guint output = ending->attempt.output;

  g_assert (stage->running && !stage->pending[output]);
  stage->pending[output] = TRUE;
  stage->n_pending++;
}

static void
fetch_failed (RushDag *self, RushStage *stage, const RushTaskEnding *ending)
{
  const RushTaskOutcome *outcome = ending->outcome;
  RushFetchFailure failure = { .stage = stage,
                               .stage_attempt = ending->work->stage_attempt,
                               .map_stage = rush_dag_find_map_stage (self, outcome->shuffle_id),
                               .map_index = outcome->map_index,
                               .executor_id = outcome->executor_id,
                               .task_epoch = ending->attempt.epoch,
                               .message = outcome->message != NULL ? outcome->message : "" };

  if (failure.map_stage != NULL)
    {
      gint id = stage->id;

      self->seams.fetch_failure->handle (self->scheduler, &failure);
      stage = rush_dag_find_stage (self, id);
      if (stage != NULL && stage->rdd->barrier)
        rush_dag_barrier_fetch_failed (self, stage, ending);
      return;
    }
  /* No parent of the stage writes such a shuffle: running anything again would not help. */
  g_autofree char *name = rush_stage_describe (stage);
  g_autoptr (GError) error =
      g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
                   "%s could not read shuffle %d, which none of its parents writes: %s", name,
                   outcome->shuffle_id, failure.message);
  rush_dag_abort_stage (self, stage, error);
}

/* ---- a task has ended ---- */

void
rush_dag_task_ended (RushDag *self, RushTaskEnding *ending)
{
  RushStage *stage = rush_dag_find_stage (self, ending->work->stage_id);

  /* Listeners that count running tasks want to hear of each end, whatever it is good for. */
  rush_dag_post_task_end (self, ending);
  rush_commit_coordinator_task_ended (self->commits, ending->work->stage_id,
                                      ending->attempt.partition, ending->attempt.task_id,
                                      ending->outcome->kind == RUSH_OUTCOME_SUCCESS);
  if (stage == NULL)
    return; /* all jobs that needed it are over */
  if (stage->rdd->barrier && ending->outcome->kind != RUSH_OUTCOME_SUCCESS &&
      ending->outcome->kind != RUSH_OUTCOME_FETCH_FAILED)
    {
      rush_dag_barrier_task_failed (self, stage, ending);
      return;
    }
  switch (ending->outcome->kind)
    {
    case RUSH_OUTCOME_SUCCESS:
      task_succeeded (self, stage, ending);
      return;
    case RUSH_OUTCOME_FETCH_FAILED:
      fetch_failed (self, stage, ending);
      return;
    case RUSH_OUTCOME_RESUBMITTED:
      task_resubmitted (stage, ending);
      return;
    case RUSH_OUTCOME_EXCEPTION:
    case RUSH_OUTCOME_KILLED:
    case RUSH_OUTCOME_EXECUTOR_LOST:
    case RUSH_OUTCOME_COMMIT_DENIED:
      if (ending->abort != NULL)
        rush_dag_abort_stage (self, stage, ending->abort);
      return;
    }
}
