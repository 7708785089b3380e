/* job_waiter.h - a thread that waits for a job: collects the results in the order of the request.
 *
 *   RushJobWaiter *w = rush_job_waiter_new (n);
 *   request->listener = rush_job_waiter_listener (w);  … post …
 *   rush_job_waiter_wait (w, &error)  →  results
 *
 * rush_job_waiter_fd () becomes readable when the job has ended: a caller that must also look at
 * signals polls it (Python's Ctrl-C).  −1: the process has no more descriptors; poll with a short
 * timeout and look at rush_job_waiter_is_done ().
 *
 * Threads:  one waits; the driver loop fills.
 * Mirrors:  org.apache.spark.scheduler.JobWaiter.
 */
#pragma once

#include "core/scheduler/scheduler.h"
#include "core/scheduler/waiting_room.h"

typedef struct _RushJobWaiter RushJobWaiter;

RushJobWaiter *rush_job_waiter_new (guint n_results);
/* @room: where those who wait for it are counted; NULL: nowhere. */
RushJobWaiter *rush_job_waiter_new_in (guint n_results, RushWaitingRoom *room);
void rush_job_waiter_free (RushJobWaiter *self); /* only after the job has ended */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushJobWaiter, rush_job_waiter_free)
RushJobListener *rush_job_waiter_listener (RushJobWaiter *self);
int rush_job_waiter_fd (RushJobWaiter *self);
/* Around polling its descriptor; wait () does it by itself. */
void rush_job_waiter_enter (RushJobWaiter *self);
void rush_job_waiter_leave (RushJobWaiter *self);
gboolean rush_job_waiter_is_done (RushJobWaiter *self);
gboolean rush_job_waiter_wait (RushJobWaiter *self, GError **error); /* FALSE: the job failed */
/* While it runs, from any thread, too: the value of the i-th requested partition, NULL if it is not
 * there yet.  (transfer none): it lives as long as the waiter. */
gpointer rush_job_waiter_peek (RushJobWaiter *self, guint i);
/* After a map stage job has succeeded: RushMapStatus by map index, as they were when it ended,
 * whatever has been lost since.  NULL: it was none, or failed. (transfer full) */
GPtrArray *rush_job_waiter_map_statuses (RushJobWaiter *self);
/* After success; i-th requested partition.  (transfer none) */
RushTaskResult *rush_job_waiter_result (RushJobWaiter *self, guint i);
