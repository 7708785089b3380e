/* parallelize.h - an RDD of batches that the driver has.
 *
 * Mirrors: org.apache.spark.rdd.ParallelCollectionRDD, EmptyRDD, SparkContext.parallelize.
 */
#pragma once

#include "core/lineage/rdd.h"

/* @batches[p] is a GPtrArray of RushBatch for partition p; the arrays are referenced, and never
 * changed afterwards.  Without partitions it is an EmptyRDD, as SparkContext.emptyRDD makes it. */
RushRdd *rush_rdd_parallelize (RushLineage *lineage, RushSchema *schema, GPtrArray *const *batches,
                               guint n_partitions);

/* Where slice @split of @n_slices begins in @length elements, as Spark cuts: split × length ÷ n. */
gsize rush_slice_start (gsize length, guint n_slices, guint split);
