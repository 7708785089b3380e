/* write_folders.c - see write_folders.h. */
#include "sql/physical/write_folders.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

typedef gboolean (*EachEntry) (const char *path, const char *name, gpointer data, GError **error);

static gboolean
is_folder (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK);
}

/* @each of all that is in @path, until one fails; a folder that is not there is empty. */
static gboolean
for_each_entry (const char *path, EachEntry each, gpointer data, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (!each (inner, name, data, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
remove_entry (const char *path, const char *name, gpointer data, GError **error)
{
  if (is_folder (path))
    return rush_folder_remove (path, FALSE, error);
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  rush_set_error_errno (error, errno, "cannot remove", path);
  return FALSE;
}

gboolean
rush_folder_remove (const char *path, gboolean keep, GError **error)
{
  if (!for_each_entry (path, remove_entry, NULL, error))
    return FALSE;
  if (keep || g_rmdir (path) == 0 || errno == ENOENT)
    return TRUE;
  rush_set_error_errno (error, errno, "cannot remove", path);
  return FALSE;
}

/* ---- one folder for another ---- */

typedef struct
{
  const char *to;
  guint depth; /* levels still to go down */
} Replacement;

static gboolean
put_in_place (const char *from, const char *to, GError **error)
{
  if (!rush_folder_remove (to, FALSE, error))
    return FALSE;
  if (g_rename (from, to) == 0)
    return TRUE;
  rush_set_error_errno (error, errno, "cannot move a partition to", to);
  return FALSE;
}

static gboolean
replace_entry (const char *path, const char *name, gpointer data, GError **error)
{
  const Replacement *self = data;
  g_autofree char *to = g_build_filename (self->to, name, NULL);
  Replacement below = { to, self->depth - 1 };

  if (!is_folder (path))
    return TRUE; /* _SUCCESS */
  if (self->depth == 1)
    return put_in_place (path, to, error);
  if (g_mkdir_with_parents (to, 0755) != 0)
    {
      rush_set_error_errno (error, errno, "cannot make the folder", to);
      return FALSE;
    }
  return for_each_entry (path, replace_entry, &below, error);
}

gboolean
rush_folder_replace_below (const char *from, const char *to, guint depth, GError **error)
{
  Replacement self = { to, depth };

  return for_each_entry (from, replace_entry, &self, error) &&
         rush_folder_remove (from, FALSE, error);
}
