/* action_queue.c - a heap that knows where each of its actions lies.
 *
 * The entries, (key, order of arrival), lie in an array that is a tree of four children a node:
 * half as deep as a binary heap, and the four children that are compared lie side by side.
 *
 *     heap     [0]                      slots   what an entry is about, which never moves
 *              ├─ [1] [2] [3] [4]       ┌────────┬──────┬──────────┬──────┐
 *              │   ├─ [5] … [8]         │ action │ data │ argument │ turn │
 *              │   …                    └────────┴──────┴──────────┴──────┘
 *              └ (key, order, slot)     places  of each slot, where in the heap: remove () need
 *                                               not look
 *
 * Places lie apart, as they are all that an entry on its way through the heap has to change: of
 * forty thousand actions, these fit into a near cache.
 *
 * A handle is a slot and the turn in which the slot is used: whoever removes an action that has
 * long been taken meets another turn, and does no harm.  Removed actions leave at once.  The usual
 * short cut, to mark them and skip them when they come up, keeps the dead in memory: a shared link
 * moves the end of its first flow each time a flow joins it, and would leave a corpse for each.
 *
 * Invariants:  an entry is not before its parent;  places[heap[i].slot] == i;
 *              no two entries are alike, for no two have one order.
 */
#include "sim/action_queue.h"

#define CHILDREN 4
#define NOWHERE G_MAXUINT32 /* place of a slot without action, end of the free list */

typedef struct
{
  gint64 key;
  guint64 order;
  guint32 slot;
} Entry;

typedef struct
{
  RushSimAction action;
  gpointer data;
  gint64 argument;
  guint32 turn;
  guint32 next_free;
} Slot;

struct _RushActionQueue
{
  guint64 n_put;
  Entry *heap;
  guint32 length;
  Slot *slots;
  guint32 *places; /* by slot */
  guint32 n_slots; /* ever used */
  guint32 room;    /* of all arrays */
  guint32 first_free;
};

/* ---- the order of entries ---- */

static inline gboolean
is_before (const Entry *a, const Entry *b)
{
  return a->key < b->key || (a->key == b->key && a->order < b->order);
}

static inline void
place_entry (RushActionQueue *self, guint32 place, Entry entry)
{
  self->heap[place] = entry;
  self->places[entry.slot] = place;
}

/* Finds @entry's place at @place or above it, and puts it there. */
static void
sift_up (RushActionQueue *self, guint32 place, Entry entry)
{
  while (place > 0)
    {
      guint32 parent = (place - 1) / CHILDREN;

      if (!is_before (&entry, &self->heap[parent]))
        break;
      place_entry (self, place, self->heap[parent]);
      place = parent;
    }
  place_entry (self, place, entry);
}

/* Finds @entry's place at @place or below it, and puts it there. */
static void
sift_down (RushActionQueue *self, guint32 place, Entry entry)
{
  for (;;)
    {
      guint64 first = (guint64)place * CHILDREN + 1;
      guint64 end = MIN (first + CHILDREN, self->length);

      if (first >= end)
        break;
      guint32 least = (guint32)first;
      for (guint32 child = least + 1; child < end; child++)
        if (is_before (&self->heap[child], &self->heap[least]))
          least = child;
      if (!is_before (&self->heap[least], &entry))
        break;
      place_entry (self, place, self->heap[least]);
      place = least;
    }
  place_entry (self, place, entry);
}

/* ---- slots ---- */

static guint32
take_slot (RushActionQueue *self)
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
      self->heap = g_renew (Entry, self->heap, self->room);
      self->slots = g_renew (Slot, self->slots, self->room);
      self->places = g_renew (guint32, self->places, self->room);
    }
  self->slots[self->n_slots].turn = 0;
  return self->n_slots++;
}

static void
leave_slot (RushActionQueue *self, guint32 slot)
{
  self->slots[slot].turn++;
  self->places[slot] = NOWHERE;
  self->slots[slot].next_free = self->first_free;
  self->first_free = slot;
}

/* Takes the entry at @place out of the heap: the last one fills the gap, and finds its place. */
static void
remove_at (RushActionQueue *self, guint32 place)
{
  guint32 slot = self->heap[place].slot;
  Entry last = self->heap[--self->length];

  if (place < self->length)
    {
      if (is_before (&last, &self->heap[place]))
        sift_up (self, place, last);
      else
        sift_down (self, place, last);
    }
  leave_slot (self, slot);
}

/* ---- what a queue does ---- */

static guint64
handle_of (const RushActionQueue *self, guint32 slot)
{
  return ((guint64)self->slots[slot].turn << 32) | ((guint64)slot + 1);
}

guint64
rush_action_queue_put (RushActionQueue *self, gint64 key, RushSimAction action, gpointer data,
                       gint64 argument)
{
  g_return_val_if_fail (action != NULL, 0);

  guint32 slot = take_slot (self);
  Slot *taken = &self->slots[slot];

  taken->action = action;
  taken->data = data;
  taken->argument = argument;
  sift_up (self, self->length++, (Entry){ .key = key, .order = self->n_put++, .slot = slot });
  return handle_of (self, slot);
}

gboolean
rush_action_queue_remove (RushActionQueue *self, guint64 handle)
{
  guint64 slot = (handle & G_MAXUINT32) - 1;

  if (handle == 0 || slot >= self->n_slots)
    return FALSE;
  if (self->slots[slot].turn != handle >> 32 || self->places[slot] == NOWHERE)
    return FALSE;
  remove_at (self, self->places[slot]);
  return TRUE;
}

gboolean
rush_action_queue_take (RushActionQueue *self, RushQueuedAction *out)
{
  if (self->length == 0)
    return FALSE;

  const Slot *first = &self->slots[self->heap[0].slot];

  __builtin_prefetch (first->data); /* it comes while the heap is put in order */
  *out = (RushQueuedAction){ .key = self->heap[0].key,
                             .handle = handle_of (self, self->heap[0].slot),
                             .action = first->action,
                             .data = first->data,
                             .argument = first->argument };
  remove_at (self, 0);
  if (self->length > 0) /* and what is next while this one runs */
    __builtin_prefetch (&self->slots[self->heap[0].slot]);
  return TRUE;
}

gboolean
rush_action_queue_peek (const RushActionQueue *self, gint64 *out_key)
{
  if (self->length == 0)
    return FALSE;
  *out_key = self->heap[0].key;
  return TRUE;
}

guint
rush_action_queue_length (const RushActionQueue *self)
{
  return self->length;
}

/* ---- life ---- */

void
rush_action_queue_free (RushActionQueue *self)
{
  if (self == NULL)
    return;
  g_free (self->heap);
  g_free (self->slots);
  g_free (self->places);
  g_free (self);
}

RushActionQueue *
rush_action_queue_new (void)
{
  RushActionQueue *self = g_new0 (RushActionQueue, 1);

  self->first_free = NOWHERE;
  return self;
}
