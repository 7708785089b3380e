/* filter.c - a batch goes on with a selection of its rows.
 *
 *     columns   a b c d e f        selection  1 4        rows that count: b e
 *
 * The buffers stay shared; a batch of which nothing is left is passed over.
 */
#include "rdd/transform/filter.h"

#include "rdd/call_site.h"
#include "rdd/transform/map_partitions.h"

typedef struct
{
  RushRowPredicate func;
  gpointer data;
  GDestroyNotify free_data;
} Filter;

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushTaskContext *ctx;
  const Filter *filter;
} FilterIterator;

/* NULL without @error: nothing is left. */
static RushBatch *
filter_batch (const Filter *self, RushBatch *batch, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushBuffer) kept =
      rush_buffer_new (allocator, batch->length * sizeof (guint16), error);
  guint16 *rows;
  guint n = 0;

  if (kept == NULL)
    return NULL;
  rows = (guint16 *)kept->bytes;
  for (guint i = 0; i < batch->length; i++)
    {
      RushRow row = rush_batch_nth (batch, i);

      if (self->func (&row, self->data))
        rows[n++] = (guint16)row.row;
    }
  if (n == batch->length)
    return rush_batch_ref (batch);
  return n > 0 ? rush_batch_select (batch, g_steal_pointer (&kept), n) : NULL;
}

static RushBatch *
filter_next (RushIterator *base, GError **error)
{
  FilterIterator *self = (FilterIterator *)base;

  for (;;)
    {
      g_autoptr (RushBatch) batch = NULL;
      g_autoptr (GError) failure = NULL;
      RushBatch *kept;

      if (!rush_task_context_check (self->ctx, error))
        return NULL;
      batch = rush_iterator_next (self->rows, error);
      if (batch == NULL)
        return NULL;
      kept = filter_batch (self->filter, batch, self->ctx->allocator, &failure);
      if (kept != NULL)
        return kept;
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
}

static void
filter_close (RushIterator *base)
{
  rush_iterator_close (((FilterIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass filter_class = { filter_next, filter_close };

static RushIterator *
apply_filter (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer filter,
              GError **error)
{
  FilterIterator *self = g_new0 (FilterIterator, 1);

  self->base.klass = &filter_class;
  self->rows = rows;
  self->ctx = ctx;
  self->filter = filter;
  return &self->base;
}

static void
free_filter (gpointer data)
{
  Filter *self = data;

  if (self->free_data != NULL)
    self->free_data (self->data);
  g_free (self);
}

RushRdd *
rush_rdd_filter (RushRdd *parent, RushRowPredicate func, gpointer data, GDestroyNotify free_data)
{
  RUSH_OPERATOR ("filter");
  Filter *filter = g_new (Filter, 1);

  *filter = (Filter){ func, data, free_data };
  return rush_rdd_map_partitions (parent, parent->schema, apply_filter, filter, free_filter, TRUE);
}
