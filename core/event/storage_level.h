/* storage_level.h - where, in what form and how often the partitions of a persisted RDD are kept.
 *
 *   use_memory, use_disk   memory first; what does not fit, or is pushed out, goes to disk
 *   deserialized           in memory as batches that are read as they are; else as encoded frames,
 *                          which take less room and are decoded by each reader
 *   use_off_heap           memory beside the heap
 *   replication            on how many executors
 *
 * Plain data, copied by value.
 * Mirrors: org.apache.spark.storage.StorageLevel.
 */
#pragma once

#include "core/base/public.h"

#include <glib.h>

RUSH_BEGIN_PUBLIC

typedef struct
{
  gboolean use_disk;
  gboolean use_memory;
  gboolean use_off_heap;
  gboolean deserialized;
  guint replication; /* 1…39 */
} RushStorageLevel;

/* RUSH_STORAGE_NONE, RUSH_STORAGE_MEMORY_ONLY … */
#define RUSH_STORAGE_LEVEL(NAME, disk, memory, off_heap, deserialized, replication)                \
  extern const RushStorageLevel RUSH_STORAGE_##NAME;
#include "core/event/storage_levels.def"
#undef RUSH_STORAGE_LEVEL

#define RUSH_STORAGE_MAX_REPLICATION 39

gboolean rush_storage_level_equal (const RushStorageLevel *a, const RushStorageLevel *b);
/* Whether it keeps anything at all: NONE does not. */
gboolean rush_storage_level_is_valid (const RushStorageLevel *self);
/* "Disk Memory Deserialized 2x Replicated" */
/* "StorageLevel(disk, memory, deserialized, 1 replicas)", as plans name it. (transfer full) */
char *rush_storage_level_to_string (const RushStorageLevel *self);
char *rush_storage_level_describe (const RushStorageLevel *self);

RUSH_END_PUBLIC
