/* adaptive_plan.h - a plan that is settled while it runs.
 *
 *   AdaptiveSparkPlan isFinalPlan=false
 *   └── the plan as it would be without looking
 *
 * Exchanges cut it into stages.  Those that depend on no other run; when one has ended, its sizes
 * are known, and what is above it may be planned anew (adaptive_rules.c).
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec.
 */
#pragma once

#include "sql/physical/query.h"

/* Whether it is on, and @plan (before exchanges are put in) has something to adapt: an operator
 * that cares how its rows are spread, an exchange, a subquery, a cache that was adaptive itself. */
gboolean rush_adaptive_applies (const RushExec *plan, const RushEvalSettings *settings);
/* @required: @plan with exchanges and sorts. Both are referenced. */
RushExec *rush_adaptive_exec_new (RushExec *plan, RushExec *required);
gboolean rush_exec_is_adaptive (const RushExec *self);
/* Runs all stages but the last: what that is. (transfer none) */
RushExec *rush_adaptive_exec_settle (RushExec *self, RushQuery *query, GError **error);
/* … and then that. */
GPtrArray *rush_adaptive_exec_collect (RushExec *self, RushQuery *query, GError **error);
RushRdd *rush_adaptive_exec_rdd (RushExec *self, RushQuery *query, GError **error);
/* As it stands, for those who look at it while others may run it: with the lock of its query.
 * (transfer full) */
RushExec *rush_adaptive_exec_snapshot (RushExec *self);
/* Whether @snapshot still is what @self is. */
gboolean rush_adaptive_exec_is_as (const RushExec *self, const RushExec *snapshot);
/* For explain: (transfer none), with the lock of its query, or of a snapshot. */
RushExec *rush_adaptive_exec_initial (const RushExec *self);
RushExec *rush_adaptive_exec_current (const RushExec *self);
gboolean rush_adaptive_exec_is_final (const RushExec *self);
/* Ran, or is running. */
gboolean rush_adaptive_exec_has_begun (const RushExec *self);
