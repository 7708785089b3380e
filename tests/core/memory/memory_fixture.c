#include "tests/core/memory/memory_fixture.h"

#include <sched.h>

#define PATIENCE_US (60 * G_USEC_PER_SEC)

/* ---- pools ---- */

RushMemoryManager *
manager_with_user_memory (gint64 pool_bytes, gint64 user_bytes)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *heap = g_strdup_printf ("%" G_GINT64_FORMAT, pool_bytes + user_bytes);
  char fraction[G_ASCII_DTOSTR_BUF_SIZE];
  g_autoptr (GError) error = NULL;

  g_ascii_dtostr (fraction, sizeof fraction,
                  (double)pool_bytes / (double)(pool_bytes + user_bytes));
  rush_conf_set (conf, "spark.testing.memory", heap, &error);
  g_assert_no_error (error);
  rush_conf_set (conf, "spark.testing.reservedMemory", "0", &error);
  g_assert_no_error (error);
  rush_conf_set (conf, "spark.memory.fraction", fraction, &error);
  g_assert_no_error (error);
  RushMemoryManager *manager = rush_memory_manager_new (conf, 0, &error);
  g_assert_no_error (error);
  return manager;
}

RushMemoryManager *
manager_with_pool (gint64 pool_bytes)
{
  return manager_with_user_memory (pool_bytes, 0);
}

RushMemoryStats
stats_of (RushMemoryManager *manager)
{
  RushMemoryStats stats;

  rush_memory_manager_stats (manager, &stats);
  return stats;
}

/* ---- tasks ---- */

void
task_begin (Task *self, RushMemoryManager *manager, gint64 id)
{
  self->manager = rush_memory_manager_ref (manager);
  self->id = id;
  atomic_init (&self->cancelled, FALSE);
  self->memory = rush_task_memory_new (manager, id, &self->cancelled);
  self->allocator = rush_task_memory_allocator (self->memory);
}

void
task_end (Task *self)
{
  rush_task_memory_free (self->memory);
  rush_memory_manager_unref (self->manager);
}

void
lone_task_begin (Task *self, gint64 pool_bytes)
{
  g_autoptr (RushMemoryManager) manager = manager_with_pool (pool_bytes);

  task_begin (self, manager, 7);
}

void
lone_task_end (Task *self)
{
  g_autoptr (RushMemoryManager) manager = rush_memory_manager_ref (self->manager);

  task_end (self);
  g_assert_cmpint (stats_of (manager).execution_used, ==, 0);
  g_assert_cmpuint (stats_of (manager).n_active_tasks, ==, 0);
}

gpointer
take (Task *self, gint64 bytes)
{
  g_autoptr (GError) error = NULL;
  gpointer block = rush_alloc (self->allocator, (gsize)bytes, &error);

  g_assert_no_error (error);
  return block;
}

void
give (Task *self, gpointer block, gint64 bytes)
{
  rush_free (self->allocator, block, (gsize)bytes);
}

void
wait_until_owing (const Task *self)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  while (rush_memory_manager_owed_execution (self->manager, self->id) == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      sched_yield ();
    }
}

/* ---- a consumer ---- */

static gint64
hoard_used (RushMemoryConsumer *base)
{
  return ((Hoard *)base)->block_bytes;
}

static void
hoard_clear (Hoard *self)
{
  give (self->task, self->block, self->block_bytes);
  self->block = NULL;
  self->block_bytes = 0;
}

static gint64
hoard_spill (RushMemoryConsumer *base, GError **error)
{
  Hoard *self = (Hoard *)base;
  gint64 freed = self->block_bytes;

  self->n_spills++;
  if (self->broken)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "the disk is full");
      return -1;
    }
  if (self->stubborn || freed == 0)
    return 0;
  gpointer scratch = rush_alloc (self->task->allocator, (gsize)self->scratch_bytes, NULL);
  self->got_scratch = scratch != NULL;
  give (self->task, scratch, self->scratch_bytes);
  hoard_clear (self);
  return freed;
}

void
hoard_refill (Hoard *self, gint64 bytes)
{
  g_assert_null (self->block);
  self->block = take (self->task, bytes);
  self->block_bytes = bytes;
}

void
hoard_take (Hoard *self, const char *name, Task *task, gint64 bytes)
{
  *self = (Hoard){ .base = { name, hoard_used, hoard_spill, FALSE }, .task = task };
  hoard_refill (self, bytes);
  rush_task_memory_add_consumer (task->memory, &self->base);
}

void
hoard_drop (Hoard *self)
{
  rush_task_memory_remove_consumer (self->task->memory, &self->base);
  hoard_clear (self);
}
