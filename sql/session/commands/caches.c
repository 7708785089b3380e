/* caches.c - CACHE TABLE, UNCACHE TABLE, CLEAR CACHE, REFRESH TABLE. */
#include "sql/session/names_private.h"

/* Unless LAZY: counts the rows, which computes them all. */
static gboolean
fill (RushSqlSession *session, RushPlan *plan, const RushExecutionOptions *options, GError **error)
{
  const char *const name[] = { "count", NULL };
  RushExpr *one = rush_expr_literal_int (&RUSH_INT32, 1);
  RushExpr *count =
      rush_expr_alias (rush_expr_unresolved_function (name, 1, &one, FALSE, NULL), "count", 0);
  g_autoptr (RushPlan) counting = rush_plan_aggregate (
      rush_expr_list_new (0, NULL), rush_expr_list_new (1, &count), rush_plan_ref (plan));
  g_autoptr (RushPlan) analyzed = rush_sql_session_analyze (session, counting, options, error);
  if (analyzed == NULL)
    return FALSE;
  g_autoptr (RushQuery) query = rush_sql_session_query (session, analyzed);
  GPtrArray *rows = rush_query_collect (query, options, error);
  if (rows == NULL)
    return FALSE;
  g_ptr_array_unref (rows);
  return TRUE;
}

static gboolean
keep_as_view (RushSqlSession *session, const RushCommand *command, RushPlan *query, GError **error)
{
  g_autoptr (RushTable) view =
      rush_table_new (NULL, command->names[g_strv_length (command->names) - 1]);

  view->view = rush_plan_ref (query);
  view->view_text = g_strdup (command->query_text);
  view->schema = rush_plan_schema (query);
  return rush_catalog_create_view (session->catalog, view, FALSE, error);
}

static RushPlan *
run_cache (RushSqlSession *session, const RushCommand *command, RushPlan *child,
           const RushExecutionOptions *options, GError **error)
{
  if (child != NULL && /* CACHE TABLE t AS SELECT …: a view of that name */
      !keep_as_view (session, command, child, error))
    return NULL;
  g_autoptr (RushPlan) plan =
      rush_command_named_plan (session, command, RUSH_NAME_QUERY, options, error);
  if (plan == NULL)
    return NULL;
  g_autofree char *name = g_strjoinv (".", command->names);
  if (!rush_sql_session_cache (session, plan, RUSH_STORAGE_MEMORY_AND_DISK, name, error))
    return NULL;
  if (!(command->flags & RUSH_COMMAND_LAZY) && !fill (session, plan, options, error))
    return NULL;
  return rush_command_no_result ();
}

static RushPlan *
run_uncache (RushSqlSession *session, const RushCommand *command, RushPlan *child,
             const RushExecutionOptions *options, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (RushPlan) plan =
      rush_command_named_plan (session, command, RUSH_NAME_QUERY, options, &why);
  if (plan != NULL)
    rush_sql_session_uncache (session, plan, FALSE);
  else if (!(command->flags & RUSH_COMMAND_IF_EXISTS))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  return rush_command_no_result ();
}

static RushPlan *
run_clear (RushSqlSession *session, const RushCommand *command, RushPlan *child,
           const RushExecutionOptions *options, GError **error)
{
  rush_cache_manager_clear (session->cache);
  return rush_command_no_result ();
}

/* Files are listed at each use of a table here; what is kept of them is computed again. */
static RushPlan *
run_refresh (RushSqlSession *session, const RushCommand *command, RushPlan *child,
             const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushPlan) plan =
      rush_command_named_plan (session, command, RUSH_NAME_COMMAND, options, error);
  if (plan == NULL)
    return NULL;
  g_autoptr (RushTable) table =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
  if (table != NULL && table->location != NULL)
    rush_cache_manager_refresh_path (session->cache, table->location);
  return rush_command_no_result ();
}

const RushCommandEntry rush_cache_commands[] = {
  { RUSH_COMMAND_CACHE_TABLE, run_cache, "CacheTable" },
  { RUSH_COMMAND_UNCACHE_TABLE, run_uncache, "UncacheTable" },
  { RUSH_COMMAND_CLEAR_CACHE, run_clear, "Execute ClearCacheCommand$" },
  { RUSH_COMMAND_REFRESH_TABLE, run_refresh, "Execute RefreshTableCommand" },
  { 0, NULL, NULL },
};
