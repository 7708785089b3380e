/* show_table.c - SHOW CREATE TABLE: the statement that would make a table; SHOW PARTITIONS: its
 * folders.
 *
 * Mirrors: ShowCreateTableExec, ShowCreateTableCommand, ShowPartitionsCommand.
 */
#include "sql/session/names_private.h"

#include "rdd/source/local_path.h"
#include "sql/types/type_rules.h"

#include <string.h>

/* ── SHOW CREATE TABLE ── */

/* 'it\'s' */
static void
append_literal (GString *out, const char *text)
{
  g_string_append_c (out, '\'');
  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '\'' || *c == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *c);
    }
  g_string_append_c (out, '\'');
}

/* A name as it may be written, in back-ticks only if it must be. */
static void
append_name (GString *out, const char *name)
{
  g_autofree char *quoted = rush_sql_id_of (name);
  gboolean plain = g_ascii_isalpha (name[0]) || name[0] == '_';

  for (const char *c = name; *c != '\0'; c++)
    plain = plain && (g_ascii_isalnum (*c) || *c == '_');
  g_string_append (out, plain ? name : quoted);
}

static void
append_comment (GString *out, const RushTable *table, guint column)
{
  const char *comment = table->column_comments != NULL ? table->column_comments[column] : "";

  if (*comment == '\0')
    return;
  g_string_append (out, " COMMENT ");
  append_literal (out, comment);
}

static void
append_columns (GString *out, const RushTable *table)
{
  for (guint i = 0; i < table->schema->n_fields; i++)
    {
      const RushField *field = &table->schema->fields[i];

      g_string_append (out, i == 0 ? " (\n  " : ",\n  ");
      append_name (out, field->name);
      if (table->view == NULL)
        {
          g_autofree char *type = rush_type_sql (field->type);
          g_string_append_printf (out, " %s%s", type,
                                  field->type == &RUSH_STRING ? " COLLATE UTF8_BINARY" : "");
        }
      append_comment (out, table, i);
    }
  g_string_append (out, ")\n");
}

static gint
compare_pairs (gconstpointer a, gconstpointer b)
{
  return strcmp (**(char **const *)a, **(char **const *)b);
}

/* NAME (\n  'a' = 'b')\n, by key */
static void
append_pairs (GString *out, const char *name, const GPtrArray *pairs)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  for (guint i = 0; pairs != NULL && i + 1 < pairs->len; i += 2)
    g_ptr_array_add (sorted, &pairs->pdata[i]);
  g_ptr_array_sort (sorted, compare_pairs);
  for (guint i = 0; i < sorted->len; i++)
    {
      char **pair = sorted->pdata[i];

      if (i == 0)
        g_string_append_printf (out, "%s (\n  ", name);
      append_literal (out, pair[0]);
      g_string_append (out, " = ");
      append_literal (out, pair[1] != NULL ? pair[1] : "");
      g_string_append (out, i + 1 < sorted->len ? ",\n  " : ")\n");
    }
}

static void
append_names (GString *out, const char *clause, char *const *names)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_string_append_printf (out, "%s", i == 0 ? clause : ", ");
      append_name (out, names[i]);
      if (names[i + 1] == NULL)
        g_string_append (out, ")\n");
    }
}

static void
append_table_comment (GString *out, const RushTable *table)
{
  if (table->comment == NULL)
    return;
  g_string_append (out, "COMMENT ");
  append_literal (out, table->comment);
  g_string_append_c (out, '\n');
}

static void
append_table (GString *out, const RushTable *table)
{
  g_string_append_printf (out, "CREATE TABLE %s.%s.%s", RUSH_CATALOG_NAME, table->database,
                          table->name);
  append_columns (out, table);
  g_string_append_printf (out, "USING %s\n", table->provider);
  append_pairs (out, "OPTIONS", table->options);
  append_names (out, "PARTITIONED BY (", table->partition_columns);
  append_names (out, "CLUSTERED BY (", table->bucket_columns);
  append_names (out, "SORTED BY (", table->sort_columns);
  if (table->bucket_columns != NULL)
    g_string_append_printf (out, "INTO %u BUCKETS\n", table->n_buckets);
  append_table_comment (out, table);
  if (table->external)
    {
      g_autofree char *uri = rush_local_path_to_uri (table->location);
      g_string_append (out, "LOCATION ");
      append_literal (out, uri);
      g_string_append_c (out, '\n');
    }
  append_pairs (out, "TBLPROPERTIES", table->properties);
}

static void
append_view (GString *out, const RushTable *view)
{
  g_string_append_printf (out, "CREATE VIEW %s.%s", view->database, view->name);
  append_columns (out, view);
  append_table_comment (out, view);
  append_pairs (out, "TBLPROPERTIES", view->properties);
  g_string_append_printf (out, "WITH SCHEMA COMPENSATION\nAS %s\n", view->view_text);
}

static RushPlan *
run_create (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_command_find_permanent (session, command, "SHOW CREATE TABLE", RUSH_NAME_COMMAND, error);
  if (table == NULL)
    return NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  if (table->view != NULL)
    append_view (text, table);
  else
    append_table (text, table);
  g_autoptr (RushSchema) schema = rush_schema_of ("createtab_stmt", &RUSH_STRING, NULL);
  const char *const cells[] = { text->str };
  return rush_command_result (schema, cells, 1);
}

/* ── SHOW PARTITIONS ── */

/* "a=1/b=x" of all folders @depth levels below @path. */
static void
add_partitions (GPtrArray *into, const char *path, const char *prefix, guint depth)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      g_autofree char *text = g_strdup_printf ("%s%s%s", prefix, *prefix ? "/" : "", name);

      if (name[0] == '.' || name[0] == '_' || !g_file_test (inner, G_FILE_TEST_IS_DIR))
        continue;
      if (depth == 1)
        g_ptr_array_add (into, g_steal_pointer (&text));
      else
        add_partitions (into, inner, text, depth - 1);
    }
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static RushPlan *
run_partitions (RushSqlSession *session, const RushCommand *command, RushPlan *child,
                const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_command_find_table (session, command, "SHOW PARTITIONS", RUSH_NAME_COMMAND, error);
  if (table == NULL)
    return NULL;
  if (table->partition_columns == NULL)
    {
      g_autofree char *id = rush_table_id (table);
      rush_sql_error_set (error,
                          RUSH_SQL_CLASS_INVALID_PARTITION_OPERATION_PARTITION_SCHEMA_IS_EMPTY,
                          NULL, "name", id, NULL);
      return NULL;
    }
  g_autoptr (GPtrArray) partitions = g_ptr_array_new_with_free_func (g_free);
  add_partitions (partitions, table->location, "", g_strv_length (table->partition_columns));
  g_ptr_array_sort (partitions, compare_texts);
  g_autoptr (RushSchema) schema = rush_schema_of ("partition", &RUSH_STRING, NULL);
  return rush_command_result (schema, (const char *const *)partitions->pdata, partitions->len);
}

const RushCommandEntry rush_show_table_commands[] = {
  { RUSH_COMMAND_SHOW_CREATE_TABLE, run_create, "ShowCreateTable" },
  { RUSH_COMMAND_SHOW_PARTITIONS, run_partitions, "Execute ShowPartitionsCommand" },
  { 0, NULL, NULL },
};
