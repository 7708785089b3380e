/* memory_fixture.h - pools of exactly so many bytes, half of it storage's region; tasks in them;
 * and a consumer that does as it is told. */
#pragma once

#include "core/memory/task_memory.h"

#define KIB G_GINT64_CONSTANT (1024)
#define MIB (1024 * KIB)
#define STEP (64 * KIB) /* what a task's allocator takes at least */

RushMemoryManager *manager_with_pool (gint64 pool_bytes);
RushMemoryManager *manager_with_user_memory (gint64 pool_bytes, gint64 user_bytes);
RushMemoryStats stats_of (RushMemoryManager *manager);

/* ---- tasks ---- */

typedef struct
{
  RushMemoryManager *manager; /* (owned) a ref */
  gint64 id;
  RushTaskMemory *memory;
  RushAllocator *allocator; /* of memory */
  atomic_bool cancelled;
} Task;

void task_begin (Task *self, RushMemoryManager *manager, gint64 id);
void task_end (Task *self);
/* Task 7, alone in a pool of its own. */
void lone_task_begin (Task *self, gint64 pool_bytes);
void lone_task_end (Task *self); /* asserts that the pool is empty again */

/* As rush_alloc (), which must not fail. */
gpointer take (Task *self, gint64 bytes);
void give (Task *self, gpointer block, gint64 bytes);
/* Until somebody waits for what @self holds too much, or fails to after a minute. */
void wait_until_owing (const Task *self);

/* ---- a consumer ---- */

typedef struct
{
  RushMemoryConsumer base;
  Task *task;
  gpointer block;
  gint64 block_bytes;
  guint n_spills;
  gboolean stubborn;    /* has nothing that it could spill */
  gboolean broken;      /* fails to spill */
  gint64 scratch_bytes; /* that a spill needs for itself */
  gboolean got_scratch;
} Hoard;

void hoard_take (Hoard *self, const char *name, Task *task, gint64 bytes);
/* Takes @bytes in place of what it has spilled. */
void hoard_refill (Hoard *self, gint64 bytes);
void hoard_drop (Hoard *self);
