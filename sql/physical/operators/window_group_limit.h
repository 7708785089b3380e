/* window_group_limit.h - of each partition of a window only the rows with the first ranks. */
#pragma once

#include "sql/physical/exec.h"

/* @rank: row_number (), rank () or dense_rank (); @final: behind the exchange that brings each
 * partition together.  Takes over all lists, @rank and @child. */
RushExec *rush_window_group_limit_exec_new (RushExprList *partition, RushExprList *orders,
                                            RushExpr *rank, gint64 limit, gboolean final,
                                            RushExec *child);
