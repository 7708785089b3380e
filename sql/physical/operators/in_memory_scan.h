/* in_memory_scan.h - rows of a persisted plan. */
#pragma once

#include "sql/physical/exec.h"

/* @columns (taken over): of @all, which are the kept rows' columns. */
RushExec *rush_in_memory_scan_exec_new (RushExprList *columns, RushExprList *all,
                                        RushCachedData *data, RushExprList *filters);
gboolean rush_exec_is_in_memory_scan (const RushExec *self);
RushCachedData *rush_in_memory_scan_exec_data (const RushExec *self); /* (transfer none) */
/* The columns that are kept, read or not. (transfer none) */
const RushExprList *rush_in_memory_scan_exec_kept (const RushExec *self);
/* The plan that makes the rows. (transfer none); NULL: it cannot be made */
RushExec *rush_in_memory_scan_exec_plan (const RushExec *self);
