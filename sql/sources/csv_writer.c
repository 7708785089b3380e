/* csv_writer.c - rows as CSV.
 *
 * A field gets quotes if it holds the separator, the quote, a line end or begins with the comment
 * character; or always (quoteAll).  Null is nullValue, the empty string emptyValue ("" in quotes),
 * so that the two can be told apart.
 *
 * Mirrors: org.apache.spark.sql.catalyst.csv.UnivocityGenerator.
 */
#include "sql/sources/csv_writer.h"

#include "sql/sources/file_writer.h"

#include <string.h>

typedef struct
{
  RushFileWriter *file;
  RushCsvOptions *options;
  RushFieldWriter values;
  GString *field;
} CsvWriter;

static gboolean
needs_quotes (const RushCsvOptions *options, const char *text, gsize length)
{
  if (options->quotes_all)
    return TRUE;
  if (length == 0 || options->quote == '\0')
    return FALSE;
  return (options->comment != '\0' && text[0] == options->comment) ||
         memmem (text, length, options->separator, options->separator_length) != NULL ||
         (options->escapes_quotes && memchr (text, options->quote, length) != NULL) ||
         memchr (text, '\n', length) != NULL || memchr (text, '\r', length) != NULL;
}

static void
append_quoted (const RushCsvOptions *options, const char *text, gsize length, GString *out)
{
  g_string_append_c (out, options->quote);
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == options->quote && options->escape != '\0')
        g_string_append_c (out, options->escape);
      else if (text[i] == options->escape && options->escape_escape != '\0')
        g_string_append_c (out, options->escape_escape);
      g_string_append_c (out, text[i]);
    }
  g_string_append_c (out, options->quote);
}

static void
append_text (const RushCsvOptions *options, const char *text, gsize length, GString *out)
{
  if (options->trims_left)
    while (length > 0 && (guchar)*text <= ' ')
      text++, length--;
  if (options->trims_right)
    while (length > 0 && (guchar)text[length - 1] <= ' ')
      length--;
  if (needs_quotes (options, text, length))
    append_quoted (options, text, length, out);
  else
    g_string_append_len (out, text, (gssize)length);
}

static void
append_value (CsvWriter *self, const RushColumn *column, guint row, GString *out)
{
  const RushCsvOptions *options = self->options;

  if (!rush_column_is_valid (column, row))
    {
      g_string_append (out, options->null_value);
      return;
    }
  g_string_truncate (self->field, 0);
  rush_field_write (&self->values, column, row, self->field);
  if (self->field->len == 0)
    g_string_append (out, options->empty_value);
  else
    append_text (options, self->field->str, self->field->len, out);
}

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
      append_text (self->options, schema->fields[c].name, strlen (schema->fields[c].name), out);
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
  self->field = g_string_new (NULL);
  rush_field_writer_init (&self->values, RUSH_TEXT_CAST_LEGACY, options->time_zone);
  self->values.dates = options->date_pattern;
  self->values.timestamps = options->timestamp_pattern;
  self->values.timestamps_ntz = options->timestamp_ntz_pattern;
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
      guint row = rush_batch_row (batch, i);

      for (guint c = 0; c < batch->schema->n_fields; c++)
        {
          if (c > 0)
            g_string_append_len (out, self->options->separator,
                                 (gssize)self->options->separator_length);
          append_value (self, batch->columns[c], row, out);
        }
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

  g_string_free (self->field, TRUE);
  rush_csv_options_unref (self->options);
  g_free (self);
  return ok;
}
