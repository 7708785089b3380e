/* routing_picture.h - where the vertices of a graph have their mirrors, drawn. */
#pragma once

#include "graph/graph.h"

/* In Graphviz' language: vertex partitions, edge partitions, and what goes along the routes
 * between them; of a small graph the ids as well.  Runs a job. (transfer full) */
char *rush_graph_routes_to_dot (RushGraph *graph, const RushJobOptions *job, GError **error);
