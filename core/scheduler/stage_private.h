/* stage_private.h - stages and the jobs that need them.
 *
 *     job 0 ─▶ result stage 2 ─parents─▶ map stage 1 ─▶ map stage 0
 *     job 1 ─▶ result stage 3 ─parents──────┘            (1 and 0 are needed by both jobs)
 *
 * A stage is a piece of lineage that runs without a shuffle in between.  A map stage writes the
 * outputs of one shuffle and may serve several jobs; a result stage belongs to one job.
 *
 * Ownership:  the DAG scheduler owns jobs and stages; a stage lives as long as a job needs it, and
 *             every job that needs a stage needs its parents: parents outlive their children.
 * Mirrors:    org.apache.spark.scheduler.{Stage,ShuffleMapStage,ResultStage,ActiveJob}.
 */
#pragma once

#include "core/scheduler/seams.h"

typedef struct
{
  gint id;
  RushJobRequest *request; /* (owned) */
  RushStage *final_stage;
  GPtrArray *stages; /* RushStage * that it needs, by id */
  guint n_outputs;   /* result stage: requested partitions; map stage job: 0 */
  guint n_finished;
  guint8 *finished;    /* by output */
  gint64 result_bytes; /* that the driver has been sent */

  /* A barrier stage wants more slots than there are: barrier_stage.c. */
  guint slots_needed; /* 0: not so */
  guint slots_there;
  guint n_slot_checks; /* that came out so */
  guint64 slots_timer;
} RushActiveJob;

struct _RushStage
{
  gint id;
  RushTaskKind kind;
  RushRdd *rdd;               /* (owned) the last one */
  RushDependency *dependency; /* (owned) map stage: what it writes */
  guint n_outputs;            /* map stage: partitions of rdd; result stage: requested ones */
  RushActiveJob *job;         /* result stage */
  GPtrArray *map_jobs;        /* map stage: RushActiveJob * that end with it */
  GPtrArray *parents;         /* RushStage * */
  GPtrArray *children;
  GArray *job_ids; /* gint, ascending: who needs it */
  gint first_job_id;
  const RushCallSite *call_site; /* (unowned) the RDD's or the job's */

  /* Where it stands; none of them: not submitted, or finished. */
  gboolean waiting; /* for parents */
  gboolean running; /* has a live task set */
  gboolean failed;  /* to be submitted again when the timer fires; a running stage may be, too */

  gint attempt;             /* the newest, −1: none yet */
  gint first_valid_attempt; /* what older ones still bring does not fit with what is there */
  guint n_failed_attempts;  /* in a row */
  gint last_failed_attempt;
  guint8 *pending; /* map stage that runs, by output: not finished in this attempt */
  guint n_pending;
  RushStageWork *first_work; /* (owned) owns the job's function; result stage */

  /* For events. */
  gint64 submission_ms;
  RushTaskMetrics metrics; /* of the successful tasks of this attempt */
  GArray *counted;         /* (owned) what SQL has counted in them, or NULL */
  RushStageInfo *info;     /* (owned) the last that was posted, or NULL */
};

RushStage *rush_stage_new (RushTaskKind kind, gint id, RushRdd *rdd, guint n_outputs,
                           const GPtrArray *parents);
/* Takes it out of its parents' children; no children may be left. */
void rush_stage_free (RushStage *self);
gboolean rush_stage_is_indeterminate (const RushStage *self);
gboolean rush_stage_is_needed_by (const RushStage *self, gint job_id);
void rush_stage_add_job (RushStage *self, gint job_id);
void rush_stage_remove_job (RushStage *self, gint job_id);

/* The RDDs that are computed in one task with @last, @last first, then in the order of the
 * dependencies: as far up as there is no shuffle.  (transfer container) */
GPtrArray *rush_stage_rdds (RushRdd *last);

/* By id: the order in which Spark's events list them. */
gint rush_stage_compare_ids (gconstpointer a, gconstpointer b);
/* By the first job that needed them, then by id: the order in which they are submitted. */
gint rush_stage_compare_urgency (gconstpointer a, gconstpointer b);

/* Takes over @request. */
RushActiveJob *rush_active_job_new (RushJobRequest *request);
void rush_active_job_free (RushActiveJob *self);
