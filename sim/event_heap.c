/* event_heap.c - a queue of actions by time, and the clock that jumps to the next of them.
 *
 *     put (delay)      key = now + delay
 *     step ()          take the first; now = its key; run it
 *
 * Invariant: the clock never runs backwards, for no action is due before now.
 */
#include "sim/event_heap.h"

struct _RushEventHeap
{
  RushClock clock; /* first: the clock's class is handed a heap */
  gint64 start_wall_ms;
  atomic_llong now_us;
  RushActionQueue *actions; /* by the time when they are due */
};

/* ---- actions ---- */

guint64
rush_event_heap_put (RushEventHeap *self, gint64 delay_us, RushSimAction action, gpointer data,
                     gint64 argument)
{
  g_return_val_if_fail (delay_us >= 0, 0);

  gint64 due_us;

  if (__builtin_add_overflow (rush_event_heap_now_us (self), delay_us, &due_us))
    due_us = G_MAXINT64; /* in 300,000 years: never */
  return rush_action_queue_put (self->actions, due_us, action, data, argument);
}

gboolean
rush_event_heap_cancel (RushEventHeap *self, guint64 handle)
{
  return rush_action_queue_remove (self->actions, handle);
}

gboolean
rush_event_heap_step (RushEventHeap *self)
{
  RushQueuedAction next;

  if (!rush_action_queue_take (self->actions, &next))
    return FALSE;
  g_assert (next.key >= rush_event_heap_now_us (self));
  atomic_store_explicit (&self->now_us, next.key, memory_order_release);
  next.action (next.data, next.argument); /* it may put and cancel as it likes: it is out already */
  return TRUE;
}

gint64
rush_event_heap_next_us (RushEventHeap *self)
{
  gint64 due_us;

  return rush_action_queue_peek (self->actions, &due_us) ? due_us : G_MAXINT64;
}

guint
rush_event_heap_size (RushEventHeap *self)
{
  return rush_action_queue_length (self->actions);
}

/* ---- the clock ---- */

RushClock *
rush_event_heap_clock (RushEventHeap *self)
{
  return &self->clock;
}

gint64
rush_event_heap_now_us (RushEventHeap *self)
{
  return atomic_load_explicit (&self->now_us, memory_order_acquire);
}

static gint64
heap_now_us (RushClock *clock)
{
  return rush_event_heap_now_us ((RushEventHeap *)clock);
}

static gint64
heap_wall_ms (RushClock *clock)
{
  return ((RushEventHeap *)clock)->start_wall_ms + heap_now_us (clock) / 1000;
}

static const RushClockClass heap_clock_class = { heap_now_us, heap_wall_ms };

/* ---- life ---- */

void
rush_event_heap_free (RushEventHeap *self)
{
  if (self == NULL)
    return;
  rush_action_queue_free (self->actions);
  g_free (self);
}

RushEventHeap *
rush_event_heap_new (gint64 start_wall_ms)
{
  RushEventHeap *self = g_new0 (RushEventHeap, 1);

  self->clock.klass = &heap_clock_class;
  self->start_wall_ms = start_wall_ms;
  atomic_init (&self->now_us, 0);
  self->actions = rush_action_queue_new ();
  return self;
}
