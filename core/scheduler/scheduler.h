/* scheduler.h - the driver's scheduler: jobs → stages → task sets → tasks on executors.
 *
 * RushScheduler is a state machine without threads or locks: whoever feeds it messages is its one
 * thread (the driver loop; a test; the simulator).  It never touches data.
 *
 *   DAG scheduler   cuts lineage into stages at shuffle dependencies, submits those whose parents'
 *                   outputs are there, resubmits after fetch failures         dag_scheduler.c
 *   task scheduler  offers free slots to task sets, by pool and locality      task_scheduler.c
 *   task set        the pending, running and finished tasks of one stage attempt   task_set.c
 *
 * The stage cutter, the scheduling policy and the fetch-failure handler can be replaced: seams.h.
 *
 * Ownership:  messages are (transfer full).   Threads: one.
 * Mirrors:    org.apache.spark.scheduler.{DAGScheduler,TaskSchedulerImpl,TaskSetManager}.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/event/event_bus.h"
#include "core/plugin/plugin.h"
#include "core/scheduler/backend.h"
#include "core/scheduler/commit_coordinator.h"
#include "core/shuffle/map_output_tracker.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushScheduler RushScheduler;

/* Who waits for a job.  Called on the scheduler's thread; must not block, may post messages. */
typedef struct _RushJobListener RushJobListener;
typedef struct
{
  /* Result of the i-th requested partition; @result is (transfer full: steal and zero it, or it is
   * freed).  Not called for map stage jobs.  FALSE with @error aborts the job: "a result handler
   * that throws". */
  gboolean (*task_succeeded) (RushJobListener *self, guint i, RushTaskResult *result,
                              GError **error);
  /* The last call: @error is NULL on success; (transfer none). */
  void (*job_ended) (RushJobListener *self, const GError *error);
  /* Before a map stage job ends well: what each map has written, RushMapStatus by map index (the
   * array owns refs, transfer full).  Later some of it may be lost, and not be there to be asked
   * for.  Optional. */
  void (*outputs_written) (RushJobListener *self, GPtrArray *statuses);
} RushJobListenerClass;
struct _RushJobListener
{
  const RushJobListenerClass *klass;
};

typedef struct
{
  gint job_id;                /* from rush_scheduler_next_job_id () */
  RushRdd *rdd;               /* (owned) */
  RushDependency *dependency; /* (owned) submitMapStage: the shuffle to materialize; else NULL */
  guint n_partitions;         /* by rush_job_request_set_partitions (), as is the next */
  guint *partitions;          /* (owned) which to compute, in this order; NULL: all n_partitions */
  RushResultFunc func;
  gpointer func_data;
  GDestroyNotify free_func_data;
  RushCallSite call_site;         /* (owned) */
  char *cause;                    /* (owned) "action", "take growth", "sortByKey sampling" … */
  GHashTable *properties;         /* (owned) local properties: job group, description, pool … */
  gboolean allow_empty_rdd_event; /* a job on no partitions: post start and end at once, no stage */
  RushJobListener *listener;      /* (unowned) outlives the job */
} RushJobRequest;

/* What the thread that asks for a job does before it posts the request, once rdd and dependency are
 * set: counts the partitions of the whole lineage and asks for the @n @partitions, NULL: for all.
 * FALSE: a count has failed, or one that does not exist is asked for; there will be no such job.
 * Mirrors: DAGScheduler.submitJob, eagerlyComputePartitionsForRddAndAncestors. */
gboolean rush_job_request_set_partitions (RushJobRequest *self, const guint *partitions, guint n,
                                          GError **error);
void rush_job_request_free (RushJobRequest *self);

typedef enum
{
  RUSH_MESSAGE_JOB_SUBMITTED,
  RUSH_MESSAGE_JOB_CANCELLED,
  RUSH_MESSAGE_JOB_GROUP_CANCELLED,
  RUSH_MESSAGE_JOB_TAG_CANCELLED,
  RUSH_MESSAGE_ALL_JOBS_CANCELLED,
  RUSH_MESSAGE_STAGE_CANCELLED,
  RUSH_MESSAGE_TASK_ENDED,
  RUSH_MESSAGE_EXECUTOR_REGISTERED,
  RUSH_MESSAGE_EXECUTOR_DISCONNECTED,    /* … and will be lost: the reason is not known yet */
  RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING, /* it will be lost, and is not to be given tasks */
  RUSH_MESSAGE_HEARTBEAT,                /* an executor is still there */
  RUSH_MESSAGE_OUTPUT_MOVED,             /* a map output can be read on another executor */
  RUSH_MESSAGE_EXECUTOR_LOST,
  RUSH_MESSAGE_SHUFFLE_DROPPED, /* by the cleaner: nothing refers to it any more; or by a program */
  RUSH_MESSAGE_CACHE_DROPPED,   /* an RDD is not kept any more: executors may be of no use now */
  RUSH_MESSAGE_OBSERVED,        /* from now on, by somebody else, or nobody */
  RUSH_MESSAGE_TIMER,
} RushMessageKind;

typedef struct _RushSchedulerObserver RushSchedulerObserver;

typedef struct _RushMessage RushMessage;
struct _RushMessage
{
  RushMessageKind kind;
  RushMessage *next;   /* private to the queue that it stands in */
  RushJobRequest *job; /* JOB_SUBMITTED (owned) */
  /* JOB_CANCELLED: job; STAGE_CANCELLED: stage; SHUFFLE_DROPPED, OUTPUT_MOVED: shuffle */
  gint id;
  guint map_index;          /* OUTPUT_MOVED */
  char *text;               /* group; tag; executor id; (owned) */
  char *reason;             /* cancellation, decommissioning, loss (owned), may be NULL */
  gint64 task_id;           /* TASK_ENDED; OUTPUT_MOVED: which wrote it */
  RushTaskOutcome *outcome; /* TASK_ENDED (owned) */
  char *host;               /* EXECUTOR_REGISTERED (owned) */
  char *rack;               /* EXECUTOR_REGISTERED (owned) or NULL */
  guint cores;
  gboolean caused_by_application; /* EXECUTOR_LOST */
  gboolean outputs_lost;          /* EXECUTOR_LOST: its map outputs are gone as well */
  guint64 timer_id;
  RushSchedulerObserver *observer; /* OBSERVED (unowned), or NULL */
};

RushMessage *rush_message_new (RushMessageKind kind);
void rush_message_free (RushMessage *self);

/* Settings that do not go together: INVALID_ARGUMENT, in Spark's words.  To be asked before a
 * scheduler is made on that backend. */
gboolean rush_scheduler_check_conf (const RushConf *conf, const RushBackend *backend,
                                    GError **error);

/* @max_task_failures: spark.task.maxFailures, 1 in local mode.  Everything handed in must outlive
 * the scheduler; @bus may have no listeners. */
RushScheduler *rush_scheduler_new (const RushConf *conf, RushBackend *backend, RushEventBus *bus,
                                   RushMapOutputTracker *tracker, guint max_task_failures);
/* Fails the jobs that still run ("SparkContext was shut down"). */
void rush_scheduler_free (RushScheduler *self);

/* spark.scheduler.mode=FAIR: jobs share slots by their pools (spark.scheduler.pool), which are made
 * as the XML @file says; NULL: there is none, and all pools are alike.  While no job runs.  What is
 * doubtful goes to the configuration's warner.  NOT_FOUND, IO, INVALID_ARGUMENT: the file is not
 * there, cannot be read, is no XML. */
gboolean rush_scheduler_use_fair_pools (RushScheduler *self, const char *file, GError **error);

/* Takes what @plugins have for the seams of seams.h; once it is known whether the mode is FAIR.
 * NULL: none. */
void rush_scheduler_use_plugins (RushScheduler *self, const RushPlugins *plugins);

/* The next job's number, from any thread. */
gint rush_scheduler_next_job_id (RushScheduler *self);
void rush_scheduler_handle (RushScheduler *self, RushMessage *message);

/* TRUE when no job, stage, task set or task is left: a test asserts it after every job. */
gboolean rush_scheduler_is_idle (const RushScheduler *self);
/* What is inconsistent inside, as a sentence (transfer full); NULL: nothing.  For tests, after
 * every message; the second one aborts with that sentence. */
char *rush_scheduler_find_violation (const RushScheduler *self);
void rush_scheduler_check_invariants (const RushScheduler *self);

/* Who looks on as messages come in and have been worked through; optional, and outlives the
 * scheduler.  On its thread; must not call back but for questions.  Before anything is handled;
 * later, by a message (RUSH_MESSAGE_OBSERVED). */
struct _RushSchedulerObserver
{
  void (*message_comes) (RushSchedulerObserver *self, const RushMessage *message);
  void (*message_handled) (RushSchedulerObserver *self, const RushScheduler *scheduler);
};
void rush_scheduler_set_observer (RushScheduler *self, RushSchedulerObserver *observer);

/* Where cached partitions are, to cut stages short and to place tasks; optional. */
typedef struct _RushCacheLocations RushCacheLocations;
struct _RushCacheLocations
{
  /* Executor ids that hold the partition, NULL-terminated (transfer full), or NULL. */
  char **(*locations) (RushCacheLocations *self, const RushRdd *rdd, guint partition);
  /* Whether blocks of any persisted RDD would go with the executor; optional. */
  gboolean (*keeps_any) (RushCacheLocations *self, const char *executor_id);
};
void rush_scheduler_set_cache_locations (RushScheduler *self, RushCacheLocations *cache);
/* The hosts that hold much of what a partition of a shuffled RDD reads, NULL-terminated (transfer
 * full); NULL: none, or it reads no shuffle. Any thread. */
char **rush_shuffle_preferred_hosts (RushMapOutputTracker *tracker, RushRdd *rdd, guint partition);
/* The lineage of all its jobs, which is read while a message is handled: needed where RDDs may be
 * checkpointed meanwhile.  It outlives the scheduler. */
void rush_scheduler_set_lineage (RushScheduler *self, RushLineage *lineage);

/* Who adds up what tasks have added to accumulators; optional, and outlives the scheduler. */
typedef struct _RushAccumulatorSink RushAccumulatorSink;
struct _RushAccumulatorSink
{
  /* The updates (GBytes *) of a task that counts (transfer full), before the listener of its job
   * hears of anything that comes of the task.  On the scheduler's thread; must not block. */
  void (*add) (RushAccumulatorSink *self, GPtrArray *updates);
};
void rush_scheduler_set_accumulator_sink (RushScheduler *self, RushAccumulatorSink *sink);

/* Who is told which stages and tasks may commit output; optional, and outlives the scheduler. */
void rush_scheduler_set_commit_coordinator (RushScheduler *self, RushCommitCoordinator *commits);

RUSH_END_PUBLIC
