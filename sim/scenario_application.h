/* scenario_application.h - what a scenario and the settings together ask of a cluster manager.
 *
 * Threads: any; nothing is kept.
 */
#pragma once

#include "sim/cluster_manager.h"
#include "sim/scenario.h"

/* What the scenario says of executors goes before what @conf says. */
gboolean rush_scenario_apply (const RushScenario *self, RushConf *conf, GError **error);
/* How many executors the application asks for as it starts; G_MAXUINT: as many as there may be. */
guint rush_scenario_wanted_executors (const RushScenario *self, const RushConf *conf);
/* Which part of them it waits for (spark.scheduler.minRegisteredResourcesRatio). */
double rush_scenario_ready_ratio (const RushScenario *self, const RushConf *conf);
/* The manager that the scenario names; @setup lacks nothing but what the scenario says.
 * INVALID_ARGUMENT: settings that contradict each other, or no host could hold an executor. */
RushClusterManager *rush_scenario_manager_new (const RushScenario *self,
                                               const RushManagerSetup *setup, GError **error);
