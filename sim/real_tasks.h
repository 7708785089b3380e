/* real_tasks.h - a task model that computes: programs on executors that are not there.
 *
 *     simulated backend             real tasks                             runner
 *     task arrives (virtual time)
 *       demand () ────────────────▶ RushTask, the executor's services ───▶ rush_task_run ()
 *       LATER; time stands still                                             │
 *       known (demand, outcome) ◀── counts × prices (real_costs.h) ◀─────────┘
 *     read, fetch, compute … take as long as the demand says; then the outcome is told
 *
 * One task computes at a time, in the order in which they start in virtual time, so that what they
 * find (memory, blocks, map outputs) is the same in every run.  Tasks of a barrier stage wait for
 * each other, so they compute at once when the last of them has arrived.
 *
 * Of its executor's memory a task gets at most 1/N, where N counts those that run beside it in
 * virtual time.  What they held they have given back, having computed already: so who has nothing
 * to spill need not wait for them.
 *
 * What a task leaves behind is there from its start: a kept partition, or a map output, which
 * nobody looks for before its end.  That is where the simulation is kinder than the world.
 *
 * Ownership:  what is in the setup outlives it.
 * Threads:    the simulation's, but for its runners.
 */
#pragma once

#include "core/executor/executor_set.h"
#include "core/scheduler/driver_loop.h"
#include "sim/real_costs.h"
#include "sim/topology.h"

typedef struct
{
  const RushConf *conf;
  RushClock *clock; /* virtual; tasks see it, too */
  RushTopology *topology;
  RushMapOutputTracker *tracker;
  RushExecutorSet *executors;
  RushDriverLoop *loop; /* woken when something has been computed */
  RushRealCosts costs;
} RushRealTasksSetup;

typedef struct _RushRealTasks RushRealTasks;

RushRealTasks *rush_real_tasks_new (const RushRealTasksSetup *setup, GError **error);
void rush_real_tasks_free (RushRealTasks *self); /* cancels and joins first; NULL is fine */
RushTaskModel *rush_real_tasks_model (RushRealTasks *self);
/* Whom to tell what is known; before the first task. */
void rush_real_tasks_attach (RushRealTasks *self, RushBackend *backend);
/* While anything computes time must stand still. */
gboolean rush_real_tasks_is_computing (RushRealTasks *self);
/* Tells the backend of what has been computed, once nothing computes any more.  FALSE: of
 * nothing. */
gboolean rush_real_tasks_deliver (RushRealTasks *self);
/* Asks what computes to stop; nothing is delivered any more.  Then, from any thread: joins the
 * runners. */
void rush_real_tasks_cancel_all (RushRealTasks *self);
void rush_real_tasks_join (RushRealTasks *self);

/* What RushExecutorServices tell: notes on whose host lies what the task of this thread fetches. */
void rush_real_tasks_fetched (RushRealTasks *self, const char *executor_id, gint64 bytes);
