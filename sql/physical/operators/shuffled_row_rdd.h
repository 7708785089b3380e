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

#include "sql/physical/exec.h"

typedef struct
{
  guint start, end;         /* reduce partitions */
  guint map_start, map_end; /* G_MAXUINT: to the last */
} RushShuffleSpec;

/* What an exchange counts: the metrics of its set, in this order. */
enum
{
  RUSH_EXCHANGE_RECORDS_WRITTEN,
  RUSH_EXCHANGE_BYTES_WRITTEN,
  RUSH_EXCHANGE_WRITE_TIME,
  RUSH_EXCHANGE_DATA_SIZE,
  RUSH_EXCHANGE_PARTITIONS,
  RUSH_EXCHANGE_RECORDS_READ,
  RUSH_EXCHANGE_BLOCKS_READ,
  RUSH_EXCHANGE_BYTES_READ,
  RUSH_EXCHANGE_FETCH_WAIT,
};

/* @specs is copied.  @schema: that of the dependency, or its first columns alone.  @metrics: of the
 * exchange (referenced), or NULL. */
RushRdd *rush_shuffled_row_rdd_new (RushDependency *dependency, RushSchema *schema,
                                    const RushShuffleSpec *specs, guint n_specs,
                                    RushMetricSet *metrics);
