/* placing_seam.h - where an exchange puts rows by their keys, which another file can decide.
 *
 *   Exchange hashpartitioning(k, 4)        row ─▶ hash of its keys ─▶ number of a partition
 *
 * The engine's rule is Spark's, key_placing.c: pmod (murmur3 (keys, seed 42), n).  It is written
 * with nothing but this header and core/data/hash.h, so that it can be copied and changed.
 *
 *   static const RushRowPlacing mine = { "mine", place };
 *   RUSH_PLUGIN (RUSH_HASH_PARTITIONING_PART (&mine));
 *
 * Rows of equal keys must have one number, whatever batch they are in and whichever side of a join
 * they stand on: that is all that joins and aggregates behind the exchange count on.  A number that
 * is no partition fails the task.
 *
 * (Keys of RDDs are placed elsewhere: core/lineage/partitioner.h, and portable_hash in workers.)
 *
 * Threads: many tasks at once; a rule keeps no state.
 * Mirrors: org.apache.spark.sql.catalyst.plans.physical.HashPartitioning.partitionIdExpression.
 */
#pragma once

#include "core/data/batch.h"
#include "core/plugin/plugin.h"

RUSH_BEGIN_PUBLIC

typedef struct
{
  const char *name;
  /* The partition of each row that counts, below @n_partitions; @columns[n_columns] are its keys.
   * Without keys all rows go to one. */
  void (*place) (const RushBatch *batch, const guint *columns, guint n_columns, guint n_partitions,
                 guint32 *out_partitions);
} RushRowPlacing;

#define RUSH_HASH_PARTITIONING_PART(placing)                                                       \
  RUSH_PLUGIN_PART ("hash-partitioning", HASH_PARTITIONING, RushRowPlacing, placing)

extern const RushRowPlacing rush_row_placing_by_murmur3;

RUSH_END_PUBLIC
