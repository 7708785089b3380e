/* job_waiter.c - results come in on the driver loop, one thread waits for the last of them.
 *
 *     driver loop                      waiting thread
 *     task_succeeded (2, result)       wait ()  … sleeps
 *     task_succeeded (0, result)
 *     job_ended (NULL)  ──condition──▶ wakes: results 0, 1, 2 in the order of the request
 *                       ──pipe───────▶ or poll () on fd () returns
 *
 * A pipe wakes those that must look at other things too.  It costs two descriptors, so it is made
 * when it is first asked for; if the job has ended by then, it is readable from the start.  Where
 * the process has no descriptors left, there is none: poll () ignores −1, and its timeout is left.
 *
 * The waiter may be freed as soon as the job has ended: job_ended () lets go of the lock last, and
 * freeing takes it once more.
 */
#include "core/scheduler/job_waiter.h"

#include <errno.h>
#include <glib-unix.h>
#include <pthread.h>
#include <unistd.h>

struct _RushJobWaiter
{
  RushJobListener listener;
  guint n_results;
  RushAwaited awaited;

  pthread_mutex_t lock;
  pthread_cond_t ended;
  /* Guarded by lock; once `done`, nobody changes them. */
  RushTaskResult *results;
  gboolean done;
  GError *error;
  GPtrArray *statuses; /* (owned) of a map stage job that succeeded, or NULL */
  int pipe_fds[2];     /* −1: not asked for */
};

static RushJobWaiter *
waiter_of (RushJobListener *listener)
{
  return (RushJobWaiter *)((char *)listener - G_STRUCT_OFFSET (RushJobWaiter, listener));
}

/* ---- on the driver loop ---- */

static gboolean
task_succeeded (RushJobListener *listener, guint i, RushTaskResult *result, GError **error)
{
  RushJobWaiter *self = waiter_of (listener);

  g_assert (i < self->n_results);
  pthread_mutex_lock (&self->lock);
  g_assert (!self->done);
  self->results[i] = *result;
  pthread_mutex_unlock (&self->lock);
  *result = (RushTaskResult){ 0 };
  return TRUE;
}

static void
outputs_written (RushJobListener *listener, GPtrArray *statuses)
{
  RushJobWaiter *self = waiter_of (listener);

  pthread_mutex_lock (&self->lock);
  self->statuses = statuses;
  pthread_mutex_unlock (&self->lock);
}

/* Lock held.  One byte that is never read: the pipe stays readable. */
static void
make_readable (RushJobWaiter *self)
{
  char byte = 0;

  while (write (self->pipe_fds[1], &byte, 1) < 0)
    g_assert (errno == EINTR); /* an empty pipe has room for a byte */
}

static void
job_ended (RushJobListener *listener, const GError *error)
{
  RushJobWaiter *self = waiter_of (listener);

  pthread_mutex_lock (&self->lock);
  g_assert (!self->done);
  self->done = TRUE;
  rush_awaited_happen (&self->awaited);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  if (self->pipe_fds[1] >= 0)
    make_readable (self);
  pthread_cond_broadcast (&self->ended);
  pthread_mutex_unlock (&self->lock);
}

/* ---- on the waiting thread ---- */

gboolean
rush_job_waiter_is_done (RushJobWaiter *self)
{
  pthread_mutex_lock (&self->lock);
  gboolean done = self->done;
  pthread_mutex_unlock (&self->lock);
  return done;
}

int
rush_job_waiter_fd (RushJobWaiter *self)
{
  pthread_mutex_lock (&self->lock);
  if (self->pipe_fds[0] < 0 && g_unix_open_pipe (self->pipe_fds, FD_CLOEXEC, NULL) && self->done)
    make_readable (self);
  int fd = self->pipe_fds[0];
  pthread_mutex_unlock (&self->lock);
  return fd;
}

void
rush_job_waiter_enter (RushJobWaiter *self)
{
  rush_awaited_enter (&self->awaited);
}

void
rush_job_waiter_leave (RushJobWaiter *self)
{
  rush_awaited_leave (&self->awaited);
}

gboolean
rush_job_waiter_wait (RushJobWaiter *self, GError **error)
{
  rush_awaited_enter (&self->awaited);
  pthread_mutex_lock (&self->lock);
  while (!self->done)
    pthread_cond_wait (&self->ended, &self->lock);
  gboolean succeeded = self->error == NULL;
  if (!succeeded && error != NULL)
    *error = g_error_copy (self->error);
  pthread_mutex_unlock (&self->lock);
  rush_awaited_leave (&self->awaited);
  return succeeded;
}

RushTaskResult *
rush_job_waiter_result (RushJobWaiter *self, guint i)
{
  g_return_val_if_fail (i < self->n_results, NULL);
  g_return_val_if_fail (rush_job_waiter_is_done (self), NULL);

  return &self->results[i];
}

GPtrArray *
rush_job_waiter_map_statuses (RushJobWaiter *self)
{
  g_return_val_if_fail (rush_job_waiter_is_done (self), NULL);

  return self->statuses != NULL ? g_ptr_array_ref (self->statuses) : NULL;
}

gpointer
rush_job_waiter_peek (RushJobWaiter *self, guint i)
{
  g_return_val_if_fail (i < self->n_results, NULL);

  pthread_mutex_lock (&self->lock);
  gpointer value = self->results[i].value;
  pthread_mutex_unlock (&self->lock);
  return value;
}

/* ---- life ---- */

static const RushJobListenerClass listener_class = { task_succeeded, job_ended, outputs_written };

RushJobListener *
rush_job_waiter_listener (RushJobWaiter *self)
{
  return &self->listener;
}

void
rush_job_waiter_free (RushJobWaiter *self)
{
  if (self == NULL)
    return;
  g_return_if_fail (
      rush_job_waiter_is_done (self)); /* and the driver loop has let go of the lock */

  for (guint i = 0; i < self->n_results; i++)
    if (self->results[i].free_value != NULL)
      self->results[i].free_value (self->results[i].value);
  g_free (self->results);
  g_clear_error (&self->error);
  g_clear_pointer (&self->statuses, g_ptr_array_unref);
  if (self->pipe_fds[0] >= 0)
    {
      close (self->pipe_fds[0]);
      close (self->pipe_fds[1]);
    }
  pthread_cond_destroy (&self->ended);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushJobWaiter *
rush_job_waiter_new (guint n_results)
{
  return rush_job_waiter_new_in (n_results, NULL);
}

RushJobWaiter *
rush_job_waiter_new_in (guint n_results, RushWaitingRoom *room)
{
  RushJobWaiter *self = g_new0 (RushJobWaiter, 1);

  self->listener.klass = &listener_class;
  self->n_results = n_results;
  self->awaited.room = room;
  self->results = g_new0 (RushTaskResult, n_results);
  self->pipe_fds[0] = self->pipe_fds[1] = -1;
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->ended, NULL);
  return self;
}
