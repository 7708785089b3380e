/* watch_tasks.c - tasks start and end.
 *
 *     TaskStart ── the live attempt?  a slot free?  may anything start there?  how many failures?
 *     TaskEnd   ── it ran?  the first success?  what counts as a failure?  memory given back?
 *
 * A task may end twice: once well, and then as Resubmitted, when what it wrote has been lost.
 */
#include "sim/chaos/watch_private.h"

static RushWatchedStage *
find_stage (RushInvariantWatch *self, gint stage_id)
{
  return g_hash_table_lookup (self->stages, GINT_TO_POINTER (stage_id));
}

/* Of the live attempt; NULL: of another one. */
static RushWatchedSlot *
find_slot (RushWatchedStage *stage, gint attempt, guint index)
{
  return stage != NULL && stage->live_attempt == attempt && index < stage->slots->len
             ? &g_array_index (stage->slots, RushWatchedSlot, index)
             : NULL;
}

/* ---- it starts ---- */

static void
check_slot (RushInvariantWatch *self, const RushTaskStart *start)
{
  const RushTaskInfo *task = &start->task;
  RushWatchedSlot *slot =
      find_slot (find_stage (self, start->stage_id), start->stage_attempt, task->index);

  if (slot == NULL)
    {
      rush_watch_note (self,
                       "task %" G_GINT64_FORMAT " starts for stage %d.%d, which "
                       "does not run, or has no task %u",
                       task->task_id, start->stage_id, start->stage_attempt, task->index);
      return;
    }
  RUSH_WATCH_CHECK (self, !slot->done, "task %u of stage %d.%d is done and starts again",
                    task->index, start->stage_id, start->stage_attempt);
  RUSH_WATCH_CHECK (self, task->attempt == slot->n_attempts,
                    "task %u of stage %d.%d starts as attempt %u, and has had %u", task->index,
                    start->stage_id, start->stage_attempt, task->attempt, slot->n_attempts);
  RUSH_WATCH_CHECK (self, slot->n_failures < self->rules.max_task_failures,
                    "task %u of stage %d.%d starts again after %u failures", task->index,
                    start->stage_id, start->stage_attempt, slot->n_failures);
  slot->n_attempts++;
}

static void
check_place (RushInvariantWatch *self, const RushTaskStart *start, RushWatchedExecutor *executor)
{
  const char *why_not = rush_watch_why_not (self, executor, start->stage_id, start->stage_attempt);

  RUSH_WATCH_CHECK (self, why_not == NULL, "task %" G_GINT64_FORMAT " starts on executor %s, %s",
                    start->task.task_id, executor->id, why_not);
  executor->n_running++;
  RUSH_WATCH_CHECK (self, executor->n_running * self->rules.cores_per_task <= executor->cores,
                    "executor %s runs %u tasks of %u cores each and has %u cores", executor->id,
                    executor->n_running, self->rules.cores_per_task, executor->cores);
}

void
rush_watch_task_start (RushInvariantWatch *self, const RushTaskStart *start)
{
  RushWatchedTask *task = g_new0 (RushWatchedTask, 1);
  gint64 task_id = start->task.task_id;

  rush_watch_time (self, start->task.launch_ms);
  RUSH_WATCH_CHECK (self, !g_hash_table_contains (self->tasks, &task_id),
                    "task %" G_GINT64_FORMAT " starts twice", task_id);
  task->stage_id = start->stage_id;
  task->stage_attempt = start->stage_attempt;
  task->index = start->task.index;
  task->partition = start->task.partition;
  task->executor = rush_watch_executor (self, start->task.executor_id);
  task->generation = task->executor->generation;
  check_slot (self, start);
  check_place (self, start, task->executor);
  g_hash_table_replace (self->tasks, g_memdup2 (&task_id, sizeof task_id), task);
}

/* ---- it ends ---- */

static void
succeeded (RushInvariantWatch *self, const RushTaskEnd *end, RushWatchedTask *task,
           RushWatchedSlot *slot)
{
  RushWatchedStage *stage = find_stage (self, end->stage_id);

  task->succeeded = TRUE;
  if (stage != NULL)
    g_hash_table_add (stage->succeeded, GUINT_TO_POINTER (task->partition));
  if (slot == NULL)
    return;
  RUSH_WATCH_CHECK (self, !slot->done, "task %u of stage %d.%d has succeeded twice", task->index,
                    end->stage_id, end->stage_attempt);
  slot->done = TRUE;
  slot->n_failures = 0;
}

/* What it wrote has gone with its executor. */
static void
resubmitted (RushInvariantWatch *self, const RushTaskEnd *end, RushWatchedTask *task,
             RushWatchedSlot *slot)
{
  RUSH_WATCH_CHECK (self, task->ended && task->succeeded,
                    "task %" G_GINT64_FORMAT " is to run again, and has not succeeded",
                    end->task.task_id);
  if (slot != NULL)
    slot->done = FALSE;
}

/* Once for each attempt at the stage; those before the last do not matter any more, nor does what
 * an executor that was decommissioned has taken with it. */
static void
fetch_failed (RushInvariantWatch *self, const RushTaskEnd *end, RushWatchedStage *stage)
{
  if (stage == NULL || end->stage_attempt != stage->live_attempt ||
      stage->last_failed_attempt == end->stage_attempt ||
      (end->fetch_executor_id != NULL &&
       rush_watch_executor (self, end->fetch_executor_id)->decommissioned))
    return;
  stage->last_failed_attempt = end->stage_attempt;
  stage->n_failed_attempts++;
}

static void
note_outcome (RushInvariantWatch *self, const RushTaskEnd *end, RushWatchedTask *task)
{
  RushWatchedStage *stage = find_stage (self, end->stage_id);
  RushWatchedSlot *slot = find_slot (stage, end->stage_attempt, task->index);

  if (g_str_equal (end->reason, "Resubmitted"))
    resubmitted (self, end, task, slot);
  else if (g_str_equal (end->reason, "Success"))
    succeeded (self, end, task, slot);
  else if (g_str_equal (end->reason, "FetchFailed"))
    fetch_failed (self, end, stage);
  else if (slot != NULL &&
           (g_str_equal (end->reason, "ExceptionFailure") ||
            (g_str_equal (end->reason, "ExecutorLostFailure") && end->caused_by_application)))
    slot->n_failures++;
}

void
rush_watch_task_end (RushInvariantWatch *self, const RushTaskEnd *end)
{
  gint64 task_id = end->task.task_id;
  RushWatchedTask *task = g_hash_table_lookup (self->tasks, &task_id);
  gboolean again = g_str_equal (end->reason, "Resubmitted");

  if (task == NULL || (task->ended && !again))
    {
      rush_watch_note (self, "task %" G_GINT64_FORMAT " ends, and does not run", task_id);
      return;
    }
  RUSH_WATCH_CHECK (self, end->task.finish_ms >= end->task.launch_ms,
                    "task %" G_GINT64_FORMAT " ends before it starts", task_id);
  if (!again)
    {
      rush_watch_time (self, end->task.finish_ms);
      task->executor->n_running -= task->generation == task->executor->generation;
    }
  note_outcome (self, end, task);
  task->ended = TRUE;
  rush_watch_memory (self, task->executor);
}
