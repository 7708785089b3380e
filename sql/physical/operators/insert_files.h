/* insert_files.h - the operators that end a query whose rows go to files. */
#pragma once

#include "sql/physical/exec.h"

/* The rows of @child (taken over), on their way to files. */
RushExec *rush_write_files_exec_new (RushExec *child);
/* Writes the rows of @child (taken over) as @write says, when it is executed. */
RushExec *rush_insert_exec_new (RushCommand *write /* referenced */, RushExec *child);
/* Computes the rows of @child (taken over) and lets them go, as a write that appends or overwrites:
 * to measure a query without what its rows are for. */
RushExec *rush_discard_exec_new (RushSaveMode mode, RushExec *child);
