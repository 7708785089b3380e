/* The PageRank of lessons/c, run as a program: test_pagerank_lesson PROGRAM. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static const char *program;

/* What it prints on @text, or on stderr if it fails. */
static char *
run_on (const char *text, const char *master)
{
  g_autofree char *folder = g_dir_make_tmp ("rush-lesson-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "edges.txt", NULL);
  const char *argv[] = { program, path, master, NULL };
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  char *out = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, NULL, &error);
  g_assert_no_error (error);
  g_remove (path);
  g_rmdir (folder);
  if (err[0] == '\0')
    return out;
  g_free (out);
  return g_steal_pointer (&err);
}

static void
test_ranks (void)
{
  static const char *const masters[] = { NULL, "local", "local[4]" };

  for (guint i = 0; i < G_N_ELEMENTS (masters); i++)
    {
      g_autofree char *out =
          run_on ("# a ring, and a page that it leads to\n1 2\n2 3\n3 1\n3 4\n", masters[i]);

      g_assert_true (g_str_has_prefix (out, "         3 "));
      g_assert_nonnull (strstr (out, "         4 "));
    }
}

static void
test_bad_line (void)
{
  g_autofree char *err = run_on ("1 2\n3\n", "local");

  g_assert_nonnull (strstr (err, "Invalid line: 3"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  g_test_add_func ("/lessons/pagerank/ranks", test_ranks);
  g_test_add_func ("/lessons/pagerank/bad line", test_bad_line);
  return g_test_run ();
}
