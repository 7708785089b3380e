/* in_memory_scan.h - rows of a persisted plan. */
#pragma once

#include "sql/physical/exec.h"

/* @columns (taken over): of @all, which are the kept rows' columns. */
RushExec *rush_in_memory_scan_exec_new (RushExprList *columns, RushExprList *all,
                                        RushCachedData *data, RushExprList *filters);
