/* recorded_run.h - what an event log says of a run: jobs, stages, tasks, executors.
 *
 *   RushRecordedRun *run = rush_recorded_run_new ("app-1.jsonl");
 *   while (…) rush_recorded_run_add_line (run, line, n, &error);        real Spark's log, or ours
 *   rush_recorded_run_close (run, &error);
 *
 * Reads what it needs of the events of Spark's log and passes over all others.  Of a task's
 * attempts the one that succeeded is kept; of a stage's attempts, each task from the last that ran
 * it.
 *
 * Ownership:  the run owns everything in it.
 * Threads:    one.
 * Mirrors:    org.apache.spark.util.JsonProtocol, as read by the History Server.
 */
#pragma once

#include "core/base/error.h"

typedef struct
{
  gint64 launch_ms, finish_ms; /* 0: no attempt of it succeeded */
  double run_s;                /* in the executor, of finish − launch */
  double fetch_wait_s;         /* of run_s */
  gint64 input_bytes;          /* of files and caches */
  gint64 fetched_bytes;        /* of shuffles, local and remote */
  gint64 output_bytes;         /* to a shuffle */
  char executor_id[24];        /* what does not fit is cut */
  /* Once the run is closed (recorded_cores.h): */
  double neighbours; /* others that ran on its host, on average over its time */
  gboolean is_first; /* of its stage, on its core */
} RushRecordedTask;

typedef struct
{
  gint id;
  char *name;      /* "count at app.py:7" */
  GArray *parents; /* gint: stage ids */
  GArray *tasks;   /* RushRecordedTask by partition; those that never ran are all zero */
  guint n_run;     /* tasks that did */
  gint64 submitted_ms, completed_ms;
} RushRecordedStage;

typedef struct
{
  gint id;
  gint64 submitted_ms, ended_ms;
  GArray *stages; /* gint: ids, those that were skipped, too */
  gboolean failed;
} RushRecordedJob;

typedef struct
{
  char *id, *host;
  guint cores;
  gint64 added_ms, removed_ms; /* removed 0: it stayed */
} RushRecordedExecutor;

typedef struct
{
  char *source; /* what errors call the log */
  char *app_name, *spark_version;
  gint64 start_ms, end_ms;
  GPtrArray *jobs;      /* RushRecordedJob by number */
  GPtrArray *stages;    /* RushRecordedStage, as they were submitted first */
  GPtrArray *executors; /* RushRecordedExecutor */
  GHashTable *stage_by_id;
  guint64 n_lines;
  guint64 n_tasks; /* attempts that succeeded */
} RushRecordedRun;

RushRecordedRun *rush_recorded_run_new (const char *source);
void rush_recorded_run_free (RushRecordedRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushRecordedRun, rush_recorded_run_free)
/* One event.  INVALID_ARGUMENT names source and line: it is no JSON, or no event. */
gboolean rush_recorded_run_add_line (RushRecordedRun *self, const char *line, gssize length,
                                     GError **error);
/* After the last line.  INVALID_ARGUMENT: there was no application, or no task in it. */
gboolean rush_recorded_run_close (RushRecordedRun *self, GError **error);
/* From launch to end, but for waiting for what it fetched. */
double rush_recorded_task_own_s (const RushRecordedTask *task);
RushRecordedStage *rush_recorded_run_stage (RushRecordedRun *self, gint id); /* or NULL */
/* Most executors that were there at once; *@out_cores: of the largest of them. */
guint rush_recorded_run_cluster (const RushRecordedRun *self, guint *out_cores);
