/* shuffled.h - the reduce side of a shuffle dependency.
 *
 * Mirrors: org.apache.spark.rdd.ShuffledRDD.
 */
#pragma once

#include "core/lineage/rdd.h"

/* Rows of @parent placed by @partitioner, unchanged. */
RushRdd *rush_rdd_shuffled (RushRdd *parent, RushPartitioner *partitioner);
/* As it, with a dependency that the caller made (transfer full): combiner, pairs column … */
RushRdd *rush_rdd_shuffled_new (RushDependency *dependency);
