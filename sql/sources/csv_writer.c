/* csv_writer.c - rows as lines of CSV, after a line of names if there is to be one.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.csv.CsvOutputWriter.
 */
#include "sql/sources/csv_writer.h"

#include "sql/records/csv_generator.h"
#include "sql/sources/file_writer.h"

#include <string.h>

typedef struct
{
  RushFileWriter *file;
  RushCsvOptions *options;
  RushCsvGenerator generator;
} CsvWriter;

static void
end_line (const CsvWriter *self, GString *out)
{
  g_string_append (out,
                   self->options->line_separator != NULL ? self->options->line_separator : "\n");
}

static void
append_header (CsvWriter *self, const RushSchema *schema)
{
  GString *out = rush_file_writer_buffer (self->file);

  for (guint c = 0; c < schema->n_fields; c++)
    {
      g_string_append_len (out, c > 0 ? self->options->separator : "",
                           c > 0 ? (gssize)self->options->separator_length : 0);
      rush_csv_generate_text (self->options, schema->fields[c].name,
                              strlen (schema->fields[c].name), out);
    }
  end_line (self, out);
}

gpointer
rush_csv_open_writer (const RushFileFormat *format, const char *path,
                      const RushWriterRequest *request, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushCsvOptions) options =
      rush_csv_options_new (request->options, request->settings, TRUE, error);
  RushFileWriter *file = options != NULL ? rush_file_writer_open (path, ctx, error) : NULL;
  CsvWriter *self;

  if (file == NULL)
    return NULL;
  self = g_new0 (CsvWriter, 1);
  self->file = file;
  rush_csv_generator_init (&self->generator, options);
  self->options = g_steal_pointer (&options);
  if (self->options->header)
    append_header (self, request->schema);
  return self;
}

gboolean
rush_csv_write (gpointer writer, RushBatch *batch, GError **error)
{
  CsvWriter *self = writer;
  GString *out = rush_file_writer_buffer (self->file);

  for (guint i = 0; i < batch->length; i++)
    {
      rush_csv_generate_row (&self->generator, batch->schema->n_fields, batch->columns,
                             rush_batch_row (batch, i), out);
      end_line (self, out);
      if (!rush_file_writer_flush (self->file, FALSE, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rush_csv_close_writer (gpointer writer, gboolean keep, GError **error)
{
  CsvWriter *self = writer;
  gboolean ok = rush_file_writer_close (self->file, keep, error);

  rush_csv_generator_clear (&self->generator);
  rush_csv_options_unref (self->options);
  g_free (self);
  return ok;
}
