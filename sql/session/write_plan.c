/* write_plan.c - a query whose rows become files: what goes on top of it, and running it.
 *
 *   Command (WRITE)                            sql/physical/write.c makes operators of it
 *   └── Sort [k, bucket, …], within partitions   a task has one file open at a time
 *       └── Project [empty strings are null]     only if a text becomes the name of a folder
 *           └── the query
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.{V1Writes,V1WritesUtils}, and the checks of
 *          PreWriteCheck and DDLUtils.verifyNotReadPath.
 */
#include "sql/session/files_private.h"

#include "rdd/source/local_path.h"

#include <string.h>

/* ── names ── */

gint
rush_schema_find_column (const RushSchema *schema, const char *name, gboolean case_sensitive)
{
  for (guint i = 0; i < schema->n_fields; i++)
    if (case_sensitive ? strcmp (schema->fields[i].name, name) == 0
                       : g_ascii_strcasecmp (schema->fields[i].name, name) == 0)
      return (gint)i;
  return -1;
}

char *
rush_quoted_names (char *const *names)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *const part[] = { names[i] };
      g_autofree char *id = rush_sql_id (part, 1);

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", id);
    }
  return g_string_free (out, FALSE);
}

gboolean
rush_check_no_duplicates (char *const *names, gboolean case_sensitive, GError **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    for (guint k = 0; k < i; k++)
      if (case_sensitive ? strcmp (names[i], names[k]) == 0
                         : g_ascii_strcasecmp (names[i], names[k]) == 0)
        {
          g_autofree char *small =
              case_sensitive ? g_strdup (names[i]) : g_utf8_strdown (names[i], -1);
          const char *const part[] = { small };
          g_autofree char *id = rush_sql_id (part, 1);

          rush_sql_error_set (error, RUSH_SQL_CLASS_COLUMN_ALREADY_EXISTS, NULL, "columnName", id,
                              NULL);
          return FALSE;
        }
  return TRUE;
}

char **
rush_output_names (const RushPlan *plan)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < plan->output->n; i++)
    g_strv_builder_add (names, rush_expr_name (plan->output->items[i]));
  return g_strv_builder_end (names);
}

/* ── the order of rows ── */

static gboolean
has_name (char *const *names, const char *name)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (g_ascii_strcasecmp (names[i], name) == 0)
      return TRUE;
  return FALSE;
}

/* Columns of folders whose names the rows tell. */
static gboolean
is_dynamic (const RushCommand *write, const char *name)
{
  if (!has_name (write->partitioning, name))
    return FALSE;
  for (guint i = 0; write->static_partition != NULL && i < write->static_partition->len; i += 2)
    if (g_ascii_strcasecmp (write->static_partition->pdata[i], name) == 0)
      return FALSE;
  return TRUE;
}

static RushExpr *
call (const char *name, guint n, RushExpr *const *args)
{
  const char *const names[] = { name, NULL };

  return rush_expr_unresolved_function (names, n, args, FALSE, NULL);
}

/* A folder cannot be called "": such a value goes where nulls go. */
static RushPlan *
empty_to_null (RushPlan *query /* taken over */, const RushCommand *write)
{
  guint n = query->output->n;
  g_autofree RushExpr **columns = g_new (RushExpr *, MAX (n, 1));
  gboolean any = FALSE;

  for (guint i = 0; i < n; i++)
    {
      RushExpr *column = query->output->items[i];
      gboolean text = column->type == &RUSH_STRING && is_dynamic (write, rush_expr_name (column));

      columns[i] = rush_expr_ref (column);
      if (!text)
        continue;
      RushExpr *args[] = { columns[i], rush_expr_literal_string ("", 0) };
      columns[i] = rush_expr_alias (call ("nullif", 2, args), rush_expr_name (column), 0);
      any = TRUE;
    }
  RushExprList *list = rush_expr_list_new (n, columns);
  if (any)
    return rush_plan_project (list, query);
  rush_expr_list_unref (list);
  return query;
}

static void
add_order (GPtrArray *orders, RushExpr *expr /* taken over */)
{
  g_ptr_array_add (orders, rush_expr_sort_order (expr, FALSE, FALSE));
}

static void
add_orders_by_name (GPtrArray *orders, const RushPlan *query, char *const *names,
                    const RushCommand *write, gboolean dynamic_only)
{
  for (guint k = 0; names != NULL && names[k] != NULL; k++)
    for (guint i = 0; i < query->output->n; i++)
      if (g_ascii_strcasecmp (rush_expr_name (query->output->items[i]), names[k]) == 0 &&
          (!dynamic_only || is_dynamic (write, names[k])))
        add_order (orders, rush_expr_ref (query->output->items[i]));
}

/* pmod (hash (columns), n): in which bucket a row lies. */
static void
add_bucket_order (GPtrArray *orders, const RushPlan *query, const RushCommand *write)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new ();

  for (guint i = 0; i < query->output->n; i++)
    if (has_name (write->bucket_columns, rush_expr_name (query->output->items[i])))
      g_ptr_array_add (columns, rush_expr_ref (query->output->items[i]));
  if (columns->len == 0)
    return;
  RushExpr *hash = call ("hash", columns->len, (RushExpr *const *)columns->pdata);
  RushExpr *args[] = { hash, rush_expr_literal_int (&RUSH_INT32, write->n_buckets) };
  add_order (orders, call ("pmod", 2, args));
}

/* Whether the user sorted the rows in this way, or a finer one, already. */
static gboolean
is_sorted (const RushPlan *query, const GPtrArray *orders)
{
  if (query->kind != RUSH_PLAN_SORT || query->lists[0]->n < orders->len)
    return FALSE;
  for (guint i = 0; i < orders->len; i++)
    if (!rush_expr_equal (query->lists[0]->items[i], orders->pdata[i]))
      return FALSE;
  return TRUE;
}

static RushPlan *
sort_for_files (RushPlan *query /* taken over */, const RushCommand *write)
{
  g_autoptr (GPtrArray) orders = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  add_orders_by_name (orders, query, write->partitioning, write, TRUE);
  add_bucket_order (orders, query, write);
  add_orders_by_name (orders, query, write->sort_columns, write, FALSE);
  if (orders->len == 0 || is_sorted (query, orders))
    return query;
  for (guint i = 0; i < orders->len; i++)
    rush_expr_ref (orders->pdata[i]);
  return rush_plan_sort (rush_expr_list_new (orders->len, (RushExpr *const *)orders->pdata), FALSE,
                         query);
}

/* What the operator that writes is given: analyzed. */
static RushPlan *
rows_for_files (RushSqlSession *session, const RushCommand *write, RushPlan *query, GError **error)
{
  g_autoptr (RushPlan) texts = empty_to_null (rush_plan_ref (query), write);
  RushPlan *named = rush_sql_session_analyze (session, texts, NULL, error);

  if (named == NULL)
    return NULL;
  g_autoptr (RushPlan) sorted = sort_for_files (named, write);
  return rush_sql_session_analyze (session, sorted, NULL, error);
}

/* ── what may not be ── */

typedef struct
{
  const char *path;
  gboolean found;
} Reader;

static gboolean
note_reader (const RushPlan *node, gpointer data)
{
  Reader *self = data;

  if (node->kind == RUSH_PLAN_RELATION)
    self->found |= rush_file_source_reads_path (node->as.source.source, self->path);
  return self->found;
}

gboolean
rush_session_check_not_read (const RushCommand *write, const RushPlan *query, GError **error)
{
  Reader reader = { write->location, FALSE };

  if (write->save_mode != RUSH_SAVE_OVERWRITE || write->flags & RUSH_COMMAND_DYNAMIC_OVERWRITE)
    return TRUE;
  rush_plan_visit (query, note_reader, &reader);
  if (!reader.found)
    return TRUE;
  if (write->names != NULL)
    {
      g_autofree char *id =
          rush_sql_id ((const char *const *)write->names, g_strv_length (write->names));
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_OVERWRITE_TABLE, NULL, "table", id,
                          NULL);
    }
  else
    {
      g_autofree char *uri = rush_local_path_to_uri (write->location);
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", uri);
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_OVERWRITE_PATH, NULL, "path", quoted,
                          NULL);
    }
  return FALSE;
}

gboolean
rush_session_overwrites_dynamically (RushSqlSession *session, const GPtrArray *options)
{
  RushEvalSettings settings = rush_sql_session_settings (session);
  const char *mode =
      rush_settings_get_string (&settings, "spark.sql.sources.partitionOverwriteMode");

  for (guint i = 0; options != NULL && i + 1 < options->len; i += 2)
    if (g_ascii_strcasecmp (options->pdata[i], "partitionOverwriteMode") == 0)
      mode = options->pdata[i + 1];
  gboolean dynamic = g_ascii_strcasecmp (mode, "dynamic") == 0;
  g_hash_table_unref (settings.conf);
  return dynamic;
}

/* ── running it ── */

gboolean
rush_session_write (RushSqlSession *session, RushCommand *write, RushPlan *query,
                    const RushExecutionOptions *options, GError **error)
{
  RushEvalSettings settings = rush_sql_session_settings (session);
  g_auto (GStrv) names = rush_output_names (query);
  gboolean fits = rush_session_check_not_read (write, query, error) &&
                  rush_check_no_duplicates (names, settings.case_sensitive, error);

  g_hash_table_unref (settings.conf);
  if (!fits)
    return FALSE;
  RushPlan *rows = rows_for_files (session, write, query, error);
  if (rows == NULL)
    return FALSE;
  g_autoptr (RushPlan) plan = rush_plan_command (rush_command_ref (write), rows);
  g_autoptr (RushQuery) running = rush_sql_session_query (session, plan);
  g_autoptr (GPtrArray) nothing = rush_query_collect (running, options, error);
  rush_cache_manager_refresh_path (session->cache, write->location);
  return nothing != NULL;
}

RushCommand *
rush_session_write_to_table (const RushTable *table, RushSaveMode mode)
{
  RushCommand *write = rush_command_new (RUSH_COMMAND_WRITE);
  const char *names[] = { RUSH_CATALOG_NAME, table->database, table->name, NULL };

  write->names = g_strdupv ((char **)names);
  write->text = g_strdup (table->provider);
  write->location = g_strdup (table->location);
  write->save_mode = mode;
  write->partitioning = g_strdupv (table->partition_columns);
  write->bucket_columns = g_strdupv (table->bucket_columns);
  write->n_buckets = table->n_buckets;
  write->sort_columns = g_strdupv (table->sort_columns);
  write->options = rush_table_options (table);
  return write;
}
