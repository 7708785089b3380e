/* vertex_partition.h - the vertices of one partition, and where their mirrors are.
 *
 *   ids          [ 3  7  9 ]                 sorted; vertex number 1 is 7
 *   route_starts [ 0, 2, 5 ]                 to edge partition p go routes[p] … routes[p + 1]
 *   routes       [ 0  2 | 0  1  2 ]          numbers of vertices: 3 and 9 have mirrors in edge
 *                                            partition 0, all three have one in 1
 *   attributes   [ "c" "g" "i" ] …
 *
 * What edges need of vertices goes along the routes, and what they tell them comes back the same
 * way; both sides have the mirrors of a route in the same order, that of ids.
 *
 * Mirrors: org.apache.spark.graphx.impl.{ShippableVertexPartition,RoutingTablePartition}.
 */
#pragma once

#include "graph/edge_partition.h"

/* Columns of a vertex partition's one row. */
enum
{
  RUSH_VERTICES_IDS,          /* array<bigint> */
  RUSH_VERTICES_ROUTE_STARTS, /* array<int> */
  RUSH_VERTICES_ROUTES,       /* array<int> */
  RUSH_VERTICES_ATTRIBUTES,
};

typedef struct
{
  RushBatch *batch; /* (owned) */
  guint n, n_routes;
  const gint64 *ids;
  const gint32 *route_starts; /* [n_routes + 1] */
  const gint32 *routes;
} RushVertexPartition;

/* @vertices: (id: bigint, attributes …); NULL: edges alone say which vertices there are. */
RushSchema *rush_vertex_partition_schema (const RushSchema *vertices);

/* (to: int, from: int, ids: array<bigint>): mirrors that tell their homes where they are. */
RushSchema *rush_mirror_schema (void); /* (transfer none) */
/* One row a home, of edge partition @from. */
RushBatch *rush_mirrors_of_edges (const RushEdgePartition *edges, guint from,
                                  RushAllocator *allocator, GError **error);
/* From rows of that schema, and of @vertex_schema or NULL (transfer full, both). A vertex that is
 * given twice has the first one's attributes; one that edges alone know has nulls. */
RushBatch *rush_vertex_partition_build (RushIterator *mirrors, RushIterator *vertices,
                                        RushSchema *vertex_schema, RushSchema *schema,
                                        guint n_edge_partitions, RushTaskContext *ctx,
                                        GError **error);

void rush_vertex_partition_open (RushVertexPartition *self, RushBatch *batch); /* takes over */
gboolean rush_vertex_partition_read (RushVertexPartition *self, RushIterator *rows,
                                     RushTaskContext *ctx, GError **error);
void rush_vertex_partition_close (RushVertexPartition *self);
