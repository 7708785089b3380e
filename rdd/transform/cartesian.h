/* cartesian.h - every row of one RDD beside every row of another.
 *
 * Mirrors: RDD.cartesian, org.apache.spark.rdd.CartesianRDD.
 */
#pragma once

#include "core/lineage/rdd.h"

/* Columns of @left, then those of @right.  The partitions of both are counted here, as in Spark: a
 * count that fails is the error, as are more than 2³¹ − 1 partitions (INVALID_ARGUMENT). */
RushRdd *rush_rdd_cartesian (RushRdd *left, RushRdd *right, GError **error);
