/* seams.h - the decisions of the scheduler that another file can take.
 *
 *   stage cutter          where a lineage is cut into stages             stage_cutter.c
 *   scheduling policy     which of the waiting task sets is offered first  scheduling_policy.c
 *   locality wait         how far from its data a task may start, now    delay_scheduling.c
 *   fetch-failure handler what is run again when a map output is gone    fetch_failure.c
 *
 * Each is a small table of functions; the named file holds the one that Spark's behaviour asks for,
 * written with nothing but the functions below, so that it can be copied and changed.
 *
 *   static const RushSchedulingPolicy lifo = { "LIFO", compare_newest_first, FALSE };
 *   rush_scheduler_set_seams (scheduler, &(RushSchedulerSeams){ .policy = &lifo });
 *   RUSH_PLUGIN (RUSH_FIFO_POLICY_PART (&lifo));            in a plug-in, core/plugin/plugin.h
 *
 * Ownership:  tables are immortal; stages belong to the scheduler and are valid during the call.
 * Threads:    the scheduler's.
 */
#pragma once

#include "core/plugin/plugin.h"
#include "core/scheduler/scheduler.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushStage RushStage;

gint rush_stage_id (const RushStage *self);
char *rush_stage_describe (const RushStage *self); /* "ResultStage 3 (collect at app.py:9)" */

/* ---- the stage cutter ---- */

/* The job whose lineage is being cut. */
typedef struct _RushStageBuilder RushStageBuilder;

typedef struct
{
  const char *name;
  /* Sees to it that each shuffle that the stage of @rdd reads has a map stage, and so on up the
   * lineage, and appends to @out_parents (RushStage *) those that it reads directly.  A failure
   * needs no cleaning up: stages that were added are taken back. */
  gboolean (*cut) (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents, GError **error);
} RushStageCutter;

/* The stage that writes @shuffle, of this job or of another one that still runs; NULL: none. */
RushStage *rush_stage_builder_find (RushStageBuilder *self, const RushDependency *shuffle);
/* Adds the stage that writes @shuffle, under the next number; there must be none yet, and all its
 * @parents (RushStage *) must be there.  NULL: this stage cannot be run. */
RushStage *rush_stage_builder_add (RushStageBuilder *self, RushDependency *shuffle,
                                   const GPtrArray *parents, GError **error);
/* The shuffles that the stage of @rdd reads: those met first on the way up.  The array holds each
 * once, in the order of the dependencies. (transfer container) */
GPtrArray *rush_stage_shuffles (RushRdd *rdd);

extern const RushStageCutter rush_stage_cutter_at_shuffles;
#define RUSH_STAGE_CUTTER_PART(cutter)                                                             \
  RUSH_PLUGIN_PART ("stage-cutter", STAGE_CUTTER, RushStageCutter, cutter)

/* ---- the scheduling policy ---- */

/* Task sets that share what a policy gives them.  Mirrors org.apache.spark.scheduler.Pool. */
typedef struct
{
  char *name;
  gboolean is_fair; /* FAIR between its own task sets, else FIFO */
  gint min_share;   /* running tasks; below that it goes before those who have theirs */
  gint weight;
  guint n_running; /* of all its task sets */
} RushPool;

/* What a policy sees of a task set.  Mirrors org.apache.spark.scheduler.Schedulable. */
typedef struct
{
  gint job_id; /* the first job that needed the stage */
  gint stage_id;
  gint stage_attempt;
  guint n_tasks;
  guint n_pending;
  guint n_running;
  RushPool *pool;         /* (unowned) */
  GHashTable *properties; /* local properties of the job (unowned) */
} RushSchedulable;

typedef struct
{
  const char *name;
  /* Negative: @a is offered before @b.  Never 0 for two task sets. */
  gint (*compare) (const RushSchedulable *a, const RushSchedulable *b);
  gboolean looks_at_running; /* the order changes as tasks start and end: sort at each offer */
} RushSchedulingPolicy;

extern const RushSchedulingPolicy rush_scheduling_policy_fifo;
extern const RushSchedulingPolicy rush_scheduling_policy_fair;
/* For each of the two values of spark.scheduler.mode. */
#define RUSH_FIFO_POLICY_PART(policy)                                                              \
  RUSH_PLUGIN_PART ("scheduling-policy:FIFO", FIFO_POLICY, RushSchedulingPolicy, policy)
#define RUSH_FAIR_POLICY_PART(policy)                                                              \
  RUSH_PLUGIN_PART ("scheduling-policy:FAIR", FAIR_POLICY, RushSchedulingPolicy, policy)

/* ---- the locality wait ---- */

#define RUSH_N_LOCALITIES (RUSH_LOCALITY_ANY + 1)

/* How far from its data a task set is ready to go.  A wait is given a copy, and may change current,
 * since_us (to a time that has been) and clean; changes of the others are forgotten. */
typedef struct
{
  guint n_levels; /* at least 1 */
  /* Those that can be had at all, nearest first; the last is ANY. */
  RushLocality levels[RUSH_N_LOCALITIES];
  const gint64 *wait_us; /* by level (not by index): how long to wait there; 0: not at all */
  guint current;         /* index of the level that it has come to */
  gint64 since_us;       /* since when it has waited there */
  gboolean clean;        /* for round_over (): no slot was turned away since then */
  gpointer pending;      /* private */
  gint64 asked_us;       /* private */
} RushLocalityState;

typedef struct
{
  gint nearest;      /* the nearest level at which a task was launched, or −1: none was */
  gboolean rejected; /* a slot was left empty though tasks wait */
  gboolean all_free; /* the round went over all executors with room */
} RushOfferRound;

typedef struct
{
  const char *name;
  /* There is a free slot at @now_us: moves current and since_us on, past each level at which the
   * waiting is over or pointless.  Tasks are launched no farther from their data than there. */
  void (*go_on) (RushLocalityState *state, gint64 now_us);
  /* A round of offers is over; may begin the waiting anew, or take current back to a nearer level.
   * NULL: as the engine's own does. */
  void (*round_over) (RushLocalityState *state, const RushOfferRound *round, gint64 now_us);
} RushLocalityWait;

/* Whether a task waits that likes some place of level @index, one that can be had. */
gboolean rush_locality_is_wanted (const RushLocalityState *state, guint index);

extern const RushLocalityWait rush_locality_wait_delay;
#define RUSH_LOCALITY_WAIT_PART(wait)                                                              \
  RUSH_PLUGIN_PART ("locality-wait", LOCALITY_WAIT, RushLocalityWait, wait)

/* ---- the fetch-failure handler ---- */

typedef struct
{
  RushStage *stage;   /* a task of this one could not read */
  gint stage_attempt; /* the attempt that the task was part of */
  RushStage *map_stage;
  gint map_index;          /* −1: not known which */
  const char *executor_id; /* where the output should have been, or NULL */
  gint64 task_epoch;       /* of the map output tracker when the task was launched */
  const char *message;
} RushFetchFailure;

typedef struct
{
  const char *name;
  void (*handle) (RushScheduler *scheduler, const RushFetchFailure *failure);
} RushFetchFailureHandler;

/* FALSE: a newer attempt of the stage has been started since. */
gboolean rush_stage_attempt_is_current (const RushStage *self, gint stage_attempt);
/* Notes that the attempt failed (once, however often it is said) and returns how many attempts in
 * a row have failed by now; a success of the stage starts the count anew. */
guint rush_stage_count_failed_attempt (RushStage *self, gint stage_attempt);
guint rush_scheduler_max_stage_attempts (const RushScheduler *self);
/* Whether a failure to read from there was to be expected, and such do not count
 * (spark.stage.ignoreDecommissionFetchFailure). */
gboolean rush_scheduler_expects_loss (RushScheduler *self, const char *executor_id);
/* The stage is not running any more, if it was; its tasks that run may end and count. */
void rush_scheduler_fail_stage (RushScheduler *self, RushStage *stage, const char *message);
/* One output is gone, if it is still the one on @executor_id. */
void rush_scheduler_forget_output (RushScheduler *self, RushStage *map_stage, guint map_index,
                                   const char *executor_id);
/* All outputs on @executor_id are gone, and map tasks that were launched there in @epoch or before
 * will not be believed; nothing happens if that has been said of this epoch already. */
void rush_scheduler_forget_outputs_of (RushScheduler *self, const char *executor_id, gint64 epoch);
/* Submits the two again after RUSH_RESUBMIT_DELAY_US, with whatever else fails until then.  If
 * the map stage is indeterminate, everything that was made from its outputs is rolled back, and
 * jobs that have already handed out results made from them are aborted: @stage may be gone. */
void rush_scheduler_resubmit_later (RushScheduler *self, RushStage *stage, RushStage *map_stage);
/* All jobs that need @stage fail: "Job aborted due to stage failure: <message>".  @stage is gone.
 */
void rush_scheduler_abort_stage (RushScheduler *self, RushStage *stage, const char *message);

/* More failures are expected in the wake of one; they are collected first.
 * Mirrors DAGScheduler.RESUBMIT_TIMEOUT. */
#define RUSH_RESUBMIT_DELAY_US (200 * 1000)

extern const RushFetchFailureHandler rush_fetch_failure_handler_rerun;
#define RUSH_FETCH_FAILURE_HANDLER_PART(handler)                                                   \
  RUSH_PLUGIN_PART ("fetch-failure-handler", FETCH_FAILURE_HANDLER, RushFetchFailureHandler,       \
                    handler)

/* ---- all of them ---- */

typedef struct
{
  const RushStageCutter *cutter;
  const RushSchedulingPolicy *policy;
  const RushLocalityWait *locality;
  const RushFetchFailureHandler *fetch_failure;
} RushSchedulerSeams;

/* While no job runs.  A member that is NULL stays as it is. */
void rush_scheduler_set_seams (RushScheduler *self, const RushSchedulerSeams *seams);

RUSH_END_PUBLIC
