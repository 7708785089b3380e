/* link.c - sharing equally, without touching those who share.
 *
 * When a flow comes or goes, all others change their speed.  Who kept for each how much it still
 * has to get would have to touch them all: a thousand flows, a million steps.  But all get the
 * same, so one number says it: `served`, how many bytes each flow has got that was there from the
 * beginning.  A flow of b bytes that comes when served = v is over when served = v + b, whatever
 * happens in between; only how fast served grows depends on the others, and it is bandwidth ÷
 * flows for all:
 *
 *     served
 *     300 ┤                       ╭── c ends (came at 100 with 200 bytes)
 *     200 ┤              ╭────────╯     slope: bandwidth ÷ 1
 *     100 ┤     ╭────────╯ b ends       bandwidth ÷ 2
 *       0 ┼─────╯ c comes
 *         └──────────────────────────▶ time
 *
 * So flows wait in a queue by the number at which they end; the first of it is the only one whose
 * time is worked out, and who comes or goes moves one action of the event heap.
 *
 * Time here is a double: a flow ends between two microseconds, the next one goes on from there with
 * its larger share, and only the call comes at the full microsecond after.  Otherwise each end
 * would be late by up to one, and a chain of a thousand by a thousandth of a second.
 *
 * Invariants:  a flow in `ended` or `flows` is told of its end, once, or given up;
 *              nobody in flows: served is 0 (so the number stays small, and exact).
 */
#include "sim/link.h"

#include <math.h>
#include <string.h>

struct _RushLink
{
  RushEventHeap *heap; /* (unowned) */
  double bytes_per_us;

  RushActionQueue *flows; /* by the value of served at their end */
  double served;
  double at_us;      /* when that was so */
  double bytes_sent; /* all flows together, until then */

  GArray *ended;       /* RushQueuedAction: to be told, the first first */
  guint64 next_action; /* of the event heap; 0: none */
};

/* ---- keys ---- */

/* Doubles that are not negative stand in the same order as their bits do, read as integers. */
static gint64
key_of (double served)
{
  gint64 key;

  memcpy (&key, &served, sizeof key);
  return key;
}

static double
served_of (gint64 key)
{
  double served;

  memcpy (&served, &key, sizeof served);
  return served;
}

/* ---- how far we are ---- */

static double
speed (const RushLink *self)
{
  return self->bytes_per_us / rush_action_queue_length (self->flows);
}

/* When the first flow ends, if nobody comes or goes.  FALSE: never. */
static gboolean
first_end (const RushLink *self, double *out_served, double *out_us)
{
  gint64 key;

  if (!rush_action_queue_peek (self->flows, &key) || self->bytes_per_us <= 0)
    return FALSE;
  *out_served = served_of (key);
  *out_us = self->at_us + (*out_served - self->served) / speed (self);
  return TRUE;
}

/* @served has been reached at @us. */
static void
move_to (RushLink *self, double served, double us)
{
  self->bytes_sent += (served - self->served) * rush_action_queue_length (self->flows);
  self->served = served;
  self->at_us = us;
}

/* Moves served to now, past the ends of flows on the way, which change its slope. */
static void
advance (RushLink *self)
{
  double now = rush_event_heap_now_us (self->heap);
  double served, us;
  RushQueuedAction flow;

  while (first_end (self, &served, &us) && us <= now)
    {
      move_to (self, served, us);
      rush_action_queue_take (self->flows, &flow);
      g_array_append_val (self->ended, flow);
    }
  if (rush_action_queue_length (self->flows) > 0)
    move_to (self, self->served + (now - self->at_us) * speed (self), now);
  else
    {
      self->served = 0;
      self->at_us = now;
    }
}

/* ---- telling flows of their end ---- */

static void tell (gpointer data, gint64 unused);

static void
await_next_end (RushLink *self)
{
  gint64 now = rush_event_heap_now_us (self->heap);
  double served, us;

  rush_event_heap_cancel (self->heap, self->next_action);
  self->next_action = 0;
  if (self->ended->len > 0)
    self->next_action = rush_event_heap_put (self->heap, 0, tell, self, 0);
  else if (first_end (self, &served, &us))
    self->next_action = rush_event_heap_put (
        self->heap, us - now < 0x1p62 ? (gint64)ceil (us - now) : G_MAXINT64, tell, self, 0);
}

/* One flow an action: what it does may change all others, or free the link. */
static void
tell (gpointer data, gint64 unused)
{
  RushLink *self = data;
  RushQueuedAction first;

  self->next_action = 0;
  advance (self);
  if (self->ended->len == 0)
    {
      await_next_end (self);
      return;
    }
  first = g_array_index (self->ended, RushQueuedAction, 0);
  g_array_remove_index (self->ended, 0);
  await_next_end (self);
  first.action (first.data, first.argument);
}

/* ---- flows ---- */

guint64
rush_link_send (RushLink *self, double bytes, RushSimAction done, gpointer data, gint64 argument)
{
  g_return_val_if_fail (bytes >= 0, 0);

  advance (self);
  guint64 flow =
      rush_action_queue_put (self->flows, key_of (self->served + bytes), done, data, argument);
  await_next_end (self);
  return flow;
}

static gboolean
give_up_ended (RushLink *self, guint64 flow)
{
  for (guint i = 0; i < self->ended->len; i++)
    if (g_array_index (self->ended, RushQueuedAction, i).handle == flow)
      {
        g_array_remove_index (self->ended, i);
        return TRUE;
      }
  return FALSE;
}

gboolean
rush_link_give_up (RushLink *self, guint64 flow)
{
  advance (self);
  gboolean found = rush_action_queue_remove (self->flows, flow) || give_up_ended (self, flow);

  if (rush_action_queue_length (self->flows) == 0)
    self->served = 0;
  await_next_end (self);
  return found;
}

void
rush_link_set_bandwidth (RushLink *self, double bytes_per_s)
{
  g_return_if_fail (bytes_per_s >= 0 && isfinite (bytes_per_s));

  advance (self);
  self->bytes_per_us = bytes_per_s / G_USEC_PER_SEC;
  await_next_end (self);
}

/* ---- looking at it ---- */

guint
rush_link_n_flows (const RushLink *self)
{
  return rush_action_queue_length (self->flows) + self->ended->len;
}

double
rush_link_bandwidth (const RushLink *self)
{
  return self->bytes_per_us * G_USEC_PER_SEC;
}

double
rush_link_next_share (const RushLink *self)
{
  return rush_link_bandwidth (self) / (rush_action_queue_length (self->flows) + 1);
}

double
rush_link_bytes_sent (RushLink *self)
{
  advance (self);
  await_next_end (self); /* somebody may have ended this very microsecond */
  return self->bytes_sent;
}

/* ---- life ---- */

void
rush_link_free (RushLink *self)
{
  if (self == NULL)
    return;
  rush_event_heap_cancel (self->heap, self->next_action);
  rush_action_queue_free (self->flows);
  g_array_unref (self->ended);
  g_free (self);
}

RushLink *
rush_link_new (RushEventHeap *heap, double bytes_per_s)
{
  RushLink *self = g_new0 (RushLink, 1);

  self->heap = heap;
  self->bytes_per_us = bytes_per_s / G_USEC_PER_SEC;
  self->flows = rush_action_queue_new ();
  self->at_us = rush_event_heap_now_us (heap);
  self->ended = g_array_new (FALSE, FALSE, sizeof (RushQueuedAction));
  return self;
}
