/* memory_entry.h - the rows of one kept block in memory.
 *
 *   deserialized   batches, each copied once, so that it holds no more than its rows; readers get
 *                  them by reference
 *   serialized     frames (wire.h), which each reader decodes
 *
 * Interface:  add () batches while it is being made ("unrolling"), seal () it, then read.
 * Ownership:  refcounted; readers hold a ref: whoever alone has one knows that nobody reads.
 * Threads:    one until it is sealed; then it is immutable, and any may read.
 * Mirrors:    MemoryEntry and the unrolling of org.apache.spark.storage.memory.MemoryStore.
 */
#pragma once

#include "core/lineage/iterator.h"
#include "core/storage/spill_file.h"

typedef struct _RushMemoryEntry RushMemoryEntry;

/* Charged to @storage, of which @margin bytes stay free for tasks to go on with. */
RushMemoryEntry *rush_memory_entry_new (RushSchema *schema, gboolean deserialized, RushCodec codec,
                                        RushAllocator *storage, gsize margin);
/* OUT_OF_MEMORY: there is no room; what was added before is there, @batch is not. */
gboolean rush_memory_entry_add (RushMemoryEntry *self, RushBatch *batch, GError **error);
void rush_memory_entry_seal (RushMemoryEntry *self);
RushMemoryEntry *rush_memory_entry_ref (RushMemoryEntry *self);
void rush_memory_entry_unref (RushMemoryEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushMemoryEntry, rush_memory_entry_unref)

gint64 rush_memory_entry_bytes (const RushMemoryEntry *self);
guint rush_memory_entry_n_refs (RushMemoryEntry *self);
RushSchema *rush_memory_entry_schema (RushMemoryEntry *self); /* (transfer none) */
/* @allocator: for what is decoded. */
RushIterator *rush_memory_entry_read (RushMemoryEntry *self, RushAllocator *allocator);
/* Appends all rows to @file. */
gboolean rush_memory_entry_write (RushMemoryEntry *self, RushSpillFile *file, GError **error);
