/* execution.h - what is told of an action while it runs: an SQL execution.
 *
 * Mirrors:    org.apache.spark.sql.execution.{SQLExecution,SparkPlanInfo}.
 */
#pragma once

#include "core/event/event.h"
#include "sql/physical/query.h"

/* @self as events tell it, with nodes for fused stages. (transfer full) */
RushPlanInfo *rush_exec_plan_info (const RushExec *self);
/* The scalar subqueries (RushExpr) in the node's expressions. (transfer container) */
GPtrArray *rush_exec_subqueries (const RushExec *node);
/* The same of a plan of the query, with its subqueries. */
RushPlanInfo *rush_execution_plan_info (RushQuery *query, const RushExec *plan);
/* The plan that runs, or has run. (transfer full) NULL with @error: there is none. */
RushPlanInfo *rush_query_plan_info (RushQuery *query, GError **error);
/* What the driver has counted since the last call: metrics of the plan that are not in tasks.
 * (transfer full) */
RushAccumUpdate *rush_exec_driver_updates (const RushExec *self, guint *out_n);

/* An action of @query begins: job options, with the execution's id among the properties, and, if it
 * is told of (@told), an event.  Part of an execution that surrounds it if there is one.  FALSE: an
 * action of this very query is under way on this thread, and the new one is part of it; no end
 * then.  All under the query's lock. */
gboolean rush_execution_begin (RushQuery *query, RushExec *plan,
                               const RushExecutionOptions *options, gboolean told);
/* The adaptive plan on top has changed. */
void rush_execution_plan_changed (RushQuery *query);
/* @failure: NULL if it went well. */
void rush_execution_end (RushQuery *query, const GError *failure);
