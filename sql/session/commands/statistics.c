/* statistics.c - ANALYZE TABLE: what the optimizer may know of a table, and DESCRIBE shows.
 *
 *   COMPUTE STATISTICS               bytes and rows
 *   COMPUTE STATISTICS NOSCAN        bytes alone, without a job
 *   COMPUTE STATISTICS FOR COLUMNS   also, by one query: least, greatest, nulls, distinct, lengths
 *
 * Mirrors: AnalyzeTableCommand, AnalyzeColumnCommand, CommandUtils.
 */
#include "sql/session/files_private.h"
#include "sql/session/names_private.h"

#include "sql/types/type_rules.h"

#include <glib/gstdio.h>

/* ── counting ── */

/* The one row of texts that a query gives, NULL for null; NULL with @error. (transfer full) */
static GPtrArray *
ask (RushSqlSession *session, const char *text, const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, options, error);
  if (plan == NULL)
    return NULL;
  g_autoptr (RushQuery) query = rush_sql_session_query (session, plan);
  g_autoptr (GPtrArray) batches = rush_query_collect (query, options, error);
  if (batches == NULL)
    return NULL;
  GPtrArray *row = g_ptr_array_new_with_free_func (g_free);
  const RushBatch *batch = batches->pdata[0];
  guint at = rush_batch_row (batch, 0);
  for (guint c = 0; c < batch->schema->n_fields; c++)
    {
      gsize length;
      gboolean null = !rush_column_is_valid (batch->columns[c], at);
      const char *bytes = null ? NULL : rush_column_get_bytes (batch->columns[c], at, &length);
      g_ptr_array_add (row, null ? NULL : g_strndup (bytes, length));
    }
  return row;
}

static gint64
bytes_below (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  gint64 total = 0;
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      GStatBuf status;

      if (name[0] == '.' || name[0] == '_') /* as tables are read */
        continue;
      if (g_file_test (inner, G_FILE_TEST_IS_DIR))
        total += bytes_below (inner);
      else if (g_stat (inner, &status) == 0)
        total += status.st_size;
    }
  return total;
}

/* ── of columns ── */

typedef enum
{
  COLUMN_ORDERED, /* has a smallest and a largest value */
  COLUMN_BYTES,   /* has lengths that differ */
  COLUMN_OTHER,
} ColumnClass;

static ColumnClass
class_of (const RushType *type)
{
  switch ((guint)type->kind)
    {
    case RUSH_TYPE_STRING:
    case RUSH_TYPE_BINARY:
      return COLUMN_BYTES;
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
    case RUSH_TYPE_NULL:
      return COLUMN_OTHER;
    default:
      return COLUMN_ORDERED;
    }
}

/* Bytes of one value (Spark's defaultSize). */
static guint
fixed_bytes (const RushType *type)
{
  switch ((guint)type->kind)
    {
    case RUSH_TYPE_BOOL:
    case RUSH_TYPE_INT8:
      return 1;
    case RUSH_TYPE_INT16:
      return 2;
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_DATE:
      return 4;
    case RUSH_TYPE_DECIMAL:
      return type->precision <= 18 ? 8 : 16;
    default:
      return 8;
    }
}

/* min, max, nulls, distinct, mean and greatest length: six columns. */
static void
append_questions (GString *sql, const RushField *field)
{
  g_autofree char *id = rush_sql_id_of (field->name);

  if (class_of (field->type) == COLUMN_ORDERED)
    g_string_append_printf (sql, ", CAST(min(%s) AS STRING), CAST(max(%s) AS STRING)", id, id);
  else
    g_string_append (sql, ", CAST(NULL AS STRING), CAST(NULL AS STRING)");
  g_string_append_printf (sql,
                          ", CAST(count(*) - count(%s) AS STRING)"
                          ", CAST(least(approx_count_distinct(%s), count(%s)) AS STRING)",
                          id, id, id);
  if (class_of (field->type) == COLUMN_BYTES)
    g_string_append_printf (sql,
                            ", CAST(CAST(ceil(avg(octet_length(%s))) AS BIGINT) AS STRING)"
                            ", CAST(max(octet_length(%s)) AS STRING)",
                            id, id);
  else
    g_string_append_printf (sql, ", '%u', '%u'", fixed_bytes (field->type),
                            fixed_bytes (field->type));
}

static void
column_statistics_free (gpointer data)
{
  RushColumnStatistics *self = data;

  g_free (self->column);
  g_free (self->min);
  g_free (self->max);
  g_free (self->n_nulls);
  g_free (self->n_distinct);
  g_free (self->mean_bytes);
  g_free (self->max_bytes);
  g_free (self);
}

static GPtrArray *
column_answers (const GPtrArray *columns, const GPtrArray *row)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (column_statistics_free);

  for (guint i = 0; i < columns->len; i++)
    {
      char **cells = (char **)row->pdata + 1 + 6 * i;
      RushColumnStatistics *one = g_new (RushColumnStatistics, 1);

      *one = (RushColumnStatistics){ g_strdup (((const RushField *)columns->pdata[i])->name),
                                     g_strdup (cells[0]),
                                     g_strdup (cells[1]),
                                     g_strdup (cells[2]),
                                     g_strdup (cells[3]),
                                     g_strdup (cells[4]),
                                     g_strdup (cells[5]) };
      g_ptr_array_add (all, one);
    }
  return all;
}

/* The fields that the statement asks for; NULL with @error. */
static GPtrArray *
chosen_columns (const RushTable *table, const RushCommand *command, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();

  if (command->flags & RUSH_COMMAND_ALL_COLUMNS)
    for (guint i = 0; i < table->schema->n_fields; i++)
      if (class_of (table->schema->fields[i].type) != COLUMN_OTHER)
        g_ptr_array_add (chosen, &table->schema->fields[i]);
  for (char **name = command->columns; name != NULL && *name != NULL; name++)
    {
      gint column = rush_schema_find_column (table->schema, *name, FALSE);
      g_autofree char *id = rush_sql_id_of (*name);

      if (column < 0)
        {
          rush_sql_error_set (error, RUSH_SQL_CLASS_COLUMN_NOT_FOUND, NULL, "colName", id,
                              "caseSensitiveConfig", "\"spark.sql.caseSensitive\"", NULL);
          return NULL;
        }
      RushField *field = &table->schema->fields[column];
      if (class_of (field->type) == COLUMN_OTHER)
        {
          g_autofree char *type = rush_type_sql_id (field->type);
          g_autofree char *table_id = rush_table_id (table);
          rush_sql_error_set (
              error, RUSH_SQL_CLASS_UNSUPPORTED_FEATURE_ANALYZE_UNSUPPORTED_COLUMN_TYPE, NULL,
              "columnType", type, "columnName", id, "tableName", table_id, NULL);
          return NULL;
        }
      g_ptr_array_add (chosen, field);
    }
  return g_steal_pointer (&chosen);
}

/* ── the statement ── */

static gboolean
analyze_table (RushSqlSession *session, RushTable *table, const RushCommand *command,
               const RushExecutionOptions *options, GError **error)
{
  RushStatistics statistics = { .size_bytes = (double)bytes_below (table->location),
                                .row_count = -1 };
  g_autoptr (GPtrArray) columns = chosen_columns (table, command, error);

  if (columns == NULL)
    return FALSE;
  if (command->flags & RUSH_COMMAND_NOSCAN)
    {
      if (statistics.size_bytes == table->statistics.size_bytes)
        statistics.row_count = table->statistics.row_count; /* nothing came since it was counted */
      rush_catalog_set_statistics (session->catalog, table, statistics, NULL);
      return TRUE;
    }
  g_autofree char *name = rush_table_id (table);
  g_autoptr (GString) sql = g_string_new ("SELECT CAST(count(*) AS STRING)");
  for (guint i = 0; i < columns->len; i++)
    append_questions (sql, columns->pdata[i]);
  g_string_append_printf (sql, " FROM %s", name);
  g_autoptr (GPtrArray) row = ask (session, sql->str, options, error);
  if (row == NULL)
    return FALSE;
  statistics.row_count = g_ascii_strtod (row->pdata[0], NULL);
  rush_catalog_set_statistics (session->catalog, table, statistics,
                               columns->len > 0 ? column_answers (columns, row) : NULL);
  return TRUE;
}

static RushPlan *
run_analyze (RushSqlSession *session, const RushCommand *command, RushPlan *child,
             const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushTable) table =
      rush_command_find_permanent (session, command, "ANALYZE TABLE", RUSH_NAME_COMMAND, error);
  if (table == NULL)
    return NULL;
  if (table->view != NULL)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_FEATURE_ANALYZE_VIEW, NULL, NULL);
      return NULL;
    }
  return analyze_table (session, table, command, options, error) ? rush_command_no_result () : NULL;
}

const RushCommandEntry rush_statistics_commands[] = {
  { RUSH_COMMAND_ANALYZE_TABLE, run_analyze, "Execute AnalyzeTableCommand" },
  { 0, NULL, NULL },
};
