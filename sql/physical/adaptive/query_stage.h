/* query_stage.h - a part of an adaptive plan that runs by itself, up to an exchange; or the filling
 * of a cache.
 *
 * A stage is a leaf of the plan above it: what is below is settled.  Once it has run, its sizes are
 * known, and the plan above may change.
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.{QueryStageExec,ShuffleQueryStageExec,
 *          BroadcastQueryStageExec,ResultQueryStageExec,
 *          TableCacheQueryStageExec}.
 */
#pragma once

#include "sql/physical/exec.h"

typedef enum
{
  RUSH_STAGE_SHUFFLE,
  RUSH_STAGE_BROADCAST,
  RUSH_STAGE_RESULT,
  RUSH_STAGE_TABLE_CACHE,
} RushStageKind;

/* What is known of a stage that has run. */
typedef struct
{
  gboolean known;
  gint64 n_rows;       /* −1: of a cache, not counted */
  double data_bytes;   /* as rows in memory would take in Spark */
  guint n_partitions;  /* SHUFFLE */
  const gint64 *bytes; /* SHUFFLE: [n_partitions] of map outputs */
  guint n_maps;
  const GPtrArray *maps; /* SHUFFLE: RushMapStatus, what each map wrote; NULL: nothing */
} RushStageFacts;

/* @plan (taken over): an exchange, or the reuse of one; for TABLE_CACHE, its scan; for RESULT,
 * what gives the rows. */
RushExec *rush_query_stage_new (RushStageKind kind, guint id, RushExec *plan);
/* The rows of @original (referenced) once more, under other names. */
RushExec *rush_query_stage_reuse (RushExec *original, guint id, RushExprList *output);
gboolean rush_exec_is_stage (const RushExec *self);
RushStageKind rush_query_stage_kind (const RushExec *self);
RushExec *rush_query_stage_plan (const RushExec *self);     /* (transfer none) */
RushExec *rush_query_stage_exchange (const RushExec *self); /* also behind a reuse */
guint rush_query_stage_id (const RushExec *self);

/* Submits its job, if it has one to run; asynchronous. */
gboolean rush_query_stage_start (RushExec *self, RushQuery *query, GError **error);
/* NULL: nothing is under way. (transfer none) */
RushJobWaiter *rush_query_stage_waiter (const RushExec *self, gint *out_job_id);
/* After its job has ended: FALSE with @error if that failed. */
gboolean rush_query_stage_finish (RushExec *self, RushQuery *query, GError **error);
RushStageFacts rush_query_stage_facts (const RushExec *self);
