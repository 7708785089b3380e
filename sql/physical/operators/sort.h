/* sort.h - operators that put rows in order. */
#pragma once

#include "sql/physical/exec.h"

/* @global: of all rows; else within partitions.  Takes over @orders and @child. */
RushExec *rush_sort_exec_new (RushExprList *orders, gboolean global, RushExec *child);
gboolean rush_exec_is_sort (const RushExec *self);
/* The first @limit rows in order, behind @offset of them, as @named (over the child's columns). */
RushExec *rush_take_ordered_exec_new (gint64 limit, gint64 offset, RushExprList *orders,
                                      RushExprList *named, RushExec *child);
gboolean rush_exec_is_take_ordered (const RushExec *self);
/* Runs it in one job: on the driver the partitions' first rows are merged.  (transfer full) */
GPtrArray *rush_take_ordered_exec_collect (RushExec *self, RushQuery *query, GError **error);
