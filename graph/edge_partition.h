/* edge_partition.h - the edges of one partition, and the vertices that they meet.
 *
 *   edges    7→3  7→9  9→3  3→8          homes: even ids in partition 0, odd ones in partition 1
 *
 *   vertices [ 8 | 3  7  9 ]             its mirrors: those of home 0, then those of home 1; a
 *   number     0   1  2  3               vertex is its number here
 *   homes    [ 0, 1, 4 ]                 mirrors of home h are numbers homes[h] … homes[h + 1]
 *   starts   [ 0, 0, 1, 3, 4 ]           edges that leave vertex v: starts[v] … starts[v + 1]
 *   targets  [ 0 | 1  3 | 1 ]            … and where they go: 3→8, 7→3, 7→9, 9→3
 *
 * As mirrors stand by home, what comes from a home fills one piece of an array, and what goes there
 * is one: no ids travel.  As edges stand by source, a source is looked at once for all its edges,
 * and not at all if it has nothing to say.
 *
 * Mirrors: org.apache.spark.graphx.impl.{EdgePartition,EdgePartitionBuilder} (which has a hash map
 *          from ids to numbers, as its mirrors are in no order).
 */
#pragma once

#include "graph/arrays.h"

/* Columns of an edge partition's one row. */
enum
{
  RUSH_EDGES_VERTICES, /* array<bigint> */
  RUSH_EDGES_HOMES,    /* array<int> */
  RUSH_EDGES_STARTS,   /* array<int> */
  RUSH_EDGES_TARGETS,  /* array<int> */
  RUSH_EDGES_ATTRIBUTES,
};

/* Its arrays; borrowed from the batch. */
typedef struct
{
  RushBatch *batch; /* (owned) */
  guint n_vertices, n_edges, n_homes;
  const gint64 *vertices;
  const gint32 *homes;
  const gint32 *starts;
  const gint32 *targets;
} RushEdgePartition;

/* @edges: (source: bigint, target: bigint, attributes …). */
RushSchema *rush_edge_partition_schema (const RushSchema *edges);
/* Of rows of that schema (transfer full); nobody's id may be null. */
RushBatch *rush_edge_partition_build (RushIterator *edges, RushSchema *edge_schema,
                                      RushSchema *schema, guint n_homes, RushTaskContext *ctx,
                                      GError **error);

/* Takes over @batch. */
void rush_edge_partition_open (RushEdgePartition *self, RushBatch *batch);
/* The one row of @rows (transfer full). */
gboolean rush_edge_partition_read (RushEdgePartition *self, RushIterator *rows,
                                   RushTaskContext *ctx, GError **error);
void rush_edge_partition_close (RushEdgePartition *self);
/* Ids of the sources and targets of all edges, as two columns of bigint. */
gboolean rush_edge_partition_ends (const RushEdgePartition *self, RushAllocator *allocator,
                                   RushColumn **out_source, RushColumn **out_target,
                                   GError **error);

/* FALSE, with @error: what was computed again of a graph is not what the rest was made of. */
gboolean rush_set_error_graph_differs (GError **error);
