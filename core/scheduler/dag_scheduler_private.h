/* dag_scheduler_private.h - the DAG scheduler: jobs, stages, and what is to be run again.
 *
 *   dag_scheduler.c   what there is
 *   stage_cutter.c    lineage → stages                           (a seam)
 *   dag_submit.c      a job comes; stages whose parents are there become task sets
 *   placement.c       where a task is best run
 *   dag_completion.c  a task has ended
 *   fetch_failure.c   a map output is gone                       (a seam)
 *   dag_recovery.c    what that handler does it with: epochs, the timer, roll back
 *   barrier_stage.c   stages whose tasks run all at once
 *   dag_jobs.c        jobs end: finished, aborted, cancelled
 *   dag_events.c, stage_info.c   what listeners are told
 *
 * Mirrors: org.apache.spark.scheduler.DAGScheduler.
 */
#pragma once

#include "core/memory/result_limit.h"
#include "core/scheduler/stage_private.h"
#include "core/scheduler/task_scheduler_private.h"

typedef struct
{
  /* The world (unowned). */
  RushScheduler *scheduler; /* what seams are handed */
  RushBackend *backend;
  RushClock *clock;
  RushEventBus *bus;
  RushMapOutputTracker *tracker;
  RushTaskScheduler *tasks;
  RushCacheLocations *cache;         /* or NULL */
  RushAccumulatorSink *accumulators; /* or NULL */
  RushCommitCoordinator *commits;    /* or NULL */
  guint64 *next_timer_id;
  const RushConf *conf;

  RushSchedulerSeams seams;
  guint max_stage_attempts;
  gboolean dynamic_allocation;  /* executors come and go */
  gboolean ignore_decommission; /* fetch failures from executors that are on their way out */
  RushResultLimit result_limit; /* of a job */
  gint next_stage_id;
  GTree *jobs;            /* id → RushActiveJob (owned) */
  GTree *stages;          /* id → RushStage (owned) */
  GHashTable *map_stages; /* shuffle id → RushStage */
  guint n_failed;         /* stages with `failed` set */
  guint64 resubmit_timer; /* 0: none */
  GPtrArray *deferred;    /* RushActiveJob (owned) that wait for slots of a barrier stage */
  guint max_slot_checks;
  gint64 slot_check_us;
  GHashTable *epochs; /* executor id (owned) → RushExecutorEpochs (owned) */
} RushDag;

/* The newest epochs of which it is known that the executor failed, or lost its outputs; −1: none.
 */
typedef struct
{
  gint64 failed;
  gint64 outputs_lost;
} RushExecutorEpochs;

/* The caller has filled in the world. */
void rush_dag_init (RushDag *self, const RushConf *conf);
void rush_dag_clear (RushDag *self); /* fails the jobs that run */
/* The DAG scheduler inside a scheduler, for the functions that seams call. */
RushDag *rush_scheduler_dag (RushScheduler *self);

RushStage *rush_dag_find_stage (RushDag *self, gint stage_id);
RushStage *rush_dag_find_map_stage (RushDag *self, gint shuffle_id);
gboolean rush_dag_stage_is_available (RushDag *self, const RushStage *stage);
/* Outputs that are not there, ascending: guint (transfer full). */
GArray *rush_dag_missing_outputs (RushDag *self, const RushStage *stage);

/* ---- stage_cutter.c ---- */

/* Makes the stages of @job and registers it with them.  FALSE: nothing has changed. */
gboolean rush_dag_cut_job (RushDag *self, RushActiveJob *job, GError **error);

/* ---- dag_submit.c ---- */

void rush_dag_submit_job (RushDag *self, RushJobRequest *request); /* (transfer full) */
/* The job, which is known to nobody yet, gets stages, or is refused. (transfer full) */
void rush_dag_start_job (RushDag *self, RushActiveJob *job);
/* Submits @stage, or first those parents that are missing. */
void rush_dag_submit_stage (RushDag *self, RushStage *stage);
void rush_dag_submit_stages (RushDag *self, const GPtrArray *stages);
void rush_dag_submit_waiting_children (RushDag *self, RushStage *parent);

/* ---- placement.c ---- */

/* By index into @partitions: names, or NULL; NULL: no partition likes any place.  (transfer full)
 */
char ***rush_dag_place (RushDag *self, RushStage *stage, const guint *partitions, guint n);

/* ---- dag_completion.c ---- */

void rush_dag_task_ended (RushDag *self, RushTaskEnding *ending);
void rush_dag_stage_finished (RushDag *self, RushStage *stage);
void rush_dag_stage_failed (RushDag *self, RushStage *stage, const char *reason);
/* All outputs of the map stage are there: its jobs end, its children go on.  @stage may be gone. */
void rush_dag_outputs_are_there (RushDag *self, RushStage *stage);

/* ---- barrier_stage.c ---- */

/* FALSE: @last is of a barrier stage that cannot run with so many tasks; if that may change, @job
 * has a note of it. */
gboolean rush_dag_check_barrier (RushDag *self, RushActiveJob *job, RushRdd *last, guint n_tasks,
                                 GError **error);
/* TRUE: a barrier stage had too few slots, the job is taken over and tried again later. */
gboolean rush_dag_defer_job (RushDag *self, RushActiveJob *job);
RushActiveJob *rush_dag_find_deferred (RushDag *self, gint job_id);
void rush_dag_refuse_deferred (RushDag *self, RushActiveJob *job, const GError *error);
gboolean rush_dag_deferred_timer (RushDag *self, guint64 timer_id); /* FALSE: not one of them */
/* @stage may be gone after these two. */
void rush_dag_barrier_task_failed (RushDag *self, RushStage *stage, const RushTaskEnding *ending);
void rush_dag_barrier_fetch_failed (RushDag *self, RushStage *stage, const RushTaskEnding *ending);
/* A barrier map stage of which outputs are missing forgets the others. */
void rush_dag_barrier_begin_anew (RushDag *self, RushStage *stage);

/* ---- dag_jobs.c ---- */

void rush_dag_job_succeeded (RushDag *self, RushActiveJob *job); /* @job is gone */
void rush_dag_job_failed (RushDag *self, RushActiveJob *job, const GError *error);
/* Those jobs that end with this map stage, if it is available. */
void rush_dag_finish_map_jobs (RushDag *self, RushStage *stage);
/* Every job that needs @stage fails; the error is @cause's, its message "Job aborted due to stage
 * failure: " and @cause's.  @stage is gone. */
void rush_dag_abort_stage (RushDag *self, RushStage *stage, const GError *cause);
void rush_dag_cancel_job (RushDag *self, gint job_id, const char *reason);
void rush_dag_cancel_group (RushDag *self, const char *group, const char *reason);
void rush_dag_cancel_tag (RushDag *self, const char *tag, const char *reason);
void rush_dag_cancel_all (RushDag *self, const char *reason);
void rush_dag_cancel_stage (RushDag *self, gint stage_id, const char *reason);
void rush_dag_stop_jobs (RushDag *self);

/* ---- dag_recovery.c ---- */

void rush_dag_executor_registered (RushDag *self, const char *executor_id);
void rush_dag_executor_lost (RushDag *self, const char *executor_id, gboolean outputs_lost);
/* Whether a map task that was launched there in @epoch may have left an output that is gone. */
gboolean rush_dag_is_bogus (RushDag *self, const char *executor_id, gint64 epoch);
/* What was made from the outputs of @map_stage is forgotten, or its job aborted. */
void rush_dag_roll_back_successors (RushDag *self, RushStage *map_stage);
void rush_dag_set_failed (RushDag *self, RushStage *stage, gboolean failed);
gboolean rush_dag_timer (RushDag *self, guint64 timer_id); /* FALSE: not its timer */

/* ---- dag_events.c, stage_info.c ---- */

void rush_dag_post_job_start (RushDag *self, RushActiveJob *job);
void rush_dag_post_job_end (RushDag *self, gint job_id, const GError *error);
void rush_dag_post_stage_submitted (RushDag *self, RushStage *stage, RushActiveJob *job,
                                    guint n_tasks);
void rush_dag_post_stage_completed (RushDag *self, RushStage *stage, const char *failure_reason);
void rush_dag_post_task_end (RushDag *self, const RushTaskEnding *ending);
/* What is known of the stage as it stands, or will be with its first attempt. (transfer full) */
RushStageInfo *rush_stage_describe_all (const RushStage *self);
