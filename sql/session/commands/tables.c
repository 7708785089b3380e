/* tables.c - CREATE TABLE, DROP TABLE, ALTER TABLE … RENAME, TRUNCATE TABLE, ANALYZE TABLE.
 *
 * A table is a folder of files and an entry in the catalog.  A managed one stands in the warehouse
 * (spark.sql.warehouse.dir) and goes with its entry; one with a LOCATION stays when it is dropped.
 */
#include "sql/session/session_private.h"

#include "rdd/source/local_path.h"

#include <errno.h>
#include <glib/gstdio.h>

/* ── CREATE TABLE ── */

static void
add_options (RushOptions *into, GPtrArray *pairs)
{
  for (guint i = 0; pairs != NULL && i + 1 < pairs->len; i += 2)
    rush_options_set (into, pairs->pdata[i], pairs->pdata[i + 1]);
}

/* The table that a statement speaks of: its place, format and columns. (transfer full) */
RushTable *
rush_command_make_table (RushSqlSession *session, const RushCommand *command, RushSchema *schema)
{
  guint n = g_strv_length (command->names);
  g_autofree char *current = rush_catalog_current_database (session->catalog);
  RushTable *table =
      rush_table_new (n > 1 ? command->names[n - 2] : current, command->names[n - 1]);
  RushEvalSettings settings = rush_sql_session_settings (session);
  table->provider = g_ascii_strdown (
      command->text ? command->text
                    : rush_settings_get_string (&settings, "spark.sql.sources.default"),
      -1);
  g_hash_table_unref (settings.conf);
  table->options = rush_options_new ();
  add_options (table->options, command->options);
  const char *path = rush_options_get (table->options, "path");
  table->external = command->location != NULL || path != NULL;
  table->location =
      command->location ? g_strdup (command->location)
      : path            ? g_strdup (path)
             : rush_catalog_default_location (session->catalog, table->database, table->name);
  table->schema = schema ? rush_schema_ref (schema) : NULL;
  table->partition_columns = g_strdupv (command->partitioning);
  table->bucket_columns = g_strdupv (command->bucket_columns);
  table->n_buckets = command->n_buckets;
  table->comment = g_strdup (command->comment);
  table->properties = command->properties ? g_ptr_array_ref (command->properties) : NULL;
  return table;
}

/* TRUE: there is one already, and the statement says IF NOT EXISTS. */
gboolean
rush_command_table_exists (RushSqlSession *session, const RushCommand *command)
{
  g_autoptr (RushTable) old =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  return old != NULL && command->flags & RUSH_COMMAND_IF_EXISTS;
}

static RushPlan *
run_create (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  if (rush_command_table_exists (session, command))
    return rush_command_no_result ();
  g_autoptr (RushTable) table = rush_command_make_table (session, command, command->schema);
  if (rush_file_format_find (table->provider) == NULL)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATA_SOURCE_NOT_FOUND, NULL, "provider",
                          table->provider, NULL);
      return NULL;
    }
  if (g_mkdir_with_parents (table->location, 0755) != 0)
    {
      rush_set_error_errno (error, errno, "cannot make the table's folder", table->location);
      return NULL;
    }
  if (!rush_catalog_create_table (session->catalog, table, error))
    return NULL;
  return rush_command_no_result ();
}

/* ── DROP, TRUNCATE ── */

/* Removes a folder's files and folders, and the folder itself unless @keep. */
static gboolean
remove_folder (const char *path, gboolean keep, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      gboolean is_folder =
          g_file_test (inner, G_FILE_TEST_IS_DIR) && !g_file_test (inner, G_FILE_TEST_IS_SYMLINK);
      if (is_folder ? !remove_folder (inner, FALSE, error) : g_unlink (inner) != 0)
        {
          if (!is_folder)
            rush_set_error_errno (error, errno, "cannot remove", inner);
          return FALSE;
        }
    }
  if (!keep && g_rmdir (path) != 0 && errno != ENOENT)
    {
      rush_set_error_errno (error, errno, "cannot remove", path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
table_not_found (const RushCommand *command, GError **error)
{
  g_autofree char *id =
      rush_sql_id ((const char *const *)command->names, g_strv_length (command->names));
  rush_sql_error_set (error, RUSH_SQL_CLASS_TABLE_OR_VIEW_NOT_FOUND, NULL, "relationName", id,
                      NULL);
  return FALSE;
}

static RushPlan *
run_drop (RushSqlSession *session, const RushCommand *command, RushPlan *child,
          const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  if (table == NULL)
    {
      guint n = g_strv_length (command->names);
      if (n == 1 && rush_catalog_drop_view (session->catalog, command->names[0], FALSE))
        return rush_command_no_result ();
      if (command->flags & RUSH_COMMAND_IF_EXISTS || table_not_found (command, error))
        return rush_command_no_result ();
      return NULL;
    }
  rush_catalog_drop_table (session->catalog, (const char *const *)command->names);
  if (table->location != NULL)
    rush_cache_manager_refresh_path (session->cache, table->location);
  if (!table->external && table->location != NULL && !remove_folder (table->location, FALSE, error))
    return NULL;
  return rush_command_no_result ();
}

static RushPlan *
run_truncate (RushSqlSession *session, const RushCommand *command, RushPlan *child,
              const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  if (table == NULL || table->location == NULL)
    {
      table_not_found (command, error);
      return NULL;
    }
  if (!remove_folder (table->location, TRUE, error))
    return NULL;
  rush_cache_manager_refresh_path (session->cache, table->location);
  return rush_command_no_result ();
}

/* ALTER TABLE names RENAME TO columns[last] */
static RushPlan *
run_rename (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  if (table == NULL)
    {
      table_not_found (command, error);
      return NULL;
    }
  const char *name = command->columns[g_strv_length (command->columns) - 1];
  const char *const parts[] = { table->database, name, NULL };
  g_autoptr (RushTable) there = rush_catalog_find_table (session->catalog, parts);
  if (there != NULL)
    {
      g_autofree char *id = rush_sql_id (parts, 2);
      rush_sql_error_set (error, RUSH_SQL_CLASS_TABLE_OR_VIEW_ALREADY_EXISTS, NULL, "relationName",
                          id, NULL);
      return NULL;
    }
  rush_catalog_rename_table (session->catalog, table, name);
  return rush_command_no_result ();
}

const RushCommandEntry rush_table_commands[] = {
  { RUSH_COMMAND_CREATE_TABLE, run_create },
  { RUSH_COMMAND_DROP_TABLE, run_drop },
  { RUSH_COMMAND_TRUNCATE_TABLE, run_truncate },
  { RUSH_COMMAND_ALTER_RENAME, run_rename },
  { 0, NULL },
};
