/* group_by_key.h - (key, group of values), one row a key (rdd/group.h reads groups).
 *
 * All values of a key cross the shuffle and have to fit into one value: where they are only to be
 * added up, reduceByKey moves and holds less.
 *
 * @n_partitions 0: as rush_rdd_choose_partitioner () says, which may fail.
 *
 * Mirrors: PairRDDFunctions.groupByKey.
 */
#pragma once

#include "core/lineage/rdd.h"

RushRdd *rush_rdd_group_by_key (RushRdd *pairs, guint n_partitions, GError **error);
