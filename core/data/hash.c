/* hash.c - the engine's own hash, for its tables.
 *
 * A 64×64 → 128 bit product folded onto itself mixes every bit of both factors into every bit of
 * the answer: two
 * multiplications hash up to 16 bytes.  The idea is Wang Yi's wyhash (2019).
 *
 * Of a column, numbers are hashed as int64, short strings as the two words of their view, all in
 * loops without calls; what has children is walked value by value.
 */
#include "core/data/hash.h"

#include "core/data/rows_private.h"

#include <string.h>

/* Nothing up the sleeve: the fractions of √2, √3, √5 and √7, the first made odd. */
#define K0 G_GUINT64_CONSTANT (0x6a09e667f3bcc909)
#define K1 G_GUINT64_CONSTANT (0xbb67ae8584caa73b)
#define K2 G_GUINT64_CONSTANT (0x3c6ef372fe94f82b)
#define K3 G_GUINT64_CONSTANT (0xa54ff53a5f1d36f1)

static inline guint64
multiply_fold (guint64 a, guint64 b)
{
  unsigned __int128 product = (unsigned __int128)a * b;
  return (guint64)product ^ (guint64)(product >> 64);
}

static inline guint64
load_64 (const char *bytes)
{
  guint64 word;
  memcpy (&word, bytes, sizeof word);
  return word;
}

static inline guint64
load_32 (const char *bytes)
{
  guint32 word;
  memcpy (&word, bytes, sizeof word);
  return word;
}

guint64
rush_hash64_bytes (const char *bytes, gsize length)
{
  guint64 state = K0, a, b;
  gsize left = length;

  /* Leaves 1…16 bytes of a long string, so that the end below is the same for all lengths. */
  for (; left > 16; left -= 16, bytes += 16)
    state = multiply_fold (load_64 (bytes) ^ K1, load_64 (bytes + 8) ^ state);

  /* Loads that overlap cover every length of a class. */
  if (left >= 8)
    {
      a = load_64 (bytes);
      b = load_64 (bytes + left - 8);
    }
  else if (left >= 4)
    {
      a = load_32 (bytes);
      b = load_32 (bytes + left - 4);
    }
  else if (left > 0)
    {
      a = (guint64)(guint8)bytes[0] << 16 | (guint64)(guint8)bytes[left / 2] << 8 |
          (guint8)bytes[left - 1];
      b = 0;
    }
  else
    a = b = 0;
  return multiply_fold (K2 ^ length, multiply_fold (a ^ K3, b ^ state));
}

/* A bijection (each step can be undone), so different integers never collide; the constants are
 * the finalizer of Murmur3 x64. */
static inline guint64
hash_int (gint64 value)
{
  guint64 h = (guint64)value;
  h ^= h >> 33;
  h *= G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  h ^= h >> 33;
  h *= G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return h ^ h >> 33;
}

guint64
rush_hash64_int (gint64 value)
{
  return hash_int (value);
}

/* ---- columns ---- */

#define NULL_HASH K2

#define VALUE_AT(type, column, at) (((const type *)(gconstpointer)(column)->values->bytes)[at])

static inline guint64
hash_words (guint64 low, guint64 high)
{
  return multiply_fold (multiply_fold (low ^ K0, high ^ K1) ^ K3,
                        K1); /* once would leave patterns */
}

static inline guint64
hash_double (double value)
{
  gint64 bits = 0;
  if (value != value)
    bits = G_GINT64_CONSTANT (0x7ff8000000000000);
  else if (value != 0)
    memcpy (&bits, &value, sizeof bits);
  return hash_int (bits);
}

static inline guint64
hash_int128 (rush_int128 value)
{
  return hash_words ((guint64)value, (guint64)(value >> 64));
}

static inline guint64
hash_interval (const RushCalendarInterval *value)
{
  return hash_words ((guint64)(guint32)value->months << 32 | (guint32)value->days,
                     (guint64)value->microseconds);
}

/* A short string is its view; a long one has other bytes in there. */
static inline guint64
hash_view (const RushView *view, RushBuffer *const *data)
{
  guint64 words[2];

  if (view->length > RUSH_VIEW_INLINE_MAX)
    return rush_hash64_bytes (rush_view_bytes (view, data), (gsize)view->length);
  memcpy (words, view, sizeof words);
  return hash_words (words[0], words[1]);
}

static inline guint64
combine_hashes (guint64 before, guint64 hash)
{
  return multiply_fold (before ^ K3, hash ^ K1);
}

#define RUSH_FN hash_bools
#define RUSH_HASH_AT(column, at) hash_int (rush_bit_get ((column)->values->bytes, at))
#include "core/data/hash64_template.h"

#define RUSH_FN hash_int8s
#define RUSH_HASH_AT(column, at) hash_int (VALUE_AT (gint8, column, at))
#include "core/data/hash64_template.h"

#define RUSH_FN hash_int16s
#define RUSH_HASH_AT(column, at) hash_int (VALUE_AT (gint16, column, at))
#include "core/data/hash64_template.h"

#define RUSH_FN hash_int32s
#define RUSH_HASH_AT(column, at) hash_int (VALUE_AT (gint32, column, at))
#include "core/data/hash64_template.h"

#define RUSH_FN hash_int64s
#define RUSH_HASH_AT(column, at) hash_int (VALUE_AT (gint64, column, at))
#include "core/data/hash64_template.h"

#define RUSH_FN hash_int128s
#define RUSH_HASH_AT(column, at) hash_int128 (VALUE_AT (rush_int128, column, at))
#include "core/data/hash64_template.h"

#define RUSH_FN hash_floats
#define RUSH_HASH_AT(column, at) hash_double ((double)VALUE_AT (float, column, at))
#include "core/data/hash64_template.h"

#define RUSH_FN hash_doubles
#define RUSH_HASH_AT(column, at) hash_double (VALUE_AT (double, column, at))
#include "core/data/hash64_template.h"

#define RUSH_FN hash_views
#define RUSH_HASH_AT(column, at) hash_view (&VALUE_AT (RushView, column, at), (column)->data)
#include "core/data/hash64_template.h"

#define RUSH_FN hash_intervals
#define RUSH_HASH_AT(column, at) hash_interval (&VALUE_AT (RushCalendarInterval, column, at))
#include "core/data/hash64_template.h"

/* ---- columns with children ---- */

static guint64 hash_row (const RushColumn *column, guint row);

static guint64
hash_nested (const RushColumn *column, guint row)
{
  guint n = column->type->n_fields;
  guint64 hash = K0;

  if (column->type->storage == RUSH_STORAGE_LIST)
    {
      RushListView list = rush_column_get_list (column, row);
      for (gint32 k = 0; k < list.length; k++)
        for (guint c = 0; c < n; c++)
          hash = combine_hashes (
              hash, hash_row (rush_column_child (column, c), (guint)(list.offset + k)));
      return hash;
    }
  for (guint c = 0; c < n; c++)
    hash = combine_hashes (
        hash, hash_row (rush_column_child (column, c), rush_column_struct_row (column, row)));
  return hash;
}

/* The hash of one value, as the loops have it.  Never inlined: its callee needs a lot of stack, and
 * the walk goes as deep as the type. */
static G_GNUC_NO_INLINE guint64
hash_leaf (const RushColumn *column, guint row)
{
  RushColumn one = *column; /* a slice of one row, borrowed */
  guint64 hash;

  if (column->layout != RUSH_LAYOUT_CONSTANT)
    one.offset += row;
  one.length = 1;
  one.null_count = 0;
  rush_hash64_column (&one, NULL, 1, FALSE, &hash);
  return hash;
}

static guint64
hash_row (const RushColumn *column, guint row)
{
  if (!rush_column_is_valid (column, row))
    return NULL_HASH;
  if (column->type->storage == RUSH_STORAGE_LIST || column->type->storage == RUSH_STORAGE_STRUCT)
    return hash_nested (column, row);
  return hash_leaf (column, row);
}

/* ---- any column ---- */

static void
hash_row_by_row (const RushColumn *column, const guint16 *selection, guint n, gboolean combine,
                 guint64 *hashes)
{
  for (guint i = 0; i < n; i++)
    {
      guint64 hash = hash_row (column, selection != NULL ? selection[i] : i);
      hashes[i] = combine ? combine_hashes (hashes[i], hash) : hash;
    }
}

void
rush_hash64_column (const RushColumn *column, const guint16 *selection, guint n, gboolean combine,
                    guint64 *hashes)
{
  static void (*const BY_STORAGE[]) (const RushResolved *, gboolean, guint64 *) = {
    [RUSH_STORAGE_BIT] = hash_bools,  [RUSH_STORAGE_I8] = hash_int8s,
    [RUSH_STORAGE_I16] = hash_int16s, [RUSH_STORAGE_I32] = hash_int32s,
    [RUSH_STORAGE_I64] = hash_int64s, [RUSH_STORAGE_I128] = hash_int128s,
    [RUSH_STORAGE_F32] = hash_floats, [RUSH_STORAGE_F64] = hash_doubles,
    [RUSH_STORAGE_VIEW] = hash_views, [RUSH_STORAGE_INTERVAL] = hash_intervals,
  };
  RushStorage storage = column->type->storage;
  RushRowsScratch scratch;
  RushResolved in;
  guint32 *heap;

  if (storage == RUSH_STORAGE_LIST || storage == RUSH_STORAGE_STRUCT ||
      storage == RUSH_STORAGE_VOID)
    {
      hash_row_by_row (column, selection, n, combine, hashes);
      return;
    }
  rush_rows_resolve_column (column, selection, n, &scratch, &in, &heap);
  BY_STORAGE[storage](&in, combine, hashes);
  g_free (heap);
}
