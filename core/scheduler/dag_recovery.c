/* dag_recovery.c - what is forgotten after a loss, and when the rest is submitted again.
 *
 * Epochs.  The map output tracker counts its removals; the count is the epoch.  A task carries the
 * epoch of its launch.  News of a loss may be older than the outputs that are there now:
 *
 *     epoch 3   r7 is launched, reads what it knows of executor 5
 *     epoch 4   executor 5 is known to have lost its outputs: they are removed
 *     epoch 5   m2 has been run again, on executor 5 of all places
 *     now       r7 says that it could not read from executor 5
 *
 * r7 speaks of epoch 3; that executor 5 failed in epoch 3 is known; m2's new output stays.  And the
 * other way round: a map task that was launched on executor 5 in epoch 3 and ends now may have
 * written its output before the loss: it is not believed (dag_completion.c).
 *
 * Roll back.  If a map stage is indeterminate (its rows, or their order, come out otherwise each
 * time), running some of its tasks again would mix two results.  So all of them run again, and
 * whatever was made from its outputs must be forgotten too: map stages below lose all their
 * outputs, result stages start anew; but results that a job has already been handed cannot be
 * taken back, and that job is aborted.  That is so however the outputs were lost: after a fetch
 * failure what runs is stopped at once; and when the stage is submitted, whoever asked for it,
 * what is there by then is forgotten.  (Spark does the first alone: a loss that no task ran into
 * can mix rows of two runs there.)
 *
 * Mirrors: DAGScheduler.removeExecutorAndUnregisterOutputs, resubmitFailedStages, and the part of
 *          handleTaskCompletion on INDETERMINATE stages.
 */
#include "core/scheduler/dag_scheduler_private.h"

/* ---- epochs ---- */

static RushExecutorEpochs *
epochs_of (RushDag *self, const char *executor_id)
{
  RushExecutorEpochs *epochs = g_hash_table_lookup (self->epochs, executor_id);

  if (epochs == NULL)
    {
      epochs = g_new (RushExecutorEpochs, 1);
      *epochs = (RushExecutorEpochs){ -1, -1 };
      g_hash_table_insert (self->epochs, g_strdup (executor_id), epochs);
    }
  return epochs;
}

static void
executor_failed (RushDag *self, const char *executor_id, gint64 epoch, gboolean outputs_lost)
{
  RushExecutorEpochs *epochs = epochs_of (self, executor_id);

  epochs->failed = MAX (epochs->failed, epoch);
  if (!outputs_lost || epochs->outputs_lost >= epoch)
    return;
  epochs->outputs_lost = epoch;
  rush_map_output_tracker_remove_executor (self->tracker, executor_id);
}

void
rush_dag_executor_lost (RushDag *self, const char *executor_id, gboolean outputs_lost)
{
  executor_failed (self, executor_id, rush_map_output_tracker_epoch (self->tracker), outputs_lost);
}

/* It is another executor under the same name. */
void
rush_dag_executor_registered (RushDag *self, const char *executor_id)
{
  g_hash_table_remove (self->epochs, executor_id);
}

gboolean
rush_dag_is_bogus (RushDag *self, const char *executor_id, gint64 epoch)
{
  const RushExecutorEpochs *epochs = g_hash_table_lookup (self->epochs, executor_id);

  return epochs != NULL && epoch <= epochs->failed;
}

/* ---- the timer ---- */

void
rush_dag_set_failed (RushDag *self, RushStage *stage, gboolean failed)
{
  if (stage->failed == failed)
    return;
  stage->failed = failed;
  if (failed)
    self->n_failed++;
  else
    self->n_failed--;

  if (self->n_failed > 0 && self->resubmit_timer == 0)
    {
      self->resubmit_timer = ++*self->next_timer_id;
      self->backend->klass->start_timer (self->backend, self->resubmit_timer,
                                         RUSH_RESUBMIT_DELAY_US);
    }
  else if (self->n_failed == 0 && self->resubmit_timer != 0)
    {
      self->backend->klass->cancel_timer (self->backend, self->resubmit_timer);
      self->resubmit_timer = 0;
    }
}

static gboolean
collect_failed (gpointer id, gpointer stage, gpointer failed)
{
  if (((RushStage *)stage)->failed)
    g_ptr_array_add (failed, stage);
  return FALSE;
}

gboolean
rush_dag_timer (RushDag *self, guint64 timer_id)
{
  g_autoptr (GPtrArray) failed = g_ptr_array_new ();

  if (self->resubmit_timer == 0 || timer_id != self->resubmit_timer)
    return rush_dag_deferred_timer (self, timer_id);
  self->resubmit_timer = 0;
  g_tree_foreach (self->stages, collect_failed, failed);
  g_ptr_array_sort (failed, rush_stage_compare_urgency);
  for (guint i = 0; i < failed->len; i++)
    rush_dag_set_failed (self, g_ptr_array_index (failed, i), FALSE);
  rush_dag_submit_stages (self, failed);
  return TRUE;
}

/* ---- roll back ---- */

/* All that was made from the outputs of @stage, by id: its children, theirs, and so on. */
static GPtrArray *
successors_of (RushStage *stage)
{
  GPtrArray *found = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  g_hash_table_add (seen, stage);
  for (guint next = 0; stage != NULL; next++)
    {
      for (guint i = 0; i < stage->children->len; i++)
        if (g_hash_table_add (seen, g_ptr_array_index (stage->children, i)))
          g_ptr_array_add (found, g_ptr_array_index (stage->children, i));
      stage = next < found->len ? g_ptr_array_index (found, next) : NULL;
    }
  g_ptr_array_sort (found, rush_stage_compare_ids);
  return found;
}

static void
abort_handed_out (RushDag *self, RushStage *stage)
{
  g_autofree char *name = rush_stage_describe (stage);
  g_autoptr (GError) error = g_error_new (
      RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED,
      "A shuffle map stage with indeterminate output was failed and retried. However, Spark cannot "
      "rollback the %s to re-process the input data, and has to fail this job. Please eliminate "
      "the indeterminacy by checkpointing the RDD before repartition and try again.",
      name);

  rush_dag_abort_stage (self, stage, error);
}

/* What runs has read, or will read, outputs that will not be there again. */
static void
void_attempt (RushDag *self, RushStage *stage)
{
  if (stage->attempt < stage->first_valid_attempt) /* none yet, or done already */
    return;
  stage->first_valid_attempt = stage->attempt + 1;
  rush_commit_coordinator_roll_back (self->commits, stage->id, stage->first_valid_attempt);
  rush_task_scheduler_suspend_stage (self->tasks, stage->id, "Stage is rolled back");
  if (!stage->running)
    return;
  rush_dag_stage_failed (self, stage, "Stage is rolled back: its input will be made anew");
  rush_dag_set_failed (self, stage, TRUE);
}

static void
roll_back_stage (RushDag *self, RushStage *stage)
{
  if (stage->kind == RUSH_TASK_RESULT && stage->job->n_finished > 0)
    {
      abort_handed_out (self, stage);
      return;
    }
  if (stage->kind == RUSH_TASK_SHUFFLE_MAP &&
      rush_map_output_tracker_n_available (self->tracker, stage->dependency->shuffle_id) > 0)
    rush_map_output_tracker_unregister_all (self->tracker, stage->dependency->shuffle_id);
  void_attempt (self, stage);
}

void
rush_dag_roll_back_successors (RushDag *self, RushStage *map_stage)
{
  g_autoptr (GPtrArray) successors = successors_of (map_stage);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint));

  for (guint i = 0; i < successors->len; i++)
    {
      gint id = rush_stage_id (g_ptr_array_index (successors, i));

      g_array_append_val (ids, id);
    }
  for (guint i = 0; i < ids->len; i++)
    {
      RushStage *stage = rush_dag_find_stage (self, g_array_index (ids, gint, i));

      if (stage != NULL) /* it may have gone with an aborted job */
        roll_back_stage (self, stage);
    }
}

/* ---- what a fetch-failure handler may do ---- */

guint
rush_scheduler_max_stage_attempts (const RushScheduler *self)
{
  return rush_scheduler_dag ((RushScheduler *)self)->max_stage_attempts;
}

gboolean
rush_scheduler_expects_loss (RushScheduler *self, const char *executor_id)
{
  const RushDag *dag = rush_scheduler_dag (self);

  return dag->ignore_decommission &&
         rush_task_scheduler_is_decommissioning (dag->tasks, executor_id);
}

void
rush_scheduler_fail_stage (RushScheduler *self, RushStage *stage, const char *message)
{
  RushDag *dag = rush_scheduler_dag (self);

  rush_task_scheduler_suspend_stage (dag->tasks, stage->id, NULL);
  rush_dag_stage_failed (dag, stage, message);
}

void
rush_scheduler_forget_output (RushScheduler *self, RushStage *map_stage, guint map_index,
                              const char *executor_id)
{
  g_return_if_fail (map_stage->kind == RUSH_TASK_SHUFFLE_MAP);
  g_return_if_fail (map_index < map_stage->n_outputs);

  if (executor_id != NULL)
    rush_map_output_tracker_unregister_output (rush_scheduler_dag (self)->tracker,
                                               map_stage->dependency->shuffle_id, map_index,
                                               executor_id);
}

void
rush_scheduler_forget_outputs_of (RushScheduler *self, const char *executor_id, gint64 epoch)
{
  executor_failed (rush_scheduler_dag (self), executor_id, epoch, TRUE);
}

void
rush_scheduler_resubmit_later (RushScheduler *self, RushStage *stage, RushStage *map_stage)
{
  RushDag *dag = rush_scheduler_dag (self);

  rush_dag_set_failed (dag, stage, TRUE);
  rush_dag_set_failed (dag, map_stage, TRUE);
  if (rush_stage_is_indeterminate (map_stage))
    rush_dag_roll_back_successors (dag, map_stage);
}

void
rush_scheduler_abort_stage (RushScheduler *self, RushStage *stage, const char *message)
{
  g_autoptr (GError) error =
      g_error_new_literal (RUSH_CORE_ERROR, RUSH_CORE_ERROR_JOB_ABORTED, message);

  rush_dag_abort_stage (rush_scheduler_dag (self), stage, error);
}
