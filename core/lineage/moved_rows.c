/* moved_rows.c - counts the rows that come out of an operator: an iterator around another.
 *
 * Only where somebody works out from counts what a task costs; elsewhere there is none.
 */
#include "core/lineage/moved_rows.h"

typedef struct
{
  RushIterator base;
  RushIterator *inner; /* (owned) */
  RushTaskContext *ctx;
} MovedRows;

static RushBatch *
moved_next (RushIterator *base, GError **error)
{
  MovedRows *self = (MovedRows *)base;
  RushBatch *batch = rush_iterator_next (self->inner, error);

  if (batch != NULL)
    self->ctx->rows_moved += batch->length;
  return batch;
}

static void
moved_close (RushIterator *base)
{
  MovedRows *self = (MovedRows *)base;

  rush_iterator_close (self->inner);
  g_free (self);
}

static const RushIteratorClass moved_class = { moved_next, moved_close };

RushIterator *
rush_moved_rows_new (RushIterator *inner, RushTaskContext *ctx)
{
  MovedRows *self = g_new0 (MovedRows, 1);

  self->base.klass = &moved_class;
  self->inner = inner;
  self->ctx = ctx;
  return &self->base;
}
