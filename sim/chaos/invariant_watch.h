/* invariant_watch.h - looks on at a whole run, and says what must never happen and did.
 *
 *     events ────▶ listener ─┐                       ┌─ "event 1204 (TaskStart): task 77 starts on
 *                            ├─ books of its own ───▶│   executor 3, which is being decommissioned"
 *     messages ─▶ observer ──┘   and questions       └─ …
 *
 *   A result is accepted once        one success a task of a stage's attempt, unless it is taken
 *                                    back; all partitions of a job that ends well
 *   One live task set a stage        no attempt is submitted before the last one has ended
 *   No stage with a missing parent   asked of the map output tracker as the stage is submitted
 *   Ceilings                         failures of a task, attempts at a stage
 *   Slots ≤ cores                    counted by executor
 *   Nothing starts where it must not on executors that are gone, leaving, or excluded
 *   No stale output is served        each output that is registered was written by a task that
 *                                    succeeded, on an executor that has not been lost since
 *   Memory                           execution + storage ≤ pool, nothing left once no task runs
 *   And the scheduler's own          rush_scheduler_find_violation () after each message
 *
 * The books are kept from events and messages alone: what the scheduler believes of itself is not
 * asked, so that a wrong belief shows.  That results equal those of the run without faults is for
 * whoever has the results to say (rush_invariant_watch_note ()).
 *
 * Ownership:  the listener belongs to the bus it is given to, and is the watch; @violations is
 *             shared with whoever made it.
 * Threads:    any; one lock.  What is asked of others is asked under it.
 */
#pragma once

#include "core/event/event_bus.h"
#include "core/memory/memory_manager.h"
#include "core/scheduler/scheduler.h"

typedef struct _RushInvariantWatch RushInvariantWatch;

typedef struct
{
  guint max_task_failures;
  guint max_stage_attempts;
  guint cores_per_task;
  gboolean outputs_outlive;      /* executors: a shuffle service keeps them */
  RushMapOutputTracker *tracker; /* (unowned) or NULL: outputs are not looked at */
  /* What an executor's memory looks like; FALSE: there is no such executor.  NULL: not asked. */
  gboolean (*memory) (gpointer data, const char *executor_id, RushMemoryStats *out);
  gpointer memory_data;
} RushInvariantRules;

/* Sentences (char *) are appended to @violations, of which a reference is taken; 20 at most. */
RushInvariantWatch *rush_invariant_watch_new (const RushInvariantRules *rules,
                                              GPtrArray *violations);
/* Both are the watch: the bus frees it with the first. */
RushListener *rush_invariant_watch_listener (RushInvariantWatch *self);
RushSchedulerObserver *rush_invariant_watch_observer (RushInvariantWatch *self);
/* One that was there before the watch; nothing if it has been told of since. */
void rush_invariant_watch_know_executor (RushInvariantWatch *self, const char *id, const char *host,
                                         guint cores);
/* The run is over: whatever began must have ended. */
void rush_invariant_watch_finish (RushInvariantWatch *self);
/* Something that only the caller can see. */
void rush_invariant_watch_note (RushInvariantWatch *self, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
guint64 rush_invariant_watch_n_events (const RushInvariantWatch *self);
/* The last of a listener: none of its scheduler's questions are asked any more. */
void rush_invariant_watch_forget_world (RushInvariantWatch *self);
