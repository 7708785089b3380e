/* scans.h - operators without children: where rows begin. */
#pragma once

#include "sql/physical/exec.h"

/* Numbers @start, @start + @step … below @end, in @n_slices partitions. */
RushExec *rush_range_exec_new (RushExprList *output, gint64 start, gint64 end, gint64 step,
                               guint n_slices);
/* What a Range counts: @count numbers from @start on. */
typedef struct
{
  gint64 start, step;
  guint64 count;
  guint n_slices;
} RushRangeBounds;
RushRangeBounds rush_range_exec_bounds (const RushExec *range);
/* Rows that the driver has: batches with the columns of @output (referenced). */
RushExec *rush_local_table_scan_exec_new (RushExprList *output, GPtrArray *batches, guint64 n_rows);
gboolean rush_exec_is_local_table (const RushExec *self);
GPtrArray *rush_local_table_scan_batches (const RushExec *self); /* (transfer none) */
/* Batches of an RDD. */
/* @layout: how the rows lie, or NULL: nobody knows. */
RushExec *rush_rdd_scan_exec_new (RushExprList *output, RushRdd *rdd, RushRowLayout *layout);
/* The one row of SELECT without FROM: @batches (referenced) has it. */
RushExec *rush_one_row_exec_new (RushExprList *output, GPtrArray *batches);
/* Files and the like; @table: its name in the catalog, or NULL; @pushed: filters that the source
 * may use, or NULL. */
RushExec *rush_source_scan_exec_new (RushExprList *output, RushSource *source,
                                     const char *const *table, RushExprList *pushed);
