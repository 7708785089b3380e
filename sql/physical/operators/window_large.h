/* window_large.h - functions over a partition that memory may not hold. */
#pragma once

#include "sql/physical/operators/window_private.h"
#include "sql/physical/tables/row_array.h"

typedef struct _RushLargeWindow RushLargeWindow;

/* @rows: all rows of one partition, in order; taken over, also
 * on failure. */
RushLargeWindow *rush_large_window_new (const RushWindowExec *exec, RushRowArray *rows,
                                        RushTaskContext *ctx, RushEvalContext *eval,
                                        GError **error);
void rush_large_window_free (RushLargeWindow *self); /* NULL is fine */
/* Its rows with the functions' columns; NULL without error: there are no more. */
RushBatch *rush_large_window_next (RushLargeWindow *self, GError **error);
gint64 rush_large_window_spilled_bytes (const RushLargeWindow *self);
