/* spark_hash.c - Spark's hashes of rows: Murmur3 and XXH64, and the walk over values.
 *
 * Murmur3 x86_32 decides in which partition a row lands, so it must be Spark's to the bit
 * (org.apache.spark.unsafe.hash.Murmur3_x86_32, HashExpression): a tail byte is mixed as if it
 * were a whole word, sign-extended, where Appleby's original gathers the tail into one word.
 * XXH64 is Yann Collet's, as he specifies it.  The walk is the same for both, and written once in
 * spark_hash_template.h.  tests/data/murmur3_spark.json holds answers of a real Spark.
 */
#include "core/data/hash.h"

#include "core/data/rows_private.h"

#include <string.h>

#define VALUE_AT(type, column, at) (((const type *)(gconstpointer)(column)->values->bytes)[at])

/* The shortest two's complement of @value, big-endian, at the end of @out[16]; returns how many
 * bytes that is, at least 1.  Java: BigInteger.toByteArray (). */
static gsize
big_integer_bytes (rush_int128 value, char *out)
{
  gsize length = 0;

  do
    {
      out[sizeof value - ++length] = (char)value;
      value >>= 8;
    }
  while (length < sizeof value && value != ((signed char)out[sizeof value - length] < 0 ? -1 : 0));
  return length;
}

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

#define RUSH_HASH_T guint32
#define RUSH_HASH(name) murmur3_##name
#include "core/data/spark_hash_template.h"

void
rush_murmur3_column (const RushColumn *column, const guint16 *selection, guint n, guint32 *hashes)
{
  murmur3_column (column, selection, n, hashes);
}

void
rush_hash_column (const RushBatch *batch, guint column, guint32 *hashes)
{
  g_return_if_fail (column < batch->schema->n_fields);

  murmur3_column (batch->columns[column], rush_batch_selection (batch), batch->length, hashes);
}

/* ---- XXH64 ---- */

#define P1 G_GUINT64_CONSTANT (0x9e3779b185ebca87)
#define P2 G_GUINT64_CONSTANT (0xc2b2ae3d27d4eb4f)
#define P3 G_GUINT64_CONSTANT (0x165667b19e3779f9)
#define P4 G_GUINT64_CONSTANT (0x85ebca77c2b2ae63)
#define P5 G_GUINT64_CONSTANT (0x27d4eb2f165667c5)

static inline guint64
rotate_left_64 (guint64 x, int by)
{
  return x << by | x >> (64 - by);
}

static inline guint64
load_64 (const char *bytes)
{
  guint64 word;
  memcpy (&word, bytes, sizeof word);
  return word;
}

static inline guint64
xx_round (guint64 lane, guint64 word)
{
  return rotate_left_64 (lane + word * P2, 31) * P1;
}

static inline guint64
xx_mix_8 (guint64 hash, guint64 word)
{
  return rotate_left_64 (hash ^ xx_round (0, word), 27) * P1 + P4;
}

static inline guint64
xx_mix_4 (guint64 hash, guint32 word)
{
  return rotate_left_64 (hash ^ word * P1, 23) * P2 + P3;
}

static inline guint64
xx_finish (guint64 hash)
{
  hash = (hash ^ hash >> 33) * P2;
  hash = (hash ^ hash >> 29) * P3;
  return hash ^ hash >> 32;
}

static inline guint64
xx_int32 (gint32 value, guint64 seed)
{
  return xx_finish (xx_mix_4 (seed + P5 + 4, (guint32)value));
}

static inline guint64
xx_int64 (gint64 value, guint64 seed)
{
  return xx_finish (xx_mix_8 (seed + P5 + 8, (guint64)value));
}

/* Four lanes side by side take 32 bytes a step; moves *@bytes behind them. */
static guint64
xx_stripes (const char **bytes, const char *end, guint64 seed)
{
  guint64 lanes[4] = { seed + P1 + P2, seed + P2, seed, seed - P1 };

  for (; end - *bytes >= 32; *bytes += 32)
    for (int i = 0; i < 4; i++)
      lanes[i] = xx_round (lanes[i], load_64 (*bytes + 8 * i));
  guint64 hash = rotate_left_64 (lanes[0], 1) + rotate_left_64 (lanes[1], 7) +
                 rotate_left_64 (lanes[2], 12) + rotate_left_64 (lanes[3], 18);
  for (int i = 0; i < 4; i++)
    hash = (hash ^ xx_round (0, lanes[i])) * P1 + P4;
  return hash;
}

static guint64
xx_bytes (const char *bytes, gsize length, guint64 seed)
{
  const char *end = bytes + length;
  guint64 hash = (length >= 32 ? xx_stripes (&bytes, end, seed) : seed + P5) + length;

  for (; end - bytes >= 8; bytes += 8)
    hash = xx_mix_8 (hash, load_64 (bytes));
  if (end - bytes >= 4)
    {
      guint32 word;
      memcpy (&word, bytes, sizeof word);
      hash = xx_mix_4 (hash, word);
      bytes += 4;
    }
  for (; bytes < end; bytes++)
    hash = rotate_left_64 (hash ^ (guint8)*bytes * P5, 11) * P1;
  return xx_finish (hash);
}

#define RUSH_HASH_T guint64
#define RUSH_HASH(name) xx_##name
#include "core/data/spark_hash_template.h"

void
rush_xxhash64_column (const RushColumn *column, const guint16 *selection, guint n, guint64 *hashes)
{
  xx_column (column, selection, n, hashes);
}
