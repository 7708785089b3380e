/* sample_run.h - the events of a small application, with numbers that tests know.
 *
 *     counts = sc.parallelize (lines, 2).flatMap (…).map (…).reduceByKey (add)     app.py:9
 *     counts.collect ()       job 0: stages 0 and 1, two tasks each                app.py:10
 *     counts.count ()         job 1: stage 2 skipped, stage 3 with two tasks       app.py:11
 *
 * Times are milliseconds from SAMPLE_START_MS.  Each map task writes 5 pairs, 168 bytes and takes
 * 100 ms; each result task reads 5 pairs and takes 50 ms.
 */
#pragma once

#include "core/event/event_bus.h"

#define SAMPLE_START_MS G_GINT64_CONSTANT (1795234221000)
#define SAMPLE_APP_ID "local-1795234221000"

/* Pairs of a key and a value, (transfer full), as events want them. */
char **sample_properties (const char *key, ...) G_GNUC_NULL_TERMINATED;

/* The stages of the word count: the map side and the side that ends in @action. */
RushStageInfo *sample_map_stage (gint stage_id);
RushStageInfo *sample_result_stage (gint stage_id, gint parent_stage_id, const char *action,
                                    gint python_rdd_id);

RushEvent *sample_job_start (gint job_id, gint64 at_ms, const char *call_site, const char *cause,
                             RushStageInfo *first,
                             RushStageInfo *second); /* refs both, may be NULL */
RushEvent *sample_job_end (gint job_id, gint64 at_ms, const char *error);
RushEvent *sample_stage_submitted (RushStageInfo *stage, gint attempt, gint64 at_ms);
RushEvent *sample_stage_completed (RushStageInfo *stage, gint attempt, gint64 at_ms,
                                   const char *failure);
RushEvent *sample_task_start (gint stage_id, gint attempt, gint64 task_id, guint index);
RushEvent *sample_task_end (RushStageInfo *stage, gint attempt, gint64 task_id, guint index,
                            const char *reason);

/* The whole application, from the start of the log to its end. */
void sample_run_post (RushEventBus *bus);
