/* row_layout.h - where the rows of an RDD lie that a plan has made, and in which order: what is
 * left of the plan when a checkpoint has cut it off.
 *
 *     plan    … Exchange hashpartitioning(k#1, 4) ─ Sort k#1   ──checkpoint──▶  an RDD,
 *                                                                               "hash by k#1, 4"
 *     a scan of it, with other ids       join on k#7  needs neither exchange nor sort
 *
 * Mirrors: outputPartitioning and outputOrdering of org.apache.spark.sql.execution.LogicalRDD.
 */
#pragma once

#include "sql/physical/exec.h"

/* As @plan, whose rows they are, has laid them; of an adaptive plan nobody knows, as in Spark.
 * (transfer full) or NULL: nothing is known. */
RushRowLayout *rush_row_layout_of (RushExec *plan);
/* With the columns called as in @output; @self may be NULL. (transfer full) */
RushPartitioning *rush_row_layout_partitioning (const RushRowLayout *self,
                                                const RushExprList *output);
/* (transfer full) or NULL: in none. */
RushExprList *rush_row_layout_ordering (const RushRowLayout *self, const RushExprList *output);
