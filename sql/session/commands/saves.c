/* saves.c - CREATE TABLE … AS, and DataFrameWriter.save () and saveAsTable ().
 *
 *                 there is no table        there is one
 *   errorifexists created                  TABLE_OR_VIEW_ALREADY_EXISTS
 *   ignore        created                  nothing happens
 *   append        created                  rows are added; its columns by name
 *   overwrite     created                  dropped, then created
 *
 * Mirrors: CreateDataSourceTableAsSelectCommand, PreprocessTableCreation, DataFrameWriter.
 */
#include "sql/session/files_private.h"
#include "sql/session/names_private.h"

#include "rdd/source/local_path.h"

/* ── to a folder ── */

static const char *
path_of (const RushCommand *command)
{
  for (guint i = 0; command->options != NULL && i + 1 < command->options->len; i += 2)
    if (g_ascii_strcasecmp (command->options->pdata[i], "path") == 0)
      return command->options->pdata[i + 1];
  return command->location;
}

static GPtrArray *
options_with_path (const RushCommand *command, const char *path)
{
  GPtrArray *options = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; command->options != NULL && i + 1 < command->options->len; i += 2)
    if (g_ascii_strcasecmp (command->options->pdata[i], "path") != 0)
      {
        g_ptr_array_add (options, g_strdup (command->options->pdata[i]));
        g_ptr_array_add (options, g_strdup (command->options->pdata[i + 1]));
      }
  g_ptr_array_add (options, g_strdup ("path"));
  g_ptr_array_add (options, g_strdup (path));
  return options;
}

static gboolean
save_to_folder (RushSqlSession *session, const RushCommand *command, RushPlan *query,
                const RushExecutionOptions *options, GError **error)
{
  const char *path = path_of (command);
  g_autoptr (RushCommand) write = rush_command_new (RUSH_COMMAND_WRITE);

  if (path == NULL)
    {
      g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                   "Expected exactly one path to be specified, but got: ");
      return FALSE;
    }
  if (rush_file_format_find (command->text) == NULL)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATA_SOURCE_NOT_FOUND, NULL, "provider",
                          command->text, NULL);
      return FALSE;
    }
  write->text = g_ascii_strdown (command->text, -1);
  write->location = rush_local_path_resolve (path, error);
  write->save_mode = command->save_mode;
  write->partitioning = g_strdupv (command->partitioning);
  write->options = options_with_path (command, path);
  if (write->save_mode == RUSH_SAVE_OVERWRITE && write->partitioning != NULL &&
      rush_session_overwrites_dynamically (session, command->options))
    write->flags |= RUSH_COMMAND_DYNAMIC_OVERWRITE;
  return write->location != NULL && rush_session_write (session, write, query, options, error);
}

/* ── to nowhere ── */

/* All rows are computed, and none is kept: what a query costs, without the files. */
static gboolean
save_to_nothing (RushSqlSession *session, const RushCommand *command, RushPlan *query,
                 const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushCommand) write = rush_command_new (RUSH_COMMAND_WRITE);

  if (command->save_mode != RUSH_SAVE_APPEND && command->save_mode != RUSH_SAVE_OVERWRITE)
    {
      rush_sql_error_set (
          error, RUSH_SQL_CLASS_UNSUPPORTED_DATA_SOURCE_SAVE_MODE, NULL, "source", "noop",
          "createMode", command->save_mode == RUSH_SAVE_IGNORE ? "\"Ignore\"" : "\"ErrorIfExists\"",
          NULL);
      return FALSE;
    }
  if (command->partitioning != NULL || command->n_buckets > 0)
    {
      g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                   "requirement failed: The provided partitioning or clustering columns do not "
                   "match the existing table's.");
      return FALSE;
    }
  write->text = g_strdup ("noop");
  write->save_mode = command->save_mode;
  g_autoptr (RushPlan) plan = rush_plan_command (rush_command_ref (write), rush_plan_ref (query));
  g_autoptr (RushQuery) running = rush_sql_session_query (session, plan);
  g_autoptr (GPtrArray) nothing = rush_query_collect (running, options, error);
  return nothing != NULL;
}

/* ── to a table ── */

static gboolean
is_empty_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);

  return folder == NULL || g_dir_read_name (folder) == NULL;
}

/* A new table does not take over files of others. */
static gboolean
check_location (const RushTable *table, RushSaveMode mode, GError **error)
{
  if (table->external || is_empty_folder (table->location))
    return TRUE;
  g_autofree char *id = rush_table_id (table);
  g_autofree char *uri = rush_local_path_to_uri (table->location);
  g_autofree char *quoted = g_strdup_printf ("'%s'", uri);
  rush_sql_error_set (error, RUSH_SQL_CLASS_LOCATION_ALREADY_EXISTS, NULL, "location", quoted,
                      "identifier", id, NULL);
  return FALSE;
}

static gboolean
create (RushSqlSession *session, const RushCommand *command, RushPlan *query,
        const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table = rush_command_make_table (session, command, error);
  g_autoptr (RushSchema) schema = rush_plan_schema (query);

  if (table == NULL || !rush_table_set_schema (table, schema, error) ||
      !check_location (table, command->save_mode, error))
    return FALSE;
  if (!rush_catalog_has_database (session->catalog, table->database))
    return rush_catalog_create_table (session->catalog, table, error); /* says what is missing */
  g_autoptr (RushCommand) write = rush_session_write_to_table (table, RUSH_SAVE_OVERWRITE);
  return rush_session_write (session, write, query, options, error) &&
         rush_catalog_create_table (session->catalog, table, error);
}

/* The table's columns by their names; others are refused. */
static gboolean
append (RushSqlSession *session, RushTable *table, RushPlan *query,
        const RushExecutionOptions *options, GError **error)
{
  RushAssignment by_name = { .by_name = TRUE };

  if (query->output->n != table->schema->n_fields)
    {
      g_autoptr (RushSchema) schema = rush_plan_schema (query);
      g_autofree char *have = rush_schema_to_string (table->schema);
      g_autofree char *given = rush_schema_to_string (schema);
      g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ANALYSIS,
                   "The column number of the existing table %s.%s.%s(%s) doesn't match the data "
                   "schema(%s).",
                   RUSH_CATALOG_NAME, table->database, table->name, have, given);
      return FALSE;
    }
  return rush_command_insert (session, table, FALSE, FALSE, query, &by_name, options, error);
}

/* The old table goes; rows may not come from it. */
static gboolean
replace (RushSqlSession *session, const RushCommand *command, RushTable *old, RushPlan *query,
         const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushCommand) write = rush_session_write_to_table (old, RUSH_SAVE_OVERWRITE);

  return rush_session_check_not_read (write, query, error) &&
         rush_command_remove_table (session, old, error) &&
         create (session, command, query, options, error);
}

static gboolean
save_to_table (RushSqlSession *session, const RushCommand *command, RushPlan *query,
               const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) old =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  RushSaveMode mode =
      command->flags & RUSH_COMMAND_IF_EXISTS ? RUSH_SAVE_IGNORE : command->save_mode;

  if (old == NULL)
    return create (session, command, query, options, error);
  if (mode == RUSH_SAVE_IGNORE)
    return TRUE;
  if (old->view == NULL && mode == RUSH_SAVE_APPEND)
    return append (session, old, query, options, error);
  if (old->view == NULL && mode == RUSH_SAVE_OVERWRITE)
    return replace (session, command, old, query, options, error);
  g_autofree char *id = rush_table_id (old);
  rush_sql_error_set (error, RUSH_SQL_CLASS_TABLE_OR_VIEW_ALREADY_EXISTS, NULL, "relationName", id,
                      NULL);
  return FALSE;
}

static RushPlan *
run_create_as (RushSqlSession *session, const RushCommand *command, RushPlan *child,
               const RushExecutionOptions *options, GError **error)
{
  return save_to_table (session, command, child, options, error) ? rush_command_no_result () : NULL;
}

static RushPlan *
run_write (RushSqlSession *session, const RushCommand *command, RushPlan *child,
           const RushExecutionOptions *options, GError **error)
{
  gboolean saved = g_ascii_strcasecmp (command->text, "noop") == 0
                       ? save_to_nothing (session, command, child, options, error)
                       : save_to_folder (session, command, child, options, error);

  return saved ? rush_command_no_result () : NULL;
}

const RushCommandEntry rush_save_commands[] = {
  { RUSH_COMMAND_CREATE_TABLE_AS, run_create_as, "Execute CreateDataSourceTableAsSelectCommand" },
  { RUSH_COMMAND_WRITE, run_write, NULL },
  { 0, NULL, NULL },
};
