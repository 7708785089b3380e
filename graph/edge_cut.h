/* edge_cut.h - rows that go to the partition that they name, and edges that name theirs. */
#pragma once

#include "graph/graph.h"

/* Rows whose first column (int) is the partition that they go to; they keep it. (transfer full) */
RushRdd *rush_graph_shuffle (RushRdd *rows, guint n_partitions);
/* Edges, where @strategy puts them. (transfer full) */
RushRdd *rush_graph_cut (RushRdd *edges, RushPartitionStrategy strategy, guint n_partitions);
