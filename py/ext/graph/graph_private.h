/* graph_private.h - the graph part of rushlight._engine: what rushlight.graphframes stands on.
 *
 *   graph_module.c      the type Graph and the functions, added to the module
 *   graph_handle.c      Graph: a handle on a property graph; its rows and numbers
 *   graph_algorithms.c  methods that run algorithms, each of which gives another Graph
 *
 * Made of rows whose columns have the right types already (cast them before: df._query ().to_rdd ()
 * of a select):
 *
 *   vertices   id: bigint, attributes …            edges   src: bigint, dst: bigint, attributes …
 *
 *   graph = _engine.graph (context, vertices, edges, strategy, n_edge_partitions,
 *                          n_vertex_partitions, call)
 *        vertices: Rdd or None (edges alone say which there are)     edges: Rdd
 *        strategy: None (edges stay where they are) or Spark's name, "EdgePartition2D"
 *        numbers of partitions: 0 lets it choose
 *   rdd = _engine.edge_list (context, path, min_partitions, call)
 *        edges (src: bigint, dst: bigint) of text, "1 2" a line
 *   graph.vertices (call)   -> Plan (id, attributes …)      of an algorithm: (id, its answers)
 *   graph.edges (call)      -> Plan (src, dst, attributes …)
 *   graph.triplets (call)   -> Plan (src, dst, edge's …, src_…, dst_…)
 *   graph.degrees (direction, call) -> Plan (id, degree: bigint); "in", "out" or "both"; no zeros
 *   graph.n_vertices (call, properties), n_edges (call, properties) -> int; one job each
 *   graph.routes (format, call, properties) -> bytes: the routing table drawn; "dot", "svg", …
 *
 * Algorithms run their jobs at the call and give a Graph with the same vertices, whose attributes
 * are the answers (so .vertices () is what is joined with the program's own columns):
 *
 *   graph.page_rank (n_iterations, tolerance, reset, sources, call, properties)
 *        rank: double; of several sources: rank_0, rank_1 …; n_iterations 0: until tolerance;
 *        sources: list of int, [] for the ordinary ranks
 *   graph.connected_components (max_iterations, call, properties)      component: bigint
 *   graph.connected_components_by_stars (rounds_together, call, properties)    the same
 *   graph.strongly_connected_components (n_iterations, call, properties) component: bigint
 *   graph.label_propagation (n_steps, call, properties)                 label: bigint
 *   graph.shortest_paths (landmarks, call, properties)  distance_0, distance_1 …: bigint or null
 *   graph.breadth_first_search (sources, max_depth, call, properties)
 *                                             distance: bigint or null, parent: bigint or null
 *   graph.triangle_count (call, properties)                             count: bigint
 *
 * call and properties are what Query's methods take.  GIL: as in engine_private.h.
 */
#pragma once

#include "graph/graph.h"
#include "py/ext/sql/sql_private.h"

typedef struct
{
  PyObject_HEAD RushGraph *graph; /* (owned) */
  pid_t process;                  /* that made it */
} EngineGraph;

extern PyTypeObject EngineGraph_Type;
extern PyMethodDef engine_graph_methods[];
extern PyMethodDef engine_graph_algorithms[];

/* Adds all of it; −1 with an exception set. */
int engine_graph_add_to_module (PyObject *module);
/* Takes over @graph; NULL: raises @error. */
PyObject *engine_graph_wrap (RushGraph *graph, GError *error);
