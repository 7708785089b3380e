/* strongly_connected_components.h - which vertices can reach each other along the edges.
 *
 * A component is called after its least vertex id.
 *
 * Source:  Orzan: On Distributed Verification and Verified Distribution (2004), forward-backward
 *          colouring; trimming as in McLendon et al. (2005).
 * Mirrors: org.apache.spark.graphx.lib.StronglyConnectedComponents.
 */
#pragma once

#include "graph/graph.h"

/* (id, component: bigint).  A vertex of which nothing is known after @n_iterations (at least 1) is
 * a component by itself. */
RushGraph *rush_strongly_connected_components (RushGraph *graph, guint n_iterations,
                                               const RushJobOptions *job, GError **error);
