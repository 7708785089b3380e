/* test_block_manager.c - a block is computed by one task and read by all; what finds no room, is
 * pushed out, damaged, removed or lost; blocks of other executors. */
#include "tests/core/storage/keepers.h"

#include <pthread.h>
#include <string.h>

#define MIB (1024 * 1024)

static const RushStorageLevel *const levels[] = {
  &RUSH_STORAGE_MEMORY_ONLY,         &RUSH_STORAGE_MEMORY_ONLY_SER, &RUSH_STORAGE_MEMORY_AND_DISK,
  &RUSH_STORAGE_MEMORY_AND_DISK_SER, &RUSH_STORAGE_DISK_ONLY,       &RUSH_STORAGE_OFF_HEAP,
};

static RushBlockManagerStats
stats_of (Keepers *self, guint keeper)
{
  RushBlockManagerStats stats;

  rush_block_manager_stats (self->keepers[keeper].manager, &stats);
  return stats;
}

/* ---- computed once ---- */

static void
test_computed_once_at_each_level (void)
{
  for (guint l = 0; l < G_N_ELEMENTS (levels); l++)
    {
      Keepers k;

      keepers_init (&k, 1, 16 * MIB);
      CountingRdd *rdd = counting_rdd_new (&k, 3, levels[l]);
      for (guint round = 0; round < 3; round++)
        for (guint split = 0; split < 2; split++)
          assert_reads (&k, 0, rdd, split);
      g_assert_cmpuint (rdd->n_computed, ==, 2);
      RushBlockManagerStats stats = stats_of (&k, 0);
      gboolean in_memory = levels[l]->use_memory && !levels[l]->use_off_heap;
      g_assert_cmpuint (stats.n_blocks, ==, 2);
      g_assert_cmpuint (stats.n_on_disk, ==, in_memory ? 0 : 2);
      g_assert_cmpint (keepers_storage (&k, 0), >=, stats.memory_bytes);
      g_assert_true ((stats.memory_bytes > 0) == in_memory);
      rush_rdd_unref (&rdd->base);
      keepers_clear (&k);
    }
}

static void
test_read_by_reference_if_deserialized (void)
{
  for (guint l = 0; l < 2; l++)
    {
      Keepers k;
      RushBatch *batches[2];

      keepers_init (&k, 1, 16 * MIB);
      CountingRdd *rdd = counting_rdd_new (&k, 1, levels[l]);
      RushTaskContext *ctx = keepers_task (&k, 0, 1);
      for (guint i = 0; i < 2; i++)
        {
          g_autoptr (RushIterator) rows = rush_rdd_iterator (&rdd->base, 0, ctx, NULL);
          batches[i] = rush_iterator_next (rows, NULL);
        }
      g_assert_true ((batches[0] == batches[1]) == levels[l]->deserialized);
      g_assert_true (rush_batch_equal (batches[0], batches[1]));
      rush_batch_unref (batches[0]);
      rush_batch_unref (batches[1]);
      keepers_task_free (ctx);
      rush_rdd_unref (&rdd->base);
      keepers_clear (&k);
    }
}

/* What is read is input; what has just been computed is not. */
static void
test_input_is_counted (void)
{
  Keepers k;

  keepers_init (&k, 1, 16 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 3, &RUSH_STORAGE_MEMORY_ONLY_SER);
  RushTaskContext *first = keepers_task (&k, 0, 1), *second = keepers_task (&k, 0, 2);
  read_partition (rdd, 0, first, NULL);
  g_assert_cmpint (first->metrics.input_records, ==, 0);
  g_assert_cmpint (first->metrics.input_bytes, ==, 0);
  read_partition (rdd, 0, second, NULL);
  g_assert_cmpint (second->metrics.input_records, ==, 3000);
  g_assert_cmpint (second->metrics.input_bytes, ==, stats_of (&k, 0).memory_bytes);
  keepers_task_free (first);
  keepers_task_free (second);
  rush_rdd_unref (&rdd->base);
  keepers_clear (&k);
}

static void
test_an_empty_partition_is_kept (void)
{
  Keepers k;

  keepers_init (&k, 1, MIB);
  for (guint l = 0; l < G_N_ELEMENTS (levels); l++)
    {
      CountingRdd *rdd = counting_rdd_new (&k, 0, levels[l]);

      assert_reads (&k, 0, rdd, 0);
      assert_reads (&k, 0, rdd, 0);
      g_assert_cmpuint (rdd->n_computed, ==, 1);
      rush_block_manager_remove_rdd (k.keepers[0].manager, rdd->base.id);
      rush_rdd_unref (&rdd->base);
    }
  keepers_clear (&k);
}

typedef struct
{
  Keepers *keepers;
  CountingRdd *rdd;
} Reader;

static void *
read_one (void *data)
{
  Reader *self = data;

  assert_reads (self->keepers, 0, self->rdd, 0);
  return NULL;
}

static void
test_one_computes_and_others_wait (void)
{
  Keepers k;
  pthread_t threads[4];

  keepers_init (&k, 1, 16 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 20, &RUSH_STORAGE_MEMORY_ONLY);
  Reader reader = { &k, rdd };
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_create (&threads[t], NULL, read_one, &reader);
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_join (threads[t], NULL);
  g_assert_cmpuint (rdd->n_computed, ==, 1);
  rush_rdd_unref (&rdd->base);
  keepers_clear (&k);
}

/* Reads in another task the block that is being computed; that one is cancelled as it waits. */
static void
wait_and_be_cancelled (gpointer data)
{
  Reader *self = data;
  RushTaskContext *ctx = keepers_task (self->keepers, 0, 99);
  g_autoptr (GError) error = NULL;

  self->rdd->on_batch = NULL;
  rush_task_context_cancel (ctx, "no longer wanted");
  g_assert_cmpint (read_partition (self->rdd, 0, ctx, &error), ==, -1);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  keepers_task_free (ctx);
}

static void
test_waiting_can_be_cancelled (void)
{
  Keepers k;

  keepers_init (&k, 1, 16 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 2, &RUSH_STORAGE_MEMORY_ONLY);
  Reader reader = { &k, rdd };
  rdd->on_batch = wait_and_be_cancelled;
  rdd->on_batch_data = &reader;
  assert_reads (&k, 0, rdd, 0);
  g_assert_cmpuint (stats_of (&k, 0).n_blocks, ==, 1);
  rush_rdd_unref (&rdd->base);
  keepers_clear (&k);
}

static void
test_a_failure_leaves_nothing (void)
{
  for (guint l = 0; l < G_N_ELEMENTS (levels); l++)
    {
      Keepers k;
      g_autoptr (GError) error = NULL;

      keepers_init (&k, 1, 16 * MIB);
      CountingRdd *rdd = counting_rdd_new (&k, 3, levels[l]);
      RushTaskContext *ctx = keepers_task (&k, 0, 1);
      rdd->fails_after = 2;
      g_assert_cmpint (read_partition (rdd, 0, ctx, &error), ==, -1);
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON);
      keepers_task_free (ctx);
      g_assert_cmpuint (stats_of (&k, 0).n_blocks, ==, 0);
      g_assert_cmpint (keepers_storage (&k, 0), ==, 0);
      g_assert_cmpuint (keepers_n_files (&k), ==, 0);
      rdd->fails_after = -1;
      assert_reads (&k, 0, rdd, 0);
      rush_rdd_unref (&rdd->base);
      keepers_clear (&k);
    }
}

/* ---- too little room ---- */

static void
test_what_finds_no_room_goes_through (void)
{
  Keepers k;

  keepers_init (&k, 1, MIB);
  for (guint l = 0; l < 2; l++)
    {
      CountingRdd *rdd = counting_rdd_new (&k, 100, levels[l]);

      assert_reads (&k, 0, rdd, 1);
      g_assert_cmpuint (rdd->n_computed, ==, 1);
      g_assert_cmpuint (stats_of (&k, 0).n_blocks, ==, 0);
      g_assert_cmpint (keepers_storage (&k, 0), ==, 0);
      g_assert_cmpuint (keepers_n_files (&k), ==, 0);
      assert_reads (&k, 0, rdd, 1);
      g_assert_cmpuint (rdd->n_computed, ==, 2);
      rush_rdd_unref (&rdd->base);
    }
  keepers_clear (&k);
}

static void
test_what_finds_no_room_goes_to_disk (void)
{
  Keepers k;

  keepers_init (&k, 1, MIB);
  for (guint l = 2; l < 4; l++)
    {
      CountingRdd *rdd = counting_rdd_new (&k, 100, levels[l]);

      assert_reads (&k, 0, rdd, 1);
      assert_reads (&k, 0, rdd, 1);
      g_assert_cmpuint (rdd->n_computed, ==, 1);
      g_assert_cmpuint (stats_of (&k, 0).n_on_disk, ==, 1);
      g_assert_cmpint (keepers_storage (&k, 0), ==, 0);
      rush_block_manager_remove_rdd (k.keepers[0].manager, rdd->base.id);
      rush_rdd_unref (&rdd->base);
    }
  keepers_clear (&k);
}

/* As many partitions stay as there is room for, and the same ones: they do not push out each
 * other. */
static void
test_an_rdd_does_not_push_itself_out (void)
{
  Keepers k;

  keepers_init (&k, 1, 2 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 10, &RUSH_STORAGE_MEMORY_ONLY);
  for (guint split = 0; split < 8; split++)
    assert_reads (&k, 0, rdd, split);
  guint n_kept = stats_of (&k, 0).n_blocks;
  g_assert_cmpuint (n_kept, >, 1);
  g_assert_cmpuint (n_kept, <, 8);
  for (guint split = 0; split < 8; split++)
    assert_reads (&k, 0, rdd, split);
  g_assert_cmpuint (rdd->n_computed, ==, 8 + (8 - n_kept));
  rush_rdd_unref (&rdd->base);
  keepers_clear (&k);
}

static gboolean
is_kept (Keepers *self, CountingRdd *rdd, guint split)
{
  g_auto (GStrv) places = rush_block_manager_master_locations (self->master, rdd->base.id, split);

  return places != NULL;
}

static void
test_the_least_recently_used_goes_for_another_rdd (void)
{
  Keepers k;

  keepers_init (&k, 1, 2 * MIB);
  CountingRdd *old = counting_rdd_new (&k, 10, &RUSH_STORAGE_MEMORY_ONLY);
  CountingRdd *new = counting_rdd_new (&k, 10, &RUSH_STORAGE_MEMORY_ONLY);
  assert_reads (&k, 0, old, 0);
  assert_reads (&k, 0, old, 1);
  assert_reads (&k, 0, old, 0); /* now 1 is the least recently used */
  while (is_kept (&k, old, 1))
    assert_reads (&k, 0, new, new->n_computed);
  g_assert_true (is_kept (&k, old, 0));
  g_assert_true (is_kept (&k, new, new->n_computed - 1));
  rush_rdd_unref (&old->base);
  rush_rdd_unref (&new->base);
  keepers_clear (&k);
}

/* Execution takes all: what has the disk goes there, the rest is gone. */
static void
test_execution_evicts_storage (void)
{
  for (guint l = 0; l < 4; l++)
    {
      Keepers k;

      keepers_init (&k, 1, 4 * MIB);
      CountingRdd *rdd = counting_rdd_new (&k, 10, levels[l]);
      assert_reads (&k, 0, rdd, 0);
      gint64 granted =
          rush_memory_manager_acquire_execution (k.keepers[0].memory, 7, 4 * MIB, NULL);
      g_assert_cmpint (granted, ==, 4 * MIB);
      g_assert_cmpint (keepers_storage (&k, 0), ==, 0);
      g_assert_cmpuint (stats_of (&k, 0).n_on_disk, ==, levels[l]->use_disk ? 1 : 0);
      rush_memory_manager_release_execution (k.keepers[0].memory, 7, granted);
      assert_reads (&k, 0, rdd, 0);
      g_assert_cmpuint (rdd->n_computed, ==, levels[l]->use_disk ? 1 : 2);
      rush_rdd_unref (&rdd->base);
      keepers_clear (&k);
    }
}

static void
test_read_locked_blocks_stay (void)
{
  for (guint l = 0; l < 4; l++)
    {
      Keepers k;
      RushBatch *batch;
      guint n = 0;

      keepers_init (&k, 1, 4 * MIB);
      CountingRdd *rdd = counting_rdd_new (&k, 10, levels[l]);
      assert_reads (&k, 0, rdd, 0);
      gint64 before = keepers_storage (&k, 0);
      RushTaskContext *ctx = keepers_task (&k, 0, 1);
      RushIterator *rows = rush_rdd_iterator (&rdd->base, 0, ctx, NULL);
      gint64 granted =
          rush_memory_manager_acquire_execution (k.keepers[0].memory, 7, 4 * MIB, NULL);
      g_assert_cmpint (granted, <, 4 * MIB);
      g_assert_cmpint (keepers_storage (&k, 0), ==, before);
      rush_memory_manager_release_execution (k.keepers[0].memory, 7, granted);
      rush_block_manager_remove_rdd (k.keepers[0].manager, rdd->base.id);
      while ((batch = rush_iterator_next (rows, NULL)) != NULL)
        {
          n += batch->length;
          rush_batch_unref (batch);
        }
      g_assert_cmpuint (n, ==, 10000);
      rush_iterator_close (rows);
      g_assert_cmpint (keepers_storage (&k, 0), ==, 0);
      keepers_task_free (ctx);
      rush_rdd_unref (&rdd->base);
      keepers_clear (&k);
    }
}

/* The rows that are unrolled stand in the way of those to come: they move. */
static void
test_unrolling_yields_to_its_own_task (void)
{
  for (guint l = 1; l < 4; l += 2)
    {
      Keepers k;

      keepers_init (&k, 1, 512 * 1024);
      CountingRdd *rdd = counting_rdd_new (&k, 40, levels[l]);
      assert_reads (&k, 0, rdd, 0);
      g_assert_cmpuint (rdd->n_computed, ==, 1);
      g_assert_cmpuint (stats_of (&k, 0).n_on_disk, ==, levels[l]->use_disk ? 1 : 0);
      rush_rdd_unref (&rdd->base);
      keepers_clear (&k);
    }
}

/* ---- taken out ---- */

static void
unpersist_now (gpointer data)
{
  Reader *self = data;

  rush_rdd_clear_storage_level (&self->rdd->base);
  rush_block_manager_remove_rdd (self->keepers->keepers[0].manager, self->rdd->base.id);
}

static void
test_unpersisted_while_it_is_computed (void)
{
  Keepers k;

  keepers_init (&k, 1, 16 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 2, &RUSH_STORAGE_MEMORY_AND_DISK);
  Reader reader = { &k, rdd };
  rdd->on_batch = unpersist_now;
  rdd->on_batch_data = &reader;
  assert_reads (&k, 0, rdd, 0);
  g_assert_cmpuint (stats_of (&k, 0).n_blocks, ==, 0);
  g_assert_cmpint (keepers_storage (&k, 0), ==, 0);
  rush_rdd_unref (&rdd->base);
  keepers_clear (&k);
}

static void
test_a_removed_block_is_computed_again (void)
{
  Keepers k;

  keepers_init (&k, 1, 16 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 2, &RUSH_STORAGE_MEMORY_ONLY);
  g_assert_false (rush_block_manager_remove_block (k.keepers[0].manager, rdd->base.id, 0));
  assert_reads (&k, 0, rdd, 0);
  g_assert_true (rush_block_manager_remove_block (k.keepers[0].manager, rdd->base.id, 0));
  g_assert_null (rush_block_manager_master_locations (k.master, rdd->base.id, 0));
  assert_reads (&k, 0, rdd, 0);
  g_assert_cmpuint (rdd->n_computed, ==, 2);
  rush_rdd_unref (&rdd->base);
  keepers_clear (&k);
}

/* ---- several executors ---- */

static void
test_read_from_another_executor (void)
{
  for (guint l = 0; l < G_N_ELEMENTS (levels); l++)
    {
      Keepers k;

      keepers_init (&k, 2, 16 * MIB);
      CountingRdd *rdd = counting_rdd_new (&k, 3, levels[l]);
      assert_reads (&k, 0, rdd, 0);
      assert_reads (&k, 1, rdd, 0);
      g_assert_cmpuint (rdd->n_computed, ==, 1);
      g_assert_cmpuint (stats_of (&k, 1).n_blocks, ==, 0); /* read, not kept */
      rush_rdd_unref (&rdd->base);
      keepers_clear (&k);
    }
}

static void
test_recover_with_replicated_cache (void)
{
  static const RushStorageLevel *const replicated[] = { &RUSH_STORAGE_MEMORY_ONLY_2,
                                                        &RUSH_STORAGE_MEMORY_ONLY_SER_2,
                                                        &RUSH_STORAGE_DISK_ONLY_3 };

  for (guint l = 0; l < G_N_ELEMENTS (replicated); l++)
    {
      Keepers k;

      keepers_init (&k, 3, 16 * MIB);
      CountingRdd *rdd = counting_rdd_new (&k, 3, replicated[l]);
      for (guint split = 0; split < 3; split++)
        {
          assert_reads (&k, split, rdd, split);
          g_auto (GStrv) places =
              rush_block_manager_master_locations (k.master, rdd->base.id, split);
          g_assert_cmpuint (g_strv_length (places), ==, replicated[l]->replication);
        }
      k.keepers[1].is_alive = FALSE;
      rush_block_manager_close (k.keepers[1].manager);
      for (guint split = 0; split < 3; split++)
        assert_reads (&k, 0, rdd, split);
      g_assert_cmpuint (rdd->n_computed, ==, 3);
      rush_rdd_unref (&rdd->base);
      keepers_clear (&k);
    }
}

/* Copies are made from those that are left, and they are as good. */
static void
test_lost_copies_are_made_again (void)
{
  Keepers k;

  keepers_init (&k, 3, 16 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 3, &RUSH_STORAGE_MEMORY_ONLY_2);
  CountingRdd *single = counting_rdd_new (&k, 1, &RUSH_STORAGE_DISK_ONLY);
  for (guint split = 0; split < 3; split++)
    assert_reads (&k, split, rdd, split); /* 0: on 0 and 1, 1: on 1 and 2, 2: on 2 and 0 */
  assert_reads (&k, 0, single, 0);
  g_autoptr (GArray) none = rush_block_manager_master_thin_blocks (k.master);
  g_assert_cmpuint (none->len, ==, 0);
  k.keepers[1].is_alive = FALSE;
  rush_block_manager_close (k.keepers[1].manager);

  g_autoptr (GArray) thin = rush_block_manager_master_thin_blocks (k.master);
  g_assert_cmpuint (thin->len, ==, 2);
  for (guint i = 0; i < thin->len; i++)
    {
      const RushThinBlock *block = &g_array_index (thin, RushThinBlock, i);
      const RushRddBlockId key = { block->rdd_id, block->split };

      g_assert_cmpint (block->rdd_id, ==, rdd->base.id);
      g_assert_cmpuint (block->split, ==, i);
      g_assert_cmpstr (block->executor_id, ==, i == 0 ? "0" : "2");
      g_assert_cmpuint (block->n_missing, ==, 1);
      RushBlockManager *source = k.keepers[i == 0 ? 0 : 2].manager;
      g_assert_cmpuint (rush_block_manager_copy (source, &key, 1), ==, 1);
      g_assert_cmpuint (rush_block_manager_copy (source, &key, 1), ==, 0); /* nobody is left */
    }
  g_autoptr (GArray) thick = rush_block_manager_master_thin_blocks (k.master);
  g_assert_cmpuint (thick->len, ==, 0);
  k.keepers[0].is_alive = FALSE;
  rush_block_manager_close (k.keepers[0].manager);
  for (guint split = 0; split < 3; split++)
    assert_reads (&k, 2, rdd, split);
  g_assert_cmpuint (rdd->n_computed, ==, 3);
  rush_rdd_unref (&rdd->base);
  rush_rdd_unref (&single->base);
  keepers_clear (&k);
}

/* A block on disk is copied as well; one that is gone is not. */
static void
test_all_that_one_has (void)
{
  Keepers k;

  keepers_init (&k, 2, 16 * MIB);
  CountingRdd *disk = counting_rdd_new (&k, 2, &RUSH_STORAGE_DISK_ONLY);
  CountingRdd *memory = counting_rdd_new (&k, 2, &RUSH_STORAGE_MEMORY_ONLY_SER);
  assert_reads (&k, 0, memory, 1);
  assert_reads (&k, 0, disk, 1);
  assert_reads (&k, 0, disk, 0);
  g_autoptr (GArray) keys = rush_block_manager_list (k.keepers[0].manager);
  g_assert_cmpuint (keys->len, ==, 3);
  for (guint i = 0; i < keys->len; i++)
    {
      const RushRddBlockId *key = &g_array_index (keys, RushRddBlockId, i);

      g_assert_cmpuint (rush_block_manager_copy (k.keepers[0].manager, key, 1), ==, 1);
      g_assert_true (
          rush_block_manager_remove_block (k.keepers[0].manager, key->rdd_id, key->split));
      g_assert_cmpuint (rush_block_manager_copy (k.keepers[0].manager, key, 1), ==, 0);
    }
  g_assert_cmpuint (stats_of (&k, 0).n_blocks, ==, 0);
  g_assert_cmpuint (stats_of (&k, 1).n_blocks, ==, 3);
  assert_reads (&k, 1, disk, 0);
  assert_reads (&k, 0, memory, 1);
  g_assert_cmpuint (disk->n_computed + memory->n_computed, ==, 3);
  rush_rdd_unref (&disk->base);
  rush_rdd_unref (&memory->base);
  keepers_clear (&k);
}

/* What a job keeps is known once the next one has been submitted. */
static void
test_known_locations (void)
{
  Keepers k;

  keepers_init (&k, 1, 16 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 1, &RUSH_STORAGE_MEMORY_AND_DISK);
  rush_block_manager_master_begin_job (k.master);
  assert_reads (&k, 0, rdd, 0);
  g_assert_null (rush_block_manager_master_known_locations (k.master, rdd->base.id, 0));
  rush_block_manager_master_begin_job (k.master);
  g_auto (GStrv) places = rush_block_manager_master_known_locations (k.master, rdd->base.id, 0);
  g_assert_cmpuint (g_strv_length (places), ==, 1);
  rush_block_manager_close (k.keepers[0].manager);
  g_assert_null (rush_block_manager_master_known_locations (k.master, rdd->base.id, 0));
  rush_rdd_unref (&rdd->base);
  keepers_clear (&k);
}

static void
test_a_lost_executor_keeps_nothing (void)
{
  Keepers k;

  keepers_init (&k, 1, 16 * MIB);
  CountingRdd *rdd = counting_rdd_new (&k, 3, &RUSH_STORAGE_MEMORY_AND_DISK);
  assert_reads (&k, 0, rdd, 0);
  rush_block_manager_close (k.keepers[0].manager);
  g_assert_null (rush_block_manager_master_locations (k.master, rdd->base.id, 0));
  assert_reads (&k, 0, rdd, 0); /* its last task */
  g_assert_cmpuint (stats_of (&k, 0).n_blocks, ==, 0);
  g_assert_null (rush_block_manager_master_locations (k.master, rdd->base.id, 0));
  rush_rdd_unref (&rdd->base);
  keepers_clear (&k);
}

/* ---- all at once ---- */

#define N_THREADS 4
#define N_ROUNDS 20

typedef struct
{
  Keepers *keepers;
  CountingRdd *rdds[3];
  guint number;
} Worker;

static void *
read_many (void *data)
{
  Worker *self = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      guint pick = i * 7 + self->number;

      assert_reads (self->keepers, pick % 2, self->rdds[pick % 3], pick % 5);
      if (pick % 11 == 0)
        rush_block_manager_remove_block (self->keepers->keepers[0].manager, self->rdds[0]->base.id,
                                         pick % 5);
    }
  return NULL;
}

static void
test_many_tasks_under_pressure (void)
{
  Keepers k;
  pthread_t threads[N_THREADS];
  Worker workers[N_THREADS];

  keepers_init (&k, 2, 3 * MIB);
  CountingRdd *rdds[3] = {
    counting_rdd_new (&k, 10, &RUSH_STORAGE_MEMORY_ONLY_SER),
    counting_rdd_new (&k, 10, &RUSH_STORAGE_MEMORY_AND_DISK),
    counting_rdd_new (&k, 10, &RUSH_STORAGE_MEMORY_AND_DISK_SER_2),
  };
  for (guint t = 0; t < N_THREADS; t++)
    {
      workers[t] = (Worker){ &k, { rdds[0], rdds[1], rdds[2] }, t };
      pthread_create (&threads[t], NULL, read_many, &workers[t]);
    }
  for (guint t = 0; t < N_THREADS; t++)
    pthread_join (threads[t], NULL);
  for (guint r = 0; r < 3; r++)
    rush_rdd_unref (&rdds[r]->base);
  keepers_clear (&k);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/block_manager/" #name, test_##name)
  ADD (computed_once_at_each_level);
  ADD (read_by_reference_if_deserialized);
  ADD (input_is_counted);
  ADD (an_empty_partition_is_kept);
  ADD (one_computes_and_others_wait);
  ADD (waiting_can_be_cancelled);
  ADD (a_failure_leaves_nothing);
  ADD (what_finds_no_room_goes_through);
  ADD (what_finds_no_room_goes_to_disk);
  ADD (an_rdd_does_not_push_itself_out);
  ADD (the_least_recently_used_goes_for_another_rdd);
  ADD (execution_evicts_storage);
  ADD (read_locked_blocks_stay);
  ADD (unrolling_yields_to_its_own_task);
  ADD (unpersisted_while_it_is_computed);
  ADD (a_removed_block_is_computed_again);
  ADD (read_from_another_executor);
  ADD (recover_with_replicated_cache);
  ADD (lost_copies_are_made_again);
  ADD (all_that_one_has);
  ADD (known_locations);
  ADD (a_lost_executor_keeps_nothing);
  ADD (many_tasks_under_pressure);
#undef ADD
  return g_test_run ();
}
