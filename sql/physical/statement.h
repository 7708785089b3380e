/* statement.h - a statement that is no query, as an SQL execution.
 *
 *   Execute CreateViewCommand      one node: what it does is up to the session
 *
 * Mirrors:  org.apache.spark.sql.execution.command.ExecutedCommandExec,
 *           QueryExecution.eagerlyExecuteCommands.
 */
#pragma once

#include "sql/physical/query.h"

/* Queries that it runs are executions of their own. */
typedef gboolean (*RushStatementAct) (gpointer data, GError **error);

/* @name: what the plan shows, "Execute SetCommand". */
gboolean rush_statement_run (const RushQueryEnvironment *environment, const char *name,
                             const RushExecutionOptions *options, RushStatementAct act,
                             gpointer data, GError **error);
