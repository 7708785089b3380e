/* simulation.h - a scenario in model mode, from the application's start to its end.
 *
 *   RushSimulation *simulation = rush_simulation_new (scenario, conf, bus, &error);
 *   gboolean ended_well = rush_simulation_run (simulation, &result, &error);
 *
 *     cluster manager ──executors──▶ scheduler ◀──job of the scenario's stages
 *           ▲                            │
 *           └──── fault schedule ────────┴──▶ events: the log, the digest, pictures
 *
 * A scenario without stages gets a job of 200 tasks and then 50, of two seconds each.
 *
 * The job starts when enough executors have registered, as Spark waits for them
 * (spark.scheduler.minRegisteredResourcesRatio, at most maxRegisteredResourcesWaitingTime from
 * when the driver runs).
 *
 * In cluster mode a driver that is lost may be started again (spark.driver.supervise, YARN's
 * attempts): it knows nothing, asks for executors anew, and its job begins from nothing.  One log
 * has both lives; in Spark each has its own.
 *
 * Ownership:  what is handed in outlives the simulation.
 * Threads:    one.
 * Mirrors:    SparkContext's start, CoarseGrainedSchedulerBackend.isReady.
 */
#pragma once

#include "sim/fault_schedule.h"
#include "sim/model_run.h"

typedef struct _RushSimulation RushSimulation;

typedef struct
{
  double seconds;          /* from the application's start to its end */
  double first_executor_s; /* until the first has registered; −1: none has */
  double job_started_s;
  guint n_executors;    /* that have registered, all in all */
  guint n_lost;         /* of them, before the end */
  guint most_executors; /* at once */
  char *refusal;        /* (owned) the manager's last word, if it gave less than was asked */
  guint n_restarts;     /* of a driver that was lost */
  double lost_s;        /* that its job had run by then, all in all: for nothing */
} RushSimulationResult;

void rush_simulation_result_clear (RushSimulationResult *self);

/* @conf is copied; what the scenario says of executors goes before it.  INVALID_ARGUMENT: scenario
 * and settings contradict each other, or no host could hold an executor. */
RushSimulation *rush_simulation_new (const RushScenario *scenario, const RushConf *conf,
                                     RushEventBus *bus, GError **error);
void rush_simulation_free (RushSimulation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSimulation, rush_simulation_free)
/* What takes seams of the scheduler: spark.rushlight.plugins. (transfer none) */
const RushPlugins *rush_simulation_plugins (RushSimulation *self);
/* FALSE with @error: the job failed, waits for ever, or its driver has died for good; @out says
 * what is known all the same. */
gboolean rush_simulation_run (RushSimulation *self, RushSimulationResult *out, GError **error);
