/* shuffled_row_rdd.h - the reduce side of SQL's shuffles: which slices make a partition can be
 * chosen when the sizes of all are known.
 *
 *   coalesced   reduce partitions [start, end) of all maps
 *   part        reduce partition start of maps [map_start, map_end): a skewed one, split
 *   local       all reduce partitions of one map: read where they were written
 *
 * Mirrors: org.apache.spark.sql.execution.{ShuffledRowRDD,ShufflePartitionSpec}.
 */
#pragma once

#include "core/lineage/rdd.h"

typedef struct
{
  guint start, end;         /* reduce partitions */
  guint map_start, map_end; /* G_MAXUINT: to the last */
} RushShuffleSpec;

/* @specs is copied.  @schema: that of the dependency, or its first columns alone. */
RushRdd *rush_shuffled_row_rdd_new (RushDependency *dependency, RushSchema *schema,
                                    const RushShuffleSpec *specs, guint n_specs);
