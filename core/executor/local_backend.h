/* local_backend.h - executors of this process, in real time.
 *
 * Each executor has slots, memory and a block store; under all of them works one pool of runners
 * (threads), no more than make sense on the machine: slots are the scheduler's business, runners
 * the machine's.  A runner takes a launched task, makes its context, computes, and posts
 * TASK_ENDED.
 *
 * Losing an executor (kill_executor, a fault script) drops its map outputs: recovery is real
 * recomputation along the lineage.
 *
 * Threads:  launch, kill_task, timers: the driver loop's; kill_executor: any.
 * Mirrors:  org.apache.spark.scheduler.local.LocalSchedulerBackend, executor.Executor.
 */
#pragma once

#include "core/executor/env.h"
#include "core/executor/master.h"
#include "core/scheduler/driver_loop.h"

/* Posts EXECUTOR_REGISTERED for each executor once started. */
RushBackend *rush_local_backend_new (const RushMaster *master, const RushConf *conf,
                                     RushDriverLoop *loop, RushMapOutputTracker *tracker,
                                     RushCommitCoordinator *commits, RushEventBus *bus,
                                     RushLocalDir *dir, GError **error);
void rush_local_backend_start (RushBackend *self);
/* Kills what runs, joins the runners, drops all map outputs. */
void rush_local_backend_stop (RushBackend *self);
/* As if the machine had died: running tasks are lost, map outputs dropped; with @replace a fresh
 * executor registers under the next id.  FALSE: no such executor, or local mode, where the only
 * one is the driver itself. */
gboolean rush_local_backend_kill_executor (RushBackend *self, const char *executor_id,
                                           gboolean replace);
/* A fault in JSON (fault_script.h) comes true, now or at its `when`.  INVALID_ARGUMENT: it is not
 * well put; NOT_FOUND: there is nothing that it could happen to. */
gboolean rush_local_backend_inject (RushBackend *self, const char *fault, GError **error);
void rush_local_backend_remove_shuffle (RushBackend *self, gint shuffle_id); /* all stores */
void rush_local_backend_remove_rdd (RushBackend *self, gint rdd_id);         /* all kept blocks */
/* Who keeps what of persisted RDDs. (transfer none) */
RushBlockManagerMaster *rush_local_backend_kept (RushBackend *self);
/* What an executor does at this moment. */
typedef struct
{
  const char *executor_id;
  const char *host;
  guint n_running_tasks; /* those that wait for a runner of this machine, too */
  gint64 storage_used;   /* by persisted blocks, in memory */
  gint64 storage_pool;   /* what they could have if no task needed memory */
} RushExecutorStatus;
/* Of those that are alive, in the order in which they came.  GArray of RushExecutorStatus (transfer
 * full), whose strings are the backend's. */
GArray *rush_local_backend_executor_statuses (RushBackend *self);
/* (transfer none); NULL: no such executor. */
RushEnv *rush_local_backend_env (RushBackend *self, const char *executor_id);
char **rush_local_backend_executor_ids (RushBackend *self); /* (transfer full), alive ones */
