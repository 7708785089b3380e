/* window_aggregate.h - an aggregate over the frame of each row of a partition. */
#pragma once

#include "sql/evaluate/evaluate.h"
#include "sql/functions/function.h"

/* Arguments of a call over rows [start, start + n) of the partition; rows are asked for in rising
 * order, but for those that have left a frame.  (transfer full), NULL: @error. */
typedef struct
{
  RushColumn **(*slice) (gpointer data, guint32 start, guint n, GError **error);
  gpointer data;
} RushWindowArgs;

typedef struct _RushFrameAggregate RushFrameAggregate;

/* @call: an AGGREGATE, bound. */
RushFrameAggregate *rush_frame_aggregate_new (const RushExpr *call, RushEvalContext *eval,
                                              GError **error);
void rush_frame_aggregate_free (RushFrameAggregate *self); /* NULL is fine */
/* For the next @n rows: the frame of the i-th is [starts[i], ends[i]).  Appends pieces of a column
 * of @n rows to @out.  FALSE: @error. */
gboolean rush_frame_aggregate_run (RushFrameAggregate *self, const RushWindowArgs *args, guint n,
                                   const guint32 *starts, const guint32 *ends, GPtrArray *out,
                                   GError **error);
/* The first row that it may ask for again. */
guint32 rush_frame_aggregate_first (const RushFrameAggregate *self);
