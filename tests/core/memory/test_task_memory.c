/* test_task_memory.c - steps, spills in order of size, the refusal's arithmetic, and what happens
 * to memory that outlives its task. */
#include "core/memory/task_memory.h"
#include "tests/core/memory/memory_fixture.h"

#include <pthread.h>

#define KIB G_GINT64_CONSTANT (1024)
#define STEP (64 * KIB)

/* ---- a consumer ---- */

typedef struct
{
  RushMemoryConsumer base;
  RushAllocator *allocator;
  gpointer block;
  gsize block_bytes;
  guint n_spills;
  gboolean stubborn;   /* cannot spill now */
  gboolean broken;     /* fails to spill */
  gsize scratch_bytes; /* that a spill needs for itself */
  gboolean got_scratch;
} Hoard;

static gint64
hoard_used (RushMemoryConsumer *base)
{
  return (gint64)((Hoard *)base)->block_bytes;
}

static gint64
hoard_spill (RushMemoryConsumer *base, GError **error)
{
  Hoard *self = (Hoard *)base;
  gint64 freed = (gint64)self->block_bytes;

  self->n_spills++;
  if (self->broken)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "the disk is full");
      return -1;
    }
  if (self->stubborn || freed == 0)
    return 0;
  gpointer scratch = rush_alloc (self->allocator, self->scratch_bytes, NULL);
  self->got_scratch = scratch != NULL;
  rush_free (self->allocator, scratch, self->scratch_bytes);
  rush_free (self->allocator, self->block, self->block_bytes);
  self->block = NULL;
  self->block_bytes = 0;
  return freed;
}

static void
hoard_take (Hoard *self, const char *name, RushTaskMemory *memory, gsize bytes)
{
  g_autoptr (GError) error = NULL;

  *self = (Hoard){ .base = { name, hoard_used, hoard_spill } };
  self->allocator = rush_task_memory_allocator (memory);
  self->block = rush_alloc (self->allocator, bytes, &error);
  g_assert_no_error (error);
  self->block_bytes = bytes;
  rush_task_memory_add_consumer (memory, &self->base);
}

static void
hoard_drop (Hoard *self, RushTaskMemory *memory)
{
  rush_task_memory_remove_consumer (memory, &self->base);
  rush_free (self->allocator, self->block, self->block_bytes);
}

/* ---- steps ---- */

static void
test_memory_comes_in_steps (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (16 * STEP);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  RushAllocator *allocator = rush_task_memory_allocator (memory);

  gpointer a = rush_alloc (allocator, 1, NULL);
  g_assert_cmpint (stats_of (manager).execution_used, ==, STEP);
  gpointer b = rush_alloc (allocator, (gsize)STEP - 1, NULL);
  g_assert_cmpint (stats_of (manager).execution_used, ==, STEP);
  gpointer c = rush_alloc (allocator, (gsize)(3 * STEP), NULL);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 4 * STEP);
  g_assert_cmpint (rush_task_memory_peak_bytes (memory), ==, 4 * STEP);

  /* What comes back goes back to the pool, but for a step that is kept at hand. */
  rush_free (allocator, c, (gsize)(3 * STEP));
  g_assert_cmpint (stats_of (manager).execution_used, ==, 2 * STEP);
  rush_free (allocator, b, (gsize)STEP - 1);
  rush_free (allocator, a, 1);
  g_assert_cmpint (stats_of (manager).execution_used, <=, 2 * STEP);
  g_assert_cmpint (rush_task_memory_peak_bytes (memory), ==, 4 * STEP);
  rush_task_memory_free (memory);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
}

/* The last bytes of a pool that is no whole number of steps can be had. */
static void
test_a_pool_can_be_used_up (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (STEP + 100);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  RushAllocator *allocator = rush_task_memory_allocator (memory);
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_allocator_reserve (allocator, (gsize)STEP + 100, &error));
  g_assert_no_error (error);
  g_assert_false (rush_allocator_reserve (allocator, 1, NULL));
  rush_allocator_release (allocator, (gsize)STEP + 100);
  rush_task_memory_free (memory);
}

/* ---- spilling ---- */

static void
test_the_largest_consumer_spills (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (10 * STEP);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  RushAllocator *allocator = rush_task_memory_allocator (memory);
  g_autoptr (GError) error = NULL;
  Hoard small, large;

  hoard_take (&small, "Small", memory, (gsize)(3 * STEP));
  hoard_take (&large, "Large", memory, (gsize)(5 * STEP));
  gpointer block = rush_alloc (allocator, (gsize)(4 * STEP), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (large.n_spills, ==, 1);
  g_assert_cmpuint (small.n_spills, ==, 0);

  /* If that is not enough the next one follows. */
  gpointer more = rush_alloc (allocator, (gsize)(6 * STEP), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (small.n_spills, ==, 1);

  rush_free (allocator, block, (gsize)(4 * STEP));
  rush_free (allocator, more, (gsize)(6 * STEP));
  hoard_drop (&small, memory);
  hoard_drop (&large, memory);
  rush_task_memory_free (memory);
}

static void
test_a_consumer_that_cannot_is_passed_over (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (10 * STEP);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  RushAllocator *allocator = rush_task_memory_allocator (memory);
  g_autoptr (GError) error = NULL;
  Hoard small, large;

  hoard_take (&small, "Small", memory, (gsize)(3 * STEP));
  hoard_take (&large, "Large", memory, (gsize)(5 * STEP));
  large.stubborn = TRUE;
  gpointer block = rush_alloc (allocator, (gsize)(4 * STEP), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (large.n_spills, ==, 1);
  g_assert_cmpuint (small.n_spills, ==, 1);

  rush_free (allocator, block, (gsize)(4 * STEP));
  hoard_drop (&small, memory);
  hoard_drop (&large, memory);
  rush_task_memory_free (memory);
}

static void
test_a_failed_spill_fails_the_request (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (4 * STEP);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  RushAllocator *allocator = rush_task_memory_allocator (memory);
  g_autoptr (GError) error = NULL;
  Hoard hoard;

  hoard_take (&hoard, "Hoard", memory, (gsize)(3 * STEP));
  hoard.broken = TRUE;
  g_assert_null (rush_alloc (allocator, (gsize)(2 * STEP), &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  hoard_drop (&hoard, memory);
  rush_task_memory_free (memory);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
}

/* With the pool used up, a spill still gets what it needs to write its first batch. */
static void
test_a_spill_may_take_a_little_more (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (4 * STEP);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  RushAllocator *allocator = rush_task_memory_allocator (memory);
  g_autoptr (GError) error = NULL;
  Hoard hoard;

  hoard_take (&hoard, "Hoard", memory, (gsize)(4 * STEP));
  hoard.scratch_bytes = (gsize)STEP;
  gpointer block = rush_alloc (allocator, (gsize)(2 * STEP), &error);
  g_assert_no_error (error);
  g_assert_true (hoard.got_scratch);
  g_assert_cmpint (stats_of (manager).execution_used, <=, 4 * STEP);
  rush_free (allocator, block, (gsize)(2 * STEP));
  hoard_drop (&hoard, memory);
  rush_task_memory_free (memory);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
}

/* ---- refusals ---- */

static void
test_a_refusal_shows_the_arithmetic (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (1024 * KIB);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  RushAllocator *allocator = rush_task_memory_allocator (memory);
  g_autoptr (GError) error = NULL;
  Hoard writer, combiner;

  g_assert_true (rush_memory_manager_acquire_storage (manager, 128 * KIB));
  hoard_take (&writer, "ShuffleWriter", memory, 384 * KIB);
  hoard_take (&combiner, "Combiner", memory, 256 * KIB);
  writer.stubborn = combiner.stubborn = TRUE;
  g_assert_null (rush_alloc (allocator, 300 * KIB, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_cmpstr (
      error->message, ==,
      "Unable to acquire 307200 bytes (300.0 KiB) of memory: task 7 holds 640.0 KiB, of it "
      "ShuffleWriter 384.0 KiB, Combiner 256.0 KiB; its share is 1/1 of execution memory, "
      "896.0 KiB at most; the unified pool of 1024.0 KiB has 128.0 KiB in storage and 640.0 KiB in "
      "execution, and nothing more can be spilled. Give the executor more memory "
      "(spark.driver.memory in local mode, else spark.executor.memory), or each task less data "
      "(more partitions)");
  /* What was granted in vain went back. */
  g_assert_cmpint (stats_of (manager).execution_used, ==, 640 * KIB);

  hoard_drop (&writer, memory);
  hoard_drop (&combiner, memory);
  rush_task_memory_free (memory);
  rush_memory_manager_release_storage (manager, 128 * KIB);
}

static void
test_a_cancelled_task_gets_nothing (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (4 * STEP);
  atomic_bool cancelled = TRUE;
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, &cancelled);
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_memory_manager_acquire_storage (manager, 4 * STEP));
  g_assert_null (rush_alloc (rush_task_memory_allocator (memory), 1, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  rush_memory_manager_release_storage (manager, 4 * STEP);
  rush_task_memory_free (memory);
}

/* ---- after the task ---- */

static void
test_memory_may_outlive_its_task (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (4 * STEP);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  g_autoptr (RushAllocator) allocator = rush_allocator_ref (rush_task_memory_allocator (memory));

  gpointer block = rush_alloc (allocator, 1000, NULL);
  rush_task_memory_free (memory);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
  rush_free (allocator, block, 1000);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
}

#define N_BLOCKS 2000

static void *
free_blocks (void *data)
{
  RushAllocator *allocator = ((gpointer *)data)[0];
  gpointer *blocks = ((gpointer *)data)[1];

  for (guint i = 0; i < N_BLOCKS; i++)
    rush_free (allocator, blocks[i], 1000);
  rush_allocator_unref (allocator);
  return NULL;
}

/* A reader of another task frees what this task built, while the task goes on and ends. */
static void
test_another_thread_frees (void)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (64 * STEP);
  RushTaskMemory *memory = rush_task_memory_new (manager, 7, NULL);
  RushAllocator *allocator = rush_task_memory_allocator (memory);
  g_autofree gpointer *blocks = g_new (gpointer, N_BLOCKS);
  pthread_t thread;

  for (guint i = 0; i < N_BLOCKS; i++)
    blocks[i] = rush_alloc (allocator, 1000, NULL);
  gpointer data[] = { rush_allocator_ref (allocator), blocks };
  pthread_create (&thread, NULL, free_blocks, data);
  for (guint i = 0; i < N_BLOCKS; i++)
    rush_free (allocator, rush_alloc (allocator, 5000, NULL), 5000);
  rush_task_memory_free (memory);
  pthread_join (thread, NULL);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task_memory/steps", test_memory_comes_in_steps);
  g_test_add_func ("/task_memory/used_up", test_a_pool_can_be_used_up);
  g_test_add_func ("/task_memory/largest_spills", test_the_largest_consumer_spills);
  g_test_add_func ("/task_memory/passed_over", test_a_consumer_that_cannot_is_passed_over);
  g_test_add_func ("/task_memory/failed_spill", test_a_failed_spill_fails_the_request);
  g_test_add_func ("/task_memory/spill_allowance", test_a_spill_may_take_a_little_more);
  g_test_add_func ("/task_memory/arithmetic", test_a_refusal_shows_the_arithmetic);
  g_test_add_func ("/task_memory/cancelled", test_a_cancelled_task_gets_nothing);
  g_test_add_func ("/task_memory/outlives", test_memory_may_outlive_its_task);
  g_test_add_func ("/task_memory/another_thread", test_another_thread_frees);
  return g_test_run ();
}
