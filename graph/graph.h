/* graph.h - RushGraph: a property graph, vertices and edges with attributes, spread over
 * partitions.
 *
 *   vertices    RDD, one row a partition: ids, and the routes to their mirrors   ┐ structure: made
 *   edges       RDD, one row a partition: mirrors, edges by source, attributes   ┘ once, persisted
 *   attributes  RDD, one row a partition: what vertices have, an array a column
 *
 * A graph is a value: what changes it makes another one, which shares all that stays as it was.
 *
 *   g_autoptr (RushGraph) graph = rush_graph_new (sc, NULL, edges, NULL, &error);
 *   g_autoptr (RushGraph) ranks = rush_page_rank (graph, &(RushPageRank){ .n_iterations = 10 },
 *                                                 NULL, &error);
 *   g_autoptr (RushRdd) rows = rush_graph_vertices (ranks);       // (id, rank)
 *
 * Ownership:  refcounted; kept partitions go with the last graph that shares them.
 * Threads:    immutable, hence any.
 * Mirrors:    org.apache.spark.graphx.{Graph,impl.GraphImpl,VertexRDD,EdgeRDD}.  Functions of the
 *             user's work on whole partitions of typed columns; rows are for the rest.
 */
#pragma once

#include "graph/partition_strategy.h"
#include "rdd/context.h"

typedef struct _RushGraph
{
  RushRefCount refs;
  RushContext *context;      /* (owned) */
  RushRdd *vertices;         /* (owned) vertex_partition.h */
  RushRdd *edges;            /* (owned) edge_partition.h */
  RushRdd *attributes;       /* (owned); NULL: vertices have none */
  RushSchema *vertex_schema; /* (owned) id: bigint, attributes … */
  RushSchema *edge_schema;   /* (owned) source: bigint, target: bigint, attributes … */
  guint n_vertex_partitions, n_edge_partitions;
  guint n_rounds; /* that attributes stand on, since their lineage was last cut */
} RushGraph;

/* How a graph is spread out. */
typedef struct
{
  gboolean cut; /* FALSE: edges stay in the partitions that they come in */
  RushPartitionStrategy strategy;
  guint n_edge_partitions;   /* of a cut; 0: as many as before */
  guint n_vertex_partitions; /* 0: as many as edges have */
} RushGraphLayout;

/* @vertices: rows (id: bigint, …), or NULL; @edges: rows (source: bigint, target: bigint, …); their
 * names are kept.  A vertex that edges alone know has nulls for attributes; an id that is null
 * fails the job that meets it.  @layout NULL: as the edges lie.  Nothing runs yet, but partitions
 * are counted, which may fail. */
RushGraph *rush_graph_new (RushContext *context, RushRdd *vertices, RushRdd *edges,
                           const RushGraphLayout *layout, GError **error);
RushGraph *rush_graph_ref (RushGraph *self);
void rush_graph_unref (RushGraph *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushGraph, rush_graph_unref)

/* Spark's partitionBy. (transfer full) */
RushGraph *rush_graph_partition_by (RushGraph *self, RushPartitionStrategy strategy,
                                    guint n_edge_partitions, GError **error);

/* ---- as rows (transfer full, all) ---- */

RushRdd *rush_graph_vertices (RushGraph *self); /* (id, attributes …) */
RushRdd *rush_graph_edges (RushGraph *self);    /* (source, target, attributes …) */
/* (source, target, edge's attributes …, src_ source's …, dst_ target's …) */
RushRdd *rush_graph_triplets (RushGraph *self);

/* ---- actions; −1 with @error ---- */

gint64 rush_graph_n_vertices (RushGraph *self, const RushJobOptions *job, GError **error);
gint64 rush_graph_n_edges (RushGraph *self, const RushJobOptions *job, GError **error);

/* ---- for those that make graphs of graphs ---- */

/* The same structure with other attributes: @attributes (transfer full, NULL: none) is an RDD of
 * one row of arrays, @vertex_schema (referenced) what they are called. */
RushGraph *rush_graph_with_attributes (RushGraph *self, RushRdd *attributes,
                                       RushSchema *vertex_schema);
/* (id, and the fields of @attributes). */
RushSchema *rush_vertex_schema (const RushSchema *attributes);
/* Of an RDD of one row of arrays, one a field of @rows from @first on. */
RushSchema *rush_arrays_schema (const RushSchema *rows, guint first);
