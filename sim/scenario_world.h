/* scenario_world.h - what an application finds: time, machines, a manager, and what goes wrong.
 *
 *     scenario ──▶ heap (time), topology, costs        rush_scenario_world_init ()
 *     + task model ──▶ fault schedule                  …_make_faults ()
 *     + settings ──▶ cluster manager                   …_make_manager ()
 *     + backend ──▶ manager and faults come to life    …_start ()
 *
 * Model mode, chaos and real programs each hold one and put their own around it: what becomes of
 * executors, jobs, and who is told.
 *
 * Ownership:  scenario, settings and bus are whose it is; the rest is the world's.
 * Threads:    the simulation's.
 */
#pragma once

#include "core/event/event_bus.h"
#include "sim/fault_schedule.h"
#include "sim/scenario_application.h"

/* So long without a step that brings the application on: none will come. */
#define RUSH_LONG_WAIT_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

typedef struct
{
  const RushScenario *scenario; /* (unowned) */
  const RushConf *conf;         /* (unowned) set before faults and manager are made */
  RushEventBus *bus;            /* (unowned) set before the world starts */
  RushEventHeap *heap;
  RushTopology *topology;
  RushSimCosts costs;
  RushFaultSchedule *faults;
  RushClusterManager *manager;
} RushScenarioWorld;

void rush_scenario_world_init (RushScenarioWorld *self, const RushScenario *scenario);
/* Stops nothing; frees what has been made.  After the backend. */
void rush_scenario_world_clear (RushScenarioWorld *self);

/* UNSUPPORTED: a fault that has nothing to happen to in this mode. */
gboolean rush_scenario_world_make_faults (RushScenarioWorld *self, RushTaskModel *model,
                                          GError **error);
/* INVALID_ARGUMENT: settings that contradict each other, or no host could hold an executor. */
gboolean rush_scenario_world_make_manager (RushScenarioWorld *self, gboolean runs_python,
                                           const RushManagerListener *listener, gpointer data,
                                           GError **error);
/* A backend's setup, as far as scenario and settings say; after the faults are made. */
RushSimulatedSetup rush_scenario_world_backend_setup (const RushScenarioWorld *self,
                                                      RushTaskModel *model);
/* The manager starts and is asked for @n_wanted executors; faults go into the heap. */
void rush_scenario_world_start (RushScenarioWorld *self, RushBackend *backend, guint n_wanted);

gint64 rush_scenario_world_now_ms (const RushScenarioWorld *self); /* as the log has it */
/* A ClusterStep for the log. */
void rush_scenario_world_tell (RushScenarioWorld *self, const char *actor, const char *step,
                               const char *executor_id, const char *host);
