/* cluster_combiner.h - a combiner that combines nothing: rows of equal keys come out one behind the
 * other, those of a key in the order in which they came.
 *
 * With it a shuffle, or a partition, brings rows of a key together within what memory there is;
 * what is made of them (groups, cogroups) is made as they come out.
 *
 * Mirrors: what ExternalAppendOnlyMap is to groupByKey, with CompactBuffer as combiner.
 */
#pragma once

#include "core/lineage/dependency.h"

/* A RushCombinerNew; column 0 is the key, @data is not looked at. */
RushCombiner *rush_cluster_combiner_new (gpointer data, RushSchema *schema,
                                         RushAllocator *allocator);
