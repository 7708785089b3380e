/* builder.h - building batches row by row.
 *
 *   g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, allocator);
 *   rush_batch_builder_append_bytes (b, 0, "to", 2, &error) &&
 *   rush_batch_builder_append_int (b, 1, 1, &error);
 *   rush_batch_builder_end_row (b);
 *   RushBatch *batch = rush_batch_builder_finish (b, &error);   // the builder is empty again
 *
 * Rules:   in a row every column gets exactly one value, in any order; at most
 *          RUSH_BATCH_MAX_ROWS rows.  Finish when rush_batch_builder_is_full (): at that many rows
 *          or, softly, when long strings have come to RUSH_BATCH_FULL_BYTES, so that batches of
 *          wide rows stay small enough to encode and spill.  A string over 2 GiB is refused, and
 *          so is a null where the field is not nullable.
 *          Values with children, and what has no append_… here, go to
 *          rush_batch_builder_column (b, c), which takes one value a row like the rest.
 * Failure: a refused append leaves the row incomplete: rush_batch_builder_abandon_row () or free.
 * Threads: one.
 */
#pragma once

#include "core/data/batch.h"
#include "core/data/column_builder.h"

RUSH_BEGIN_PUBLIC

#define RUSH_BATCH_FULL_BYTES (16 * 1024 * 1024)

typedef struct _RushBatchBuilder RushBatchBuilder;

RushBatchBuilder *rush_batch_builder_new (RushSchema *schema, RushAllocator *allocator);
void rush_batch_builder_free (RushBatchBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushBatchBuilder, rush_batch_builder_free)

gboolean rush_batch_builder_append_null (RushBatchBuilder *self, guint column, GError **error);
gboolean rush_batch_builder_append_bool (RushBatchBuilder *self, guint column, gboolean value,
                                         GError **error);
gboolean rush_batch_builder_append_int (RushBatchBuilder *self, guint column, gint64 value,
                                        GError **error); /* every integer width; range is checked */
gboolean rush_batch_builder_append_double (RushBatchBuilder *self, guint column, double value,
                                           GError **error);
gboolean rush_batch_builder_append_bytes (RushBatchBuilder *self, guint column, const char *bytes,
                                          gsize length, GError **error); /* string or binary */
/* As append_bytes, but the bytes stay in @buffer (referenced, not copied): lines of a file block.
 * Strings of up to 12 bytes are still inlined. */
gboolean rush_batch_builder_append_bytes_shared (RushBatchBuilder *self, guint column,
                                                 RushBuffer *buffer, gsize offset, gsize length,
                                                 GError **error);
/* The value of another column's row, null or not, of the same type. */
gboolean rush_batch_builder_append_from (RushBatchBuilder *self, guint column,
                                         const RushColumn *source, guint row, GError **error);
/* (transfer none) Column @c, which has no value in this row yet. */
RushColumnBuilder *rush_batch_builder_column (RushBatchBuilder *self, guint column);
void rush_batch_builder_end_row (RushBatchBuilder *self);
void rush_batch_builder_abandon_row (RushBatchBuilder *self);

guint rush_batch_builder_length (const RushBatchBuilder *self); /* finished rows */
gboolean rush_batch_builder_is_full (const RushBatchBuilder *self);
gsize rush_batch_builder_memory_bytes (const RushBatchBuilder *self);
/* NULL with no error: there was no row. */
RushBatch *rush_batch_builder_finish (RushBatchBuilder *self, GError **error);

RUSH_END_PUBLIC
