/* folder_committer.h - many files of many tasks, in folders of folders, that appear when the job
 * has ended well.
 *
 *   driver   new ()                                                commit () or abort ()
 *   tasks           attempt_new () … make files … attempt_commit ()
 *
 * rdd/action/output_committer.h does the same for one file a task.
 *
 * Ownership:  refcounted: tasks that are late may still hold it when the job has ended.
 * Threads:    new () and the end of the job: the driver; attempts: their tasks, several at once.
 * Mirrors:    org.apache.spark.internal.io.HadoopMapReduceCommitProtocol.
 */
#pragma once

#include "core/lineage/task_context.h"

typedef struct _RushFolderCommitter RushFolderCommitter;

typedef enum
{
  RUSH_REPLACE_NOTHING,
  RUSH_REPLACE_ALL,     /* what was in the folder before goes */
  RUSH_REPLACE_FOLDERS, /* what was in the folders goes into which something is put */
} RushReplace;

/* @path: absolute; made if it is not there, as is the temporary folder in it. */
RushFolderCommitter *rush_folder_committer_new (const char *path, RushReplace replace,
                                                GError **error);
RushFolderCommitter *rush_folder_committer_ref (RushFolderCommitter *self);
void rush_folder_committer_unref (RushFolderCommitter *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushFolderCommitter, rush_folder_committer_unref)
/* All tasks have committed: moves their files into place, writes _SUCCESS. */
gboolean rush_folder_committer_commit (RushFolderCommitter *self, GError **error);
void rush_folder_committer_abort (RushFolderCommitter *self);

/* One attempt of a task: a folder of its own, for files and folders. */
typedef struct
{
  RushFolderCommitter *committer; /* (owned) */
  RushTaskContext *ctx;           /* (unowned) */
  char *folder;
} RushFolderAttempt;

RushFolderAttempt *rush_folder_attempt_new (RushFolderCommitter *committer, RushTaskContext *ctx,
                                            GError **error);
/* COMMIT_DENIED: another attempt does; CANCELLED: the job has ended. */
gboolean rush_folder_attempt_commit (RushFolderAttempt *self, GError **error);
void rush_folder_attempt_free (RushFolderAttempt *self); /* not committed: removes its files */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushFolderAttempt, rush_folder_attempt_free)
