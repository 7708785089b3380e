/* spills before each batch, whether or not there is room */
/* caught by: no_need */
/* writer.c - the map side of a shuffle: rows come in any order, two files go out in reduce order.
 *
 *     batch ─▶ row buffer: batches as they are + the partition of each row
 *                  │                      │ no memory left: sort, write, forget
 *                  │                      ▼
 *                  │                  spills: files in reduce order, too
 *     at the end   ▼                      │
 *       for each partition: its bytes of each spill, then its rows ─▶ .data, and .index
 *
 * What you need, besides the functions of this file:
 *   core/shuffle/row_buffer.h
 *     rush_row_buffer_sort (rows), rush_row_buffer_clear (rows)
 *     rush_row_buffer_memory_bytes (rows)                     what it holds
 *   core/shuffle/partition_file.h
 *     rush_partition_file_new (path, codec, n_partitions, error)
 *     rush_partition_file_append_copy (file, from, partition, error)   frames as they are
 *     rush_partition_file_begin (file, partition)             what follows is of that partition
 *     file->n_begun                                           partitions that have begun
 *     rush_partition_file_finish (file, error)
 *   core/memory/task_memory.h
 *     rush_task_memory_spill (memory, consumer, error)  calls spill (); bytes freed, −1: failed
 */
#include "core/memory/task_memory.h"
#include "core/shuffle/map_output.h"
#include "core/shuffle/shuffle.h"
#include "core/shuffle/sorted_windows.h"

typedef struct
{
  RushShuffleWriter base;
  RushMemoryConsumer consumer;
  RushDependency *dependency;
  RushBlockStore *store;
  RushMapOutputId id;
  RushMapStatus *status; /* the sizes of its partitions: the meter counts */
  RushSliceMeter *meter;
  RushRowBuffer *rows;
  GPtrArray *spills; /* of RushPartitionFile, the oldest first */
} Writer;

static guint
n_partitions (const Writer *self)
{
  return self->dependency->partitioner->n_partitions;
}

/* ---- rows in a file ---- */

typedef struct
{
  Writer *writer;
  RushPartitionFile *file;
  RushBeforePartition before;
} Sink;

static gboolean
append_window (RushBatch *window, guint64 first, gpointer data, GError **error)
{
  Sink *sink = data;
  g_autoptr (RushBatch) owned = window;

  return rush_partition_file_append (sink->file, window, first,
                                     rush_row_buffer_index (sink->writer->rows), sink->before,
                                     sink->writer, error);
}

/* Appends the sorted rows to @file, some thousands at a time; calls before (file, partition, self,
 * error) ahead of the first row of each partition up to the last that has rows, if it is not NULL.
 */
static gboolean
append_rows (Writer *self, RushPartitionFile *file, RushBeforePartition before, GError **error)
{
  RushSortedRows sorted = { self->rows, self->meter, self->status->sizes, n_partitions (self) };
  Sink sink = { self, file, before };

  return rush_sorted_rows_for_each_window (&sorted, rush_allocator_system (), append_window, &sink,
                                           error);
}

static RushPartitionFile *
new_spill_file (Writer *self, GError **error)
{
  g_autofree char *name =
      g_strdup_printf ("temp_shuffle_%d_%" G_GINT64_FORMAT "_%u", self->id.shuffle_id,
                       self->id.map_task_id, self->spills->len);
  g_autofree char *path = rush_local_dir_file (rush_block_store_dir (self->store), name, error);

  return path == NULL ? NULL
                      : rush_partition_file_new (path, rush_block_store_spill_codec (self->store),
                                                 n_partitions (self), error);
}

/* Takes the rows of @batch, or, for want of memory, none of them.  While it asks for memory nobody
 * else may spill them: busy. */
static gboolean
try_add (Writer *self, RushBatch *batch, GError **error)
{
  const guint32 *partitions;
  gboolean added;

  self->consumer.busy = TRUE;
  added = rush_row_buffer_add (self->rows, batch, &partitions, error);
  self->consumer.busy = FALSE;
  if (added)
    rush_slice_meter_add (self->meter, batch, partitions);
  return added;
}

/* ---- yours ---- */

/* BEGIN SOLUTION */
/* All rows go to a file, in reduce order; then they are forgotten. */
static gboolean
spill_rows (Writer *self, GError **error)
{
  g_autoptr (RushPartitionFile) file = new_spill_file (self, error);

  if (file == NULL)
    return FALSE;
  rush_row_buffer_sort (self->rows);
  if (!append_rows (self, file, NULL, error) || !rush_partition_file_finish (file, error))
    return FALSE;
  g_ptr_array_add (self->spills, g_steal_pointer (&file));
  rush_row_buffer_clear (self->rows);
  return TRUE;
}

/* Takes the rows of @batch; if there is no memory for them, spills first and tries again. */
static gboolean
add_rows (Writer *self, RushBatch *batch, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  gint64 freed = 0;

  if (rush_task_memory_spill (self->base.ctx->memory, &self->consumer, error) < 0)
    return FALSE;
  if (try_add (self, batch, &refusal))
    return TRUE;
  if (g_error_matches (refusal, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
    freed = rush_task_memory_spill (self->base.ctx->memory, &self->consumer, error);
  if (freed == 0)
    g_propagate_error (error, g_steal_pointer (&refusal)); /* there was nothing to spill */
  return freed > 0 && try_add (self, batch, error);
}

/* What the spills have of @partition: called before its rows that are in memory. */
static gboolean
copy_spilled (RushPartitionFile *file, guint partition, gpointer data, GError **error)
{
  const Writer *self = data;

  for (guint s = 0; s < self->spills->len; s++)
    if (!rush_partition_file_append_copy (file, g_ptr_array_index (self->spills, s), partition,
                                          error))
      return FALSE;
  return TRUE;
}

/* Spills and rows become the data file at @path. (transfer full) */
static RushPartitionFile *
merge (Writer *self, const char *path, GError **error)
{
  g_autoptr (RushPartitionFile) file = rush_partition_file_new (
      path, rush_block_store_codec (self->store), n_partitions (self), error);

  if (file == NULL)
    return NULL;
  rush_row_buffer_sort (self->rows);
  if (!append_rows (self, file, copy_spilled, error))
    return NULL;
  while (file->n_begun < n_partitions (self)) /* those without rows in memory */
    {
      guint partition = file->n_begun;

      rush_partition_file_begin (file, partition);
      if (!copy_spilled (file, partition, self, error))
        return NULL;
    }
  return g_steal_pointer (&file);
}
/* END SOLUTION */

/* ---- the rest ---- */

static Writer *
writer_of (RushMemoryConsumer *consumer)
{
  return (Writer *)((char *)consumer - G_STRUCT_OFFSET (Writer, consumer));
}

static gint64
used_bytes (RushMemoryConsumer *consumer)
{
  return rush_row_buffer_memory_bytes (writer_of (consumer)->rows);
}

/* Counts what spill_rows () does. */
static gint64
spill (RushMemoryConsumer *consumer, GError **error)
{
  Writer *self = writer_of (consumer);
  RushTaskMetrics *metrics = &self->base.ctx->metrics;
  gint64 bytes = used_bytes (consumer);
  guint n = self->spills->len;

  if (rush_row_buffer_n_rows (self->rows) == 0)
    return 0;
  if (!spill_rows (self, error))
    return -1;
  metrics->memory_bytes_spilled += bytes;
  for (; n < self->spills->len; n++)
    metrics->disk_bytes_spilled += (gint64)rush_spill_file_size (
        ((RushPartitionFile *)g_ptr_array_index (self->spills, n))->file);
  return bytes;
}

static gboolean
writer_write (RushShuffleWriter *base, RushBatch *batch, GError **error)
{
  g_autoptr (RushBatch) owned = batch;

  return batch->length == 0 || add_rows ((Writer *)base, batch, error);
}

static void
count_written (Writer *self)
{
  RushTaskMetrics *metrics = &self->base.ctx->metrics;

  rush_slice_meter_finish (self->meter);
  for (guint p = 0; p < n_partitions (self); p++)
    {
      metrics->shuffle_write_bytes += self->status->sizes[p].bytes;
      metrics->shuffle_write_records += self->status->sizes[p].records;
      metrics->shuffle_write_pairs += self->status->sizes[p].pairs;
    }
}

static RushMapStatus *
writer_commit (RushShuffleWriter *base, GError **error)
{
  Writer *self = (Writer *)base;
  RushLocalDir *dir = rush_block_store_dir (self->store);
  g_autofree char *path = rush_map_output_data_path (self->id, dir, error);
  RushPartitionFile *file;
  RushMapOutput *output;

  self->consumer.busy = TRUE; /* from now on its rows stay where they are */
  file = path != NULL ? merge (self, path, error) : NULL;
  if (file == NULL)
    return NULL;
  output = rush_map_output_new_in_files (self->id, self->dependency->schema, file, dir, error);
  if (output == NULL)
    return NULL;
  count_written (self);
  rush_block_store_put (self->store, output);
  return g_steal_pointer (&self->status);
}

static void
writer_free (RushShuffleWriter *base)
{
  Writer *self = (Writer *)base;

  rush_task_memory_remove_consumer (self->base.ctx->memory, &self->consumer);
  g_ptr_array_unref (self->spills);
  rush_row_buffer_free (self->rows);
  rush_slice_meter_free (self->meter);
  rush_map_status_unref (self->status);
  rush_dependency_unref (self->dependency);
  g_free (self);
}

static RushShuffleWriter *
writer_make (const RushDependency *dependency, guint map_index, RushBlockStore *store,
             RushTaskContext *ctx)
{
  Writer *self = g_new0 (Writer, 1);
  guint n = dependency->partitioner->n_partitions;

  self->base.ctx = ctx;
  self->dependency = rush_dependency_ref ((RushDependency *)dependency);
  self->store = store;
  self->id = (RushMapOutputId){ dependency->shuffle_id, map_index, ctx->task_id };
  self->status = rush_map_status_new (ctx->executor_id, ctx->host, ctx->task_id, n);
  self->meter =
      rush_slice_meter_new (dependency->schema, n, dependency->pairs_column, self->status->sizes);
  self->rows = rush_row_buffer_new (dependency->schema, dependency->partitioner, ctx->allocator);
  self->spills = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_partition_file_free);
  self->consumer =
      (RushMemoryConsumer){ .name = "my writer", .used_bytes = used_bytes, .spill = spill };
  rush_task_memory_add_consumer (ctx->memory, &self->consumer);
  return &self->base;
}

static const RushShuffleWriterClass writer = { "my sort writer", writer_make, writer_write,
                                               writer_commit, writer_free };

RUSH_PLUGIN (RUSH_SHUFFLE_WRITER_PART (&writer));
