/* filter.h - the rows for which a function says TRUE; nothing is copied.
 *
 * Mirrors: RDD.filter.
 */
#pragma once

#include "core/lineage/rdd.h"
#include "rdd/row.h"

RushRdd *rush_rdd_filter (RushRdd *parent, RushRowPredicate func, gpointer data,
                          GDestroyNotify free_data);
