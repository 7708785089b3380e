/* chaos_program.h - a random program without data: stages that read each other, and several jobs.
 *
 *     stage 0 (17 tasks) ══▶ stage 2 (40) ══▶ stage 3 (40)   ◀── job 0, and job 2 again
 *     stage 1 (3, barrier) ═══════▲  ╚══════▶ stage 4 (40)   ◀── job 1
 *
 * All stages that read have one number of tasks, as all readers of a shuffle must.  Jobs share
 * shuffles, may run at the same time, and one of them is run twice.
 *
 * Ownership:  a program owns its distributions.
 * Threads:    immutable.
 */
#pragma once

#include "sim/model_job.h"

#define RUSH_CHAOS_MAX_STAGES 8

typedef struct
{
  RushModelStage stages[RUSH_CHAOS_MAX_STAGES];
  guint n_stages;
  guint jobs[RUSH_CHAOS_MAX_STAGES + 1];      /* the stages that they end with */
  double job_at_s[RUSH_CHAOS_MAX_STAGES + 1]; /* after the first, in seconds */
  guint n_jobs;
  guint n_tasks;  /* of all stages */
  double seconds; /* that it takes, about, on the slots that it was drawn for */
  RushDistribution *durations[RUSH_CHAOS_MAX_STAGES], *sizes[RUSH_CHAOS_MAX_STAGES];
} RushChaosProgram;

/* @may_wait: barrier stages are allowed, no larger than the cluster. */
RushChaosProgram *rush_chaos_program_new (guint64 seed, guint n_slots, gboolean may_wait);
void rush_chaos_program_free (RushChaosProgram *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushChaosProgram, rush_chaos_program_free)
