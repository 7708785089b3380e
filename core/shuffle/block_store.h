/* block_store.h - one executor's map outputs.
 *
 *   map output = batches ordered by reduce partition
 *              + offset index: reduce partition r is rows [index[r], index[r+1])
 *              in memory (charged to storage), or as a data file of frames and an index file
 *
 * Under memory pressure whole outputs go to their files: each is a block of the executor's evictor
 * (core/storage/eviction.h), which says which goes first.  A slice is handed out by
 * reference (batches that share buffers), or, when spark.rushlight.shuffle.byReference is false or
 * the reader sits on another executor, through the wire form: encode, zstd, checksum, decode.
 *
 * Threads:  any; one mutex for the table, none while data moves.
 * Mirrors:  org.apache.spark.shuffle.IndexShuffleBlockResolver, and BlockManager for its share.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/data/encoding.h"
#include "core/lineage/iterator.h"
#include "core/memory/memory_manager.h"
#include "core/shuffle/map_output.h"
#include "core/shuffle/map_status.h"
#include "core/storage/eviction.h"
#include "core/storage/local_dir.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushBlockStore RushBlockStore;
typedef struct _RushShuffleWriterClass RushShuffleWriterClass; /* core/shuffle/shuffle.h */

/* @evictor, which is that of @memory, and @dir outlive the store; @writer: what the map tasks of
 * the executor write with. */
RushBlockStore *rush_block_store_new (const RushConf *conf, const char *executor_id,
                                      RushMemoryManager *memory, RushEvictor *evictor,
                                      RushLocalDir *dir, const RushShuffleWriterClass *writer);
/* Drops all, files too; no task may run any more. */
void rush_block_store_free (RushBlockStore *self);

void rush_block_store_remove_shuffle (RushBlockStore *self, gint shuffle_id);
/* The executor is lost: drops all outputs, files too; the store stays usable and empty. */
void rush_block_store_remove_all (RushBlockStore *self);
/* For fault scripts: the output is gone as if its disk were; FALSE: was not there. */
gboolean rush_block_store_remove_output (RushBlockStore *self, gint shuffle_id, guint map_index);
/* The same, but it is still there, and damaged. */
gboolean rush_block_store_damage_output (RushBlockStore *self, gint shuffle_id, guint map_index);
typedef struct
{
  guint n_outputs;
  guint n_on_disk;
  gint64 memory_bytes;
  gint64 disk_bytes;
} RushBlockStoreStats;
void rush_block_store_stats (RushBlockStore *self, RushBlockStoreStats *out);

/* The slice of reduce partitions [start, end) of one map output, as the reader wants it.
 * RUSH_CORE_ERROR_NOT_FOUND: no such output (or of another attempt than @map_task_id);
 * RUSH_CORE_ERROR_CORRUPT: its checksum does not hold. */
RushIterator *rush_block_store_read (RushBlockStore *self, gint shuffle_id, guint map_index,
                                     gint64 map_task_id, guint start, guint end,
                                     gboolean by_reference, RushAllocator *allocator,
                                     GError **error);

/* ── for executors that go ── */

/* Those that are there, by shuffle and task: GArray of RushMapOutputId (transfer full). */
GArray *rush_block_store_list (RushBlockStore *self);
gboolean rush_block_store_has (RushBlockStore *self, const RushMapOutputId *id);
/* The output goes to its files, if it is in memory, and those to @peer, which has them as well from
 * now on.  FALSE without @error: it is not there any more. */
gboolean rush_block_store_hand_over (RushBlockStore *self, const RushMapOutputId *id,
                                     RushBlockStore *peer, GError **error);

/* ── for shuffle writers and readers ── */

/* Several attempts at one map may be there at once.  (transfer full: @output) */
void rush_block_store_put (RushBlockStore *self, RushMapOutput *output);
RushLocalDir *rush_block_store_dir (RushBlockStore *self);        /* (transfer none) */
RushAllocator *rush_block_store_allocator (RushBlockStore *self); /* storage (transfer none) */
const RushShuffleWriterClass *rush_block_store_writer (RushBlockStore *self);
RushCodec rush_block_store_codec (RushBlockStore *self);       /* spark.shuffle.compress */
RushCodec rush_block_store_spill_codec (RushBlockStore *self); /* spark.shuffle.spill.compress */

RUSH_END_PUBLIC
