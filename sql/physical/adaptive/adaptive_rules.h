/* adaptive_rules.h - what is changed when sizes are known; all (transfer full). */
#pragma once

#include "sql/physical/exec.h"

/* Joins of which a side has proved small become broadcast joins. */
RushExec *rush_adaptive_switch_joins (RushExec *plan, const RushEvalSettings *settings,
                                      GError **error);
/* A limit that is known not to leave out any row goes. */
RushExec *rush_adaptive_drop_limits (RushExec *plan, GError **error);
/* Small partitions of shuffles below @plan are read together. */
RushExec *rush_adaptive_coalesce_partitions (RushExec *plan, guint parallelism,
                                             const RushEvalSettings *settings, GError **error);
/* Shuffles whose partitioning nobody needs any more are read where they were written. */
RushExec *rush_adaptive_read_locally (RushExec *plan, const RushEvalSettings *settings,
                                      GError **error);
