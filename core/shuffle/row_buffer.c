/* row_buffer.c - batches as they came, a partition number a row, and one counting sort.
 *
 *     batches      [ b0: r0 r1 r2 ][ b1: r0 r1 ]
 *     partitions     2  0  2         0  1          written as batches come
 *                            │ sort ()
 *                            ▼
 *     index        [0, 2, 3, 5)                    where each partition begins
 *     order        (0,1) (1,0) │ (1,1) │ (0,0) (0,2)
 *                  └─ window (): one gather of at most 8,192 rows ─▶ a batch
 *
 * No row moves before the end, and then once.  The room for the order is taken together with that
 * for the partitions: a sort that is to make memory free must not have to ask for it.
 *
 * With a single partition there is nothing to sort: no arrays, and windows walk the batches.
 *
 * Batches that hold much more memory than their rows need (a filter's selection of a few rows,
 * crumbs of a sparse source) are gathered into full ones as they pile up: "loose" ones are those
 * at the end of the list since the last that was not.  Order and partition numbers stay as they
 * are, since rows are only known by their place in the sequence until sort ().
 */
#include "core/shuffle/row_buffer.h"

#include <string.h>

#define FIRST_CAPACITY 1024
#define LOOSE_ROWS 1024 /* a batch shorter than this is loose */
#define MAX_LOOSE_BATCHES 32
#define MAX_LOOSE_ROWS (RUSH_BATCH_MAX_ROWS / 2)

struct _RushRowBuffer
{
  RushSchema *schema;           /* (owned) */
  RushPartitioner *partitioner; /* (owned) */
  RushAllocator *allocator;     /* (owned) */
  GPtrArray *batches;
  gint64 batch_bytes;
  guint64 n_rows;
  guint n_loose; /* the last of batches */
  guint n_loose_rows;

  gsize capacity;      /* of the two arrays; 0 with a single partition */
  guint32 *partitions; /* [capacity] */
  RushRowId *order;    /* [capacity], after sort () */
  guint64 *index;      /* [n_partitions + 1], after sort () */

  /* Single partition: where the next window starts. */
  RushRowId next;
  RushRowId *scratch; /* [RUSH_BATCH_MAX_ROWS], on first use */
};

static gboolean
is_single (const RushRowBuffer *self)
{
  return self->partitioner->n_partitions == 1;
}

/* ---- adding ---- */

static gboolean
grow (RushRowBuffer *self, gsize needed, GError **error)
{
  gsize capacity = MAX (MAX (needed, FIRST_CAPACITY), self->capacity + self->capacity / 2);

  if (is_single (self) || needed <= self->capacity)
    return TRUE;
  guint32 *partitions =
      rush_realloc (self->allocator, self->partitions, self->capacity * sizeof (guint32),
                    capacity * sizeof (guint32), error);
  if (partitions == NULL)
    return FALSE;
  self->partitions = partitions;
  RushRowId *order =
      rush_realloc (self->allocator, self->order, self->capacity * sizeof (RushRowId),
                    capacity * sizeof (RushRowId), error);
  if (order == NULL)
    {
      self->partitions = rush_realloc (self->allocator, partitions, capacity * sizeof (guint32),
                                       self->capacity * sizeof (guint32), NULL);
      return FALSE;
    }
  self->order = order;
  self->capacity = capacity;
  return TRUE;
}

static gboolean
is_loose (const RushBatch *batch)
{
  return batch->length < LOOSE_ROWS ||
         (batch->selection != NULL && batch->length < batch->physical_length / 2);
}

static RushRowId *
scratch (RushRowBuffer *self)
{
  if (self->scratch == NULL)
    self->scratch = g_new (RushRowId, RUSH_BATCH_MAX_ROWS);
  return self->scratch;
}

/* Gathers the loose batches into one.  If memory is refused they simply stay. */
static void
pack_loose (RushRowBuffer *self)
{
  guint first = self->batches->len - self->n_loose, n = 0;
  RushBatch **loose = (RushBatch **)self->batches->pdata + first;
  RushRowId *rows = scratch (self);

  for (guint b = 0; b < self->n_loose; b++)
    {
      self->batch_bytes -= (gint64)rush_batch_memory_bytes (loose[b]);
      for (guint i = 0; i < loose[b]->length; i++)
        rows[n++] = (RushRowId){ b, i };
    }
  RushBatch *packed = rush_batch_gather (self->schema, loose, rows, n, self->allocator, NULL);
  if (packed != NULL)
    {
      g_ptr_array_set_size (self->batches, (gint)first);
      g_ptr_array_add (self->batches, packed);
    }
  for (guint b = first; b < self->batches->len; b++)
    self->batch_bytes += (gint64)rush_batch_memory_bytes (g_ptr_array_index (self->batches, b));
  self->n_loose = self->n_loose_rows = 0;
}

static void
add_loose (RushRowBuffer *self, const RushBatch *batch)
{
  self->n_loose++;
  self->n_loose_rows += batch->length; /* both less than half of a batch */
  if (self->n_loose >= MAX_LOOSE_BATCHES || self->n_loose_rows >= MAX_LOOSE_ROWS)
    pack_loose (self);
}

gboolean
rush_row_buffer_add (RushRowBuffer *self, RushBatch *batch, const guint32 **out_partitions,
                     GError **error)
{
  g_assert (batch->schema->n_fields == self->schema->n_fields);

  if (self->batches->len == G_MAXUINT32 - 1 || !grow (self, self->n_rows + batch->length, error))
    return FALSE;
  *out_partitions = NULL;
  if (!is_single (self))
    {
      guint32 *partitions = self->partitions + self->n_rows;
      if (!self->partitioner->klass->partition_batch (self->partitioner, batch, partitions, error))
        return FALSE;
      *out_partitions = partitions;
    }
  self->n_rows += batch->length;
  self->batch_bytes += (gint64)rush_batch_memory_bytes (batch);
  g_ptr_array_add (self->batches, rush_batch_ref (batch));
  if (is_loose (batch))
    add_loose (self, batch);
  else
    self->n_loose = self->n_loose_rows = 0;
  return TRUE;
}

/* ---- the order ---- */

/* index[p] counts partition p − 1, then becomes the start of p, then, while rows are placed, where
 * the next row of p goes: at the end it is the start of p + 1, so it is shifted back by one. */
void
rush_row_buffer_sort (RushRowBuffer *self)
{
  guint n_partitions = self->partitioner->n_partitions;
  guint64 *index = self->index, at = 0;

  if (is_single (self))
    {
      index[1] = self->n_rows;
      return;
    }
  memset (index, 0, (n_partitions + 1) * sizeof index[0]);
  for (guint64 i = 0; i < self->n_rows; i++)
    {
      g_assert (self->partitions[i] < n_partitions);
      index[self->partitions[i] + 1]++;
    }
  for (guint p = 1; p < n_partitions; p++) /* index[n_partitions] is written at the end */
    index[p] += index[p - 1];
  for (guint b = 0; b < self->batches->len; b++)
    {
      guint length = ((RushBatch *)g_ptr_array_index (self->batches, b))->length;
      for (guint row = 0; row < length; row++)
        self->order[index[self->partitions[at++]]++] = (RushRowId){ b, row };
    }
  memmove (index + 1, index, n_partitions * sizeof index[0]);
  index[0] = 0;
  g_assert (at == self->n_rows && index[n_partitions] == self->n_rows);
}

/* The ids of the next @n rows as they came. */
static const RushRowId *
walk_batches (RushRowBuffer *self, guint n)
{
  RushRowId *rows = scratch (self);

  for (guint i = 0; i < n;)
    {
      const RushBatch *batch = g_ptr_array_index (self->batches, self->next.batch);
      for (; i < n && self->next.row < batch->length; i++)
        rows[i] = (RushRowId){ self->next.batch, self->next.row++ };
      if (self->next.row == batch->length)
        self->next = (RushRowId){ self->next.batch + 1, 0 };
    }
  return rows;
}

RushBatch *
rush_row_buffer_window (RushRowBuffer *self, guint64 start, guint n, RushAllocator *allocator,
                        GError **error)
{
  g_assert (start + n <= self->n_rows && n <= RUSH_BATCH_MAX_ROWS);

  if (start == 0)
    self->next = (RushRowId){ 0, 0 };
  const RushRowId *rows = is_single (self) ? walk_batches (self, n) : self->order + start;
  return rush_batch_gather (self->schema, (RushBatch *const *)self->batches->pdata, rows, n,
                            allocator, error);
}

const guint64 *
rush_row_buffer_index (const RushRowBuffer *self)
{
  return self->index;
}

/* ---- the buffer ---- */

guint64
rush_row_buffer_n_rows (const RushRowBuffer *self)
{
  return self->n_rows;
}

gint64
rush_row_buffer_memory_bytes (const RushRowBuffer *self)
{
  return self->batch_bytes + (gint64)(self->capacity * (sizeof (guint32) + sizeof (RushRowId)));
}

guint
rush_row_buffer_n_batches (const RushRowBuffer *self)
{
  return self->batches->len;
}

RushBatch *
rush_row_buffer_batch (const RushRowBuffer *self, guint i)
{
  return g_ptr_array_index (self->batches, i);
}

void
rush_row_buffer_clear (RushRowBuffer *self)
{
  g_ptr_array_set_size (self->batches, 0);
  rush_free (self->allocator, self->partitions, self->capacity * sizeof (guint32));
  rush_free (self->allocator, self->order, self->capacity * sizeof (RushRowId));
  self->partitions = NULL;
  self->order = NULL;
  self->capacity = 0;
  self->batch_bytes = 0;
  self->n_rows = 0;
  self->n_loose = self->n_loose_rows = 0;
}

void
rush_row_buffer_free (RushRowBuffer *self)
{
  if (self == NULL)
    return;
  rush_row_buffer_clear (self);
  g_ptr_array_unref (self->batches);
  g_free (self->scratch);
  g_free (self->index);
  rush_schema_unref (self->schema);
  rush_partitioner_unref (self->partitioner);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

RushRowBuffer *
rush_row_buffer_new (RushSchema *schema, RushPartitioner *partitioner, RushAllocator *allocator)
{
  RushRowBuffer *self = g_new0 (RushRowBuffer, 1);

  self->schema = rush_schema_ref (schema);
  self->partitioner = rush_partitioner_ref (partitioner);
  self->allocator = rush_allocator_ref (allocator);
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->index = g_new0 (guint64, partitioner->n_partitions + 1);
  return self;
}
