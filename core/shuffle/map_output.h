/* map_output.h - the output of one map task, in memory or in its two files.
 *
 *   rows        map_rows.h
 *   files       shuffle_<shuffle>_<map task>_0.data and .index, as in Spark
 *
 * What a shuffle writer hands to the block store (rush_block_store_put ()).
 *
 * Ownership:  refcounted; readers hold refs, so that removal and eviction never pull
 *             anything away under them.  The files are removed with the last ref on their output.
 * Threads:    rows are immutable; an output has a lock for the change of its form.
 */
#pragma once

#include "core/shuffle/map_rows.h"
#include "core/storage/local_dir.h"

RUSH_BEGIN_PUBLIC

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
/* Writes the files and lets go of the memory; returns how many bytes, 0 if they are written
 * already, −1 on failure: then nothing has changed. */
gint64 rush_map_output_evict (RushMapOutput *self, RushCodec codec, RushLocalDir *dir,
                              GError **error);
/* From now on no checksum of it holds: for fault scripts. */
void rush_map_output_damage (RushMapOutput *self);
/* See rush_block_store_read (). */
RushIterator *rush_map_output_read (RushMapOutput *self, guint start, guint end,
                                    gboolean by_reference, RushCodec codec,
                                    RushAllocator *allocator, GError **error);

RUSH_END_PUBLIC
