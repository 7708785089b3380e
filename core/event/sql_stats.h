/* sql_stats.h - what became of the last SQL executions: a listener that remembers.
 *
 * An execution is an action of SQL: its plan, the jobs that it ran, and what its operators counted.
 * It keeps the newest @retained executions; one that runs is never forgotten.
 *
 *   RushSqlStats *stats = rush_sql_stats_new (1000);
 *   rush_event_bus_add_inline (bus, rush_sql_stats_listener (stats));
 *   …
 *   g_autoptr (RushExecutionSummary) execution = rush_sql_stats_execution (stats, id);
 *
 * Ownership:  refcounted; the bus' listener holds one ref, so it may outlive the bus or not.
 * Threads:    any; what is read is a copy.
 * Mirrors:    org.apache.spark.sql.execution.ui.{SQLAppStatusListener,SQLExecutionUIData}.
 */
#pragma once

#include "core/event/event_bus.h"

typedef struct _RushSqlStats RushSqlStats;

typedef struct
{
  gint64 id;
  char *description; /* the call site: "collect at app.py:5" */
  char *place;       /* as RushJobSummary's; NULL: the description has it */
  gint64 start_ms;
  gint64 end_ms;            /* 0: it runs */
  char *error;              /* NULL: it went well, or runs */
  GArray *job_ids;          /* (owned) gint, ascending */
  RushEvent *event;         /* (owned) the newest that has its plan */
  const RushPlanInfo *plan; /* in @event */
} RushExecutionSummary;

RushSqlStats *rush_sql_stats_new (guint retained); /* spark.sql.ui.retainedExecutions */
RushSqlStats *rush_sql_stats_ref (RushSqlStats *self);
void rush_sql_stats_unref (RushSqlStats *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSqlStats, rush_sql_stats_unref)
RushListener *rush_sql_stats_listener (RushSqlStats *self); /* (transfer full): for one bus */

GArray *rush_sql_stats_execution_ids (RushSqlStats *self); /* gint64, ascending (transfer full) */
/* NULL: no such execution, or forgotten. (transfer full) */
RushExecutionSummary *rush_sql_stats_execution (RushSqlStats *self, gint64 id);
void rush_execution_summary_free (RushExecutionSummary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushExecutionSummary, rush_execution_summary_free)

/* What the metric of an operator has come to in one execution, in tasks that succeeded and on the
 * driver; @execution_id −1: in the newest that counts it.  FALSE: it is in none that is
 * remembered. */
gboolean rush_sql_stats_metric (RushSqlStats *self, gint64 execution_id, gint64 accumulator_id,
                                gint64 *out);
