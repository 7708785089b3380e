/* pair_partitions.h - partition i of two RDDs, together.
 *
 * Mirrors: org.apache.spark.rdd.ZippedPartitionsRDD2.
 */
#pragma once

#include "core/lineage/rdd.h"

/* Takes over both iterators, also on failure. */
typedef RushIterator *(*RushPairFunc) (RushIterator *left, RushIterator *right, guint split,
                                       RushTaskContext *ctx, gpointer data, GError **error);
/* Both have as many partitions. */
RushRdd *rush_rdd_pair_partitions (RushRdd *left, RushRdd *right, RushSchema *schema,
                                   RushPairFunc func, gpointer data, GDestroyNotify free_data);
/* Every partition of one with every partition of the other: i × m + j is (i, j). */
RushRdd *rush_rdd_cross_partitions (RushRdd *left, RushRdd *right, RushSchema *schema,
                                    RushPairFunc func, gpointer data, GDestroyNotify free_data,
                                    GError **error);
