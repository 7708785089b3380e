/* task_runner.h - runs one task from start to end on the calling thread.
 *
 * Threads: the runner's.
 * Mirrors: org.apache.spark.executor.Executor.TaskRunner, scheduler.{ShuffleMapTask,ResultTask}.
 */
#pragma once

#include "core/executor/env.h"
#include "core/scheduler/task.h"

/* @ctx is fresh, or cancelled already; its ids, memory and services are filled in here, and its
 * cleanups have run when this returns, but it is the caller's.  Never NULL. */
RushTaskOutcome *rush_task_run (const RushTask *task, RushEnv *env, RushTaskContext *ctx);
