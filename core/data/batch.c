/* batch.c - batches: columns of one length, a selection over them, and no copying.
 *
 *   select    the same columns, another selection            O(columns)
 *   slice     a part of the selection, or slices of columns  O(columns) + counting nulls
 *   project   some of the columns                            O(columns)
 */
#include "core/data/batch.h"

#include "core/data/buffer_private.h"

/* Takes over nothing: refs schema, columns and selection. */
static RushBatch *
new_sharing (RushSchema *schema, guint length, guint physical_length, RushBuffer *selection,
             RushColumn *const *columns)
{
  RushBatch *self = g_malloc (sizeof *self + schema->n_fields * sizeof (RushColumn *));
  rush_ref_count_init (&self->refs);
  self->schema = rush_schema_ref (schema);
  self->length = length;
  self->physical_length = physical_length;
  self->selection = selection != NULL ? rush_buffer_ref (selection) : NULL;
  for (guint c = 0; c < schema->n_fields; c++)
    self->columns[c] = rush_column_ref (columns[c]);
  return self;
}

RushBatch *
rush_batch_new (RushSchema *schema, guint length, RushColumn **columns)
{
  g_assert (length <= RUSH_BATCH_MAX_ROWS);

  RushBatch *self = new_sharing (schema, length, length, NULL, columns);
  for (guint c = 0; c < schema->n_fields; c++)
    {
      g_assert (columns[c]->type == schema->fields[c].type && columns[c]->length == length);
      rush_column_unref (columns[c]);
    }
  return self;
}

RushBatch *
rush_batch_ref (RushBatch *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_batch_unref (RushBatch *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint c = 0; c < self->schema->n_fields; c++)
    rush_column_unref (self->columns[c]);
  rush_buffer_unref (self->selection);
  rush_schema_unref (self->schema);
  g_free (self);
}

RushBatch *
rush_batch_select (RushBatch *self, RushBuffer *rows, guint n)
{
  g_assert (n <= self->physical_length && rows->size >= n * sizeof (guint16));
  g_assert (n == 0 || ((const guint16 *)rows->bytes)[n - 1] < self->physical_length);

  RushBatch *selected = new_sharing (self->schema, n, self->physical_length, rows, self->columns);
  rush_buffer_unref (rows);
  return selected;
}

RushBatch *
rush_batch_slice (RushBatch *self, guint start, guint length)
{
  g_return_val_if_fail (start <= self->length && length <= self->length - start, NULL);

  if (length == self->length)
    return rush_batch_ref (self);
  if (self->selection != NULL)
    {
      g_autoptr (RushBuffer) rows =
          rush_buffer_slice (self->selection, start * sizeof (guint16), length * sizeof (guint16));
      return new_sharing (self->schema, length, self->physical_length, rows, self->columns);
    }

  RushBatch *slice = new_sharing (self->schema, length, length, NULL, self->columns);
  for (guint c = 0; c < self->schema->n_fields; c++)
    {
      slice->columns[c] = rush_column_slice (self->columns[c], start, length);
      rush_column_unref (self->columns[c]); /* the ref that new_sharing () took */
    }
  return slice;
}

RushBatch *
rush_batch_project (RushBatch *self, RushSchema *schema, const guint *columns)
{
  g_autofree RushColumn **chosen = g_new (RushColumn *, schema->n_fields);
  for (guint c = 0; c < schema->n_fields; c++)
    {
      g_assert (columns[c] < self->schema->n_fields);
      chosen[c] = self->columns[columns[c]];
      g_assert (chosen[c]->type == schema->fields[c].type);
    }
  return new_sharing (schema, self->length, self->physical_length, self->selection, chosen);
}

gsize
rush_batch_memory_bytes (const RushBatch *self)
{
  gsize bytes = 0;
  if (self->selection != NULL)
    bytes += self->selection->allocator ? self->selection->capacity : self->selection->size;
  for (guint c = 0; c < self->schema->n_fields; c++)
    bytes += rush_column_memory_bytes (self->columns[c]);
  return bytes;
}
