/* test_plugin.c - shared objects are loaded and asked for parts, and each that does not fit is
 * refused with a sentence that says what to do. */
#include "core/plugin/plugin.h"

#include <glib/gstdio.h>
#include <string.h>

/* As in sample_plugin.c. */
typedef struct
{
  const char *name;
  gsize (*n_seams) (void);
} Sample;

static const char *folder;

/* @names "fits,older" → paths of these plug-ins. (transfer full) */
static char *
list_of (const char *names)
{
  g_auto (GStrv) parts = g_strsplit (names, ",", -1);
  GString *list = g_string_new (NULL);

  for (char **part = parts; *part != NULL; part++)
    g_string_append_printf (list, "%s%s/plugin_%s.so", part > parts ? "," : "", folder, *part);
  return g_string_free (list, FALSE);
}

static RushPlugins *
load (const char *names)
{
  g_autofree char *list = list_of (names);
  g_autoptr (GError) error = NULL;
  RushPlugins *plugins = rush_plugins_load (list, &error);

  g_assert_no_error (error);
  return plugins;
}

static void
assert_refused (const char *list, gint code, const char *expected)
{
  g_autoptr (GError) error = NULL;
  RushPlugins *plugins = rush_plugins_load (list, &error);

  g_assert_null (plugins);
  g_assert_error (error, RUSH_CORE_ERROR, code);
  if (strstr (error->message, expected) == NULL)
    g_error ("\"%s\" is not in \"%s\"", expected, error->message);
}

static void
assert_sample_refused (const char *names, const char *expected)
{
  g_autofree char *list = list_of (names);

  assert_refused (list, RUSH_CORE_ERROR_INVALID_ARGUMENT, expected);
}

/* ---- what fits ---- */

static void
note_part (const char *seam, const char *part, gpointer data)
{
  g_string_append_printf (data, "%s=%s;", seam, part);
}

static void
test_parts_are_found_by_seam (void)
{
  g_autoptr (RushPlugins) plugins = load ("fits");
  const Sample *policy = rush_plugins_find (plugins, "eviction-policy");
  const Sample *cutter = rush_plugins_find (plugins, "stage-cutter");
  g_autoptr (GString) told = g_string_new (NULL);

  g_assert_cmpstr (policy->name, ==, "sample");
  g_assert_cmpstr (cutter->name, ==, "second");
  g_assert_null (rush_plugins_find (plugins, "shuffle-writer"));
  rush_plugins_foreach (plugins, note_part, told);
  g_assert_cmpstr (told->str, ==,
                   "eviction-policy=sample (plugin_fits.so);stage-cutter=second (plugin_fits.so);");
}

static void
test_a_part_calls_the_engine (void)
{
  g_autoptr (RushPlugins) plugins = load ("fits");
  const Sample *policy = rush_plugins_find (plugins, "eviction-policy");
  gsize n;

  rush_seams (&n);
  g_assert_cmpuint (policy->n_seams (), ==, n);
}

static void
test_several_files_add_up (void)
{
  g_autoptr (RushPlugins) plugins = load ("fits,other_seam");

  g_assert_nonnull (rush_plugins_find (plugins, "eviction-policy"));
  g_assert_nonnull (rush_plugins_find (plugins, "partitioner"));
}

static void
test_none_is_fine (void)
{
  static const char *const LISTS[] = { NULL, "", " , ," };

  for (guint i = 0; i < G_N_ELEMENTS (LISTS); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RushPlugins) plugins = rush_plugins_load (LISTS[i], &error);

      g_assert_no_error (error);
      g_assert_null (rush_plugins_find (plugins, "eviction-policy"));
    }
  g_assert_null (rush_plugins_find (NULL, "eviction-policy"));
}

static void
test_blanks_are_no_part_of_a_name (void)
{
  g_autofree char *path = list_of ("fits");
  g_autofree char *list = g_strdup_printf (" %s , ", path);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlugins) plugins = rush_plugins_load (list, &error);

  g_assert_no_error (error);
  g_assert_nonnull (rush_plugins_find (plugins, "stage-cutter"));
}

/* ---- what does not ---- */

static void
test_files_that_are_none (void)
{
  g_autofree char *source = g_build_filename (folder, "mine.c", NULL);
  g_autofree char *text = g_build_filename (folder, "text.so", NULL);

  assert_refused ("/nowhere/lru.so", RUSH_CORE_ERROR_NOT_FOUND,
                  "Plug-in /nowhere/lru.so: No such file");
  g_assert_true (g_file_set_contents (source, "int x;", -1, NULL));
  assert_refused (source, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "mine.c is source: build it first (rushlight plugin build ");
  g_assert_true (g_file_set_contents (text, "hello", -1, NULL));
  assert_refused (text, RUSH_CORE_ERROR_INVALID_ARGUMENT, "text.so cannot be loaded: ");
  g_unlink (source);
  g_unlink (text);
}

static void
test_tables_that_do_not_fit (void)
{
  assert_sample_refused ("no_parts",
                         "plugin_no_parts.so names no parts: its source needs RUSH_PLUGIN (…)");
  assert_sample_refused ("other_format", "was made for another Rushlight");
  assert_sample_refused ("no_table", "the part for the seam \"eviction-policy\" has no table");
  assert_sample_refused ("no_name", "the part for the seam \"eviction-policy\" has no name");
}

static void
test_functions_that_are_not_in_a_table (void)
{
  assert_sample_refused ("no_function",
                         "plugin_no_function.so: the part \"sample\" for the seam "
                         "\"eviction-policy\" lacks the function compare or make: it is NULL in "
                         "its table, and core/storage/eviction.h says what it does");
  assert_sample_refused ("half_a_way", "lacks the function used: ");
}

static void
test_seams_that_do_not_fit (void)
{
  assert_sample_refused ("stranger",
                         "there is no seam \"evicton-policy\"; there are partitioner, ");
  assert_sample_refused ("older",
                         "was made for version 0 of the seam \"eviction-policy\", and this "
                         "Rushlight has version 1 (core/storage/eviction.h)");
}

static void
test_a_seam_is_taken_once (void)
{
  assert_sample_refused ("fits,same_seam",
                         "plugin_same_seam.so takes the seam \"eviction-policy\", "
                         "which \"sample\" of plugin_fits.so has taken");
  assert_sample_refused ("fits,fits", "name one of the two");
}

static void
test_functions_that_are_not_there (void)
{
  assert_sample_refused ("calls_nothing", "undefined symbol: rush_no_such_function");
}

static void
test_built_anew_under_its_name (void)
{
  g_autofree char *from = list_of ("other_seam");
  g_autofree char *path = g_build_filename (folder, "again.so", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlugins) plugins = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));
  plugins = rush_plugins_load (path, &error);
  g_assert_no_error (error);
  g_clear_pointer (&plugins, rush_plugins_unref);
  plugins = rush_plugins_load (path, &error); /* the same one again is fine */
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL)); /* another inode */
  assert_refused (path, RUSH_CORE_ERROR_INVALID_ARGUMENT, "again.so has been built anew since");
  g_unlink (path);
}

/* ---- the list of seams ---- */

static void
test_seams_have_names_of_their_own (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  gsize n;
  const RushSeam *seams = rush_seams (&n);

  for (gsize i = 0; i < n; i++)
    {
      g_assert_true (g_hash_table_add (names, (gpointer)seams[i].name));
      g_assert_cmpuint (seams[i].version, >=, 1);
      g_assert_cmpstr (seams[i].functions, !=, "");
      g_assert_true (g_str_has_suffix (seams[i].header, ".h"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  folder = argv[1];
  g_test_add_func ("/plugin/fits/found_by_seam", test_parts_are_found_by_seam);
  g_test_add_func ("/plugin/fits/calls_the_engine", test_a_part_calls_the_engine);
  g_test_add_func ("/plugin/fits/several_files", test_several_files_add_up);
  g_test_add_func ("/plugin/fits/none", test_none_is_fine);
  g_test_add_func ("/plugin/fits/blanks", test_blanks_are_no_part_of_a_name);
  g_test_add_func ("/plugin/refused/no_shared_object", test_files_that_are_none);
  g_test_add_func ("/plugin/refused/tables", test_tables_that_do_not_fit);
  g_test_add_func ("/plugin/refused/functions", test_functions_that_are_not_in_a_table);
  g_test_add_func ("/plugin/refused/seams", test_seams_that_do_not_fit);
  g_test_add_func ("/plugin/refused/taken_twice", test_a_seam_is_taken_once);
  g_test_add_func ("/plugin/refused/no_such_function", test_functions_that_are_not_there);
  g_test_add_func ("/plugin/refused/built_anew", test_built_anew_under_its_name);
  g_test_add_func ("/plugin/seams/names", test_seams_have_names_of_their_own);
  return g_test_run ();
}
