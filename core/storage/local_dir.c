/* local_dir.c - one temporary folder, locked while its owner lives, removed by whoever comes next.
 *
 *   spark.local.dir/
 *     rushlight-Xa81Kz/        mkdtemp: 0700, ours
 *       rushlight.lock         flock'ed (exclusive) by the living process
 *       0b/shuffle_0_4_0.data  64 folders, so that none gets long
 *
 * A process that is killed cannot clean up, but the kernel drops its lock.  So a folder with our
 * prefix and our uid, and with a lock file that can be locked, is an orphan.  A folder without the
 * lock file is somebody's own, whatever its name, and is left alone.
 *
 * Between the making of the lock file and flock () a new folder looks like an orphan.  Whoever
 * takes the lock first wins, and both sides see it:
 *
 *     owner    mkdtemp · make lock · flock (waits) · is the lock file linked?  no: start again
 *     cleaner            open lock · flock (does not wait) · remove all, the lock file last
 *
 * Removal goes by descriptors (openat, unlinkat) and opens folders with O_NOFOLLOW only: a link in
 * the folder is removed as a link, whatever it points at.
 */
#include "core/storage/local_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "rushlight-"
#define LOCK_NAME "rushlight.lock"
#define N_SUBFOLDERS 64
#define MAX_ATTEMPTS 100

struct _RushLocalDir
{
  char *path;
  int lock_fd;
};

/* ---- removal ---- */

static void remove_entries (int dir_fd, const char *keep);

static void
remove_entry (int dir_fd, const char *name)
{
  int fd = openat (dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    {
      unlinkat (dir_fd, name, 0);
      return;
    }
  remove_entries (fd, NULL);
  unlinkat (dir_fd, name, AT_REMOVEDIR);
}

/* Takes over @dir_fd.  What cannot be removed stays: there is nobody to tell. */
static void
remove_entries (int dir_fd, const char *keep)
{
  DIR *dir = fdopendir (dir_fd);
  struct dirent *entry;

  if (dir == NULL)
    {
      close (dir_fd);
      return;
    }
  while ((entry = readdir (dir)) != NULL)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0 &&
        g_strcmp0 (entry->d_name, keep) != 0)
      remove_entry (dirfd (dir), entry->d_name);
  closedir (dir);
}

/* The caller holds the lock.  The lock file goes last: as long as there is something to clean up,
 * there is something to lock. */
static void
remove_locked_folder (int parent_fd, const char *name)
{
  int fd = openat (parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    return;
  int entries_fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  if (entries_fd >= 0)
    remove_entries (entries_fd, LOCK_NAME);
  unlinkat (fd, LOCK_NAME, 0);
  close (fd);
  unlinkat (parent_fd, name, AT_REMOVEDIR);
}

/* ---- orphans ---- */

static gboolean
is_our_folder (int parent_fd, const char *name)
{
  struct stat status;

  return g_str_has_prefix (name, PREFIX) &&
         fstatat (parent_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (status.st_mode) &&
         status.st_uid == geteuid ();
}

/* @create: O_CREAT for the owner, 0 for a cleaner. */
static int
open_lock_file (int folder_fd, int create)
{
  return openat (folder_fd, LOCK_NAME, O_RDWR | create | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static void
remove_if_orphan (int parent_fd, const char *name)
{
  int folder_fd = openat (parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (folder_fd < 0)
    return;
  int lock_fd = open_lock_file (folder_fd, 0);
  close (folder_fd);
  if (lock_fd < 0)
    return;
  if (flock (lock_fd, LOCK_EX | LOCK_NB) == 0)
    remove_locked_folder (parent_fd, name);
  close (lock_fd);
}

static void
remove_orphans (const char *parent)
{
  DIR *dir = opendir (parent);
  struct dirent *entry;

  if (dir == NULL)
    return; /* making a folder in it will say why */
  while ((entry = readdir (dir)) != NULL)
    if (is_our_folder (dirfd (dir), entry->d_name))
      remove_if_orphan (dirfd (dir), entry->d_name);
  closedir (dir);
}

/* ---- the folder ---- */

const char *
rush_local_dir_path (RushLocalDir *self)
{
  return self->path;
}

char *
rush_local_dir_file (RushLocalDir *self, const char *name, GError **error)
{
  g_return_val_if_fail (name[0] != '\0' && strchr (name, '/') == NULL, NULL);

  g_autofree char *folder =
      g_strdup_printf ("%s/%02x", self->path, g_str_hash (name) % N_SUBFOLDERS);
  if (mkdir (folder, 0700) != 0 && errno != EEXIST)
    {
      rush_set_error_errno (error, errno, "cannot make the folder", folder);
      return NULL;
    }
  return g_build_filename (folder, name, NULL);
}

void
rush_local_dir_free (RushLocalDir *self)
{
  if (self == NULL)
    return;
  remove_locked_folder (AT_FDCWD, self->path);
  close (self->lock_fd);
  g_free (self->path);
  g_free (self);
}

/* An open, locked lock file in a folder that is there; −1 with errno 0: a cleaner was first. */
static int
lock_folder (const char *path)
{
  struct stat status;
  int folder_fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  int lock_fd = folder_fd >= 0 ? open_lock_file (folder_fd, O_CREAT) : -1;
  int failure = lock_fd >= 0 ? 0 : errno;

  if (folder_fd >= 0)
    close (folder_fd);
  while (failure == 0 && flock (lock_fd, LOCK_EX) != 0)
    failure = errno == EINTR ? 0 : errno;
  if (failure == 0 && fstat (lock_fd, &status) == 0 && status.st_nlink > 0)
    return lock_fd;
  if (lock_fd >= 0)
    close (lock_fd);
  errno = failure == ENOENT ? 0 : failure;
  return -1;
}

/* The path of a new folder and its lock, or NULL with errno set. */
static char *
make_locked_folder (const char *parent, int *out_lock_fd)
{
  for (guint attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    {
      g_autofree char *path = g_build_filename (parent, PREFIX "XXXXXX", NULL);

      if (mkdtemp (path) == NULL)
        return NULL;
      *out_lock_fd = lock_folder (path);
      if (*out_lock_fd >= 0)
        return g_steal_pointer (&path);
      if (errno != 0)
        {
          int failure = errno;
          rmdir (path);
          errno = failure;
          return NULL;
        }
    }
  errno = EBUSY;
  return NULL;
}

RushLocalDir *
rush_local_dir_new (const char *parent, GError **error)
{
  int lock_fd;

  /* As Spark does.  Why the parent could not be made says more than that it is not there. */
  int parent_failure = g_mkdir_with_parents (parent, 0755) == 0 ? 0 : errno;
  remove_orphans (parent);
  char *path = make_locked_folder (parent, &lock_fd);
  if (path == NULL)
    {
      int failure = errno == ENOENT && parent_failure != 0 ? parent_failure : errno;
      rush_set_error_errno (error, failure,
                            "cannot make a temporary folder (see spark.local.dir) in", parent);
      return NULL;
    }
  RushLocalDir *self = g_new0 (RushLocalDir, 1);
  self->path = path;
  self->lock_fd = lock_fd;
  return self;
}
