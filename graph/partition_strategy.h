/* partition_strategy.h - which partition an edge goes to.
 *
 *   RandomVertexCut            a hash of (source, target): even, and every vertex is everywhere
 *   CanonicalRandomVertexCut   a → b and b → a together
 *   EdgePartition1D            by the source: all edges that leave a vertex together
 *   EdgePartition2D            a square of √n × √n: a vertex has at most 2 √n mirrors
 *
 * The same edge goes where GraphX puts it, number by number.
 *
 * Mirrors: org.apache.spark.graphx.PartitionStrategy.
 */
#pragma once

#include "core/base/error.h"

typedef enum
{
  RUSH_RANDOM_VERTEX_CUT,
  RUSH_CANONICAL_RANDOM_VERTEX_CUT,
  RUSH_EDGE_PARTITION_1D,
  RUSH_EDGE_PARTITION_2D,
} RushPartitionStrategy;

guint rush_partition_of_edge (RushPartitionStrategy self, gint64 source, gint64 target,
                              guint n_partitions);
/* By Spark's name, "EdgePartition2D"; INVALID_ARGUMENT for another one. */
gboolean rush_partition_strategy_parse (const char *name, RushPartitionStrategy *out,
                                        GError **error);
const char *rush_partition_strategy_name (RushPartitionStrategy self);
