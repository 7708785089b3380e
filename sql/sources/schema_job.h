/* schema_job.h - finding a schema in tasks: what footers and lines say, merged by the driver.
 *
 * Mirrors: SchemaMergeUtils.mergeSchemasInParallel, StructType.merge.
 */
#pragma once

#include "core/scheduler/job_waiter.h"
#include "sql/sources/source.h"

/* The schema of one file, on a task's thread. (transfer full) */
typedef RushSchema *(*RushReadSchema) (const RushPartitionedFile *file, RushTaskContext *ctx,
                                       gpointer data, GError **error);

/* One job: of the first file alone, or with @merge of all of them, at most default parallelism
 * tasks.  @files outlive it; @data is shared by the tasks.  CANNOT_MERGE_SCHEMAS. */
RushSchema *rush_schema_job_run (RushContext *context, const GPtrArray *files, gboolean merge,
                                 RushReadSchema read, gpointer data, GError **error);

/* The fields of both; one that stands in both must be of the same type there, but for decimals of
 * one scale, whose precision is the larger, and for what is inside.  NULL: CANNOT_MERGE_SCHEMAS. */
RushSchema *rush_schema_merge (const RushSchema *left, const RushSchema *right, GError **error);

/* A job of @n_tasks tasks that read no rows: @func finds its work by the number of its partition.
 * @data is the caller's.  NULL with @error. */
RushJobWaiter *rush_job_without_rows (RushContext *context, guint n_tasks, RushResultFunc func,
                                      gpointer data, GError **error);
/* An RDD of @n_partitions without rows. */
RushRdd *rush_rdd_without_rows (RushContext *context, RushSchema *schema, guint n_partitions);
