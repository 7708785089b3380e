/* link.h - a wire, or a disk, that those who use it at the same time share equally.
 *
 *     bytes/s  ┌──────────────────────────┐
 *              │ a ████████──────────     │   a alone: all of it;  a and b: half each;
 *              │ b     ████████████       │   when a has its bytes, b goes on with all of it
 *              └──────────────────────────┘ time
 *
 * Processor sharing, exactly, in O(log n) for who comes or goes: the link keeps how many bytes it
 * has given to each of its users so far (its own virtual time), and a flow is over when that
 * number has grown by its size.  What the model leaves out: a flow has one bottleneck, the link
 * that it is put on; TCP's slow start; latency is paid once, before.
 *
 * Ownership:  the heap outlives the link; what ends a flow is called from the heap.
 * Threads:    the simulation's.
 * Source:     Demers, Keshav, Shenker, Analysis and simulation of a fair queueing algorithm (1989).
 */
#pragma once

#include "sim/event_heap.h"

typedef struct _RushLink RushLink;

RushLink *rush_link_new (RushEventHeap *heap, double bytes_per_s);
void rush_link_free (RushLink *self); /* its flows never end */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushLink, rush_link_free)

/* Sends @bytes; @done runs when the last has come through.  A handle, never 0. */
guint64 rush_link_send (RushLink *self, double bytes, RushSimAction done, gpointer data,
                        gint64 argument);
/* FALSE: it is over, or has been given up. */
gboolean rush_link_give_up (RushLink *self, guint64 flow);
/* From now on; 0: nothing comes through (a partition of the network), until it is set again. */
void rush_link_set_bandwidth (RushLink *self, double bytes_per_s);
guint rush_link_n_flows (const RushLink *self); /* that have not been told of their end */
double rush_link_bandwidth (const RushLink *self);
/* What one flow more would get of it, per second. */
double rush_link_next_share (const RushLink *self);
/* Of flows that are over, of those that are not, and of those that were given up. */
double rush_link_bytes_sent (RushLink *self);
