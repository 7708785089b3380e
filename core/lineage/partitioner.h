/* partitioner.h - which reduce partition a row belongs to.
 *
 * Interface:  partition_batch () writes one partition number for each row that counts, or fails the
 *             task: only another file's rule does.
 *             Two RDDs are co-partitioned, and a join of them adds no shuffle, when their
 *             partitioners are equal ().
 * Ownership:  refcounted, immutable.   Threads: any.
 * Mirrors:    org.apache.spark.Partitioner, HashPartitioner, api.python.PythonPartitioner.
 */
#pragma once

#include "core/data/batch.h"
#include "core/plugin/plugin.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushPartitioner RushPartitioner;

typedef struct
{
  const char *name; /* "HashPartitioner" */
  gboolean (*partition_batch) (const RushPartitioner *self, const RushBatch *batch,
                               guint32 *out_partitions, GError **error);
  /* Called only for two partitioners of the same class and number of partitions. */
  gboolean (*equal) (const RushPartitioner *a, const RushPartitioner *b);
  void (*finalize) (RushPartitioner *self);
} RushPartitionerClass;

struct _RushPartitioner
{
  const RushPartitionerClass *klass;
  RushRefCount refs;
  guint n_partitions; /* at least 1 */
};

RushPartitioner *rush_partitioner_ref (RushPartitioner *self);
void rush_partitioner_unref (RushPartitioner *self); /* NULL is fine */
gboolean rush_partitioner_equal (const RushPartitioner *a, const RushPartitioner *b); /* NULL: no */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPartitioner, rush_partitioner_unref)

/* Java's hashCode of column @key_column, modulo n, made non-negative: where Scala's Spark puts an
 * RDD's keys (SQL rows go by Murmur3, Python keys by portable_hash; those are other partitioners).
 * A null key goes to 0. */
RushPartitioner *rush_hash_partitioner_new (guint n_partitions, guint key_column);

/* The seam: what takes the place of that rule, for the RDDs of one lineage. */
typedef struct
{
  const char *name;
  /* The partition of each row that counts, by its key in column @key_column: below @n_partitions,
   * which is at least 1.  A number that is not fails the task. */
  void (*place) (const RushBatch *batch, guint key_column, guint n_partitions,
                 guint32 *out_partitions);
} RushKeyPlacing;
#define RUSH_PARTITIONER_PART(placing)                                                             \
  RUSH_PLUGIN_PART ("partitioner", PARTITIONER, RushKeyPlacing, placing)

/* The same by another file's rule; NULL: by ours. */
RushPartitioner *rush_hash_partitioner_new_by (const RushKeyPlacing *placing, guint n_partitions,
                                               guint key_column);

/* Whether what the rule @name says of @n_rows rows can be.  It is looked at once a batch, as who
 * sorts rows by these numbers counts on them. */
gboolean rush_check_placing (const char *name, const guint32 *partitions, guint n_rows,
                             guint n_partitions, GError **error);

/* The partition number already stands in int32 column @column (PairwiseRDD: workers compute it).
 * Equal to another one with the same @identity: PySpark compares (numPartitions, partitionFunc). */
RushPartitioner *rush_given_partitioner_new (guint n_partitions, guint column, guint64 identity);

RUSH_END_PUBLIC
