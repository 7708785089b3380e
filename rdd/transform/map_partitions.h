/* map_partitions.h - a function from the rows of a partition to the rows of the same partition.
 *
 * map, filter, flatMap and most of what is narrow are this, with a function that fits.
 *
 * Mirrors: RDD.mapPartitionsWithIndex, org.apache.spark.rdd.MapPartitionsRDD.
 */
#pragma once

#include "core/lineage/rdd.h"

/* Takes over @rows, also on failure (NULL with @error).  Runs on a runner, several at once; @data
 * is shared by all of them and must not change. */
typedef RushIterator *(*RushPartitionFunc) (RushIterator *rows, guint split, RushTaskContext *ctx,
                                            gpointer data, GError **error);

/* @schema: of what @func makes.  @preserves_partitioning: keys stay as they are, so that the
 * parent's partitioner holds for the result.  @free_data (data) when the RDD goes; may be NULL. */
RushRdd *rush_rdd_map_partitions (RushRdd *parent, RushSchema *schema, RushPartitionFunc func,
                                  gpointer data, GDestroyNotify free_data,
                                  gboolean preserves_partitioning);
