/* insert_files.c - rows become files: one job, whose tasks write and whose end shows all files at
 * once.
 *
 *   save mode   what is there          becomes
 *   overwrite   all of the folder      replaced
 *      static   PARTITION (year=2024)  that folder is removed, then rows are appended
 *     dynamic   partitions of the rows written beside the table, then moved over the old ones
 *
 * The work is done when the plan is executed, since rows of a write are of no use to anybody: what
 * is left is an RDD without partitions.  The format "noop" computes all rows, and writes none.
 *
 * Mirrors: InsertIntoHadoopFsRelationCommand, WriteFilesExec, HadoopMapReduceCommitProtocol (for
 *          the staging folder of dynamic overwriting), NoopDataSource.
 */
#include "sql/physical/operators/insert_files.h"

#include "core/base/json.h"
#include "rdd/source/local_path.h"
#include "rdd/source/parallelize.h"
#include "sql/physical/query_private.h"
#include "sql/physical/write.h"
#include "sql/physical/write_folders.h"
#include "sql/sources/source.h"
#include "sql/types/sql_error.h"

/* ---- WriteFiles ---- */

static RushRdd *
write_files_execute (RushExec *base, RushQuery *query, GError **error)
{
  return rush_exec_execute (base->children[0], query, error);
}

static RushExec *
write_files_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_write_files_exec_new (children[0]);
}

static const RushExecClass write_files_class = {
  .name = "WriteFiles",
  .with_children = write_files_with_children,
  .execute = write_files_execute,
};

RushExec *
rush_write_files_exec_new (RushExec *child)
{
  return rush_exec_alloc (sizeof (RushExec), &write_files_class, rush_expr_list_ref (child->output),
                          1, &child);
}

/* ---- InsertIntoHadoopFsRelationCommand ---- */

typedef struct
{
  RushExec base;
  RushCommand *write; /* (owned) */
} InsertExec;

/* {"name":{…},…} of the columns that have metadata; NULL: none has. (transfer full) */
static char *
metadata_of_columns (const RushExprList *columns)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < columns->n; i++)
    {
      const char *metadata = columns->items[i]->as.attribute.metadata;
      RushJsonWriter name;

      if (metadata == NULL)
        continue;
      g_string_append_c (all, all->len > 0 ? ',' : '{');
      rush_json_writer_init (&name, all);
      rush_json_string (&name, rush_expr_name (columns->items[i]));
      g_string_append_printf (all, ":%s", metadata);
    }
  if (all->len > 0)
    g_string_append_c (all, '}');
  return g_string_free (all, all->len == 0);
}

/* All of it: mode, format, place. */
static gboolean
write_rows (InsertExec *self, RushQuery *query, RushRdd *rows, const char *path, RushSaveMode mode,
            GError **error)
{
  const RushCommand *write = self->write;
  g_autoptr (RushSchema) schema = rush_exec_schema (self->base.children[0]);
  g_autoptr (RushOptions) options = rush_options_new ();
  g_autofree char *metadata = metadata_of_columns (self->base.children[0]->output);
  gint64 n_rows = 0;

  for (guint i = 0; write->options != NULL && i + 1 < write->options->len; i += 2)
    rush_options_set (options, write->options->pdata[i], write->options->pdata[i + 1]);
  if (metadata != NULL)
    rush_options_set (options, RUSH_OPTION_COLUMN_METADATA, metadata);
  RushWriteRequest request = {
    .format = rush_file_format_find (write->text),
    .path = path,
    .mode = mode,
    .partition_by = write->partitioning,
    .bucket_by = write->bucket_columns,
    .n_buckets = write->n_buckets,
    .sort_by = write->sort_columns,
    .options = options,
  };
  if (!rush_write_files (rush_query_context (query), rows, schema, &request,
                         rush_query_settings (query), rush_query_job_options (query), &n_rows,
                         error))
    return FALSE;
  rush_exec_count (&self->base, RUSH_METRIC_OUTPUT_ROWS, n_rows);
  return TRUE;
}

static gboolean
overwrite_static (InsertExec *self, RushQuery *query, RushRdd *rows, GError **error)
{
  g_autofree char *folder = rush_write_static_folder (self->write);

  return rush_folder_remove (folder, FALSE, error) &&
         write_rows (self, query, rows, self->write->location, RUSH_SAVE_APPEND, error);
}

static gboolean
overwrite_dynamic (InsertExec *self, RushQuery *query, RushRdd *rows, GError **error)
{
  const char *table = self->write->location;
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *name = g_strdup_printf (".spark-staging-%s", id);
  g_autofree char *staging = g_build_filename (table, name, NULL);

  if (write_rows (self, query, rows, staging, RUSH_SAVE_ERROR_IF_EXISTS, error))
    return rush_folder_replace_below (staging, table, g_strv_length (self->write->partitioning),
                                      error);
  rush_folder_remove (staging, FALSE, NULL); /* @error says why it is of no use */
  return FALSE;
}

static gboolean
write_all (InsertExec *self, RushQuery *query, RushRdd *rows, GError **error)
{
  const RushCommand *write = self->write;
  gboolean overwrite = write->save_mode == RUSH_SAVE_OVERWRITE;

  if (overwrite && write->flags & RUSH_COMMAND_DYNAMIC_OVERWRITE)
    return overwrite_dynamic (self, query, rows, error);
  if (overwrite && write->static_partition != NULL)
    return overwrite_static (self, query, rows, error);
  return write_rows (self, query, rows, write->location, write->save_mode, error);
}

static RushRdd *
insert_execute (RushExec *base, RushQuery *query, GError **error)
{
  g_autoptr (RushSchema) schema = rush_exec_schema (base);
  g_autoptr (RushRdd) rows = rush_exec_execute (base->children[0], query, error);

  if (rows == NULL || !write_all ((InsertExec *)base, query, rows, error))
    return NULL;
  return rush_rdd_parallelize (rush_context_lineage (rush_query_context (query)), schema, NULL, 0);
}

static RushExec *
insert_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_insert_exec_new (((const InsertExec *)base)->write, children[0]);
}

static const char *
mode_name (RushSaveMode mode)
{
  switch (mode)
    {
    case RUSH_SAVE_APPEND:
      return "Append";
    case RUSH_SAVE_OVERWRITE:
      return "Overwrite";
    case RUSH_SAVE_IGNORE:
      return "Ignore";
    case RUSH_SAVE_ERROR_IF_EXISTS:
      break;
    }
  return "ErrorIfExists";
}

/* "[k#3, s#4], ": where the columns that become folders come from. */
static void
append_partitioning (GString *out, const RushCommand *write, const RushExprList *columns)
{
  gboolean first = TRUE;

  for (char **name = write->partitioning; name != NULL && *name != NULL; name++)
    for (guint i = 0; i < columns->n; i++)
      if (g_ascii_strcasecmp (rush_expr_name (columns->items[i]), *name) == 0)
        {
          g_autofree char *text = rush_expr_to_string (columns->items[i]);

          g_string_append_printf (out, "%s%s", first ? "[" : ", ", text);
          first = FALSE;
        }
  g_string_append (out, first ? "" : "], ");
}

/* "[a=3, b=z]" */
static void
append_pairs (GString *out, const GPtrArray *pairs)
{
  g_string_append_c (out, '[');
  for (guint i = 0; pairs != NULL && i + 1 < pairs->len; i += 2)
    g_string_append_printf (out, "%s%s=%s", i > 0 ? ", " : "", (char *)pairs->pdata[i],
                            (char *)pairs->pdata[i + 1]);
  g_string_append_c (out, ']');
}

/* "`spark_catalog`.`default`.`t`, …InMemoryFileIndex(file:/t), " */
static void
append_table (GString *out, const RushCommand *write, const char *uri)
{
  g_autofree char *id = NULL;

  if (write->names == NULL)
    return;
  id = rush_sql_id ((const char *const *)write->names, g_strv_length (write->names));
  g_string_append_printf (out, "%s, org.apache.spark.sql.execution.datasources.%s(%s), ", id,
                          write->partitioning != NULL ? "CatalogFileIndex" : "InMemoryFileIndex",
                          uri);
}

/* " file:/out, false, Parquet, [path=/out], Append, [id, k]" */
static char *
insert_arguments (const RushExec *base)
{
  const RushCommand *write = ((const InsertExec *)base)->write;
  const RushExprList *columns = base->children[0]->output;
  g_autofree char *uri = rush_local_path_to_uri (write->location);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, " %s, ", uri);
  if (write->static_partition != NULL)
    {
      append_pairs (out, write->static_partition);
      g_string_append (out, ", ");
    }
  g_string_append (out, "false, ");
  append_partitioning (out, write, columns);
  g_string_append_printf (out, "%s, ", rush_file_format_find (write->text)->title);
  append_pairs (out, write->options);
  g_string_append_printf (out, ", %s, ", mode_name (write->save_mode));
  append_table (out, write, uri);
  for (guint i = 0; i < columns->n; i++)
    g_string_append_printf (out, "%s%s", i == 0 ? "[" : ", ", rush_expr_name (columns->items[i]));
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

static void
insert_finalize (RushExec *base)
{
  rush_command_unref (((InsertExec *)base)->write);
}

static const RushExecClass insert_class = {
  .name = "Execute InsertIntoHadoopFsRelationCommand",
  .finalize = insert_finalize,
  .with_children = insert_with_children,
  .arguments = insert_arguments,
  .execute = insert_execute,
};

RushExec *
rush_insert_exec_new (RushCommand *write, RushExec *child)
{
  InsertExec *self =
      rush_exec_alloc (sizeof *self, &insert_class, rush_expr_list_new (0, NULL), 1, &child);

  self->write = rush_command_ref (write);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}

/* ---- AppendData, OverwriteByExpression: to "noop" ---- */

static gboolean
discard_task (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
              GError **error)
{
  GError *failure = NULL;

  while (rush_task_context_check (ctx, &failure))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (rows, &failure);

      if (batch == NULL)
        break;
    }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

static RushRdd *
discard_execute (RushExec *base, RushQuery *query, GError **error)
{
  g_autoptr (RushSchema) schema = rush_exec_schema (base);
  g_autoptr (RushRdd) rows = rush_exec_execute (base->children[0], query, error);
  g_autoptr (RushJobWaiter) waiter = NULL;

  if (rows != NULL)
    waiter = rush_context_run_job (rush_query_context (query), rows, NULL, 0, discard_task, NULL,
                                   NULL, rush_query_job_options (query), error);
  return waiter != NULL ? rush_rdd_parallelize (rush_context_lineage (rush_query_context (query)),
                                                schema, NULL, 0)
                        : NULL;
}

static RushExec *append_with_children (const RushExec *base, RushExec *const *children);
static RushExec *overwrite_with_children (const RushExec *base, RushExec *const *children);

static const RushExecClass append_class = {
  .name = "AppendData",
  .with_children = append_with_children,
  .execute = discard_execute,
};

static const RushExecClass overwrite_class = {
  .name = "OverwriteByExpression",
  .with_children = overwrite_with_children,
  .execute = discard_execute,
};

static RushExec *
append_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_discard_exec_new (RUSH_SAVE_APPEND, children[0]);
}

static RushExec *
overwrite_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_discard_exec_new (RUSH_SAVE_OVERWRITE, children[0]);
}

RushExec *
rush_discard_exec_new (RushSaveMode mode, RushExec *child)
{
  return rush_exec_alloc (sizeof (RushExec),
                          mode == RUSH_SAVE_APPEND ? &append_class : &overwrite_class,
                          rush_expr_list_new (0, NULL), 1, &child);
}
