/* window_private.h - what the files of Window share. */
#pragma once

#include "sql/physical/exec.h"
#include "sql/physical/operators/window_aggregate.h"
#include "sql/physical/operators/window_frames.h"

typedef struct
{
  RushExec base;
  RushExprList *windows;                        /* (owned) */
  RushExprList *partition;                      /* (owned) */
  RushExprList *orders;                         /* (owned) */
  RushExpr **calls;                             /* (owned) [windows->n] functions, bound */
  RushWindowRange *ranges;                      /* (owned) [windows->n] */
  RushExprList *bound_partition, *bound_orders; /* (owned) SORT_ORDERs */
  RushSortSpec *partition_spec, *order_spec;    /* (owned) */
  RushSchema *schema;                           /* (owned) */
} RushWindowExec;

/* The frame of the @w-th function, also if none was written. */
RushWindowFrame rush_window_exec_frame (const RushWindowExec *exec, guint w);
/* The @w-th function over all rows of a partition, as pieces of its column.  @range: the columns of
 * its frame by values. */
gboolean rush_window_exec_apply (const RushWindowExec *exec, guint w, RushColumn *const *args,
                                 RushColumn *const *range, const RushWindowRows *rows,
                                 GPtrArray *out, RushEvalContext *eval, GError **error);
void rush_window_free_columns (RushColumn **columns, guint n); /* NULL is fine, also in them */
/* [start, start + length) of each. */
RushColumn **rush_window_slice_all (RushColumn *const *columns, guint n, guint start, guint length);
/* The rows of @batches, which are whole partitions, with the functions' columns, as batches. */
gboolean rush_window_exec_run (const RushWindowExec *exec, GPtrArray *batches, GPtrArray *into,
                               RushEvalContext *eval, GError **error);
