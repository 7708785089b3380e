/* inserts.c - INSERT INTO and INSERT OVERWRITE.
 *
 *   statement                                   files
 *   INSERT INTO t …                             added
 *   INSERT OVERWRITE t …                        all of the table's replaced
 *   INSERT OVERWRITE t PARTITION (a = 1) …      those of the partition replaced
 *   INSERT OVERWRITE t …, mode dynamic          those of partitions that rows go to replaced
 *                                               (spark.sql.sources.partitionOverwriteMode)
 *
 * Mirrors: InsertIntoStatement, PreprocessTableInsertion, DataSourceAnalysis.
 */
#include "sql/session/files_private.h"
#include "sql/session/names_private.h"

#include "sql/physical/write.h"

#include <string.h>

/* ── PARTITION (…) ── */

static gint
partition_index (const RushTable *table, const char *name)
{
  for (guint i = 0; table->partition_columns != NULL && table->partition_columns[i] != NULL; i++)
    if (g_ascii_strcasecmp (table->partition_columns[i], name) == 0)
      return (gint)i;
  return -1;
}

/* The keys are the table's. */
static gboolean
check_keys (const RushTable *table, const GPtrArray *spec, GError **error)
{
  for (guint i = 0; i < spec->len; i += 2)
    if (partition_index (table, spec->pdata[i]) < 0)
      {
        g_autofree char *id = rush_table_id (table);
        g_autofree char *key = rush_sql_id_of (spec->pdata[i]);
        rush_sql_error_set (error, RUSH_SQL_CLASS_PARTITIONS_NOT_FOUND, NULL, "partitionList", key,
                            "tableName", id, NULL);
        return FALSE;
      }
  return TRUE;
}

/* Constants come first: what they name is one folder. */
static gboolean
check_order (const RushTable *table, const GPtrArray *fixed, GError **error)
{
  for (guint i = 0; i < fixed->len; i += 2)
    if (partition_index (table, fixed->pdata[i]) >= (gint)(fixed->len / 2))
      {
        g_autofree char *columns = g_strjoinv (",", table->partition_columns);
        g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ANALYSIS,
                     "The ordering of partition columns is [%s]. All partition columns having "
                     "constant values need to appear before other partition columns that do not "
                     "have an assigned constant value.",
                     columns);
        return FALSE;
      }
  return TRUE;
}

/* IF NOT EXISTS asks for one partition. */
static gboolean
check_whole (const RushTable *table, const RushCommand *command, const GPtrArray *fixed,
             GError **error)
{
  guint n = table->partition_columns != NULL ? g_strv_length (table->partition_columns) : 0;

  if (!(command->flags & RUSH_COMMAND_IF_EXISTS) || fixed->len / 2 == n)
    return TRUE;
  g_autofree char *id = rush_table_id (table);
  g_autofree char *columns = g_strjoinv (",", table->partition_columns);
  g_autoptr (GString) keys = g_string_new (NULL);
  for (guint i = 0; i < command->options->len; i += 2)
    g_string_append_printf (keys, "%s%s", i > 0 ? "," : "", (char *)command->options->pdata[i]);
  g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ANALYSIS,
               "Requested partitioning does not match the table %s:\nRequested partitions: %s.\n"
               "Table partitions: %s.",
               id, keys->str, columns);
  return FALSE;
}

/* The keys with constants, as the table spells them; NULL with @error. */
static GPtrArray *
static_partition (const RushTable *table, const RushCommand *command, GError **error)
{
  g_autoptr (GPtrArray) fixed = g_ptr_array_new_with_free_func (g_free);

  if (command->options != NULL)
    {
      if (!check_keys (table, command->options, error))
        return NULL;
      for (guint i = 0; i < command->options->len; i += 2)
        if (command->options->pdata[i + 1] != NULL)
          {
            const char *value = command->options->pdata[i + 1];
            gint column = partition_index (table, command->options->pdata[i]);
            gboolean null = g_ascii_strcasecmp (value, "null") == 0;

            g_ptr_array_add (fixed, g_strdup (table->partition_columns[column]));
            g_ptr_array_add (fixed, null ? NULL : g_strdup (value));
          }
      if (!check_order (table, fixed, error) || !check_whole (table, command, fixed, error))
        return NULL;
    }
  return g_steal_pointer (&fixed);
}

/* ── INSERT ── */

static gboolean
is_dynamic (RushSqlSession *session, const RushTable *table, const GPtrArray *fixed)
{
  return table->partition_columns != NULL &&
         fixed->len / 2 < g_strv_length (table->partition_columns) &&
         rush_session_overwrites_dynamically (session, table->options);
}

/* What was counted before holds no longer. */
static void
forget_statistics (RushSqlSession *session, RushTable *table)
{
  rush_catalog_set_statistics (session->catalog, table,
                               (RushStatistics){ .size_bytes = -1, .row_count = -1 }, NULL);
}

gboolean
rush_command_insert (RushSqlSession *session, RushTable *table, gboolean overwrite,
                     gboolean if_not_exists, RushPlan *query, const RushAssignment *how,
                     const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushCommand) write =
      rush_session_write_to_table (table, overwrite ? RUSH_SAVE_OVERWRITE : RUSH_SAVE_APPEND);
  g_autoptr (RushPlan) rows = rush_store_assignment (session, table, query, how, error);
  GError *failure = NULL;

  if (rows == NULL)
    return FALSE;
  if (how->static_partition != NULL && how->static_partition->len > 0)
    write->static_partition = g_ptr_array_ref (how->static_partition);
  if (overwrite && how->static_partition != NULL &&
      is_dynamic (session, table, how->static_partition))
    write->flags |= RUSH_COMMAND_DYNAMIC_OVERWRITE;
  if (if_not_exists && write->static_partition != NULL)
    {
      g_autofree char *folder = rush_write_static_folder (write);
      if (g_file_test (folder, G_FILE_TEST_IS_DIR))
        return TRUE;
    }
  forget_statistics (session, table);
  if (rush_session_write (session, write, rows, options, &failure))
    return TRUE;
  rush_store_assignment_reword (table, rows, &failure);
  g_propagate_error (error, failure);
  return FALSE;
}

static RushPlan *
run_insert (RushSqlSession *session, const RushCommand *command, RushPlan *child,
            const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_command_find_table (session, command, "INSERT", RUSH_NAME_QUERY, error);
  g_autoptr (GPtrArray) fixed = table != NULL ? static_partition (table, command, error) : NULL;

  if (fixed == NULL)
    return NULL;
  RushSqlContext start = { .text = command->names_context.text };
  RushAssignment how = { .columns = command->columns,
                         .place = start.text != NULL ? &start : NULL,
                         .by_name = (command->flags & RUSH_COMMAND_BY_NAME) != 0,
                         .static_partition = fixed };
  return rush_command_insert (session, table, (command->flags & RUSH_COMMAND_OVERWRITE) != 0,
                              (command->flags & RUSH_COMMAND_IF_EXISTS) != 0, child, &how, options,
                              error)
             ? rush_command_no_result ()
             : NULL;
}

const RushCommandEntry rush_insert_commands[] = {
  { RUSH_COMMAND_INSERT, run_insert, NULL },
  { 0, NULL, NULL },
};
