#include "tests/core/storage/keepers.h"

#include "core/data/builder.h"

#include <glib/gstdio.h>

#define ROWS 1000

/* ---- executors ---- */

static void
set (RushConf *conf, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  rush_conf_set (conf, key, value, &error);
  g_assert_no_error (error);
}

static RushBlockManager *
lookup (gpointer data, const char *executor_id)
{
  Keepers *self = data;

  for (guint i = 0; i < self->n; i++)
    if (self->keepers[i].is_alive && g_str_equal (self->keepers[i].id, executor_id))
      return self->keepers[i].manager;
  return NULL;
}

static char **
executor_ids (gpointer data)
{
  Keepers *self = data;
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < self->n; i++)
    if (self->keepers[i].is_alive)
      g_strv_builder_add (ids, self->keepers[i].id);
  return g_strv_builder_end (ids);
}

static void
keeper_init (Keepers *self, guint i)
{
  RushBlockManagers all = { self->conf, self->master, NULL,          self->dir,
                            lookup,     executor_ids, (gpointer)self };
  Keeper *keeper = &self->keepers[i];
  g_autoptr (GError) error = NULL;

  g_snprintf (keeper->id, sizeof keeper->id, "%u", i);
  keeper->is_alive = TRUE;
  keeper->memory = rush_memory_manager_new (self->conf, 0, &error);
  g_assert_no_error (error);
  keeper->evictor = rush_evictor_new (keeper->memory, &rush_eviction_policy_lru);
  keeper->manager =
      rush_block_manager_new (&all, keeper->id, "localhost", keeper->memory, keeper->evictor);
}

void
keepers_init (Keepers *self, guint n, gint64 pool)
{
  g_autofree char *heap = g_strdup_printf ("%" G_GINT64_FORMAT, pool);
  g_autoptr (GError) error = NULL;

  *self = (Keepers){ .n = n };
  self->parent = g_dir_make_tmp ("test_block_manager-XXXXXX", NULL);
  self->dir = rush_local_dir_new (self->parent, &error);
  g_assert_no_error (error);
  self->conf = rush_conf_new ();
  set (self->conf, "spark.testing.memory", heap);
  set (self->conf, "spark.testing.reservedMemory", "0");
  set (self->conf, "spark.memory.fraction", "1.0");
  set (self->conf, "spark.memory.storageFraction", "0.0");
  set (self->conf, "spark.rdd.compress", "false");
  self->lineage = rush_lineage_new ();
  self->master = rush_block_manager_master_new ();
  for (guint i = 0; i < n; i++)
    keeper_init (self, i);
}

void
keepers_clear (Keepers *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      rush_block_manager_free (self->keepers[i].manager);
      g_assert_cmpint (keepers_storage (self, i), ==, 0);
      rush_evictor_free (self->keepers[i].evictor);
      rush_memory_manager_unref (self->keepers[i].memory);
    }
  rush_block_manager_master_free (self->master);
  g_assert_cmpuint (keepers_n_files (self), ==, 0);
  rush_local_dir_free (self->dir);
  g_assert_cmpint (g_rmdir (self->parent), ==, 0);
  g_free (self->parent);
  rush_lineage_unref (self->lineage);
  rush_conf_unref (self->conf);
}

RushTaskContext *
keepers_task (Keepers *self, guint keeper, gint64 task_id)
{
  RushTaskContext *ctx = rush_task_context_new ();

  ctx->task_id = task_id;
  ctx->executor_id = self->keepers[keeper].id;
  ctx->cache = rush_block_manager_cache (self->keepers[keeper].manager);
  ctx->memory = rush_task_memory_new (self->keepers[keeper].memory, task_id, &ctx->cancelled);
  ctx->allocator = rush_task_memory_allocator (ctx->memory);
  return ctx;
}

void
keepers_task_free (RushTaskContext *ctx)
{
  rush_task_context_run_cleanups (ctx);
  rush_task_memory_free (ctx->memory);
  ctx->memory = NULL;
  rush_task_context_free (ctx);
}

gint64
keepers_storage (Keepers *self, guint keeper)
{
  RushMemoryStats stats;

  rush_memory_manager_stats (self->keepers[keeper].memory, &stats);
  return stats.storage_used;
}

guint
keepers_n_files (Keepers *self)
{
  g_autoptr (GDir) dir = g_dir_open (rush_local_dir_path (self->dir), 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (rush_local_dir_path (self->dir), name, NULL);
      g_autoptr (GDir) inner = g_dir_open (path, 0, NULL);

      while (inner != NULL && g_dir_read_name (inner) != NULL)
        n++;
    }
  return n;
}

/* ---- the RDD ---- */

typedef struct
{
  RushIterator base;
  CountingRdd *rdd;
  RushAllocator *allocator;
  guint split;
  guint next;
} CountingIterator;

static RushBatch *
make_batch (CountingIterator *self, GError **error)
{
  g_autoptr (RushBatchBuilder) builder =
      rush_batch_builder_new (self->rdd->base.schema, self->allocator);

  for (guint row = 0; row < ROWS; row++)
    {
      gint64 number = (gint64)self->split * 1000000 + self->next * ROWS + row;
      char text[24];

      g_snprintf (text, sizeof text, "%020" G_GINT64_FORMAT, number);
      if (!rush_batch_builder_append_int (builder, 0, number, error) ||
          !rush_batch_builder_append_bytes (builder, 1, text, 20, error))
        {
          rush_batch_builder_abandon_row (builder);
          return NULL;
        }
      rush_batch_builder_end_row (builder);
    }
  return rush_batch_builder_finish (builder, error);
}

static RushBatch *
counting_next (RushIterator *base, GError **error)
{
  CountingIterator *self = (CountingIterator *)base;
  CountingRdd *rdd = self->rdd;
  RushBatch *batch;

  if (rdd->on_batch != NULL)
    rdd->on_batch (rdd->on_batch_data);
  if ((gint)self->next == rdd->fails_after)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_PYTHON, "the function failed");
      return NULL;
    }
  if (self->next == rdd->n_batches)
    return NULL;
  batch = make_batch (self, error);
  self->next++;
  return batch;
}

static void
counting_close (RushIterator *base)
{
  g_free (base);
}

static const RushIteratorClass counting_iterator_class = { counting_next, counting_close };

static RushIterator *
counting_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  CountingIterator *iterator = g_new0 (CountingIterator, 1);

  iterator->base.klass = &counting_iterator_class;
  iterator->rdd = (CountingRdd *)base;
  iterator->allocator = ctx->allocator;
  iterator->split = split;
  atomic_fetch_add (&iterator->rdd->n_computed, 1);
  return &iterator->base;
}

static const RushRddClass counting_class = { .name = "CountingRDD", .compute = counting_compute };

CountingRdd *
counting_rdd_new (Keepers *keepers, guint n_batches, const RushStorageLevel *level)
{
  g_autoptr (RushSchema) schema =
      rush_schema_of ("number", &RUSH_INT64, "text", &RUSH_STRING, NULL);
  CountingRdd *self =
      rush_rdd_alloc (sizeof *self, &counting_class, keepers->lineage, schema, NULL, 0);
  g_autoptr (GError) error = NULL;

  self->n_batches = n_batches;
  self->fails_after = -1;
  rush_rdd_persist (&self->base, level, &error);
  g_assert_no_error (error);
  return self;
}

gint64
read_partition (CountingRdd *rdd, guint split, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushIterator) rows = rush_rdd_iterator (&rdd->base, split, ctx, error);
  g_autoptr (GError) failure = NULL;
  gint64 sum = 0;
  RushBatch *batch;

  if (rows == NULL)
    return -1;
  while ((batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        sum += rush_column_get_int (batch->columns[0], rush_batch_row (batch, i));
      rush_batch_unref (batch);
    }
  if (failure == NULL)
    return sum;
  g_propagate_error (error, g_steal_pointer (&failure));
  return -1;
}

gint64
expected_sum (const CountingRdd *rdd, guint split)
{
  gint64 n = (gint64)rdd->n_batches * ROWS;

  return n * split * 1000000 + n * (n - 1) / 2;
}

void
assert_reads (Keepers *self, guint keeper, CountingRdd *rdd, guint split)
{
  static atomic_int next_task;
  RushTaskContext *ctx = keepers_task (self, keeper, atomic_fetch_add (&next_task, 1));
  g_autoptr (GError) error = NULL;
  gint64 sum = read_partition (rdd, split, ctx, &error);

  g_assert_no_error (error);
  g_assert_cmpint (sum, ==, expected_sum (rdd, split));
  keepers_task_free (ctx);
}
