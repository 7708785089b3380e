/* views.c - CREATE VIEW, DROP VIEW: what is kept of a query under a name.
 *
 * The catalog resolves a view's query anew whenever the view is used (catalog_views.c); here it is
 * resolved once, to see that it can be, and which columns it has.
 *
 * Mirrors: CreateViewCommand, DropTableCommand, DropTempViewCommand.
 */
#include "sql/session/files_private.h"

#include "sql/physical/statement.h"
#include "sql/session/names_private.h"

#include <string.h>

static gboolean
is_temporary (const RushCommand *command)
{
  return (command->flags & (RUSH_COMMAND_GLOBAL | RUSH_COMMAND_TEMPORARY)) != 0;
}

/* ── what may not be ── */

static gboolean
check_arity (const RushTable *view, const RushCommand *command, const RushPlan *query,
             GError **error)
{
  guint n = command->columns != NULL ? g_strv_length (command->columns) : query->output->n;
  if (n == query->output->n)
    return TRUE;
  g_auto (GStrv) outputs = rush_output_names (query);
  g_autofree char *id = rush_table_id (view);
  g_autofree char *columns = rush_quoted_names (command->columns);
  g_autofree char *data = rush_quoted_names (outputs);
  rush_sql_error_set (
      error,
      n < query->output->n
          ? RUSH_SQL_CLASS_CREATE_VIEW_COLUMN_ARITY_MISMATCH_TOO_MANY_DATA_COLUMNS
          : RUSH_SQL_CLASS_CREATE_VIEW_COLUMN_ARITY_MISMATCH_NOT_ENOUGH_DATA_COLUMNS,
      NULL, "viewName", id, "viewColumns", columns, "dataColumns", data, NULL);
  return FALSE;
}

/* A temporary view in the plan: its name is not that of a table. */
static gboolean
note_temporary (const RushPlan *node, gpointer data)
{
  const RushPlan **found = data;

  if (node->kind == RUSH_PLAN_VIEW && g_strv_length (node->as.names.names) < 3)
    *found = node;
  return *found != NULL || node->kind == RUSH_PLAN_VIEW;
}

static gboolean
check_permanent (const RushTable *view, const RushPlan *query, GError **error)
{
  const RushPlan *temporary = NULL;
  rush_plan_visit (query, note_temporary, &temporary);
  if (temporary == NULL)
    return TRUE;
  g_autofree char *id = rush_table_id (view);
  char **names = temporary->as.names.names;
  g_autofree char *other = rush_sql_id ((const char *const *)names, g_strv_length (names));
  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_TEMP_OBJ_REFERENCE, NULL, "objName", id, "obj",
                      "VIEW", "tempObjName", other, "tempObj", "VIEW", NULL);
  return FALSE;
}

/* A view that reads itself would never end. */
static gboolean
note_itself (const RushPlan *node, gpointer data)
{
  gconstpointer *view_and_found = data;
  const RushTable *view = view_and_found[0]; /* and, once found, the node */

  if (node->kind == RUSH_PLAN_VIEW)
    {
      char **names = node->as.names.names;
      guint n = g_strv_length (names);

      if (g_ascii_strcasecmp (names[n - 1], view->name) == 0 &&
          (n == 1
               ? view->database == NULL
               : view->database != NULL && g_ascii_strcasecmp (names[n - 2], view->database) == 0))
        view_and_found[1] = node;
    }
  return view_and_found[1] != NULL;
}

static gboolean
check_not_recursive (const RushTable *view, const RushPlan *query, GError **error)
{
  gconstpointer view_and_found[] = { view, NULL };
  rush_plan_visit (query, note_itself, view_and_found);
  if (view_and_found[1] == NULL)
    return TRUE;
  g_autofree char *id = rush_table_id (view);
  g_autofree char *path = g_strdup_printf ("%s -> %s", id, id);
  rush_sql_error_set (error, RUSH_SQL_CLASS_RECURSIVE_VIEW, NULL, "viewIdent", id, "newPath", path,
                      NULL);
  return FALSE;
}

/* ── CREATE VIEW ── */

/* The query's columns, under the names that the view gives them. */
static RushSchema *
view_schema (const RushPlan *query, char **columns)
{
  g_autofree RushField *fields = g_new (RushField, query->output->n + 1);

  for (guint i = 0; i < query->output->n; i++)
    {
      const RushExpr *column = query->output->items[i];
      fields[i] = (RushField){ (char *)(columns ? columns[i] : rush_expr_name (column)),
                               column->type, column->nullable };
    }
  return rush_schema_new (query->output->n, fields);
}

/* A permanent view's query by itself: its errors count lines and columns from its own beginning.
 * (transfer full) */
static RushPlan *
as_written (RushSqlSession *session, const RushCommand *command, RushPlan *parsed)
{
  RushParserOptions options = rush_sql_session_parser_options (session);
  RushPlan *alone = NULL;

  if (!is_temporary (command) && command->query_text != NULL)
    alone = rush_parse_statement (command->query_text, &options, NULL);
  return alone != NULL ? alone : rush_plan_ref (parsed);
}

/* What is kept; NULL: it may not be. */
static RushTable *
make_view (RushSqlSession *session, const RushCommand *command, RushPlan *parsed, RushPlan *query,
           GError **error)
{
  guint n = g_strv_length (command->names);
  g_autofree char *current = rush_catalog_current_database (session->catalog);
  const char *database = command->flags & RUSH_COMMAND_GLOBAL ? RUSH_GLOBAL_TEMP
                         : is_temporary (command)             ? NULL
                         : n > 1                              ? command->names[n - 2]
                                                              : current;
  g_autoptr (RushTable) view = rush_table_new (database, command->names[n - 1]);

  if (!check_arity (view, command, query, error) ||
      (command->columns != NULL && !rush_check_no_duplicates (command->columns, FALSE, error)))
    return NULL;
  view->view = as_written (session, command, parsed);
  view->view_text = g_strdup (command->query_text);
  view->view_database = g_strdup (current);
  view->view_outputs = rush_output_names (query);
  view->schema = view_schema (query, command->columns);
  view->column_comments = g_strdupv (command->column_comments);
  view->comment = g_strdup (command->comment);
  view->properties = command->properties ? g_ptr_array_ref (command->properties) : NULL;
  return g_steal_pointer (&view);
}

static gboolean
create_permanent (RushSqlSession *session, const RushCommand *command, RushTable *view,
                  const RushPlan *query, GError **error)
{
  const char *const *names = (const char *const *)command->names;
  g_autoptr (RushTable) old = rush_catalog_find_table (session->catalog, names);
  g_auto (GStrv) outputs = rush_output_names (query);

  if (old != NULL && command->flags & RUSH_COMMAND_IF_EXISTS)
    return TRUE;
  if (!check_permanent (view, query, error))
    return FALSE;
  if (command->columns == NULL && !rush_check_no_duplicates (outputs, FALSE, error))
    return FALSE;
  if (old != NULL && command->flags & RUSH_COMMAND_REPLACE && old->view != NULL)
    {
      if (!check_not_recursive (view, query, error))
        return FALSE;
      rush_catalog_drop_table (session->catalog, names);
    }
  return rush_catalog_create_table (session->catalog, view, error);
}

static gboolean
create_view (RushSqlSession *session, const RushCommand *command, RushPlan *parsed, RushPlan *query,
             GError **error)
{
  g_autoptr (RushTable) view = make_view (session, command, parsed, query, error);
  gboolean replace = (command->flags & RUSH_COMMAND_REPLACE) != 0;

  if (view == NULL)
    return FALSE;
  if (!is_temporary (command))
    return create_permanent (session, command, view, query, error);
  /* A DataFrame's plan holds what the old view was; a text would look the new one up. */
  g_auto (GStrv) outputs = rush_output_names (query);
  if (command->query_text != NULL && command->columns == NULL &&
      !rush_check_no_duplicates (outputs, FALSE, error))
    return FALSE;
  if (replace && !parsed->resolved && !check_not_recursive (view, query, error))
    return FALSE;
  return rush_catalog_create_view (session->catalog, view, replace, error);
}

typedef struct
{
  RushSqlSession *session;
  const RushCommand *command;
  RushPlan *parsed, *query;
} Creation;

static gboolean
act (gpointer data, GError **error)
{
  const Creation *self = data;

  return create_view (self->session, self->command, self->parsed, self->query, error);
}

RushPlan *
rush_create_view (RushSqlSession *session, const RushCommand *command, RushPlan *parsed,
                  RushPlan *query, const RushExecutionOptions *options, GError **error)
{
  Creation self = { session, command, parsed, query };
  RushQueryEnvironment environment = rush_sql_session_environment (session);
  gboolean ok =
      rush_statement_run (&environment, "Execute CreateViewCommand", options, act, &self, error);

  rush_query_environment_clear (&environment);
  return ok ? rush_command_no_result () : NULL;
}

/* CREATE TEMPORARY VIEW v USING csv OPTIONS (path …): a name for files. */
static RushPlan *
run_create_using (RushSqlSession *session, const RushCommand *command, RushPlan *child,
                  const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushOptions) given = rush_options_new ();
  for (guint i = 0; command->options != NULL && i + 1 < command->options->len; i += 2)
    rush_options_set (given, command->options->pdata[i], command->options->pdata[i + 1]);
  const char *path = rush_options_get (given, "path");
  g_autoptr (RushPlan) files = rush_sql_session_load (session, command->text, &path, path != NULL,
                                                      command->schema, given, options, error);
  return files != NULL && create_view (session, command, files, files, error)
             ? rush_command_no_result ()
             : NULL;
}

/* ── DROP VIEW ── */

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
  if (table == NULL)
    return command->flags & RUSH_COMMAND_IF_EXISTS ||
                   rush_command_set_not_found (session, command, RUSH_NAME_FULL, error)
               ? rush_command_no_result ()
               : NULL;
  if (table->view == NULL)
    {
      g_autofree char *name =
          g_strdup_printf ("%s.%s.%s", RUSH_CATALOG_NAME, table->database, table->name);
      rush_sql_error_set (error, RUSH_SQL_CLASS_WRONG_COMMAND_FOR_OBJECT_TYPE, NULL, "operation",
                          "DROP VIEW", "requiredType", "VIEW or METRIC_VIEW", "objectName", name,
                          "foundType", table->external ? "EXTERNAL" : "MANAGED", "alternative",
                          "DROP TABLE", NULL);
      return NULL;
    }
  rush_catalog_drop_table (session->catalog, names);
  return rush_command_no_result ();
}

const RushCommandEntry rush_view_commands[] = {
  { RUSH_COMMAND_CREATE_VIEW, run_create_using, "Execute CreateTempViewUsing" },
  { RUSH_COMMAND_DROP_VIEW, run_drop, "Execute DropTempViewCommand" },
  { 0, NULL, NULL },
};
