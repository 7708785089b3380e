/* test_local_dir.c - the temporary folder: private, removed with all that is in it, cleaned up
 * after processes that died, and never a way out of itself.
 *
 * A process that dies is a real one: a fork that ends without a word. */
#include "core/storage/local_dir.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  char *parent; /* a folder of this test alone */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->parent = g_dir_make_tmp ("test_local_dir-XXXXXX", NULL);
  g_assert_nonnull (fixture->parent);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (g_rmdir (fixture->parent), ==, 0); /* it must be empty */
  g_free (fixture->parent);
}

static RushLocalDir *
new_dir (const Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  RushLocalDir *dir = rush_local_dir_new (fixture->parent, &error);

  g_assert_no_error (error);
  return dir;
}

static void
write_file (const char *path)
{
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

/* ---- one folder ---- */

static void
test_private_and_removed (Fixture *fixture, gconstpointer data)
{
  RushLocalDir *dir = new_dir (fixture);
  g_autofree char *path = g_strdup (rush_local_dir_path (dir));
  struct stat status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
  g_autofree char *name = g_path_get_basename (path);
  g_assert_true (g_str_has_prefix (name, "rushlight-"));

  g_autofree char *a = rush_local_dir_file (dir, "shuffle_0_1_0.data", NULL);
  g_autofree char *again = rush_local_dir_file (dir, "shuffle_0_1_0.data", NULL);
  g_autofree char *folder = g_path_get_dirname (a);
  g_autofree char *folder_name = g_path_get_basename (folder);
  g_assert_cmpstr (a, ==, again);
  g_assert_cmpuint (strlen (folder_name), ==, 2);
  write_file (a);
  g_autofree char *deep = g_build_filename (path, "a", "b", "c", NULL);
  g_assert_cmpint (g_mkdir_with_parents (deep, 0700), ==, 0);

  rush_local_dir_free (dir);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_two_contexts_side_by_side (Fixture *fixture, gconstpointer data)
{
  RushLocalDir *first = new_dir (fixture), *second = new_dir (fixture);

  g_assert_cmpstr (rush_local_dir_path (first), !=, rush_local_dir_path (second));
  rush_local_dir_free (second);
  g_assert_true (g_file_test (rush_local_dir_path (first), G_FILE_TEST_IS_DIR));
  rush_local_dir_free (first);
}

/* spark.local.dir need not exist; what stands in its way is named. */
static void
test_parent_is_made (Fixture *fixture, gconstpointer data)
{
  g_autofree char *parent = g_build_filename (fixture->parent, "new", "deeper", NULL);
  g_autofree char *above = g_path_get_dirname (parent);
  g_autofree char *under_file = g_build_filename (parent, "file", "folder", NULL);
  g_autofree char *file = g_path_get_dirname (under_file);
  g_autoptr (GError) error = NULL;
  RushLocalDir *dir = rush_local_dir_new (parent, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (rush_local_dir_path (dir), parent));
  rush_local_dir_free (dir);

  write_file (file);
  g_assert_null (rush_local_dir_new (under_file, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "spark.local.dir"));
  g_assert_nonnull (strstr (error->message, under_file));
  g_assert_cmpint (g_unlink (file), ==, 0);
  g_assert_cmpint (g_rmdir (parent), ==, 0);
  g_assert_cmpint (g_rmdir (above), ==, 0);
}

/* ---- links ---- */

static void
test_removal_does_not_follow_links (Fixture *fixture, gconstpointer data)
{
  g_autofree char *outside = g_build_filename (fixture->parent, "outside", NULL);
  g_autofree char *precious = g_build_filename (outside, "precious", NULL);
  RushLocalDir *dir = new_dir (fixture);

  g_assert_cmpint (g_mkdir (outside, 0700), ==, 0);
  write_file (precious);
  g_autofree char *folder_link = g_build_filename (rush_local_dir_path (dir), "link", NULL);
  g_autofree char *file_link = g_build_filename (rush_local_dir_path (dir), "file", NULL);
  g_assert_cmpint (symlink (outside, folder_link), ==, 0);
  g_assert_cmpint (symlink (precious, file_link), ==, 0);
  rush_local_dir_free (dir);

  g_assert_true (g_file_test (precious, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (g_unlink (precious), ==, 0);
  g_assert_cmpint (g_rmdir (outside), ==, 0);
}

/* ---- orphans ---- */

/* The folder of a process that made it, filled it, and died. */
static char *
orphan_of_a_dead_process (const Fixture *fixture)
{
  int fds[2];
  char path[512] = "";

  g_assert_cmpint (pipe (fds), ==, 0);
  pid_t child = fork ();
  if (child == 0)
    {
      RushLocalDir *dir = rush_local_dir_new (fixture->parent, NULL);
      g_autofree char *file = rush_local_dir_file (dir, "spill", NULL);
      write_file (file);
      const char *own = rush_local_dir_path (dir);
      if (write (fds[1], own, strlen (own)) < 0)
        _exit (1);
      _exit (0);
    }
  close (fds[1]);
  g_assert_cmpint (read (fds[0], path, sizeof path - 1), >, 0);
  close (fds[0]);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
  return g_strdup (path);
}

static void
test_orphan_is_removed_by_the_next (Fixture *fixture, gconstpointer data)
{
  RushLocalDir *living = new_dir (fixture);
  g_autofree char *orphan = orphan_of_a_dead_process (fixture);
  RushLocalDir *next = new_dir (fixture);

  g_assert_false (g_file_test (orphan, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (rush_local_dir_path (living), G_FILE_TEST_IS_DIR));
  rush_local_dir_free (next);
  rush_local_dir_free (living);
}

/* Other people's folders, files and links stay, whatever they are called. */
static void
test_only_own_folders_are_removed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->parent, "spark-123456", NULL);
  g_autofree char *file = g_build_filename (fixture->parent, "rushlight-file", NULL);
  g_autofree char *link = g_build_filename (fixture->parent, "rushlight-link", NULL);

  g_assert_cmpint (g_mkdir (other, 0700), ==, 0);
  write_file (file);
  g_assert_cmpint (symlink (other, link), ==, 0);
  rush_local_dir_free (new_dir (fixture));

  g_assert_true (g_file_test (file, G_FILE_TEST_IS_REGULAR));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (other, G_FILE_TEST_IS_DIR));
  g_assert_cmpint (g_unlink (file), ==, 0);
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_cmpint (g_rmdir (other), ==, 0);
}

#define N_PROCESSES 4
#define N_ROUNDS 50

/* Everybody makes folders and cleans up after everybody: nobody loses the one that he has. */
static void
test_processes_do_not_remove_each_others_folders (Fixture *fixture, gconstpointer data)
{
  pid_t children[N_PROCESSES];

  for (guint c = 0; c < N_PROCESSES; c++)
    {
      children[c] = fork ();
      if (children[c] != 0)
        continue;
      for (guint round = 0; round < N_ROUNDS; round++)
        {
          RushLocalDir *dir = rush_local_dir_new (fixture->parent, NULL);
          if (dir == NULL)
            _exit (1);
          g_autofree char *path = rush_local_dir_file (dir, "file", NULL);
          if (path == NULL || !g_file_set_contents (path, "x", 1, NULL))
            _exit (2);
          rush_local_dir_free (dir);
        }
      _exit (0);
    }
  for (guint c = 0; c < N_PROCESSES; c++)
    {
      int status;
      g_assert_cmpint (waitpid (children[c], &status, 0), ==, children[c]);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
    }
}

#define ADD(name, function)                                                                        \
  g_test_add ("/local_dir/" name, Fixture, NULL, set_up, function, tear_down)

/* Somebody's own folder may well begin with our name. */
static void
test_folder_without_our_lock_is_left_alone (Fixture *fixture, gconstpointer data)
{
  g_autofree char *own = g_build_filename (fixture->parent, "rushlight-thesis", NULL);
  g_autofree char *chapter = g_build_filename (own, "chapter", NULL);

  g_assert_cmpint (g_mkdir (own, 0700), ==, 0);
  write_file (chapter);
  rush_local_dir_free (new_dir (fixture));

  g_assert_true (g_file_test (chapter, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (chapter), ==, 0);
  g_assert_cmpint (g_rmdir (own), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("private_and_removed", test_private_and_removed);
  ADD ("two_contexts", test_two_contexts_side_by_side);
  ADD ("parent_is_made", test_parent_is_made);
  ADD ("links", test_removal_does_not_follow_links);
  ADD ("orphan", test_orphan_is_removed_by_the_next);
  ADD ("without_lock", test_folder_without_our_lock_is_left_alone);
  ADD ("only_own", test_only_own_folders_are_removed);
  ADD ("processes", test_processes_do_not_remove_each_others_folders);
  return g_test_run ();
}
