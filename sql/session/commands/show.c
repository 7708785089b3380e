/* show.c - SHOW TABLES, VIEWS, DATABASES, COLUMNS, FUNCTIONS, TBLPROPERTIES: lists of names. */
#include "sql/session/files_private.h"
#include "sql/session/names_private.h"

#include "sql/functions/function.h"

#include <string.h>

/* Spark's patterns: * is any text, | separates several, case does not matter. */
static gboolean
matches (const char *pattern, const char *name)
{
  if (pattern == NULL)
    return TRUE;
  g_autofree char *small_pattern = g_utf8_strdown (pattern, -1);
  g_autofree char *small_name = g_utf8_strdown (name, -1);
  g_auto (GStrv) choices = g_strsplit (small_pattern, "|", -1);
  for (char **choice = choices; *choice != NULL; choice++)
    if (g_pattern_match_simple (g_strstrip (*choice), small_name))
      return TRUE;
  return FALSE;
}

static RushPlan *
result_of (RushSchema *schema, GPtrArray *cells)
{
  return rush_command_result (schema, (const char *const *)cells->pdata,
                              cells->len / schema->n_fields);
}

static void
add (GPtrArray *cells, const char *text)
{
  g_ptr_array_add (cells, g_strdup (text));
}

static void
add_temporary (GPtrArray *cells, RushSqlSession *session, gboolean global, const char *pattern)
{
  g_auto (GStrv) views = rush_catalog_temporary_views (session->catalog, global);
  for (char **name = views; *name != NULL; name++)
    if (matches (pattern, *name))
      {
        add (cells, global ? RUSH_GLOBAL_TEMP : "");
        add (cells, *name);
        add (cells, "true");
      }
}

/* The database of a statement: named, or the current one; NULL with @error: there is none. */
static char *
database_of (RushSqlSession *session, const RushCommand *command, GError **error)
{
  if (command->names == NULL)
    return rush_catalog_current_database (session->catalog);
  const char *name = command->names[g_strv_length (command->names) - 1];
  if (rush_catalog_has_database (session->catalog, name) ||
      g_ascii_strcasecmp (name, RUSH_GLOBAL_TEMP) == 0)
    return g_strdup (name);
  const char *const parts[] = { RUSH_CATALOG_NAME, name };
  g_autofree char *id = rush_sql_id (parts, 2);
  rush_sql_error_set (error, RUSH_SQL_CLASS_SCHEMA_NOT_FOUND, NULL, "schemaName", id, NULL);
  return NULL;
}

static RushPlan *
list_relations (RushSqlSession *session, const RushCommand *command, gboolean views_only,
                const char *name_column, GError **error)
{
  g_autofree char *database = database_of (session, command, error);
  if (database == NULL)
    return NULL;
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) tables = rush_catalog_tables (session->catalog, database);
  for (char **name = tables; *name != NULL; name++)
    {
      const char *const parts[] = { database, *name, NULL };
      g_autoptr (RushTable) table = rush_catalog_find_table (session->catalog, parts);
      if (table == NULL || (views_only && table->view == NULL) || !matches (command->text, *name))
        continue;
      add (cells, database);
      add (cells, *name);
      add (cells, "false");
    }
  if (g_ascii_strcasecmp (database, RUSH_GLOBAL_TEMP) == 0)
    add_temporary (cells, session, TRUE, command->text);
  add_temporary (cells, session, FALSE, command->text);
  g_autoptr (RushSchema) schema = rush_schema_of ("namespace", &RUSH_STRING, name_column,
                                                  &RUSH_STRING, "isTemporary", &RUSH_BOOL, NULL);
  return result_of (schema, cells);
}

static RushPlan *
run_tables (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  return list_relations (session, command, FALSE, "tableName", error);
}

static RushPlan *
run_views (RushSqlSession *session, const RushCommand *command, RushPlan *child,
           const RushExecutionOptions *options, GError **error)
{
  return list_relations (session, command, TRUE, "viewName", error);
}

static RushPlan *
names_result (const char *column, char **names, const char *pattern)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  for (char **name = names; *name != NULL; name++)
    if (matches (pattern, *name))
      add (cells, *name);
  g_autoptr (RushSchema) schema = rush_schema_of (column, &RUSH_STRING, NULL);
  return result_of (schema, cells);
}

static RushPlan *
run_databases (RushSqlSession *session, const RushCommand *command, RushPlan *child,
               const RushExecutionOptions *options, GError **error)
{
  g_auto (GStrv) names = rush_catalog_databases (session->catalog);
  return names_result ("namespace", names, command->text);
}

static RushPlan *
run_columns (RushSqlSession *session, const RushCommand *command, RushPlan *child,
             const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushPlan) plan =
      rush_command_named_plan (session, command, RUSH_NAME_COMMAND, options, error);
  if (plan == NULL)
    return NULL;
  g_auto (GStrv) all = rush_output_names (plan);
  return names_result ("col_name", all, NULL);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static RushPlan *
run_functions (RushSqlSession *session, const RushCommand *command, RushPlan *child,
               const RushExecutionOptions *options, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_auto (GStrv) users = rush_catalog_functions (session->catalog);
  for (char **name = users; *name != NULL; name++)
    g_ptr_array_add (names, *name);
  for (const char *const *name = rush_function_names (); *name != NULL; name++)
    g_ptr_array_add (names, (gpointer)*name);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return names_result ("function", (char **)names->pdata, command->text);
}

/* Properties, and options as option.… */
static void
add_properties (GPtrArray *cells, const RushTable *table)
{
  for (guint i = 0; table->properties != NULL && i < table->properties->len; i++)
    add (cells, table->properties->pdata[i]);
  for (guint i = 0; table->options != NULL && i + 1 < table->options->len; i += 2)
    {
      g_autofree char *key = g_strdup_printf ("option.%s", (char *)table->options->pdata[i]);
      add (cells, key);
      add (cells, table->options->pdata[i + 1]);
    }
}

/* The value of one key, or a sentence. */
static GPtrArray *
one_property (const RushTable *table, const char *key, const GPtrArray *all)
{
  GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *missing = g_strdup_printf ("Table %s.%s.%s does not have property: %s",
                                              RUSH_CATALOG_NAME, table->database, table->name, key);
  const char *value = missing;

  for (guint i = 0; i + 1 < all->len; i += 2)
    if (g_str_equal (all->pdata[i], key))
      value = all->pdata[i + 1];
  add (cells, key);
  add (cells, value);
  return cells;
}

static RushPlan *
run_properties (RushSqlSession *session, const RushCommand *command, RushPlan *child,
                const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table = rush_command_find_permanent (session, command, "SHOW TBLPROPERTIES",
                                                             RUSH_NAME_COMMAND, error);
  if (table == NULL)
    return NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);
  add_properties (all, table);
  g_autoptr (RushSchema) schema = rush_schema_of ("key", &RUSH_STRING, "value", &RUSH_STRING, NULL);
  if (command->columns == NULL)
    return result_of (schema, all);
  g_autoptr (GPtrArray) one = one_property (table, command->columns[0], all);
  return result_of (schema, one);
}

const RushCommandEntry rush_show_commands[] = {
  { RUSH_COMMAND_SHOW_TABLES, run_tables, "ShowTables" },
  { RUSH_COMMAND_SHOW_VIEWS, run_views, "Execute ShowViewsCommand" },
  { RUSH_COMMAND_SHOW_DATABASES, run_databases, "Execute ShowNamespacesCommand" },
  { RUSH_COMMAND_SHOW_COLUMNS, run_columns, "Execute ShowColumnsCommand" },
  { RUSH_COMMAND_SHOW_FUNCTIONS, run_functions, "Execute ShowFunctionsCommand" },
  { RUSH_COMMAND_SHOW_TBLPROPERTIES, run_properties, "ShowTableProperties" },
  { 0, NULL, NULL },
};
