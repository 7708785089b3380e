/* json_lines_writer.c - an object a row, a line an object. */
#include "sql/sources/json_lines_writer.h"

#include "sql/records/json_generator.h"
#include "sql/sources/file_writer.h"

typedef struct
{
  RushFileWriter *file;
  RushJsonOptions *options;
  RushJsonGenerator generator;
} JsonWriter;

gpointer
rush_json_open_writer (const RushFileFormat *format, const char *path,
                       const RushWriterRequest *request, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushJsonOptions) options =
      rush_json_options_new (request->options, request->settings, TRUE, error);
  RushFileWriter *file = options != NULL ? rush_file_writer_open (path, ctx, error) : NULL;
  JsonWriter *self;

  if (file == NULL)
    return NULL;
  self = g_new0 (JsonWriter, 1);
  self->file = file;
  rush_json_generator_init (&self->generator, options);
  self->options = g_steal_pointer (&options);
  return self;
}

gboolean
rush_json_write (gpointer writer, RushBatch *batch, GError **error)
{
  JsonWriter *self = writer;
  GString *out = rush_file_writer_buffer (self->file);
  g_autofree const char **names = g_new (const char *, batch->schema->n_fields + 1);

  for (guint c = 0; c < batch->schema->n_fields; c++)
    names[c] = batch->schema->fields[c].name;
  for (guint i = 0; i < batch->length; i++)
    {
      rush_json_generate_object (&self->generator, batch->schema->n_fields, names, batch->columns,
                                 rush_batch_row (batch, i), out);
      g_string_append (out, self->options->line_separator != NULL ? self->options->line_separator
                                                                  : "\n");
      if (!rush_file_writer_flush (self->file, FALSE, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rush_json_close_writer (gpointer writer, gboolean keep, GError **error)
{
  JsonWriter *self = writer;
  gboolean ok = rush_file_writer_close (self->file, keep, error);

  rush_json_options_unref (self->options);
  g_free (self);
  return ok;
}
