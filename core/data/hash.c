/* hash.c - Murmur3 as Spark has it, and a quicker hash for the engine's own tables.
 *
 * Murmur3 x86_32 decides in which partition a row lands, so it must be Spark's to the bit
 * (org.apache.spark.unsafe.hash.Murmur3_x86_32, HashExpression): a tail byte is mixed as if it
 * were a whole word, sign-extended, where Appleby's original gathers the tail into one word.
 * tests/data/murmur3_spark.json holds answers of a real Spark.
 */
#include "core/data/hash.h"

#include "core/data/rows_private.h"

#include <string.h>

/* ---- Murmur3 ---- */

static inline guint32
rotate_left (guint32 x, int by)
{
  return x << by | x >> (32 - by);
}

static inline guint32
mix_word (guint32 hash, guint32 word)
{
  word *= 0xcc9e2d51u;
  word = rotate_left (word, 15);
  word *= 0x1b873593u;
  hash ^= word;
  hash = rotate_left (hash, 13);
  return hash * 5 + 0xe6546b64u;
}

static inline guint32
finish (guint32 hash, guint32 length)
{
  hash ^= length;
  hash ^= hash >> 16;
  hash *= 0x85ebca6bu;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35u;
  return hash ^ hash >> 16;
}

static inline guint32
murmur3_int32 (gint32 value, guint32 seed)
{
  return finish (mix_word (seed, (guint32)value), 4);
}

static inline guint32
murmur3_int64 (gint64 value, guint32 seed)
{
  guint64 bits = (guint64)value;
  return finish (mix_word (mix_word (seed, (guint32)bits), (guint32)(bits >> 32)), 8);
}

static inline guint32
murmur3_bytes (const char *bytes, gsize length, guint32 seed)
{
  gsize i = 0;
  for (; i + 4 <= length; i += 4)
    {
      guint32 word;
      memcpy (&word, bytes + i, sizeof word);
      seed = mix_word (seed, word);
    }
  for (; i < length; i++)
    seed = mix_word (seed, (guint32)(gint32)(gint8)bytes[i]);
  return finish (seed, (guint32)length);
}

guint32
rush_murmur3_int32 (gint32 value, guint32 seed)
{
  return murmur3_int32 (value, seed);
}

guint32
rush_murmur3_int64 (gint64 value, guint32 seed)
{
  return murmur3_int64 (value, seed);
}

guint32
rush_murmur3_bytes (const char *bytes, gsize length, guint32 seed)
{
  return murmur3_bytes (bytes, length, seed);
}

/* Java's floatToIntBits: one NaN; and −0.0 is 0.0. */
static inline guint32
murmur3_float (float value, guint32 seed)
{
  gint32 bits = 0;
  if (value != value)
    bits = 0x7fc00000;
  else if (value != 0)
    memcpy (&bits, &value, sizeof bits);
  return murmur3_int32 (bits, seed);
}

static inline guint32
murmur3_double (double value, guint32 seed)
{
  gint64 bits = 0;
  if (value != value)
    bits = G_GINT64_CONSTANT (0x7ff8000000000000);
  else if (value != 0)
    memcpy (&bits, &value, sizeof bits);
  return murmur3_int64 (bits, seed);
}

/* ---- columns ---- */

#define VALUE_AT(type, column, at) (((const type *)(column)->values->bytes)[at])

#define RUSH_FN hash_bool
#define RUSH_HASH_AT(column, at, seed)                                                             \
  murmur3_int32 (rush_bit_get ((column)->values->bytes, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN hash_int8
#define RUSH_HASH_AT(column, at, seed) murmur3_int32 (VALUE_AT (gint8, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN hash_int16
#define RUSH_HASH_AT(column, at, seed) murmur3_int32 (VALUE_AT (gint16, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN hash_int32
#define RUSH_HASH_AT(column, at, seed) murmur3_int32 (VALUE_AT (gint32, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN hash_int64
#define RUSH_HASH_AT(column, at, seed) murmur3_int64 (VALUE_AT (gint64, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN hash_float
#define RUSH_HASH_AT(column, at, seed) murmur3_float (VALUE_AT (float, column, at), seed)
#include "core/data/hash_template.h"

#define RUSH_FN hash_double
#define RUSH_HASH_AT(column, at, seed) murmur3_double (VALUE_AT (double, column, at), seed)
#include "core/data/hash_template.h"

static inline guint32
murmur3_view (const RushColumn *column, gsize at, guint32 seed)
{
  const RushView *view = &VALUE_AT (RushView, column, at);
  return murmur3_bytes (rush_view_bytes (view, column->data), (gsize)view->length, seed);
}

#define RUSH_FN hash_view
#define RUSH_HASH_AT(column, at, seed) murmur3_view (column, at, seed)
#include "core/data/hash_template.h"

void
rush_hash_column (const RushBatch *batch, guint column, guint32 *hashes)
{
  static void (*const BY_KIND[]) (const RushResolved *, guint32 *) = {
    [RUSH_TYPE_BOOL] = hash_bool,      [RUSH_TYPE_INT8] = hash_int8,
    [RUSH_TYPE_INT16] = hash_int16,    [RUSH_TYPE_INT32] = hash_int32,
    [RUSH_TYPE_INT64] = hash_int64,    [RUSH_TYPE_FLOAT32] = hash_float,
    [RUSH_TYPE_FLOAT64] = hash_double, [RUSH_TYPE_STRING] = hash_view,
    [RUSH_TYPE_BINARY] = hash_view,
  };
  RushRowsScratch scratch;
  RushResolved in;

  g_return_if_fail (column < batch->schema->n_fields);
  rush_rows_resolve (batch->columns[column], rush_batch_selection (batch), batch->length, &scratch,
                     &in);
  g_assert (in.holder->type->kind < G_N_ELEMENTS (BY_KIND));
  BY_KIND[in.holder->type->kind](&in, hashes);
}

/* ---- the engine's own ----
 *
 * A 64×64 → 128 bit product folded onto itself mixes every bit of both factors into every bit of
 * the answer: two multiplications hash up to 16 bytes.  The idea is Wang Yi's wyhash (2019).
 */

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
guint64
rush_hash64_int (gint64 value)
{
  guint64 h = (guint64)value;
  h ^= h >> 33;
  h *= G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  h ^= h >> 33;
  h *= G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);
  return h ^ h >> 33;
}
