/* names.c - see names_private.h.
 *
 * Mirrors: CheckAnalysis.checkAnalysis0 of UnresolvedTableOrView; expectTableNotViewError.
 */
#include "sql/session/names_private.h"

/* "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]", as far as was looked. */
static char *
search_path (RushSqlSession *session, RushNameStyle style)
{
  static const char *const before[] = {
    [RUSH_NAME_QUERY] = "`system`.`builtin`, `system`.`session`, ",
    [RUSH_NAME_COMMAND] = "`system`.`session`, ",
    [RUSH_NAME_FULL] = "",
  };
  g_autofree char *current = rush_catalog_current_database (session->catalog);
  const char *const parts[] = { RUSH_CATALOG_NAME, current };
  g_autofree char *id = rush_sql_id (parts, 2);

  return g_strdup_printf ("[%s%s]", before[style], id);
}

/* All three parts. */
static char *
full_id (RushSqlSession *session, const RushCommand *command)
{
  guint n = g_strv_length (command->names);
  g_autofree char *current = rush_catalog_current_database (session->catalog);
  const char *const parts[] = { RUSH_CATALOG_NAME, n > 1 ? command->names[n - 2] : current,
                                command->names[n - 1] };

  return rush_sql_id (parts, 3);
}

static char *
written_id (const RushCommand *command)
{
  return rush_sql_id ((const char *const *)command->names, g_strv_length (command->names));
}

static const RushSqlContext *
place_of (const RushCommand *command)
{
  return command->names_context.text != NULL ? &command->names_context : NULL;
}

gboolean
rush_command_set_not_found (RushSqlSession *session, const RushCommand *command,
                            RushNameStyle style, GError **error)
{
  g_autofree char *id = style == RUSH_NAME_FULL ? full_id (session, command) : written_id (command);
  g_autofree char *path = search_path (session, style);

  rush_sql_error_set (error, RUSH_SQL_CLASS_TABLE_OR_VIEW_NOT_FOUND,
                      style == RUSH_NAME_FULL ? NULL : place_of (command), "relationName", id,
                      "searchPath", path, NULL);
  return FALSE;
}

RushTable *
rush_command_find_permanent (RushSqlSession *session, const RushCommand *command,
                             const char *operation, RushNameStyle style, GError **error)
{
  const char *const *names = (const char *const *)command->names;
  g_autoptr (RushTable) temporary = rush_catalog_find_view (session->catalog, names);

  if (temporary != NULL)
    {
      g_autofree char *id = written_id (command);
      rush_sql_error_set (error, RUSH_SQL_CLASS_EXPECT_PERMANENT_VIEW_NOT_TEMP, place_of (command),
                          "operation", operation, "viewName", id, NULL);
      return NULL;
    }
  RushTable *found = rush_catalog_find_table (session->catalog, names);
  if (found == NULL)
    rush_command_set_not_found (session, command, style, error);
  return found;
}

RushTable *
rush_command_find_table (RushSqlSession *session, const RushCommand *command, const char *operation,
                         RushNameStyle style, GError **error)
{
  const char *const *names = (const char *const *)command->names;
  g_autoptr (RushTable) temporary = rush_catalog_find_view (session->catalog, names);
  g_autoptr (RushTable) found =
      temporary != NULL ? NULL : rush_catalog_find_table (session->catalog, names);

  if (temporary == NULL && found == NULL)
    rush_command_set_not_found (session, command, style, error);
  else if (temporary != NULL || found->view != NULL)
    {
      g_autofree char *id = temporary != NULL ? written_id (command) : rush_table_id (found);
      rush_sql_error_set (error, RUSH_SQL_CLASS_EXPECT_TABLE_NOT_VIEW_NO_ALTERNATIVE,
                          place_of (command), "operation", operation, "viewName", id, NULL);
    }
  else
    return g_steal_pointer (&found);
  return NULL;
}

RushPlan *
rush_command_named_plan (RushSqlSession *session, const RushCommand *command, RushNameStyle style,
                         const RushExecutionOptions *options, GError **error)
{
  RushCatalogView *catalog = rush_catalog_view (session->catalog);
  const char *const *names = (const char *const *)command->names;
  GError *problem = NULL;
  g_autoptr (RushPlan) found = catalog->lookup_relation (catalog, names, NULL, &problem);

  if (found != NULL)
    return rush_sql_session_analyze (session, found, options, error);
  if (problem != NULL)
    g_propagate_error (error, problem);
  else
    rush_command_set_not_found (session, command, style, error);
  return NULL;
}
