/* pipeline.h - a chain of pipelined operators as one RDD.
 *
 *   Project ─┐                          MapPartitionsRDD: one iterator in another,
 *   Filter  ─┤  one RDD over the RDD        project (filter (rows))
 *   Scan  ───┘  of what is below        a batch at a time
 *
 * Threads:  made on the driver; its iterators on runners.
 * Mirrors:  org.apache.spark.sql.execution.WholeStageCodegenExec.
 */
#pragma once

#include "sql/physical/exec.h"

RushRdd *rush_pipeline_rdd (RushExec *top, RushQuery *query, GError **error);

/* An evaluation context for one task of @query, with the values of its subqueries. */
typedef struct _RushTaskSettings RushTaskSettings;
RushTaskSettings *rush_task_settings_new (RushQuery *query);
RushTaskSettings *rush_task_settings_ref (RushTaskSettings *self);
void rush_task_settings_unref (RushTaskSettings *self);
RushEvalContext *rush_task_settings_open (const RushTaskSettings *self, guint split,
                                          RushTaskContext *ctx);

/* For operators that make a batch of a batch: @map takes over @batch; NULL without error: nothing
 * is left of it.  @eval->rows_before counts what this operator has seen before. */
typedef RushBatch *(*RushExecMap) (const RushExec *self, RushBatch *batch, RushEvalContext *eval,
                                   GError **error);
RushIterator *rush_map_iterator_new (const RushExec *exec, RushIterator *child, RushExecMap map,
                                     RushTaskContext *ctx, RushEvalContext *eval);
