/* python_barrier_private.h - a worker's task meets the others of its stage. */
#pragma once

#include "core/data/column.h"
#include "py/runner/python_feed_private.h"

typedef enum
{
  RUSH_PYTHON_BARRIER_ANSWERED, /* the answer is in the feed */
  RUSH_PYTHON_BARRIER_LOST,     /* the worker has closed its end */
  RUSH_PYTHON_BARRIER_FAILED,   /* cancelled, or it is no question: @error */
} RushPythonBarrierEnd;

/* @question: what BARRIER says.  Waits until all tasks are there, or one of them will not come; the
 * worker at @fd waits, too. */
RushPythonBarrierEnd rush_python_barrier_meet (RushPythonFeed *feed, const RushBuffer *question,
                                               int fd, RushTaskContext *ctx, GError **error);
