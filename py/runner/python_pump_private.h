/* python_pump_private.h - one task's conversation with a worker, as an iterator. */
#pragma once

#include "py/runner/python_broadcast.h"
#include "py/runner/python_workers_private.h"

typedef struct
{
  RushPythonWorkers *workers; /* must live as long as the iterator */
  RushSchema *input_schema; /* of rows; else NULL */
  RushSchema *output_schema;
  const guint8 *command;
  gsize command_bytes;
  const char *input;     /* as TASK has it: "lines", "runs", "zip(lines,runs)" … */
  const char *output;    /* "lines", "runs", "pairs", "rows" */
  const char *calls;     /* JSON of the functions that the command is made of; NULL: an op list */
  GPtrArray *broadcasts; /* of RushPythonBroadcast: what the command uses; NULL: none */
} RushPythonWork;

/* Takes a worker and tells it what to do.  @work is not copied; @parent is taken over, also on
 * failure.  @split: the partition of the RDD whose work it is, which need not be the task's. */
RushIterator *rush_python_pump_new (const RushPythonWork *work, RushIterator *parent, guint split,
                                    RushTaskContext *ctx, GError **error);
