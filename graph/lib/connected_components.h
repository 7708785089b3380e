/* connected_components.h - which vertices hang together, whatever the direction of edges.
 *
 * A component is called after its least vertex id.  There are two ways to it:
 *
 *              ids along edges                        edges to stars
 *   rounds     the longest shortest path from a       some log₂ of that; each shuffles what is left
 *              component's least vertex, at most      of the edges, twice
 *   a round    reads edges of vertices that changed   makes edges fewer: of a partition's at most
 *                                                     one a vertex is left before the first
 *   suits      graphs of short paths that are many    all others
 *              edges a vertex
 *   source     label propagation to the minimum       Kiveris, Lattanzi, Mirrokni, Rastogi,
 *                                                     Vassilvitskii: Connected Components in
 *                                                     MapReduce and Beyond, SoCC 2014
 *   mirrors    org.apache.spark.graphx.lib            org.graphframes.lib.TwoPhase
 *              .ConnectedComponents
 */
#pragma once

#include "graph/graph.h"

/* (id, component: bigint).  @max_iterations 0: until all is known. */
RushGraph *rush_connected_components (RushGraph *graph, guint max_iterations,
                                      const RushJobOptions *job, GError **error);
/* The same by stars.  @rounds_together: how many rounds a lineage holds before it is cut by a local
 * checkpoint; 0: it is not. */
RushGraph *rush_connected_components_by_stars (RushGraph *graph, guint rounds_together,
                                               const RushJobOptions *job, GError **error);
