/* databases.c - CREATE DATABASE, DROP DATABASE, USE. */
#include "sql/session/session_private.h"

#include "rdd/source/local_path.h"

static const char *
last_name (const RushCommand *command)
{
  return command->names[g_strv_length (command->names) - 1];
}

/* @full: with the catalog's name. */
static void
set_schema_error (GError **error, RushSqlErrorClass error_class, const char *name, gboolean full)
{
  const char *const parts[] = { RUSH_CATALOG_NAME, name };
  g_autofree char *id = full ? rush_sql_id (parts, 2) : rush_sql_id_of (name);
  rush_sql_error_set (error, error_class, NULL, "schemaName", id, NULL);
}

static RushPlan *
run_create (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  const char *name = last_name (command);
  if (g_ascii_strcasecmp (name, RUSH_GLOBAL_TEMP) == 0)
    {
      g_autofree char *id = rush_sql_id_of (name);
      rush_sql_error_set (error, RUSH_SQL_CLASS_RESERVED_DATABASE_NAME, NULL, "database", id, NULL);
      return NULL;
    }
  g_autofree char *location = NULL;
  if (command->location != NULL &&
      (location = rush_local_path_resolve (command->location, error)) == NULL)
    return NULL;
  if (!rush_catalog_has_database (session->catalog, name))
    rush_catalog_create_database (session->catalog, name, location, command->comment);
  else if (!(command->flags & RUSH_COMMAND_IF_EXISTS))
    {
      set_schema_error (error, RUSH_SQL_CLASS_SCHEMA_ALREADY_EXISTS, name, FALSE);
      return NULL;
    }
  return rush_command_no_result ();
}

static RushPlan *
run_drop (RushSqlSession *session, const RushCommand *command, RushPlan *child,
          const RushExecutionOptions *options, GError **error)
{
  const char *name = last_name (command);
  if (g_ascii_strcasecmp (name, "default") == 0)
    {
      const char *const parts[] = { RUSH_CATALOG_NAME, name };
      g_autofree char *id = rush_sql_id (parts, 2);
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_FEATURE_DROP_DATABASE, NULL, "database",
                          id, NULL);
      return NULL;
    }
  if (!rush_catalog_has_database (session->catalog, name))
    {
      if (command->flags & RUSH_COMMAND_IF_EXISTS)
        return rush_command_no_result ();
      set_schema_error (error, RUSH_SQL_CLASS_SCHEMA_NOT_FOUND, name, TRUE);
      return NULL;
    }
  g_auto (GStrv) tables = rush_catalog_tables (session->catalog, name);
  if (tables[0] != NULL && !(command->flags & RUSH_COMMAND_CASCADE))
    {
      set_schema_error (error, RUSH_SQL_CLASS_SCHEMA_NOT_EMPTY, name, FALSE);
      return NULL;
    }
  for (char **table = tables; *table != NULL; table++)
    {
      const char *const names[] = { name, *table, NULL };
      g_autoptr (RushTable) found = rush_catalog_find_table (session->catalog, names);
      if (found != NULL && !rush_command_remove_table (session, found, error))
        return NULL;
    }
  rush_catalog_drop_database (session->catalog, name);
  return rush_command_no_result ();
}

static RushPlan *
run_use (RushSqlSession *session, const RushCommand *command, RushPlan *child,
         const RushExecutionOptions *options, GError **error)
{
  const char *name = last_name (command);
  if (!rush_catalog_has_database (session->catalog, name))
    {
      set_schema_error (error, RUSH_SQL_CLASS_SCHEMA_NOT_FOUND, name, TRUE);
      return NULL;
    }
  rush_catalog_set_current_database (session->catalog, name);
  return rush_command_no_result ();
}

const RushCommandEntry rush_database_commands[] = {
  { RUSH_COMMAND_CREATE_DATABASE, run_create, "CreateNamespace" },
  { RUSH_COMMAND_DROP_DATABASE, run_drop, "DropNamespace" },
  { RUSH_COMMAND_USE, run_use, "SetCatalogAndNamespace" },
  { 0, NULL, NULL },
};
