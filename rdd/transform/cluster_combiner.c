/* cluster_combiner.c - the batches stay as they are; a chain per key says in which order to read.
 *
 *     batches      b0: (k,1) (l,2) (k,3)     b1: (l,4) (k,5)
 *     rows         0:b0.0  1:b0.1  2:b0.2  3:b1.0  4:b1.1      next: 0→2→4   1→3
 *     key table    k: first 0, last 4        l: first 1, last 3
 *     drained      (k,1) (k,3) (k,5) (l,2) (l,4)
 *
 * A key's entry holds the two ends of its chain in its 8 bytes of value.  Nothing is copied until
 * rows are drained, batch by batch.
 */
#include "rdd/transform/cluster_combiner.h"

#include "core/shuffle/key_table.h"

typedef struct
{
  RushRowId id;
  guint32 next; /* of the same key, or NO_ROW */
} ChainedRow;

#define NO_ROW G_MAXUINT32
#define FEWEST_ROWS 32 /* in a drained batch when memory is short */

typedef struct
{
  RushCombiner base;
  RushSchema *schema;       /* (owned) */
  RushAllocator *allocator; /* (owned) */
  RushKeyTable *table;
  GPtrArray *batches; /* RushBatch * (owned) */
  gsize batch_bytes;
  ChainedRow *rows;
  gsize n_rows;
  gsize capacity; /* of rows */
  guint n_known;  /* entries that have a chain */
  /* While it is drained. */
  guint entry;
  guint32 row; /* next of the entry, NO_ROW: its first */
} ClusterCombiner;

/* ---- the ends of a chain in 8 bytes ---- */

static inline gint64
pack_ends (guint32 first, guint32 last)
{
  return (gint64)((guint64)first << 32 | last);
}

static inline guint32
first_of (RushValue value)
{
  return (guint32)((guint64)value.i64 >> 32);
}

static inline guint32
last_of (RushValue value)
{
  return (guint32)value.i64;
}

/* ---- rows in ---- */

static gboolean
reserve_rows (ClusterCombiner *self, guint n, GError **error)
{
  gsize needed = self->n_rows + n;
  gsize capacity = MAX (needed, self->capacity + self->capacity / 2);
  ChainedRow *rows;

  if (needed >= NO_ROW)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                           "more than 4 billion rows are to be grouped at once");
      return FALSE;
    }
  if (needed <= self->capacity)
    return TRUE;
  rows = rush_realloc (self->allocator, self->rows, self->capacity * sizeof *rows,
                       capacity * sizeof *rows, error);
  if (rows == NULL)
    return FALSE;
  self->rows = rows;
  self->capacity = capacity;
  return TRUE;
}

static void
chain_row (ClusterCombiner *self, RushKeyEntry *entries, guint32 entry, guint32 batch, guint32 row)
{
  guint32 number = (guint32)self->n_rows++;

  self->rows[number] = (ChainedRow){ { batch, row }, NO_ROW };
  if (entry == self->n_known)
    {
      entries[entry].value.i64 = pack_ends (number, number);
      self->n_known++;
      return;
    }
  self->rows[last_of (entries[entry].value)].next = number;
  entries[entry].value.i64 = pack_ends (first_of (entries[entry].value), number);
}

static gboolean
cluster_insert (RushCombiner *base, const RushBatch *batch, GError **error)
{
  ClusterCombiner *self = (ClusterCombiner *)base;
  guint32 number = self->batches->len;
  guint32 found[RUSH_KEY_BLOCK_ROWS];
  RushKeyBlock block;

  g_return_val_if_fail (self->entry == 0 && self->row == NO_ROW,
                        FALSE); /* drain to the end first */
  if (!reserve_rows (self, batch->length, error) ||
      !rush_key_table_reserve (self->table, batch->length, rush_key_long_bytes (batch, 0), error))
    return FALSE;
  for (guint start = 0; start < batch->length; start += RUSH_KEY_BLOCK_ROWS)
    {
      rush_key_block_load (&block, batch, 0, start,
                           MIN (batch->length - start, RUSH_KEY_BLOCK_ROWS));
      rush_key_table_find_or_add (self->table, &block, found);
      for (guint i = 0; i < block.n; i++)
        chain_row (self, rush_key_table_entries (self->table), found[i], number, start + i);
    }
  g_ptr_array_add (self->batches, rush_batch_ref ((RushBatch *)batch));
  self->batch_bytes += rush_batch_memory_bytes (batch);
  return TRUE;
}

static gsize
cluster_memory_bytes (const RushCombiner *base)
{
  const ClusterCombiner *self = (const ClusterCombiner *)base;

  return self->batch_bytes + self->capacity * sizeof (ChainedRow) +
         rush_key_table_memory_bytes (self->table);
}

/* ---- rows out ---- */

static void
clear (ClusterCombiner *self)
{
  rush_key_table_clear (self->table);
  g_ptr_array_set_size (self->batches, 0);
  self->batch_bytes = 0;
  rush_free (self->allocator, self->rows, self->capacity * sizeof self->rows[0]);
  self->rows = NULL;
  self->n_rows = self->capacity = 0;
  self->n_known = self->entry = 0;
  self->row = NO_ROW;
}

/* At most @max of the next rows in cluster order; *inout_entry and *inout_row move behind them. */
static guint
next_rows (const ClusterCombiner *self, guint max, guint *inout_entry, guint32 *inout_row,
           RushRowId *out)
{
  const RushKeyEntry *entries = rush_key_table_entries (self->table);
  guint n = 0;

  while (n < max && *inout_entry < self->n_known)
    {
      guint32 row = *inout_row != NO_ROW ? *inout_row : first_of (entries[*inout_entry].value);

      out[n++] = self->rows[row].id;
      *inout_row = self->rows[row].next;
      if (*inout_row == NO_ROW)
        ++*inout_entry;
    }
  return n;
}

/* NULL without @error: there are no more. */
static RushBatch *
gather_next (ClusterCombiner *self, guint max, GError **error)
{
  RushRowId ids[RUSH_BATCH_MAX_ROWS];
  guint entry = self->entry;
  guint32 row = self->row;
  guint n = next_rows (self, max, &entry, &row, ids);
  RushBatch *batch = NULL;

  if (n > 0)
    batch = rush_batch_gather (self->schema, (RushBatch *const *)self->batches->pdata, ids, n,
                               self->allocator, error);
  if (batch != NULL)
    {
      self->entry = entry;
      self->row = row;
    }
  return batch;
}

/* Where there is no memory for a whole batch there may be some for a smaller one. */
static RushBatch *
cluster_drain (RushCombiner *base, GError **error)
{
  ClusterCombiner *self = (ClusterCombiner *)base;
  g_autoptr (GError) failure = NULL;
  RushBatch *batch = gather_next (self, RUSH_BATCH_MAX_ROWS, &failure);

  for (guint max = RUSH_BATCH_MAX_ROWS / 4;
       max >= FEWEST_ROWS &&
       g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
       max /= 4)
    {
      g_clear_error (&failure);
      batch = gather_next (self, max, &failure);
    }
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (batch == NULL)
    clear (self);
  return batch;
}

static void
cluster_free (RushCombiner *base)
{
  ClusterCombiner *self = (ClusterCombiner *)base;

  clear (self);
  rush_key_table_free (self->table);
  g_ptr_array_unref (self->batches);
  rush_schema_unref (self->schema);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

static const RushCombinerClass cluster_class = {
  .name = "cluster",
  .insert = cluster_insert,
  .memory_bytes = cluster_memory_bytes,
  .drain = cluster_drain,
  .free = cluster_free,
};

RushCombiner *
rush_cluster_combiner_new (gpointer data, RushSchema *schema, RushAllocator *allocator)
{
  ClusterCombiner *self = g_new0 (ClusterCombiner, 1);

  self->base.klass = &cluster_class;
  self->schema = rush_schema_ref (schema);
  self->allocator = rush_allocator_ref (allocator);
  self->table = rush_key_table_new (allocator);
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->row = NO_ROW;
  return &self->base;
}
