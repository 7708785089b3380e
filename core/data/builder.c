/* builder.c - rows in, one batch out.
 *
 *                      column 0            column 1
 *      length ──►   values  validity     values  validity   heap
 *        rows       ┌────┐   (none:      ┌────┐  1101…      ┌──────────────┐
 *                   │    │   no null     │view├────────────►│ bytes > 12   │
 *      capacity ──► └────┘   so far)     └────┘             └──────────────┘
 *
 * A column is a step ahead of the builder (column.length == builder.length + 1) while its value of
 * the unfinished row is there; end_row () wants all columns ahead, abandon_row () takes those back
 * that are.
 *
 * What makes it quick:
 * - values grow ×4 up to 8,192 rows, and the next batch starts with the size that the last had;
 * - the validity bitmap appears with the first null and is born full of ones, so a value that is
 *   not null never touches it;
 * - a string of up to 12 bytes is its own view, written with two overlapping loads.
 */
#include "core/data/builder.h"

#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/byte_heap_private.h"
#include "core/data/view_private.h"

#define FIRST_ROWS 32
#define BITMAP_BYTES (RUSH_BATCH_MAX_ROWS / 8)

typedef struct
{
  const RushField *field;
  guint8 *values;
  guint length;   /* values, with that of the unfinished row */
  guint capacity; /* rows */
  guint null_count;
  guint8 *validity; /* BITMAP_BYTES, or NULL: no null so far */
  RushByteHeap heap;
} ColumnBuilder;

struct _RushBatchBuilder
{
  RushSchema *schema;
  RushAllocator *allocator;
  guint length;
  guint n_ahead;           /* columns that have their value of the unfinished row */
  guint first_capacity;    /* rows to begin with */
  gsize long_bytes;        /* of strings over 12 bytes, copied or shared */
  ColumnBuilder columns[]; /* schema->n_fields */
};

static gsize
values_bytes (const ColumnBuilder *column, guint rows)
{
  guint width = column->field->type->value_bytes;
  return width > 0 ? (gsize)rows * width : rush_bits_bytes (rows);
}

/* ---- room ---- */

static G_GNUC_NO_INLINE gboolean
grow_values (RushBatchBuilder *self, ColumnBuilder *column, GError **error)
{
  g_return_val_if_fail (column->length < RUSH_BATCH_MAX_ROWS, FALSE);

  guint rows =
      column->capacity > 0 ? MIN (column->capacity * 4, RUSH_BATCH_MAX_ROWS) : self->first_capacity;
  gsize before = values_bytes (column, column->capacity), after = values_bytes (column, rows);
  guint8 *values = rush_realloc (self->allocator, column->values, before, after, error);
  if (values == NULL)
    return FALSE;
  if (column->field->type->storage == RUSH_STORAGE_BIT)
    memset (values + before, 0, after - before); /* values are or-ed in */
  column->values = values;
  column->capacity = rows;
  return TRUE;
}

/* The beginning of every append: the column has no value in this row yet, and room for one. */
static inline ColumnBuilder *
begin_value (RushBatchBuilder *self, guint c, GError **error)
{
  g_return_val_if_fail (c < self->schema->n_fields, NULL);
  ColumnBuilder *column = &self->columns[c];
  g_return_val_if_fail (column->length == self->length, NULL);

  if (G_UNLIKELY (column->length == column->capacity) && !grow_values (self, column, error))
    return NULL;
  return column;
}

static inline gboolean
end_value (RushBatchBuilder *self, ColumnBuilder *column)
{
  column->length++;
  self->n_ahead++;
  return TRUE;
}

/* ---- values ---- */

static gboolean
ensure_validity (RushBatchBuilder *self, ColumnBuilder *column, GError **error)
{
  if (column->validity != NULL)
    return TRUE;
  column->validity = rush_alloc (self->allocator, BITMAP_BYTES, error);
  if (column->validity == NULL)
    return FALSE;
  memset (column->validity, 0xff, BITMAP_BYTES);
  return TRUE;
}

gboolean
rush_batch_builder_append_null (RushBatchBuilder *self, guint c, GError **error)
{
  ColumnBuilder *column = begin_value (self, c, error);
  if (column == NULL)
    return FALSE;
  if (!column->field->nullable)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "column '%s' got a null, but its field is not nullable: declare it nullable or "
                   "drop such rows first",
                   column->field->name);
      return FALSE;
    }
  if (!ensure_validity (self, column, error))
    return FALSE;

  guint row = column->length, width = column->field->type->value_bytes;
  column->validity[row >> 3] &= (guint8) ~(1u << (row & 7));
  column->null_count++;
  if (width > 0)
    memset (column->values + (gsize)row * width, 0, width);
  return end_value (self, column);
}

gboolean
rush_batch_builder_append_bool (RushBatchBuilder *self, guint c, gboolean value, GError **error)
{
  ColumnBuilder *column = begin_value (self, c, error);
  if (column == NULL)
    return FALSE;
  g_return_val_if_fail (column->field->type->storage == RUSH_STORAGE_BIT, FALSE);

  if (value)
    rush_bit_set (column->values, column->length);
  return end_value (self, column);
}

static G_GNUC_NO_INLINE gboolean
refuse_range (const ColumnBuilder *column, gint64 value, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "column '%s': %" G_GINT64_FORMAT " does not fit a %s; use a wider type",
               column->field->name, value, column->field->type->name);
  return FALSE;
}

gboolean
rush_batch_builder_append_int (RushBatchBuilder *self, guint c, gint64 value, GError **error)
{
  ColumnBuilder *column = begin_value (self, c, error);
  if (column == NULL)
    return FALSE;

  guint row = column->length;
  switch (column->field->type->storage)
    {
    case RUSH_STORAGE_I64:
      ((gint64 *)column->values)[row] = value;
      return end_value (self, column);
    case RUSH_STORAGE_I32:
      if (G_UNLIKELY (value != (gint32)value))
        return refuse_range (column, value, error);
      ((gint32 *)column->values)[row] = (gint32)value;
      return end_value (self, column);
    case RUSH_STORAGE_I16:
      if (G_UNLIKELY (value != (gint16)value))
        return refuse_range (column, value, error);
      ((gint16 *)column->values)[row] = (gint16)value;
      return end_value (self, column);
    case RUSH_STORAGE_I8:
      if (G_UNLIKELY (value != (gint8)value))
        return refuse_range (column, value, error);
      ((gint8 *)column->values)[row] = (gint8)value;
      return end_value (self, column);
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
    case RUSH_STORAGE_VIEW:
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      break;
    }
  g_return_val_if_reached (FALSE);
}

gboolean
rush_batch_builder_append_double (RushBatchBuilder *self, guint c, double value, GError **error)
{
  ColumnBuilder *column = begin_value (self, c, error);
  if (column == NULL)
    return FALSE;

  if (column->field->type->storage == RUSH_STORAGE_F64)
    ((double *)column->values)[column->length] = value;
  else
    {
      g_return_val_if_fail (column->field->type->storage == RUSH_STORAGE_F32, FALSE);
      ((float *)column->values)[column->length] = (float)value;
    }
  return end_value (self, column);
}

static G_GNUC_NO_INLINE gboolean
refuse_length (const ColumnBuilder *column, gsize length, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "column '%s': a %s of %" G_GSIZE_FORMAT
               " bytes; one value may have 2147483647 at most, split it",
               column->field->name, column->field->type->name, length);
  return FALSE;
}

/* A string column with room for a view, or NULL. */
static inline ColumnBuilder *
begin_bytes (RushBatchBuilder *self, guint c, gsize length, GError **error)
{
  ColumnBuilder *column = begin_value (self, c, error);
  if (column == NULL)
    return NULL;
  g_return_val_if_fail (column->field->type->storage == RUSH_STORAGE_VIEW, NULL);
  if (G_UNLIKELY (length > G_MAXINT32))
    {
      refuse_length (column, length, error);
      return NULL;
    }
  return column;
}

gboolean
rush_batch_builder_append_bytes (RushBatchBuilder *self, guint c, const char *bytes, gsize length,
                                 GError **error)
{
  ColumnBuilder *column = begin_bytes (self, c, length, error);
  if (column == NULL)
    return FALSE;

  RushView *view = (RushView *)column->values + column->length;
  if (length <= RUSH_VIEW_INLINE_MAX)
    {
      rush_view_set_inline (view, bytes, length);
      return end_value (self, column);
    }

  RushByteHeap *heap = &column->heap;
  guint8 *room = rush_byte_heap_reserve (heap, self->allocator, length, error);
  if (room == NULL)
    return FALSE;
  memcpy (room, bytes, length);
  rush_view_set_ref (view, bytes, length, heap->block_number, heap->block_used);
  heap->block_used += length;
  self->long_bytes += length;
  return end_value (self, column);
}

gboolean
rush_batch_builder_append_bytes_shared (RushBatchBuilder *self, guint c, RushBuffer *buffer,
                                        gsize offset, gsize length, GError **error)
{
  g_return_val_if_fail (offset <= buffer->size && length <= buffer->size - offset, FALSE);

  /* A view's offset has 31 bits: what stands behind 2 GiB of a mapped file is copied. */
  const char *bytes = (const char *)buffer->bytes + offset;
  if (length <= RUSH_VIEW_INLINE_MAX || offset > G_MAXINT32)
    return rush_batch_builder_append_bytes (self, c, bytes, length, error);

  ColumnBuilder *column = begin_bytes (self, c, length, error);
  if (column == NULL)
    return FALSE;
  guint number = rush_byte_heap_share (&column->heap, buffer);
  rush_view_set_ref ((RushView *)column->values + column->length, bytes, length, number, offset);
  self->long_bytes += length;
  return end_value (self, column);
}

gboolean
rush_batch_builder_append_from (RushBatchBuilder *self, guint c, const RushColumn *source,
                                guint row, GError **error)
{
  g_return_val_if_fail (c < self->schema->n_fields, FALSE);
  g_return_val_if_fail (source->type == self->schema->fields[c].type, FALSE);

  if (!rush_column_is_valid (source, row))
    return rush_batch_builder_append_null (self, c, error);
  switch (source->type->storage)
    {
    case RUSH_STORAGE_BIT:
      return rush_batch_builder_append_bool (self, c, rush_column_get_bool (source, row), error);
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      return rush_batch_builder_append_int (self, c, rush_column_get_int (source, row), error);
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return rush_batch_builder_append_double (self, c, rush_column_get_double (source, row),
                                               error);
    case RUSH_STORAGE_VIEW:
      {
        gsize length;
        const char *bytes = rush_column_get_bytes (source, row, &length);
        return rush_batch_builder_append_bytes (self, c, bytes, length, error);
      }
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      break;
    }
  g_return_val_if_reached (FALSE);
}

/* ---- rows ---- */

void
rush_batch_builder_end_row (RushBatchBuilder *self)
{
  g_return_if_fail (self->n_ahead == self->schema->n_fields);
  g_return_if_fail (self->length < RUSH_BATCH_MAX_ROWS);

  self->n_ahead = 0;
  self->length++;
}

/* Takes the last value of a column back, as if it had never been appended. */
static void
drop_last_value (RushBatchBuilder *self, ColumnBuilder *column)
{
  guint row = --column->length;

  if (column->validity != NULL && !rush_bit_get (column->validity, row))
    {
      rush_bit_set (column->validity, row);
      column->null_count--;
    }
  if (column->field->type->storage == RUSH_STORAGE_BIT)
    column->values[row >> 3] &= (guint8) ~(1u << (row & 7));
  else if (column->field->type->storage == RUSH_STORAGE_VIEW)
    {
      const RushView *view = (const RushView *)column->values + row;
      RushByteHeap *heap = &column->heap;
      if (view->length <= RUSH_VIEW_INLINE_MAX)
        return;
      self->long_bytes -= (gsize)view->length;
      if (heap->block != NULL && (guint)view->ref.buffer == heap->block_number)
        heap->block_used = (gsize)view->ref.offset;
    }
}

void
rush_batch_builder_abandon_row (RushBatchBuilder *self)
{
  for (guint c = 0; c < self->schema->n_fields; c++)
    if (self->columns[c].length > self->length)
      drop_last_value (self, &self->columns[c]);
  self->n_ahead = 0;
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
    {
      const ColumnBuilder *column = &self->columns[c];
      bytes += values_bytes (column, column->capacity) + column->heap.charged_bytes;
      bytes += column->validity != NULL ? BITMAP_BYTES : 0;
    }
  return bytes;
}

gboolean
rush_batch_builder_is_full (const RushBatchBuilder *self)
{
  return self->length == RUSH_BATCH_MAX_ROWS || self->long_bytes >= RUSH_BATCH_FULL_BYTES;
}

/* ---- the batch ---- */

static RushColumn *
finish_column (RushBatchBuilder *self, ColumnBuilder *column)
{
  guint length = column->length;
  gsize bytes = values_bytes (column, length), capacity = values_bytes (column, column->capacity);
  RushBuffer *validity = NULL;
  guint n_data;

  /* Growth is ×4, so up to three quarters may be unused. */
  if (capacity - bytes > capacity / 8)
    {
      column->values = rush_realloc (self->allocator, column->values, capacity, bytes, NULL);
      g_assert (column->values != NULL); /* a shrink is never refused */
      capacity = bytes;
    }
  RushBuffer *values = rush_buffer_take (self->allocator, column->values, bytes, capacity);

  if (column->null_count > 0)
    {
      validity = rush_buffer_take (self->allocator, column->validity, rush_bits_bytes (length),
                                   BITMAP_BYTES);
      if (length % 8 != 0)
        validity->bytes[length / 8] &= (guint8)((1u << (length % 8)) - 1);
    }
  else
    rush_free (self->allocator, column->validity, BITMAP_BYTES);

  RushBuffer **data = rush_byte_heap_steal (&column->heap, self->allocator, &n_data);
  RushColumn *finished = rush_column_new_plain (column->field->type, length, validity,
                                                column->null_count, values, data, n_data);
  *column = (ColumnBuilder){ .field = column->field };
  return finished;
}

RushBatch *
rush_batch_builder_finish (RushBatchBuilder *self, GError **error)
{
  g_return_val_if_fail (self->n_ahead == 0, NULL);

  guint n_fields = self->schema->n_fields;
  if (self->length == 0)
    return NULL;
  g_autofree RushColumn **columns = g_new (RushColumn *, n_fields);
  for (guint c = 0; c < n_fields; c++)
    columns[c] = finish_column (self, &self->columns[c]);
  RushBatch *batch = rush_batch_new (self->schema, self->length, columns);

  self->first_capacity = CLAMP (self->length, FIRST_ROWS, RUSH_BATCH_MAX_ROWS);
  self->length = 0;
  self->long_bytes = 0;
  return batch;
}

void
rush_batch_builder_free (RushBatchBuilder *self)
{
  if (self == NULL)
    return;
  for (guint c = 0; c < self->schema->n_fields; c++)
    {
      ColumnBuilder *column = &self->columns[c];
      rush_free (self->allocator, column->values, values_bytes (column, column->capacity));
      rush_free (self->allocator, column->validity, BITMAP_BYTES);
      rush_byte_heap_clear (&column->heap, self->allocator);
    }
  rush_schema_unref (self->schema);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

RushBatchBuilder *
rush_batch_builder_new (RushSchema *schema, RushAllocator *allocator)
{
  g_return_val_if_fail (schema != NULL && allocator != NULL, NULL);

  RushBatchBuilder *self = g_malloc0 (sizeof *self + schema->n_fields * sizeof (ColumnBuilder));
  self->schema = rush_schema_ref (schema);
  self->allocator = rush_allocator_ref (allocator);
  self->first_capacity = FIRST_ROWS;
  for (guint c = 0; c < schema->n_fields; c++)
    self->columns[c].field = &schema->fields[c];
  return self;
}
