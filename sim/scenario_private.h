/* scenario_private.h - the table of a scenario's members, and what is checked when all are read. */
#pragma once

#include "sim/scenario.h"

extern const RushJsonFieldTable rush_scenario_table;

/* Works out what the file leaves open, and refuses what contradicts itself. */
gboolean rush_scenario_complete (RushScenario *self, GError **error);
