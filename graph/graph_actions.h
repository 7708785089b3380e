/* graph_actions.h - numbers of a whole graph: one job each. */
#pragma once

#include "graph/graph.h"

/* The sum of array @column's numbers (gint64 or double) over all partitions of @rdd, whose rows
 * are arrays. NaN with @error. */
double rush_graph_sum (RushGraph *self, RushRdd *rdd, guint column, const RushJobOptions *job,
                       GError **error);
/* Computes and keeps the attributes of @self, and sums one of them up; the kept attributes of
 * @before (or NULL), which they were computed from, go. */
gboolean rush_graph_advance (RushGraph *self, RushGraph *before, guint column,
                             const RushJobOptions *job, double *out_sum, GError **error);
/* The kept attributes of @self, if there are any, go: no round will read them again. */
void rush_graph_forget_attributes (RushGraph *self);
