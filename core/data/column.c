/* column.c - columns in three layouts, and the readers that hide which one it is.
 *
 *   PLAIN        row → values[offset + row]
 *   DICTIONARY   row → indices[offset + row] → dictionary's values
 *   CONSTANT     row → values[offset]
 *
 * Invariants (the constructors check what costs nothing, rush_batch_decode () checks the rest):
 * - a dictionary is PLAIN and has no nulls; every index, also that of a null row, lies in it;
 * - a CONSTANT's null_count is 0 or its length, and its one value exists even if it is null;
 * - values are aligned to their width;
 * - a list, also that of a null row, lies in the children; a struct's children have a row for each
 *   of its positions.
 * So reading the value of a null row never leaves the buffers, as long as views of null rows are
 * sound.
 */
#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/column_private.h"

RushColumn *
rush_column_new_header (const RushType *type, RushLayout layout, guint length, RushBuffer *values)
{
  RushColumn *self = g_new0 (RushColumn, 1);
  rush_ref_count_init (&self->refs);
  self->type = type;
  self->layout = layout;
  self->length = length;
  self->values = values;
  return self;
}

RushColumn *
rush_column_new_sharing (RushColumn *self, guint length)
{
  RushColumn *copy =
      rush_column_new_header (self->type, self->layout, length, rush_buffer_ref (self->values));
  copy->offset = self->offset;
  if (self->validity != NULL)
    copy->validity = rush_buffer_ref (self->validity);
  copy->n_data = self->n_data;
  copy->data = g_memdup2 (self->data, self->n_data * sizeof *self->data);
  for (guint i = 0; i < copy->n_data; i++)
    rush_buffer_ref (copy->data[i]);
  if (self->dictionary != NULL)
    copy->dictionary = rush_column_ref (self->dictionary);
  copy->n_children = self->n_children;
  copy->children = g_memdup2 (self->children, self->n_children * sizeof *self->children);
  for (guint i = 0; i < copy->n_children; i++)
    rush_column_ref (copy->children[i]);
  return copy;
}

static RushColumn *
set_validity (RushColumn *self, RushBuffer *validity, guint null_count)
{
  g_assert (null_count <= self->length && (null_count == 0 || validity != NULL));

  self->validity = validity;
  self->null_count = null_count;
  return self;
}

RushColumn *
rush_column_new_plain (const RushType *type, guint length, RushBuffer *validity, guint null_count,
                       RushBuffer *values, RushBuffer **data, guint n_data)
{
  g_assert (type->storage < RUSH_STORAGE_LIST && values != NULL);
  g_assert (values->size >=
            (type->value_bytes ? (gsize)length * type->value_bytes : rush_bits_bytes (length)));

  RushColumn *self = rush_column_new_header (type, RUSH_LAYOUT_PLAIN, length, values);
  self->data = data;
  self->n_data = n_data;
  return set_validity (self, validity, null_count);
}

static void
set_children (RushColumn *self, RushColumn *const *children)
{
  self->n_children = self->type->n_fields;
  self->children = g_memdup2 (children, self->n_children * sizeof *children);
  for (guint i = 0; i < self->n_children; i++)
    g_assert (children[i]->type == self->type->fields[i].type);
}

RushColumn *
rush_column_new_list (const RushType *type, guint length, RushBuffer *validity, guint null_count,
                      RushBuffer *list_views, RushColumn *const *children)
{
  g_assert (type->storage == RUSH_STORAGE_LIST);
  g_assert (list_views->size >= (gsize)length * sizeof (RushListView));
  g_assert (type->n_fields == 1 || children[0]->length == children[1]->length);

  RushColumn *self = rush_column_new_header (type, RUSH_LAYOUT_PLAIN, length, list_views);
  set_children (self, children);
  return set_validity (self, validity, null_count);
}

RushColumn *
rush_column_new_struct (const RushType *type, guint length, RushBuffer *validity, guint null_count,
                        RushColumn *const *children)
{
  g_assert (type->storage == RUSH_STORAGE_STRUCT);

  RushColumn *self =
      rush_column_new_header (type, RUSH_LAYOUT_PLAIN, length, rush_buffer_new_empty ());
  set_children (self, children);
  for (guint i = 0; i < self->n_children; i++)
    g_assert (children[i]->length >= length);
  return set_validity (self, validity, null_count);
}

RushColumn *
rush_column_new_dictionary (RushColumn *dictionary, guint length, RushBuffer *validity,
                            guint null_count, RushBuffer *indices)
{
  g_assert (dictionary->layout == RUSH_LAYOUT_PLAIN && dictionary->null_count == 0);
  g_assert (indices->size >= (gsize)length * sizeof (gint32));

  RushColumn *self =
      rush_column_new_header (dictionary->type, RUSH_LAYOUT_DICTIONARY, length, indices);
  self->dictionary = dictionary;
  return set_validity (self, validity, null_count);
}

RushColumn *
rush_column_new_empty (const RushType *type)
{
  if (type == &RUSH_NULL)
    return rush_column_new_void (0);

  RushColumn *self = rush_column_new_header (type, RUSH_LAYOUT_PLAIN, 0, rush_buffer_new_empty ());
  self->children = g_new (RushColumn *, type->n_fields);
  for (; self->n_children < type->n_fields; self->n_children++)
    self->children[self->n_children] = rush_column_new_empty (type->fields[self->n_children].type);
  return self;
}

RushColumn *
rush_column_slice (RushColumn *self, guint start, guint length)
{
  g_return_val_if_fail (start <= self->length && length <= self->length - start, NULL);

  if (length == self->length)
    return rush_column_ref (self);

  RushColumn *slice = rush_column_new_sharing (self, length);
  if (self->layout == RUSH_LAYOUT_CONSTANT)
    {
      slice->null_count = self->null_count > 0 ? length : 0;
      return slice;
    }
  slice->offset += start;
  if (self->null_count > 0)
    slice->null_count = length - rush_bits_count (self->validity->bytes, slice->offset, length);
  /* A part without nulls forgets the bitmap: its readers take the quick way. */
  if (slice->null_count == 0)
    g_clear_pointer (&slice->validity, rush_buffer_unref);
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
  rush_column_unref (self->dictionary);
  for (guint i = 0; i < self->n_children; i++)
    rush_column_unref (self->children[i]); /* as deep as the type is */
  g_free (self->children);
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
  for (guint i = 0; i < self->n_children; i++)
    bytes += rush_column_memory_bytes (self->children[i]);
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

RushListView
rush_column_get_list (const RushColumn *self, guint row)
{
  gsize at;
  const RushColumn *holder = locate (self, row, &at);

  g_assert (self->type->storage == RUSH_STORAGE_LIST);
  return ((const RushListView *)(gconstpointer)holder->values->bytes)[at];
}

RushColumn *
rush_column_child (const RushColumn *self, guint child)
{
  const RushColumn *holder = self->layout == RUSH_LAYOUT_DICTIONARY ? self->dictionary : self;

  g_assert (child < holder->n_children);
  return holder->children[child];
}

guint
rush_column_struct_row (const RushColumn *self, guint row)
{
  gsize at;

  locate (self, row, &at);
  return (guint)at;
}
