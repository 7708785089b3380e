/* write_files.c - a table into a folder, in one job.
 *
 *     driver     may the folder be there? ─▶ checks ─▶ committer ─▶ job ─▶ commit, or abort
 *                                                                   │
 *     each task  rows ─▶ part_writer.c ─▶ files in a folder of its own ─▶ commit of the task
 *
 * Mirrors: InsertIntoHadoopFsRelationCommand, FileFormatWriter.
 */
#include "sql/sources/source.h"

#include "rdd/source/local_path.h"
#include "sql/sources/folder_committer.h"
#include "sql/sources/part_writer.h"
#include "sql/sources/schema_job.h"
#include "sql/types/type_rules.h"

#include <string.h>

/* What the tasks of a job share; the last of them frees it. */
typedef struct
{
  RushFolderCommitter *committer;
  RushPartLayout layout;
  RushOptions *options;
  RushEvalSettings settings;
  char *uri;
} Writing;

static void
writing_free (gpointer data)
{
  Writing *self = data;

  rush_folder_committer_unref (self->committer);
  g_clear_pointer (&self->layout.rows, rush_schema_unref);
  g_clear_pointer (&self->layout.data, rush_schema_unref);
  g_free (self->layout.data_columns);
  g_free (self->layout.partition_columns);
  g_free (self->layout.bucket_columns);
  g_free (self->layout.uuid);
  g_free (self->layout.extension);
  g_clear_pointer (&self->options, rush_options_unref);
  g_clear_pointer (&self->settings.conf, g_hash_table_unref);
  g_free (self->uri);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writing, writing_free)

/* ---- the task ---- */

/* What a format or the disk said, as Spark words it; memory, cancellation and denied commits are
 * for the scheduler to look at. */
static void
set_write_failed (GError **error, GError *failure, const char *uri)
{
  g_autoptr (GError) named = NULL;

  if (!g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO) &&
      !g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT))
    {
      g_propagate_error (error, failure);
      return;
    }
  rush_sql_error_set (&named, RUSH_SQL_CLASS_TASK_WRITE_FAILED, NULL, "path", uri, NULL);
  g_set_error (error, named->domain, named->code, "%s\nCaused by: %s", named->message,
               failure->message);
  g_error_free (failure);
}

static gboolean
write_task (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  const Writing *writing = data;
  g_autoptr (RushFolderAttempt) attempt = rush_folder_attempt_new (writing->committer, ctx, error);
  g_autofree gint64 *n = g_new0 (gint64, 1);
  GError *failure = NULL;

  if (attempt == NULL)
    return FALSE;
  if (!rush_part_layout_write (&writing->layout, rows, attempt->folder, ctx, n, &failure) ||
      !rush_folder_attempt_commit (attempt, &failure))
    {
      set_write_failed (error, failure, writing->uri);
      return FALSE;
    }
  out->value = g_steal_pointer (&n);
  out->free_value = g_free;
  out->bytes = sizeof (gint64);
  return TRUE;
}

/* ---- what is written where ---- */

/* The column of that name; −1 with @error. */
static gint
find_column (const RushSchema *schema, const char *name, const RushEvalSettings *settings,
             GError **error)
{
  g_autofree char *column = rush_sql_id_of (name);
  g_autofree char *text = NULL;

  for (guint c = 0; c < schema->n_fields; c++)
    if (settings->case_sensitive ? strcmp (schema->fields[c].name, name) == 0
                                 : g_ascii_strcasecmp (schema->fields[c].name, name) == 0)
      return (gint)c;
  text = rush_schema_to_string (schema);
  rush_sql_error_set (error, RUSH_SQL_CLASS_PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA, NULL, "column",
                      column, "schema", text, NULL);
  return -1;
}

static gboolean
find_columns (const RushSchema *schema, char **names, const RushEvalSettings *settings,
              guint **out_columns, guint *out_n, GError **error)
{
  *out_n = names != NULL ? g_strv_length (names) : 0;
  *out_columns = g_new (guint, *out_n + 1);
  for (guint i = 0; i < *out_n; i++)
    {
      gint column = find_column (schema, names[i], settings, error);

      if (column < 0)
        return FALSE;
      (*out_columns)[i] = (guint)column;
    }
  return TRUE;
}

/* The columns that files have: all but those that folders say. */
static void
find_data_columns (RushPartLayout *layout)
{
  const RushSchema *rows = layout->rows;
  g_autofree RushField *fields = g_new (RushField, rows->n_fields + 1);
  guint n = 0;

  layout->data_columns = g_new (guint, rows->n_fields + 1);
  for (guint c = 0; c < rows->n_fields; c++)
    {
      gboolean in_folder = FALSE;

      for (guint i = 0; i < layout->n_partition_columns; i++)
        in_folder |= layout->partition_columns[i] == c;
      if (in_folder)
        continue;
      layout->data_columns[n] = c;
      fields[n++] = rows->fields[c];
    }
  layout->data = rush_schema_new (n, fields);
}

static gboolean
check_types (const RushPartLayout *layout, GError **error)
{
  const RushFileFormat *format = layout->format;

  for (guint c = 0; c < layout->data->n_fields; c++)
    {
      const RushField *field = &layout->data->fields[c];
      g_autofree char *column = rush_sql_id_of (field->name);
      g_autofree char *type = rush_type_sql_id (field->type);

      if (format->supports_type (format, field->type, TRUE))
        continue;
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, NULL,
                          "format", format->title, "columnName", column, "columnType", type, NULL);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_layout (const RushPartLayout *layout, GError **error)
{
  if (layout->rows->n_fields == 0)
    rush_sql_error_set (error, RUSH_SQL_CLASS_EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE, NULL,
                        "format", layout->format->title, NULL);
  else if (layout->data->n_fields == 0)
    rush_sql_error_set (error, RUSH_SQL_CLASS_ALL_PARTITION_COLUMNS_NOT_ALLOWED, NULL, NULL);
  else if (layout->format->open_writer == NULL)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED, "%s files can only be read",
                 layout->format->title);
  else
    return check_types (layout, error) &&
           (layout->format->check_write == NULL ||
            layout->format->check_write (layout->format, &layout->request, error));
  return FALSE;
}

static gboolean
make_layout (Writing *self, RushSchema *schema, const RushWriteRequest *request, GError **error)
{
  RushPartLayout *layout = &self->layout;

  layout->format = request->format;
  layout->rows = rush_schema_ref (schema);
  if (!find_columns (schema, request->partition_by, &self->settings, &layout->partition_columns,
                     &layout->n_partition_columns, error) ||
      !find_columns (schema, request->bucket_by, &self->settings, &layout->bucket_columns,
                     &layout->n_bucket_columns, error) ||
      !rush_options_get_int (
          self->options, "maxRecordsPerFile",
          rush_settings_get_int (&self->settings, "spark.sql.files.maxRecordsPerFile"),
          &layout->max_records, error))
    return FALSE;
  layout->n_buckets = layout->n_bucket_columns > 0 ? request->n_buckets : 0;
  find_data_columns (layout);
  layout->request = (RushWriterRequest){ layout->data, self->options, &self->settings };
  layout->uuid = g_uuid_string_random ();
  if (!check_layout (layout, error))
    return FALSE;
  layout->extension = layout->format->extension (layout->format, &layout->request, error);
  return layout->extension != NULL;
}

/* ---- the driver ---- */

static RushReplace
what_is_replaced (const Writing *self, const RushWriteRequest *request)
{
  const char *mode = rush_options_get (self->options, "partitionOverwriteMode");

  if (request->mode != RUSH_SAVE_OVERWRITE)
    return RUSH_REPLACE_NOTHING;
  if (mode == NULL)
    mode = rush_settings_get_string (&self->settings, "spark.sql.sources.partitionOverwriteMode");
  return self->layout.n_partition_columns > 0 && g_ascii_strcasecmp (mode, "dynamic") == 0
             ? RUSH_REPLACE_FOLDERS
             : RUSH_REPLACE_ALL;
}

/* Runs the job; takes over @writing. */
static gboolean
run_job (RushContext *context, RushRdd *rows, Writing *writing, const RushJobOptions *job,
         gint64 *out_rows, GError **error)
{
  g_autoptr (RushFolderCommitter) committer = rush_folder_committer_ref (writing->committer);
  g_autoptr (RushJobWaiter) waiter = NULL;
  g_autoptr (RushRdd) all = NULL;
  guint n;

  /* Without partitions one task writes what an empty table has. */
  all = rush_rdd_n_partitions (rows, &n, error)
            ? n > 0 ? rush_rdd_ref (rows) : rush_rdd_without_rows (context, rows->schema, n = 1)
            : NULL;
  if (all != NULL)
    waiter =
        rush_context_run_job (context, all, NULL, 0, write_task, writing, writing_free, job, error);
  else
    writing_free (writing);
  if (waiter == NULL)
    {
      rush_folder_committer_abort (committer);
      return FALSE;
    }
  *out_rows = 0;
  for (guint i = 0; i < n; i++)
    *out_rows += *(const gint64 *)rush_job_waiter_result (waiter, i)->value;
  return rush_folder_committer_commit (committer, error);
}

gboolean
rush_write_files (RushContext *context, RushRdd *rows, RushSchema *schema,
                  const RushWriteRequest *request, const RushEvalSettings *settings,
                  const RushJobOptions *job, gint64 *out_rows, GError **error)
{
  g_autoptr (Writing) self = g_new0 (Writing, 1);
  g_autofree char *path = rush_local_path_resolve (request->path, error);
  gboolean exists;

  if (path == NULL)
    return FALSE;
  *out_rows = 0;
  self->uri = rush_local_path_to_uri (path);
  self->options = rush_options_ref (request->options);
  self->settings = *settings;
  g_hash_table_ref (self->settings.conf);
  exists = g_file_test (path, G_FILE_TEST_EXISTS);
  if (exists && request->mode == RUSH_SAVE_IGNORE)
    return TRUE;
  if (exists && request->mode == RUSH_SAVE_ERROR_IF_EXISTS)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_PATH_ALREADY_EXISTS, NULL, "outputPath", self->uri,
                          NULL);
      return FALSE;
    }
  if (!make_layout (self, schema, request, error))
    return FALSE;
  self->committer = rush_folder_committer_new (path, what_is_replaced (self, request), error);
  return self->committer != NULL &&
         run_job (context, rows, g_steal_pointer (&self), job, out_rows, error);
}
