/* cogroup.h - two RDDs of pairs by key: (key, group of the left's values, group of the right's),
 * one row for each key of either; and join, which is made of it as in Scala's Spark.
 *
 * A parent that is placed by the partitioner already is read where it is (a narrow dependency);
 * only the other one is shuffled.  A null key is a key like others.
 *
 * @n_partitions 0: as rush_rdd_choose_partitioner () says, which may fail.
 *
 * Mirrors: PairRDDFunctions.{cogroup,join}, org.apache.spark.rdd.CoGroupedRDD.
 */
#pragma once

#include "core/lineage/rdd.h"

/* The keys must be of one type. */
RushRdd *rush_rdd_cogroup (RushRdd *left, RushRdd *right, guint n_partitions, GError **error);
/* (key, left's values…, right's values…) for each pair of values of a key that both have. */
RushRdd *rush_rdd_join (RushRdd *left, RushRdd *right, guint n_partitions, GError **error);
