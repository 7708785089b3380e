/* map.h - each row becomes one row (map) or any number of rows (flatMap).
 *
 * @func runs on runners, several at once: @data is shared by them and must not change.  @free_data
 * (data), if there is one, when the RDD goes.
 *
 * Mirrors: RDD.map, RDD.flatMap.
 */
#pragma once

#include "core/lineage/rdd.h"
#include "rdd/row.h"

/* @schema: of the rows that @func emits. */
RushRdd *rush_rdd_map (RushRdd *parent, RushSchema *schema, RushRowFunc func, gpointer data,
                       GDestroyNotify free_data);
RushRdd *rush_rdd_flat_map (RushRdd *parent, RushSchema *schema, RushRowFunc func, gpointer data,
                            GDestroyNotify free_data);
