/* job_stats_private.h - the two tables that events update (job_stats.c) and readers copy from
 * (job_stats_queries.c).
 *
 *     jobs      id ▶ RushJobRecord ── stage ids ──┐   in the order of their start, oldest first out
 *     stages    id ▶ RushStageRecord ◀────────────┘   n_jobs says how many jobs still name it
 *
 * Two jobs that run at once may share a stage, so a stage lives until the last job that names it is
 * forgotten.
 *
 * Invariants:  at most retained_jobs jobs that have ended, less if others run; n_jobs > 0 for every
 *              stage in the table.
 */
#pragma once

#include "core/event/job_stats.h"

#include <pthread.h>

typedef struct
{
  RushStageSummary summary; /* all but what is worked out on reading */
  guint n_jobs;
  GByteArray *computed; /* by partition: 1 once it has succeeded */
  GByteArray *before;   /* the same of the stage that wrote the shuffle before it, or NULL */
} RushStageRecord;

typedef struct
{
  RushJobSummary *summary; /* (owned) stages == NULL */
  gint *stage_ids;         /* summary->n_stages, ascending */
} RushJobRecord;

struct _RushJobStats
{
  RushRefCount refs;
  guint retained_jobs;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GHashTable *jobs;    /* id → RushJobRecord (owned) */
  GQueue order;        /* RushJobRecord, oldest first */
  GHashTable *stages;  /* id → RushStageRecord (owned) */
  char *loss;          /* (owned) the last thing that was lost: "executor 1 was lost"; or NULL */
  char *lost_executor; /* (owned) of that loss, or NULL */
};

/* Lock held; NULL: not known, or forgotten. */
RushJobRecord *rush_job_stats_find_job (RushJobStats *self, gint job_id);
RushStageRecord *rush_job_stats_find_stage (RushJobStats *self, gint stage_id);
/* The last stage that was submitted to write the shuffle. */
RushStageRecord *rush_job_stats_find_writer (RushJobStats *self, gint shuffle_id);
gint rush_job_stats_compare_ids (gconstpointer a, gconstpointer b); /* of two gint */
