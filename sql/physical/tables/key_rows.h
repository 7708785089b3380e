/* key_rows.h - the keys of a table as rows of 64-bit words, ready to hash and to compare.
 *
 *   columns            k1: int       k2: string                      row of k1 = 7, k2 = "hello"
 *                                                      ┌────────┬─────┬───────────┬───────────────┐
 *                                                      │ nulls  │  7  │ 5 · "hell"│ "o" 0 0 0 …   │
 *                                                      └────────┴─────┴───────────┴───────────────┘
 *                                                        one bit  k1    k2: length, 4 bytes, then
 *                                                        a key          8 bytes, or where they are
 *
 * Whatever the layout of a column (plain, dictionary, constant), equal keys make equal rows: −0.0
 * is written as 0.0, all NaNs as one, and a null as zeros with its bit set.  A string of more than
 * 12 bytes is its length, its first 4 bytes and a pointer, so that two of them compare their first
 * word, and their bytes only if that is equal.
 *
 * Structs and arrays are keys as bytes (nested_keys.h): the group table makes columns of binary of
 * them before rows are encoded.
 *
 * The word of nulls is there if a key may be null.  A join's table has no use for null
 * keys: it asks for none and is told which rows have one.
 *
 * Ownership:  a layout is refcounted and immutable.  A row that was encoded points into the columns
 *             it came from.
 * Mirrors:    UnsafeRow as the key of BytesToBytesMap; the row layout of DuckDB's aggregate tables.
 */
#pragma once

#include "sql/kernels/eval_context.h"

#define RUSH_KEY_ROWS_CHUNK 256 /* rows encoded at once: they and what they find stay in L1 */

typedef struct
{
  RushRefCount refs;
  guint n_keys;
  const RushType **types; /* (owned) [n_keys] */
  guint *words;           /* (owned) [n_keys] where each key begins in a row */
  gboolean has_null_word; /* word 0 has a bit for each null key */
  gboolean has_strings;   /* or keys that are bytes */
  gboolean has_nested;
  guint n_words; /* of a row; at least 1 */
} RushKeyLayout;

/* UNSUPPORTED: a type that cannot be a key (maps, and what holds them). */
RushKeyLayout *rush_key_layout_new (guint n_keys, const RushType *const *types,
                                    gboolean keys_may_be_null, GError **error);
RushKeyLayout *rush_key_layout_ref (RushKeyLayout *self);
void rush_key_layout_unref (RushKeyLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushKeyLayout, rush_key_layout_unref)

/* Whether key @k is a RushKeyString in a row. */
gboolean rush_key_layout_is_string (const RushKeyLayout *self, guint k);

/* A string in a row. */
typedef struct
{
  guint32 length;
  char prefix[4];
  union
  {
    char rest[8];      /* up to 12 bytes in all; zeros behind them */
    const char *bytes; /* longer: all of them */
  };
} RushKeyString;
G_STATIC_ASSERT (sizeof (RushKeyString) == 16);

/* Rows first … first + n of @rows, n ≤ RUSH_KEY_ROWS_CHUNK, as n × n_words words.  @out_null[i]: a
 * key of the row is null; may be NULL if the layout has a null word. */
void rush_key_rows_encode (const RushKeyLayout *layout, RushColumn *const *keys,
                           const RushRows *rows, guint first, guint n, guint64 *out_words,
                           guint8 *out_null);
void rush_key_rows_hash (const RushKeyLayout *layout, const guint64 *words, guint n,
                         guint64 *out_hashes);
gboolean rush_key_rows_equal_strings (const RushKeyLayout *layout, const guint64 *a,
                                      const guint64 *b);

/* Key @k of @n rows, one every @stride words from @words on, as a column (key_columns.c). */
RushColumn *rush_key_rows_decode (const RushKeyLayout *layout, guint k, const guint64 *words,
                                  guint stride, guint n, RushAllocator *allocator, GError **error);

static inline gboolean
rush_key_rows_equal (const RushKeyLayout *layout, const guint64 *a, const guint64 *b)
{
  if (layout->has_strings)
    return rush_key_rows_equal_strings (layout, a, b);
  if (layout->n_words <= 2) /* one number, as most keys are */
    return ((a[0] ^ b[0]) | (a[layout->n_words - 1] ^ b[layout->n_words - 1])) == 0;
  for (guint w = 0; w < layout->n_words; w++)
    if (a[w] != b[w])
      return FALSE;
  return TRUE;
}
