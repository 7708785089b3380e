/* memory_manager.h - one executor's unified memory: an execution and a storage pool that share.
 *
 *   heap ── reserved 300 MiB
 *        ├─ usable × spark.memory.fraction = the unified pool
 *        │     ├─ execution: tasks (hash tables, sorts, batches being built)
 *        │     └─ storage:   map outputs, cached blocks and broadcasts
 *        └─ the rest: user memory, for batches on their way between operators, and for tables of
 *                     broadcasts that storage has refused
 *
 * Execution may take free storage memory, and evicts storage down to storageFraction of the pool;
 * storage may borrow free execution memory, never evicts execution.  With N tasks that hold or want
 * memory, a task gets at most 1/N of what execution may have, and waits until it has 1/2N.
 *
 * Threads:    any; one mutex and one condition.  A task has one request at a time, and looks at its
 *             cancellation while it waits.
 * Mirrors:    org.apache.spark.memory.{UnifiedMemoryManager,ExecutionMemoryPool,StorageMemoryPool}.
 */
#pragma once

#include "core/base/allocator.h"
#include "core/memory/memory_layout.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushMemoryManager RushMemoryManager;

/* @heap_bytes: spark.executor.memory (local mode: spark.driver.memory); spark.testing.memory and
 * spark.testing.reservedMemory replace it and the reserve.  A heap below 1.5 × the reserve is
 * refused with Spark's sentence. */
RushMemoryManager *rush_memory_manager_new (const RushConf *conf, gint64 heap_bytes,
                                            GError **error);
RushMemoryManager *rush_memory_manager_ref (RushMemoryManager *self);
void rush_memory_manager_unref (RushMemoryManager *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushMemoryManager, rush_memory_manager_unref)

typedef struct
{
  gint64 pool; /* the unified pool */
  gint64 execution_used;
  gint64 storage_used;
  gint64 storage_region; /* pool × storageFraction */
  gint64 user;           /* outside the pool */
  gint64 user_used;
  gint64 user_tables; /* of it: what belongs to no task */
  guint n_active_tasks;
} RushMemoryStats;
void rush_memory_manager_stats (RushMemoryManager *self, RushMemoryStats *out);
/* What it was made of. (transfer none) */
const RushConf *rush_memory_manager_conf (const RushMemoryManager *self);
const RushMemoryLayout *rush_memory_manager_layout (const RushMemoryManager *self);

/* Storage that execution may push out.  evict () frees about @wanted bytes by moving blocks to disk
 * and returns what it freed; called without the manager's lock, from the thread that needs memory.
 * At most one evictor per manager; NULL to unset. */
typedef gint64 (*RushStorageEvict) (gpointer data, gint64 wanted);
void rush_memory_manager_set_evictor (RushMemoryManager *self, RushStorageEvict evict,
                                      gpointer data);

gboolean rush_memory_manager_acquire_storage (RushMemoryManager *self, gint64 bytes);
void rush_memory_manager_release_storage (RushMemoryManager *self, gint64 bytes);

/* Returns how many bytes were granted, 0…@bytes; waits for 1/2N unless *@cancelled gets TRUE. */
gint64 rush_memory_manager_acquire_execution (RushMemoryManager *self, gint64 task_id, gint64 bytes,
                                              const atomic_bool *cancelled);
/* The same, but of what is free: evicts nothing, and never waits. */
gint64 rush_memory_manager_acquire_free_execution (RushMemoryManager *self, gint64 task_id,
                                                   gint64 bytes);
/* For a task that has nothing to spill: all of @bytes or, with FALSE, nothing.  Waits until they
 * are free and within 1/N; gives up when *@cancelled gets TRUE, when execution can never have so
 * much, or when all other tasks wait as well. */
gboolean rush_memory_manager_await_execution (RushMemoryManager *self, gint64 task_id, gint64 bytes,
                                              const atomic_bool *cancelled);
/* What the task should give back: what it holds beyond 1/N while others wait, else 0 (which costs
 * no lock). */
gint64 rush_memory_manager_owed_execution (RushMemoryManager *self, gint64 task_id);
void rush_memory_manager_release_execution (RushMemoryManager *self, gint64 task_id, gint64 bytes);

/* User memory, for a task that found nothing free in the pool: all of @bytes or nothing, at most
 * 1/N of it; never waits. */
gboolean rush_memory_manager_acquire_user (RushMemoryManager *self, gint64 task_id, gint64 bytes);
void rush_memory_manager_release_user (RushMemoryManager *self, gint64 task_id, gint64 bytes);

/* User memory for what belongs to no task: all of @bytes or nothing; a quarter of it stays for the
 * tasks. */
gboolean rush_memory_manager_acquire_table (RushMemoryManager *self, gint64 bytes);
void rush_memory_manager_release_table (RushMemoryManager *self, gint64 bytes);

/* For tasks that run in virtual time, and hold what they hold only while they compute: from join ()
 * to leave () the task is one of the N, whether it holds anything or not.  Nobody waits for its
 * turn because of that: who has nothing to spill would wait until others have ended, and gets now
 * what it would have then.  Twice is once; leave () of one that has not joined does nothing. */
void rush_memory_manager_join (RushMemoryManager *self, gint64 task_id);
void rush_memory_manager_leave (RushMemoryManager *self, gint64 task_id);

/* Wakes everybody who waits (cancellation). */
void rush_memory_manager_wake (RushMemoryManager *self);

/* An allocator whose account is the storage pool; refuses when the pool is full even after
 * eviction. */
RushAllocator *rush_storage_allocator_new (RushMemoryManager *self);
/* An allocator of user memory for what belongs to no task (user_allocator.c). */
RushAllocator *rush_user_allocator_new (RushMemoryManager *self);

RUSH_END_PUBLIC
