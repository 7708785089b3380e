/* driver_loop.h - the one thread that owns the scheduler, its queue, and real timers.
 *
 * Everybody else talks to it by posting messages; nobody waits for it but through a job waiter.
 *
 *   any thread ──post──▶ queue ──▶ [driver loop: scheduler] ──▶ backend ──▶ runners
 *                          ▲                                                  │
 *                          └──────────────── task ended ──────────────────────┘
 *
 * Threads:  post () from any; the rest from the owner.
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
/* For backends in real time; on the loop's thread. */
void rush_driver_loop_start_timer (RushDriverLoop *self, guint64 timer_id, gint64 delay_us);
void rush_driver_loop_cancel_timer (RushDriverLoop *self, guint64 timer_id);
/* Handles what is queued, then joins the thread. */
void rush_driver_loop_stop (RushDriverLoop *self);
void rush_driver_loop_free (RushDriverLoop *self);
