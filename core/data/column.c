/* column.c - columns in three layouts, and the readers that hide which one it is.
 *
 *   PLAIN        row → values[offset + row]
 *   DICTIONARY   row → indices[offset + row] → dictionary's values
 *   CONSTANT     row → values[offset]
 *
 * Invariants (the constructors check what costs nothing, rush_batch_decode () checks the rest):
 * - a dictionary is PLAIN and has no nulls; every index, also that of a null row, lies in it;
 * - a CONSTANT's null_count is 0 or its length, and its one value exists even if it is null;
 * - values are aligned to their width.
 * So reading the value of a null row never leaves the buffers, as long as views of null rows are
 * sound; every column built in this folder holds zeros there.
 */
#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/view_private.h"

static RushColumn *
new_header (const RushType *type, RushLayout layout, guint length)
{
  RushColumn *self = g_new0 (RushColumn, 1);
  rush_ref_count_init (&self->refs);
  self->type = type;
  self->layout = layout;
  self->length = length;
  return self;
}

RushColumn *
rush_column_new_plain (const RushType *type, guint length, RushBuffer *validity, guint null_count,
                       RushBuffer *values, RushBuffer **data, guint n_data)
{
  g_assert (type != NULL && values != NULL && null_count <= length);
  g_assert (null_count == 0 || validity != NULL);
  g_assert (values->size >=
            (type->value_bytes ? (gsize)length * type->value_bytes : rush_bits_bytes (length)));

  RushColumn *self = new_header (type, RUSH_LAYOUT_PLAIN, length);
  self->validity = validity;
  self->null_count = null_count;
  self->values = values;
  self->data = data;
  self->n_data = n_data;
  return self;
}

RushColumn *
rush_column_new_dictionary (RushColumn *dictionary, guint length, RushBuffer *validity,
                            guint null_count, RushBuffer *indices)
{
  g_assert (dictionary->layout == RUSH_LAYOUT_PLAIN && dictionary->null_count == 0);
  g_assert (indices->size >= (gsize)length * sizeof (gint32));
  g_assert (null_count <= length && (null_count == 0 || validity != NULL));

  RushColumn *self = new_header (dictionary->type, RUSH_LAYOUT_DICTIONARY, length);
  self->validity = validity;
  self->null_count = null_count;
  self->values = indices;
  self->dictionary = dictionary;
  return self;
}

RushColumn *
rush_column_new_constant (RushColumn *value, guint length)
{
  g_assert (value->layout == RUSH_LAYOUT_PLAIN && value->length == 1);

  RushColumn *self = new_header (value->type, RUSH_LAYOUT_CONSTANT, length);
  self->offset = value->offset;
  self->null_count = value->null_count > 0 ? length : 0;
  self->values = rush_buffer_ref (value->values);
  self->n_data = value->n_data;
  self->data = g_memdup2 (value->data, value->n_data * sizeof *value->data);
  for (guint i = 0; i < self->n_data; i++)
    rush_buffer_ref (self->data[i]);
  rush_column_unref (value);
  return self;
}

/* One cell of zeros: the value 0, FALSE, or the empty string. */
static RushBuffer *
new_cell (RushAllocator *allocator, GError **error)
{
  RushBuffer *cell = rush_buffer_new (allocator, sizeof (RushView), error);
  if (cell != NULL)
    memset (cell->bytes, 0, cell->size);
  return cell;
}

/* A CONSTANT whose cell begins with @value. */
static RushColumn *
new_constant_cell (const RushType *type, gconstpointer value, gsize size, guint length,
                   RushAllocator *allocator, GError **error)
{
  RushBuffer *cell = new_cell (allocator, error);
  if (cell == NULL)
    return NULL;
  memcpy (cell->bytes, value, size);
  RushColumn *self = new_header (type, RUSH_LAYOUT_CONSTANT, length);
  self->values = cell;
  return self;
}

RushColumn *
rush_column_new_constant_int (const RushType *type, gint64 value, guint length,
                              RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (type->storage <= RUSH_STORAGE_I64, NULL);

  if (type->storage == RUSH_STORAGE_BIT)
    value = value != 0;
  /* Little-endian: the low bytes of an int64 are the narrower integer. */
  return new_constant_cell (type, &value, MAX (type->value_bytes, 1), length, allocator, error);
}

RushColumn *
rush_column_new_constant_int128 (const RushType *decimal, rush_int128 value, guint length,
                                 RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (decimal->kind == RUSH_TYPE_DECIMAL, NULL);

  return new_constant_cell (decimal, &value, decimal->value_bytes, length, allocator, error);
}

RushColumn *
rush_column_new_constant_double (const RushType *type, double value, guint length,
                                 RushAllocator *allocator, GError **error)
{
  float narrow = (float)value;

  if (type == &RUSH_FLOAT32)
    return new_constant_cell (type, &narrow, sizeof narrow, length, allocator, error);
  g_return_val_if_fail (type == &RUSH_FLOAT64, NULL);
  return new_constant_cell (type, &value, sizeof value, length, allocator, error);
}

RushColumn *
rush_column_new_constant_interval (RushCalendarInterval value, guint length,
                                   RushAllocator *allocator, GError **error)
{
  return new_constant_cell (&RUSH_CALENDAR_INTERVAL, &value, sizeof value, length, allocator,
                            error);
}

RushColumn *
rush_column_new_constant_bytes (const RushType *type, const char *bytes, gsize size, guint length,
                                RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (type->storage == RUSH_STORAGE_VIEW && size <= G_MAXINT32, NULL);
  RushView view;

  if (size <= RUSH_VIEW_INLINE_MAX)
    {
      rush_view_set_inline (&view, bytes, size);
      return new_constant_cell (type, &view, sizeof view, length, allocator, error);
    }
  g_autoptr (RushBuffer) data = rush_buffer_new (allocator, size, error);
  if (data == NULL)
    return NULL;
  memcpy (data->bytes, bytes, size);
  rush_view_set_ref (&view, bytes, size, 0, 0);
  RushColumn *self = new_constant_cell (type, &view, sizeof view, length, allocator, error);
  if (self == NULL)
    return NULL;
  self->n_data = 1;
  self->data = g_new (RushBuffer *, 1);
  self->data[0] = g_steal_pointer (&data);
  return self;
}

RushColumn *
rush_column_new_constant_null (const RushType *type, guint length, RushAllocator *allocator,
                               GError **error)
{
  g_return_val_if_fail (type != NULL, NULL);

  RushBuffer *cell = new_cell (allocator, error);
  if (cell == NULL)
    return NULL;
  RushColumn *self = new_header (type, RUSH_LAYOUT_CONSTANT, length);
  self->null_count = length;
  self->values = cell;
  return self;
}

RushColumn *
rush_column_slice (RushColumn *self, guint start, guint length)
{
  g_return_val_if_fail (start <= self->length && length <= self->length - start, NULL);

  if (length == self->length)
    return rush_column_ref (self);

  RushColumn *slice = new_header (self->type, self->layout, length);
  slice->values = rush_buffer_ref (self->values);
  slice->n_data = self->n_data;
  slice->data = g_memdup2 (self->data, self->n_data * sizeof *self->data);
  for (guint i = 0; i < slice->n_data; i++)
    rush_buffer_ref (slice->data[i]);
  if (self->dictionary != NULL)
    slice->dictionary = rush_column_ref (self->dictionary);

  if (self->layout == RUSH_LAYOUT_CONSTANT)
    {
      slice->offset = self->offset;
      slice->null_count = self->null_count > 0 ? length : 0;
      return slice;
    }
  slice->offset = self->offset + start;
  if (self->null_count > 0)
    slice->null_count = length - rush_bits_count (self->validity->bytes, slice->offset, length);
  /* A part without nulls forgets the bitmap: its readers take the quick way. */
  if (slice->null_count > 0)
    slice->validity = rush_buffer_ref (self->validity);
  return slice;
}

RushColumn *
rush_column_ref (RushColumn *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_column_unref (RushColumn *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_buffer_unref (self->validity);
  rush_buffer_unref (self->values);
  for (guint i = 0; i < self->n_data; i++)
    rush_buffer_unref (self->data[i]);
  g_free (self->data);
  rush_column_unref (self->dictionary); /* at most one level deep */
  g_free (self);
}

static gsize
buffer_memory_bytes (const RushBuffer *buffer)
{
  if (buffer == NULL)
    return 0;
  return buffer->allocator != NULL ? buffer->capacity : buffer->size;
}

gsize
rush_column_memory_bytes (const RushColumn *self)
{
  gsize bytes = buffer_memory_bytes (self->validity) + buffer_memory_bytes (self->values);
  for (guint i = 0; i < self->n_data; i++)
    bytes += buffer_memory_bytes (self->data[i]);
  if (self->dictionary != NULL)
    bytes += rush_column_memory_bytes (self->dictionary);
  return bytes;
}

/* Finds the PLAIN-like column that holds the value of @row, and the position in its values. */
static inline const RushColumn *
locate (const RushColumn *self, guint row, gsize *out_position)
{
  g_assert (row < self->length);

  switch (self->layout)
    {
    case RUSH_LAYOUT_PLAIN:
      *out_position = (gsize)self->offset + row;
      return self;
    case RUSH_LAYOUT_DICTIONARY:
      {
        const gint32 *indices = (const gint32 *)self->values->bytes;
        *out_position = (gsize)self->dictionary->offset + indices[self->offset + row];
        return self->dictionary;
      }
    case RUSH_LAYOUT_CONSTANT:
      *out_position = self->offset;
      return self;
    }
  g_assert_not_reached ();
}

gboolean
rush_column_get_bool (const RushColumn *self, guint row)
{
  gsize at;
  const RushColumn *holder = locate (self, row, &at);
  g_return_val_if_fail (self->type == &RUSH_BOOL, FALSE);
  return rush_bit_get (holder->values->bytes, at);
}

gint64
rush_column_get_int (const RushColumn *self, guint row)
{
  gsize at;
  gconstpointer values = locate (self, row, &at)->values->bytes;

  switch (self->type->storage)
    {
    case RUSH_STORAGE_BIT:
      return rush_bit_get (values, at);
    case RUSH_STORAGE_I8:
      return ((const gint8 *)values)[at];
    case RUSH_STORAGE_I16:
      return ((const gint16 *)values)[at];
    case RUSH_STORAGE_I32:
      return ((const gint32 *)values)[at];
    case RUSH_STORAGE_I64:
      return ((const gint64 *)values)[at];
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
    case RUSH_STORAGE_VIEW:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      break;
    }
  g_return_val_if_reached (0);
}

rush_int128
rush_column_get_int128 (const RushColumn *self, guint row)
{
  if (self->type->storage != RUSH_STORAGE_I128)
    return rush_column_get_int (self, row);

  gsize at;
  const RushColumn *holder = locate (self, row, &at);
  return ((const rush_int128 *)(gconstpointer)holder->values->bytes)[at];
}

RushCalendarInterval
rush_column_get_interval (const RushColumn *self, guint row)
{
  gsize at;
  const RushColumn *holder = locate (self, row, &at);

  g_assert (self->type->storage == RUSH_STORAGE_INTERVAL);
  return ((const RushCalendarInterval *)(gconstpointer)holder->values->bytes)[at];
}

double
rush_column_get_double (const RushColumn *self, guint row)
{
  gsize at;
  gconstpointer values = locate (self, row, &at)->values->bytes;

  if (self->type == &RUSH_FLOAT64)
    return ((const double *)values)[at];
  g_return_val_if_fail (self->type == &RUSH_FLOAT32, 0);
  return ((const float *)values)[at];
}

const char *
rush_column_get_bytes (const RushColumn *self, guint row, gsize *out_length)
{
  gsize at;
  const RushColumn *holder = locate (self, row, &at);
  g_return_val_if_fail (self->type->storage == RUSH_STORAGE_VIEW, NULL);

  const RushView *view = (const RushView *)holder->values->bytes + at;
  *out_length = (gsize)view->length;
  return rush_view_bytes (view, holder->data);
}
