/* test_codegen_files.c - generated stages of the queries in tests/sql/logic.
 *
 * Each file (sqllogictest's format) is run statement by statement; queries go through the engine
 * and through their generated stages, and both must agree.  What rows they should be, the files say
 * themselves, to tests/py/test_sql_logic.py.  Only with -m slow: `make check` runs it.
 */
#include "generated_plan.h"

#include "sql/physical/write_folders.h"

#include <string.h>

/* Rows that depend on how they lie in partitions, or on chance. */
static const char *const uncertain[] = { "rand",          "uuid",
                                         "shuffle",       "spark_partition_id",
                                         "monotonically", "tablesample",
                                         "current_",      "now ()" };

static gboolean
is_certain (const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);

  for (guint i = 0; i < G_N_ELEMENTS (uncertain); i++)
    if (strstr (lower, uncertain[i]) != NULL)
      return FALSE;
  return TRUE;
}

static void
run_statement (RushSqlSession *session, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, NULL, &error);
}

/* One record: its kind, its text, and behind ---- what it answers. */
static void
run_record (RushSqlSession *session, const char *record, guint *inout_stages)
{
  const char *text = strchr (record, '\n');
  const char *end = text != NULL ? strstr (text, "\n----") : NULL;
  g_autofree char *query = NULL;
  g_autoptr (GError) error = NULL;
  guint n_stages = 0;

  if (text == NULL)
    return;
  query = end != NULL ? g_strndup (text + 1, (gsize)(end - text - 1)) : g_strdup (text + 1);
  if (g_str_has_prefix (record, "statement"))
    run_statement (session, query);
  else if (g_str_has_prefix (record, "query") && is_certain (query) &&
           !generated_plan_check (session, query, &n_stages, &error) &&
           strstr (error->message, "generated") != NULL)
    {
      g_test_message ("%s\n%s", query, error->message);
      g_test_fail ();
    }
  *inout_stages += n_stages;
}

static void
run_file (gconstpointer data)
{
  const char *name = data;
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "sql", "logic", name, NULL);
  g_autofree char *top = g_dir_make_tmp ("rush-codegen-files-XXXXXX", NULL);
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) records = NULL;
  RushContext *context;
  RushSqlSession *session;
  guint n_stages = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  rush_conf_set (conf, "spark.master", "local[1]", &error);
  rush_conf_set (conf, "spark.local.dir", top, &error);
  rush_conf_set (conf, "spark.sql.adaptive.enabled", "false", &error);
  rush_conf_set (conf, "spark.sql.shuffle.partitions", "1", &error);
  rush_conf_set (conf, "spark.sql.session.timeZone", "UTC", &error);
  context = rush_context_new (conf, &error);
  g_assert_no_error (error);
  session = rush_sql_session_new (context, NULL);
  records = g_strsplit (text, "\n\n", -1);
  for (char **record = records; *record != NULL; record++)
    {
      const char *begin = *record;
      while (*begin == '#' || *begin == '\n') /* comments stand before a record */
        begin = strchr (begin, '\n') != NULL ? strchr (begin, '\n') + 1 : begin + strlen (begin);
      run_record (session, begin, &n_stages);
    }
  g_test_message ("%u stages", n_stages);
  rush_sql_session_unref (session);
  rush_context_stop (context);
  rush_context_unref (context);
  rush_folder_remove (top, FALSE, NULL);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_test_init (&argc, &argv, NULL);
  folder = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "sql", "logic", NULL);
  dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && g_test_slow () && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".test"))
      g_ptr_array_add (names, g_strdup (name));
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("/codegen/files/%s", (char *)names->pdata[i]);
      g_test_add_data_func (path, names->pdata[i], run_file);
    }
  return g_test_run ();
}
