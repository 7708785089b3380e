/* replay_plan.h - a recorded run as stages of a model and jobs in their order.
 *
 *   log       job 0 [stages 0 1]   job 1 [1 skipped, 2]      job 2 …
 *   plan      stages 0 ─▶ 1        2                         by their numbers, those that ran
 *             jobs   0: result 1, after nobody    1: result 2, after one job has ended, 0.3 s later
 *
 * Ownership:  the plan owns all; the run may go.
 * Threads:    one.
 */
#pragma once

#include "sim/model_job.h"
#include "sim/replay/recorded_run.h"

/* As what the tasks are taken. */
typedef struct
{
  gboolean without_skew; /* all of a stage take what they take on average */
  double slowdown; /* they took so much longer, as a fraction, for each neighbour on their host */
} RushReplayTerms;

typedef struct
{
  guint result;    /* stage of the plan */
  guint n_before;  /* so many of the jobs, in the order in which they ended, must have ended */
  gint64 think_us; /* the program's own time after that */
  guint end_rank;  /* which one it was to end, from 0 */
} RushReplayJob;

typedef struct
{
  GArray *stages;   /* RushModelStage; each stage's tasks are owned by tasks */
  GPtrArray *tasks; /* RushModelTask[] */
  GPtrArray *names; /* of the stages */
  GArray *jobs;     /* RushReplayJob, in the order of their submission */
  double work_s;    /* of one core that is alone */
  guint n_left_out; /* jobs without a result */
} RushReplayPlan;

RushReplayPlan *rush_replay_plan_new (RushRecordedRun *run, const RushReplayTerms *terms);
void rush_replay_plan_free (RushReplayPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushReplayPlan, rush_replay_plan_free)
