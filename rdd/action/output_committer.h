/* output_committer.h - a job's files appear all at once, or not at all.
 *
 *   driver   new ()                                                commit_job () or abort_job ()
 *   tasks          attempt_open () … write … attempt_commit ()
 *
 * Ownership:  refcounted: tasks that are late may still hold it when the job has ended.
 * Threads:    new () and the end of the job: the driver; attempts: their tasks, several at once.
 * Mirrors:    org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter (algorithm 1) with Spark's
 *             SparkHadoopMapRedUtil.
 */
#pragma once

#include "core/lineage/task_context.h"

typedef struct _RushOutputCommitter RushOutputCommitter;

/* Makes @path (absolute), what is missing above it, and the temporary folder in it.
 * EXISTS: @path is there, and @may_exist is FALSE; IO: it cannot be made. */
RushOutputCommitter *rush_output_committer_new (const char *path, gboolean may_exist,
                                                GError **error);
RushOutputCommitter *rush_output_committer_ref (RushOutputCommitter *self);
/* Files are called <prefix>00000<suffix>, and so on; both must be immortal.  "part-" and ""
 * unless it is called, which is before the job. */
void rush_output_committer_set_names (RushOutputCommitter *self, const char *prefix,
                                      const char *suffix);
void rush_output_committer_unref (RushOutputCommitter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushOutputCommitter, rush_output_committer_unref)

/* All tasks have committed: moves their files into place, removes the temporary folder, writes
 * _SUCCESS.  After a failure the job is aborted. */
gboolean rush_output_committer_commit_job (RushOutputCommitter *self, GError **error);
/* Removes whatever was made, also by tasks that still run; what they try afterwards fails. */
void rush_output_committer_abort_job (RushOutputCommitter *self);

/* One attempt of a task at its file. */
typedef struct
{
  RushOutputCommitter *committer; /* (owned) */
  RushTaskContext *ctx;           /* (unowned) */
  char *folder;                   /* of this attempt alone */
  char *path;                     /* of the file in it */
  int fd;                         /* to write to; −1: closed */
} RushOutputAttempt;

/* Opens the partition's file.  CANCELLED: the job has ended. */
RushOutputAttempt *rush_output_attempt_open (RushOutputCommitter *committer, RushTaskContext *ctx,
                                             GError **error);
/* Closes the file and makes it the partition's.  COMMIT_DENIED: another attempt does. */
gboolean rush_output_attempt_commit (RushOutputAttempt *self, GError **error);
void rush_output_attempt_free (RushOutputAttempt *self); /* not committed: removes its file */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushOutputAttempt, rush_output_attempt_free)
