/* queue.c - a ring of pointers under one lock, with two conditions.
 *
 *            head                    one lock, held for a few instructions
 *             v                      not_empty: signalled by each push, waited for by pops
 *     [ . . . a b c d . . . ]        not_full:  signalled by each pop, waited for by pushes
 *             length = 4
 *
 * The ring's size is a power of two and grows by doubling; a bounded queue stops at the capacity
 * and lets its producers wait there.  A lock-free ring was not taken: the users of this queue (the
 * driver loop, the event bus, runners that wait for tasks) carry thousands of items a second, not
 * millions, and have to sleep when there are none, which needs the lock anyway.
 *
 * Invariants:  length <= capacity when there is one; nothing enters once closed is set; closed is
 *              never unset.
 */
#include "core/base/queue.h"

#include <errno.h>
#include <pthread.h>

struct _RushQueue
{
  gsize capacity; /* 0 = unbounded */

  pthread_mutex_t lock;
  pthread_cond_t not_empty;
  pthread_cond_t not_full;
  /* Guarded by lock. */
  gpointer *ring;
  gsize ring_size; /* a power of two */
  gsize head;
  gsize length;
  gboolean closed;
};

#define FIRST_RING_SIZE 16
#define NO_DEADLINE G_MAXINT64

/* ---- the ring, lock held ---- */

static void
ring_grow (RushQueue *self)
{
  gpointer *wider = g_new (gpointer, self->ring_size * 2);

  for (gsize i = 0; i < self->length; i++)
    wider[i] = self->ring[(self->head + i) & (self->ring_size - 1)];
  g_free (self->ring);
  self->ring = wider;
  self->ring_size *= 2;
  self->head = 0;
}

static void
ring_put (RushQueue *self, gpointer item)
{
  if (self->length == self->ring_size)
    ring_grow (self);
  self->ring[(self->head + self->length) & (self->ring_size - 1)] = item;
  self->length++;
  pthread_cond_signal (&self->not_empty);
}

/* NULL when there is nothing. */
static gpointer
ring_take (RushQueue *self)
{
  if (self->length == 0)
    return NULL;
  gpointer item = self->ring[self->head];
  self->head = (self->head + 1) & (self->ring_size - 1);
  self->length--;
  pthread_cond_signal (&self->not_full);
  return item;
}

static gboolean
is_full (const RushQueue *self)
{
  return self->capacity > 0 && self->length >= self->capacity;
}

/* FALSE: the deadline has passed.  A push may still have come in between: look once more. */
static gboolean
wait_not_empty (RushQueue *self, gint64 deadline_us)
{
  if (deadline_us == NO_DEADLINE)
    return pthread_cond_wait (&self->not_empty, &self->lock) == 0;

  struct timespec until = { .tv_sec = deadline_us / G_USEC_PER_SEC,
                            .tv_nsec = deadline_us % G_USEC_PER_SEC * 1000 };
  return pthread_cond_timedwait (&self->not_empty, &self->lock, &until) != ETIMEDOUT;
}

/* ---- the interface ---- */

gboolean
rush_queue_push (RushQueue *self, gpointer item)
{
  g_return_val_if_fail (item != NULL, FALSE); /* NULL means "no item" to pop () */

  pthread_mutex_lock (&self->lock);
  while (is_full (self) && !self->closed)
    pthread_cond_wait (&self->not_full, &self->lock);
  gboolean accepted = !self->closed;
  if (accepted)
    ring_put (self, item);
  pthread_mutex_unlock (&self->lock);
  return accepted;
}

gpointer
rush_queue_pop (RushQueue *self)
{
  return rush_queue_pop_until (self, NO_DEADLINE);
}

gpointer
rush_queue_pop_until (RushQueue *self, gint64 deadline_us)
{
  g_return_val_if_fail (deadline_us >= 0, NULL);

  pthread_mutex_lock (&self->lock);
  while (self->length == 0 && !self->closed && wait_not_empty (self, deadline_us))
    ;
  gpointer item = ring_take (self);
  pthread_mutex_unlock (&self->lock);
  return item;
}

gpointer
rush_queue_try_pop (RushQueue *self)
{
  pthread_mutex_lock (&self->lock);
  gpointer item = ring_take (self);
  pthread_mutex_unlock (&self->lock);
  return item;
}

void
rush_queue_close (RushQueue *self)
{
  pthread_mutex_lock (&self->lock);
  self->closed = TRUE;
  pthread_cond_broadcast (&self->not_empty);
  pthread_cond_broadcast (&self->not_full);
  pthread_mutex_unlock (&self->lock);
}

gsize
rush_queue_length (RushQueue *self)
{
  pthread_mutex_lock (&self->lock);
  gsize length = self->length;
  pthread_mutex_unlock (&self->lock);
  return length;
}

void
rush_queue_free (RushQueue *self, GDestroyNotify free_item)
{
  if (self == NULL)
    return;
  g_assert (self->length == 0 || free_item != NULL);

  for (gsize i = 0; i < self->length; i++)
    free_item (self->ring[(self->head + i) & (self->ring_size - 1)]);
  g_free (self->ring);
  pthread_cond_destroy (&self->not_full);
  pthread_cond_destroy (&self->not_empty);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushQueue *
rush_queue_new (gsize capacity)
{
  RushQueue *self = g_new0 (RushQueue, 1);
  pthread_condattr_t monotonic;

  self->capacity = capacity;
  self->ring_size = FIRST_RING_SIZE;
  self->ring = g_new (gpointer, self->ring_size);
  pthread_mutex_init (&self->lock, NULL);
  /* Deadlines are given in monotonic time, so that setting the wall clock delays nobody. */
  pthread_condattr_init (&monotonic);
  pthread_condattr_setclock (&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init (&self->not_empty, &monotonic);
  pthread_cond_init (&self->not_full, &monotonic);
  pthread_condattr_destroy (&monotonic);
  return self;
}
