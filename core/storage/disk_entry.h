/* disk_entry.h - the rows of one kept block in a file of the context's folder.
 *
 * Interface:  add () batches, or all of a memory entry, seal () it, then read.
 * Ownership:  refcounted; readers hold a ref.  The file goes with the last one.
 * Threads:    one until it is sealed; then any may read.
 * Mirrors:    org.apache.spark.storage.DiskStore.
 */
#pragma once

#include "core/storage/local_dir.h"
#include "core/storage/memory_entry.h"

typedef struct _RushDiskEntry RushDiskEntry;

/* @name: of the file, unique in @dir. */
RushDiskEntry *rush_disk_entry_new (RushLocalDir *dir, const char *name, RushSchema *schema,
                                    RushCodec codec, GError **error);
gboolean rush_disk_entry_add (RushDiskEntry *self, RushBatch *batch, GError **error);
gboolean rush_disk_entry_add_memory (RushDiskEntry *self, RushMemoryEntry *entry, GError **error);
gboolean rush_disk_entry_seal (RushDiskEntry *self, GError **error);
RushDiskEntry *rush_disk_entry_ref (RushDiskEntry *self);
void rush_disk_entry_unref (RushDiskEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushDiskEntry, rush_disk_entry_unref)

RushSchema *rush_disk_entry_schema (RushDiskEntry *self); /* (transfer none) */
gint64 rush_disk_entry_bytes (const RushDiskEntry *self);
const char *rush_disk_entry_path (const RushDiskEntry *self);
/* Checks the whole file first.  CORRUPT: it is not as it was written; NOT_FOUND: it is gone. */
RushIterator *rush_disk_entry_read (RushDiskEntry *self, RushAllocator *allocator, GError **error);
