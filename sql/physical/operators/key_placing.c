/* key_placing.c - Spark's rule: Murmur3 of the keys, seed 42, modulo the number of partitions.
 *
 * The hash of a key is the seed of the next one; a null leaves it as it is.  Hashes are signed
 * numbers in Java, and the remainder of a negative one is negative there, as in C: pmod () adds the
 * number of partitions then.
 */
#include "sql/physical/operators/placing_seam.h"

#include "core/data/hash.h"

static void
place_by_murmur3 (const RushBatch *batch, const guint *columns, guint n_columns, guint n_partitions,
                  guint32 *out_partitions)
{
  gint32 n = (gint32)n_partitions;

  for (guint i = 0; i < batch->length; i++)
    out_partitions[i] = RUSH_HASH_SEED;
  for (guint c = 0; c < n_columns; c++)
    rush_hash_column (batch, columns[c], out_partitions);
  for (guint i = 0; i < batch->length; i++)
    {
      gint32 remainder = (gint32)out_partitions[i] % n;
      out_partitions[i] = (guint32)(remainder < 0 ? remainder + n : remainder);
    }
}

const RushRowPlacing rush_row_placing_by_murmur3 = { "murmur3", place_by_murmur3 };
