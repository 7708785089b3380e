#include "files.h"

#include <glib/gstdio.h>
#include <string.h>

char *
folder_new (void)
{
  char *folder = g_dir_make_tmp ("rush-files-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  if (dir != NULL)
    g_dir_close (dir);
  g_assert_cmpint (g_remove (path), ==, 0);
}

void
folder_free (char *folder)
{
  remove_tree (folder);
  g_free (folder);
}

void
put_file (const char *folder, const char *name, const char *bytes, gssize length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *above = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (above, 0777), ==, 0);
  g_assert_true (g_file_set_contents (path, bytes, length, NULL));
}

char *
get_file (const char *folder, const char *name, gsize *out_length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *bytes = NULL;

  g_assert_true (g_file_get_contents (path, &bytes, out_length, NULL));
  return bytes;
}

static void
add_names (const char *folder, const char *prefix, GPtrArray *out)
{
  g_autofree char *path = g_build_filename (folder, prefix, NULL);
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;
  gboolean is_empty = TRUE;

  if (dir == NULL)
    {
      g_ptr_array_add (out, g_strdup (prefix));
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (prefix, name, NULL);

      is_empty = FALSE;
      add_names (folder, below, out);
    }
  g_dir_close (dir);
  if (is_empty && prefix[0] != '\0')
    g_ptr_array_add (out, g_strconcat (prefix, "/", NULL));
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

char *
list_files (const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  add_names (folder, "", names);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **)names->pdata);
}

gboolean
exists (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}
