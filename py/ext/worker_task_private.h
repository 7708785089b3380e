/* worker_task_private.h - the loop over tasks, as the module sees it. */
#pragma once

#include "py/ext/worker_private.h"

typedef struct
{
  WorkerChannel channel;
  gboolean behind; /* the input of the last task has not been read to its end */
} WorkerTaskLoop;

/* Waits for a task, runs it and answers.  FALSE without an exception and *@out_closed: the runner
 * is gone.  An exception is one of the loop itself, never of user code. */
gboolean worker_run_task (WorkerTaskLoop *self, gboolean *out_closed);

extern PyObject *worker_current_task; /* bytes: the JSON of TASK; NULL between tasks */
