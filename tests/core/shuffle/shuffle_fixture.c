#include "tests/core/shuffle/shuffle_fixture.h"

#include "core/data/builder.h"

#include <glib/gstdio.h>
#include <string.h>

/* ---- the cluster ---- */

static RushBlockStore *
lookup (gpointer data, const char *executor_id)
{
  Cluster *self = data;

  for (guint e = 0; e < self->n_executors; e++)
    if (g_str_equal (self->executors[e].id, executor_id))
      return self->executors[e].store;
  return NULL;
}

static void
set (RushConf *conf, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  rush_conf_set (conf, key, value, &error);
  g_assert_no_error (error);
}

static void
executor_init (Executor *self, guint number, const Cluster *cluster,
               const RushEvictionPolicy *policy, const RushShuffleWriterClass *writer)
{
  g_autoptr (GError) error = NULL;

  self->id = g_strdup_printf ("%u", number);
  self->memory = rush_memory_manager_new (cluster->conf, 0, &error);
  g_assert_no_error (error);
  self->evictor = rush_evictor_new (self->memory, policy);
  self->store = rush_block_store_new (cluster->conf, self->id, self->memory, self->evictor,
                                      cluster->dir, writer);
}

static void
init (Cluster *self, guint n_executors, gint64 pool_bytes, gboolean by_reference, const char *key,
      const char *value, const RushEvictionPolicy *policy, const RushShuffleWriterClass *writer)
{
  g_autofree char *heap = g_strdup_printf ("%" G_GINT64_FORMAT, pool_bytes);
  g_autoptr (GError) error = NULL;

  *self = (Cluster){ .n_executors = n_executors };
  self->parent = g_dir_make_tmp ("test_shuffle-XXXXXX", NULL);
  self->dir = rush_local_dir_new (self->parent, &error);
  g_assert_no_error (error);
  self->conf = rush_conf_new ();
  set (self->conf, "spark.testing.memory", heap);
  set (self->conf, "spark.testing.reservedMemory", "0");
  set (self->conf, "spark.memory.fraction", "1.0");
  set (self->conf, "spark.memory.storageFraction", "0.0");
  set (self->conf, key, value);
  for (guint e = 0; e < n_executors; e++)
    executor_init (&self->executors[e], e, self, policy, writer);
  self->tracker = rush_map_output_tracker_new ();
  self->lineage = rush_lineage_new ();
  self->fetch = (RushShuffleFetch){ self->tracker, lookup, self, by_reference };
}

void
cluster_init_with (Cluster *self, guint n_executors, gint64 pool_bytes, gboolean by_reference,
                   const char *key, const char *value)
{
  init (self, n_executors, pool_bytes, by_reference, key, value, &rush_eviction_policy_lru,
        &rush_shuffle_writer_sort);
}

void
cluster_init_seams (Cluster *self, gint64 pool_bytes, const RushEvictionPolicy *policy,
                    const RushShuffleWriterClass *writer)
{
  init (self, 1, pool_bytes, TRUE, "spark.shuffle.compress", "true", policy, writer);
}

void
cluster_init (Cluster *self, guint n_executors, gint64 pool_bytes, gboolean by_reference)
{
  cluster_init_with (self, n_executors, pool_bytes, by_reference, "spark.shuffle.compress", "true");
}

void
cluster_clear (Cluster *self)
{
  for (guint e = 0; e < self->n_executors; e++)
    {
      Executor *executor = &self->executors[e];
      RushMemoryStats stats;

      rush_block_store_free (executor->store);
      rush_evictor_free (executor->evictor);
      rush_memory_manager_stats (executor->memory, &stats);
      g_assert_cmpint (stats.storage_used, ==, 0);
      g_assert_cmpint (stats.execution_used, ==, 0);
      rush_memory_manager_unref (executor->memory);
      g_free (executor->id);
    }
  g_assert_cmpuint (count_files (self, ""), ==, 1); /* the lock */
  rush_local_dir_free (self->dir);
  g_assert_cmpint (g_rmdir (self->parent), ==, 0);
  g_free (self->parent);
  rush_map_output_tracker_free (self->tracker);
  rush_lineage_unref (self->lineage);
  rush_conf_unref (self->conf);
}

/* ---- tasks ---- */

RushTaskContext *
task_new (Cluster *self, guint executor)
{
  RushTaskContext *ctx = rush_task_context_new ();

  ctx->task_id = self->next_task_id++;
  ctx->executor_id = self->executors[executor].id;
  ctx->host = "localhost";
  ctx->memory =
      rush_task_memory_new (self->executors[executor].memory, ctx->task_id, &ctx->cancelled);
  ctx->allocator = rush_task_memory_allocator (ctx->memory);
  return ctx;
}

void
task_free (RushTaskContext *ctx)
{
  rush_task_memory_free (ctx->memory);
  rush_task_context_free (ctx);
}

static const RushRddClass source_class = { .name = "SourceRDD" };

RushDependency *
new_shuffle (Cluster *self, RushSchema *schema, guint n_partitions, guint key_column)
{
  g_autoptr (RushPartitioner) partitioner = rush_hash_partitioner_new (n_partitions, key_column);
  g_autoptr (RushRdd) rdd =
      rush_rdd_alloc (sizeof (RushRdd), &source_class, self->lineage, schema, NULL, 0);

  return rush_dependency_shuffle (rdd, partitioner, schema);
}

/* ---- rows ---- */

RushSchema *
test_schema (void)
{
  static RushSchema *schema;
  const RushField fields[] = {
    { (char *)"key", &RUSH_STRING, TRUE },
    { (char *)"value", &RUSH_INT64, FALSE },
    { (char *)"weight", &RUSH_FLOAT64, TRUE },
  };

  if (schema == NULL)
    schema = rush_schema_new (G_N_ELEMENTS (fields), fields);
  return schema;
}

static gboolean
append_test_row (RushBatchBuilder *builder, guint64 number, GError **error)
{
  char key[64];
  int length = number % 5 == 0
                   ? g_snprintf (key, sizeof key, "a-key-over-12-bytes-%u", (guint)(number % 1000))
                   : g_snprintf (key, sizeof key, "k%u", (guint)(number % 777));
  gboolean key_added =
      number % 97 == 0 ? rush_batch_builder_append_null (builder, 0, error)
                       : rush_batch_builder_append_bytes (builder, 0, key, (gsize)length, error);

  return key_added && rush_batch_builder_append_int (builder, 1, (gint64)number, error) &&
         (number % 31 == 0
              ? rush_batch_builder_append_null (builder, 2, error)
              : rush_batch_builder_append_double (builder, 2, (double)number / 4, error));
}

RushBatch *
test_batch (guint64 first, guint n_rows, RushAllocator *allocator)
{
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (test_schema (), allocator);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n_rows; i++)
    {
      append_test_row (builder, first + i, &error);
      g_assert_no_error (error);
      rush_batch_builder_end_row (builder);
    }
  RushBatch *batch = rush_batch_builder_finish (builder, &error);
  g_assert_no_error (error);
  return batch;
}

void
append_row (GString *out, const RushBatch *batch, guint i)
{
  guint row = rush_batch_row (batch, i);

  for (guint c = 0; c < batch->schema->n_fields; c++)
    {
      const RushColumn *column = batch->columns[c];
      gsize length;

      if (c > 0)
        g_string_append_c (out, '|');
      if (!rush_column_is_valid (column, row))
        g_string_append (out, "null");
      else if (column->type->storage == RUSH_STORAGE_VIEW)
        {
          const char *bytes = rush_column_get_bytes (column, row, &length);
          g_string_append_len (out, bytes, (gssize)length);
        }
      else if (column->type == &RUSH_FLOAT64)
        g_string_append_printf (out, "%g", rush_column_get_double (column, row));
      else
        g_string_append_printf (out, "%" G_GINT64_FORMAT, rush_column_get_int (column, row));
    }
  g_string_append_c (out, '\n');
}

/* ---- maps and reduces ---- */

void
run_map (Cluster *self, const RushDependency *dependency, guint executor, guint map_index,
         guint64 first, guint n_rows, guint batch_rows, RushTaskMetrics *out_metrics)
{
  RushTaskContext *ctx = task_new (self, executor);
  g_autoptr (GError) error = NULL;
  RushShuffleWriter *writer =
      rush_shuffle_writer_new (dependency, map_index, self->executors[executor].store, ctx, &error);

  for (guint done = 0; done < n_rows; done += batch_rows)
    {
      RushBatch *batch = test_batch (first + done, MIN (batch_rows, n_rows - done), ctx->allocator);
      rush_shuffle_writer_write (writer, batch, &error);
      g_assert_no_error (error);
    }
  RushMapStatus *status = rush_shuffle_writer_commit (writer, &error);
  g_assert_no_error (error);
  rush_shuffle_writer_free (writer);
  rush_map_output_tracker_register_output (self->tracker, dependency->shuffle_id, map_index,
                                           status);
  if (out_metrics != NULL)
    *out_metrics = ctx->metrics;
  task_free (ctx);
}

char *
run_reduce (Cluster *self, const RushDependency *dependency, guint executor, guint start, guint end,
            RushTaskMetrics *out_metrics)
{
  RushTaskContext *ctx = task_new (self, executor);
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  RushIterator *reader =
      rush_shuffle_reader_new (dependency, start, end, &self->fetch, ctx, &error);
  RushBatch *batch;

  g_assert_no_error (error);
  while ((batch = rush_iterator_next (reader, &error)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        append_row (rows, batch, i);
      rush_batch_unref (batch);
    }
  g_assert_no_error (error);
  rush_iterator_close (reader);
  if (out_metrics != NULL)
    *out_metrics = ctx->metrics;
  task_free (ctx);
  return g_string_free (g_steal_pointer (&rows), FALSE);
}

void
expect_fetch_failure (Cluster *self, const RushDependency *dependency, guint partition,
                      RushTaskContext *ctx, GError **error)
{
  RushIterator *reader =
      rush_shuffle_reader_new (dependency, partition, partition + 1, &self->fetch, ctx, error);
  RushBatch *batch;

  while (reader != NULL && (batch = rush_iterator_next (reader, error)) != NULL)
    rush_batch_unref (batch);
  rush_iterator_close (reader);
  g_assert_true (ctx->fetch_failed);
  g_assert_nonnull (*error);
  g_assert_true (g_error_matches (*error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_FETCH_FAILED));
}

/* ---- files ---- */

static void
collect_files (const char *folder, const char *suffix, GPtrArray *out)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        collect_files (path, suffix, out);
      else if (g_str_has_suffix (name, suffix))
        g_ptr_array_add (out, g_steal_pointer (&path));
    }
  g_dir_close (dir);
}

guint
count_files (Cluster *self, const char *suffix)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);

  collect_files (rush_local_dir_path (self->dir), suffix, files);
  return files->len;
}

char *
only_file (Cluster *self, const char *suffix)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);

  collect_files (rush_local_dir_path (self->dir), suffix, files);
  g_assert_cmpuint (files->len, ==, 1);
  return g_strdup (g_ptr_array_index (files, 0));
}
