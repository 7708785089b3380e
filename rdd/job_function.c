/* job_function.c - a latch between the tasks of a job and the thread that has asked for it.
 *
 *     caller                          driver loop             runners
 *     run_job ─────────────────────▶  job fails
 *       wait for the job  ◀─ ended ─  asks task 3 to stop     task 3 calls the function …
 *       wait for the function                                 … returns; its work is let go of
 *       returns  ◀──────────────── released ────────────────  (the last one frees the data)
 *
 * A job is over as soon as it is decided, and Spark leaves tasks that still run to themselves.  In
 * C a function's data often lies on the stack of who runs the job, so that has to wait for them.
 * All attempts of a stage share the function (core/scheduler/task.h), and the last task that lets
 * go of it releases it: there is nothing to count here.
 */
#include "rdd/job_function.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

struct _RushJobFunction
{
  RushRefCount refs;
  RushResultFunc func;
  gpointer data;
  GDestroyNotify free_data; /* or NULL */
  RushAwaited awaited;

  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* Guarded by lock. */
  gboolean released;
};

gboolean
rush_job_function_call (RushIterator *rows, RushTaskContext *ctx, gpointer function,
                        RushTaskResult *out, GError **error)
{
  RushJobFunction *self = function;

  return self->func (rows, ctx, self->data, out, error);
}

void
rush_job_function_release (gpointer function)
{
  RushJobFunction *self = function;

  if (self->free_data != NULL)
    self->free_data (self->data);
  pthread_mutex_lock (&self->lock);
  self->released = TRUE;
  rush_awaited_happen (&self->awaited);
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  rush_job_function_unref (self);
}

gboolean
rush_job_function_wait (RushJobFunction *self, gint64 timeout_us)
{
  struct timespec until;
  gboolean released;
  int status = 0;

  rush_awaited_enter (&self->awaited);
  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_sec += timeout_us / G_USEC_PER_SEC;
  until.tv_nsec += timeout_us % G_USEC_PER_SEC * 1000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  pthread_mutex_lock (&self->lock);
  while (!self->released && status != ETIMEDOUT)
    status = pthread_cond_timedwait (&self->changed, &self->lock, &until);
  released = self->released;
  pthread_mutex_unlock (&self->lock);
  rush_awaited_leave (&self->awaited);
  return released;
}

/* ---- life ---- */

void
rush_job_function_unref (RushJobFunction *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushJobFunction *
rush_job_function_new (RushResultFunc func, gpointer data, GDestroyNotify free_data,
                       RushWaitingRoom *room)
{
  RushJobFunction *self = g_new0 (RushJobFunction, 1);
  pthread_condattr_t monotonic;

  rush_ref_count_init (&self->refs);
  rush_ref_count_inc (&self->refs); /* the tasks' */
  self->func = func;
  self->data = data;
  self->free_data = free_data;
  self->awaited.room = room;
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&monotonic);
  pthread_condattr_setclock (&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init (&self->changed, &monotonic);
  pthread_condattr_destroy (&monotonic);
  return self;
}
