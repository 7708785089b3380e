/* views.c - CREATE VIEW, DROP VIEW. */
#include "sql/session/session_private.h"

/* The query under the names that the view gives its columns. */
static RushPlan *
named_columns (RushPlan *query, char **columns, GError **error)
{
  guint n = g_strv_length (columns);
  if (n != query->output->n)
    {
      g_autofree char *given = g_strjoinv (", ", columns);
      rush_sql_error_set (
          error,
          n < query->output->n
              ? RUSH_SQL_CLASS_CREATE_VIEW_COLUMN_ARITY_MISMATCH_TOO_MANY_DATA_COLUMNS
              : RUSH_SQL_CLASS_CREATE_VIEW_COLUMN_ARITY_MISMATCH_NOT_ENOUGH_DATA_COLUMNS,
          NULL, "viewName", "", "viewColumns", given, "dataColumns", "", NULL);
      return NULL;
    }
  g_autofree RushExpr **named = g_new (RushExpr *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    named[i] = rush_expr_alias (rush_expr_ref (query->output->items[i]), columns[i], 0);
  return rush_plan_project (rush_expr_list_new (n, named), rush_plan_ref (query));
}

/* A view that stays, like a table: its query, and the text of it. */
static RushPlan *
create_persistent (RushSqlSession *session, const RushCommand *command, RushPlan *query,
                   GError **error)
{
  guint n = g_strv_length (command->names);
  g_autofree char *current = rush_catalog_current_database (session->catalog);
  g_autoptr (RushTable) old =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  if (old != NULL && command->flags & RUSH_COMMAND_IF_EXISTS)
    return rush_command_no_result ();
  if (old != NULL && command->flags & RUSH_COMMAND_REPLACE && old->view != NULL)
    rush_catalog_drop_table (session->catalog, (const char *const *)command->names);
  g_autoptr (RushTable) view =
      rush_table_new (n > 1 ? command->names[n - 2] : current, command->names[n - 1]);
  view->view = rush_plan_ref (query);
  view->view_text = g_strdup (command->query_text);
  view->comment = g_strdup (command->comment);
  view->schema = rush_plan_schema (query);
  if (!rush_catalog_create_table (session->catalog, view, error))
    return NULL;
  return rush_command_no_result ();
}

static RushPlan *
run_create (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushPlan) query =
      command->columns ? named_columns (child, command->columns, error) : rush_plan_ref (child);
  if (query == NULL)
    return NULL;
  gboolean global = (command->flags & RUSH_COMMAND_GLOBAL) != 0;
  if (!global && !(command->flags & RUSH_COMMAND_TEMPORARY))
    return create_persistent (session, command, query, error);
  guint n = g_strv_length (command->names);
  if (!rush_catalog_create_view (session->catalog, command->names[n - 1], query, global,
                                 (command->flags & RUSH_COMMAND_REPLACE) != 0, error))
    return NULL;
  return rush_command_no_result ();
}

static RushPlan *
run_drop (RushSqlSession *session, const RushCommand *command, RushPlan *child,
          const RushExecutionOptions *options, GError **error)
{
  guint n = g_strv_length (command->names);
  const char *name = command->names[n - 1];
  gboolean global = n == 2 && g_ascii_strcasecmp (command->names[0], RUSH_GLOBAL_TEMP) == 0;
  if ((n == 1 || global) && rush_catalog_drop_view (session->catalog, name, global))
    return rush_command_no_result ();
  g_autoptr (RushTable) table =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  if (table != NULL && table->view != NULL)
    {
      rush_catalog_drop_table (session->catalog, (const char *const *)command->names);
      return rush_command_no_result ();
    }
  if (command->flags & RUSH_COMMAND_IF_EXISTS)
    return rush_command_no_result ();
  g_autofree char *id = rush_sql_id ((const char *const *)command->names, n);
  rush_sql_error_set (error, RUSH_SQL_CLASS_VIEW_NOT_FOUND, NULL, "relationName", id, NULL);
  return NULL;
}

const RushCommandEntry rush_view_commands[] = {
  { RUSH_COMMAND_CREATE_VIEW, run_create },
  { RUSH_COMMAND_DROP_VIEW, run_drop },
  { 0, NULL },
};
