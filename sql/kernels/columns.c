/* columns.c - see columns.h.
 *
 * Validity bitmaps may start at any bit (a slice shares the buffers of its column), so combining
 * them first brings each to bit 0 (rush_bits_copy ()); what is not a slice is at bit 0 already, and
 * is then combined where it stands.
 */
#include "sql/kernels/columns.h"

#include <string.h>

/* ── reading ── */

/* Where row 0 finds its value.  A bitmap has no address for a bit: bool columns are read by
 * rush_column_get_bool () or as bits. */
static gconstpointer
first_value (const RushColumn *column)
{
  return column->values->bytes + (gsize)column->offset * column->type->value_bytes;
}

gboolean
rush_vector_open (RushVector *self, RushColumn *column, RushAllocator *allocator, GError **error)
{
  RushColumn *open = column->layout == RUSH_LAYOUT_DICTIONARY
                         ? rush_column_flatten (column, allocator, error)
                         : rush_column_ref (column);
  if (open == NULL)
    return FALSE;
  self->column = open;
  self->constant = open->layout == RUSH_LAYOUT_CONSTANT;
  self->values = first_value (open);
  self->validity = !self->constant && open->validity != NULL ? open->validity->bytes : NULL;
  self->validity_start = open->offset;
  return TRUE;
}

void
rush_vector_close (RushVector *self)
{
  g_clear_pointer (&self->column, rush_column_unref);
}

void
rush_text_vector_init (RushTextVector *self, const RushColumn *column)
{
  const RushColumn *holder = column->layout == RUSH_LAYOUT_DICTIONARY ? column->dictionary : column;

  self->constant = column->layout == RUSH_LAYOUT_CONSTANT;
  self->views = first_value (holder);
  self->data = holder->data;
  self->indices = column->layout == RUSH_LAYOUT_DICTIONARY
                      ? (const gint32 *)column->values->bytes + column->offset
                      : NULL;
}

/* ── validity ── */

RushBuffer *
rush_bits_new_ones (guint length, RushAllocator *allocator, GError **error)
{
  RushBuffer *bits = rush_buffer_new (allocator, rush_bits_bytes (length), error);
  if (bits == NULL)
    return NULL;
  memset (bits->bytes, 0xff, rush_bits_bytes (length));
  if (length % 8 != 0)
    bits->bytes[length / 8] = (guint8)((1u << (length % 8)) - 1);
  return bits;
}

void
rush_validity_bits (const RushColumn *column, guint length, guint8 *bits)
{
  if (rush_column_is_constant_null (column))
    memset (bits, 0, rush_bits_bytes (length));
  else if (column->layout != RUSH_LAYOUT_CONSTANT && column->validity != NULL)
    rush_bits_copy (bits, column->validity->bytes, column->offset, length);
  else
    {
      memset (bits, 0xff, rush_bits_bytes (length));
      if (length % 8 != 0)
        bits[length / 8] = (guint8)((1u << (length % 8)) - 1);
    }
}

static gboolean
may_have_nulls (const RushColumn *column)
{
  return rush_column_is_constant_null (column) ||
         (column->layout != RUSH_LAYOUT_CONSTANT && column->validity != NULL &&
          column->null_count > 0);
}

/* into &= the validity of @column. */
static gboolean
and_validity (guint8 *into, const RushColumn *column, guint length, RushAllocator *allocator,
              GError **error)
{
  gsize bytes = rush_bits_bytes (length);

  if (rush_column_is_constant_null (column))
    {
      memset (into, 0, bytes);
      return TRUE;
    }
  if ((column->offset & 7) == 0)
    {
      const guint8 *from = column->validity->bytes + (column->offset >> 3);
      for (gsize i = 0; i < bytes; i++)
        into[i] &= from[i];
      return TRUE;
    }
  g_autoptr (RushBuffer) shifted = rush_buffer_new (allocator, bytes, error);
  if (shifted == NULL)
    return FALSE;
  rush_bits_copy (shifted->bytes, column->validity->bytes, column->offset, length);
  for (gsize i = 0; i < bytes; i++)
    into[i] &= shifted->bytes[i];
  return TRUE;
}

gboolean
rush_validity_and (RushColumn *const *columns, guint n, guint length, RushAllocator *allocator,
                   RushBuffer **out, guint *out_nulls, GError **error)
{
  g_autoptr (RushBuffer) bits = NULL;
  const RushColumn *only = NULL;
  guint with_nulls = 0;

  *out = NULL;
  *out_nulls = 0;
  for (guint i = 0; i < n; i++)
    if (may_have_nulls (columns[i]))
      {
        only = columns[i];
        with_nulls++;
      }
  if (with_nulls == 0)
    return TRUE;
  if (with_nulls == 1 && only->offset == 0 && only->length == length &&
      only->layout != RUSH_LAYOUT_CONSTANT)
    {
      *out = rush_buffer_ref (only->validity);
      *out_nulls = only->null_count;
      return TRUE;
    }

  bits = rush_bits_new_ones (length, allocator, error);
  if (bits == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (may_have_nulls (columns[i]) &&
        !and_validity (bits->bytes, columns[i], length, allocator, error))
      return FALSE;
  *out_nulls = length - (guint)rush_bits_count (bits->bytes, 0, length);
  if (*out_nulls > 0)
    *out = g_steal_pointer (&bits);
  return TRUE;
}

gboolean
rush_rows_valid (const RushRows *rows, RushColumn *const *columns, guint n,
                 RushAllocator *allocator, RushRows *out, RushBuffer **out_positions,
                 GError **error)
{
  g_autoptr (RushBuffer) bits = NULL;
  guint nulls, kept = 0;

  *out = *rows;
  *out_positions = NULL;
  if (!rush_validity_and (columns, n, rows->length, allocator, &bits, &nulls, error))
    return FALSE;
  if (bits == NULL)
    return TRUE;
  g_autoptr (RushBuffer) positions =
      rush_buffer_new (allocator, MAX (1, rows->n) * sizeof (guint16), error);
  if (positions == NULL)
    return FALSE;
  guint16 *to = (guint16 *)positions->bytes;
  if (rows->positions == NULL)
    kept = rush_bits_to_positions (bits->bytes, rows->n, to);
  else
    for (guint i = 0; i < rows->n; i++)
      {
        to[kept] = rows->positions[i];
        kept += rush_bit_get (bits->bytes, rows->positions[i]);
      }
  out->positions = to;
  out->n = kept;
  *out_positions = g_steal_pointer (&positions);
  return TRUE;
}

guint
rush_bits_to_positions (const guint8 *bits, guint n, guint16 *out)
{
  guint count = 0;

  for (guint base = 0; base < n; base += 64)
    {
      guint64 word = 0;
      guint here = MIN (64, n - base);
      memcpy (&word, bits + base / 8, rush_bits_bytes (here));
      if (here < 64)
        word &= (G_GUINT64_CONSTANT (1) << here) - 1;
      if (word == G_MAXUINT64)
        for (guint i = 0; i < 64; i++)
          out[count++] = (guint16)(base + i);
      else
        for (; word != 0; word &= word - 1)
          out[count++] = (guint16)(base + (guint)__builtin_ctzll (word));
    }
  return count;
}

/* The parts of a column again, with another validity; @self has no offset and is PLAIN. */
static RushColumn *
with_validity (RushColumn *self, const RushType *type, RushBuffer *validity, guint nulls)
{
  if (self->n_children > 0 || type->storage == RUSH_STORAGE_STRUCT)
    {
      for (guint i = 0; i < self->n_children; i++)
        rush_column_ref (self->children[i]);
      if (type->storage == RUSH_STORAGE_STRUCT)
        return rush_column_new_struct (type, self->length, validity, nulls, self->children);
      return rush_column_new_list (type, self->length, validity, nulls,
                                   rush_buffer_ref (self->values), self->children);
    }
  RushBuffer **data = NULL;
  if (self->n_data > 0)
    {
      data = g_new (RushBuffer *, self->n_data);
      for (guint i = 0; i < self->n_data; i++)
        data[i] = rush_buffer_ref (self->data[i]);
    }
  return rush_column_new_plain (type, self->length, validity, nulls, rush_buffer_ref (self->values),
                                data, self->n_data);
}

static RushColumn *
flat_at_zero (RushColumn *self, RushAllocator *allocator, GError **error)
{
  if (self->layout == RUSH_LAYOUT_CONSTANT)
    return rush_column_flatten (self, allocator, error);
  g_autofree guint32 *rows = g_new (guint32, MAX (1, self->length));
  for (guint i = 0; i < self->length; i++)
    rows[i] = i;
  return rush_column_take (self, rows, self->length, allocator, error);
}

RushColumn *
rush_column_null_where_null (RushColumn *column, RushColumn *const *columns, guint n,
                             RushAllocator *allocator, GError **error)
{
  g_autoptr (RushColumn) self = column;
  RushBuffer *validity = NULL;
  guint nulls = 0, any = 0;

  for (guint i = 0; i < n; i++)
    any += may_have_nulls (columns[i]);
  if (any == 0 || rush_column_is_constant_null (self))
    return g_steal_pointer (&self);
  /* The bits of a flat column at 0 are what with_validity () can share. */
  if (self->layout == RUSH_LAYOUT_CONSTANT || self->offset != 0)
    {
      RushColumn *flat = flat_at_zero (self, allocator, error);
      if (flat == NULL)
        return NULL;
      rush_column_unref (self);
      self = flat;
    }

  g_autofree RushColumn **all = g_new (RushColumn *, n + 1);
  memcpy (all, columns, n * sizeof *all);
  all[n] = self;
  if (!rush_validity_and (all, n + 1, self->length, allocator, &validity, &nulls, error))
    return NULL;
  if (self->layout == RUSH_LAYOUT_DICTIONARY)
    return rush_column_new_dictionary (rush_column_ref (self->dictionary), self->length, validity,
                                       nulls, rush_buffer_ref (self->values));
  return with_validity (self, self->type, validity, nulls);
}

/* ── writing ── */

gboolean
rush_column_writer_init (RushColumnWriter *self, const RushType *type, guint length, gboolean clear,
                         RushAllocator *allocator, GError **error)
{
  gsize bytes =
      type->value_bytes > 0 ? (gsize)length * type->value_bytes : rush_bits_bytes (length);

  memset (self, 0, sizeof *self);
  self->values = rush_buffer_new (allocator, MAX (1, bytes), error);
  if (self->values == NULL)
    return FALSE;
  if (clear)
    memset (self->values->bytes, 0, bytes);
  self->type = type;
  self->length = length;
  self->allocator = allocator;
  return TRUE;
}

gboolean
rush_column_writer_set_null (RushColumnWriter *self, guint row, GError **error)
{
  if (self->validity == NULL)
    self->validity = rush_bits_new_ones (self->length, self->allocator, error);
  if (self->validity == NULL)
    return FALSE;
  rush_bit_clear (self->validity->bytes, row);
  return TRUE;
}

static guint
count_nulls (const RushBuffer *validity, guint length)
{
  return validity == NULL ? 0 : length - (guint)rush_bits_count (validity->bytes, 0, length);
}

RushColumn *
rush_column_writer_finish (RushColumnWriter *self)
{
  guint nulls = count_nulls (self->validity, self->length);
  return rush_column_new_plain (self->type, self->length, g_steal_pointer (&self->validity), nulls,
                                g_steal_pointer (&self->values), NULL, 0);
}

void
rush_column_writer_clear (RushColumnWriter *self)
{
  g_clear_pointer (&self->values, rush_buffer_unref);
  g_clear_pointer (&self->validity, rush_buffer_unref);
}

/* Blocks double from this size, so that a batch of short strings asks for little. */
#define FIRST_BLOCK_BYTES 4096
#define MAX_BLOCK_BYTES (1024 * 1024)

gboolean
rush_text_writer_init (RushTextWriter *self, const RushType *type, guint length,
                       RushAllocator *allocator, GError **error)
{
  memset (self, 0, sizeof *self);
  if (!rush_column_writer_init (&self->base, type, length, TRUE, allocator, error))
    return FALSE;
  self->blocks = g_ptr_array_new ();
  return TRUE;
}

static RushBuffer *
open_block (RushTextWriter *self)
{
  return self->blocks->len > 0 ? self->blocks->pdata[self->blocks->len - 1] : NULL;
}

char *
rush_text_writer_reserve (RushTextWriter *self, gsize length, GError **error)
{
  RushBuffer *block = open_block (self);

  if (block == NULL || block->capacity - self->used < length)
    {
      gsize next = block == NULL ? FIRST_BLOCK_BYTES : MIN (MAX_BLOCK_BYTES, block->capacity * 2);
      if (length > G_MAXINT32)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                       "A string of %" G_GSIZE_FORMAT " bytes: no value may have more than 2 GiB",
                       length);
          return NULL;
        }
      block = rush_buffer_new (self->base.allocator, MAX (next, length), error);
      if (block == NULL)
        return NULL;
      g_ptr_array_add (self->blocks, block);
      self->used = 0;
    }
  return (char *)block->bytes + self->used;
}

void
rush_text_writer_commit (RushTextWriter *self, guint row, char *reserved, gsize length)
{
  RushView *view = (RushView *)self->base.values->bytes + row;

  view->length = (gint32)length;
  if (length <= RUSH_VIEW_INLINE_MAX)
    {
      memset (view->inlined, 0, sizeof view->inlined);
      memcpy (view->inlined, reserved, length);
      return;
    }
  memcpy (view->ref.prefix, reserved, sizeof view->ref.prefix);
  view->ref.buffer = (gint32)self->blocks->len - 1;
  view->ref.offset = (gint32)self->used;
  self->used += length;
}

gboolean
rush_text_writer_set (RushTextWriter *self, guint row, const char *bytes, gsize length,
                      GError **error)
{
  if (length <= RUSH_VIEW_INLINE_MAX)
    {
      RushView *view = (RushView *)self->base.values->bytes + row;
      view->length = (gint32)length;
      memset (view->inlined, 0, sizeof view->inlined);
      memcpy (view->inlined, bytes, length);
      return TRUE;
    }
  char *reserved = rush_text_writer_reserve (self, length, error);
  if (reserved == NULL)
    return FALSE;
  memcpy (reserved, bytes, length);
  rush_text_writer_commit (self, row, reserved, length);
  return TRUE;
}

RushColumn *
rush_text_writer_finish (RushTextWriter *self)
{
  guint n = self->blocks->len;
  guint nulls = count_nulls (self->base.validity, self->base.length);
  RushBuffer **data = NULL;

  if (n > 0)
    data = g_memdup2 (self->blocks->pdata, n * sizeof (gpointer));
  g_ptr_array_set_size (self->blocks, 0);
  return rush_column_new_plain (self->base.type, self->base.length,
                                g_steal_pointer (&self->base.validity), nulls,
                                g_steal_pointer (&self->base.values), data, n);
}

void
rush_text_writer_clear (RushTextWriter *self)
{
  if (self->blocks != NULL)
    for (guint i = 0; i < self->blocks->len; i++)
      rush_buffer_unref (self->blocks->pdata[i]);
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
  rush_column_writer_clear (&self->base);
}

RushColumn *
rush_column_from_bits (guint length, RushBuffer *bits, RushBuffer *validity, guint nulls)
{
  return rush_column_new_plain (&RUSH_BOOL, length, validity, nulls, bits, NULL, 0);
}

RushColumn *
rush_column_as_type (RushColumn *self, const RushType *type)
{
  if (self->type == type)
    return rush_column_ref (self);
  g_assert (type->storage == self->type->storage);
  if (rush_column_is_constant_null (self))
    return rush_column_new_constant_null (type, self->length, rush_allocator_system (), NULL);
  RushColumn *copy;
  guint length = self->length;
  if (self->layout == RUSH_LAYOUT_DICTIONARY)
    {
      RushColumn *dictionary = rush_column_as_type (self->dictionary, type);
      copy = rush_column_new_dictionary (dictionary, length + self->offset,
                                         self->validity != NULL ? rush_buffer_ref (self->validity)
                                                                : NULL,
                                         self->null_count, rush_buffer_ref (self->values));
    }
  else
    {
      /* Under its whole buffer, from position 0: an offset is put back by slicing. */
      struct _RushColumn whole = *self;
      whole.length = self->layout == RUSH_LAYOUT_CONSTANT ? 1 : length + self->offset;
      RushBuffer *validity = self->validity != NULL ? rush_buffer_ref (self->validity) : NULL;
      copy = with_validity (&whole, type, validity, self->null_count);
    }
  if (self->layout == RUSH_LAYOUT_CONSTANT)
    return rush_column_new_constant (copy, length);
  if (self->offset == 0)
    return copy;
  RushColumn *slice = rush_column_slice (copy, self->offset, length);
  rush_column_unref (copy);
  return slice;
}
