/* csv_reader.c - records to typed columns, only those that are wanted.
 *
 *     block of bytes ─▶ lines (views into it) ─▶ fields (pointers into it) ─▶ column builders
 *
 * A field is looked at where it lies: numbers are read from there, long strings become views into
 * the block.  Fields behind the last wanted column are not even taken apart, unless their number
 * matters: a record of too few or too many fields is malformed, when all columns are asked for.
 *
 * A value that cannot be read is null and makes its record malformed; what then happens says the
 * mode (parse_mode.h).
 */
#include "sql/sources/csv_reader.h"

#include "core/data/builder.h"
#include "rdd/source/local_path.h"
#include "sql/records/csv_record.h"
#include "sql/sources/record_lines.h"
#include "sql/sources/row_filter.h"

#include <string.h>

typedef struct
{
  guint field; /* of the record */
  RushFieldParser parser;
} Column;

typedef struct
{
  RushIterator base;
  RushTaskContext *ctx;           /* (unowned) */
  const RushReadRequest *request; /* (unowned) */
  const RushPartitionedFile *file;
  RushCsvOptions *options;
  RushCsvSplitter splitter;
  RushBatchBuilder *builder;
  RushRowFilter *filter;
  Column *columns;       /* of request->schema */
  gint corrupt;          /* the column of corrupt records in it, or −1 */
  guint expected_fields; /* a record has; G_MAXUINT: any number */
  gboolean skips_header; /* the next record is the header */
  guint64 rows_without_columns;

  RushLines *lines;      /* line by line: */
  RushBatch *line_batch; /* or NULL */
  guint next_line;

  RushBuffer *whole; /* multiLine: */
  const char *at;
} CsvIterator;

/* What stands in a row's record, and where. */
typedef struct
{
  const char *text;
  gsize length;
  RushBuffer *buffer; /* that it lies in; NULL: in no buffer that may be kept */
} Record;

/* ---- rows ---- */

static gboolean
append_string (CsvIterator *self, guint c, const RushCsvField *field, const Record *record,
               GError **error)
{
  if (field->in_scratch || record->buffer == NULL || field->length <= RUSH_VIEW_INLINE_MAX)
    return rush_batch_builder_append_bytes (self->builder, c, field->text, field->length, error);
  return rush_batch_builder_append_bytes_shared (
      self->builder, c, record->buffer, (gsize)(field->text - (const char *)record->buffer->bytes),
      field->length, error);
}

static inline gboolean
is_null (const RushCsvOptions *options, const RushCsvField *field)
{
  return field->text == NULL || (field->length == options->null_length &&
                                 memcmp (field->text, options->null_value, field->length) == 0);
}

/* One value; RUSH_FIELD_MALFORMED: null stands in its place. */
static RushFieldStatus
append_value (CsvIterator *self, guint c, const Record *record, GError **error)
{
  const Column *column = &self->columns[c];
  const RushCsvField *field;
  RushFieldStatus status = RUSH_FIELD_OK;
  gboolean ok;

  if (column->field < self->splitter.n_fields &&
      !is_null (self->options, field = &self->splitter.fields[column->field]))
    {
      if (column->parser.type == &RUSH_STRING)
        return append_string (self, c, field, record, error) ? RUSH_FIELD_OK : RUSH_FIELD_ERROR;
      status = rush_field_parse (&column->parser, field->text, field->length,
                                 rush_batch_builder_column (self->builder, c), error);
      if (status != RUSH_FIELD_MALFORMED)
        return status;
    }
  ok = rush_batch_builder_append_null (self->builder, c, error);
  return ok ? status : RUSH_FIELD_ERROR;
}

static gboolean
append_corrupt (CsvIterator *self, gboolean malformed, const Record *record, GError **error)
{
  if (!malformed)
    return rush_batch_builder_append_null (self->builder, (guint)self->corrupt, error);
  return rush_batch_builder_append_bytes (self->builder, (guint)self->corrupt, record->text,
                                          record->length, error);
}

/* A row of the fields that were split. */
static gboolean
add_row (CsvIterator *self, const Record *record, GError **error)
{
  gboolean malformed =
      self->expected_fields != G_MAXUINT && self->splitter.n_fields != self->expected_fields;

  for (guint c = 0; c < self->request->schema->n_fields; c++)
    {
      RushFieldStatus status =
          (gint)c == self->corrupt ? RUSH_FIELD_OK : append_value (self, c, record, error);

      if (status == RUSH_FIELD_ERROR)
        return FALSE;
      malformed |= status == RUSH_FIELD_MALFORMED;
    }
  if (G_UNLIKELY (malformed))
    {
      if (self->options->mode == RUSH_PARSE_FAIL_FAST)
        {
          rush_set_malformed (error, record->text, record->length);
          return FALSE;
        }
      if (self->options->mode == RUSH_PARSE_DROP_MALFORMED)
        {
          rush_batch_builder_abandon_row (self->builder);
          return TRUE;
        }
    }
  if (self->corrupt >= 0 && !append_corrupt (self, malformed, record, error))
    return FALSE;
  rush_batch_builder_end_row (self->builder);
  return TRUE;
}

/* ---- the header ---- */

static gboolean
refuse_header (const CsvIterator *self, const char *expected, const char *found, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->file->path);

  g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
               "CSV header does not conform to the schema.\nExpected: %s but found: %s\n"
               "CSV file: %s",
               expected, found, uri);
  return FALSE;
}

/* The header, whose fields were split: enforceSchema=false wants the schema's names there. */
static gboolean
check_header (const CsvIterator *self, GError **error)
{
  const RushSchema *schema = self->request->data_schema;

  if (self->options->enforces_schema)
    return TRUE;
  for (guint c = 0; c < MIN (schema->n_fields, self->splitter.n_fields); c++)
    {
      const RushCsvField *field = &self->splitter.fields[c];
      g_autofree char *found = g_strndup (field->text != NULL ? field->text : "", field->length);

      if (self->request->settings->case_sensitive
              ? strcmp (found, schema->fields[c].name) != 0
              : g_ascii_strcasecmp (found, schema->fields[c].name) != 0)
        return refuse_header (self, schema->fields[c].name, found, error);
    }
  return TRUE;
}

/* ---- records ---- */

/* What was split is a header, or a row. */
static gboolean
take_record (CsvIterator *self, const Record *record, GError **error)
{
  if (G_UNLIKELY (self->skips_header))
    {
      self->skips_header = FALSE;
      return check_header (self, error);
    }
  return add_row (self, record, error);
}

/* The @i-th line of the batch; an inlined view lies in no buffer. */
static Record
record_of_line (const RushBatch *batch, guint i)
{
  const RushColumn *column = batch->columns[0];
  const RushView *view = (const RushView *)column->values->bytes + column->offset + i;
  gboolean inlined = view->length <= RUSH_VIEW_INLINE_MAX;

  return (Record){ rush_view_bytes (view, column->data), (gsize)view->length,
                   inlined ? NULL : column->data[view->ref.buffer] };
}

/* Takes lines until a batch is full or the lines that are there are used up. */
static gboolean
take_lines (CsvIterator *self, GError **error)
{
  while (self->next_line < self->line_batch->length && !rush_batch_builder_is_full (self->builder))
    {
      Record record = record_of_line (self->line_batch, self->next_line++);

      if (rush_csv_is_ignored (self->options, record.text, record.length))
        continue;
      /* Without columns nothing is taken apart. */
      if (self->request->schema->n_fields == 0 && !self->skips_header)
        self->rows_without_columns++;
      else if (!rush_csv_split_line (&self->splitter, record.text, record.length, error) ||
               !take_record (self, &record, error))
        return FALSE;
    }
  return TRUE;
}

/* FALSE with @error; *out_more FALSE: nothing is left to be read. */
static gboolean
read_lines (CsvIterator *self, gboolean *out_more, GError **error)
{
  GError *failure = NULL;

  if (self->line_batch == NULL || self->next_line == self->line_batch->length)
    {
      g_clear_pointer (&self->line_batch, rush_batch_unref);
      self->next_line = 0;
      self->line_batch = rush_lines_next (self->lines, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
    }
  *out_more = self->line_batch != NULL;
  return !*out_more || take_lines (self, error);
}

static gboolean
read_whole (CsvIterator *self, gboolean *out_more, GError **error)
{
  const char *end = (const char *)self->whole->bytes + self->whole->size;
  GError *failure = NULL;

  while (!rush_batch_builder_is_full (self->builder))
    {
      Record record = { .text = self->at, .buffer = self->whole };

      *out_more = rush_csv_split_next (&self->splitter, &self->at, end, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      if (!*out_more)
        return TRUE;
      record.length = (gsize)(self->at - record.text);
      while (record.length > 0 && strchr ("\r\n", record.text[record.length - 1]) != NULL)
        record.length--;
      if (self->request->schema->n_fields == 0 && !self->skips_header)
        self->rows_without_columns++;
      else if (!take_record (self, &record, error))
        return FALSE;
    }
  *out_more = TRUE;
  return TRUE;
}

/* ---- batches ---- */

static RushBatch *
finish_batch (CsvIterator *self, GError **error)
{
  guint n = (guint)MIN (self->rows_without_columns, RUSH_BATCH_MAX_ROWS);

  if (self->request->schema->n_fields > 0)
    return rush_batch_builder_finish (self->builder, error);
  if (n == 0)
    return NULL;
  self->rows_without_columns -= n;
  return rush_batch_new (self->request->schema, n, NULL);
}

static RushBatch *
csv_next (RushIterator *base, GError **error)
{
  CsvIterator *self = (CsvIterator *)base;
  gboolean more = TRUE;

  while (more || self->rows_without_columns > 0)
    {
      GError *failure = NULL;
      RushBatch *batch;

      if (!rush_task_context_check (self->ctx, error))
        return NULL;
      while (more && !rush_batch_builder_is_full (self->builder) &&
             self->rows_without_columns < RUSH_BATCH_MAX_ROWS)
        if (!(self->lines != NULL ? read_lines (self, &more, error)
                                  : read_whole (self, &more, error)))
          return NULL;
      batch = finish_batch (self, &failure);
      if (batch != NULL)
        batch = rush_row_filter_apply (self->filter, batch, &failure);
      if (batch != NULL || failure != NULL)
        {
          if (failure != NULL)
            g_propagate_error (error, failure);
          self->ctx->metrics.input_records += batch != NULL ? batch->length : 0;
          return batch;
        }
    }
  return NULL;
}

static void
csv_close (RushIterator *base)
{
  CsvIterator *self = (CsvIterator *)base;

  rush_csv_splitter_clear (&self->splitter);
  g_clear_pointer (&self->builder, rush_batch_builder_free);
  g_clear_pointer (&self->line_batch, rush_batch_unref);
  rush_lines_close (self->lines);
  rush_buffer_unref (self->whole);
  rush_row_filter_free (self->filter);
  rush_csv_options_unref (self->options);
  g_free (self->columns);
  g_free (self);
}

static const RushIteratorClass csv_iterator_class = { csv_next, csv_close };

/* ---- opening ---- */

/* Which field of a record a column is: the column of corrupt records has none. */
static guint
field_of (const RushSchema *data_schema, const char *name, const char *corrupt)
{
  guint field = 0;

  for (guint c = 0; c < data_schema->n_fields; c++)
    {
      if (g_strcmp0 (data_schema->fields[c].name, name) == 0)
        return field;
      field += g_strcmp0 (data_schema->fields[c].name, corrupt) != 0;
    }
  return G_MAXUINT;
}

static gboolean
find_columns (CsvIterator *self, GError **error)
{
  const RushSchema *schema = self->request->schema, *all = self->request->data_schema;
  const char *corrupt = self->options->corrupt_column;
  guint n_fields = all->n_fields, last = 0;
  gint unused;
  gboolean prunes;

  if (!rush_corrupt_column_find (schema, corrupt, &self->corrupt, error) ||
      !rush_corrupt_column_find (all, corrupt, &unused, error))
    return FALSE;
  n_fields -= unused >= 0;
  self->columns = g_new0 (Column, schema->n_fields + 1);
  for (guint c = 0; c < schema->n_fields; c++)
    {
      self->columns[c].field = field_of (all, schema->fields[c].name, corrupt);
      if ((gint)c == self->corrupt)
        continue;
      if (!rush_csv_options_parser (self->options, schema->fields[c].type, &self->columns[c].parser,
                                    error))
        return FALSE;
      if (self->columns[c].field != G_MAXUINT)
        last = MAX (last, self->columns[c].field + 1);
    }
  prunes = !self->options->multi_line && self->corrupt < 0 && schema->n_fields < n_fields;
  self->expected_fields = prunes ? G_MAXUINT : n_fields;
  if (prunes)
    self->splitter.n_wanted = MAX (last, 1);
  return TRUE;
}

static gboolean
open_bytes (CsvIterator *self, GError **error)
{
  if (!self->options->multi_line)
    {
      self->lines = rush_lines_open (self->file, self->options->line_separator, self->ctx, error);
      return self->lines != NULL;
    }
  self->whole = rush_read_whole (self->file, self->ctx, error);
  if (self->whole == NULL)
    return FALSE;
  self->at = (const char *)self->whole->bytes;
  if (self->whole->size >= 3 && memcmp (self->at, "\xef\xbb\xbf", 3) == 0)
    self->at += 3;
  return TRUE;
}

RushIterator *
rush_csv_read (const RushFileFormat *format, const RushPartitionedFile *file,
               const RushReadRequest *request, RushTaskContext *ctx, GError **error)
{
  CsvIterator *self = g_new0 (CsvIterator, 1);

  self->base.klass = &csv_iterator_class;
  self->ctx = ctx;
  self->request = request;
  self->file = file;
  self->options = rush_csv_options_new (request->options, request->settings, FALSE, error);
  rush_csv_splitter_init (&self->splitter, self->options, ctx->allocator);
  self->builder = rush_batch_builder_new (request->schema, ctx->allocator);
  self->skips_header = self->options != NULL && self->options->header && file->start == 0;
  if (self->options != NULL && find_columns (self, error) &&
      rush_row_filter_new (request, ctx, &self->filter, error) && open_bytes (self, error))
    return &self->base;
  csv_close (&self->base);
  return NULL;
}
