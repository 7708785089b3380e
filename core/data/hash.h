/* hash.h - row hashes: Spark's two, and the engine's own.
 *
 * Placement must equal Spark's: Murmur3 x86_32 with seed 42, each tail byte mixed separately and
 * sign-extended (org.apache.spark.unsafe.hash.Murmur3_x86_32); a null leaves the hash as it is;
 * several columns chain, the hash of one being the seed of the next.  hash () is the same, and
 * xxhash64 () the same walk with another hash (org.apache.spark.sql.catalyst.expressions.XXH64).
 *
 *   boolean … int, date, months   as an int
 *   bigint, times, spans, decimals of up to 18 digits   as a long
 *   float, double                 the bits of Java's floatToIntBits; −0.0 as 0.0
 *   larger decimals               the shortest big-endian two's complement of the unscaled value
 *   interval                      microseconds, days, months
 *   array, struct (and map: key, value, …)   their values in turn
 */
#pragma once

#include "core/data/batch.h"

RUSH_BEGIN_PUBLIC

#define RUSH_HASH_SEED 42

guint32 rush_murmur3_int32 (gint32 value, guint32 seed);
guint32 rush_murmur3_int64 (gint64 value, guint32 seed);
guint32 rush_murmur3_bytes (const char *bytes, gsize length, guint32 seed);

/* Rows @selection[0…n) of a column, or its rows 0…n if that is NULL.  On entry hashes[i] are the
 * seeds, on return the chained hashes. */
void rush_murmur3_column (const RushColumn *column, const guint16 *selection, guint n,
                          guint32 *hashes);
void rush_xxhash64_column (const RushColumn *column, const guint16 *selection, guint n,
                           guint64 *hashes);
/* rush_murmur3_column () of the rows that count. */
void rush_hash_column (const RushBatch *batch, guint column, guint32 *hashes);

/* For hash tables inside the engine: 64 bits, quick, no promise to be the same in the next
 * version. */
guint64 rush_hash64_bytes (const char *bytes, gsize length);
guint64 rush_hash64_int (gint64 value);

/* Rows as above, and any n.  @combine: hashes[i] holds the hash of the columns before this one.
 * −0.0 hashes as 0.0, all NaN alike, all nulls alike; equal values of one type have equal hashes
 * whatever their layout. */
void rush_hash64_column (const RushColumn *column, const guint16 *selection, guint n,
                         gboolean combine, guint64 *hashes);

RUSH_END_PUBLIC
