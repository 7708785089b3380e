/* map_output.h - the output of one map task, in memory or in its two files.
 *
 *   rows        one sequence of batches in reduce order, charged to storage
 *   index       guint64[n_partitions + 1]: partition p is rows [index[p], index[p + 1])
 *
 *   files       shuffle_<shuffle>_<map task>_0.data and .index, as in Spark
 *
 * What a shuffle writer hands to the block store (rush_block_store_put ()).
 *
 * Ownership:  both refcounted; readers hold refs, so that removal and eviction never pull
 *             anything away under them.  The files are removed with the last ref on their output.
 * Threads:    rows are immutable; an output has a lock for the change of its form.
 */
#pragma once

#include "core/shuffle/partition_file.h"
#include "core/storage/local_dir.h"

/* ---- rows ---- */

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

/* ---- outputs ---- */

typedef struct
{
  gint shuffle_id;
  guint map_index;
  gint64 map_task_id;
} RushMapOutputId;

typedef struct _RushMapOutput RushMapOutput;

RushMapOutput *rush_map_output_new_in_memory (RushMapOutputId id, RushMapRows *rows);
/* Finishes @file, which must have been made at the path that rush_map_output_data_path () says,
 * writes its index and keeps both.  (transfer full: @file, also on failure) */
RushMapOutput *rush_map_output_new_in_files (RushMapOutputId id, RushSchema *schema,
                                             RushPartitionFile *file, RushLocalDir *dir,
                                             GError **error);
char *rush_map_output_data_path (RushMapOutputId id, RushLocalDir *dir, GError **error);
RushMapOutput *rush_map_output_ref (RushMapOutput *self);
void rush_map_output_unref (RushMapOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushMapOutput, rush_map_output_unref)

const RushMapOutputId *rush_map_output_id (const RushMapOutput *self);
void rush_map_output_bytes (RushMapOutput *self, gint64 *out_memory, gint64 *out_disk);
/* In memory, and nobody reads it. */
gboolean rush_map_output_is_evictable (RushMapOutput *self);
/* Writes the files and lets go of the memory; returns how many bytes, −1 on failure: then nothing
 * has changed.  One thread at a time. */
gint64 rush_map_output_evict (RushMapOutput *self, RushCodec codec, RushLocalDir *dir,
                              GError **error);
/* See rush_block_store_read (). */
RushIterator *rush_map_output_read (RushMapOutput *self, guint start, guint end,
                                    gboolean by_reference, RushCodec codec,
                                    RushAllocator *allocator, GError **error);
