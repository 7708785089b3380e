/* task_memory.h - one task's memory: its consumers, and the allocator in front of them.
 *
 * The allocator takes steps of at least 64 KiB from the execution pool.  When the pool refuses,
 * the task's own consumers are asked to spill, the largest first, before the request fails with a
 * sentence that prints the arithmetic (pool, this task's share, each consumer, what was asked).
 *
 * Threads:    the task's runner; the allocator's free may come from any thread (a batch that was
 *             handed on), hence its account is atomic.
 * Mirrors:    org.apache.spark.memory.{TaskMemoryManager,MemoryConsumer}.
 */
#pragma once

#include "core/memory/memory_manager.h"

typedef struct _RushTaskMemory RushTaskMemory;
typedef struct _RushMemoryConsumer RushMemoryConsumer;

struct _RushMemoryConsumer
{
  const char *name;                                     /* "ShuffleWriter": named in refusals */
  gint64 (*used_bytes) (RushMemoryConsumer *self);
  /* Moves data to disk; returns the bytes freed (0: cannot now), −1 with @error on failure. */
  gint64 (*spill) (RushMemoryConsumer *self, GError **error);
};

RushTaskMemory *rush_task_memory_new (RushMemoryManager *manager, gint64 task_id,
                                      const atomic_bool *cancelled);
/* Gives everything back; asserts that all consumers are gone. */
void rush_task_memory_free (RushTaskMemory *self);
void rush_task_memory_add_consumer (RushTaskMemory *self, RushMemoryConsumer *consumer);
void rush_task_memory_remove_consumer (RushTaskMemory *self, RushMemoryConsumer *consumer);
RushAllocator *rush_task_memory_allocator (RushTaskMemory *self); /* (transfer none) */
gint64 rush_task_memory_peak_bytes (RushTaskMemory *self);
