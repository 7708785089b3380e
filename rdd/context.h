/* context.h - RushContext: one application (SparkContext).
 *
 *   conf ─▶ master ─▶ local dir · tracker · bus (+ event log, job statistics) · driver loop
 *                     · cluster: backend, executors · scheduler · context cleaner
 *
 * Interface:  make RDDs with rdd/source and rdd/transform, run them with rdd/action, or with
 *             rush_context_run_job () below, on which every action is built.
 * Ownership:  refcounted; RDDs do not keep it alive: after stop () their jobs fail with
 *             RUSH_CORE_ERROR_STOPPED.
 * Threads:    any; several threads may run jobs at once.
 * Mirrors:    org.apache.spark.SparkContext.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/event/job_stats.h"
#include "core/event/sql_stats.h"
#include "core/executor/cluster.h"
#include "core/scheduler/job_waiter.h"

typedef struct _RushContext RushContext;

/* Freezes a copy of @conf; spark.master must be set. */
RushContext *rush_context_new (const RushConf *conf, GError **error);
RushContext *rush_context_ref (RushContext *self);
void rush_context_unref (RushContext *self); /* the last one stops */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushContext, rush_context_unref)
/* Cancels what runs, joins every thread, removes the local dir, finishes the event log.
 * Idempotent. */
void rush_context_stop (RushContext *self);
gboolean rush_context_is_stopped (RushContext *self);

/* (transfer none), all: */
const RushConf *rush_context_conf (RushContext *self);
RushLineage *rush_context_lineage (RushContext *self);
RushPlugins *rush_context_plugins (RushContext *self); /* spark.rushlight.plugins */
RushEventBus *rush_context_bus (RushContext *self);
RushJobStats *rush_context_job_stats (RushContext *self);
RushSqlStats *rush_context_sql_stats (RushContext *self);
RushExecutorSet *rush_context_executors (RushContext *self);
RushCluster *rush_context_cluster (RushContext *self); /* to kill executors, and inject faults */
/* The application's time: virtual on a simulated cluster. */
RushClock *rush_context_clock (RushContext *self);
RushMapOutputTracker *rush_context_tracker (RushContext *self); /* sizes of map outputs */
const char *rush_context_application_id (RushContext *self);    /* "local-1795234224138" */
const char *rush_context_event_log_path (RushContext *self);    /* NULL: not enabled */
/* The folder of temporary files. (transfer full); NULL: stopped, it is gone */
char *rush_context_dup_local_dir (RushContext *self);
gint64 rush_context_start_time_ms (RushContext *self);
guint rush_context_default_parallelism (RushContext *self);
guint rush_context_default_min_partitions (RushContext *self); /* min (parallelism, 2) */

/* What surrounds a job; all optional (NULL). */
typedef struct
{
  const char *short_form; /* call site, "collect at app.py:10"; NULL: the lineage's current call */
  const char *long_form;
  const char *cause;      /* NULL: "action" */
  GHashTable *properties; /* char* → char*; referenced until the job ends */
  /* Called on the waiting thread when a signal has interrupted its wait, and a few times a second:
   * TRUE cancels the job, and the wait goes on until it has ended. */
  gboolean (*interrupted) (gpointer data);
  gpointer interrupted_data;
} RushJobOptions;

/* Submits and returns at once; the waiter is (transfer full).  @partitions NULL: all of them.
 * Counting the partitions may fail here (a missing file). */
RushJobWaiter *rush_context_submit_job (RushContext *self, RushRdd *rdd, const guint *partitions,
                                        guint n_partitions, RushResultFunc func, gpointer func_data,
                                        GDestroyNotify free_func_data,
                                        const RushJobOptions *options, gint *out_job_id,
                                        GError **error);
/* Submits and waits.  NULL: failed, or cancelled because options->interrupted () said so.
 *
 * When it returns, no task of the job uses @func and @func_data any more, and @free_func_data has
 * been called: the data may lie on the caller's stack.  But a task that looks at its cancellation
 * only every now and then does not keep the caller for ever: after RUSH_LAST_TASKS_US it is left to
 * itself.  Who has such tasks hands over data of their own, with @free_func_data. */
#define RUSH_LAST_TASKS_US (5 * G_USEC_PER_SEC)
RushJobWaiter *rush_context_run_job (RushContext *self, RushRdd *rdd, const guint *partitions,
                                     guint n_partitions, RushResultFunc func, gpointer func_data,
                                     GDestroyNotify free_func_data, const RushJobOptions *options,
                                     GError **error);
/* submitMapStage: materializes a shuffle without a job on top; for adaptive plans. */
RushJobWaiter *rush_context_submit_map_stage (RushContext *self, RushDependency *dependency,
                                              const RushJobOptions *options, gint *out_job_id,
                                              GError **error);

void rush_context_cancel_job (RushContext *self, gint job_id, const char *reason);
void rush_context_cancel_group (RushContext *self, const char *group, const char *reason);
/* Those whose property spark.job.tags, a list with commas, has the tag. */
void rush_context_cancel_tag (RushContext *self, const char *tag, const char *reason);
void rush_context_cancel_all (RushContext *self, const char *reason);
/* Who looks on at the scheduler's messages from now on; NULL: nobody.  It outlives the context, or
 * is taken away before. */
void rush_context_observe (RushContext *self, RushSchedulerObserver *observer);

/* What the tasks of all jobs have added to accumulators since the last call: GBytes * each, as
 * rush_task_context_add_accumulator_updates () got them, in the order in which tasks ended.  A
 * job's are there when it ends.  (transfer full) */
GPtrArray *rush_context_take_accumulator_updates (RushContext *self);

/* A result function that collects a partition's batches: RushTaskResult.value is a GPtrArray of
 * RushBatch. */
gboolean rush_collect_batches (RushIterator *rows, RushTaskContext *ctx, gpointer data,
                               RushTaskResult *out, GError **error);

/* Drops the map outputs of every shuffle that @rdd stands on; a later job makes them again. */
void rush_context_clean_shuffles (RushContext *self, RushRdd *rdd);

/* Returns when the map outputs that no lineage could reach at the call are gone: for tests. */
void rush_context_flush_cleaner (RushContext *self);
/* In virtual time: what has been let go of is gone, and told, before the program says what comes
 * next, so that one seed is one log.  In real time nothing.  Waits for the cleaner: no locks held.
 */
void rush_context_settle (RushContext *self);
