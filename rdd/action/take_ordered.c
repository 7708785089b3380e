/* take_ordered.c - a heap of the n best rows, the worst of them on top.
 *
 *             worst            A new row that is no better than the top is passed over at once,
 *            /     \           which is nearly every row once the heap is full; a better one takes
 *          …         …         the top's place and sinks.
 *
 * A row in the heap is a number in a batch that it keeps alive.  Every so many batches the rows
 * that are kept are copied together, or twenty rows would keep twenty blocks of files.
 */
#include "rdd/action/take_ordered.h"

#include "rdd/call_site.h"
#include "rdd/result.h"

#define BATCHES_PER_COMPACTION 64

typedef struct
{
  RushBatch *batch; /* (owned) a ref */
  guint row;        /* among those that count */
  guint64 arrival;  /* breaks ties: the order of the RDD */
} Kept;

typedef struct
{
  RushRowCompare compare;
  gpointer data;
  guint n;
} Order;

typedef struct
{
  const Order *order;
  GArray *heap; /* Kept */
  guint64 n_seen;
  guint n_batches;
} Best;

static gint
compare_kept (const Order *order, const Kept *a, const Kept *b)
{
  RushRow row_a = rush_batch_nth (a->batch, a->row), row_b = rush_batch_nth (b->batch, b->row);
  gint difference = order->compare (&row_a, &row_b, order->data);

  return difference != 0 ? difference : (a->arrival > b->arrival) - (a->arrival < b->arrival);
}

static gint
compare_for_sort (gconstpointer a, gconstpointer b, gpointer order)
{
  return compare_kept (order, a, b);
}

/* ---- the heap ---- */

static void
kept_clear (gpointer data)
{
  rush_batch_unref (((Kept *)data)->batch);
}

static void
best_init (Best *self, const Order *order)
{
  *self = (Best){ .order = order, .heap = g_array_new (FALSE, FALSE, sizeof (Kept)) };
  g_array_set_clear_func (self->heap, kept_clear);
}

static void
swap_kept (Kept *a, Kept *b)
{
  Kept old = *a;

  *a = *b;
  *b = old;
}

static void
rise (const Best *self, guint i)
{
  Kept *heap = (Kept *)self->heap->data;

  while (i > 0 && compare_kept (self->order, &heap[(i - 1) / 2], &heap[i]) < 0)
    {
      swap_kept (&heap[i], &heap[(i - 1) / 2]);
      i = (i - 1) / 2;
    }
}

static void
sink (const Best *self)
{
  Kept *heap = (Kept *)self->heap->data;
  guint n = self->heap->len;
  guint i = 0;

  for (;;)
    {
      guint worst = i;

      for (guint child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
        if (compare_kept (self->order, &heap[worst], &heap[child]) < 0)
          worst = child;
      if (worst == i)
        return;
      swap_kept (&heap[i], &heap[worst]);
      i = worst;
    }
}

static void
best_add (Best *self, RushBatch *batch, guint row)
{
  Kept candidate = { batch, row, self->n_seen++ };

  if (self->heap->len < self->order->n)
    {
      rush_batch_ref (batch);
      g_array_append_val (self->heap, candidate);
      rise (self, self->heap->len - 1);
    }
  else if (compare_kept (self->order, &candidate, &g_array_index (self->heap, Kept, 0)) < 0)
    {
      rush_batch_ref (batch);
      rush_batch_unref (g_array_index (self->heap, Kept, 0).batch);
      g_array_index (self->heap, Kept, 0) = candidate;
      sink (self);
    }
}

/* ---- what was kept, as batches ---- */

/* Rows [start, start + n) of the heap's array, copied together. */
static RushBatch *
gather_kept (const Best *self, guint start, guint n, RushAllocator *allocator, GError **error)
{
  const Kept *kept = &g_array_index (self->heap, Kept, start);
  g_autofree RushBatch **batches = g_new (RushBatch *, n);
  g_autofree RushRowId *rows = g_new (RushRowId, n);

  for (guint i = 0; i < n; i++)
    {
      batches[i] = kept[i].batch;
      rows[i] = (RushRowId){ i, kept[i].row };
    }
  return rush_batch_gather (batches[0]->schema, batches, rows, n, allocator, error);
}

/* The heap stays as it is, its rows move to batches of their own. */
static gboolean
compact (Best *self, RushAllocator *allocator, GError **error)
{
  for (guint start = 0; start < self->heap->len; start += RUSH_BATCH_MAX_ROWS)
    {
      guint n = MIN (self->heap->len - start, RUSH_BATCH_MAX_ROWS);
      g_autoptr (RushBatch) own = gather_kept (self, start, n, allocator, error);

      if (own == NULL)
        return FALSE;
      for (guint i = 0; i < n; i++)
        {
          Kept *kept = &g_array_index (self->heap, Kept, start + i);

          rush_batch_unref (kept->batch);
          kept->batch = rush_batch_ref (own);
          kept->row = i;
        }
    }
  return TRUE;
}

static gboolean
best_add_batch (Best *self, RushBatch *batch, RushAllocator *allocator, GError **error)
{
  if (self->order->n == 0)
    return TRUE;
  for (guint i = 0; i < batch->length; i++)
    best_add (self, batch, i);
  return ++self->n_batches % BATCHES_PER_COMPACTION != 0 || compact (self, allocator, error);
}

/* In order, in batches of their own; NULL with @error. */
static GPtrArray *
best_sorted (Best *self, RushAllocator *allocator, GError **error)
{
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  g_array_sort_with_data (self->heap, compare_for_sort, (gpointer)self->order);
  for (guint start = 0; start < self->heap->len; start += RUSH_BATCH_MAX_ROWS)
    {
      guint n = MIN (self->heap->len - start, RUSH_BATCH_MAX_ROWS);
      RushBatch *batch = gather_kept (self, start, n, allocator, error);

      if (batch == NULL)
        return NULL;
      g_ptr_array_add (out, batch);
    }
  return g_steal_pointer (&out);
}

/* ---- a partition, then all ---- */

static gboolean
keep_best (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
           GError **error)
{
  g_autoptr (GError) failure = NULL;
  GPtrArray *sorted = NULL;
  RushBatch *batch;
  Best best;

  best_init (&best, data);
  while (failure == NULL && rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      best_add_batch (&best, batch, ctx->allocator, &failure);
      rush_batch_unref (batch);
    }
  if (failure == NULL)
    sorted = best_sorted (&best, ctx->allocator, &failure);
  g_array_unref (best.heap);
  if (sorted == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  rush_result_set_batches (out, sorted);
  return TRUE;
}

GPtrArray *
rush_rdd_take_ordered (RushContext *context, RushRdd *rdd, guint n, RushRowCompare compare,
                       gpointer data, GError **error)
{
  RUSH_OPERATOR ("takeOrdered");
  Order order = { compare, data, n };
  /* A copy: tasks may still be running when the job has failed. */
  g_autoptr (RushJobWaiter) waiter = rush_context_run_job (
      context, rdd, NULL, 0, keep_best, g_memdup2 (&order, sizeof order), g_free, NULL, error);
  g_autoptr (GError) failure = NULL;
  GPtrArray *sorted = NULL;
  guint n_partitions;
  Best best;

  if (waiter == NULL || !rush_rdd_n_partitions (rdd, &n_partitions, error))
    return NULL;
  best_init (&best, &order);
  for (guint p = 0; p < n_partitions && failure == NULL; p++)
    {
      const GPtrArray *batches = rush_job_waiter_result (waiter, p)->value;

      for (guint b = 0; b < batches->len && failure == NULL; b++)
        best_add_batch (&best, batches->pdata[b], rush_allocator_system (), &failure);
    }
  if (failure == NULL)
    sorted = best_sorted (&best, rush_allocator_system (), &failure);
  g_array_unref (best.heap);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return sorted;
}
