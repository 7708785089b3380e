/* graph_ops.h - graphs of graphs, with functions of rows (rdd/row.h).
 *
 * Functions of whole partitions, which copy nothing, are in aggregate_messages.h.
 *
 * Mirrors: mapVertices, mapTriplets, reverse, subgraph of org.apache.spark.graphx.Graph.
 */
#pragma once

#include "graph/graph.h"
#include "rdd/row.h"

/* @func gets rows (id, attributes …) and emits one row of @attributes for each. (transfer full) */
RushGraph *rush_graph_map_vertices (RushGraph *self, RushSchema *attributes, RushRowFunc func,
                                    gpointer data, GDestroyNotify free_data);
/* @func gets rows (source, target, edge's …, src_ …, dst_ …) of triplets and emits one row of
 * @attributes, the edge's new ones, for each. (transfer full) */
RushGraph *rush_graph_map_triplets (RushGraph *self, RushSchema *attributes, RushRowFunc func,
                                    gpointer data, GDestroyNotify free_data);
/* Edges the other way round. NULL with @error. */
RushGraph *rush_graph_reverse (RushGraph *self, GError **error);
/* The vertices (rows of rush_graph_vertices ()) and edges (rows of rush_graph_triplets ()) that the
 * predicates keep, NULL: all; an edge stays if both its ends do. @data is of both. */
RushGraph *rush_graph_subgraph (RushGraph *self, RushRowPredicate vertex, RushRowPredicate triplet,
                                gpointer data, GDestroyNotify free_data, GError **error);
