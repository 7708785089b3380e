/* event_heap.c - a heap that knows where each of its actions lies.
 *
 * The keys, (time, order of arrival), lie in an array that is a tree of four children a node: half
 * as deep as a binary heap, and the four children that are compared lie side by side.
 *
 *     heap     [0]                      slots   what a key is about, which never moves
 *              ├─ [1] [2] [3] [4]       ┌────────┬──────┬──────────┬──────┬────────────┐
 *              │   ├─ [5] … [8]         │ action │ data │ argument │ turn │ place      │
 *              │   …                    └────────┴──────┴──────────┴──────┴────────────┘
 *              └ key: (due, order, slot)     place: where in the heap; cancel () need not look
 *
 * A handle is a slot and the turn in which the slot is used: whoever cancels an action that has
 * long run meets another turn, and does no harm.  Cancelled actions leave at once.  The usual
 * short cut, to mark them and skip them when they come up, keeps the dead in memory: a shared link
 * moves the end of its first flow each time a flow joins it, and would leave a corpse for each.
 *
 * Invariants:  a key is not less than its parent's;  slots[heap[i].slot].place == i;
 *              two keys never compare equal, for no two have one order;
 *              the clock never runs backwards: nothing is due before now.
 */
#include "sim/event_heap.h"

#define CHILDREN 4
#define NOWHERE G_MAXUINT32 /* place of a slot without an action, and the end of the free list */

typedef struct
{
  gint64 due_us;
  guint64 order;
  guint32 slot;
} Key;

typedef struct
{
  RushSimAction action;
  gpointer data;
  gint64 argument;
  guint32 turn;
  guint32 place;
  guint32 next_free;
} Slot;

struct _RushEventHeap
{
  RushClock clock; /* first: a clock is a heap */
  gint64 start_wall_ms;
  atomic_llong now_us;
  guint64 n_put;

  Key *heap;
  guint32 n_actions;
  Slot *slots;
  guint32 n_slots; /* ever used */
  guint32 room;    /* of both arrays */
  guint32 first_free;
};

/* ---- the order of actions ---- */

static inline gboolean
is_before (const Key *a, const Key *b)
{
  return a->due_us < b->due_us || (a->due_us == b->due_us && a->order < b->order);
}

static inline void
place_key (RushEventHeap *self, guint32 place, Key key)
{
  self->heap[place] = key;
  self->slots[key.slot].place = place;
}

/* Finds @key's place at @place or above it, and puts it there. */
static void
sift_up (RushEventHeap *self, guint32 place, Key key)
{
  while (place > 0)
    {
      guint32 parent = (place - 1) / CHILDREN;

      if (!is_before (&key, &self->heap[parent]))
        break;
      place_key (self, place, self->heap[parent]);
      place = parent;
    }
  place_key (self, place, key);
}

/* Finds @key's place at @place or below it, and puts it there. */
static void
sift_down (RushEventHeap *self, guint32 place, Key key)
{
  for (;;)
    {
      guint64 first = (guint64)place * CHILDREN + 1;
      guint64 end = MIN (first + CHILDREN, self->n_actions);

      if (first >= end)
        break;
      guint32 least = (guint32)first;
      for (guint32 child = least + 1; child < end; child++)
        if (is_before (&self->heap[child], &self->heap[least]))
          least = child;
      if (!is_before (&self->heap[least], &key))
        break;
      place_key (self, place, self->heap[least]);
      place = least;
    }
  place_key (self, place, key);
}

/* ---- slots ---- */

static guint32
take_slot (RushEventHeap *self)
{
  guint32 slot = self->first_free;

  if (slot != NOWHERE)
    {
      self->first_free = self->slots[slot].next_free;
      return slot;
    }
  if (self->n_slots == self->room)
    {
      g_assert (self->room < G_MAXUINT32 / 2);
      self->room = MAX (64, self->room * 2);
      self->heap = g_renew (Key, self->heap, self->room);
      self->slots = g_renew (Slot, self->slots, self->room);
    }
  self->slots[self->n_slots].turn = 0;
  return self->n_slots++;
}

static void
leave_slot (RushEventHeap *self, guint32 slot)
{
  self->slots[slot].turn++;
  self->slots[slot].place = NOWHERE;
  self->slots[slot].next_free = self->first_free;
  self->first_free = slot;
}

/* Takes the key at @place out of the heap: the last one fills the gap, and finds its place. */
static void
remove_at (RushEventHeap *self, guint32 place)
{
  guint32 slot = self->heap[place].slot;
  Key last = self->heap[--self->n_actions];

  if (place < self->n_actions)
    {
      if (is_before (&last, &self->heap[place]))
        sift_up (self, place, last);
      else
        sift_down (self, place, last);
    }
  leave_slot (self, slot);
}

/* ---- actions ---- */

guint64
rush_event_heap_put (RushEventHeap *self, gint64 delay_us, RushSimAction action, gpointer data,
                     gint64 argument)
{
  g_return_val_if_fail (delay_us >= 0, 0);
  g_return_val_if_fail (action != NULL, 0);

  guint32 slot = take_slot (self);
  Slot *taken = &self->slots[slot];
  Key key = { .order = self->n_put++, .slot = slot };

  taken->action = action;
  taken->data = data;
  taken->argument = argument;
  if (__builtin_add_overflow (rush_event_heap_now_us (self), delay_us, &key.due_us))
    key.due_us = G_MAXINT64; /* in 300,000 years: never */
  sift_up (self, self->n_actions++, key);
  return ((guint64)taken->turn << 32) | ((guint64)slot + 1);
}

gboolean
rush_event_heap_cancel (RushEventHeap *self, guint64 handle)
{
  guint64 slot = (handle & G_MAXUINT32) - 1;

  if (handle == 0 || slot >= self->n_slots)
    return FALSE;
  if (self->slots[slot].turn != handle >> 32 || self->slots[slot].place == NOWHERE)
    return FALSE;
  remove_at (self, self->slots[slot].place);
  return TRUE;
}

gboolean
rush_event_heap_step (RushEventHeap *self)
{
  if (self->n_actions == 0)
    return FALSE;

  Key key = self->heap[0];
  Slot next = self->slots[key.slot];

  g_assert (key.due_us >= rush_event_heap_now_us (self));
  remove_at (self, 0);
  atomic_store_explicit (&self->now_us, key.due_us, memory_order_release);
  next.action (next.data, next.argument); /* it may put and cancel as it likes: it is out already */
  return TRUE;
}

gint64
rush_event_heap_next_us (RushEventHeap *self)
{
  return self->n_actions > 0 ? self->heap[0].due_us : G_MAXINT64;
}

guint
rush_event_heap_size (RushEventHeap *self)
{
  return self->n_actions;
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
  g_free (self->heap);
  g_free (self->slots);
  g_free (self);
}

RushEventHeap *
rush_event_heap_new (gint64 start_wall_ms)
{
  RushEventHeap *self = g_new0 (RushEventHeap, 1);

  self->clock.klass = &heap_clock_class;
  self->start_wall_ms = start_wall_ms;
  atomic_init (&self->now_us, 0);
  self->first_free = NOWHERE;
  return self;
}
