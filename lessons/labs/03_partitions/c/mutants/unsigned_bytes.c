/* the last bytes of a text are taken without a sign */
/* caught by: texts */
/* placing.c - where an exchange of a query puts its rows: the number of a partition for each key.
 *
 *   row ─▶ hash of its keys, 32 bits ─▶ modulo the number of partitions ─▶ 0 … n − 1
 *
 * The hash is Murmur3 (Austin Appleby, 2011), as Spark uses it, so that rows are where Spark would
 * have them.  What you write stands between BEGIN and END; the rest is given.
 */
#include "core/data/hash.h"
#include "sql/physical/operators/placing_seam.h"

#define SEED 42

/* ---- Murmur3's parts ---- */

static guint32
rotated (guint32 value, guint by)
{
  return value << by | value >> (32 - by);
}

/* One word of four bytes into the hash. */
static G_GNUC_UNUSED guint32
mixed (guint32 hash, guint32 word)
{
  word = rotated (word * 0xcc9e2d51u, 15) * 0x1b873593u;
  return rotated (hash ^ word, 13) * 5 + 0xe6546b64u;
}

/* At the end: every bit of the hash depends on all others. */
static guint32
finished (guint32 hash, guint32 n_bytes)
{
  hash ^= n_bytes;
  hash = (hash ^ hash >> 16) * 0x85ebca6bu;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
  return hash ^ hash >> 16;
}

/* ---- hashes of values ---- */

/* An int is one word. */
static guint32
hash_int (gint32 value, guint32 seed)
{
  /* BEGIN SOLUTION */
  return finished (mixed (seed, (guint32)value), 4);
  /* END SOLUTION */
}

/* A bigint is two words, the lower half first. */
static guint32
hash_bigint (gint64 value, guint32 seed)
{
  /* BEGIN SOLUTION */
  guint32 low = (guint32)value, high = (guint32)((guint64)value >> 32);

  return finished (mixed (mixed (seed, low), high), 8);
  /* END SOLUTION */
}

/* A text is words of four bytes, the first byte lowest; what is left at the end, up to three bytes,
 * is a word for each byte.  A byte is a signed number here, as in Java: 0xc3 is the word
 * 0xffffffc3. */
static guint32
hash_text (const char *bytes, gsize length, guint32 seed)
{
  /* BEGIN SOLUTION */
  guint32 hash = seed;
  gsize i = 0;

  for (; i + 4 <= length; i += 4)
    hash = mixed (hash, (guint32)(guint8)bytes[i] | (guint32)(guint8)bytes[i + 1] << 8 |
                            (guint32)(guint8)bytes[i + 2] << 16 |
                            (guint32)(guint8)bytes[i + 3] << 24);
  for (; i < length; i++)
    hash = mixed (hash, (guint32)(guint8)bytes[i]);
  return finished (hash, (guint32)length);
  /* END SOLUTION */
}

/* ---- rows ---- */

/* The hash of value @row of @column, which is not null. */
static G_GNUC_UNUSED guint32
hash_value (const RushColumn *column, guint row, guint32 seed)
{
  gsize length;

  if (column->type == &RUSH_INT32)
    return hash_int ((gint32)rush_column_get_int (column, row), seed);
  if (column->type == &RUSH_INT64)
    return hash_bigint (rush_column_get_int (column, row), seed);
  const char *bytes = rush_column_get_bytes (column, row, &length);
  return hash_text (bytes, length, seed);
}

/* Columns of other types are left to the engine. */
static G_GNUC_UNUSED gboolean
is_ours (const RushColumn *column)
{
  return column->type == &RUSH_INT32 || column->type == &RUSH_INT64 ||
         column->type == &RUSH_STRING;
}

/* The partition of the i-th row that counts to out_partitions[i], from 0 to @n_partitions − 1.  The
 * rows that count are batch->length; rush_batch_row (batch, i) is where the i-th of them is in the
 * columns.  A hash is the seed of the next key's; the first key's seed is SEED, and a null leaves
 * it as it is.  rush_hash_column (batch, column, hashes) does that for a column that is not ours.
 */
static void
place (const RushBatch *batch, const guint *columns, guint n_columns, guint n_partitions,
       guint32 *out_partitions)
{
  /* BEGIN SOLUTION */
  gint32 n = (gint32)n_partitions;

  for (guint i = 0; i < batch->length; i++)
    out_partitions[i] = SEED;
  for (guint c = 0; c < n_columns; c++)
    {
      const RushColumn *column = batch->columns[columns[c]];
      if (!is_ours (column))
        rush_hash_column (batch, columns[c], out_partitions);
      else
        for (guint i = 0; i < batch->length; i++)
          {
            guint row = rush_batch_row (batch, i);
            if (rush_column_is_valid (column, row))
              out_partitions[i] = hash_value (column, row, out_partitions[i]);
          }
    }
  for (guint i = 0; i < batch->length; i++)
    {
      gint32 remainder = (gint32)out_partitions[i] % n;
      out_partitions[i] = (guint32)(remainder < 0 ? remainder + n : remainder);
    }
  /* END SOLUTION */
}

static const RushRowPlacing placing = { "my placing", place };

RUSH_PLUGIN (RUSH_HASH_PARTITIONING_PART (&placing));
