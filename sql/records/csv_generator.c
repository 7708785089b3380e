/* csv_generator.c - values as fields of CSV.
 *
 * A field gets quotes if it holds the separator, the quote, a line end or begins with the comment
 * character; or always (quoteAll).  Null is nullValue, the empty string emptyValue ("" in quotes),
 * so that the two can be told apart.
 */
#include "sql/records/csv_generator.h"

#include <string.h>

void
rush_csv_generator_init (RushCsvGenerator *self, const RushCsvOptions *options)
{
  self->options = options;
  self->field = g_string_new (NULL);
  rush_field_writer_init (&self->values, RUSH_TEXT_CAST_LEGACY, options->time_zone);
  self->values.dates = options->date_pattern;
  self->values.timestamps = options->timestamp_pattern;
  self->values.timestamps_ntz = options->timestamp_ntz_pattern;
}

void
rush_csv_generator_clear (RushCsvGenerator *self)
{
  if (self->field != NULL)
    g_string_free (g_steal_pointer (&self->field), TRUE);
}

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

void
rush_csv_generate_text (const RushCsvOptions *options, const char *text, gsize length, GString *out)
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
append_value (RushCsvGenerator *self, const RushColumn *column, guint row, GString *out)
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
    rush_csv_generate_text (options, self->field->str, self->field->len, out);
}

void
rush_csv_generate_row (RushCsvGenerator *self, guint n, RushColumn *const *columns, guint row,
                       GString *out)
{
  for (guint c = 0; c < n; c++)
    {
      if (c > 0)
        g_string_append_len (out, self->options->separator,
                             (gssize)self->options->separator_length);
      append_value (self, columns[c], row, out);
    }
}
