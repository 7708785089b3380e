/* shortest_paths.h - how many edges it takes at least: to landmarks, and from sources.
 *
 * Rounds:  as many as the longest of these paths is long; a round reads the edges of vertices that
 *          have come nearer.
 * Mirrors: org.apache.spark.graphx.lib.ShortestPaths; GraphFrames' BFS runs on joins.
 */
#pragma once

#include "graph/graph.h"

/* (id, distance_0: bigint, distance_1 …): along the edges to each landmark; null: there is no way.
 * A landmark that is no vertex is at no distance. */
RushGraph *rush_shortest_paths (RushGraph *graph, const gint64 *landmarks, guint n,
                                const RushJobOptions *job, GError **error);
/* (id, distance: bigint, parent: bigint): from the nearest of @sources, no further than @max_depth
 * (0: anywhere); the parent is the vertex before it on such a path, the least of several; null for
 * a source, and both for what cannot be reached. */
RushGraph *rush_breadth_first_search (RushGraph *graph, const gint64 *sources, guint n,
                                      guint max_depth, const RushJobOptions *job, GError **error);
