/* input_files.c - paths, patterns and folders become a list of files.
 *
 *     "logs,more/{a,b}?.txt"  ─commas─▶  logs             ─▶ a folder: its files, hidden ones not
 *                                        more/{a,b}?.txt  ─▶ a pattern: files, and folders as above
 *
 * What is missing is collected and told at once.  A folder in a folder is refused, as Hadoop does
 * unless it is told to descend; a pattern, a star behind the folder, reaches it.
 *
 * The files of a folder come as the system lists them, in no promised order, as Java's File.list ()
 * and so Hadoop's local file system have them: partitions are then numbered as Spark numbers them
 * on the same machine.  What neither a file nor a folder stands behind (a link to nowhere) is
 * passed over.
 */
#include "rdd/source/input_files.h"

#include "rdd/source/local_path.h"
#include "rdd/source/path_glob.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

typedef struct
{
  GPtrArray *files; /* RushInputFile */
  GString *missing; /* one line a path */
  gboolean skips_subfolders;
  char *first_subfolder; /* that was not skipped; or NULL */
} Listing;

static void
input_file_free (gpointer data)
{
  RushInputFile *self = data;

  g_free (self->path);
  g_free (self);
}

static gboolean
is_hidden (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash[1] == '_' || slash[1] == '.';
}

/* "a,{b,c}" → "a", "{b,c}": a comma in braces belongs to its pattern. */
static GPtrArray *
split_at_commas (const char *paths)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  const char *start = paths;
  guint depth = 0;

  for (const char *at = paths;; at++)
    {
      if (*at == '\0' || (*at == ',' && depth == 0))
        {
          g_ptr_array_add (out, g_strndup (start, (gsize)(at - start)));
          start = at + 1;
        }
      if (*at == '\0')
        return out;
      if (*at == '{')
        depth++;
      else if (*at == '}' && depth > 0)
        depth--;
    }
}

/* Takes over @path, which is no folder. */
static void
add_file (GPtrArray *files, char *path, const struct stat *status)
{
  RushInputFile *file = g_new (RushInputFile, 1);

  file->path = path;
  /* A pipe or a device has no length that could be split, and Hadoop sees 0. */
  file->length = S_ISREG (status->st_mode) ? status->st_size : 0;
  g_ptr_array_add (files, file);
}

static gboolean
add_folder (Listing *self, const char *folder, GError **error)
{
  DIR *dir = opendir (folder);
  struct dirent *entry;

  if (dir == NULL)
    {
      rush_set_error_errno (error, errno, "Cannot read folder", folder);
      return FALSE;
    }
  while ((entry = readdir (dir)) != NULL)
    {
      struct stat status;
      char *path;

      if (entry->d_name[0] == '_' || entry->d_name[0] == '.' ||
          fstatat (dirfd (dir), entry->d_name, &status, 0) != 0)
        continue;
      path = g_strconcat (strcmp (folder, "/") == 0 ? "" : folder, "/", entry->d_name, NULL);
      if (!S_ISDIR (status.st_mode))
        add_file (self->files, path, &status);
      else if (!self->skips_subfolders && (self->first_subfolder == NULL ||
                                           rush_path_compare (path, self->first_subfolder) < 0))
        {
          g_free (self->first_subfolder);
          self->first_subfolder = path;
        }
      else
        g_free (path);
    }
  closedir (dir);
  return TRUE;
}

static gboolean
add_path (Listing *self, const char *path, GError **error)
{
  struct stat status;

  if (stat (path, &status) != 0)
    {
      rush_set_error_errno (error, errno, "Cannot look at", path);
      return FALSE;
    }
  if (S_ISDIR (status.st_mode))
    return add_folder (self, path, error);
  add_file (self->files, g_strdup (path), &status);
  return TRUE;
}

static void
note_missing (Listing *self, const char *path, gboolean is_pattern)
{
  g_autofree char *uri = rush_local_path_to_uri (path);

  if (self->missing->len > 0)
    g_string_append_c (self->missing, '\n');
  if (is_pattern)
    g_string_append_printf (self->missing, "Input Pattern %s matches 0 files", uri);
  else
    g_string_append_printf (self->missing, "Input path does not exist: %s", uri);
}

/* @path: absolute, may be a pattern. */
static gboolean
add_pattern (Listing *self, const char *path, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  gboolean is_pattern;
  guint n_taken = 0;

  if (!rush_path_glob (path, found, &is_pattern, error))
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    {
      if (is_hidden (g_ptr_array_index (found, i)))
        continue;
      n_taken++;
      if (!add_path (self, g_ptr_array_index (found, i), error))
        return FALSE;
    }
  if (n_taken == 0)
    note_missing (self, path, is_pattern);
  return TRUE;
}

/* What can only be said when everything has been looked at. */
static gboolean
check_listing (const Listing *self, GError **error)
{
  if (self->missing->len > 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, self->missing->str);
      return FALSE;
    }
  if (self->first_subfolder != NULL)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Path: %s is a directory, which is not supported by the record reader when "
                   "`mapreduce.input.fileinputformat.input.dir.recursive` is false. A pattern such "
                   "as folder/* reads the files of the folders in a folder",
                   self->first_subfolder);
      return FALSE;
    }
  return TRUE;
}

/* The absolute paths that @paths names, before anything is looked up: a path that is none is
 * refused first. */
static GPtrArray *
resolve_all (const char *paths, GError **error)
{
  g_autoptr (GPtrArray) texts = split_at_commas (paths);
  g_autoptr (GPtrArray) resolved = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < texts->len; i++)
    {
      char *path = rush_local_path_resolve (g_ptr_array_index (texts, i), error);

      if (path == NULL)
        return NULL;
      g_ptr_array_add (resolved, path);
    }
  return g_steal_pointer (&resolved);
}

static GPtrArray *
list_files (const char *paths, gboolean skips_subfolders, GError **error)
{
  g_autoptr (GPtrArray) resolved = resolve_all (paths, error);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (input_file_free);
  g_autoptr (GString) missing = g_string_new (NULL);
  Listing listing = { files, missing, skips_subfolders, NULL };
  gboolean ok = resolved != NULL;

  for (guint i = 0; ok && i < resolved->len; i++)
    ok = add_pattern (&listing, g_ptr_array_index (resolved, i), error);
  ok = ok && check_listing (&listing, error);
  g_free (listing.first_subfolder);
  return ok ? g_steal_pointer (&files) : NULL;
}

GPtrArray *
rush_input_files_list (const char *paths, GError **error)
{
  return list_files (paths, FALSE, error);
}

GPtrArray *
rush_input_files_list_flat (const char *paths, GError **error)
{
  return list_files (paths, TRUE, error);
}

gint64
rush_input_files_bytes (const GPtrArray *files)
{
  gint64 total = 0;

  for (guint i = 0; i < files->len; i++)
    total += ((const RushInputFile *)g_ptr_array_index (files, i))->length;
  return total;
}
