/* job_stats_private.h - the two tables that events update (job_stats.c), that readers copy from
 * (job_stats_queries.c), and that do not grow for ever (job_stats_retention.c).
 *
 *     jobs      id ▶ RushJobSummary ── stage ids ──┐
 *     stages    id ▶ RushStageRecord ◀─────────────┘   n_jobs: that name it, n_running: that run
 *
 * Two jobs that run at once may share a stage.  A job may outlive what is remembered of its stages:
 * it has counted them when it ended.
 *
 * Invariants:  a job is in `ended` or runs; n_jobs ≥ 1 for every stage in the table, and it is in
 *              one of the two queues of stages if none of these jobs runs, else in none.
 */
#pragma once

#include "core/event/job_stats.h"

#include <pthread.h>

typedef struct
{
  RushStageSummary summary; /* all but what is worked out on reading */
  guint n_jobs;
  guint n_running;
  GQueue *queue; /* (unowned) of those below, or NULL */
  GList *link;
  GByteArray *computed; /* by partition: 1 once it has succeeded */
  GByteArray *before;   /* the same of the stage that wrote the shuffle before it, or NULL */
} RushStageRecord;

struct _RushJobStats
{
  RushRefCount refs;
  guint retained_jobs;
  guint retained_stages;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *jobs;    /* id → RushJobSummary (owned), stages == NULL */
  GQueue ended;        /* RushJobSummary, in the order of their ends */
  GHashTable *stages;  /* id → RushStageRecord (owned) */
  GHashTable *writers; /* shuffle id → the last RushStageRecord submitted to write it */
  GQueue unused;       /* RushStageRecord of jobs that have ended: never submitted */
  GQueue used;         /* the others of such jobs */
  char *loss;          /* (owned) the last thing that was lost: "executor 1 was lost"; or NULL */
  char *lost_executor; /* (owned) of that loss, or NULL */
};

/* Lock held; NULL: not known, or forgotten. */
RushJobSummary *rush_job_stats_find_job (RushJobStats *self, gint job_id);
RushStageRecord *rush_job_stats_find_stage (RushJobStats *self, gint stage_id);
RushStageRecord *rush_job_stats_find_writer (RushJobStats *self, gint shuffle_id);
gint rush_job_stats_compare_ids (gconstpointer a, gconstpointer b); /* of two gint */

/* ---- job_stats_retention.c; lock held ---- */

/* @job, which is known to nobody yet, runs and needs the stage. */
void rush_job_stats_hold_stage (RushJobStats *self, RushStageInfo *info);
void rush_job_stats_job_has_ended (RushJobStats *self, RushJobSummary *job);
void rush_job_stats_forget_old (RushJobStats *self);
void rush_job_stats_stage_record_free (RushStageRecord *self);

/* ---- job_stats_queries.c; lock held ---- */

/* How many of the job's stages were skipped, and the tasks of the others that have succeeded. */
void rush_job_stats_count_stages (RushJobStats *self, RushJobSummary *job);
