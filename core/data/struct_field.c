/* struct_field.c - a field of a struct as a column by itself.
 *
 *      struct   1 1 0 1        offset 2 of a longer one
 *      field      1 0 1 1      its rows 2, 3, …
 *      answer   1 0 0 1        values shared, a bitmap of its own
 *
 * A bitmap of our own starts at bit 0, while the values stand at the field's offset, and a column
 * has one offset for both.  So the shared buffers are cut off in front, up to a whole byte of bits.
 */
#include "core/data/gather.h"

#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/column_private.h"

/* A copy of a PLAIN or DICTIONARY column whose offset is below 8; its validity is dropped. */
static RushColumn *
cut_front (RushColumn *column)
{
  RushColumn *cut = rush_column_new_sharing (column, column->length);
  guint front = column->offset & ~7u;
  guint width =
      column->layout == RUSH_LAYOUT_DICTIONARY ? sizeof (gint32) : column->type->value_bytes;
  gsize bytes = width > 0 ? (gsize)front * width : front / 8;

  g_clear_pointer (&cut->validity, rush_buffer_unref);
  cut->offset -= front;
  if (column->type->storage != RUSH_STORAGE_STRUCT || width > 0)
    {
      rush_buffer_unref (cut->values);
      cut->values = rush_buffer_slice (column->values, bytes, column->values->size - bytes);
    }
  else
    for (guint c = 0; c < cut->n_children; c++)
      {
        RushColumn *whole = cut->children[c];
        cut->children[c] = rush_column_slice (whole, front, whole->length - front);
        rush_column_unref (whole);
      }
  return cut;
}

/* @field with nulls where @self has them, which it has. */
static RushColumn *
with_nulls_of (RushColumn *self, RushColumn *field, RushAllocator *allocator, GError **error)
{
  guint shift = field->offset & 7, n = field->length;
  g_autoptr (RushBuffer) validity = rush_buffer_new (allocator, rush_bits_bytes (shift + n), error);

  if (validity == NULL)
    return NULL;
  memset (validity->bytes, 0, validity->size);
  for (guint i = 0; i < n; i++)
    if (rush_column_is_valid (self, i) && rush_column_is_valid (field, i))
      rush_bit_set (validity->bytes, shift + i);
  RushColumn *answer = cut_front (field);
  answer->null_count = n - (guint)rush_bits_count (validity->bytes, shift, n);
  answer->validity = g_steal_pointer (&validity);
  return answer;
}

RushColumn *
rush_column_struct_field (RushColumn *self, guint field, RushAllocator *allocator, GError **error)
{
  g_return_val_if_fail (self->type->storage == RUSH_STORAGE_STRUCT, NULL);
  g_return_val_if_fail (field < self->type->n_fields, NULL);
  const RushType *type = self->type->fields[field].type;

  if (type == &RUSH_NULL)
    return rush_column_new_void (self->length);
  if (self->null_count == self->length)
    return rush_column_new_constant_null (type, self->length, allocator, error);
  if (self->layout == RUSH_LAYOUT_CONSTANT)
    {
      g_autoptr (RushColumn) cell = rush_column_slice (self->children[field], self->offset, 1);
      g_autoptr (RushColumn) plain = rush_column_flatten (cell, allocator, error);
      return plain != NULL ? rush_column_new_constant (g_steal_pointer (&plain), self->length)
                           : NULL;
    }
  g_autoptr (RushColumn) rows = rush_column_flatten (self, allocator, error);
  if (rows == NULL)
    return NULL;
  g_autoptr (RushColumn) part =
      rush_column_slice (rows->children[field], rows->offset, rows->length);
  if (rows->null_count == 0)
    return g_steal_pointer (&part);
  g_autoptr (RushColumn) plain = part->layout == RUSH_LAYOUT_CONSTANT
                                     ? rush_column_flatten (part, allocator, error)
                                     : rush_column_ref (part);
  return plain != NULL ? with_nulls_of (rows, plain, allocator, error) : NULL;
}
