/* sim_private.h - the simulated cluster in rushlight._engine.
 *
 *   sim_replay.c      RecordedRun: event logs, replayed on other clusters
 *   sim_scenario.c    simulate (): a scenario in model mode
 *   sim_chaos.c       chaos_run () …: random programs and faults
 *   sim_watch.c       Watch: the invariants of an application
 *
 * GIL: as in engine_private.h.
 */
#pragma once

#include "py/ext/engine_private.h"

extern PyMethodDef engine_scenario_functions[];
extern PyMethodDef engine_chaos_functions[];
extern PyTypeObject EngineWatch_Type;

/* All of a dict of texts.  FALSE with an exception. */
gboolean engine_sim_set_all (RushConf *conf, PyObject *settings);
/* char * as a list of texts; NULL with an exception. */
PyObject *engine_sim_sentences (const GPtrArray *texts);
/* Adds all of it; −1 with an exception set. */
int engine_sim_add_to_module (PyObject *module);
