/* row_sorter.c - sort in memory; under pressure, leave sorted runs on disk and merge them.
 *
 *     batches ─▶ items (batch, row) ──end──▶ sorted ─▶ gathered, batch by batch
 *        │ no memory: sort what is here, write it as a run, begin anew
 *        ▼
 *     sorted_runs.c │ run 0 … │ run 1 … │ ──end──▶ merged
 *
 *     INSERTING ──end, nothing on disk──▶ SORTED ──asked to spill──▶ MERGING (of the rest as a run)
 *         └────────end, runs on disk────▶ MERGING
 *
 * Rows that come in order go out as they came: as long as no row is before the last one, there are
 * no items, and the batches themselves are the answer or the run.
 *
 * The room that sorting needs, two items a row, is taken when rows come out of order: who sorts in
 * order to spill must not ask for memory.
 */
#include "sql/physical/tables/row_sorter.h"

#include "core/data/gather.h"
#include "core/memory/task_memory.h"
#include "sql/physical/tables/sorted_runs.h"
#include "sql/physical/tables/spill_pieces.h"

#include <string.h>

typedef enum
{
  INSERTING,
  SORTED,
  MERGING,
} State;

struct _RushRowSorter
{
  RushMemoryConsumer consumer;
  RushSchema *schema;   /* (owned) */
  RushExprList *orders; /* (owned) */
  RushSortSpec *spec;   /* (owned) */
  RushTaskContext *ctx;
  RushEvalContext *eval;
  State state;

  GPtrArray *batches;  /* RushBatch (owned), without selections */
  GPtrArray *keys;     /* RushColumn ** (owned), one a batch */
  gint64 batch_bytes;  /* and those of keys that are not columns of a batch */
  gboolean in_order;   /* so far: no items */
  RushSortItem *items; /* [2 × capacity]: the second half is scratch */
  gsize n_rows, capacity;
  gsize next; /* SORTED: of items, or, in order, of batches */

  RushSortedRuns *runs; /* NULL: nothing spilled */
  gint64 spilled_bytes, peak_bytes;
};

/* ---- what is in memory ---- */

static void
clear_rows (RushRowSorter *self)
{
  for (guint b = 0; b < self->keys->len; b++)
    rush_sort_keys_free (self->keys->pdata[b], self->spec->n);
  g_ptr_array_set_size (self->keys, 0);
  g_ptr_array_set_size (self->batches, 0);
  rush_free (self->ctx->allocator, self->items, 2 * self->capacity * sizeof *self->items);
  self->items = NULL;
  self->batch_bytes = 0;
  self->n_rows = self->capacity = self->next = 0;
  self->in_order = TRUE;
}

static void
sort_rows (RushRowSorter *self)
{
  if (self->in_order)
    return;
  rush_sort_items (self->spec, (RushColumn *const *const *)self->keys->pdata, self->items,
                   self->items + self->capacity, self->n_rows);
}

/* Rows [first, first + n) of the order, as a new batch. */
static RushBatch *
gather (RushRowSorter *self, gsize first, guint n, RushAllocator *allocator, GError **error)
{
  RushRowId rows[RUSH_BATCH_MAX_ROWS];

  for (guint i = 0; i < n; i++)
    rows[i] = (RushRowId){ self->items[first + i].batch, self->items[first + i].row };
  return rush_batch_gather (self->schema, (RushBatch *const *)self->batches->pdata, rows, n,
                            allocator, error);
}

/* ---- to disk ---- */

static gboolean
append_batches (RushRowSorter *self, gsize first, GError **error)
{
  for (gsize b = first; b < self->batches->len; b++)
    if (!rush_sorted_runs_append (self->runs, self->batches->pdata[b], error))
      return FALSE;
  return TRUE;
}

/* The batches that are being written are not charged: they are small, and there is no memory left.
 */
static gboolean
append_items (RushRowSorter *self, gsize first, GError **error)
{
  guint piece_rows = rush_spill_piece_rows (self->batch_bytes, self->n_rows);

  for (gsize at = first; at < self->n_rows; at += piece_rows)
    {
      g_autoptr (RushBatch) batch = gather (self, at, (guint)MIN (self->n_rows - at, piece_rows),
                                            rush_allocator_system (), error);
      if (batch == NULL || !rush_sorted_runs_append (self->runs, batch, error))
        return FALSE;
    }
  return TRUE;
}

/* What is @next in the order, and all behind it, becomes a run. */
static gboolean
write_run (RushRowSorter *self, gsize next, GError **error)
{
  return (self->in_order ? append_batches (self, next, error) : append_items (self, next, error)) &&
         rush_sorted_runs_end (self->runs, error);
}

static gint64
held_bytes (const RushRowSorter *self)
{
  return self->batch_bytes + (gint64)(2 * self->capacity * sizeof *self->items);
}

static gint64
used_bytes (RushMemoryConsumer *consumer)
{
  const RushRowSorter *self = (const RushRowSorter *)consumer;

  return held_bytes (self) +
         (self->state == MERGING ? rush_sorted_runs_memory_bytes (self->runs) : 0);
}

static gboolean
begin_merging (RushRowSorter *self, GError **error)
{
  self->state = MERGING;
  return rush_sorted_runs_merge (self->runs, error);
}

static gint64
spill (RushMemoryConsumer *consumer, GError **error)
{
  RushRowSorter *self = (RushRowSorter *)consumer;
  gint64 bytes = held_bytes (self);
  gboolean was_sorted = self->state == SORTED;

  if (self->n_rows == 0 || self->state == MERGING)
    return 0;
  if (self->runs == NULL)
    self->runs = rush_sorted_runs_new (self->schema, self->orders, self->ctx, self->eval, error);
  if (self->runs == NULL)
    return -1;
  guint64 before = rush_sorted_runs_disk_bytes (self->runs);
  if (!was_sorted)
    sort_rows (self);
  if (!write_run (self, self->next, error))
    return -1;
  self->peak_bytes = MAX (self->peak_bytes, bytes);
  clear_rows (self);
  self->ctx->metrics.memory_bytes_spilled += bytes;
  self->ctx->metrics.disk_bytes_spilled +=
      (gint64)(rush_sorted_runs_disk_bytes (self->runs) - before);
  self->spilled_bytes += bytes;
  return !was_sorted || begin_merging (self, error) ? bytes : -1;
}

/* ---- rows in ---- */

static gboolean
reserve (RushRowSorter *self, gsize n, GError **error)
{
  gsize capacity = MAX (self->n_rows + n, self->capacity + self->capacity / 2);
  RushSortItem *items;

  if (self->n_rows + n <= self->capacity)
    return TRUE;
  items = rush_realloc (self->ctx->allocator, self->items, 2 * self->capacity * sizeof *items,
                        2 * capacity * sizeof *items, error);
  if (items == NULL)
    return FALSE;
  self->items = items;
  self->capacity = capacity;
  return TRUE;
}

/* Whether @rows go behind all that are here. */
static gboolean
goes_behind (const RushRowSorter *self, const RushBatch *rows, RushColumn *const *keys)
{
  guint n = self->batches->len;

  return (n == 0 || rush_sort_compare (self->spec, 0, self->keys->pdata[n - 1],
                                       ((RushBatch *)self->batches->pdata[n - 1])->length - 1, keys,
                                       0) <= 0) &&
         rush_sort_is_in_order (self->spec, keys, rows->length);
}

static void
append_rows (RushRowSorter *self, guint batch, guint n)
{
  for (guint i = 0; i < n; i++)
    self->items[self->n_rows++] = (RushSortItem){ 0, batch, i };
}

/* Room for @n more rows, and items for those that came in order. */
static gboolean
leave_order (RushRowSorter *self, guint n, GError **error)
{
  if (!reserve (self, n, error))
    return FALSE;
  self->n_rows = 0;
  for (guint b = 0; b < self->batches->len; b++)
    append_rows (self, b, ((RushBatch *)self->batches->pdata[b])->length);
  self->in_order = FALSE;
  return TRUE;
}

/* Keys that are columns of the batch share its buffers. */
static gint64
key_bytes (const RushRowSorter *self, RushColumn *const *keys)
{
  gint64 bytes = 0;

  for (guint k = 0; k < self->orders->n; k++)
    if (self->orders->items[k]->children[0]->kind != RUSH_EXPR_BOUND)
      bytes += (gint64)rush_column_memory_bytes (keys[k]);
  return bytes;
}

static gboolean
add (RushRowSorter *self, RushBatch *batch, GError **error)
{
  g_autoptr (RushBatch) rows = rush_batch_compact (batch, self->ctx->allocator, error);
  RushColumn **keys;

  if (rows == NULL || rows->length == 0)
    return rows != NULL;
  keys = rush_sort_keys_new (self->orders, rows, self->eval, error);
  if (keys == NULL)
    return FALSE;
  if (!(self->in_order && goes_behind (self, rows, keys)) &&
      !(self->in_order ? leave_order (self, rows->length, error)
                       : reserve (self, rows->length, error)))
    {
      rush_sort_keys_free (keys, self->spec->n);
      return FALSE;
    }
  if (self->in_order)
    self->n_rows += rows->length;
  else
    append_rows (self, self->batches->len, rows->length);
  self->batch_bytes += (gint64)rush_batch_memory_bytes (rows) + key_bytes (self, keys);
  g_ptr_array_add (self->keys, keys);
  g_ptr_array_add (self->batches, g_steal_pointer (&rows));
  return TRUE;
}

static gboolean
add_busily (RushRowSorter *self, RushBatch *batch, GError **error)
{
  self->consumer.busy = TRUE;
  gboolean added = add (self, batch, error);
  self->consumer.busy = FALSE;
  return added;
}

gboolean
rush_row_sorter_insert (RushRowSorter *self, RushBatch *batch, GError **error)
{
  g_autoptr (GError) failure = NULL;

  g_return_val_if_fail (self->state == INSERTING, FALSE);
  if (add_busily (self, batch, &failure))
    return TRUE;
  if (g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
    {
      gint64 freed = rush_task_memory_spill (self->ctx->memory, &self->consumer, error);
      if (freed != 0)
        return freed > 0 && add_busily (self, batch, error);
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ---- rows out ---- */

static gboolean
end_inserting (RushRowSorter *self, GError **error)
{
  if (self->runs == NULL)
    {
      self->peak_bytes = held_bytes (self);
      sort_rows (self);
      self->state = SORTED;
      return TRUE;
    }
  return rush_task_memory_spill (self->ctx->memory, &self->consumer, error) >= 0 &&
         begin_merging (self, error);
}

static RushBatch *
in_order_next (RushRowSorter *self)
{
  if (self->next < self->batches->len)
    return rush_batch_ref (self->batches->pdata[self->next++]);
  clear_rows (self);
  return NULL;
}

/* If there is no memory for a batch the rest goes to disk first. */
static RushBatch *
sorted_next (RushRowSorter *self, GError **error)
{
  guint n = (guint)MIN (self->n_rows - self->next, RUSH_BATCH_MAX_ROWS);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  if (n == 0)
    {
      clear_rows (self);
      return NULL;
    }
  self->consumer.busy = TRUE;
  batch = gather (self, self->next, n, self->ctx->allocator, &failure);
  self->consumer.busy = FALSE;
  if (batch != NULL)
    {
      self->next += n;
      return batch;
    }
  if (g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY))
    {
      gint64 freed = rush_task_memory_spill (self->ctx->memory, &self->consumer, error);
      if (freed != 0)
        return freed > 0 ? rush_sorted_runs_next (self->runs, error) : NULL;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

RushBatch *
rush_row_sorter_next (RushRowSorter *self, GError **error)
{
  if (!rush_task_context_check (self->ctx, error) ||
      (self->state == INSERTING && !end_inserting (self, error)))
    return NULL;
  if (self->state == MERGING)
    return rush_sorted_runs_next (self->runs, error);
  return self->in_order ? in_order_next (self) : sorted_next (self, error);
}

gint64
rush_row_sorter_spilled_bytes (const RushRowSorter *self)
{
  return self->spilled_bytes;
}

gint64
rush_row_sorter_peak_bytes (const RushRowSorter *self)
{
  return MAX (self->peak_bytes, held_bytes (self));
}

void
rush_row_sorter_free (RushRowSorter *self)
{
  if (self->ctx->memory != NULL)
    rush_task_memory_remove_consumer (self->ctx->memory, &self->consumer);
  clear_rows (self);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->batches);
  rush_sorted_runs_free (self->runs);
  rush_schema_unref (self->schema);
  rush_expr_list_unref (self->orders);
  g_free (self->spec);
  g_free (self);
}

RushRowSorter *
rush_row_sorter_new (RushSchema *schema, RushExprList *orders, RushTaskContext *ctx,
                     RushEvalContext *eval)
{
  RushRowSorter *self = g_new0 (RushRowSorter, 1);

  self->consumer = (RushMemoryConsumer){ .name = "Sort", .used_bytes = used_bytes, .spill = spill };
  self->schema = rush_schema_ref (schema);
  self->orders = rush_expr_list_ref (orders);
  self->spec = rush_sort_spec_new (orders);
  self->ctx = ctx;
  self->eval = eval;
  self->in_order = TRUE;
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  self->keys = g_ptr_array_new ();
  if (ctx->memory != NULL)
    rush_task_memory_add_consumer (ctx->memory, &self->consumer);
  return self;
}
