/* replicated_view.h - what edges see of vertices: attributes, copied along the routes.
 *
 *   vertex partition          ─ship─▶        edge partition
 *   attributes [ a b c ]                     homes    [ 0   2   … ]
 *   route      [ 0 2 ]         (a, c)  ═══▶  view     [ a c │ from the next home … ]
 *
 * Mirrors: org.apache.spark.graphx.impl.ReplicatedVertexView.
 */
#pragma once

#include "graph/edge_partition.h"
#include "graph/graph.h"

/* Attributes number @columns[n] of the vertices, in pieces for edge partitions: what
 * rush_view_assemble () takes.  No columns: NULL. (transfer full) */
RushRdd *rush_graph_ship (RushGraph *self, const guint *columns, guint n);
/* One column of @edges->n_vertices values for each that was shipped, from the rows (transfer full)
 * of a partition; the columns are the caller's. */
gboolean rush_view_assemble (const RushEdgePartition *edges, RushIterator *rows,
                             const RushType *const *types, guint n, RushTaskContext *ctx,
                             RushColumn **out, GError **error);
