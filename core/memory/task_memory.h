/* task_memory.h - one task's memory: its consumers, and the allocator in front of them.
 *
 * The allocator takes steps of at least 64 KiB from the execution pool.  When the pool refuses,
 * the task's own consumers are asked to spill, the largest first; then the task waits for others
 * to give back; then the request fails with an error that prints the arithmetic (pool, this task's
 * share, each consumer, what was asked) and settings that would have sufficed.  Others wait for
 * this task in the same way: what it holds beyond its share is spilled at its next request.
 *
 * Ownership:  the allocator may outlive the task: batches that were handed on hold refs on it.
 *             When the task memory is freed all goes back to the pool, and what is still out is
 *             not the pool's business any more (a result in the driver's hands, say).
 * Threads:    the task's runner; the allocator's free may come from any thread, hence its account
 *             has a lock.
 * Mirrors:    org.apache.spark.memory.{TaskMemoryManager,MemoryConsumer}.
 */
#pragma once

#include "core/memory/memory_manager.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushTaskMemory RushTaskMemory;
typedef struct _RushMemoryConsumer RushMemoryConsumer;

struct _RushMemoryConsumer
{
  const char *name; /* "ShuffleWriter": named in refusals */
  gint64 (*used_bytes) (RushMemoryConsumer *self);
  /* Moves data to disk; returns the bytes freed (0: there is nothing to move), −1 with @error on
   * failure.  Called inside any request for memory of the task's, unless `busy`. */
  gint64 (*spill) (RushMemoryConsumer *self, GError **error);
  /* The consumer's: it is in the middle of something that asks for memory.  It promises to call
   * rush_task_memory_spill () when that has been refused, if it holds anything. */
  gboolean busy;
  /* What it holds counts as storage, not as its task's execution memory. */
  gboolean is_storage;
};

RushTaskMemory *rush_task_memory_new (RushMemoryManager *manager, gint64 task_id,
                                      const atomic_bool *cancelled);
/* How many tasks its stage has: for what a refusal says. */
void rush_task_memory_set_stage (RushTaskMemory *self, guint n_tasks);
/* Gives everything back; asserts that all consumers are gone. */
void rush_task_memory_free (RushTaskMemory *self);
void rush_task_memory_add_consumer (RushTaskMemory *self, RushMemoryConsumer *consumer);
void rush_task_memory_remove_consumer (RushTaskMemory *self, RushMemoryConsumer *consumer);
/* Calls consumer->spill (), `busy` meanwhile.  While that runs the allocator grants what the pool
 * would refuse: to free much, a spill needs a little.  @self NULL (bare tests): spills without
 * that. */
gint64 rush_task_memory_spill (RushTaskMemory *self, RushMemoryConsumer *consumer, GError **error);
RushAllocator *rush_task_memory_allocator (RushTaskMemory *self); /* (transfer none) */
/* The most that it may have of the pool now: 1/N. */
gint64 rush_task_memory_share_bytes (RushTaskMemory *self);
gint64 rush_task_memory_peak_bytes (RushTaskMemory *self);

RUSH_END_PUBLIC
