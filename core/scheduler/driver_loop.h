/* driver_loop.h - what feeds the scheduler: its queue, real timers, one thread at a time.
 *
 * Everybody talks to it by posting messages; nobody waits for it but through a job waiter.  The
 * loop has a thread of its own, and a thread that has nothing else to do may lend it a hand.
 *
 *   any thread ──post──▶ queue ──▶ [driver loop: scheduler] ──▶ backend ──▶ runners
 *                          ▲                                                  │
 *                          └──────────────── task ended ──────────────────────┘
 *
 * Threads:  post () and lend_a_hand () from any; the rest from the owner.  The scheduler, and the
 *           backend that it calls, are used by one thread at a time, not always by the same.
 * Mirrors:  org.apache.spark.util.EventLoop, DAGSchedulerEventProcessLoop.
 */
#pragma once

#include "core/scheduler/scheduler.h"

typedef struct _RushDriverLoop RushDriverLoop;

/* The loop is made first, then the backend that posts to it, then the scheduler, then it starts. */
RushDriverLoop *rush_driver_loop_new (RushClock *clock);
/* FALSE with @error: there is no thread for it; the loop can only be freed. */
gboolean rush_driver_loop_start (RushDriverLoop *self, RushScheduler *scheduler, GError **error);
void rush_driver_loop_post (RushDriverLoop *self, RushMessage *message); /* (transfer full) */
/* The same, for who goes on to lend a hand: the loop's thread is left asleep. */
void rush_driver_loop_post_quietly (RushDriverLoop *self, RushMessage *message);
/* If nobody is feeding the scheduler at the moment, the caller does, for a few messages.  No lock
 * may be held that a backend, or a job's listener, takes. */
void rush_driver_loop_lend_a_hand (RushDriverLoop *self);
/* Before start: what the loop's thread does when nothing is queued.  TRUE: something, look again;
 * FALSE: nothing, until it is woken.  It is the scheduler's thread then: what @idle brings about
 * may be handed to the scheduler directly.  So a simulated cluster lets its time go on. */
void rush_driver_loop_set_idle (RushDriverLoop *self, gboolean (*idle) (gpointer data),
                                gpointer data);
/* There may be something to do for it.  Any thread. */
void rush_driver_loop_wake (RushDriverLoop *self);
/* No message waits to be handled.  From idle (): one may have come since it was called. */
gboolean rush_driver_loop_is_empty (RushDriverLoop *self);
/* Returns when whoever drives at the moment has come to an end of it: all that follows from a job's
 * end, after the job's waiter was told, has happened then.  Any thread but the driver's. */
void rush_driver_loop_settle (RushDriverLoop *self);
/* For backends in real time; from inside their calls. */
void rush_driver_loop_start_timer (RushDriverLoop *self, guint64 timer_id, gint64 delay_us);
void rush_driver_loop_cancel_timer (RushDriverLoop *self, guint64 timer_id);
/* Handles what is queued, then joins the thread. */
void rush_driver_loop_stop (RushDriverLoop *self);
void rush_driver_loop_free (RushDriverLoop *self);
