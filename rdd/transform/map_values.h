/* map_values.h - pairs: rows whose first column is the key, and whose other columns are the value.
 *
 * mapValues and flatMapValues change the value and keep the key, so that what is known about where
 * keys are stays known (a join after them may need no shuffle).  The function sees the whole row
 * and emits the columns after the key.
 *
 * Mirrors: PairRDDFunctions.{mapValues,flatMapValues,keys,values}, RDD.keyBy.
 */
#pragma once

#include "core/lineage/rdd.h"
#include "rdd/row.h"

/* @schema: the key's column as it is, and those that @func emits. */
RushRdd *rush_rdd_map_values (RushRdd *pairs, RushSchema *schema, RushRowFunc func, gpointer data,
                              GDestroyNotify free_data);
RushRdd *rush_rdd_flat_map_values (RushRdd *pairs, RushSchema *schema, RushRowFunc func,
                                   gpointer data, GDestroyNotify free_data);
/* @func emits one value of type @key_type: the key, in front of the row as it is. */
RushRdd *rush_rdd_key_by (RushRdd *parent, const char *key_name, const RushType *key_type,
                          RushRowFunc func, gpointer data, GDestroyNotify free_data);
RushRdd *rush_rdd_keys (RushRdd *pairs);
RushRdd *rush_rdd_values (RushRdd *pairs);
