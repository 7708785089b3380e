/* shuffle_read.h - reading a shuffle in other pieces than one a partition. */
#pragma once

#include "sql/physical/exec.h"
#include "sql/physical/operators/shuffled_row_rdd.h"

/* @specs (RushShuffleSpec) is referenced; @stage (a shuffle's, that has run) taken over.  @local:
 * what some maps wrote, whatever the partition. */
RushExec *rush_shuffle_read_exec_new (RushExec *stage, GArray *specs, gboolean local);
gboolean rush_exec_is_shuffle_read (const RushExec *self);
GArray *rush_shuffle_read_exec_specs (const RushExec *self); /* (transfer none) */
