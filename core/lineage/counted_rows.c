/* counted_rows.c - counts the rows that come out of an operator: an iterator around another.
 *
 * Only where somebody works out from counts what a task costs; elsewhere there is none.
 */
#include "core/lineage/counted_rows.h"

typedef struct
{
  RushIterator base;
  RushIterator *inner; /* (owned) */
  RushTaskContext *ctx;
} CountedRows;

static RushBatch *
counted_next (RushIterator *base, GError **error)
{
  CountedRows *self = (CountedRows *)base;
  RushBatch *batch = rush_iterator_next (self->inner, error);

  if (batch != NULL)
    self->ctx->rows_moved += batch->length;
  return batch;
}

static void
counted_close (RushIterator *base)
{
  CountedRows *self = (CountedRows *)base;

  rush_iterator_close (self->inner);
  g_free (self);
}

static const RushIteratorClass counted_class = { counted_next, counted_close };

RushIterator *
rush_counted_rows_new (RushIterator *inner, RushTaskContext *ctx)
{
  CountedRows *self = g_new0 (CountedRows, 1);

  self->base.klass = &counted_class;
  self->inner = inner;
  self->ctx = ctx;
  return &self->base;
}
