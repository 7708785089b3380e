/* query.h - one query from plan to rows, and all that is known of it on the way.
 *
 *   logical → analyzed → optimized → physical (→ adaptive: re-planned between stages) → RDD → job
 *
 * Ownership:  refcounted; phases are made on demand and kept.
 * Threads:    one at a time drives it (a lock sees to that); tasks read settings and metrics.
 * Mirrors:    org.apache.spark.sql.execution.{QueryExecution,SQLExecution}.
 */
#pragma once

#include "sql/analyzer/analyzer.h"
#include "sql/optimizer/optimizer.h"
#include "sql/physical/exec.h"

struct _RushCacheManager; /* which plans are persisted; sql/physical/cache_manager.h */

typedef struct
{
  RushContext *context;
  RushEvalSettings settings;
  RushCatalogView *catalog;
  struct _RushCacheManager *cache;
  gpointer python; /* for rush_python_evaluator () */
} RushQueryEnvironment;

RushQuery *rush_query_new (const RushQueryEnvironment *environment, RushPlan *logical);
RushQuery *rush_query_ref (RushQuery *self);
void rush_query_unref (RushQuery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushQuery, rush_query_unref)

/* (transfer none), all; NULL with @error. */
RushPlan *rush_query_analyzed (RushQuery *self, GError **error);
RushPlan *rush_query_with_cached_data (RushQuery *self, GError **error);
RushPlan *rush_query_optimized (RushQuery *self, GError **error);
/* Before adaptive execution wraps it. */
RushExec *rush_query_spark_plan (RushQuery *self, GError **error);
/* What runs: with exchanges, fused stages, AdaptiveSparkPlan on top if it is on. */
RushExec *rush_query_executed_plan (RushQuery *self, GError **error);
RushContext *rush_query_context (RushQuery *self);
const RushEvalSettings *rush_query_settings (RushQuery *self);
/* What surrounds the jobs of the action that is under way: call site, properties, interruption;
 * NULL outside of one. */
const RushJobOptions *rush_query_job_options (RushQuery *self);
/* The same for a job that the action did not ask for by itself: "broadcast", "sampling" … */
RushJobOptions rush_query_job_options_because (RushQuery *self, const char *cause);

typedef enum
{
  RUSH_EXPLAIN_SIMPLE,
  RUSH_EXPLAIN_EXTENDED,
  RUSH_EXPLAIN_CODEGEN,
  RUSH_EXPLAIN_COST,
  RUSH_EXPLAIN_FORMATTED,
  RUSH_EXPLAIN_RULES,
} RushExplainMode;
char *rush_query_explain (RushQuery *self, RushExplainMode mode, GError **error);

/* An SQL execution: events SQLExecutionStart and …End around what is run inside; its id goes into
 * the jobs' properties.  @description: the call site ("collect at app.py:3").  Nested calls join
 * the outer one. */
typedef struct
{
  const char *description;
  const char *details;
  const RushJobOptions *job; /* call site, interruption, properties */
  gboolean told;             /* to_rdd (): it is an action, of which events tell */
} RushExecutionOptions;

/* All rows, in order of the partitions: RushBatch. (transfer full) */
GPtrArray *rush_query_collect (RushQuery *self, const RushExecutionOptions *options,
                               GError **error);
/* The first @n rows: tries one partition, then ×4 … as Spark's executeTake, unless the plan ends in
 * a limit (CollectLimit, TakeOrderedAndProject).  n < 0: from the end (tail). */
GPtrArray *rush_query_take (RushQuery *self, gint64 n, const RushExecutionOptions *options,
                            GError **error);
/* The RDD of its batches, for toLocalIterator, writers, df.rdd, caches: (transfer full). Runs what
 * adaptive execution must run first. */
RushRdd *rush_query_to_rdd (RushQuery *self, const RushExecutionOptions *options, GError **error);

typedef struct
{
  RushCheckpointKind kind;
  gboolean lazy;                 /* FALSE: it is made now; TRUE: behind the first job on it */
  const RushStorageLevel *level; /* of a local one; NULL: that of local checkpoints */
} RushCheckpointOptions;
/* A checkpoint of the rows: a LogicalRDD that knows how they lie, and nothing of what they were
 * made from. (transfer full) */
RushPlan *rush_query_checkpoint (RushQuery *self, const RushCheckpointOptions *checkpoint,
                                 const RushExecutionOptions *options, GError **error);
