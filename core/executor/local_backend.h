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

#include "core/executor/executor_set.h"
#include "core/executor/master.h"
#include "core/scheduler/driver_loop.h"

/* Posts EXECUTOR_REGISTERED for each executor once started. */
RushBackend *rush_local_backend_new (const RushMaster *master, const RushExecutorServices *services,
                                     RushDriverLoop *loop, GError **error);
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
/* (transfer none) */
RushExecutorSet *rush_local_backend_executors (RushBackend *self);
