/* query_private.h - what operators and adaptive execution need of the query that they belong to. */
#pragma once

#include "sql/physical/adaptive/runtime_filters.h"
#include "sql/physical/python_evaluator.h"
#include "sql/physical/query.h"

/* Whether it is a scalar subquery of another one. */
gboolean rush_query_is_subquery (const RushQuery *self);
/* What the action itself is called, also where an adaptive plan's jobs have another name. */
const char *rush_query_call_site (RushQuery *self);
/* The values of scalar subqueries, by expression id; NULL: there are none. (transfer none) */
GHashTable *rush_query_subquery_values (RushQuery *self);
/* What drops rows at scans; NULL: nothing does. (transfer none) */
RushRuntimeFilters *rush_query_runtime_filters (RushQuery *self);
/* Before the query's first stage; takes over @filters, which may be NULL. */
void rush_query_set_runtime_filters (RushQuery *self, RushRuntimeFilters *filters);
/* A context for evaluating on the driver. (transfer full) */
RushEvalContext *rush_query_eval_context_new (RushQuery *self);
/* What rush_python_evaluator () is told of the query. */
RushPythonSettings rush_query_python (RushQuery *self);

/* ── phases that stand in files of their own ── */

/* Scalar subqueries of @plan become queries of their own, which do not run yet. */
void rush_query_plan_subqueries (RushQuery *self, RushExec *plan);
/* One of them, by the expression's id, with its own subqueries planned; NULL: it is not one of
 * @self's, or has no plan.  *@out_main: which one of @self's runs it, @id or another that gives the
 * same. (transfer none) */
RushQuery *rush_query_subquery (RushQuery *self, gint64 id, gint64 *out_main);
/* Scalar subqueries of @plan are run, and their values kept (planner/plan_subqueries.c). */
gboolean rush_query_run_subqueries (RushQuery *self, RushExec *plan, GError **error);
/* Waits until one of the jobs has ended, and looks after interruptions: a signal cancels all of
 * them, and the wait goes on until they have ended. */
void rush_query_wait_any (RushQuery *self, RushJobWaiter *const *waiters, const gint *job_ids,
                          guint n);
/* Waits a moment for the others, once one of them has ended: jobs that end at about the same time
 * are looked at together. */
void rush_query_wait_briefly (RushQuery *self, RushJobWaiter *const *waiters, guint n);
/* The RDD of @plan's rows, once what it needs has run (query_actions.c). (transfer full) */
RushRdd *rush_query_execute (RushQuery *self, RushExec *plan, GError **error);
/* What @plan gives the driver: by the operator on top, else one job (query_actions.c). */
GPtrArray *rush_query_collect_exec (RushQuery *self, RushExec *plan, GError **error);
