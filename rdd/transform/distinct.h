/* distinct.h - each value once, of an RDD of one column.
 *
 * @n_partitions 0: as many as the parent has; counting them may fail.
 *
 * Mirrors: RDD.distinct.
 */
#pragma once

#include "core/lineage/rdd.h"

RushRdd *rush_rdd_distinct (RushRdd *parent, guint n_partitions, GError **error);
