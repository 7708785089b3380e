/* map_rows.c - the rows of a map output that is in memory.
 *
 *     order      0      2                9    10        13
 *                │ p0 p0 │ p1 p1 p1 … p1 │ p2 │ p3 p3 p3 │     index: where partitions begin
 *                └── batch 0 ───────┘└──── batch 1 ─────┘      first_rows: where batches begin
 *
 * A slice is read by reference: it is cut out of the batches that it spans, whose buffers it
 * shares.
 */
#include "core/shuffle/map_rows.h"

#include <string.h>

struct _RushMapRows
{
  RushRefCount refs;
  RushSchema *schema; /* (owned) */
  guint n_partitions;
  RushBuffer *index;      /* guint64[n_partitions + 1] */
  GPtrArray *batches;     /* of RushBatch (owned) */
  GArray *first_rows;     /* guint64[n_batches + 1]: where in the order each begins */
  RushAllocator *storage; /* (owned) */
  gsize charged_bytes;    /* by rush_map_rows_charge () */
  gint64 bytes;           /* of storage, all in all */
};

/* ---- rows ---- */

static const guint64 *
rows_index (const RushMapRows *self)
{
  return (const guint64 *)self->index->bytes;
}

static guint64
first_row (const RushMapRows *self, guint batch)
{
  return g_array_index (self->first_rows, guint64, batch);
}

RushMapRows *
rush_map_rows_ref (RushMapRows *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_map_rows_unref (RushMapRows *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->batches);
  g_array_unref (self->first_rows);
  rush_buffer_unref (self->index);
  rush_allocator_release (self->storage, self->charged_bytes);
  rush_allocator_unref (self->storage);
  rush_schema_unref (self->schema);
  g_free (self);
}

void
rush_map_rows_add (RushMapRows *self, RushBatch *batch)
{
  guint64 next = first_row (self, self->batches->len) + batch->length;

  if (self->charged_bytes == 0) /* else counted already */
    self->bytes += (gint64)rush_batch_memory_bytes (batch);
  g_ptr_array_add (self->batches, batch);
  g_array_append_val (self->first_rows, next);
}

gboolean
rush_map_rows_charge (RushMapRows *self, gsize bytes, GError **error)
{
  g_assert (self->batches->len == 0);
  if (!rush_allocator_reserve (self->storage, bytes, error))
    return FALSE;
  self->charged_bytes += bytes;
  self->bytes += (gint64)bytes;
  return TRUE;
}

RushMapRows *
rush_map_rows_new (RushSchema *schema, guint n_partitions, const guint64 *index,
                   RushAllocator *storage, GError **error)
{
  gsize index_bytes = ((gsize)n_partitions + 1) * sizeof (guint64);
  RushBuffer *copy = rush_buffer_new (storage, index_bytes, error);
  guint64 zero = 0;

  if (copy == NULL)
    return NULL;
  memcpy (copy->bytes, index, index_bytes);
  RushMapRows *self = g_new0 (RushMapRows, 1);
  rush_ref_count_init (&self->refs);
  self->schema = rush_schema_ref (schema);
  self->n_partitions = n_partitions;
  self->index = copy;
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->first_rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (self->first_rows, zero);
  self->storage = rush_allocator_ref (storage);
  self->bytes = (gint64)index_bytes;
  return self;
}

gboolean
rush_map_rows_is_shared (RushMapRows *self)
{
  return rush_ref_count_get (&self->refs) > 1;
}

gboolean
rush_map_rows_is_complete (const RushMapRows *self)
{
  return first_row (self, self->batches->len) == rows_index (self)[self->n_partitions];
}

RushSchema *
rush_map_rows_schema (const RushMapRows *self)
{
  return self->schema;
}

guint
rush_map_rows_n_partitions (const RushMapRows *self)
{
  return self->n_partitions;
}

gint64
rush_map_rows_bytes (const RushMapRows *self)
{
  return self->bytes;
}

/* ---- reading ---- */

typedef struct
{
  RushIterator base;
  RushMapRows *rows; /* (owned) a ref */
  guint batch;
  guint64 at; /* row of the order */
  guint64 end;
} RowsIterator;

static RushBatch *
rows_next (RushIterator *base, GError **error)
{
  RowsIterator *self = (RowsIterator *)base;

  if (self->at == self->end)
    return NULL;
  while (first_row (self->rows, self->batch + 1) <= self->at)
    self->batch++;
  RushBatch *batch = g_ptr_array_index (self->rows->batches, self->batch);
  guint start = (guint)(self->at - first_row (self->rows, self->batch));
  guint length = (guint)MIN (batch->length - start, self->end - self->at);
  self->at += length;
  return rush_batch_slice (batch, start, length);
}

static void
rows_close (RushIterator *base)
{
  RowsIterator *self = (RowsIterator *)base;

  rush_map_rows_unref (self->rows);
  g_free (self);
}

static const RushIteratorClass rows_class = { rows_next, rows_close };

/* The first batch that holds a row behind @row: bisection, as outputs may have many. */
static guint
find_batch (const RushMapRows *rows, guint64 row)
{
  guint low = 0, high = rows->batches->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (first_row (rows, middle + 1) <= row)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

RushIterator *
rush_map_rows_read (RushMapRows *rows, guint start, guint end)
{
  RowsIterator *iterator = g_new0 (RowsIterator, 1);

  iterator->base.klass = &rows_class;
  iterator->rows = rows;
  iterator->at = rows_index (rows)[start];
  iterator->end = rows_index (rows)[end];
  iterator->batch = find_batch (rows, iterator->at);
  return &iterator->base;
}

/* ---- writing ---- */

RushPartitionFile *
rush_map_rows_write (const RushMapRows *rows, const char *path, RushCodec codec, GError **error)
{
  g_autoptr (RushPartitionFile) file =
      rush_partition_file_new (path, codec, rows->n_partitions, error);

  if (file == NULL)
    return NULL;
  for (guint b = 0; b < rows->batches->len; b++)
    if (!rush_partition_file_append (file, g_ptr_array_index (rows->batches, b),
                                     first_row (rows, b), rows_index (rows), NULL, NULL, error))
      return NULL;
  return g_steal_pointer (&file);
}
