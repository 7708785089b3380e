/* hash.h - row hashes.
 *
 * Placement must equal Spark's: Murmur3 x86_32 with seed 42, each tail byte mixed separately and
 * sign-extended (org.apache.spark.unsafe.hash.Murmur3_x86_32); a null leaves the hash as it is;
 * several columns chain, the hash of one being the seed of the next.
 */
#pragma once

#include "core/data/batch.h"

#define RUSH_HASH_SEED 42

guint32 rush_murmur3_int32 (gint32 value, guint32 seed);
guint32 rush_murmur3_int64 (gint64 value, guint32 seed);
guint32 rush_murmur3_bytes (const char *bytes, gsize length, guint32 seed);

/* out_hashes[i] for the i-th row that counts; on entry the seeds, on return the chained hashes.
 * float and double: −0.0 hashes as 0.0, bits as Java's floatToIntBits / doubleToLongBits. */
void rush_hash_column (const RushBatch *batch, guint column, guint32 *hashes);

/* For hash tables inside the engine: 64 bits, quick, no promise to be the same in the next
 * version. */
guint64 rush_hash64_bytes (const char *bytes, gsize length);
guint64 rush_hash64_int (gint64 value);
