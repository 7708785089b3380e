/* job_summary.h - what is known about a job and its stages, as plain data.
 *
 * Ownership:  a summary is a copy, the caller's own; the infos in it are shared and immutable.
 * Threads:    whoever holds it.
 * Mirrors:    org.apache.spark.status.api.v1.{JobData,StageData}.
 */
#pragma once

#include "core/event/event.h"

/* The property of a job that says where the program asked for it: "show at app.py:5".  Events have
 * it if the job is called after a place in Spark. */
#define RUSH_JOB_PLACE "spark.rushlight.job.place"

typedef enum
{
  RUSH_JOB_RUNNING,
  RUSH_JOB_SUCCEEDED,
  RUSH_JOB_FAILED,
} RushJobStatus;
const char *rush_job_status_name (RushJobStatus status); /* "RUNNING", "SUCCEEDED", "FAILED" */

typedef enum
{
  RUSH_STAGE_PENDING, /* not submitted yet; or never, because the job failed before */
  RUSH_STAGE_RUNNING,
  RUSH_STAGE_SUCCEEDED,
  RUSH_STAGE_FAILED,
  RUSH_STAGE_SKIPPED, /* its output was there already: a stage that needs it started without it */
} RushStageStatus;

typedef struct
{
  RushStageInfo *info; /* (owned) of the newest attempt */
  RushStageStatus status;
  guint n_attempts; /* submitted so far */
  guint n_tasks;    /* of a whole attempt; a later one runs what is missing: info->n_tasks */

  /* Tasks of the newest attempt. */
  guint n_active;
  guint n_completed;
  guint n_failed; /* neither killed nor denied */

  /* Of all attempts. */
  guint n_succeeded;
  guint n_recomputed;      /* successes of partitions that had been computed before, by this stage
                            * or an earlier one that wrote the same shuffle */
  GArray *recomputed;      /* (owned) guint, ascending: which these are; NULL: none */
  char *because;           /* (owned) what was lost: "executor 1 was lost"; NULL: not known */
  RushTaskMetrics metrics; /* summed over the successes; peak_execution_memory: the largest */
  gint64 submission_ms;    /* of the first attempt; 0: none */
  gint64 completion_ms;    /* of the newest one; 0: it runs, or there is none */

  /* What its shuffle holds, each partition counted once; of a skipped stage: what the stage that
   * wrote the shuffle wrote.  −1: not a map stage, or not known (any more). */
  gint64 shuffle_pairs;
  gint64 shuffle_bytes;
} RushStageSummary;

/* "partitions 3, 7–9 again"; NULL: none ran again. (transfer full) */
char *rush_stage_summary_describe_recomputed (const RushStageSummary *self);
void rush_stage_summary_free (RushStageSummary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushStageSummary, rush_stage_summary_free)

typedef struct
{
  gint job_id;
  char *call_site; /* short form */
  char *place;     /* where the program asked, "show at app.py:5", if the call site is one in Spark
                  ("showString at NativeMethodAccessorImpl.java:0"); else NULL */
  char *cause;     /* "action", "take growth" …; "" if the job did not say */
  char *group;     /* NULL: none */
  char *description; /* NULL: none */
  RushJobStatus status;
  char *error; /* FAILED */
  gint64 submission_ms;
  gint64 completion_ms; /* 0: running */
  guint n_stage_ids;
  gint *stage_ids;          /* (owned) ascending: all that it named */
  guint n_skipped;          /* of these */
  guint n_succeeded_tasks;  /* of the others */
  guint n_stages;           /* that are remembered */
  RushStageSummary *stages; /* (owned) by id */
} RushJobSummary;

/* What people are shown as its call site: the place in the program. (transfer none) */
static inline const char *
rush_job_summary_place (const RushJobSummary *self)
{
  return self->place != NULL ? self->place : self->call_site;
}
/* The same of one of its stages: its name, or where Spark's names tell nothing, the job's place.
 * (transfer none) */
const char *rush_job_summary_place_of_stage (const RushJobSummary *self,
                                             const RushStageSummary *stage);
void rush_job_summary_free (RushJobSummary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushJobSummary, rush_job_summary_free)

/* (transfer none); NULL: the job does not name it. */
RushStageSummary *rush_job_summary_stage (const RushJobSummary *self, gint stage_id);
