/* zip_partitions.h - a function of partition p of several RDDs at once.
 *
 * Nothing moves: the parents have as many partitions each, and what belongs together was placed
 * alike before.  Joins of co-partitioned data are this, and all of graph/.
 *
 * Mirrors: RDD.zipPartitions, org.apache.spark.rdd.ZippedPartitionsRDD2.
 */
#pragma once

#include "core/lineage/rdd.h"

/* Takes over the iterators in @rows, one a parent, also on failure (NULL with @error).  Runs on a
 * runner, several at once; @data is shared by all of them and must not change. */
typedef RushIterator *(*RushZipFunc) (RushIterator *const *rows, guint split, RushTaskContext *ctx,
                                      gpointer data, GError **error);

#define RUSH_ZIP_MAX_PARENTS 4

/* @n: 2 … RUSH_ZIP_MAX_PARENTS.  @schema: of what @func makes.  @free_data (data) when the RDD
 * goes; may be NULL.  Parents of unequal numbers of partitions: counting them fails with
 * INVALID_ARGUMENT. */
RushRdd *rush_rdd_zip_partitions (RushRdd *const *parents, guint n, RushSchema *schema,
                                  RushZipFunc func, gpointer data, GDestroyNotify free_data);
