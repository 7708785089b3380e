/* simulated_master.h - which master URLs mean a simulated cluster, and what it is made of.
 *
 * Threads: any; nothing is kept.
 */
#pragma once

#include "sim/scenario.h"

#include "core/conf/conf.h"

gboolean rush_simulated_master_takes (const char *url, const RushConf *conf);
/* The scenario of @url and @conf; what it says of executors, and its seed, go into @conf.
 * INVALID_ARGUMENT: the two contradict each other, or it is for another mode. (transfer full) */
RushScenario *rush_simulated_master_scenario (const char *url, RushConf *conf, GError **error);
