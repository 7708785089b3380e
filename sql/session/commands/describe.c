/* describe.c - DESCRIBE of tables, queries, functions and databases. */
#include "sql/session/session_private.h"

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
  RushField fields[] = { { "col_name", &RUSH_STRING, FALSE },
                         { "data_type", &RUSH_STRING, FALSE },
                         { "comment", &RUSH_STRING, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (G_N_ELEMENTS (fields), fields);
  return rush_command_result (schema, (const char *const *)cells->pdata, cells->len / 3);
}

static void
add_columns (GPtrArray *cells, const RushPlan *plan)
{
  for (guint i = 0; i < plan->output->n; i++)
    add_row (cells, rush_expr_name (plan->output->items[i]), plan->output->items[i]->type->name,
             NULL);
}

static void
add_partitioning (GPtrArray *cells, const RushTable *table)
{
  if (table->partition_columns == NULL)
    return;
  add_row (cells, "# Partition Information", "", "");
  add_row (cells, "# col_name", "data_type", "comment");
  for (char **name = table->partition_columns; *name != NULL; name++)
    for (guint i = 0; i < table->schema->n_fields; i++)
      if (g_ascii_strcasecmp (table->schema->fields[i].name, *name) == 0)
        add_row (cells, *name, table->schema->fields[i].type->name, NULL);
}

static void
add_details (GPtrArray *cells, const RushTable *table)
{
  add_row (cells, "", "", "");
  add_row (cells, "# Detailed Table Information", "", "");
  add_row (cells, "Catalog", RUSH_CATALOG_NAME, "");
  add_row (cells, "Database", table->database, "");
  add_row (cells, "Table", table->name, "");
  add_row (cells, "Type", table->view ? "VIEW" : table->external ? "EXTERNAL" : "MANAGED", "");
  if (table->provider != NULL)
    add_row (cells, "Provider", table->provider, "");
  if (table->comment != NULL)
    add_row (cells, "Comment", table->comment, "");
  if (table->view_text != NULL)
    add_row (cells, "View Text", table->view_text, "");
  if (table->location != NULL)
    {
      g_autofree char *uri = g_strdup_printf ("file:%s", table->location);
      add_row (cells, "Location", uri, "");
    }
}

static RushPlan *
run_table (RushSqlSession *session, const RushCommand *command, RushPlan *child,
           const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushPlan) relation =
      rush_plan_unresolved_relation ((const char *const *)command->names, NULL);
  g_autoptr (RushPlan) plan = rush_sql_session_analyze (session, relation, options, error);
  if (plan == NULL)
    return NULL;
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  add_columns (cells, plan);
  g_autoptr (RushTable) table =
      rush_catalog_find_table (session->catalog, (const char *const *)command->names);
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
  add_columns (cells, child);
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
  const char *const cells[] = { "Catalog Name", RUSH_CATALOG_NAME, "Namespace Name", name };
  RushField fields[] = { { "info_name", &RUSH_STRING, FALSE },
                         { "info_value", &RUSH_STRING, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (2, fields);
  return rush_command_result (schema, cells, 2);
}

const RushCommandEntry rush_describe_commands[] = {
  { RUSH_COMMAND_DESCRIBE_TABLE, run_table },
  { RUSH_COMMAND_DESCRIBE_QUERY, run_query },
  { RUSH_COMMAND_DESCRIBE_FUNCTION, run_function },
  { RUSH_COMMAND_DESCRIBE_DATABASE, run_database },
  { 0, NULL },
};
