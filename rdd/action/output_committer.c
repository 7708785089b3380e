/* output_committer.c - temporary folders, renames, and who may still write.
 *
 *     <path>/_temporary/0/_temporary/attempt_…_0007_m_000002_41/part-00002     attempt 41 writes
 *        │  attempt_commit: rename
 *        ▼
 *     <path>/_temporary/0/task_…_0007_m_000002/part-00002                      partition 2's file
 *        │  commit_job: rename, for all partitions
 *        ▼
 *     <path>/part-00002                                                        … then _SUCCESS
 *
 * A file is written under a name that nobody else uses, and a rename is one step: a reader never
 * sees half a file, and whoever finds _SUCCESS finds all of them.
 *
 * Before an attempt commits it asks the driver's commit coordinator, which lets one attempt of a
 * partition do so at a time; the others are denied, and their files are dropped.  A partition can
 * be committed twice all the same, when the first attempt's executor was lost after it had
 * committed: the last one's file stays, as in Hadoop, for both have written the same rows.  Only an
 * attempt of an earlier stage attempt, allowed just before the stage was rolled back, must not
 * replace one of a later, whose parents have been computed anew; its file is dropped.
 *
 * Everything that is made is noted under the lock, and nothing is made any more once the job has
 * ended.  So an abort removes all of it and nothing else, though tasks may still be running: they
 * write into unlinked files until they notice.  What was in an existing folder before stays, as
 * does what another job that writes there has in the temporary folder.
 */
#include "rdd/action/output_committer.h"

#include "core/executor/env.h"
#include "rdd/source/local_path.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TEMPORARY "_temporary"
#define APPLICATION_ATTEMPT "0"
#define SUCCESS "_SUCCESS"

/* The file that stands for a partition so far. */
typedef struct
{
  guint partition;
  gint stage_attempt;
  char *folder; /* task_… */
  char *path;
} CommittedTask;

struct _RushOutputCommitter
{
  RushRefCount refs;
  char *path;
  char *temporary_folder; /* <path>/_temporary */
  char *job_folder;       /* <path>/_temporary/0 */
  char *attempts_folder;  /* <path>/_temporary/0/_temporary */
  const char *prefix;     /* of file names, "part-"; and what they end with; both immortal */
  const char *suffix;
  char *job_name;  /* "20260314092653_0417385921" */
  GPtrArray *made; /* @path and what was missing above it, the outermost first */

  pthread_mutex_t lock;
  /* Guarded by lock. */
  gboolean ended;
  GHashTable *attempts;  /* folder → path of the file in it, both (unowned): of the attempt */
  GHashTable *committed; /* partition → CommittedTask */
};

/* ---- names ---- */

static char *
part_name (const RushOutputCommitter *self, guint partition)
{
  return g_strdup_printf ("%s%05u%s", self->prefix, partition, self->suffix);
}

static char *
task_folder (const RushOutputCommitter *self, const RushTaskContext *ctx)
{
  return g_strdup_printf ("%s/task_%s_%04d_m_%06u", self->job_folder, self->job_name, ctx->stage_id,
                          ctx->partition);
}

static char *
attempt_folder (const RushOutputCommitter *self, const RushTaskContext *ctx)
{
  return g_strdup_printf ("%s/attempt_%s_%04d_m_%06u_%" G_GINT64_FORMAT, self->attempts_folder,
                          self->job_name, ctx->stage_id, ctx->partition, ctx->task_id);
}

/* When it was made and a number: two jobs may write below one folder. */
static char *
make_job_name (void)
{
  time_t now = time (NULL);
  struct tm local;
  char text[32];

  localtime_r (&now, &local);
  strftime (text, sizeof text, "%Y%m%d%H%M%S", &local);
  return g_strdup_printf ("%s_%010u", text, g_random_int ());
}

static void
committed_task_free (gpointer data)
{
  CommittedTask *self = data;

  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

/* ---- making ---- */

/* Makes one folder; one that is there is fine. */
static gboolean
make_folder (RushOutputCommitter *self, const char *folder, GError **error)
{
  struct stat status;

  if (mkdir (folder, 0777) == 0)
    {
      g_ptr_array_add (self->made, g_strdup (folder));
      return TRUE;
    }
  if (errno != EEXIST)
    {
      rush_set_error_errno (error, errno, "Cannot make folder", folder);
      return FALSE;
    }
  if (stat (folder, &status) == 0 && S_ISDIR (status.st_mode))
    return TRUE;

  g_autofree char *uri = rush_local_path_to_uri (folder);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "Parent path is not a directory: %s",
               uri);
  return FALSE;
}

/* @path and what is missing above it. */
static gboolean
make_output_folder (RushOutputCommitter *self, GError **error)
{
  for (const char *at = self->path + 1; *at != '\0'; at++)
    {
      g_autofree char *folder = NULL;

      if (*at != '/')
        continue;
      folder = g_strndup (self->path, (gsize)(at - self->path));
      if (!make_folder (self, folder, error))
        return FALSE;
    }
  return make_folder (self, self->path, error);
}

/* A folder below @path that goes again when the job has ended. */
static gboolean
make_temporary_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  rush_set_error_errno (error, errno, "Cannot make folder", folder);
  return FALSE;
}

/* ---- removing ---- */

static void
remove_with_folder (const char *path, const char *folder)
{
  unlink (path);
  rmdir (folder);
}

/* What attempts wrote that never was, or never will be, committed. */
static void
remove_attempts (RushOutputCommitter *self)
{
  GHashTableIter iter;
  gpointer folder, path;

  g_hash_table_iter_init (&iter, self->attempts);
  while (g_hash_table_iter_next (&iter, &folder, &path))
    remove_with_folder (path, folder);
  g_hash_table_remove_all (self->attempts);
}

static void
remove_committed (RushOutputCommitter *self)
{
  GHashTableIter iter;
  gpointer task;

  g_hash_table_iter_init (&iter, self->committed);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    remove_with_folder (((CommittedTask *)task)->path, ((CommittedTask *)task)->folder);
  g_hash_table_remove_all (self->committed);
}

/* If they are empty: another job may use them, too. */
static void
remove_temporary_folders (RushOutputCommitter *self)
{
  rmdir (self->attempts_folder);
  rmdir (self->job_folder);
  rmdir (self->temporary_folder);
}

static void
remove_made_folders (RushOutputCommitter *self)
{
  for (guint i = self->made->len; i > 0; i--)
    rmdir (g_ptr_array_index (self->made, i - 1));
  g_ptr_array_set_size (self->made, 0);
}

/* ---- an attempt ---- */

static gboolean
check_not_ended (RushOutputCommitter *self, GError **error)
{
  if (!self->ended)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED,
               "the job that writes to %s has ended", self->path);
  return FALSE;
}

/* The file of @attempt, under the lock. */
static gboolean
create_file (RushOutputCommitter *self, RushOutputAttempt *attempt, GError **error)
{
  if (!check_not_ended (self, error) || !make_temporary_folder (attempt->folder, error))
    return FALSE;
  attempt->fd = open (attempt->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (attempt->fd < 0)
    {
      rush_set_error_errno (error, errno, "Cannot make", attempt->path);
      rmdir (attempt->folder);
      return FALSE;
    }
  g_hash_table_insert (self->attempts, attempt->folder, attempt->path);
  return TRUE;
}

RushOutputAttempt *
rush_output_attempt_open (RushOutputCommitter *committer, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushOutputAttempt) self = g_new0 (RushOutputAttempt, 1);
  g_autofree char *name = part_name (committer, ctx->partition);
  gboolean ok;

  self->committer = rush_output_committer_ref (committer);
  self->ctx = ctx;
  self->folder = attempt_folder (committer, ctx);
  self->path = g_build_filename (self->folder, name, NULL);
  self->fd = -1;
  pthread_mutex_lock (&committer->lock);
  ok = create_file (committer, self, error);
  pthread_mutex_unlock (&committer->lock);
  return ok ? g_steal_pointer (&self) : NULL;
}

static gboolean
close_file (RushOutputAttempt *self, GError **error)
{
  int fd = self->fd;

  self->fd = -1;
  /* Some file systems say only now that a write has failed. */
  if (close (fd) == 0)
    return TRUE;
  rush_set_error_errno (error, errno, "Cannot write", self->path);
  return FALSE;
}

/* Makes the file of @attempt that of its partition, under the lock. */
static gboolean
take_over (RushOutputCommitter *self, RushOutputAttempt *attempt, GError **error)
{
  RushTaskContext *ctx = attempt->ctx;
  const CommittedTask *other =
      g_hash_table_lookup (self->committed, GUINT_TO_POINTER (ctx->partition));
  g_autofree char *name = part_name (self, ctx->partition);
  g_autofree char *folder = task_folder (self, ctx);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  CommittedTask *task;

  if (other != NULL && other->stage_attempt > ctx->stage_attempt)
    return TRUE;
  if (!make_temporary_folder (folder, error))
    return FALSE;
  if (rename (attempt->path, path) != 0)
    {
      rush_set_error_errno (error, errno, "Cannot move into place", attempt->path);
      return FALSE;
    }
  rmdir (attempt->folder);
  g_hash_table_remove (self->attempts, attempt->folder);
  task = g_new (CommittedTask, 1);
  task->partition = ctx->partition;
  task->stage_attempt = ctx->stage_attempt;
  task->folder = g_steal_pointer (&folder);
  task->path = g_steal_pointer (&path);
  g_hash_table_replace (self->committed, GUINT_TO_POINTER (ctx->partition), task);
  return TRUE;
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

gboolean
rush_output_attempt_commit (RushOutputAttempt *self, GError **error)
{
  RushOutputCommitter *committer = self->committer;
  gboolean ok;

  g_return_val_if_fail (self->fd >= 0, FALSE);
  if (!close_file (self, error) || !rush_task_context_check (self->ctx, error) ||
      !check_may_commit (self->ctx, error))
    return FALSE;
  pthread_mutex_lock (&committer->lock);
  ok = check_not_ended (committer, error) && take_over (committer, self, error);
  pthread_mutex_unlock (&committer->lock);
  return ok;
}

void
rush_output_attempt_free (RushOutputAttempt *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  pthread_mutex_lock (&self->committer->lock);
  /* Neither committed nor removed with its job. */
  if (g_hash_table_remove (self->committer->attempts, self->folder))
    remove_with_folder (self->path, self->folder);
  pthread_mutex_unlock (&self->committer->lock);
  rush_output_committer_unref (self->committer);
  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

/* ---- the end of the job ---- */

/* Moves the file of a partition into place; @task then stands for it there. */
static gboolean
move_into_place (RushOutputCommitter *self, CommittedTask *task, GError **error)
{
  g_autofree char *name = part_name (self, task->partition);
  g_autofree char *path = g_build_filename (self->path, name, NULL);

  if (rename (task->path, path) != 0)
    {
      rush_set_error_errno (error, errno, "Cannot move into place", task->path);
      return FALSE;
    }
  rmdir (task->folder);
  g_free (task->path);
  task->path = g_steal_pointer (&path);
  return TRUE;
}

static gboolean
write_success (const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

  if (fd >= 0 && close (fd) == 0)
    return TRUE;
  rush_set_error_errno (error, errno, "Cannot make", path);
  return FALSE;
}

/* Under the lock, when nothing is written any more. */
static gboolean
put_in_place (RushOutputCommitter *self, GError **error)
{
  g_autofree char *success = g_build_filename (self->path, SUCCESS, NULL);
  GHashTableIter iter;
  gpointer task;

  /* That of an earlier job, in a folder that may exist: what it says does not hold for a while. */
  unlink (success);
  g_hash_table_iter_init (&iter, self->committed);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    if (!move_into_place (self, task, error))
      return FALSE;
  remove_temporary_folders (self);
  return write_success (success, error);
}

gboolean
rush_output_committer_commit_job (RushOutputCommitter *self, GError **error)
{
  gboolean ok;

  pthread_mutex_lock (&self->lock);
  g_assert (!self->ended);
  self->ended = TRUE;
  remove_attempts (self);
  ok = put_in_place (self, error);
  pthread_mutex_unlock (&self->lock);
  if (!ok)
    rush_output_committer_abort_job (self);
  return ok;
}

void
rush_output_committer_abort_job (RushOutputCommitter *self)
{
  pthread_mutex_lock (&self->lock);
  self->ended = TRUE;
  remove_attempts (self);
  remove_committed (self);
  remove_temporary_folders (self);
  remove_made_folders (self);
  pthread_mutex_unlock (&self->lock);
}

/* ---- life ---- */

RushOutputCommitter *
rush_output_committer_ref (RushOutputCommitter *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_output_committer_unref (RushOutputCommitter *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->attempts);
  g_hash_table_unref (self->committed);
  g_ptr_array_unref (self->made);
  pthread_mutex_destroy (&self->lock);
  g_free (self->path);
  g_free (self->temporary_folder);
  g_free (self->job_folder);
  g_free (self->attempts_folder);
  g_free (self->job_name);
  g_free (self);
}

static RushOutputCommitter *
committer_alloc (const char *path)
{
  RushOutputCommitter *self = g_new0 (RushOutputCommitter, 1);

  rush_ref_count_init (&self->refs);
  self->path = g_strdup (path);
  self->prefix = "part-";
  self->suffix = "";
  self->temporary_folder = g_build_filename (path, TEMPORARY, NULL);
  self->job_folder = g_build_filename (self->temporary_folder, APPLICATION_ATTEMPT, NULL);
  self->attempts_folder = g_build_filename (self->job_folder, TEMPORARY, NULL);
  self->job_name = make_job_name ();
  self->made = g_ptr_array_new_with_free_func (g_free);
  pthread_mutex_init (&self->lock, NULL);
  self->attempts = g_hash_table_new (g_str_hash, g_str_equal);
  self->committed = g_hash_table_new_full (NULL, NULL, NULL, committed_task_free);
  return self;
}

void
rush_output_committer_set_names (RushOutputCommitter *self, const char *prefix, const char *suffix)
{
  self->prefix = prefix;
  self->suffix = suffix;
}

RushOutputCommitter *
rush_output_committer_new (const char *path, gboolean may_exist, GError **error)
{
  g_autoptr (RushOutputCommitter) self = committer_alloc (path);
  struct stat status;

  if (!may_exist && lstat (path, &status) == 0)
    {
      g_autofree char *uri = rush_local_path_to_uri (path);

      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_EXISTS,
                   "Output directory %s already exists", uri);
      return NULL;
    }
  if (make_output_folder (self, error) && make_temporary_folder (self->attempts_folder, error))
    return g_steal_pointer (&self);
  rush_output_committer_abort_job (self);
  return NULL;
}
