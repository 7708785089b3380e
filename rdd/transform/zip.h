/* zip.h - the first row of one RDD beside the first of another, the second beside the second …
 *
 * Mirrors: RDD.zip, org.apache.spark.rdd.ZippedPartitionsRDD2.
 */
#pragma once

#include "core/lineage/rdd.h"

/* Columns of @left, then those of @right.  A partition that has more rows on one side fails its
 * task with INVALID_ARGUMENT; both must have as many partitions, or counting them fails so. */
RushRdd *rush_rdd_zip (RushRdd *left, RushRdd *right);
