/* driver_loop.c - one thread, one queue, a few timers.
 *
 *     do
 *       wait for a message, but no longer than until the next timer is due
 *       hand it to the scheduler
 *       fire what is due: a TIMER message each, straight to the scheduler
 *     until stopped, and the queue is empty
 *
 * Because all scheduling state belongs to this thread, the scheduler has no locks; because only
 * this thread starts and cancels timers, neither have they.
 *
 * Timers are kept sorted, the next one last.  There are never more than a few (the scheduler has
 * two), so a sorted array is the fastest heap.
 *
 * A message that comes after the end is dropped; but a job that comes after the end has somebody
 * waiting for it, who is told at once.
 */
#include "core/scheduler/driver_loop.h"

#include "core/base/queue.h"
#include "core/base/thread.h"

typedef struct
{
  guint64 id;
  gint64 due_us;
} Timer;

struct _RushDriverLoop
{
  RushClock *clock; /* (unowned) */
  RushQueue *queue; /* of RushMessage */
  atomic_bool stopping;
  gboolean started;
  pthread_t thread;

  /* The loop's thread. */
  RushScheduler *scheduler; /* (unowned) */
  GArray *timers;           /* Timer, by due time, latest first */
};

/* ---- timers ---- */

void
rush_driver_loop_start_timer (RushDriverLoop *self, guint64 timer_id, gint64 delay_us)
{
  Timer timer = { timer_id, rush_clock_now_us (self->clock) + delay_us };
  guint place = self->timers->len;

  /* Before all that are due at the same time or earlier: the first that was started fires first. */
  while (place > 0 && g_array_index (self->timers, Timer, place - 1).due_us <= timer.due_us)
    place--;
  g_array_insert_val (self->timers, place, timer);
}

void
rush_driver_loop_cancel_timer (RushDriverLoop *self, guint64 timer_id)
{
  for (guint i = 0; i < self->timers->len; i++)
    if (g_array_index (self->timers, Timer, i).id == timer_id)
      {
        g_array_remove_index (self->timers, i);
        return;
      }
}

/* G_MAXINT64: there is none. */
static gint64
next_due_us (RushDriverLoop *self)
{
  return self->timers->len > 0 ? g_array_index (self->timers, Timer, self->timers->len - 1).due_us
                               : G_MAXINT64;
}

static void
fire_timers (RushDriverLoop *self)
{
  while (self->timers->len > 0 && next_due_us (self) <= rush_clock_now_us (self->clock))
    {
      RushMessage *message = rush_message_new (RUSH_MESSAGE_TIMER);

      message->timer_id = g_array_index (self->timers, Timer, self->timers->len - 1).id;
      g_array_set_size (self->timers, self->timers->len - 1);
      rush_scheduler_handle (self->scheduler, message);
    }
}

/* ---- the loop ---- */

static void *
run (void *data)
{
  RushDriverLoop *self = data;

  for (;;)
    {
      gint64 due_us = next_due_us (self);
      RushMessage *message = due_us == G_MAXINT64 ? rush_queue_pop (self->queue)
                                                  : rush_queue_pop_until (self->queue, due_us);

      /* The time was up, or this is the end; but between the two somebody may have posted. */
      if (message == NULL && atomic_load (&self->stopping))
        {
          message = rush_queue_pop (self->queue);
          if (message == NULL)
            return NULL; /* closed, and drained */
        }
      if (message != NULL)
        rush_scheduler_handle (self->scheduler, message);
      fire_timers (self);
    }
}

static void
refuse (RushMessage *message)
{
  RushJobRequest *job = message->job;

  if (job != NULL)
    {
      g_autoptr (GError) error =
          g_error_new (RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED,
                       "Job %d cannot run: the SparkContext has been stopped", job->job_id);

      job->listener->klass->job_ended (job->listener, error);
    }
  rush_message_free (message);
}

void
rush_driver_loop_post (RushDriverLoop *self, RushMessage *message)
{
  if (!rush_queue_push (self->queue, message))
    refuse (message);
}

/* ---- life ---- */

gboolean
rush_driver_loop_start (RushDriverLoop *self, RushScheduler *scheduler, GError **error)
{
  g_return_val_if_fail (!self->started, FALSE);

  self->scheduler = scheduler;
  self->started = rush_thread_start (&self->thread, "rush-driver", run, self, error);
  return self->started;
}

void
rush_driver_loop_stop (RushDriverLoop *self)
{
  atomic_store (&self->stopping, TRUE);
  rush_queue_close (self->queue);
  if (!self->started)
    return;
  self->started = FALSE;
  rush_thread_join (self->thread);
}

static void
free_message (gpointer message)
{
  refuse (message);
}

void
rush_driver_loop_free (RushDriverLoop *self)
{
  if (self == NULL)
    return;
  rush_driver_loop_stop (self);
  rush_queue_free (self->queue, free_message); /* not empty only if it was never started */
  g_array_unref (self->timers);
  g_free (self);
}

RushDriverLoop *
rush_driver_loop_new (RushClock *clock)
{
  RushDriverLoop *self = g_new0 (RushDriverLoop, 1);

  self->clock = clock;
  self->queue = rush_queue_new (0);
  atomic_init (&self->stopping, FALSE);
  self->timers = g_array_new (FALSE, FALSE, sizeof (Timer));
  return self;
}
