/* builder.c - rows in, one batch out.
 *
 *      columns   ┌──────────┬──────────┬──────────┐   column_builder.c knows how a column grows;
 *      length ─► │ 3 values │ 4 values │ 3 values │   here is only what makes a row of them
 *                └──────────┴──────────┴──────────┘
 *
 * A column is a step ahead of the builder (column.length == builder.length + 1) while its value of
 * the unfinished row is there; end_row () wants all columns ahead, abandon_row () takes those back
 * that are.
 */
#include "core/data/builder.h"

#include "core/data/column_builder_private.h"

#define FIRST_ROWS 32

struct _RushBatchBuilder
{
  RushSchema *schema;
  RushBuilderShared shared;
  guint length;
  RushColumnBuilder columns[]; /* schema->n_fields */
};

/* ---- values ---- */

/* The column, if it has no value in this row yet. */
static inline RushColumnBuilder *
next_value (RushBatchBuilder *self, guint c)
{
  g_return_val_if_fail (c < self->schema->n_fields, NULL);
  g_return_val_if_fail (self->columns[c].length == self->length, NULL);
  return &self->columns[c];
}

RushColumnBuilder *
rush_batch_builder_column (RushBatchBuilder *self, guint c)
{
  return next_value (self, c);
}

gboolean
rush_batch_builder_append_null (RushBatchBuilder *self, guint c, GError **error)
{
  RushColumnBuilder *column = next_value (self, c);
  return column != NULL && rush_column_builder_append_null (column, error);
}

gboolean
rush_batch_builder_append_bool (RushBatchBuilder *self, guint c, gboolean value, GError **error)
{
  RushColumnBuilder *column = next_value (self, c);
  return column != NULL && rush_column_builder_append_bool (column, value, error);
}

gboolean
rush_batch_builder_append_int (RushBatchBuilder *self, guint c, gint64 value, GError **error)
{
  RushColumnBuilder *column = next_value (self, c);
  return column != NULL && rush_column_builder_put_int (column, value, error);
}

gboolean
rush_batch_builder_append_double (RushBatchBuilder *self, guint c, double value, GError **error)
{
  RushColumnBuilder *column = next_value (self, c);
  return column != NULL && rush_column_builder_put_double (column, value, error);
}

gboolean
rush_batch_builder_append_bytes (RushBatchBuilder *self, guint c, const char *bytes, gsize length,
                                 GError **error)
{
  RushColumnBuilder *column = next_value (self, c);
  return column != NULL && rush_column_builder_put_bytes (column, bytes, length, error);
}

gboolean
rush_batch_builder_append_bytes_shared (RushBatchBuilder *self, guint c, RushBuffer *buffer,
                                        gsize offset, gsize length, GError **error)
{
  RushColumnBuilder *column = next_value (self, c);
  return column != NULL &&
         rush_column_builder_append_bytes_shared (column, buffer, offset, length, error);
}

gboolean
rush_batch_builder_append_from (RushBatchBuilder *self, guint c, const RushColumn *source,
                                guint row, GError **error)
{
  RushColumnBuilder *column = next_value (self, c);
  return column != NULL && rush_column_builder_append_from (column, source, row, error);
}

/* ---- rows ---- */

void
rush_batch_builder_end_row (RushBatchBuilder *self)
{
  g_return_if_fail (self->length < RUSH_BATCH_MAX_ROWS);
  for (guint c = 0; c < self->schema->n_fields; c++)
    g_return_if_fail (self->columns[c].length == self->length + 1);

  self->length++;
}

void
rush_batch_builder_abandon_row (RushBatchBuilder *self)
{
  for (guint c = 0; c < self->schema->n_fields; c++)
    rush_column_builder_truncate (&self->columns[c], self->length);
}

guint
rush_batch_builder_length (const RushBatchBuilder *self)
{
  return self->length;
}

gsize
rush_batch_builder_memory_bytes (const RushBatchBuilder *self)
{
  gsize bytes = 0;
  for (guint c = 0; c < self->schema->n_fields; c++)
    bytes += rush_column_builder_memory_bytes (&self->columns[c]);
  return bytes;
}

gboolean
rush_batch_builder_is_full (const RushBatchBuilder *self)
{
  return self->length == RUSH_BATCH_MAX_ROWS || self->shared.long_bytes >= RUSH_BATCH_FULL_BYTES;
}

/* ---- the batch ---- */

RushBatch *
rush_batch_builder_finish (RushBatchBuilder *self, GError **error)
{
  guint n_fields = self->schema->n_fields;

  for (guint c = 0; c < n_fields; c++)
    g_return_val_if_fail (self->columns[c].length == self->length, NULL);
  if (self->length == 0)
    return NULL;
  g_autofree RushColumn **columns = g_new (RushColumn *, n_fields);
  for (guint c = 0; c < n_fields; c++)
    columns[c] = rush_column_builder_finish (&self->columns[c]);
  RushBatch *batch = rush_batch_new (self->schema, self->length, columns);

  self->shared.first_capacity = CLAMP (self->length, FIRST_ROWS, RUSH_BATCH_MAX_ROWS);
  self->shared.long_bytes = 0;
  self->length = 0;
  return batch;
}

void
rush_batch_builder_free (RushBatchBuilder *self)
{
  if (self == NULL)
    return;
  for (guint c = 0; c < self->schema->n_fields; c++)
    rush_column_builder_clear (&self->columns[c]);
  rush_schema_unref (self->schema);
  rush_allocator_unref (self->shared.allocator);
  g_free (self);
}

RushBatchBuilder *
rush_batch_builder_new (RushSchema *schema, RushAllocator *allocator)
{
  g_return_val_if_fail (schema != NULL && allocator != NULL, NULL);

  RushBatchBuilder *self = g_malloc0 (sizeof *self + schema->n_fields * sizeof (RushColumnBuilder));
  self->schema = rush_schema_ref (schema);
  self->shared.allocator = rush_allocator_ref (allocator);
  self->shared.first_capacity = FIRST_ROWS;
  for (guint c = 0; c < schema->n_fields; c++)
    rush_column_builder_init (&self->columns[c], &self->shared, schema->fields[c].type,
                              schema->fields[c].name, schema->fields[c].nullable);
  return self;
}
