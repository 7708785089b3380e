/* The word count of lessons/c, run as a program: test_rdd_wordcount PROGRAM. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

static const char *program;
static char *folder;

typedef struct
{
  char *out;
  char *err;
  gint status; /* of exit () */
} Run;

/* @text becomes the file; NULL: there is none. */
static Run
run_on (const char *text, const char *master)
{
  g_autofree char *path = g_build_filename (folder, "text.txt", NULL);
  const char *argv[] = { program, path, master, NULL };
  g_autoptr (GError) error = NULL;
  Run run = { 0 };
  gint status;

  g_remove (path);
  if (text != NULL)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &run.out, &run.err, &status,
                &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    run.status = error->code;
  g_remove (path);
  return run;
}

static void
assert_counts (const char *text, const char *master, const char *expected)
{
  Run run = run_on (text, master);

  g_assert_cmpstr (run.err, ==, "");
  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpstr (run.out, ==, expected);
  g_free (run.out);
  g_free (run.err);
}

static void
test_counts (void)
{
  static const char *const masters[] = { NULL, "local", "local[4]", "local-cluster[2,1,512]" };

  for (guint i = 0; i < G_N_ELEMENTS (masters); i++)
    {
      assert_counts ("to be or not\tto be\n\n  to\r\nor", masters[i],
                     "       3 to\n       2 be\n       2 or\n       1 not\n");
      assert_counts ("", masters[i], "");
      assert_counts ("\n \n", masters[i], "");
    }
}

/* Of 30 words the 20 commonest; word i stands there i times. */
static void
test_top (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint word = 1; word <= 30; word++)
    for (guint i = 0; i < word; i++)
      g_string_append_printf (text, "w%u%c", word, i % 2 == 0 ? ' ' : '\n');
  for (guint word = 30; word > 10; word--)
    g_string_append_printf (expected, "%8u w%u\n", word, word);
  assert_counts (text->str, "local[2]", expected->str);
}

static void
assert_fails (const char *text, const char *master, const char *words)
{
  Run run = run_on (text, master);

  g_assert_cmpint (run.status, ==, 1);
  g_assert_cmpstr (run.out, ==, "");
  g_assert_nonnull (strstr (run.err, words));
  g_free (run.out);
  g_free (run.err);
}

static void
test_refused (void)
{
  assert_fails (NULL, "local", "Input path does not exist: file:/");
  assert_fails ("x", "nonsense", "Could not parse Master URL");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  folder = g_dir_make_tmp ("rush-wordcount-XXXXXX", NULL);
  g_test_add_func ("/lessons/wordcount/counts", test_counts);
  g_test_add_func ("/lessons/wordcount/top", test_top);
  g_test_add_func ("/lessons/wordcount/refused", test_refused);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
