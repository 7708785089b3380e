/* stats_fixture.h - statistics on a bus, and the events of small runs to feed them with. */
#pragma once

#include "core/event/job_stats.h"
#include "sample_run.h"

typedef struct
{
  RushEventBus *bus;
  RushJobStats *stats;
  RushStageInfo *map;    /* stage 0 */
  RushStageInfo *result; /* stage 1 */
} StatsFixture;

/* Adds a test of statistics that retain so many jobs; 0: as many as it takes. */
void stats_add (const char *path, guint retained, void (*test) (StatsFixture *, gconstpointer));
void stats_post (StatsFixture *self, RushEvent *event);
void stats_start_job (StatsFixture *self, gint job_id, RushStageInfo *first, RushStageInfo *second);
/* One attempt of which both tasks succeed. */
void stats_run_stage (StatsFixture *self, RushStageInfo *stage, gint attempt);
void stats_assert_ids (GArray *ids, guint n, ...); /* @ids is (transfer full) */
/* "SUCCEEDED after 310 ms, 2 stages (1 skipped), 4 tasks" */
void stats_assert_summary (RushJobStats *stats, gint job_id, const char *expected);
