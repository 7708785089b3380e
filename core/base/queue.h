/* queue.h - a blocking queue of pointers on pthread, many producers, many consumers.
 *
 * Interface:  push () blocks while a bounded queue is full (queues block, they never drop);
 *             pop () blocks while it is empty; close () wakes everybody: pushes are then refused
 *             and pops drain what is left, then return NULL.
 * Ownership:  the queue never frees the pointers it carries; rush_queue_free () wants it empty or
 *             is given the function to free what is left.
 * Threads:    any.
 */
#pragma once

#include <glib.h>

typedef struct _RushQueue RushQueue;

RushQueue *rush_queue_new (gsize capacity); /* 0 = unbounded */
void rush_queue_free (RushQueue *self, GDestroyNotify free_item);

/* FALSE: closed, item still yours.  NULL is no item. */
gboolean rush_queue_push (RushQueue *self, gpointer item);
gpointer rush_queue_pop (RushQueue *self);     /* NULL: closed and drained */
gpointer rush_queue_try_pop (RushQueue *self); /* NULL: nothing there now */
/* Waits until @deadline_us of the system monotonic clock (g_get_monotonic_time ()). */
gpointer rush_queue_pop_until (RushQueue *self, gint64 deadline_us);
void rush_queue_close (RushQueue *self);
gsize rush_queue_length (RushQueue *self);
