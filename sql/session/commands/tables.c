/* tables.c - CREATE TABLE, DROP TABLE, ALTER TABLE … RENAME, TRUNCATE TABLE.
 *
 * A table is a folder of files and an entry in the catalog.  A managed one stands in the warehouse
 * (spark.sql.warehouse.dir) and goes with its entry; one with a LOCATION stays when it is dropped.
 *
 * Mirrors: CreateDataSourceTableCommand, DropTableCommand, TruncateTableCommand,
 *          AlterTableRenameCommand, PreprocessTableCreation.
 */
#include "sql/session/files_private.h"
#include "sql/session/names_private.h"

#include "rdd/source/local_path.h"
#include "sql/physical/write_folders.h"

#include <errno.h>
#include <glib/gstdio.h>

/* ── CREATE TABLE ── */

/* The pairs without "path", which is the table's location. */
static GPtrArray *
options_of (const RushCommand *command, const char **out_path)
{
  g_autoptr (GPtrArray) options = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; command->options != NULL && i + 1 < command->options->len; i += 2)
    if (g_ascii_strcasecmp (command->options->pdata[i], "path") == 0)
      *out_path = command->options->pdata[i + 1];
    else
      {
        g_ptr_array_add (options, g_strdup (command->options->pdata[i]));
        g_ptr_array_add (options, g_strdup (command->options->pdata[i + 1]));
      }
  return options->len > 0 ? g_steal_pointer (&options) : NULL;
}

static gboolean
place_table (RushSqlSession *session, const RushCommand *command, RushTable *table, GError **error)
{
  const char *path = NULL;

  table->options = options_of (command, &path);
  if (command->location != NULL)
    path = command->location;
  table->external = path != NULL;
  table->location =
      path != NULL ? rush_local_path_resolve (path, error)
                   : rush_catalog_default_location (session->catalog, table->database, table->name);
  return table->location != NULL;
}

/* Place, format and what files are like; columns are not looked at. */
RushTable *
rush_command_make_table (RushSqlSession *session, const RushCommand *command, GError **error)
{
  guint n = g_strv_length (command->names);
  g_autofree char *current = rush_catalog_current_database (session->catalog);
  g_autoptr (RushTable) table =
      rush_table_new (n > 1 ? command->names[n - 2] : current, command->names[n - 1]);
  RushEvalSettings settings = rush_sql_session_settings (session);

  table->provider = g_ascii_strdown (
      command->text ? command->text
                    : rush_settings_get_string (&settings, "spark.sql.sources.default"),
      -1);
  g_hash_table_unref (settings.conf);
  table->partition_columns = g_strdupv (command->partitioning);
  table->bucket_columns = g_strdupv (command->bucket_columns);
  table->sort_columns = g_strdupv (command->sort_columns);
  table->n_buckets = command->n_buckets;
  table->comment = g_strdup (command->comment);
  table->column_comments = g_strdupv (command->column_comments);
  table->properties = command->properties ? g_ptr_array_ref (command->properties) : NULL;
  if (!place_table (session, command, table, error))
    return NULL;
  if (rush_file_format_find (table->provider) != NULL)
    return g_steal_pointer (&table);
  rush_sql_error_set (error, RUSH_SQL_CLASS_DATA_SOURCE_NOT_FOUND, NULL, "provider",
                      table->provider, NULL);
  return NULL;
}

static char **
field_names (const RushSchema *schema)
{
  char **names = g_new0 (char *, schema->n_fields + 1);

  for (guint i = 0; i < schema->n_fields; i++)
    names[i] = g_strdup (schema->fields[i].name);
  return names;
}

/* Each of @names is a column, which then stands in @last. */
static gboolean
find_all (const RushTable *table, const RushSchema *schema, char **names, const char *kind,
          gboolean *last, GError **error)
{
  for (guint k = 0; names != NULL && names[k] != NULL; k++)
    {
      gint column = rush_schema_find_column (schema, names[k], FALSE);

      if (column >= 0)
        {
          last[column] = TRUE;
          g_free (names[k]);
          names[k] = g_strdup (schema->fields[column].name);
          continue;
        }
      g_auto (GStrv) known = field_names (schema);
      g_autofree char *id = rush_table_id (table);
      g_autofree char *columns = rush_quoted_names (known);
      g_autofree char *name = rush_sql_id_of (names[k]);
      rush_sql_error_set (error, RUSH_SQL_CLASS_COLUMN_NOT_DEFINED_IN_TABLE, NULL, "colType", kind,
                          "colName", name, "tableName", id, "tableCols", columns, NULL);
      return FALSE;
    }
  return TRUE;
}

static void
move_column (RushTable *table, const RushSchema *schema, guint from, RushField *fields,
             char **comments, guint to)
{
  fields[to] = schema->fields[from];
  fields[to].nullable = TRUE; /* a file may lack the column */
  if (comments != NULL)
    comments[to] = g_strdup (table->column_comments[from]);
}

/* Columns of files first, then those of folders in the order of PARTITIONED BY. */
gboolean
rush_table_set_schema (RushTable *table, RushSchema *schema, GError **error)
{
  guint n = schema->n_fields, to = 0;
  g_autofree RushField *fields = g_new (RushField, n + 1);
  g_autofree gboolean *in_folder = g_new0 (gboolean, n + 1);
  g_autofree gboolean *in_bucket = g_new0 (gboolean, n + 1);
  g_auto (GStrv) names = field_names (schema);
  guint n_partitioning =
      table->partition_columns != NULL ? g_strv_length (table->partition_columns) : 0;

  if (!rush_check_no_duplicates (names, FALSE, error) ||
      !find_all (table, schema, table->partition_columns, "partition", in_folder, error) ||
      !find_all (table, schema, table->bucket_columns, "bucket", in_bucket, error))
    return FALSE;
  if (n_partitioning > 0 && n_partitioning == n)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_ALL_PARTITION_COLUMNS_NOT_ALLOWED, NULL, NULL);
      return FALSE;
    }
  char **comments = table->column_comments != NULL ? g_new0 (char *, n + 1) : NULL;
  for (guint i = 0; i < n; i++)
    if (!in_folder[i])
      move_column (table, schema, i, fields, comments, to++);
  for (guint k = 0; k < n_partitioning; k++)
    move_column (table, schema,
                 (guint)rush_schema_find_column (schema, table->partition_columns[k], FALSE),
                 fields, comments, to++);
  g_strfreev (table->column_comments);
  table->column_comments = comments;
  table->schema = rush_schema_new (n, fields);
  return TRUE;
}

/* The columns of the files that are there, and of their folders. */
static gboolean
infer_schema (RushSqlSession *session, RushTable *table, GError **error)
{
  g_autoptr (RushOptions) options = rush_options_new ();
  const char *path = table->location;

  for (guint i = 0; table->options != NULL && i + 1 < table->options->len; i += 2)
    rush_options_set (options, table->options->pdata[i], table->options->pdata[i + 1]);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNABLE_TO_INFER_SCHEMA, NULL, "format",
                          rush_file_format_find (table->provider)->title, NULL);
      return FALSE;
    }
  g_autoptr (RushPlan) files =
      rush_sql_session_load (session, table->provider, &path, 1, NULL, options, NULL, error);
  if (files == NULL)
    return FALSE;
  const RushSource *source = files->as.source.source;
  RushSchema *folders = rush_file_source_partition_schema (source);
  if (folders != NULL && folders->n_fields > 0 && table->partition_columns == NULL)
    table->partition_columns = field_names (folders);
  return rush_table_set_schema (table, source->schema, error);
}

static RushPlan *
run_create (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  if (rush_command_table_exists (session, command))
    return rush_command_no_result ();
  g_autoptr (RushTable) table = rush_command_make_table (session, command, error);
  if (table == NULL)
    return NULL;
  if (!rush_catalog_has_database (session->catalog, table->database))
    return rush_catalog_create_table (session->catalog, table, error), NULL; /* sets the error */
  if (command->schema != NULL ? !rush_table_set_schema (table, command->schema, error)
                              : !infer_schema (session, table, error))
    return NULL;
  if (!rush_catalog_create_table (session->catalog, table, error))
    return NULL;
  if (g_mkdir_with_parents (table->location, 0755) != 0)
    {
      rush_set_error_errno (error, errno, "cannot make the table's folder", table->location);
      rush_catalog_drop_table (session->catalog, (const char *const *)command->names);
      return NULL;
    }
  return rush_command_no_result ();
}

/* TRUE: there is one already, and the statement says IF NOT EXISTS. */
gboolean
rush_command_table_exists (RushSqlSession *session, const RushCommand *command)
{
  g_autoptr (RushTable) old =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  return old != NULL && command->flags & RUSH_COMMAND_IF_EXISTS;
}

/* ── DROP, TRUNCATE ── */

/* Its entry, what is kept of it, and the files of a managed one. */
gboolean
rush_command_remove_table (RushSqlSession *session, RushTable *table, GError **error)
{
  const char *const names[] = { table->database, table->name, NULL };

  rush_catalog_drop_table (session->catalog, names);
  if (table->location == NULL)
    return TRUE;
  gboolean ok = table->external || rush_folder_remove (table->location, FALSE, error);
  rush_cache_manager_refresh_path (session->cache, table->location);
  return ok;
}

static RushPlan *
run_drop (RushSqlSession *session, const RushCommand *command, RushPlan *child,
          const RushExecutionOptions *options, GError **error)
{
  const char *const *names = (const char *const *)command->names;
  guint n = g_strv_length (command->names);
  g_autoptr (RushTable) temporary = rush_catalog_find_view (session->catalog, names);

  if (temporary != NULL)
    {
      rush_catalog_drop_view (session->catalog, names[n - 1], n == 2);
      return rush_command_no_result ();
    }
  g_autoptr (RushTable) table = rush_catalog_find_table (session->catalog, names);
  if (table == NULL && !(command->flags & RUSH_COMMAND_IF_EXISTS))
    {
      rush_command_set_not_found (session, command, RUSH_NAME_FULL, error);
      return NULL;
    }
  if (table != NULL && !rush_command_remove_table (session, table, error))
    return NULL;
  return rush_command_no_result ();
}

static RushPlan *
run_truncate (RushSqlSession *session, const RushCommand *command, RushPlan *child,
              const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_command_find_table (session, command, "TRUNCATE TABLE", RUSH_NAME_COMMAND, error);
  if (table == NULL)
    return NULL;
  if (table->external)
    {
      g_autofree char *id = rush_table_id (table);
      rush_sql_error_set (error, RUSH_SQL_CLASS_CANNOT_TRUNCATE_EXTERNAL_TABLE, NULL, "tableName",
                          id, NULL);
      return NULL;
    }
  if (!rush_folder_remove (table->location, TRUE, error))
    return NULL;
  rush_cache_manager_refresh_path (session->cache, table->location);
  return rush_command_no_result ();
}

/* ── ALTER TABLE … RENAME ── */

/* A managed table's folder has its name. */
static gboolean
move_files (RushSqlSession *session, RushTable *table, const char *name, GError **error)
{
  g_autofree char *to = rush_catalog_default_location (session->catalog, table->database, name);

  if (table->location == NULL || table->external)
    return TRUE;
  if (g_rename (table->location, to) != 0)
    {
      rush_set_error_errno (error, errno, "cannot move the table's folder to", to);
      return FALSE;
    }
  rush_cache_manager_refresh_path (session->cache, table->location);
  g_free (table->location);
  table->location = g_steal_pointer (&to);
  return TRUE;
}

/* ALTER TABLE names RENAME TO columns[last] */
static RushPlan *
run_rename (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_command_find_permanent (session, command, "ALTER TABLE", RUSH_NAME_COMMAND, error);
  if (table == NULL)
    return NULL;
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
  if (!move_files (session, table, name, error))
    return NULL;
  rush_catalog_rename_table (session->catalog, table, name);
  return rush_command_no_result ();
}

const RushCommandEntry rush_table_commands[] = {
  { RUSH_COMMAND_CREATE_TABLE, run_create, "Execute CreateDataSourceTableCommand" },
  { RUSH_COMMAND_DROP_TABLE, run_drop, "DropTable" },
  { RUSH_COMMAND_TRUNCATE_TABLE, run_truncate, "Execute TruncateTableCommand" },
  { RUSH_COMMAND_ALTER_RENAME, run_rename, "Execute AlterTableRenameCommand" },
  { 0, NULL, NULL },
};
