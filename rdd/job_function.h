/* job_function.h - the function of a job and its data, and when the last task has let go of them.
 *
 * Interface:  give rush_job_function_call () to a job as its function, the function object as its
 *             data, and rush_job_function_release () as what frees that; wait () after the job has
 *             ended.
 * Ownership:  refcounted: one ref is the caller's, one is that of the job's tasks.
 * Threads:    any.
 */
#pragma once

#include "core/scheduler/task.h"
#include "core/scheduler/waiting_room.h"

typedef struct _RushJobFunction RushJobFunction;

/* @room: of those who wait (), or NULL. */
RushJobFunction *rush_job_function_new (RushResultFunc func, gpointer data,
                                        GDestroyNotify free_data, RushWaitingRoom *room);
void rush_job_function_unref (RushJobFunction *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushJobFunction, rush_job_function_unref)

/* A RushResultFunc; @function: a RushJobFunction. */
gboolean rush_job_function_call (RushIterator *rows, RushTaskContext *ctx, gpointer function,
                                 RushTaskResult *out, GError **error);
/* No task is left that could call it: frees the data, and wakes who waits for that. */
void rush_job_function_release (gpointer function);
/* FALSE: after @timeout_us a task still holds it. */
gboolean rush_job_function_wait (RushJobFunction *self, gint64 timeout_us);
