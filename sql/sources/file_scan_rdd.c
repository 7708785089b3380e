/* file_scan_rdd.c - a task's pieces of files, one after the other, as one stream of batches.
 *
 *     format's batch     [price | item]            columns that stand in the file
 *     + folder           day = 2024-01-01          one constant column a partition column
 *     = output's batch   [item | day | price]      in the order of the plan
 *
 * One file is open at a time.  What a format says of a file that is not what it should be gets the
 * file's name here: FAILED_READ_FILE.
 */
#include "sql/sources/file_scan_rdd.h"

#include "rdd/source/local_path.h"
#include "sql/sources/file_errors.h"

#include <string.h>

/* Where an output column comes from. */
typedef struct
{
  gboolean is_partition;
  guint column; /* of the format's batch, or of the folder */
} Origin;

typedef struct
{
  RushRdd base;
  const RushFileFormat *format;
  RushFileIndex *index;
  GArray *partitions; /* RushFilePartition */
  RushSchema *read_schema;
  RushSchema *data_schema;
  RushExprList *filters;
  RushOptions *options;
  RushEvalSettings settings; /* conf: a ref */
  RushReadRequest request;
  Origin *origins; /* base.schema->n_fields */
  gboolean ignores_missing, ignores_corrupt;
} FileScanRdd;

typedef struct
{
  RushIterator base;
  FileScanRdd *rdd;     /* (unowned): alive as long as the task */
  RushTaskContext *ctx; /* (unowned) */
  const RushFilePartition *partition;
  guint next_file;
  const RushPartitionedFile *file; /* that `rows` are of */
  RushIterator *rows;              /* or NULL: the next file is to be opened */
} FileScanIterator;

/* ---- columns of the folder ---- */

static RushColumn *
constant_of_folder (const FileScanIterator *self, guint column, guint length)
{
  RushColumn *values = rush_file_index_partition_column (self->rdd->index, column);
  RushColumn *value = rush_column_slice (values, self->file->partition, 1);

  return rush_column_new_constant (value, length);
}

/* Takes over @batch. */
static RushBatch *
add_folder_columns (const FileScanIterator *self, RushBatch *batch)
{
  RushSchema *schema = self->rdd->base.schema;
  g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields + 1);
  guint length = batch->physical_length;
  RushBatch *out;

  for (guint c = 0; c < schema->n_fields; c++)
    {
      const Origin *origin = &self->rdd->origins[c];

      columns[c] = origin->is_partition ? constant_of_folder (self, origin->column, length)
                                        : rush_column_ref (batch->columns[origin->column]);
    }
  out = rush_batch_new (schema, length, columns);
  if (batch->selection != NULL)
    {
      RushBatch *selected =
          rush_batch_select (out, rush_buffer_ref (batch->selection), batch->length);

      rush_batch_unref (out);
      out = selected;
    }
  rush_batch_unref (batch);
  return out;
}

/* ---- files ---- */

/* Whether the reader goes on with the next file after @failure. */
static gboolean
is_ignored (const FileScanIterator *self, const GError *failure)
{
  if (g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND))
    return self->rdd->ignores_missing;
  return self->rdd->ignores_corrupt &&
         (failure->domain == RUSH_SQL_ERROR ||
          g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT) ||
          g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO));
}

static void
close_file (FileScanIterator *self)
{
  rush_iterator_close (self->rows);
  self->rows = NULL;
}

/* FALSE with @error, unless @failure is one to be ignored. */
static gboolean
handle_failure (FileScanIterator *self, GError *failure, GError **error)
{
  close_file (self);
  if (is_ignored (self, failure))
    {
      g_error_free (failure);
      return TRUE;
    }
  rush_file_error_propagate (error, failure, self->file->path);
  return FALSE;
}

static RushBatch *
file_scan_next (RushIterator *base, GError **error)
{
  FileScanIterator *self = (FileScanIterator *)base;
  const FileScanRdd *rdd = self->rdd;

  for (;;)
    {
      GError *failure = NULL;
      RushBatch *batch = NULL;

      if (!rush_task_context_check (self->ctx, error))
        return NULL;
      if (self->rows == NULL)
        {
          if (self->next_file == self->partition->n)
            return NULL;
          self->file = &self->partition->files[self->next_file++];
          self->rows =
              rdd->format->read (rdd->format, self->file, &rdd->request, self->ctx, &failure);
        }
      if (self->rows != NULL)
        batch = rush_iterator_next (self->rows, &failure);
      if (batch != NULL)
        return add_folder_columns (self, batch);
      if (failure != NULL && !handle_failure (self, failure, error))
        return NULL;
      close_file (self);
    }
}

static void
file_scan_close (RushIterator *base)
{
  close_file ((FileScanIterator *)base);
  g_free (base);
}

static const RushIteratorClass file_scan_iterator_class = { file_scan_next, file_scan_close };

/* ---- the RDD ---- */

static RushIterator *
compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  FileScanRdd *rdd = (FileScanRdd *)base;
  FileScanIterator *self = g_new0 (FileScanIterator, 1);

  self->base.klass = &file_scan_iterator_class;
  self->rdd = rdd;
  self->ctx = ctx;
  self->partition = &g_array_index (rdd->partitions, RushFilePartition, split);
  return &self->base;
}

static gboolean
count_partitions (RushRdd *base, guint *out_n, GError **error)
{
  *out_n = ((FileScanRdd *)base)->partitions->len;
  return TRUE;
}

static void
finalize (RushRdd *base)
{
  FileScanRdd *self = (FileScanRdd *)base;

  rush_file_index_unref (self->index);
  g_array_unref (self->partitions);
  rush_schema_unref (self->read_schema);
  rush_schema_unref (self->data_schema);
  rush_expr_list_unref (self->filters);
  rush_options_unref (self->options);
  g_hash_table_unref (self->settings.conf);
  g_free (self->origins);
}

static const RushRddClass file_scan_class = {
  .name = "FileScanRDD",
  .partitions = count_partitions,
  .compute = compute,
  .finalize = finalize,
};

/* Which of the output's columns stand in files, and which in folders. */
static void
find_origins (FileScanRdd *self)
{
  const RushSchema *output = self->base.schema;
  const RushSchema *folders = rush_file_index_partition_schema (self->index);
  g_autofree RushField *fields = g_new0 (RushField, output->n_fields + 1);
  guint n_read = 0;

  self->origins = g_new0 (Origin, output->n_fields + 1);
  for (guint c = 0; c < output->n_fields; c++)
    {
      Origin *origin = &self->origins[c];

      for (guint p = 0; p < folders->n_fields && !origin->is_partition; p++)
        if (g_ascii_strcasecmp (folders->fields[p].name, output->fields[c].name) == 0)
          *origin = (Origin){ TRUE, p };
      if (origin->is_partition)
        continue;
      origin->column = n_read;
      fields[n_read++] = output->fields[c];
    }
  self->read_schema = rush_schema_new (n_read, fields);
}

/* An option of the reader, else the session's setting. */
static gboolean
get_flag (const FileScanRdd *self, const char *option, const char *key)
{
  const char *text = rush_options_get (self->options, option);

  return text != NULL ? g_ascii_strcasecmp (text, "true") == 0
                      : rush_settings_get_bool (&self->settings, key);
}

RushRdd *
rush_file_scan_rdd_new (const RushFileScan *scan)
{
  FileScanRdd *self =
      rush_rdd_alloc (sizeof *self, &file_scan_class, scan->lineage, scan->output, NULL, 0);

  self->format = scan->format;
  self->index = rush_file_index_ref (scan->index);
  self->partitions = scan->partitions;
  self->data_schema = rush_schema_ref (scan->data_schema);
  self->filters = scan->filters != NULL ? rush_expr_list_ref (scan->filters) : NULL;
  self->options = rush_options_ref (scan->options);
  self->settings = *scan->settings;
  g_hash_table_ref (self->settings.conf);
  find_origins (self);
  self->ignores_missing =
      get_flag (self, "ignoreMissingFiles", "spark.sql.files.ignoreMissingFiles");
  self->ignores_corrupt =
      get_flag (self, "ignoreCorruptFiles", "spark.sql.files.ignoreCorruptFiles");
  self->request = (RushReadRequest){ .schema = self->read_schema,
                                     .data_schema = self->data_schema,
                                     .filters = self->filters,
                                     .options = self->options,
                                     .settings = &self->settings };
  return &self->base;
}
