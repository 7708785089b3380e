/* logic.c - see logic.h. */
#include "sql/kernels/logic.h"

#include <string.h>

static gsize
n_words (guint length)
{
  return ((gsize)length + 63) / 64;
}

static RushBuffer *
new_words (guint length, RushAllocator *allocator, GError **error)
{
  RushBuffer *words = rush_buffer_new (allocator, MAX (1, n_words (length)) * 8, error);
  if (words != NULL)
    memset (words->bytes, 0, MAX (1, n_words (length)) * 8);
  return words;
}

static void
set_all (guint8 *bits, guint length)
{
  memset (bits, 0xff, length / 8);
  if (length % 8 != 0)
    bits[length / 8] = (guint8)((1u << (length % 8)) - 1);
}

gboolean
rush_truth_open (RushTruth *self, const RushColumn *column, RushAllocator *allocator,
                 GError **error)
{
  guint length = column->length;

  self->length = length;
  self->truth = new_words (length, allocator, error);
  if (self->truth == NULL)
    return FALSE;
  self->valid = new_words (length, allocator, error);
  if (self->valid == NULL)
    return FALSE;
  rush_validity_bits (column, length, self->valid->bytes);

  if (column->layout == RUSH_LAYOUT_CONSTANT)
    {
      if (column->null_count == 0 && length > 0 && rush_column_get_bool (column, 0))
        set_all (self->truth->bytes, length);
    }
  else if (column->layout == RUSH_LAYOUT_DICTIONARY)
    for (guint i = 0; i < length; i++)
      {
        if (rush_column_get_bool (column, i))
          rush_bit_set (self->truth->bytes, i);
      }
  else
    rush_bits_copy (self->truth->bytes, column->values->bytes, column->offset, length);

  guint64 *truth = (guint64 *)self->truth->bytes;
  const guint64 *valid = (const guint64 *)self->valid->bytes;
  for (gsize i = 0; i < n_words (length); i++)
    truth[i] &= valid[i];
  return TRUE;
}

void
rush_truth_close (RushTruth *self)
{
  g_clear_pointer (&self->truth, rush_buffer_unref);
  g_clear_pointer (&self->valid, rush_buffer_unref);
}

void
rush_truth_and (RushTruth *into, const RushTruth *other)
{
  guint64 *ta = (guint64 *)into->truth->bytes, *va = (guint64 *)into->valid->bytes;
  const guint64 *tb = (const guint64 *)other->truth->bytes;
  const guint64 *vb = (const guint64 *)other->valid->bytes;

  for (gsize i = 0; i < n_words (into->length); i++)
    {
      va[i] = (va[i] & vb[i]) | (va[i] & ~ta[i]) | (vb[i] & ~tb[i]);
      ta[i] &= tb[i];
    }
}

void
rush_truth_or (RushTruth *into, const RushTruth *other)
{
  guint64 *ta = (guint64 *)into->truth->bytes, *va = (guint64 *)into->valid->bytes;
  const guint64 *tb = (const guint64 *)other->truth->bytes;
  const guint64 *vb = (const guint64 *)other->valid->bytes;

  for (gsize i = 0; i < n_words (into->length); i++)
    {
      ta[i] |= tb[i];
      va[i] = (va[i] & vb[i]) | ta[i];
    }
}

void
rush_truth_not (RushTruth *into)
{
  guint64 *truth = (guint64 *)into->truth->bytes;
  const guint64 *valid = (const guint64 *)into->valid->bytes;

  for (gsize i = 0; i < n_words (into->length); i++)
    truth[i] = valid[i] & ~truth[i];
}

RushColumn *
rush_truth_finish (RushTruth *self)
{
  guint nulls = self->length - (guint)rush_bits_count (self->valid->bytes, 0, self->length);

  if (nulls == 0)
    g_clear_pointer (&self->valid, rush_buffer_unref);
  return rush_column_from_bits (self->length, g_steal_pointer (&self->truth),
                                g_steal_pointer (&self->valid), nulls);
}

static inline guint64
wanted (guint64 truth, guint64 valid, RushTruthSet set)
{
  return set == RUSH_TRUTH_TRUE ? truth : set == RUSH_TRUTH_NOT_TRUE ? ~truth : truth | ~valid;
}

guint
rush_truth_select (const RushTruth *self, RushTruthSet set, const RushRows *rows, guint16 *out)
{
  const guint64 *truth = (const guint64 *)self->truth->bytes;
  const guint64 *valid = (const guint64 *)self->valid->bytes;
  guint count = 0;

  if (rows->positions == NULL)
    {
      for (guint base = 0; base < rows->n; base += 64)
        {
          guint64 word = wanted (truth[base / 64], valid[base / 64], set);
          guint here =
              rush_bits_to_positions ((const guint8 *)&word, MIN (64, rows->n - base), out + count);
          for (guint i = 0; base > 0 && i < here; i++)
            out[count + i] = (guint16)(out[count + i] + base);
          count += here;
        }
      return count;
    }
  for (guint i = 0; i < rows->n; i++)
    {
      guint16 row = rows->positions[i];
      guint64 word = wanted (truth[row / 64], valid[row / 64], set);
      out[count] = row;
      count += (guint)(word >> (row % 64)) & 1;
    }
  return count;
}

RushColumn *
rush_is_null (const RushColumn *column, gboolean is_null, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushBuffer) bits = NULL;

  if (column->null_count == 0 || rush_column_is_constant_null (column))
    return rush_column_new_constant_int (&RUSH_BOOL,
                                         rush_column_is_constant_null (column) == is_null,
                                         column->length, allocator, error);
  bits = new_words (column->length, allocator, error);
  if (bits == NULL)
    return NULL;
  rush_validity_bits (column, column->length, bits->bytes);
  if (is_null)
    {
      for (gsize i = 0; i < rush_bits_bytes (column->length); i++)
        bits->bytes[i] = (guint8)~bits->bytes[i];
    }
  return rush_column_from_bits (column->length, g_steal_pointer (&bits), NULL, 0);
}
