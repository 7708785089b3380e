/* shuffle_writer.c - the map side: rows come in any order, a map output goes out in reduce order.
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
#include "core/shuffle/row_buffer.h"
#include "core/shuffle/slice_meter.h"

#define WINDOW_BYTES (4 * 1024 * 1024) /* gathered at once, softly */

struct _RushShuffleWriter
{
  RushMemoryConsumer consumer;
  RushDependency *dependency; /* (owned) a ref */
  RushBlockStore *store;
  RushTaskContext *ctx;
  RushMapOutputId id;
  RushMapStatus *status; /* what commit () returns: the meter counts into it */
  RushSliceMeter *meter;
  RushRowBuffer *rows;
  RushExternalCombiner *combiner; /* NULL: no map-side combine */
  GPtrArray *spills;              /* of RushPartitionFile */
};

static guint
n_partitions (const RushShuffleWriter *self)
{
  return self->dependency->partitioner->n_partitions;
}

/* ---- windows: the sorted rows in batches of bearable size ---- */

typedef gboolean (*WindowFunc) (RushShuffleWriter *self, RushBatch *window, guint64 first,
                                gpointer data, GError **error);

/* How many rows from @start on make a window, if rows of a partition are of average size. */
static guint
window_length (const RushShuffleWriter *self, guint64 start, guint *inout_partition)
{
  const guint64 *index = rush_row_buffer_index (self->rows);
  guint64 end = start, most = MIN (start + RUSH_BATCH_MAX_ROWS, index[n_partitions (self)]);
  gint64 bytes_left = WINDOW_BYTES;
  guint p = *inout_partition;

  while (index[p + 1] <= start)
    p++;
  *inout_partition = p;
  for (; end < most && bytes_left > 0; p++)
    {
      if (index[p + 1] == end)
        continue;
      gint64 records = self->status->sizes[p].records;
      gint64 row_bytes = MAX (1, rush_slice_meter_bytes (self->meter, p) / records);
      guint64 n = MIN (MIN (index[p + 1], most) - end, (guint64)(bytes_left / row_bytes) + 1);
      end += n;
      bytes_left -= (gint64)n * row_bytes;
      if (end < index[p + 1])
        break;
    }
  return (guint)(end - start);
}

/* Gathers the sorted rows window by window, charged to @allocator. */
static gboolean
for_each_window (RushShuffleWriter *self, RushAllocator *allocator, WindowFunc func, gpointer data,
                 GError **error)
{
  guint64 n_rows = rush_row_buffer_n_rows (self->rows);
  guint partition = 0;

  for (guint64 first = 0; first < n_rows;)
    {
      guint n = window_length (self, first, &partition);
      RushBatch *window = rush_row_buffer_window (self->rows, first, n, allocator, error);
      if (window == NULL || !func (self, window, first, data, error))
        return FALSE;
      first += n;
    }
  return TRUE;
}

/* ---- spilling ---- */

typedef struct
{
  RushPartitionFile *file;
  RushBeforePartition before;
} FileSink;

/* (transfer full: @window) */
static gboolean
window_to_file (RushShuffleWriter *self, RushBatch *window, guint64 first, gpointer data,
                GError **error)
{
  FileSink *sink = data;
  g_autoptr (RushBatch) owned = window;

  return rush_partition_file_append (sink->file, window, first, rush_row_buffer_index (self->rows),
                                     sink->before, self, error);
}

static gint64
used_bytes (RushMemoryConsumer *consumer)
{
  return rush_row_buffer_memory_bytes (((RushShuffleWriter *)consumer)->rows);
}

static RushPartitionFile *
new_spill_file (RushShuffleWriter *self, GError **error)
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
spill_rows (RushShuffleWriter *self, GError **error)
{
  g_autoptr (RushPartitionFile) file = new_spill_file (self, error);
  FileSink sink = { .file = file };

  if (file == NULL)
    return FALSE;
  rush_row_buffer_sort (self->rows);
  if (!for_each_window (self, rush_allocator_system (), window_to_file, &sink, error) ||
      !rush_partition_file_finish (file, error))
    return FALSE;
  self->ctx->metrics.disk_bytes_spilled += (gint64)rush_spill_file_size (file->file);
  g_ptr_array_add (self->spills, g_steal_pointer (&file));
  rush_row_buffer_clear (self->rows);
  return TRUE;
}

static gint64
spill (RushMemoryConsumer *consumer, GError **error)
{
  RushShuffleWriter *self = (RushShuffleWriter *)consumer;
  gint64 bytes = used_bytes (consumer);

  if (rush_row_buffer_n_rows (self->rows) == 0)
    return 0;
  if (!spill_rows (self, error))
    return -1;
  self->ctx->metrics.memory_bytes_spilled += bytes;
  return bytes;
}

/* ---- writing ---- */

static gboolean
try_add (RushShuffleWriter *self, RushBatch *batch, GError **error)
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
add_rows (RushShuffleWriter *self, RushBatch *batch, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (batch->length == 0 || try_add (self, batch, &failure))
    return TRUE;
  if (g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
    {
      gint64 freed = rush_task_memory_spill (self->ctx->memory, &self->consumer, error);
      if (freed != 0)
        return freed > 0 && try_add (self, batch, error);
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rush_shuffle_writer_write (RushShuffleWriter *self, RushBatch *batch, GError **error)
{
  g_autoptr (RushBatch) owned = batch;
  gint64 start_us = rush_clock_now_us (self->ctx->clock);

  g_return_val_if_fail (self->status != NULL, FALSE); /* committed already */
  gboolean written = self->combiner != NULL
                         ? rush_external_combiner_insert (self->combiner, batch, FALSE, error)
                         : add_rows (self, batch, error);
  self->ctx->metrics.shuffle_write_us += rush_clock_now_us (self->ctx->clock) - start_us;
  return written;
}

/* ---- commit: to memory ---- */

static gboolean
window_to_rows (RushShuffleWriter *self, RushBatch *window, guint64 first, gpointer data,
                GError **error)
{
  rush_map_rows_add (data, window);
  return TRUE;
}

/* Whether the batches of a single partition hold about what their rows take. */
static gboolean
batches_are_tight (const RushShuffleWriter *self)
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
keep_batches (RushShuffleWriter *self, RushMapRows *rows, GError **error)
{
  if (!rush_map_rows_charge (rows, (gsize)rush_row_buffer_memory_bytes (self->rows), error))
    return FALSE;
  for (guint b = 0; b < rush_row_buffer_n_batches (self->rows); b++)
    rush_map_rows_add (
        rows, with_schema (rush_row_buffer_batch (self->rows, b), self->dependency->schema));
  return TRUE;
}

static RushMapOutput *
output_in_memory (RushShuffleWriter *self, GError **error)
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
  const RushShuffleWriter *self = data;

  for (guint s = 0; s < self->spills->len; s++)
    if (!rush_partition_file_append_copy (file, g_ptr_array_index (self->spills, s), partition,
                                          error))
      return FALSE;
  return TRUE;
}

/* The partitions behind the last row in memory have spilled rows at most. */
static gboolean
copy_rest (RushShuffleWriter *self, RushPartitionFile *file, GError **error)
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
output_in_files (RushShuffleWriter *self, GError **error)
{
  RushLocalDir *dir = rush_block_store_dir (self->store);
  g_autofree char *path = rush_map_output_data_path (self->id, dir, error);

  if (path == NULL)
    return NULL;
  g_autoptr (RushPartitionFile) file = rush_partition_file_new (
      path, rush_block_store_codec (self->store), n_partitions (self), error);
  FileSink sink = { file, copy_spilled };
  if (file == NULL ||
      !for_each_window (self, rush_allocator_system (), window_to_file, &sink, error) ||
      !copy_rest (self, file, error))
    return NULL;
  return rush_map_output_new_in_files (self->id, self->dependency->schema, g_steal_pointer (&file),
                                       dir, error);
}

/* ---- commit ---- */

static gboolean
drain_combiner (RushShuffleWriter *self, GError **error)
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
make_output (RushShuffleWriter *self, GError **error)
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
count_written (RushShuffleWriter *self)
{
  RushTaskMetrics *metrics = &self->ctx->metrics;

  rush_slice_meter_finish (self->meter);
  for (guint p = 0; p < n_partitions (self); p++)
    {
      metrics->shuffle_write_bytes += self->status->sizes[p].bytes;
      metrics->shuffle_write_records += self->status->sizes[p].records;
      metrics->shuffle_write_pairs += self->status->sizes[p].pairs;
    }
}

static RushMapStatus *
commit (RushShuffleWriter *self, GError **error)
{
  if (!rush_task_context_check (self->ctx, error) ||
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

RushMapStatus *
rush_shuffle_writer_commit (RushShuffleWriter *self, GError **error)
{
  gint64 start_us = rush_clock_now_us (self->ctx->clock);

  g_return_val_if_fail (self->status != NULL, NULL);
  RushMapStatus *status = commit (self, error);
  self->ctx->metrics.shuffle_write_us += rush_clock_now_us (self->ctx->clock) - start_us;
  return status;
}

/* ---- the writer ---- */

void
rush_shuffle_writer_free (RushShuffleWriter *self)
{
  if (self == NULL)
    return;
  if (self->ctx->memory != NULL)
    rush_task_memory_remove_consumer (self->ctx->memory, &self->consumer);
  rush_external_combiner_free (self->combiner);
  g_ptr_array_unref (self->spills);
  rush_row_buffer_free (self->rows);
  rush_slice_meter_free (self->meter);
  rush_map_status_unref (self->status);
  rush_dependency_unref (self->dependency);
  g_free (self);
}

static RushExternalCombiner *
new_combiner (const RushShuffleWriter *self)
{
  RushCombineSpec spec = {
    .combiner_new = self->dependency->combiner_new,
    .combiner_data = self->dependency->combiner_data,
    .schema = self->dependency->schema,
    .ctx = self->ctx,
    .dir = rush_block_store_dir (self->store),
    .codec = rush_block_store_spill_codec (self->store),
  };

  return rush_external_combiner_new (&spec);
}

RushShuffleWriter *
rush_shuffle_writer_new (const RushDependency *dependency, guint map_index, RushBlockStore *store,
                         RushTaskContext *ctx)
{
  g_return_val_if_fail (dependency->kind == RUSH_DEPENDENCY_SHUFFLE, NULL);

  RushShuffleWriter *self = g_new0 (RushShuffleWriter, 1);
  guint n = dependency->partitioner->n_partitions;
  self->consumer = (RushMemoryConsumer){ "ShuffleWriter", used_bytes, spill, FALSE };
  self->dependency = rush_dependency_ref ((RushDependency *)dependency);
  self->store = store;
  self->ctx = ctx;
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
  return self;
}
