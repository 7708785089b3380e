/* action_queue.h - actions in the order of their keys, any of which can be taken out.
 *
 * A priority queue of what is to be called: the earliest first, or the smallest; of equal keys the
 * one that was put first.  The event heap is one with a clock, a shared link is one whose keys are
 * bytes.
 *
 * Ownership:  data is the caller's.
 * Threads:    one at a time.
 */
#pragma once

#include <glib.h>

typedef void (*RushSimAction) (gpointer data, gint64 argument);

typedef struct _RushActionQueue RushActionQueue;

typedef struct
{
  gint64 key;
  guint64 handle;
  RushSimAction action;
  gpointer data;
  gint64 argument;
} RushQueuedAction;

RushActionQueue *rush_action_queue_new (void);
void rush_action_queue_free (RushActionQueue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushActionQueue, rush_action_queue_free)

/* A handle to take it out with: never 0, and never of another action of this queue. */
guint64 rush_action_queue_put (RushActionQueue *self, gint64 key, RushSimAction action,
                               gpointer data, gint64 argument);
/* FALSE: it has been taken. */
gboolean rush_action_queue_remove (RushActionQueue *self, guint64 handle);
/* The first one, out of the queue.  FALSE: there is none. */
gboolean rush_action_queue_take (RushActionQueue *self, RushQueuedAction *out);
/* Its key.  FALSE: there is none. */
gboolean rush_action_queue_peek (const RushActionQueue *self, gint64 *out_key);
guint rush_action_queue_length (const RushActionQueue *self);
