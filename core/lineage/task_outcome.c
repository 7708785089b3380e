/* task_outcome.c - how a task ended; see the header for who owns what. */
#include "core/lineage/task_outcome.h"

const char *
rush_outcome_kind_name (RushOutcomeKind kind)
{
  switch (kind)
    {
    case RUSH_OUTCOME_SUCCESS:
      return "Success";
    case RUSH_OUTCOME_EXCEPTION:
      return "ExceptionFailure";
    case RUSH_OUTCOME_FETCH_FAILED:
      return "FetchFailed";
    case RUSH_OUTCOME_KILLED:
      return "TaskKilled";
    case RUSH_OUTCOME_EXECUTOR_LOST:
      return "ExecutorLostFailure";
    case RUSH_OUTCOME_COMMIT_DENIED:
      return "TaskCommitDenied";
    case RUSH_OUTCOME_RESUBMITTED:
      return "Resubmitted";
    }
  g_return_val_if_reached ("UnknownReason");
}

void
rush_task_outcome_free (RushTaskOutcome *self)
{
  if (self == NULL)
    return;
  if (self->result.free_value != NULL)
    self->result.free_value (self->result.value);
  if (self->free_map_status != NULL)
    self->free_map_status (self->map_status);
  g_clear_pointer (&self->accumulator_updates, g_ptr_array_unref);
  g_clear_pointer (&self->counted, g_array_unref);
  g_free (self->message);
  g_free (self->error_class);
  g_free (self->executor_id);
  g_free (self);
}

RushTaskOutcome *
rush_task_outcome_new (RushOutcomeKind kind, const char *message)
{
  RushTaskOutcome *self = g_new0 (RushTaskOutcome, 1);

  self->kind = kind;
  self->message = g_strdup (message);
  self->map_index = -1;
  self->shuffle_id = -1;
  return self;
}
