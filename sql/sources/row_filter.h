/* row_filter.h - rows that a scan need not hand out, as formats in C leave them out.
 *
 * Threads: the runner of the task.
 */
#pragma once

#include "sql/sources/source.h"

typedef struct _RushRowFilter RushRowFilter;

/* *@out: NULL if there are no filters.  FALSE with @error. */
gboolean rush_row_filter_new (const RushReadRequest *request, RushTaskContext *ctx,
                              RushRowFilter **out, GError **error);
void rush_row_filter_free (RushRowFilter *self); /* NULL is fine */
/* Takes over @batch; NULL without @error: no row is left.  @self NULL: all are. */
RushBatch *rush_row_filter_apply (RushRowFilter *self, RushBatch *batch, GError **error);
