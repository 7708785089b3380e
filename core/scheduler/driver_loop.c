/* driver_loop.c - one queue, a few timers, and whoever drives.
 *
 *     lock; until the queue is empty
 *       take a message, and unlock
 *       hand it to the scheduler
 *       fire what is due: a TIMER message each, straight to the scheduler
 *       lock
 *
 * That is to drive, and one thread at a time does it: all scheduling state is the driver's, so the
 * scheduler has no locks; only the driver starts and cancels timers, so neither have they.  The
 * lock, which the next driver takes after the last one, hands the state over.
 *
 *     loop's thread    sleeps until there is a message, or a timer is due; then drives
 *     a runner         leaves the end of its task in the queue, and drives if nobody does
 *
 * A runner that has ended a task has nothing to do until the scheduler gives it the next one.  If
 * the loop's own thread had to do that, each task would wake it, and it the runner: two sleeps and
 * two wake-ups, which take longer than an empty task.  So the runner does that work itself; of a
 * few messages at a time, as it is a guest: for more than that the loop's thread is woken.
 *
 * Timers are kept sorted, the next one last.  There are never more than a few (the scheduler has
 * two), so a sorted array is the fastest heap.
 *
 * A message that comes after the end is dropped; but a job that comes after the end has somebody
 * waiting for it, who is told at once.
 *
 * Invariants:  while the queue holds something, somebody drives, or the loop's thread is awake or
 *              has been signalled, or a runner is on its way to drive; the loop's thread sleeps no
 *              longer than until the first timer is due.
 */
#include "core/scheduler/driver_loop.h"

#include "core/base/thread.h"

typedef struct
{
  guint64 id;
  gint64 due_us;
} Timer;

#define NEVER G_MAXINT64
#define GUEST_MESSAGES 16

struct _RushDriverLoop
{
  RushClock *clock;                 /* (unowned) */
  gboolean (*idle) (gpointer data); /* or NULL */
  gpointer idle_data;
  pthread_t thread;

  pthread_mutex_t lock;
  pthread_cond_t wake_up; /* for the loop's thread */
  pthread_cond_t settled; /* for who waits until a round is over */
  /* Guarded by lock. */
  RushMessage *first, *last; /* the queue, linked by `next` */
  gboolean started;
  gboolean driving; /* somebody is */
  guint64 n_rounds; /* of driving, that are over */
  gboolean closed;
  gboolean woken;         /* since idle () was last called */
  gint64 sleeps_until_us; /* the loop's thread; 0: it is awake */

  /* The driver's. */
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

/* NEVER: there is none. */
static gint64
next_due_us (RushDriverLoop *self)
{
  return self->timers->len > 0 ? g_array_index (self->timers, Timer, self->timers->len - 1).due_us
                               : NEVER;
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

/* ---- the queue, lock held ---- */

static void
put (RushDriverLoop *self, RushMessage *message)
{
  if (self->first == NULL)
    self->first = message;
  else
    self->last->next = message;
  self->last = message;
}

static RushMessage *
take (RushDriverLoop *self)
{
  RushMessage *message = self->first;

  if (message != NULL)
    self->first = g_steal_pointer (&message->next);
  return message;
}

/* ---- to drive ---- */

/* Lock held. */
static void
end_round (RushDriverLoop *self)
{
  self->driving = FALSE;
  self->n_rounds++;
  pthread_cond_broadcast (&self->settled);
}

/* Lock held, and let go of in between: up to @n messages, and the timers that are due. */
static void
drive (RushDriverLoop *self, guint n)
{
  g_assert (!self->driving);
  self->driving = TRUE;
  do
    {
      RushMessage *message = take (self); /* NULL: it is a timer that is due */

      pthread_mutex_unlock (&self->lock);
      if (message != NULL)
        rush_scheduler_handle (self->scheduler, message);
      fire_timers (self);
      pthread_mutex_lock (&self->lock);
    }
  while (self->first != NULL && --n > 0);
  end_round (self);
}

/* Lock held, and nobody drives.  Whether the loop's thread would sleep for too long. */
static gboolean
would_oversleep (RushDriverLoop *self)
{
  return self->first != NULL || self->closed || next_due_us (self) < self->sleeps_until_us;
}

void
rush_driver_loop_lend_a_hand (RushDriverLoop *self)
{
  gboolean wake = FALSE;

  pthread_mutex_lock (&self->lock);
  if (self->first != NULL && !self->driving && self->started)
    {
      drive (self, GUEST_MESSAGES);
      wake = would_oversleep (self);
    }
  pthread_mutex_unlock (&self->lock);
  if (wake)
    pthread_cond_signal (&self->wake_up);
}

/* Lock held.  Until there may be something to do for the loop's thread. */
static void
sleep_a_while (RushDriverLoop *self)
{
  /* Who drives is the one who knows the timers, and looks at this when he is done. */
  gint64 due_us = self->driving ? NEVER : next_due_us (self);

  self->sleeps_until_us = due_us;
  if (due_us == NEVER)
    pthread_cond_wait (&self->wake_up, &self->lock);
  else
    {
      struct timespec until = { .tv_sec = due_us / G_USEC_PER_SEC,
                                .tv_nsec = due_us % G_USEC_PER_SEC * 1000 };

      pthread_cond_timedwait (&self->wake_up, &self->lock, &until);
    }
  self->sleeps_until_us = 0;
}

/* Lock held, and nobody drives. */
static gboolean
has_work (RushDriverLoop *self)
{
  return self->first != NULL || next_due_us (self) <= rush_clock_now_us (self->clock);
}

/* Lock held, and let go of in between; nobody drives, and nothing is queued.  Whether there is a
 * reason to look again before sleeping. */
static gboolean
be_idle (RushDriverLoop *self)
{
  gboolean did_something;

  if (self->idle == NULL)
    return FALSE;
  self->driving = TRUE;
  self->woken = FALSE;
  pthread_mutex_unlock (&self->lock);
  did_something = self->idle (self->idle_data);
  pthread_mutex_lock (&self->lock);
  end_round (self);
  return did_something || self->woken || self->first != NULL || self->closed;
}

static void *
run (void *data)
{
  RushDriverLoop *self = data;

  pthread_mutex_lock (&self->lock);
  for (;;)
    {
      while (self->driving || !(self->closed || has_work (self)))
        if (self->driving || !be_idle (self))
          sleep_a_while (self);
      if (self->closed && self->first == NULL)
        break;
      drive (self, G_MAXUINT);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

/* ---- to post ---- */

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

/* *@out_wake: nobody is awake who would see the message. */
static void
post (RushDriverLoop *self, RushMessage *message, gboolean *out_wake)
{
  pthread_mutex_lock (&self->lock);
  gboolean accepted = !self->closed;
  if (accepted)
    put (self, message);
  *out_wake = accepted && !self->driving;
  pthread_mutex_unlock (&self->lock);
  if (!accepted)
    refuse (message);
}

void
rush_driver_loop_post (RushDriverLoop *self, RushMessage *message)
{
  gboolean wake;

  post (self, message, &wake);
  if (wake)
    pthread_cond_signal (&self->wake_up);
}

void
rush_driver_loop_post_quietly (RushDriverLoop *self, RushMessage *message)
{
  gboolean wake;

  post (self, message, &wake);
}

gboolean
rush_driver_loop_is_empty (RushDriverLoop *self)
{
  pthread_mutex_lock (&self->lock);
  gboolean is_empty = self->first == NULL;
  pthread_mutex_unlock (&self->lock);
  return is_empty;
}

void
rush_driver_loop_wake (RushDriverLoop *self)
{
  pthread_mutex_lock (&self->lock);
  self->woken = TRUE;
  pthread_mutex_unlock (&self->lock);
  pthread_cond_signal (&self->wake_up);
}

void
rush_driver_loop_settle (RushDriverLoop *self)
{
  pthread_mutex_lock (&self->lock);
  guint64 round = self->n_rounds;
  while (self->driving && self->n_rounds == round)
    pthread_cond_wait (&self->settled, &self->lock);
  pthread_mutex_unlock (&self->lock);
}

/* ---- life ---- */

void
rush_driver_loop_set_idle (RushDriverLoop *self, gboolean (*idle) (gpointer data), gpointer data)
{
  g_return_if_fail (!self->started);

  self->idle = idle;
  self->idle_data = data;
}

gboolean
rush_driver_loop_start (RushDriverLoop *self, RushScheduler *scheduler, GError **error)
{
  g_return_val_if_fail (!self->started, FALSE);

  pthread_mutex_lock (&self->lock);
  self->scheduler = scheduler;
  self->started = rush_thread_start (&self->thread, "rush-driver", run, self, error);
  pthread_mutex_unlock (&self->lock);
  return self->started;
}

void
rush_driver_loop_stop (RushDriverLoop *self)
{
  pthread_mutex_lock (&self->lock);
  gboolean join = self->started && !self->closed;
  self->closed = TRUE;
  pthread_mutex_unlock (&self->lock);
  pthread_cond_signal (&self->wake_up);
  if (join)
    rush_thread_join (self->thread);
}

void
rush_driver_loop_free (RushDriverLoop *self)
{
  RushMessage *message;

  if (self == NULL)
    return;
  rush_driver_loop_stop (self);
  while ((message = take (self)) != NULL) /* only if it was never started */
    refuse (message);
  g_array_unref (self->timers);
  pthread_cond_destroy (&self->settled);
  pthread_cond_destroy (&self->wake_up);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushDriverLoop *
rush_driver_loop_new (RushClock *clock)
{
  RushDriverLoop *self = g_new0 (RushDriverLoop, 1);
  pthread_condattr_t monotonic;

  self->clock = clock;
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&monotonic);
  pthread_condattr_setclock (&monotonic, CLOCK_MONOTONIC); /* timers are due in monotonic time */
  pthread_cond_init (&self->wake_up, &monotonic);
  pthread_condattr_destroy (&monotonic);
  pthread_cond_init (&self->settled, NULL);
  self->timers = g_array_new (FALSE, FALSE, sizeof (Timer));
  return self;
}
