/* job_stats.h - what became of the last jobs: a listener that remembers.
 *
 * An action reads it right after it returns (statusTracker, df.explain after a run, pictures, the
 * printed summary), so it listens inline.  It keeps the last @retained_jobs jobs and, of the stages
 * that they name, the last @retained_stages, skipped ones first out; what belongs to a job that
 * runs is never forgotten.
 *
 *   RushJobStats *stats = rush_job_stats_new (1000, 1000);
 *   rush_event_bus_add_inline (bus, rush_job_stats_listener (stats));
 *   …
 *   g_autoptr (RushJobSummary) job = rush_job_stats_job (stats, job_id);
 *
 * Ownership:  refcounted; the bus' listener holds one ref, so it may outlive the bus or not.
 * Threads:    any; what is read is a copy.
 * Mirrors:    org.apache.spark.status.AppStatusListener, SparkStatusTracker.
 */
#pragma once

#include "core/event/event_bus.h"
#include "core/event/job_summary.h"

typedef struct _RushJobStats RushJobStats;

/* spark.ui.retainedJobs, spark.ui.retainedStages */
RushJobStats *rush_job_stats_new (guint retained_jobs, guint retained_stages);
RushJobStats *rush_job_stats_ref (RushJobStats *self);
void rush_job_stats_unref (RushJobStats *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushJobStats, rush_job_stats_unref)
RushListener *rush_job_stats_listener (RushJobStats *self); /* (transfer full): for one bus */

/* NULL: no such job or stage, or forgotten. (transfer full) */
RushJobSummary *rush_job_stats_job (RushJobStats *self, gint job_id);
RushStageSummary *rush_job_stats_stage (RushJobStats *self, gint stage_id);
/* Arrays of gint, ascending. (transfer full) */
GArray *rush_job_stats_job_ids (RushJobStats *self); /* all that are remembered */
GArray *rush_job_stats_active_job_ids (RushJobStats *self);
GArray *rush_job_stats_active_stage_ids (RushJobStats *self);
/* @group NULL: the jobs that belong to none. */
GArray *rush_job_stats_job_ids_for_group (RushJobStats *self, const char *group);
