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

/* What a fault script has to say of a task that starts.  NULL, or the message of the exception that
 * it is to end with. (transfer full) */
typedef char *(*RushSimTaskStarts) (gpointer data, const RushTask *task, const char *executor_id);

/* What becomes of messages from executors to the driver. */
typedef struct
{
  double delay_s; /* more than the latency, for those that are unlucky */
  double delayed; /* 0 … 1 of all */
  double doubled; /* 0 … 1 of all come twice */
} RushSimMessages;

typedef struct
{
  RushEventHeap *heap;
  RushTopology *topology;
  RushTaskModel *model;
  const RushSimCosts *costs;
  RushEventBus *bus;
  guint64 seed;
  gint64 storage_pool_bytes; /* of an executor, as its events have it: the unified pool */
  gboolean outputs_outlive;  /* executors: an external shuffle service keeps them */
  gint64 worker_limit_bytes; /* of each Python worker; 0: none */
  /* Executors that are decommissioned hand over the map outputs that this one knows; or NULL. */
  RushMapOutputTracker *tracker;
  gint64 heartbeat_us; /* each executor's; 0: they send none, and are never given up for it */
  RushSimTaskStarts task_starts; /* or NULL */
  gpointer task_starts_data;
} RushSimulatedSetup;

/* Whether the setup is to have a tracker, according to the configuration. */
gboolean rush_simulated_executors_hand_over (const RushConf *conf);

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
/* Its process is gone, or its machine, but nobody has told the driver: its tasks end without a
 * word, it sends no heartbeat, and nothing can be fetched from it.  FALSE: no such executor. */
gboolean rush_simulated_backend_executor_died (RushBackend *self, const char *executor_id);
/* The application has ended: what runs ends without a word. */
void rush_simulated_backend_drop_tasks (RushBackend *self);
/* The driver itself is gone, and whoever told it something with it: all executors are, with what
 * they hold, and no message says so.  Only free () may follow. */
void rush_simulated_backend_abandon (RushBackend *self, const char *reason);
/* It cannot be heard, and goes on: what it has to say it says when it can be heard again.  What
 * lies there counts as lost for good. */
gboolean rush_simulated_backend_cut_executor (RushBackend *self, const char *executor_id,
                                              gboolean cut);
/* Its tasks still end; it is given no more, and @over is called, once, when none is left. */
gboolean rush_simulated_backend_drain_executor (RushBackend *self, const char *executor_id,
                                                const char *reason, RushSimAction over,
                                                gpointer data, gint64 argument);
/* Executors on @host, or with NULL all, in the order in which they came; char * (transfer full). */
GPtrArray *rush_simulated_backend_executors_on (RushBackend *self, const RushSimHost *host);
/* From now on, of all executors, or of one. */
void rush_simulated_backend_set_messages (RushBackend *self, const char *executor_id,
                                          const RushSimMessages *messages);
/* From now on its tasks take @factor times as long.  FALSE: no such executor. */
gboolean rush_simulated_backend_slow_executor (RushBackend *self, const char *executor_id,
                                               double factor);
/* What was to be known later of a task (RUSH_DEMAND_LATER), and how it is going to end. (transfer
 * full: @outcome; its metrics hold all but times) */
void rush_simulated_backend_task_known (RushBackend *self, gint64 task_id,
                                        const RushTaskDemand *demand, RushTaskOutcome *outcome);
/* @message (transfer full) to the scheduler, as if somebody in the cluster had sent it. */
void rush_simulated_backend_deliver (RushBackend *self, RushMessage *message);
guint rush_simulated_backend_n_executors (RushBackend *self);
guint rush_simulated_backend_n_running (RushBackend *self);
/* Grows whenever a task starts or ends, or an executor comes or goes. */
guint64 rush_simulated_backend_progress (RushBackend *self);
