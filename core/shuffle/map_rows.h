/* map_rows.h - rows in reduce order, in memory.
 *
 *   rows        one sequence of batches in reduce order, charged to storage
 *   index       guint64[n_partitions + 1]: partition p is rows [index[p], index[p + 1])
 *
 * Ownership:  refcounted; a reader holds a ref.
 * Threads:    one until they are complete, then any: rows are immutable.
 */
#pragma once

#include "core/shuffle/partition_file.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushMapRows RushMapRows;

/* Copies @index, charged to @storage. */
RushMapRows *rush_map_rows_new (RushSchema *schema, guint n_partitions, const guint64 *index,
                                RushAllocator *storage, GError **error);
void rush_map_rows_unref (RushMapRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushMapRows, rush_map_rows_unref)
/* The next rows of the order. (transfer full) */
void rush_map_rows_add (RushMapRows *self, RushBatch *batch);
/* Charges @bytes to storage for batches whose buffers are not; to be called before any is added. */
gboolean rush_map_rows_charge (RushMapRows *self, gsize bytes, GError **error);

RushMapRows *rush_map_rows_ref (RushMapRows *self);
gboolean rush_map_rows_is_shared (RushMapRows *self); /* somebody reads them */
gboolean
rush_map_rows_is_complete (const RushMapRows *self);        /* all that the index says are there */
RushSchema *rush_map_rows_schema (const RushMapRows *self); /* (transfer none) */
guint rush_map_rows_n_partitions (const RushMapRows *self);
gint64 rush_map_rows_bytes (const RushMapRows *self); /* of storage */
/* Partitions [start, end).  (transfer full: @self) */
RushIterator *rush_map_rows_read (RushMapRows *self, guint start, guint end);
/* All of them, to a file at @path. */
RushPartitionFile *rush_map_rows_write (const RushMapRows *self, const char *path, RushCodec codec,
                                        GError **error);

RUSH_END_PUBLIC
