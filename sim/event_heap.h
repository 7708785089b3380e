/* event_heap.h - virtual time: what happens next, and the clock that stands still in between.
 *
 * Everything in a simulated cluster that takes time is an action in the heap.  To go on is to take
 * the earliest, move the clock to its time, and run it; it may put others into the heap.  Actions
 * of the same microsecond run in the order in which they were put there, so that one seed has one
 * run:
 *
 *     heap   (12.000 000 s, 41) launch   (12.000 350 s, 17) task 9 ends   (15 s, 2) timer …
 *              │
 *              └─▶ clock = 12.000 000 s; launch ()
 *
 *   RushEventHeap *heap = rush_event_heap_new (0);
 *   rush_event_heap_put (heap, 2 * G_USEC_PER_SEC, task_ends, backend, task_id);
 *   while (rush_event_heap_step (heap))
 *     ;
 *
 * Ownership:  an action's data is the caller's, and must be alive when the action runs.
 * Threads:    one at a time; the clock may be read from any.
 * Source:     next-event time advance; Law & Kelton, Simulation Modeling and Analysis, chapter 1.
 */
#pragma once

#include "core/base/clock.h"
#include "sim/action_queue.h"

typedef struct _RushEventHeap RushEventHeap;

RushEventHeap *rush_event_heap_new (gint64 start_wall_ms);
void rush_event_heap_free (RushEventHeap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushEventHeap, rush_event_heap_free)

/* now_us () starts at 0; wall_ms () at what was handed in. (transfer none) */
RushClock *rush_event_heap_clock (RushEventHeap *self);
gint64 rush_event_heap_now_us (RushEventHeap *self);

/* Runs @action after @delay_us ≥ 0; a handle to cancel it with, never 0. */
guint64 rush_event_heap_put (RushEventHeap *self, gint64 delay_us, RushSimAction action,
                             gpointer data, gint64 argument);
/* O(log n).  FALSE: it has run, or has been cancelled. */
gboolean rush_event_heap_cancel (RushEventHeap *self, guint64 handle);
/* Runs the next action.  FALSE: there is none. */
gboolean rush_event_heap_step (RushEventHeap *self);
/* When the next one is due, on the clock; G_MAXINT64: there is none. */
gint64 rush_event_heap_next_us (RushEventHeap *self);
guint rush_event_heap_size (RushEventHeap *self);
