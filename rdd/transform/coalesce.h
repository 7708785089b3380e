/* coalesce.h - fewer partitions without a shuffle, or any number with one.
 *
 * Mirrors: RDD.coalesce, RDD.repartition, org.apache.spark.rdd.CoalescedRDD.
 */
#pragma once

#include "core/lineage/rdd.h"

/* At most @n partitions (at least 1 is asked for), each one or several of @parent's. */
RushRdd *rush_rdd_coalesce (RushRdd *parent, guint n);
/* Exactly @n, through a shuffle that deals the rows of each partition out one by one.
 * @pairs_column: which column of @parent tells how many pairs a row counts as; −1: one. */
RushRdd *rush_rdd_repartition (RushRdd *parent, guint n, gint pairs_column);
