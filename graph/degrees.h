/* degrees.h - how many edges vertices have. Mirrors: org.apache.spark.graphx.GraphOps.degrees. */
#pragma once

#include "graph/graph.h"

typedef enum
{
  RUSH_EDGES_OUT,
  RUSH_EDGES_IN,
  RUSH_EDGES_BOTH, /* an edge from a vertex to itself counts twice */
} RushEdgeDirection;

/* (id, degree: bigint) of the vertices that have any. (transfer full) */
RushRdd *rush_graph_degrees (RushGraph *graph, RushEdgeDirection direction);
