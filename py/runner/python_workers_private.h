/* python_workers_private.h - taking a worker from the pool, and giving it back. */
#pragma once

#include "core/base/json.h"
#include "core/lineage/task_context.h"
#include "py/runner/python_helper_private.h"
#include "py/runner/python_rdd.h"

/* A worker that one task has. */
typedef struct
{
  gint64 id;
  GPid pid;
  int fd;                   /* non-blocking use: MSG_DONTWAIT */
  RushPythonHelper *helper; /* (owned) who forked it */

  /* What has been received of it behind what was asked for: [start, end).  The task's that has it;
   * here because pages that the last task has touched are there already. */
  gsize ahead_start, ahead_end;
  guint8 ahead[4096];
} RushPythonWorker;

/* An idle worker or a new one.  The time that took is charged to @ctx's metrics. */
RushPythonWorker *rush_python_workers_acquire (RushPythonWorkers *self, RushTaskContext *ctx,
                                               GError **error);
/* The worker is ready for a new task.  With spark.python.worker.reuse = false it ends. */
void rush_python_workers_release (RushPythonWorkers *self, RushPythonWorker *worker);
/* The worker is in the middle of something, and shall not go on with it. */
void rush_python_workers_kill (RushPythonWorkers *self, RushPythonWorker *worker);
/* The worker has closed its socket: the error says how it ended.  Frees it. */
void rush_python_workers_lost (RushPythonWorkers *self, RushPythonWorker *worker,
                               const RushTaskContext *ctx, GError **error);

gint64 rush_python_workers_memory_bytes (const RushPythonWorkers *self);
gint64 rush_python_workers_task_cpus (const RushPythonWorkers *self); /* spark.task.cpus */
/* The members of TASK that tell of files, into the object that is open. */
void rush_python_workers_describe_files (RushPythonWorkers *self, RushJsonWriter *w);
