/* union.h - all partitions of several RDDs, one after the other; or, where all parents have equal
 * partitioners, partition p of each in one partition p.
 *
 * Mirrors: SparkContext.union, org.apache.spark.rdd.{UnionRDD,PartitionerAwareUnionRDD}.
 */
#pragma once

#include "core/lineage/rdd.h"

/* The parents (at least one) must have equal schemas; UnionRDD or PartitionerAwareUnionRDD.  Their
 * partitions are counted here, as in Spark: those without any are left out, and a count that fails
 * (a missing file) is the error. */
RushRdd *rush_rdd_union (RushRdd *const *parents, guint n, GError **error);
