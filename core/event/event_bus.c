/* event_bus.c - one lock gives all listeners one order; queues give slow listeners their own time.
 *
 *   post ()                                  a subscriber per listener
 *     │   order lock                           inline:  on_event () here and now
 *     ├───────────────▶ [ inline ]
 *     ├───────────────▶ [ queue ▒▒▒▒···· ]───▶ thread: on_event (), delivered++
 *     └───────────────▶ [ queue ▒······· ]───▶ thread: on_event (), delivered++
 *
 * The lock is held while an event is handed to every subscriber, so that two events posted by two
 * threads arrive everywhere in the same order.  A full queue makes the poster wait inside the lock,
 * and with it the other posters: that is the back-pressure.
 *
 * flush () needs no marker in the queues: each subscriber counts what was posted to it and what it
 * has delivered, and flush () waits until the second count has reached what the first one was.
 *
 * Invariants:  delivered <= posted; nothing is posted once stopped; a listener's on_event () and
 *              finish () never run at the same time, finish () comes last.
 */
#include "core/event/event_bus.h"

#include "core/base/queue.h"
#include "core/base/thread.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct
{
  RushListener *listener; /* (owned) */
  RushQueue *queue;       /* NULL: inline */
  pthread_t thread;
  guint64 posted; /* guarded by the bus' order lock */

  pthread_mutex_t lock;
  pthread_cond_t progress;
  /* Guarded by lock. */
  guint64 delivered;
} Subscriber;

struct _RushEventBus
{
  guint queue_capacity;
  atomic_bool has_listeners; /* FALSE again once stopped */

  pthread_mutex_t order;
  /* Guarded by order. */
  GPtrArray *subscribers; /* Subscriber*, grows only */
  gboolean stopped;
};

/* ---- subscribers ---- */

static void
listener_finish (RushListener *listener)
{
  if (listener->klass->finish != NULL)
    listener->klass->finish (listener);
}

static gpointer
deliver_queued (gpointer data)
{
  Subscriber *self = data;
  RushEvent *event;

  while ((event = rush_queue_pop (self->queue)) != NULL)
    {
      self->listener->klass->on_event (self->listener, event);
      rush_event_unref (event);
      pthread_mutex_lock (&self->lock);
      self->delivered++;
      pthread_cond_broadcast (&self->progress);
      pthread_mutex_unlock (&self->lock);
    }
  listener_finish (self->listener);
  return NULL;
}

static void
subscriber_post (Subscriber *self, RushEvent *event)
{
  if (self->queue == NULL)
    {
      self->listener->klass->on_event (self->listener, event);
      return;
    }
  self->posted++;
  gboolean accepted = rush_queue_push (self->queue, rush_event_ref (event));
  g_assert (accepted); /* only stop () closes it, and nothing is posted afterwards */
}

static void
subscriber_wait (Subscriber *self, guint64 target)
{
  pthread_mutex_lock (&self->lock);
  while (self->delivered < target)
    pthread_cond_wait (&self->progress, &self->lock);
  pthread_mutex_unlock (&self->lock);
}

static void
subscriber_stop (Subscriber *self)
{
  if (self->queue == NULL)
    {
      listener_finish (self->listener);
      return;
    }
  rush_queue_close (self->queue);
  rush_thread_join (self->thread);
}

static void
subscriber_free (gpointer data)
{
  Subscriber *self = data;

  self->listener->klass->free (self->listener);
  rush_queue_free (self->queue, NULL);
  pthread_cond_destroy (&self->progress);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* ---- the bus ---- */

/* FALSE with @error, which only a subscriber with a queue needs a thread for. */
static gboolean
add_subscriber (RushEventBus *self, RushListener *listener, RushQueue *queue, GError **error)
{
  Subscriber *subscriber = g_new0 (Subscriber, 1);

  subscriber->listener = listener;
  subscriber->queue = queue;
  pthread_mutex_init (&subscriber->lock, NULL);
  pthread_cond_init (&subscriber->progress, NULL);
  if (queue != NULL &&
      !rush_thread_start (&subscriber->thread, "rush-listener", deliver_queued, subscriber, error))
    {
      subscriber_free (subscriber);
      return FALSE;
    }

  pthread_mutex_lock (&self->order);
  g_assert (!self->stopped);
  g_ptr_array_add (self->subscribers, subscriber);
  atomic_store (&self->has_listeners, TRUE);
  pthread_mutex_unlock (&self->order);
  return TRUE;
}

void
rush_event_bus_add_inline (RushEventBus *self, RushListener *listener)
{
  g_return_if_fail (self != NULL && listener != NULL);

  add_subscriber (self, listener, NULL, NULL);
}

gboolean
rush_event_bus_add_queued (RushEventBus *self, RushListener *listener, GError **error)
{
  g_return_val_if_fail (self != NULL && listener != NULL, FALSE);

  return add_subscriber (self, listener, rush_queue_new (self->queue_capacity), error);
}

gboolean
rush_event_bus_has_listeners (RushEventBus *self)
{
  return atomic_load_explicit (&self->has_listeners, memory_order_relaxed);
}

void
rush_event_bus_post (RushEventBus *self, RushEvent *event)
{
  g_return_if_fail (self != NULL && event != NULL);

  if (rush_event_bus_has_listeners (self))
    {
      pthread_mutex_lock (&self->order);
      for (guint i = 0; !self->stopped && i < self->subscribers->len; i++)
        subscriber_post (g_ptr_array_index (self->subscribers, i), event);
      pthread_mutex_unlock (&self->order);
    }
  rush_event_unref (event);
}

void
rush_event_bus_flush (RushEventBus *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->order);
  guint n = self->subscribers->len;
  g_autofree Subscriber **subscribers =
      g_memdup2 (self->subscribers->pdata, n * sizeof *subscribers);
  g_autofree guint64 *targets = g_new (guint64, n);
  for (guint i = 0; i < n; i++)
    targets[i] = subscribers[i]->posted;
  pthread_mutex_unlock (&self->order);

  for (guint i = 0; i < n; i++)
    subscriber_wait (subscribers[i], targets[i]);
}

/* The lock is held to the end, so that a second caller returns no sooner than the first. */
void
rush_event_bus_stop (RushEventBus *self)
{
  g_return_if_fail (self != NULL);

  pthread_mutex_lock (&self->order);
  if (!self->stopped)
    {
      self->stopped = TRUE;
      atomic_store (&self->has_listeners, FALSE);
      for (guint i = 0; i < self->subscribers->len; i++)
        subscriber_stop (g_ptr_array_index (self->subscribers, i));
    }
  pthread_mutex_unlock (&self->order);
}

void
rush_event_bus_free (RushEventBus *self)
{
  if (self == NULL)
    return;
  rush_event_bus_stop (self);
  g_ptr_array_unref (self->subscribers);
  pthread_mutex_destroy (&self->order);
  g_free (self);
}

RushEventBus *
rush_event_bus_new (guint queue_capacity)
{
  RushEventBus *self = g_new0 (RushEventBus, 1);

  self->queue_capacity = queue_capacity;
  atomic_init (&self->has_listeners, FALSE);
  pthread_mutex_init (&self->order, NULL);
  self->subscribers = g_ptr_array_new_with_free_func (subscriber_free);
  return self;
}
