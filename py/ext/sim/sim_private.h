/* sim_private.h - the simulated cluster in rushlight._engine.
 *
 *   sim_replay.c    RecordedRun: event logs, replayed on other clusters
 *
 * GIL: as in engine_private.h.
 */
#pragma once

#include "py/ext/engine_private.h"

/* Adds all of it; −1 with an exception set. */
int engine_sim_add_to_module (PyObject *module);
