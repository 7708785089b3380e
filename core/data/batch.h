/* batch.h - a batch: at most RUSH_BATCH_MAX_ROWS rows of 1…n columns, immutable, refcounted.
 *
 * A partition is a stream of batches.  A batch may carry a selection: the row numbers (ascending,
 * guint16) that count; a filter then copies nothing.  Everybody who reads rows goes through it:
 *
 *   for (guint i = 0; i < batch->length; i++)
 *     { guint row = rush_batch_row (batch, i); … rush_column_get_int (batch->columns[0], row) … }
 *
 * Ownership:  refcounted.  Constructors take over the columns; the schema is referenced.
 * Threads:    immutable, hence any.
 */
#pragma once

#include "core/data/column.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushBatch
{
  RushRefCount refs;
  RushSchema *schema;
  guint length;          /* rows that count: selected ones, or all */
  guint physical_length; /* rows in the columns */
  RushBuffer *selection; /* guint16[length], or NULL: all rows */
  RushColumn *columns[]; /* schema->n_fields */
} RushBatch;

RushBatch *rush_batch_new (RushSchema *schema, guint length, RushColumn **columns);
RushBatch *rush_batch_ref (RushBatch *self);
void rush_batch_unref (RushBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushBatch, rush_batch_unref)

static inline guint
rush_batch_row (const RushBatch *self, guint i)
{
  return self->selection ? ((const guint16 *)self->selection->bytes)[i] : i;
}

/* The same columns with fewer rows; @rows (guint16[n], ascending positions of *physical* rows) is
 * taken over. */
RushBatch *rush_batch_select (RushBatch *self, RushBuffer *rows, guint n);
/* Rows [start, start + length) of those that count; shares all buffers. */
RushBatch *rush_batch_slice (RushBatch *self, guint start, guint length);
/* Some columns, in a new order, under a new schema. */
RushBatch *rush_batch_project (RushBatch *self, RushSchema *schema, const guint *columns);

/* Copies rows (positions among those that count) of several batches into one new batch of @n rows,
 * charged to @allocator: how a shuffle orders rows by reduce partition. */
typedef struct
{
  guint32 batch;
  guint32 row;
} RushRowId;
RushBatch *rush_batch_gather (RushSchema *schema, RushBatch *const *batches, const RushRowId *rows,
                              guint n, RushAllocator *allocator, GError **error);

gsize rush_batch_memory_bytes (const RushBatch *self);
/* By value: layouts and names may differ; floating point numbers are compared by their bits. */
gboolean rush_batch_equal (const RushBatch *a, const RushBatch *b);
char *rush_batch_to_string (const RushBatch *self); /* for tests and debuggers */

RUSH_END_PUBLIC
