/* triangle_count.h - in how many triangles a vertex stands, whatever the direction of edges.
 *
 * Edges from a vertex to itself do not count, nor do twins.
 *
 * Cost:    one shuffle of edges, two rounds: the second ships to every edge partition the
 *          neighbours of its vertices, and looks for each edge at the shorter of two lists.
 * Mirrors: org.apache.spark.graphx.lib.TriangleCount.
 */
#pragma once

#include "graph/graph.h"

/* (id, count: bigint). */
RushGraph *rush_triangle_count (RushGraph *graph, const RushJobOptions *job, GError **error);
