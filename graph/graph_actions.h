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

/* ---- for loops whose rounds are other RDDs ---- */

/* How many rounds a lineage holds before it is cut: spark.graphx.pregel.checkpointInterval. */
guint rush_graph_rounds_together (RushContext *context);
/* Before the job that computes it: @round is to be kept, and each @together-th is to be the end of
 * its lineage; 0: none is.  @n_rounds counts them; it begins with 0. */
gboolean rush_graph_keep_round (RushRdd *round, guint *n_rounds, guint together, GError **error);
/* After the job on the next one: what is kept of @round goes, unless the next one ends there. */
void rush_graph_forget_round (RushContext *context, RushRdd *round);
