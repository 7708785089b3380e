/* describe.c - DESCRIBE of tables, queries, functions and databases. */
#include "sql/session/files_private.h"
#include "sql/session/names_private.h"

#include "rdd/source/local_path.h"
#include "sql/functions/function.h"

static void
add_row (GPtrArray *cells, const char *name, const char *type, const char *comment)
{
  g_ptr_array_add (cells, g_strdup (name));
  g_ptr_array_add (cells, g_strdup (type));
  g_ptr_array_add (cells, g_strdup (comment));
}

static RushPlan *
columns_result (GPtrArray *cells)
{
  RushField fields[] = { { (char *)"col_name", &RUSH_STRING, FALSE },
                         { (char *)"data_type", &RUSH_STRING, FALSE },
                         { (char *)"comment", &RUSH_STRING, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (G_N_ELEMENTS (fields), fields);
  return rush_command_result (schema, (const char *const *)cells->pdata, cells->len / 3);
}

/* @comments: "" and NULL are none. */
static void
add_columns (GPtrArray *cells, const RushPlan *plan, char *const *comments)
{
  for (guint i = 0; i < plan->output->n; i++)
    {
      const RushExpr *column = plan->output->items[i];
      const char *comment = comments != NULL && *comments[i] != '\0' ? comments[i] : NULL;

      add_row (cells, rush_expr_name (column), column->type->name, comment);
    }
}

/* ── tables ── */

static void
add_partitioning (GPtrArray *cells, const RushTable *table)
{
  if (table->partition_columns == NULL)
    return;
  add_row (cells, "# Partition Information", "", "");
  add_row (cells, "# col_name", "data_type", "comment");
  for (char **name = table->partition_columns; *name != NULL; name++)
    {
      gint i = rush_schema_find_column (table->schema, *name, FALSE);
      const char *comment = table->column_comments ? table->column_comments[i] : "";
      add_row (cells, *name, table->schema->fields[i].type->name, *comment ? comment : NULL);
    }
}

/* "[a=b, c=d]"; NULL: there are none. */
static char *
pairs_text (const GPtrArray *pairs)
{
  if (pairs == NULL || pairs->len == 0)
    return NULL;
  GString *out = g_string_new ("[");
  for (guint i = 0; i + 1 < pairs->len; i += 2)
    g_string_append_printf (out, "%s%s=%s", i > 0 ? ", " : "", (char *)pairs->pdata[i],
                            (char *)pairs->pdata[i + 1]);
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

static void
add_known (GPtrArray *cells, const char *name, const char *value)
{
  if (value != NULL)
    add_row (cells, name, value, "");
}

static void
add_buckets (GPtrArray *cells, const RushTable *table)
{
  if (table->bucket_columns == NULL)
    return;
  g_autofree char *n = g_strdup_printf ("%u", table->n_buckets);
  g_autofree char *columns = rush_quoted_names (table->bucket_columns);
  g_autofree char *sorted =
      rush_quoted_names (table->sort_columns ? table->sort_columns : (char *[]){ NULL });
  g_autofree char *bucket_text = g_strdup_printf ("[%s]", columns);
  g_autofree char *sort_text = g_strdup_printf ("[%s]", sorted);
  add_row (cells, "Num Buckets", n, "");
  add_row (cells, "Bucket Columns", bucket_text, "");
  add_row (cells, "Sort Columns", sort_text, "");
}

static void
add_files (GPtrArray *cells, const RushTable *table)
{
  g_autofree char *properties = pairs_text (table->properties);
  g_autofree char *options = pairs_text (table->options);
  g_autofree char *uri = rush_local_path_to_uri (table->location);
  g_autofree char *statistics = NULL;

  add_row (cells, "Provider", table->provider, "");
  add_buckets (cells, table);
  add_known (cells, "Comment", table->comment);
  add_known (cells, "Table Properties", properties);
  if (table->statistics.row_count >= 0)
    statistics = g_strdup_printf ("%.0f bytes, %.0f rows", table->statistics.size_bytes,
                                  table->statistics.row_count);
  else if (table->statistics.size_bytes >= 0)
    statistics = g_strdup_printf ("%.0f bytes", table->statistics.size_bytes);
  add_known (cells, "Statistics", statistics);
  add_row (cells, "Location", uri, "");
  add_known (cells, "Storage Properties", options);
  if (table->partition_columns != NULL)
    add_row (cells, "Partition Provider", "Catalog", "");
}

static void
add_view (GPtrArray *cells, const RushTable *table)
{
  g_autofree char *properties = pairs_text (table->properties);
  g_autofree char *outputs = rush_quoted_names (table->view_outputs);
  g_autofree char *output_text = g_strdup_printf ("[%s]", outputs);
  g_autofree char *where = g_strdup_printf ("%s.%s", RUSH_CATALOG_NAME, table->view_database);

  add_known (cells, "Comment", table->comment);
  add_known (cells, "Table Properties", properties);
  add_known (cells, "View Text", table->view_text);
  add_known (cells, "View Original Text", table->view_text);
  add_row (cells, "View Schema Mode", "COMPENSATION", "");
  add_row (cells, "View Catalog and Namespace", where, "");
  add_row (cells, "View Query Output Columns", output_text, "");
}

static void
add_details (GPtrArray *cells, const RushTable *table)
{
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_utc (table->created_ms / 1000);
  g_autofree char *created_text = g_date_time_format (created, "%a %b %d %H:%M:%S UTC %Y");

  add_row (cells, "", "", "");
  add_row (cells, "# Detailed Table Information", "", "");
  add_row (cells, "Catalog", RUSH_CATALOG_NAME, "");
  add_row (cells, "Database", table->database, "");
  add_row (cells, "Table", table->name, "");
  add_row (cells, "Created Time", created_text, "");
  add_row (cells, "Last Access", "UNKNOWN", "");
  add_row (cells, "Type", table->view ? "VIEW" : table->external ? "EXTERNAL" : "MANAGED", "");
  if (table->view == NULL)
    add_files (cells, table);
  else
    add_view (cells, table);
}

/* ── one column ── */

static const RushColumnStatistics *
statistics_of (const RushTable *table, const char *column)
{
  for (guint i = 0;
       table != NULL && table->column_statistics != NULL && i < table->column_statistics->len; i++)
    {
      const RushColumnStatistics *one = table->column_statistics->pdata[i];
      if (g_ascii_strcasecmp (one->column, column) == 0)
        return one;
    }
  return NULL;
}

static void
add_info (GPtrArray *cells, const char *name, const char *value)
{
  g_ptr_array_add (cells, g_strdup (name));
  g_ptr_array_add (cells, g_strdup (value != NULL ? value : "NULL"));
}

static RushPlan *
info_result (GPtrArray *cells)
{
  RushField fields[] = { { (char *)"info_name", &RUSH_STRING, FALSE },
                         { (char *)"info_value", &RUSH_STRING, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (G_N_ELEMENTS (fields), fields);
  return rush_command_result (schema, (const char *const *)cells->pdata, cells->len / 2);
}

static RushPlan *
describe_column (const RushCommand *command, const RushPlan *plan, const RushTable *table,
                 GError **error)
{
  g_autoptr (RushSchema) schema = rush_plan_schema (plan);
  const char *name = command->columns[g_strv_length (command->columns) - 1];
  gint i = rush_schema_find_column (schema, name, FALSE);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  if (i < 0)
    {
      g_autofree char *id = rush_sql_id_of (name);
      rush_sql_error_set (error, RUSH_SQL_CLASS_COLUMN_NOT_FOUND, NULL, "colName", id,
                          "caseSensitiveConfig", "\"spark.sql.caseSensitive\"", NULL);
      return NULL;
    }
  const char *comment = table && table->column_comments ? table->column_comments[i] : "";
  add_info (cells, "col_name", schema->fields[i].name);
  add_info (cells, "data_type", schema->fields[i].type->name);
  add_info (cells, "comment", *comment ? comment : NULL);
  if (command->flags & RUSH_COMMAND_EXTENDED)
    {
      static const RushColumnStatistics unknown = { 0 };
      const RushColumnStatistics *found = statistics_of (table, name);
      const RushColumnStatistics *known = found != NULL ? found : &unknown;
      add_info (cells, "min", known->min);
      add_info (cells, "max", known->max);
      add_info (cells, "num_nulls", known->n_nulls);
      add_info (cells, "distinct_count", known->n_distinct);
      add_info (cells, "avg_col_len", known->mean_bytes);
      add_info (cells, "max_col_len", known->max_bytes);
      add_info (cells, "histogram", NULL);
    }
  return info_result (cells);
}

/* ── statements ── */

static RushPlan *
run_table (RushSqlSession *session, const RushCommand *command, RushPlan *child,
           const RushExecutionOptions *options, GError **error)
{
  const char *const *names = (const char *const *)command->names;
  g_autoptr (RushPlan) plan =
      rush_command_named_plan (session, command, RUSH_NAME_QUERY, options, error);
  if (plan == NULL)
    return NULL;
  g_autoptr (RushTable) view = rush_catalog_find_view (session->catalog, names);
  g_autoptr (RushTable) table = view ? NULL : rush_catalog_find_table (session->catalog, names);
  const RushTable *known = view ? view : table;
  if (command->columns != NULL)
    return describe_column (command, plan, known, error);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  add_columns (cells, plan, known ? known->column_comments : NULL);
  if (table != NULL)
    {
      add_partitioning (cells, table);
      if (command->flags & RUSH_COMMAND_EXTENDED)
        add_details (cells, table);
    }
  return columns_result (cells);
}

static RushPlan *
run_query (RushSqlSession *session, const RushCommand *command, RushPlan *child,
           const RushExecutionOptions *options, GError **error)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  add_columns (cells, child, NULL);
  return columns_result (cells);
}

static RushPlan *
one_column (const char *column, GPtrArray *lines)
{
  g_autoptr (RushSchema) schema = rush_schema_of (column, &RUSH_STRING, NULL);
  return rush_command_result (schema, (const char *const *)lines->pdata, lines->len);
}

static RushPlan *
run_function (RushSqlSession *session, const RushCommand *command, RushPlan *child,
              const RushExecutionOptions *options, GError **error)
{
  const char *name = command->names[g_strv_length (command->names) - 1];
  const RushFunction *function = rush_function_find (name);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  if (function == NULL)
    g_ptr_array_add (lines, g_strdup_printf ("Function: %s not found.", name));
  else
    {
      g_ptr_array_add (lines, g_strdup_printf ("Function: %s", function->name));
      g_ptr_array_add (lines,
                       g_strdup_printf ("Usage: %s", function->usage ? function->usage : ""));
    }
  return one_column ("function_desc", lines);
}

static RushPlan *
run_database (RushSqlSession *session, const RushCommand *command, RushPlan *child,
              const RushExecutionOptions *options, GError **error)
{
  const char *name = command->names[g_strv_length (command->names) - 1];
  const char *const parts[] = { RUSH_CATALOG_NAME, name };
  if (!rush_catalog_has_database (session->catalog, name))
    {
      g_autofree char *id = rush_sql_id (parts, 2);
      rush_sql_error_set (error, RUSH_SQL_CLASS_SCHEMA_NOT_FOUND, NULL, "schemaName", id, NULL);
      return NULL;
    }
  g_autofree char *comment = rush_catalog_database_comment (session->catalog, name);
  g_autofree char *location = rush_catalog_database_location (session->catalog, name);
  g_autofree char *uri = rush_local_path_to_uri (location);
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  add_info (cells, "Catalog Name", RUSH_CATALOG_NAME);
  add_info (cells, "Namespace Name", name);
  add_info (cells, "Comment", comment);
  add_info (cells, "Location", uri);
  add_info (cells, "Owner", g_get_user_name ());
  if (command->flags & RUSH_COMMAND_EXTENDED)
    add_info (cells, "Properties", "");
  return info_result (cells);
}

const RushCommandEntry rush_describe_commands[] = {
  { RUSH_COMMAND_DESCRIBE_TABLE, run_table, "Execute DescribeTableCommand" },
  { RUSH_COMMAND_DESCRIBE_QUERY, run_query, "Execute DescribeQueryCommand" },
  { RUSH_COMMAND_DESCRIBE_FUNCTION, run_function, "Execute DescribeFunctionCommand" },
  { RUSH_COMMAND_DESCRIBE_DATABASE, run_database, "DescribeNamespace" },
  { 0, NULL, NULL },
};
