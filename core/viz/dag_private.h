/* dag_private.h - shared by the two that build a RushDag. */
#pragma once

#include "core/viz/dag.h"

/* Of a step's call site, which may be "app.py:12", a path, or "map at /home/ann/app.py:12". */
char *rush_dag_place_of_step (const char *site);
