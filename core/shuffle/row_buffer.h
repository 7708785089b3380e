/* row_buffer.h - rows that wait to be put in the order of their reduce partitions.
 *
 * Interface:  add () batches; sort () when no more come; then window () reads ranges of rows in
 *             reduce order, ascending, and start () tells where a partition begins.  clear () makes
 *             it empty again.
 * Ownership:  holds refs on the batches; its own arrays are charged to the allocator.
 * Threads:    one.
 */
#pragma once

#include "core/lineage/partitioner.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushRowBuffer RushRowBuffer;

RushRowBuffer *rush_row_buffer_new (RushSchema *schema, RushPartitioner *partitioner,
                                    RushAllocator *allocator);
void rush_row_buffer_free (RushRowBuffer *self);

/* References @batch.  *@out_partitions: the partition of each of its rows, until the next call;
 * NULL if there is only one.  On failure nothing has changed. */
gboolean rush_row_buffer_add (RushRowBuffer *self, RushBatch *batch, const guint32 **out_partitions,
                              GError **error);
guint64 rush_row_buffer_n_rows (const RushRowBuffer *self);
gint64 rush_row_buffer_memory_bytes (const RushRowBuffer *self); /* of batches and arrays */
void rush_row_buffer_clear (RushRowBuffer *self);

/* Counting sort by partition: O(rows), asks for no memory.  Rows of one partition keep their
 * order. */
void rush_row_buffer_sort (RushRowBuffer *self);
/* guint64[n_partitions + 1]: partition p is rows [index[p], index[p + 1]) of the order. */
const guint64 *rush_row_buffer_index (const RushRowBuffer *self);
/* Rows [start, start + n) of the order, gathered; a call starts where the last one ended, or at
 * 0. */
RushBatch *rush_row_buffer_window (RushRowBuffer *self, guint64 start, guint n,
                                   RushAllocator *allocator, GError **error);

guint rush_row_buffer_n_batches (const RushRowBuffer *self);
/* In the order in which they came, which is the reduce order if there is one partition. */
RushBatch *rush_row_buffer_batch (const RushRowBuffer *self, guint i); /* (transfer none) */

RUSH_END_PUBLIC
