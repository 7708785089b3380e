/* folder_committer.c - a task's folder is renamed when it commits, its files when the job does.
 *
 *     <path>/_temporary/<job>/attempt_3_41/k=1/part-00003-….csv      task 41 writes partition 3
 *        │  attempt_commit: one rename of the folder
 *        ▼
 *     <path>/_temporary/<job>/task_3/k=1/part-00003-….csv
 *        │  commit: a rename a file
 *        ▼
 *     <path>/k=1/part-00003-….csv                                    … then _SUCCESS
 *
 * What is to be replaced is removed as late as possible, when all new files are complete: a job
 * that fails leaves the old ones.
 *
 * Nothing is committed any more once the job has ended; attempts that are late remove what they
 * made.  Each job has a temporary folder of its own, so two may add to one table at a time.
 */
#include "sql/sources/folder_committer.h"

#include "core/executor/env.h"
#include "core/scheduler/commit_coordinator.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY "_temporary"
#define SUCCESS "_SUCCESS"

struct _RushFolderCommitter
{
  RushRefCount refs;
  char *path;
  char *temporary;  /* <path>/_temporary */
  char *job_folder; /* <path>/_temporary/<job> */
  RushReplace replace;
  gboolean made_path;

  pthread_mutex_t lock;
  gboolean ended;       /* guarded by lock */
  GHashTable *replaced; /* the driver's: folders that have been emptied */
};

/* ---- folders ---- */

static gboolean
make_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  rush_set_error_errno (error, errno, "Cannot make folder", folder);
  return FALSE;
}

typedef gboolean (*VisitEntry) (const char *path, const char *name, gboolean is_folder,
                                gpointer data, GError **error);

static gboolean
visit_folder (const char *folder, VisitEntry visit, gpointer data, GError **error)
{
  DIR *dir = opendir (folder);
  struct dirent *entry;
  gboolean ok = TRUE;

  if (dir == NULL)
    return errno == ENOENT;
  while (ok && (entry = readdir (dir)) != NULL)
    {
      g_autofree char *path = NULL;
      struct stat status;

      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
        continue;
      path = g_build_filename (folder, entry->d_name, NULL);
      if (lstat (path, &status) == 0)
        ok = visit (path, entry->d_name, S_ISDIR (status.st_mode), data, error);
    }
  closedir (dir);
  return ok;
}

static void remove_tree (const char *path);

static gboolean
remove_entry (const char *path, const char *name, gboolean is_folder, gpointer kept, GError **error)
{
  if (kept != NULL && strcmp (name, kept) == 0)
    return TRUE;
  if (is_folder)
    remove_tree (path);
  else
    unlink (path);
  return TRUE;
}

static void
remove_tree (const char *path)
{
  visit_folder (path, remove_entry, NULL, NULL);
  rmdir (path);
}

/* ---- a task ---- */

RushFolderAttempt *
rush_folder_attempt_new (RushFolderCommitter *committer, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushFolderAttempt) self = g_new0 (RushFolderAttempt, 1);

  self->committer = rush_folder_committer_ref (committer);
  self->ctx = ctx;
  self->folder = g_strdup_printf ("%s/attempt_%u_%" G_GINT64_FORMAT, committer->job_folder,
                                  ctx->partition, ctx->task_id);
  return make_folder (self->folder, error) ? g_steal_pointer (&self) : NULL;
}

/* Mirrors SparkHadoopMapRedUtil.commitTask. */
static gboolean
check_may_commit (const RushTaskContext *ctx, GError **error)
{
  RushCommitCoordinator *commits = ctx->env != NULL ? ctx->env->commits : NULL;

  if (commits == NULL ||
      rush_commit_coordinator_may_commit (commits, ctx->stage_id, ctx->stage_attempt,
                                          ctx->partition, ctx->task_id))
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_COMMIT_DENIED,
               "Driver denied task commit: another attempt writes partition %u of stage %d",
               ctx->partition, ctx->stage_id);
  return FALSE;
}

/* Under the lock.  An earlier attempt that has committed gives way: both have the same rows. */
static gboolean
take_over (RushFolderAttempt *self, GError **error)
{
  g_autofree char *folder =
      g_strdup_printf ("%s/task_%u", self->committer->job_folder, self->ctx->partition);

  if (self->committer->ended)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED,
                   "the job that writes to %s has ended", self->committer->path);
      return FALSE;
    }
  remove_tree (folder);
  if (rename (self->folder, folder) == 0)
    {
      g_clear_pointer (&self->folder, g_free);
      return TRUE;
    }
  rush_set_error_errno (error, errno, "Cannot move into place", self->folder);
  return FALSE;
}

gboolean
rush_folder_attempt_commit (RushFolderAttempt *self, GError **error)
{
  gboolean ok;

  if (!rush_task_context_check (self->ctx, error) || !check_may_commit (self->ctx, error))
    return FALSE;
  pthread_mutex_lock (&self->committer->lock);
  ok = take_over (self, error);
  pthread_mutex_unlock (&self->committer->lock);
  return ok;
}

void
rush_folder_attempt_free (RushFolderAttempt *self)
{
  if (self == NULL)
    return;
  if (self->folder != NULL)
    remove_tree (self->folder);
  /* The last one of a job that was aborted. */
  rmdir (self->committer->job_folder);
  rush_folder_committer_unref (self->committer);
  g_free (self->folder);
  g_free (self);
}

/* ---- the end of the job ---- */

typedef struct
{
  RushFolderCommitter *committer;
  const char *target; /* the folder that entries go to */
} Move;

/* With RUSH_REPLACE_FOLDERS, before the first file is put there. */
static void
empty_folder_once (RushFolderCommitter *self, const char *folder)
{
  if (self->replace == RUSH_REPLACE_FOLDERS && g_hash_table_add (self->replaced, g_strdup (folder)))
    visit_folder (folder, remove_entry, (gpointer)TEMPORARY, NULL);
}

static gboolean
move_entry (const char *path, const char *name, gboolean is_folder, gpointer data, GError **error)
{
  const Move *move = data;
  g_autofree char *target = g_build_filename (move->target, name, NULL);

  if (is_folder)
    {
      Move inner = { move->committer, target };

      return visit_folder (path, move_entry, &inner, error);
    }
  empty_folder_once (move->committer, move->target);
  if (!make_folder (move->target, error))
    return FALSE;
  if (rename (path, target) == 0)
    return TRUE;
  rush_set_error_errno (error, errno, "Cannot move into place", path);
  return FALSE;
}

static gboolean
move_task (const char *path, const char *name, gboolean is_folder, gpointer data, GError **error)
{
  Move move = { data, ((RushFolderCommitter *)data)->path };

  if (!is_folder || !g_str_has_prefix (name, "task_"))
    return TRUE;
  return visit_folder (path, move_entry, &move, error);
}

static gboolean
write_success (RushFolderCommitter *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, SUCCESS, NULL);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

  if (fd >= 0 && close (fd) == 0)
    return TRUE;
  rush_set_error_errno (error, errno, "Cannot make", path);
  return FALSE;
}

static void
end (RushFolderCommitter *self)
{
  pthread_mutex_lock (&self->lock);
  self->ended = TRUE;
  pthread_mutex_unlock (&self->lock);
}

gboolean
rush_folder_committer_commit (RushFolderCommitter *self, GError **error)
{
  gboolean ok;

  end (self);
  if (self->replace == RUSH_REPLACE_ALL)
    visit_folder (self->path, remove_entry, (gpointer)TEMPORARY, NULL);
  ok = visit_folder (self->job_folder, move_task, self, error);
  remove_tree (self->job_folder);
  rmdir (self->temporary);
  return ok && write_success (self, error);
}

void
rush_folder_committer_abort (RushFolderCommitter *self)
{
  end (self);
  remove_tree (self->job_folder);
  rmdir (self->temporary);
  if (self->made_path)
    rmdir (self->path);
}

/* ---- life ---- */

RushFolderCommitter *
rush_folder_committer_new (const char *path, RushReplace replace, GError **error)
{
  g_autoptr (RushFolderCommitter) self = g_new0 (RushFolderCommitter, 1);
  g_autofree char *job = g_uuid_string_random ();

  rush_ref_count_init (&self->refs);
  pthread_mutex_init (&self->lock, NULL);
  self->path = g_strdup (path);
  self->temporary = g_build_filename (path, TEMPORARY, NULL);
  self->job_folder = g_build_filename (self->temporary, job, NULL);
  self->replace = replace;
  self->replaced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->made_path = !g_file_test (path, G_FILE_TEST_EXISTS);
  return make_folder (self->job_folder, error) ? g_steal_pointer (&self) : NULL;
}

RushFolderCommitter *
rush_folder_committer_ref (RushFolderCommitter *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_folder_committer_unref (RushFolderCommitter *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  pthread_mutex_destroy (&self->lock);
  g_hash_table_unref (self->replaced);
  g_free (self->path);
  g_free (self->temporary);
  g_free (self->job_folder);
  g_free (self);
}
