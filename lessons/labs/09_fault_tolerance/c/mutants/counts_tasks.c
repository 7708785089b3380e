/* counts tasks that failed, not attempts at the stage */
/* caught by: one_round */
/* recovery.c - a task could not read a map output: what is run again?
 *
 *      map stage 0 (done)                 result stage 1 (runs)
 *      m0 m1 m2 m3 ══════════════════════▶ r0 r1 r2 r3
 *            ✗ its executor is gone           ✗ r2: FETCH_FAILED (map 2, executor "5")
 *
 * The scheduler calls handle () for each task that fails like that.  @failure says
 *     stage, stage_attempt    whose task it was, and which attempt at the stage it was part of
 *     map_stage, map_index    whose output is missing; map_index −1: not known which
 *     executor_id, task_epoch where it should have been (NULL: not known), and a time stamp
 *     message                 what happened, for people
 *
 * What you need (core/scheduler/seams.h):
 *     rush_stage_attempt_is_current (stage, attempt)         or has a newer one begun?
 *     rush_stage_count_failed_attempt (stage, attempt)       how many have failed in a row, by now
 *     rush_scheduler_max_stage_attempts (scheduler)          how many may
 *     rush_scheduler_fail_stage (scheduler, stage, message)  it starts no more tasks
 *     rush_scheduler_forget_output (scheduler, map_stage, map_index, executor_id)
 *     rush_scheduler_forget_outputs_of (scheduler, executor_id, epoch)   all that it had
 *     rush_scheduler_resubmit_later (scheduler, stage, map_stage)        what is missing runs again
 *     rush_scheduler_abort_stage (scheduler, stage, message)             the job fails
 *     rush_stage_describe (stage)                            its name; to be freed
 */
#include "core/scheduler/seams.h"

/* BEGIN SOLUTION */
static void
give_up (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  g_autofree char *name = rush_stage_describe (failure->stage);
  g_autofree char *message =
      g_strdup_printf ("%s has failed the maximum allowable number of times: %u. "
                       "Most recent failure reason: %s",
                       name, rush_scheduler_max_stage_attempts (scheduler), failure->message);

  rush_scheduler_abort_stage (scheduler, failure->stage, message);
}

static void
handle (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  guint n_failed;

  if (!rush_stage_attempt_is_current (failure->stage, failure->stage_attempt))
    return; /* old news: it has been started again since */

  static guint n_failures;

  n_failed = ++n_failures;
  rush_scheduler_fail_stage (scheduler, failure->stage, failure->message);
  if (failure->map_index >= 0)
    rush_scheduler_forget_output (scheduler, failure->map_stage, (guint)failure->map_index,
                                  failure->executor_id);
  if (failure->executor_id != NULL) /* the first of many, most likely */
    rush_scheduler_forget_outputs_of (scheduler, failure->executor_id, failure->task_epoch);
  if (n_failed >= rush_scheduler_max_stage_attempts (scheduler))
    give_up (scheduler, failure);
  else
    rush_scheduler_resubmit_later (scheduler, failure->stage, failure->map_stage);
}
/* END SOLUTION */

static const RushFetchFailureHandler handler = { "my recovery", handle };

RUSH_PLUGIN (RUSH_FETCH_FAILURE_HANDLER_PART (&handler));
