/* planner.h - from optimized logical plans to physical ones.
 *
 *   strategies   a logical operator, or several in a pattern, become physical ones   planner.c …
 *   preparation  subqueries · exchanges and sorts where they are required · fused stages · reuse
 *
 * Mirrors: org.apache.spark.sql.execution.{SparkPlanner,SparkStrategies,
 *          QueryExecution.preparations}.
 */
#pragma once

#include "sql/physical/query.h"

/* @top: the plan's rows go to the driver, so a limit on top may be taken there.  (transfer full) */
RushExec *rush_plan_physically (RushQuery *query, RushPlan *plan, gboolean top, GError **error);
/* All of preparation; adaptive, if that is on and there is something to adapt.  (transfer full) */
RushExec *rush_prepare_for_execution (RushQuery *query, RushExec *plan, GError **error);

/* ── steps of preparation, each for itself; all (transfer full) ── */

RushExec *rush_ensure_requirements (RushExec *plan, const RushEvalSettings *settings,
                                    GError **error);
/* Two aggregates that no exchange divides become one, and sorted groups are not hashed. */
RushExec *rush_simplify_aggregates (RushExec *plan, const RushEvalSettings *settings,
                                    GError **error);
/* Numbers the stages of fused operators from *@inout_last + 1 on. */
RushExec *rush_collapse_codegen_stages (RushExec *plan, const RushEvalSettings *settings,
                                        gint *inout_last);
/* Joins give those columns alone that the operators above them read.  Nothing may be put between
 * them afterwards. */
RushExec *rush_narrow_joins (RushExec *plan);
/* Exchanges that give the same rows become one. */
RushExec *rush_reuse_exchanges (RushExec *plan, const RushEvalSettings *settings, GError **error);

/* ── strategies; all: NULL without error: not one of theirs ── */

/* The children of @plan, planned: fills @out (n_children of them). */
gboolean rush_plan_children (RushQuery *query, RushPlan *plan, RushExec **out, GError **error);
RushExec *rush_plan_later (RushQuery *query, RushPlan *plan, GError **error);
RushExec *rush_plan_limits (RushQuery *query, RushPlan *plan, gboolean top, GError **error);
RushExec *rush_plan_scan (RushQuery *query, RushPlan *plan, GError **error);
RushExec *rush_plan_aggregation (RushQuery *query, RushPlan *plan, GError **error);
RushExec *rush_plan_join_selection (RushQuery *query, RushPlan *plan, GError **error);
/* Notes what @exec (taken over, may be NULL) was planned from. */
RushExec *rush_exec_planned_from (RushExec *exec, RushPlan *plan);
