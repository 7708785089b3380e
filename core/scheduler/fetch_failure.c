/* fetch_failure.c - a task could not read a map output: what is run again?
 *
 *      map stage 0 (done)                 result stage 1 (runs)
 *      m0 m1 m2 m3 ══════════════════════▶ r0 r1 r2 r3
 *            ✗ its executor is gone           ✗ r2: FETCH_FAILED (shuffle 0, map 2, executor "5")
 *
 *      t         output 2, and all others on executor 5, are forgotten; stage 1 has failed: it
 *                starts no more tasks, but those that run may still end, and count
 *      t+200ms   stage 0 is submitted: its task for m2 alone (attempt 1); stage 1 waits for it
 *      later     stage 0 is done; stage 1 is submitted: those of its tasks that have not ended well
 *
 * This is the lineage at work: what was lost is computed again from what it came from, and nothing
 * else is.
 *
 * Why wait?  The loss of one executor makes many reduce tasks fail within milliseconds, each with
 * another map output.  They are collected, so that stage 0 runs once and not once for each of them.
 *
 * Why forget all outputs of that executor?  One that cannot be read is most likely the first of
 * many; to find out one by one would cost an attempt each.
 *
 * Why give up?  If the fourth attempt in a row fails as well, something is wrong that running again
 * does not mend.
 *
 * That does not count if the executor is being decommissioned: it was to be expected.
 *
 * A failure of an older attempt is old news: the stage has been started again since, and knows.
 *
 * Mirrors: the case FetchFailed of DAGScheduler.handleTaskCompletion.
 */
#include "core/scheduler/seams.h"

static void
give_up (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  g_autofree char *name = rush_stage_describe (failure->stage);
  g_autofree char *message =
      g_strdup_printf ("%s has failed the maximum allowable number of times: %u. "
                       "Most recent failure reason: %s",
                       name, rush_scheduler_max_stage_attempts (scheduler), failure->message);

  g_strdelimit (message, "\n", ' ');
  rush_scheduler_abort_stage (scheduler, failure->stage, message);
}

/* How many attempts in a row have failed by now. */
static guint
count_failure (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  if (failure->executor_id != NULL && rush_scheduler_expects_loss (scheduler, failure->executor_id))
    return 0;
  return rush_stage_count_failed_attempt (failure->stage, failure->stage_attempt);
}

static void
run_again (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  if (!rush_stage_attempt_is_current (failure->stage, failure->stage_attempt))
    return;

  guint n_failed = count_failure (scheduler, failure);
  rush_scheduler_fail_stage (scheduler, failure->stage, failure->message);
  if (failure->map_index >= 0)
    rush_scheduler_forget_output (scheduler, failure->map_stage, (guint)failure->map_index,
                                  failure->executor_id);
  if (failure->executor_id != NULL)
    rush_scheduler_forget_outputs_of (scheduler, failure->executor_id, failure->task_epoch);

  if (n_failed >= rush_scheduler_max_stage_attempts (scheduler))
    give_up (scheduler, failure);
  else
    rush_scheduler_resubmit_later (scheduler, failure->stage, failure->map_stage);
}

const RushFetchFailureHandler rush_fetch_failure_handler_rerun = { "run again", run_again };
