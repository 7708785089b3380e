/* arrays.h - a partition of a graph is one row, and its columns are arrays.
 *
 *     rows       (1, "a") (2, "b") (3, "c")          a batch: 3 rows of 2 values
 *     one row    ([1, 2, 3], ["a", "b", "c"])        a batch: 1 row of 2 arrays
 *
 * So that a partition, whatever its size, is one thing that is kept, shuffled, encoded and spilled
 * as all batches are, while algorithms see plain arrays of numbers.  Arrays are list views into one
 * child column: to cut an array into the pieces that go to n places makes n views and copies
 * nothing.
 *
 * Ownership:  what a batch lends (pointers, views) lives as long as the batch.
 * Threads:    any.
 */
#pragma once

#include "core/data/gather.h"
#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"

/* ---- types and schemas ---- */

/* array<@element>; structure (ids, positions) never holds nulls, attributes may. */
const RushType *rush_array_of (const RushType *element, gboolean nullable);

/* ---- making arrays ---- */

/* One row that is all of @elements (transfer full). */
RushColumn *rush_array_whole (RushColumn *elements, const RushType *type, RushAllocator *allocator,
                              GError **error);
/* @n rows: elements [starts[i], starts[i + 1]) each (transfer full: @elements). */
RushColumn *rush_array_cut (RushColumn *elements, const RushType *type, const gint32 *starts,
                            guint n, RushAllocator *allocator, GError **error);
/* A column of @n numbers in @values (transfer full). */
RushColumn *rush_array_numbers (const RushType *type, guint n, RushBuffer *values);
/* A batch of one row of whole arrays: @columns[schema->n_fields] are their elements, which it takes
 * over, also on failure. */
RushBatch *rush_arrays_new (RushSchema *schema, RushColumn *const *columns,
                            RushAllocator *allocator, GError **error);
/* All rows of @rows (transfer full) as columns, one a field of @schema, PLAIN; the columns are the
 * caller's. */
gboolean rush_arrays_pack (RushIterator *rows, const RushSchema *schema, RushTaskContext *ctx,
                           RushColumn **out_columns, GError **error);
/* Columns of batches @batches (RushBatch *, without selections) one behind the other. */
RushColumn *rush_arrays_concat (const GPtrArray *batches, guint column, const RushType *type,
                                RushAllocator *allocator, GError **error);

/* ---- reading arrays ---- */

/* The one row of a partition (transfer full); takes over @rows. */
RushBatch *rush_arrays_of (RushIterator *rows, RushTaskContext *ctx, GError **error);
/* All batches, without selections; takes over @rows. (transfer full) */
GPtrArray *rush_arrays_all (RushIterator *rows, RushTaskContext *ctx, GError **error);
/* The elements of an array. (transfer full) */
RushColumn *rush_arrays_elements (const RushBatch *batch, guint column, guint row);
guint rush_arrays_length (const RushBatch *batch, guint column, guint row);
/* The numbers of an array; its elements are PLAIN. */
gconstpointer rush_arrays_numbers (const RushBatch *batch, guint column, guint row);
/* The numbers of a PLAIN column. */
gconstpointer rush_column_numbers (const RushColumn *column);

/* The rows that whole @columns (transfer full, each) make, in batches of at most
 * RUSH_BATCH_MAX_ROWS. */
RushIterator *rush_arrays_rows (RushSchema *schema, RushColumn *const *columns);
/* Those alone whose byte in @chosen is not 0; @owner keeps them alive. */
RushIterator *rush_arrays_chosen_rows (RushSchema *schema, RushColumn *const *columns,
                                       const guint8 *chosen, RushColumn *owner,
                                       RushTaskContext *ctx);
/* One batch (transfer full) as an iterator. */
RushIterator *rush_arrays_iterator (RushBatch *batch);

void rush_columns_clear (RushColumn **columns, guint n); /* unrefs each that is not NULL */
