/* key_block.c - from columns of any type and layout to keys of one form.
 *
 * Doubles are compared as Java compares boxed ones (Double.equals): every NaN is the same key, 0.0
 * and −0.0 are two.  So their bits are the key, after all NaNs have been made one.
 *
 * The hash of a short key is one 64×64 → 128 bit product of its two words, folded: no loop over
 * bytes, and no branch on the length, which in real text is as good as random.
 */
#include "core/shuffle/key_block.h"

#include "core/data/hash.h"

#include <string.h>

/* Nothing up the sleeve: the fractions of √11 and √13. */
#define K0 G_GUINT64_CONSTANT (0x510e527fade682d1)
#define K1 G_GUINT64_CONSTANT (0x9b05688c2b3e6c1f)
#define NULL_HASH G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
#define NAN_BITS G_GUINT64_CONSTANT (0x7ff8000000000000)

/* ---- positions ---- */

/* The common case: values one after another, which need no positions. */
static gboolean
is_run (const RushBatch *batch, const RushColumn *column)
{
  return batch->selection == NULL && column->layout == RUSH_LAYOUT_PLAIN;
}

/* Where the values of the rows stand in @out_holder's values. */
static void
resolve (const RushBatch *batch, const RushColumn *column, guint start, guint n,
         const RushColumn **out_holder, guint32 *positions)
{
  const guint16 *selection =
      batch->selection != NULL ? (const guint16 *)batch->selection->bytes + start : NULL;

  *out_holder = column;
  if (selection == NULL)
    for (guint i = 0; i < n; i++)
      positions[i] = column->offset + start + i;
  else
    for (guint i = 0; i < n; i++)
      positions[i] = column->offset + selection[i];
  switch (column->layout)
    {
    case RUSH_LAYOUT_PLAIN:
      break;
    case RUSH_LAYOUT_DICTIONARY:
      {
        const gint32 *indices = (const gint32 *)column->values->bytes;
        *out_holder = column->dictionary;
        for (guint i = 0; i < n; i++)
          positions[i] = column->dictionary->offset + (guint32)indices[positions[i]];
        break;
      }
    case RUSH_LAYOUT_CONSTANT:
      for (guint i = 0; i < n; i++)
        positions[i] = column->offset;
      break;
    }
}

static void
load_nulls (RushKeyBlock *self, const RushBatch *batch, const RushColumn *column, guint start)
{
  self->any_null = FALSE;
  if (column->null_count == 0)
    return;
  for (guint i = 0; i < self->n; i++)
    {
      self->is_null[i] = !rush_column_is_valid (column, rush_batch_row (batch, start + i));
      self->any_null |= self->is_null[i];
    }
}

/* ---- keys ---- */

#define LOAD_NUMBERS(type)                                                                         \
  for (guint i = 0; i < self->n; i++)                                                              \
    self->keys[i] = (RushKey)                                                                      \
    {                                                                                              \
      .words = { (guint64)(gint64)((const type *)values)[positions[i]], 0 }                        \
    }

static guint64
double_bits (double value)
{
  guint64 bits;

  if (value != value)
    return NAN_BITS;
  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static void
load_numbers (RushKeyBlock *self, const RushColumn *holder, const guint32 *positions)
{
  const guint8 *values = holder->values->bytes;

  switch (holder->type->storage)
    {
    case RUSH_STORAGE_BIT:
      for (guint i = 0; i < self->n; i++)
        self->keys[i] = (RushKey){ .words = { rush_bit_get (values, positions[i]), 0 } };
      break;
    case RUSH_STORAGE_I8:
      LOAD_NUMBERS (gint8);
      break;
    case RUSH_STORAGE_I16:
      LOAD_NUMBERS (gint16);
      break;
    case RUSH_STORAGE_I32:
      LOAD_NUMBERS (gint32);
      break;
    case RUSH_STORAGE_I64:
      LOAD_NUMBERS (gint64);
      break;
    case RUSH_STORAGE_F32:
      for (guint i = 0; i < self->n; i++)
        self->keys[i] =
            (RushKey){ .words = { double_bits ((double)((const float *)values)[positions[i]]),
                                  0 } };
      break;
    case RUSH_STORAGE_F64:
      for (guint i = 0; i < self->n; i++)
        self->keys[i] =
            (RushKey){ .words = { double_bits (((const double *)values)[positions[i]]), 0 } };
      break;
    case RUSH_STORAGE_VIEW:
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      g_assert_not_reached ();
    }
}

static inline guint64
hash_words (const RushKey *key)
{
  unsigned __int128 product = (unsigned __int128)(key->words[0] ^ K0) * (key->words[1] ^ K1);
  return (guint64)product ^ (guint64)(product >> 64);
}

static void
hash_keys (RushKeyBlock *self)
{
  for (guint i = 0; i < self->n; i++)
    self->hashes[i] = hash_words (&self->keys[i]);
  if (self->is_bytes)
    for (guint i = 0; i < self->n; i++)
      {
        const RushView *view = &self->keys[i].view;
        if (view->length > RUSH_VIEW_INLINE_MAX && !(self->any_null && self->is_null[i]))
          self->hashes[i] =
              rush_hash64_bytes (rush_view_bytes (view, self->data), (gsize)view->length);
      }
  if (self->any_null)
    for (guint i = 0; i < self->n; i++)
      if (self->is_null[i])
        self->hashes[i] = NULL_HASH;
}

static void
load_views (RushKeyBlock *self, const RushBatch *batch, const RushColumn *column, guint start)
{
  const RushColumn *holder;
  guint32 positions[RUSH_KEY_BLOCK_ROWS];

  if (is_run (batch, column))
    {
      const RushView *views = (const RushView *)column->values->bytes + column->offset + start;
      memcpy (self->keys, views, self->n * sizeof (RushKey));
      self->data = column->data;
      return;
    }
  resolve (batch, column, start, self->n, &holder, positions);
  for (guint i = 0; i < self->n; i++)
    self->keys[i].view = ((const RushView *)holder->values->bytes)[positions[i]];
  self->data = holder->data;
}

void
rush_key_block_load (RushKeyBlock *self, const RushBatch *batch, guint column_index, guint start,
                     guint n)
{
  const RushColumn *column = batch->columns[column_index], *holder;
  guint32 positions[RUSH_KEY_BLOCK_ROWS];

  g_assert (n <= RUSH_KEY_BLOCK_ROWS && start + n <= batch->length);
  self->n = n;
  self->is_bytes = column->type->storage == RUSH_STORAGE_VIEW;
  load_nulls (self, batch, column, start);
  if (self->is_bytes)
    load_views (self, batch, column, start);
  else
    {
      resolve (batch, column, start, n, &holder, positions);
      load_numbers (self, holder, positions);
      self->data = NULL;
    }
  hash_keys (self);
}

/* ---- values, and bytes ---- */

void
rush_value_block_load (const RushBatch *batch, guint column_index, guint start, guint n,
                       gint64 *out_values)
{
  const RushColumn *column = batch->columns[column_index], *holder;
  guint32 positions[RUSH_KEY_BLOCK_ROWS];

  g_assert (column->type->value_bytes == sizeof (gint64));
  if (is_run (batch, column))
    {
      memcpy (out_values, (const gint64 *)column->values->bytes + column->offset + start,
              n * sizeof out_values[0]);
      return;
    }
  resolve (batch, column, start, n, &holder, positions);
  for (guint i = 0; i < n; i++)
    out_values[i] = ((const gint64 *)holder->values->bytes)[positions[i]];
}

static inline gsize
long_bytes (const RushView *view)
{
  return view->length > RUSH_VIEW_INLINE_MAX ? (gsize)view->length : 0;
}

gsize
rush_key_long_bytes (const RushBatch *batch, guint column_index)
{
  const RushColumn *column = batch->columns[column_index], *holder;
  const RushView *views = (const RushView *)column->values->bytes + column->offset;
  guint32 positions[RUSH_KEY_BLOCK_ROWS];
  gsize bytes = 0;

  if (column->type->storage != RUSH_STORAGE_VIEW)
    return 0;
  if (is_run (batch, column))
    {
      for (guint i = 0; i < batch->length; i++)
        bytes += long_bytes (&views[i]);
      return bytes;
    }
  for (guint start = 0; start < batch->length; start += RUSH_KEY_BLOCK_ROWS)
    {
      guint n = MIN (batch->length - start, RUSH_KEY_BLOCK_ROWS);
      resolve (batch, column, start, n, &holder, positions);
      for (guint i = 0; i < n; i++)
        bytes += long_bytes ((const RushView *)holder->values->bytes + positions[i]);
    }
  return bytes;
}
