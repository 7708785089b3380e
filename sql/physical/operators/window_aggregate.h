/* window_aggregate.h - an aggregate over the frame of each row of a partition. */
#pragma once

#include "sql/evaluate/evaluate.h"
#include "sql/functions/function.h"

/* @call: an AGGREGATE; @args: its arguments over all @n rows of the partition; the frame of row i
 * is [starts[i], ends[i]).  Appends columns of one row to @out, one a row; equal frames one after
 * the other share theirs.  FALSE: @error. */
gboolean rush_window_aggregate (const RushExpr *call, RushColumn *const *args, guint n,
                                const guint32 *starts, const guint32 *ends, GPtrArray *out,
                                RushEvalContext *eval, GError **error);
