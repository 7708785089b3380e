/* sort_shuffle_writer.c - the default map side: rows come in any order, a map output goes out in
 * reduce order.
 *
 *     batch ─▶ [ combine ] ─▶ meter: records, pairs, bytes of each partition
 *                        └──▶ row buffer: batches as they are + a partition number a row
 *                                 │                       │ pressure: sort, write, forget
 *                                 │                       ▼
 *                                 │                   spills: partition files
 *     commit                      ▼                       │
 *       never spilled     sort, gather once into storage  │      ─▶ output in memory
 *       else, or if storage refuses                       ▼
 *                         for each partition: its bytes of each spill, then its rows ─▶ two files
 *
 * Merging copies compressed frames as they are; nothing is decoded on the map side.  Rows of a
 * partition keep the order in which they were written on every route.
 *
 * With one reduce partition the batches are in order already and are kept as they are, charged to
 * storage from then on.  Only if they hold much more than their rows (lines that point into blocks
 * of a file, say) it pays to copy.
 *
 * The rows that wait are a memory consumer.  While the writer is in the middle of something it
 * is `busy`, and spills by itself when its own request was refused.
 */
#include "core/shuffle/shuffle.h"

#include "core/memory/task_memory.h"
#include "core/shuffle/external_combiner.h"
#include "core/shuffle/map_output.h"
#include "core/shuffle/sorted_windows.h"

typedef struct
{
  RushShuffleWriter base;
  RushMemoryConsumer consumer;
  RushDependency *dependency; /* (owned) a ref */
  RushBlockStore *store;
  RushMapOutputId id;
  RushMapStatus *status; /* what commit () returns: the meter counts into it */
  RushSliceMeter *meter;
  RushRowBuffer *rows;
  RushExternalCombiner *combiner; /* NULL: no map-side combine */
  GPtrArray *spills;              /* of RushPartitionFile */
} SortShuffleWriter;

/* The writer whose consumer this is. */
static SortShuffleWriter *
writer_of (RushMemoryConsumer *consumer)
{
  return (SortShuffleWriter *)((char *)consumer - G_STRUCT_OFFSET (SortShuffleWriter, consumer));
}

static guint
n_partitions (const SortShuffleWriter *self)
{
  return self->dependency->partitioner->n_partitions;
}

static gboolean
for_each_window (SortShuffleWriter *self, RushAllocator *allocator, RushWindowFunc func,
                 gpointer data, GError **error)
{
  RushSortedRows sorted = { self->rows, self->meter, self->status->sizes, n_partitions (self) };

  return rush_sorted_rows_for_each_window (&sorted, allocator, func, data, error);
}

/* ---- spilling ---- */

typedef struct
{
  SortShuffleWriter *writer;
  RushPartitionFile *file;
  RushBeforePartition before;
} FileSink;

/* (transfer full: @window) */
static gboolean
window_to_file (RushBatch *window, guint64 first, gpointer data, GError **error)
{
  FileSink *sink = data;
  g_autoptr (RushBatch) owned = window;

  return rush_partition_file_append (sink->file, window, first,
                                     rush_row_buffer_index (sink->writer->rows), sink->before,
                                     sink->writer, error);
}

static gint64
used_bytes (RushMemoryConsumer *consumer)
{
  return rush_row_buffer_memory_bytes (writer_of (consumer)->rows);
}

static RushPartitionFile *
new_spill_file (SortShuffleWriter *self, GError **error)
{
  g_autofree char *name =
      g_strdup_printf ("temp_shuffle_%d_%" G_GINT64_FORMAT "_%u", self->id.shuffle_id,
                       self->id.map_task_id, self->spills->len);
  g_autofree char *path = rush_local_dir_file (rush_block_store_dir (self->store), name, error);

  if (path == NULL)
    return NULL;
  return rush_partition_file_new (path, rush_block_store_spill_codec (self->store),
                                  n_partitions (self), error);
}

/* The windows are not charged: they are let go at once, and there is no memory left. */
static gboolean
spill_rows (SortShuffleWriter *self, GError **error)
{
  g_autoptr (RushPartitionFile) file = new_spill_file (self, error);
  FileSink sink = { self, file, NULL };

  if (file == NULL)
    return FALSE;
  rush_row_buffer_sort (self->rows);
  if (!for_each_window (self, rush_allocator_system (), window_to_file, &sink, error) ||
      !rush_partition_file_finish (file, error))
    return FALSE;
  self->base.ctx->metrics.disk_bytes_spilled += (gint64)rush_spill_file_size (file->file);
  g_ptr_array_add (self->spills, g_steal_pointer (&file));
  rush_row_buffer_clear (self->rows);
  return TRUE;
}

static gint64
spill (RushMemoryConsumer *consumer, GError **error)
{
  SortShuffleWriter *self = writer_of (consumer);
  gint64 bytes = used_bytes (consumer);

  if (rush_row_buffer_n_rows (self->rows) == 0)
    return 0;
  if (!spill_rows (self, error))
    return -1;
  self->base.ctx->metrics.memory_bytes_spilled += bytes;
  return bytes;
}

/* ---- writing ---- */

static gboolean
try_add (SortShuffleWriter *self, RushBatch *batch, GError **error)
{
  const guint32 *partitions;

  self->consumer.busy = TRUE;
  gboolean added = rush_row_buffer_add (self->rows, batch, &partitions, error);
  self->consumer.busy = FALSE;
  if (added)
    rush_slice_meter_add (self->meter, batch, partitions);
  return added;
}

static gboolean
add_rows (SortShuffleWriter *self, RushBatch *batch, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (batch->length == 0 || try_add (self, batch, &failure))
    return TRUE;
  if (g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
    {
      gint64 freed = rush_task_memory_spill (self->base.ctx->memory, &self->consumer, error);
      if (freed != 0)
        return freed > 0 && try_add (self, batch, error);
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
sort_write (RushShuffleWriter *base, RushBatch *batch, GError **error)
{
  SortShuffleWriter *self = (SortShuffleWriter *)base;
  g_autoptr (RushBatch) owned = batch;

  g_return_val_if_fail (self->status != NULL, FALSE); /* committed already */
  return self->combiner != NULL
             ? rush_external_combiner_insert (self->combiner, batch, FALSE, error)
             : add_rows (self, batch, error);
}

/* ---- commit: to memory ---- */

static gboolean
window_to_rows (RushBatch *window, guint64 first, gpointer data, GError **error)
{
  rush_map_rows_add (data, window);
  return TRUE;
}

/* Whether the batches of a single partition hold about what their rows take. */
static gboolean
batches_are_tight (const SortShuffleWriter *self)
{
  return n_partitions (self) == 1 &&
         rush_row_buffer_memory_bytes (self->rows) <= 2 * rush_slice_meter_bytes (self->meter, 0);
}

/* A batch under the shuffle's own schema, whose names may be others. */
static RushBatch *
with_schema (RushBatch *batch, RushSchema *schema)
{
  g_autofree guint *columns = g_new (guint, schema->n_fields);

  if (batch->schema == schema)
    return rush_batch_ref (batch);
  for (guint c = 0; c < schema->n_fields; c++)
    columns[c] = c;
  return rush_batch_project (batch, schema, columns);
}

static gboolean
keep_batches (SortShuffleWriter *self, RushMapRows *rows, GError **error)
{
  if (!rush_map_rows_charge (rows, (gsize)rush_row_buffer_memory_bytes (self->rows), error))
    return FALSE;
  for (guint b = 0; b < rush_row_buffer_n_batches (self->rows); b++)
    rush_map_rows_add (
        rows, with_schema (rush_row_buffer_batch (self->rows, b), self->dependency->schema));
  return TRUE;
}

static RushMapOutput *
output_in_memory (SortShuffleWriter *self, GError **error)
{
  RushAllocator *storage = rush_block_store_allocator (self->store);
  g_autoptr (RushMapRows) rows =
      rush_map_rows_new (self->dependency->schema, n_partitions (self),
                         rush_row_buffer_index (self->rows), storage, error);

  if (rows == NULL ||
      !(batches_are_tight (self) ? keep_batches (self, rows, error)
                                 : for_each_window (self, storage, window_to_rows, rows, error)))
    return NULL;
  return rush_map_output_new_in_memory (self->id, g_steal_pointer (&rows));
}

/* ---- commit: to files ---- */

/* The rows of @partition that were spilled come before those that were not. */
static gboolean
copy_spilled (RushPartitionFile *file, guint partition, gpointer data, GError **error)
{
  const SortShuffleWriter *self = data;

  for (guint s = 0; s < self->spills->len; s++)
    if (!rush_partition_file_append_copy (file, g_ptr_array_index (self->spills, s), partition,
                                          error))
      return FALSE;
  return TRUE;
}

/* The partitions behind the last row in memory have spilled rows at most. */
static gboolean
copy_rest (SortShuffleWriter *self, RushPartitionFile *file, GError **error)
{
  while (file->n_begun < n_partitions (self))
    {
      guint partition = file->n_begun;
      rush_partition_file_begin (file, partition);
      if (!copy_spilled (file, partition, self, error))
        return FALSE;
    }
  return TRUE;
}

static RushMapOutput *
output_in_files (SortShuffleWriter *self, GError **error)
{
  RushLocalDir *dir = rush_block_store_dir (self->store);
  g_autofree char *path = rush_map_output_data_path (self->id, dir, error);

  if (path == NULL)
    return NULL;
  g_autoptr (RushPartitionFile) file = rush_partition_file_new (
      path, rush_block_store_codec (self->store), n_partitions (self), error);
  FileSink sink = { self, file, copy_spilled };
  if (file == NULL ||
      !for_each_window (self, rush_allocator_system (), window_to_file, &sink, error) ||
      !copy_rest (self, file, error))
    return NULL;
  return rush_map_output_new_in_files (self->id, self->dependency->schema, g_steal_pointer (&file),
                                       dir, error);
}

/* ---- commit ---- */

static gboolean
drain_combiner (SortShuffleWriter *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;
  gboolean added = TRUE;

  while (added && (batch = rush_external_combiner_next (self->combiner, &failure)) != NULL)
    {
      added = add_rows (self, batch, error);
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (added)
    {
      g_clear_pointer (&self->combiner, rush_external_combiner_free);
      return TRUE;
    }
  return FALSE;
}

static RushMapOutput *
make_output (SortShuffleWriter *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  rush_row_buffer_sort (self->rows);
  if (self->spills->len == 0)
    {
      RushMapOutput *output = output_in_memory (self, &failure);
      if (output != NULL)
        return output;
      if (!g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
  return output_in_files (self, error);
}

static void
count_written (SortShuffleWriter *self)
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
sort_commit (RushShuffleWriter *base, GError **error)
{
  SortShuffleWriter *self = (SortShuffleWriter *)base;

  g_return_val_if_fail (self->status != NULL, NULL);
  if (!rush_task_context_check (self->base.ctx, error) ||
      (self->combiner != NULL && !drain_combiner (self, error)))
    return NULL;
  self->consumer.busy = TRUE;
  RushMapOutput *output = make_output (self, error);
  self->consumer.busy = FALSE;
  if (output == NULL)
    return NULL;
  count_written (self);
  rush_row_buffer_clear (self->rows);
  g_ptr_array_set_size (self->spills, 0);
  rush_block_store_put (self->store, output);
  return g_steal_pointer (&self->status);
}

/* ---- the writer ---- */

static void
sort_free (RushShuffleWriter *base)
{
  SortShuffleWriter *self = (SortShuffleWriter *)base;

  if (self->base.ctx->memory != NULL)
    rush_task_memory_remove_consumer (self->base.ctx->memory, &self->consumer);
  rush_external_combiner_free (self->combiner);
  g_ptr_array_unref (self->spills);
  rush_row_buffer_free (self->rows);
  rush_slice_meter_free (self->meter);
  rush_map_status_unref (self->status);
  rush_dependency_unref (self->dependency);
  g_free (self);
}

static RushExternalCombiner *
new_combiner (const SortShuffleWriter *self)
{
  RushCombineSpec spec = {
    .combiner_new = self->dependency->combiner_new,
    .combiner_data = self->dependency->combiner_data,
    .schema = self->dependency->schema,
    .ctx = self->base.ctx,
    .dir = rush_block_store_dir (self->store),
    .codec = rush_block_store_spill_codec (self->store),
  };

  return rush_external_combiner_new (&spec);
}

static RushShuffleWriter *
sort_make (const RushDependency *dependency, guint map_index, RushBlockStore *store,
           RushTaskContext *ctx)
{
  SortShuffleWriter *self = g_new0 (SortShuffleWriter, 1);
  guint n = dependency->partitioner->n_partitions;
  self->consumer =
      (RushMemoryConsumer){ .name = "ShuffleWriter", .used_bytes = used_bytes, .spill = spill };
  self->dependency = rush_dependency_ref ((RushDependency *)dependency);
  self->store = store;
  self->base.ctx = ctx;
  self->id = (RushMapOutputId){ dependency->shuffle_id, map_index, ctx->task_id };
  self->status = rush_map_status_new (ctx->executor_id, ctx->host, ctx->task_id, n);
  self->meter =
      rush_slice_meter_new (dependency->schema, n, dependency->pairs_column, self->status->sizes);
  self->rows = rush_row_buffer_new (dependency->schema, dependency->partitioner, ctx->allocator);
  self->spills = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_partition_file_free);
  if (dependency->map_side_combine && dependency->combiner_new != NULL)
    self->combiner = new_combiner (self);
  if (ctx->memory != NULL)
    rush_task_memory_add_consumer (ctx->memory, &self->consumer);
  return &self->base;
}

const RushShuffleWriterClass rush_shuffle_writer_sort = { "sort", sort_make, sort_write,
                                                          sort_commit, sort_free };
