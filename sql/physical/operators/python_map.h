/* python_map.h - rows that functions of Python make of all rows, or of the rows of a group. */
#pragma once

#include "sql/physical/exec.h"

/* @plan: a MAP_IN_PYTHON; takes over @child. */
RushExec *rush_python_map_exec_new (RushQuery *query, RushPlan *plan, RushExec *child);
