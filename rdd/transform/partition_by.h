/* partition_by.h - how many partitions a shuffle has, and the shuffle that only moves rows.
 *
 * Mirrors: PairRDDFunctions.partitionBy, org.apache.spark.Partitioner.defaultPartitioner.
 */
#pragma once

#include "core/lineage/rdd.h"

/* Rows to the partitions of their keys (column 0) by Java's hash; @pairs itself, referenced, if
 * they are there already. */
RushRdd *rush_rdd_partition_by (RushRdd *pairs, guint n_partitions);

/* By Java's hash of @key_column, or by what a plug-in of @rdd's lineage puts in its place.
 * (transfer full) */
RushPartitioner *rush_rdd_hash_partitioner (RushRdd *rdd, guint n_partitions, guint key_column);

/* The partitioner that an operator on @rdds takes when it was asked for @n_partitions: 0 lets it
 * choose, which may fail as it counts partitions (a missing file).
 * Spark's choice: the partitioner of the widest of the parents that have one, unless it is more
 * than ten times narrower than the widest parent and narrower than the default; else a new one of
 * the default width (spark.default.parallelism, or the widest parent's).  (transfer full) */
RushPartitioner *rush_rdd_choose_partitioner (RushRdd *const *rdds, guint n, guint n_partitions,
                                              GError **error);
