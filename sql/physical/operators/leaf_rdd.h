/* leaf_rdd.h - an RDD whose partitions come from nowhere else: ranges, rows the driver has. */
#pragma once

#include "core/lineage/rdd.h"

/* The iterator of partition @split; runs on runners, several at once. */
typedef RushIterator *(*RushLeafOpen) (gpointer data, guint split, RushTaskContext *ctx,
                                       GError **error);
RushRdd *rush_leaf_rdd_new (RushLineage *lineage, RushSchema *schema, guint n_partitions,
                            RushLeafOpen open, gpointer data, GDestroyNotify free_data);
