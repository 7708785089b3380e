/* graphs.h - small graphs for tests, and rows of graphs as text. */
#pragma once

#include "graph/graph.h"

/* "1>2 2>3:7": edges (src, dst, weight: bigint), weight 1 if none is given. */
RushRdd *graphs_edges (RushContext *context, const char *text, guint n_slices);
/* "1=10 2=20": vertices (id, value: bigint); "2=-" is a null. */
RushRdd *graphs_vertices (RushContext *context, const char *text, guint n_slices);
/* From text; @vertices or @layout may be NULL. */
RushGraph *graphs_new (RushContext *context, const char *vertices, const char *edges,
                       guint n_slices, const RushGraphLayout *layout);
/* Checks the sorted rows "1,10 2,20" of the graph's vertices. */
void graphs_assert_vertices (RushGraph *graph, const char *expected);
