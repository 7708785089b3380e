/* merge.c - see merge.h.
 *
 * Numbers are copied to their places at once, by width.  Strings and nested values only note where
 * they are, and are gathered together at the end: their bytes move once.
 */
#include "sql/kernels/merge.h"

#include <string.h>

static gboolean
is_fixed (const RushType *type)
{
  return type->storage == RUSH_STORAGE_BIT || type->storage < RUSH_STORAGE_VIEW;
}

gboolean
rush_merge_init (RushMerge *self, const RushType *type, guint length, RushAllocator *allocator,
                 GError **error)
{
  memset (self, 0, sizeof *self);
  self->writer.type = type;
  self->writer.length = length;
  self->writer.allocator = allocator;
  if (type == &RUSH_NULL)
    return TRUE;
  if (is_fixed (type) &&
      !rush_column_writer_init (&self->writer, type, length, TRUE, allocator, error))
    return FALSE;
  if (!is_fixed (type))
    {
      self->picks = rush_alloc (allocator, MAX (1, length) * sizeof *self->picks, error);
      if (self->picks == NULL)
        return FALSE;
      self->sources = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
      memset (self->picks, 0, length * sizeof *self->picks);
    }
  /* All null until somebody says otherwise. */
  self->writer.validity = rush_buffer_new (allocator, MAX (1, rush_bits_bytes (length)), error);
  if (self->writer.validity == NULL)
    return FALSE;
  memset (self->writer.validity->bytes, 0, MAX (1, rush_bits_bytes (length)));
  return TRUE;
}

#define SCATTER(T)                                                                                 \
  {                                                                                                \
    const T *from = v->values;                                                                     \
    T *to = (gpointer)out;                                                                         \
    for (guint i = 0; i < rows->n; i++)                                                            \
      {                                                                                            \
        guint row = rush_eval_row (rows, i);                                                       \
        to[row] = from[v->constant ? 0 : row];                                                     \
      }                                                                                            \
    break;                                                                                         \
  }

static void
scatter (const RushVector *v, const RushRows *rows, guint8 *out)
{
  switch (v->column->type->value_bytes)
    {
    case 0:
      for (guint i = 0; i < rows->n; i++)
        {
          guint row = rush_eval_row (rows, i);
          if (rush_column_get_bool (v->column, row))
            rush_bit_set (out, row);
        }
      break;
    case 1:
      SCATTER (guint8)
    case 2:
      SCATTER (guint16)
    case 4:
      SCATTER (guint32)
    case 8:
      SCATTER (guint64)
    default:
      SCATTER (rush_int128)
    }
}

gboolean
rush_merge_add (RushMerge *self, RushColumn *column, const RushRows *rows, GError **error)
{
  if (self->writer.type == &RUSH_NULL || rush_column_is_constant_null (column) || rows->n == 0)
    return TRUE;
  guint8 *validity = self->writer.validity->bytes;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      if (rush_column_is_valid (column, row))
        rush_bit_set (validity, row);
    }

  if (self->picks == NULL)
    {
      g_auto (RushVector) v = { NULL };
      if (!rush_vector_open (&v, column, self->writer.allocator, error))
        return FALSE;
      scatter (&v, rows, self->writer.values->bytes);
      return TRUE;
    }
  guint source = self->sources->len;
  g_ptr_array_add (self->sources, rush_column_as_type (column, self->writer.type));
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      self->picks[row] = (RushRowId){ source, row };
    }
  return TRUE;
}

RushColumn *
rush_merge_finish (RushMerge *self, GError **error)
{
  RushAllocator *allocator = self->writer.allocator;
  guint length = self->writer.length;

  if (self->writer.type == &RUSH_NULL)
    return rush_column_new_void (length);
  if (self->picks == NULL)
    {
      if (rush_bits_count (self->writer.validity->bytes, 0, length) == length)
        g_clear_pointer (&self->writer.validity, rush_buffer_unref);
      return rush_column_writer_finish (&self->writer);
    }
  if (self->sources->len == 0)
    return rush_column_new_constant_null (self->writer.type, length, allocator, error);

  /* Rows of nobody take row 0 of the first source, and are null by the bitmap. */
  RushColumn *values = rush_column_gather ((RushColumn **)self->sources->pdata, self->sources->len,
                                           self->picks, length, allocator, error);
  if (values == NULL)
    return NULL;
  g_autoptr (RushColumn) mask = rush_column_from_bits (
      length, rush_buffer_ref (self->writer.validity), rush_buffer_ref (self->writer.validity),
      length - (guint)rush_bits_count (self->writer.validity->bytes, 0, length));
  return rush_column_null_where_null (values, &mask, 1, allocator, error);
}

void
rush_merge_clear (RushMerge *self)
{
  if (self->picks != NULL)
    rush_free (self->writer.allocator, self->picks,
               MAX (1, self->writer.length) * sizeof *self->picks);
  self->picks = NULL;
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  rush_column_writer_clear (&self->writer);
}
