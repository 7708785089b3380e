/* label_propagation.h - communities: everybody takes the label that most of its neighbours have.
 *
 * Where several labels are equally many the least of them is taken (GraphX: some one of them).
 * It need not settle, hence a number of rounds; each carries a label along every edge both ways.
 *
 * Source:  Raghavan, Albert, Kumara: Near linear time algorithm to detect community structures
 *          (2007).
 * Mirrors: org.apache.spark.graphx.lib.LabelPropagation.
 */
#pragma once

#include "graph/graph.h"

/* (id, label: bigint).  @n_steps: at least 1. */
RushGraph *rush_label_propagation (RushGraph *graph, guint n_steps, const RushJobOptions *job,
                                   GError **error);
