/* simulated_backend.h - executors that are numbers: the scheduler's backend in virtual time.
 *
 *     scheduler ──launch──▶ simulated backend ──steps of a task──▶ event heap
 *         ▲                    │     ▲                                │
 *         │                    │     └──── ready, gone ── cluster manager
 *         └──── TASK_ENDED, EXECUTOR_REGISTERED, EXECUTOR_LOST, TIMER ┘
 *
 * The scheduler is the one that runs real programs; it cannot tell the difference.  Messages reach
 * it from actions of the heap alone, so one at a time, in the order of virtual time.
 *
 * Threads:  the simulation's.
 * Mirrors:  CoarseGrainedSchedulerBackend, and what a cluster does behind it.
 */
#pragma once

#include "core/event/event_bus.h"
#include "core/scheduler/scheduler.h"
#include "sim/cluster_manager.h"
#include "sim/sim_costs.h"
#include "sim/task_model.h"

typedef struct
{
  RushEventHeap *heap;
  RushTopology *topology;
  RushTaskModel *model;
  const RushSimCosts *costs;
  RushEventBus *bus;
  guint64 seed;
  gint64 storage_pool_bytes; /* of an executor, as its events have it */
  gboolean outputs_outlive;  /* executors: an external shuffle service keeps them */
} RushSimulatedSetup;

/* All that is in @setup outlives it. */
RushBackend *rush_simulated_backend_new (const RushSimulatedSetup *setup);
/* Whom to tell; once, before anything happens. */
void rush_simulated_backend_attach (RushBackend *self, RushScheduler *scheduler);
/* Who answers request_executors () and kill_executor (); NULL: nobody, the executors that are put
 * there by hand are all there is. */
void rush_simulated_backend_set_manager (RushBackend *self, RushClusterManager *manager);

/* What the cluster manager's listener hands on, or a fault script. */
void rush_simulated_backend_executor_ready (RushBackend *self, const RushSimExecutor *executor);
void rush_simulated_backend_executor_gone (RushBackend *self, const char *executor_id,
                                           const char *reason, gboolean by_application,
                                           gboolean host_is_gone);
/* From now on its tasks take @factor times as long.  FALSE: no such executor. */
gboolean rush_simulated_backend_slow_executor (RushBackend *self, const char *executor_id,
                                               double factor);
guint rush_simulated_backend_n_executors (RushBackend *self);
guint rush_simulated_backend_n_running (RushBackend *self);
