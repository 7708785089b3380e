/* limit.h - the first rows, of each partition or of all. */
#pragma once

#include "sql/physical/exec.h"

RushExec *rush_local_limit_exec_new (gint64 limit, RushExec *child);
/* Rows [offset, limit); @limit −1: all behind the first @offset. */
RushExec *rush_global_limit_exec_new (gint64 limit, gint64 offset, RushExec *child);
/* The same at the top of a plan: rows are taken on the driver, from as few partitions as will do.
 * */
RushExec *rush_collect_limit_exec_new (gint64 limit, gint64 offset, RushExec *child);
RushExec *rush_collect_tail_exec_new (gint64 limit, RushExec *child);
gboolean rush_exec_is_collect_limit (const RushExec *self);
/* A local or global one. */
gboolean rush_exec_is_part_limit (const RushExec *self);
gboolean rush_exec_is_collect_tail (const RushExec *self);
gint64 rush_limit_exec_limit (const RushExec *self);
gint64 rush_limit_exec_offset (const RushExec *self);

/* Rows [offset, offset + limit) of an iterator, which it takes over; @limit −1: to the end. */
RushIterator *rush_limit_iterator_new (RushIterator *rows, gint64 offset, gint64 limit);
/* All rows of @rows in one partition: a shuffle. */
RushRdd *rush_single_partition_rdd (RushRdd *rows);
