/* text_format.c - a line is a row of one string column.
 *
 * Options: lineSep, wholetext (a file is a row); compression when writing.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.text.TextFileFormat.
 */
#include "sql/sources/file_writer.h"
#include "sql/sources/formats.h"
#include "sql/sources/record_lines.h"

#include "core/data/builder.h"

#include <string.h>

typedef struct
{
  RushIterator base;
  RushTaskContext *ctx;           /* (unowned) */
  const RushReadRequest *request; /* (unowned) */
  RushLines *lines;
} TextIterator;

/* ---- reading ---- */

static RushBatch *
text_next (RushIterator *base, GError **error)
{
  TextIterator *self = (TextIterator *)base;
  g_autoptr (RushBatch) lines = rush_lines_next (self->lines, error);
  RushColumn *column;

  if (lines == NULL)
    return NULL;
  self->ctx->metrics.input_records += lines->length;
  column = rush_column_ref (lines->columns[0]);
  if (self->request->schema->n_fields > 0)
    return rush_batch_new (self->request->schema, lines->length, &column);
  rush_column_unref (column);
  return rush_batch_new (self->request->schema, lines->length, NULL);
}

static void
text_close (RushIterator *base)
{
  rush_lines_close (((TextIterator *)base)->lines);
  g_free (base);
}

static const RushIteratorClass text_iterator_class = { text_next, text_close };

/* A row of all bytes of the file. */
static RushIterator *
read_whole (const RushPartitionedFile *file, const RushReadRequest *request, RushTaskContext *ctx,
            GError **error)
{
  g_autoptr (RushBuffer) bytes = rush_read_whole (file, ctx, error);
  RushColumn *column = NULL;
  g_autoptr (RushBatch) batch = NULL;

  if (bytes == NULL)
    return NULL;
  if (request->schema->n_fields > 0)
    {
      column = rush_column_new_constant_bytes (&RUSH_STRING, (const char *)bytes->bytes,
                                               bytes->size, 1, ctx->allocator, error);
      if (column == NULL)
        return NULL;
    }
  ctx->metrics.input_records++;
  batch = rush_batch_new (request->schema, 1, &column);
  return rush_iterator_of_batches (&batch, 1);
}

static gboolean
is_whole_text (const RushOptions *options, gboolean *out, GError **error)
{
  return rush_options_get_bool (options, "wholetext", FALSE, out, error);
}

static RushIterator *
text_read (const RushFileFormat *format, const RushPartitionedFile *file,
           const RushReadRequest *request, RushTaskContext *ctx, GError **error)
{
  TextIterator *self;
  RushLines *lines;
  gboolean whole;

  if (!is_whole_text (request->options, &whole, error))
    return NULL;
  if (whole)
    return read_whole (file, request, ctx, error);
  lines = rush_lines_open (file, rush_options_get (request->options, "lineSep"), ctx, error);
  if (lines == NULL)
    return NULL;
  self = g_new0 (TextIterator, 1);
  self->base.klass = &text_iterator_class;
  self->ctx = ctx;
  self->request = request;
  self->lines = lines;
  return &self->base;
}

static gboolean
text_is_splittable (const RushFileFormat *format, const char *path, const RushOptions *options)
{
  gboolean whole;

  return is_whole_text (options, &whole, NULL) && !whole && rush_lines_splittable (path);
}

static RushSchema *
text_infer_schema (const RushFileFormat *format, RushContext *context, const GPtrArray *files,
                   const RushOptions *options, const RushEvalSettings *settings, GError **error)
{
  RushField value = { (char *)"value", &RUSH_STRING, TRUE };

  return rush_schema_new (1, &value);
}

static gboolean
check_one_column (RushSchema *schema, GError **error)
{
  if (schema->n_fields == 1)
    return TRUE;
  g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ANALYSIS,
               "Text data source supports only a single column, and you have %u columns.",
               schema->n_fields);
  return FALSE;
}

static gboolean
text_check_read (const RushFileFormat *format, RushSchema *data_schema, const RushOptions *options,
                 const RushEvalSettings *settings, GError **error)
{
  const char *separator = rush_options_get (options, "lineSep");
  gboolean whole;

  if (separator != NULL && separator[0] == '\0')
    {
      g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                           "'lineSep' cannot be an empty string.");
      return FALSE;
    }
  return is_whole_text (options, &whole, error) && check_one_column (data_schema, error);
}

static gboolean
text_supports_type (const RushFileFormat *format, const RushType *type, gboolean writing)
{
  return type == &RUSH_STRING;
}

/* ---- writing ---- */

typedef struct
{
  RushFileWriter *file;
  const char *separator;
} TextWriter;

static gboolean
text_check_write (const RushFileFormat *format, const RushWriterRequest *request, GError **error)
{
  return check_one_column (request->schema, error);
}

static char *
text_extension (const RushFileFormat *format, const RushWriterRequest *request, GError **error)
{
  return rush_text_extension (".txt", request->options, error);
}

static gpointer
text_open_writer (const RushFileFormat *format, const char *path, const RushWriterRequest *request,
                  RushTaskContext *ctx, GError **error)
{
  RushFileWriter *file = rush_file_writer_open (path, ctx, error);
  const char *separator = rush_options_get (request->options, "lineSep");
  TextWriter *self;

  if (file == NULL)
    return NULL;
  self = g_new (TextWriter, 1);
  self->file = file;
  self->separator = separator != NULL ? separator : "\n";
  return self;
}

static gboolean
text_write (gpointer writer, RushBatch *batch, GError **error)
{
  TextWriter *self = writer;
  GString *out = rush_file_writer_buffer (self->file);

  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);

      /* A null leaves an empty line. */
      if (rush_column_is_valid (batch->columns[0], row))
        {
          gsize length;
          const char *bytes = rush_column_get_bytes (batch->columns[0], row, &length);

          g_string_append_len (out, bytes, (gssize)length);
        }
      g_string_append (out, self->separator);
      if (!rush_file_writer_flush (self->file, FALSE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
text_close_writer (gpointer writer, gboolean keep, GError **error)
{
  TextWriter *self = writer;
  gboolean ok = rush_file_writer_close (self->file, keep, error);

  g_free (self);
  return ok;
}

const RushFileFormat rush_text_format = {
  .name = "text",
  .title = "Text",
  .is_splittable = text_is_splittable,
  .infer_schema = text_infer_schema,
  .check_read = text_check_read,
  .read = text_read,
  .supports_type = text_supports_type,
  .check_write = text_check_write,
  .extension = text_extension,
  .open_writer = text_open_writer,
  .write = text_write,
  .close_writer = text_close_writer,
};
