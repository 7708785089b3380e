/* connected_components.h - which vertices hang together, whatever the direction of edges.
 *
 * A component is called after its least vertex id.
 *
 * Rounds:  as many as the longest shortest path from a component's least vertex is long, at most;
 *          a round reads the edges of vertices that have changed.
 * Mirrors: org.apache.spark.graphx.lib.ConnectedComponents.
 */
#pragma once

#include "graph/graph.h"

/* (id, component: bigint).  @max_iterations 0: until all is known. */
RushGraph *rush_connected_components (RushGraph *graph, guint max_iterations,
                                      const RushJobOptions *job, GError **error);
