/* json_records.c - lines, or whole files (multiLine), given to the parser or to inference.
 *
 * Inference is one job: each task finds the shape of its files, the driver merges the shapes.
 */
#include "sql/sources/json_records.h"

#include "sql/sources/file_partition.h"
#include "sql/records/json_parser.h"
#include "sql/records/json_shape.h"
#include "sql/sources/record_lines.h"
#include "sql/sources/row_filter.h"
#include "sql/sources/schema_job.h"

#include <string.h>

/* ---- texts ---- */

typedef gboolean (*TakeText) (const char *text, gsize length, RushBuffer *buffer, gpointer data,
                              GError **error);

/* The @i-th line of a batch. */
static gboolean
take_line (const RushBatch *batch, guint i, TakeText take, gpointer data, GError **error)
{
  const RushColumn *column = batch->columns[0];
  const RushView *view = (const RushView *)column->values->bytes + column->offset + i;
  gboolean inlined = view->length <= RUSH_VIEW_INLINE_MAX;

  return take (rush_view_bytes (view, column->data), (gsize)view->length,
               inlined ? NULL : column->data[view->ref.buffer], data, error);
}

/* ---- reading ---- */

typedef struct
{
  RushIterator base;
  RushTaskContext *ctx;           /* (unowned) */
  const RushReadRequest *request; /* (unowned) */
  RushJsonOptions *options;
  RushBatchBuilder *builder;
  RushJsonParser *parser;
  RushRowFilter *filter;
  guint64 rows_out;      /* without columns */
  RushLines *lines;      /* line by line: */
  RushBatch *line_batch; /* or NULL */
  guint next_line;
  RushBuffer *whole; /* multiLine: */
  gboolean whole_taken;
} JsonIterator;

static gboolean
parse_text (const char *text, gsize length, RushBuffer *buffer, gpointer data, GError **error)
{
  return rush_json_parser_add (((JsonIterator *)data)->parser, text, length, buffer, error);
}

static gboolean
parse_whole (JsonIterator *self, gboolean *out_more, GError **error)
{
  *out_more = !self->whole_taken;
  if (self->whole_taken)
    return TRUE;
  self->whole_taken = TRUE;
  return parse_text ((const char *)self->whole->bytes, self->whole->size, self->whole, self, error);
}

static gboolean
parse_lines (JsonIterator *self, gboolean *out_more, GError **error)
{
  GError *failure = NULL;

  if (self->line_batch == NULL || self->next_line == self->line_batch->length)
    {
      g_clear_pointer (&self->line_batch, rush_batch_unref);
      self->next_line = 0;
      self->line_batch = rush_lines_next (self->lines, &failure);
      *out_more = self->line_batch != NULL;
      if (failure != NULL)
        g_propagate_error (error, failure);
      if (!*out_more)
        return failure == NULL;
    }
  while (self->next_line < self->line_batch->length &&
         !rush_batch_builder_is_full (self->builder) && !rush_json_parser_is_pending (self->parser))
    if (!take_line (self->line_batch, self->next_line++, parse_text, self, error))
      return FALSE;
  return TRUE;
}

static gboolean
advance (JsonIterator *self, gboolean *out_more, GError **error)
{
  *out_more = TRUE;
  if (rush_json_parser_is_pending (self->parser))
    return rush_json_parser_resume (self->parser, error);
  return self->lines != NULL ? parse_lines (self, out_more, error)
                             : parse_whole (self, out_more, error);
}

static RushBatch *
finish_batch (JsonIterator *self, GError **error)
{
  guint64 left = rush_json_parser_rows (self->parser) - self->rows_out;
  guint n = (guint)MIN (left, RUSH_BATCH_MAX_ROWS);

  if (self->request->schema->n_fields > 0)
    return rush_batch_builder_finish (self->builder, error);
  self->rows_out += n;
  return n > 0 ? rush_batch_new (self->request->schema, n, NULL) : NULL;
}

static RushBatch *
json_next (RushIterator *base, GError **error)
{
  JsonIterator *self = (JsonIterator *)base;
  gboolean more = TRUE;

  for (;;)
    {
      GError *failure = NULL;
      RushBatch *batch;

      if (!rush_task_context_check (self->ctx, error))
        return NULL;
      while (more && !rush_batch_builder_is_full (self->builder) &&
             rush_json_parser_rows (self->parser) - self->rows_out < RUSH_BATCH_MAX_ROWS)
        if (!advance (self, &more, error))
          return NULL;
      batch = finish_batch (self, &failure);
      if (batch == NULL && failure == NULL && !more)
        return NULL;
      if (self->request->schema->n_fields > 0)
        self->rows_out = rush_json_parser_rows (self->parser);
      if (batch != NULL)
        batch = rush_row_filter_apply (self->filter, batch, &failure);
      if (failure != NULL)
        g_propagate_error (error, failure);
      if (batch != NULL)
        self->ctx->metrics.input_records += batch->length;
      if (batch != NULL || failure != NULL)
        return batch;
    }
}

static void
json_close (RushIterator *base)
{
  JsonIterator *self = (JsonIterator *)base;

  rush_json_parser_free (self->parser);
  g_clear_pointer (&self->builder, rush_batch_builder_free);
  g_clear_pointer (&self->line_batch, rush_batch_unref);
  rush_lines_close (self->lines);
  rush_buffer_unref (self->whole);
  rush_row_filter_free (self->filter);
  rush_json_options_unref (self->options);
  g_free (self);
}

static const RushIteratorClass json_iterator_class = { json_next, json_close };

static gboolean
open_bytes (JsonIterator *self, const RushPartitionedFile *file, GError **error)
{
  if (self->options->multi_line)
    self->whole = rush_read_whole (file, self->ctx, error);
  else
    self->lines = rush_lines_open (file, self->options->line_separator, self->ctx, error);
  return self->whole != NULL || self->lines != NULL;
}

RushIterator *
rush_json_read (const RushFileFormat *format, const RushPartitionedFile *file,
                const RushReadRequest *request, RushTaskContext *ctx, GError **error)
{
  JsonIterator *self = g_new0 (JsonIterator, 1);

  self->base.klass = &json_iterator_class;
  self->ctx = ctx;
  self->request = request;
  self->builder = rush_batch_builder_new (request->schema, ctx->allocator);
  self->options = rush_json_options_new (request->options, request->settings, FALSE, error);
  if (self->options != NULL)
    self->parser =
        rush_json_parser_new (request->schema, self->options, self->builder, ctx->allocator, error);
  if (self->parser != NULL && rush_row_filter_new (request, ctx, &self->filter, error) &&
      open_bytes (self, file, error))
    return &self->base;
  json_close (&self->base);
  return NULL;
}

/* ---- inference ---- */

typedef struct
{
  const RushJsonOptions *options;
  const GArray *partitions; /* RushFilePartition */
} Job;

typedef struct
{
  const RushJsonOptions *options;
  RushJsonShape *shape;
  RushJsonScanner scanner;
  GRand *random; /* for samplingRatio < 1 */
} Looking;

static gboolean
look_at_text (const char *text, gsize length, RushBuffer *buffer, gpointer data, GError **error)
{
  Looking *self = data;

  if (self->random != NULL && g_rand_double (self->random) >= self->options->sampling_ratio)
    return TRUE;
  rush_json_scanner_begin (&self->scanner, text, length);
  if (rush_json_shape_add (self->shape, &self->scanner))
    return TRUE;
  if (self->options->mode == RUSH_PARSE_FAIL_FAST)
    {
      rush_set_malformed (error, text, length);
      return FALSE;
    }
  if (self->options->mode == RUSH_PARSE_PERMISSIVE)
    rush_json_shape_add_corrupt (self->shape);
  return TRUE;
}

static gboolean
look_at_lines (Looking *self, const RushPartitionedFile *file, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushLines) lines = rush_lines_open (file, self->options->line_separator, ctx, error);
  GError *failure = NULL;
  RushBatch *batch;

  while (lines != NULL && failure == NULL && (batch = rush_lines_next (lines, &failure)) != NULL)
    {
      ctx->metrics.input_records += batch->length;
      for (guint i = 0; i < batch->length && failure == NULL; i++)
        take_line (batch, i, look_at_text, self, &failure);
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return lines != NULL && failure == NULL;
}

static gboolean
look_at_file (Looking *self, const RushPartitionedFile *file, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushBuffer) whole = NULL;

  if (!self->options->multi_line)
    return look_at_lines (self, file, ctx, error);
  whole = rush_read_whole (file, ctx, error);
  ctx->metrics.input_records += whole != NULL;
  return whole != NULL &&
         look_at_text ((const char *)whole->bytes, whole->size, whole, self, error);
}

static gboolean
find_shape (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  const Job *job = data;
  const RushFilePartition *files =
      &g_array_index (job->partitions, RushFilePartition, ctx->partition);
  Looking looking = { .options = job->options, .shape = rush_json_shape_new () };
  gboolean ok = TRUE;

  rush_json_scanner_init (&looking.scanner, job->options, ctx->allocator);
  if (job->options->sampling_ratio < 1)
    looking.random = g_rand_new_with_seed (1 + ctx->partition);
  for (guint i = 0; ok && i < files->n; i++)
    ok = look_at_file (&looking, &files->files[i], ctx, error);
  rush_json_scanner_clear (&looking.scanner);
  g_clear_pointer (&looking.random, g_rand_free);
  out->value = looking.shape;
  out->free_value = (GDestroyNotify)rush_json_shape_free;
  return ok;
}

RushSchema *
rush_json_infer_schema (const RushFileFormat *format, RushContext *context, const GPtrArray *files,
                        const RushOptions *options, const RushEvalSettings *settings,
                        GError **error)
{
  g_autoptr (RushJsonOptions) parsed = rush_json_options_new (options, settings, FALSE, error);
  g_autoptr (GArray) partitions = NULL;
  g_autoptr (RushJobWaiter) waiter = NULL;
  RushJsonShape *all;
  RushSchema *schema;
  Job job;

  if (parsed == NULL)
    return NULL;
  partitions = rush_file_partitions (files, format, options,
                                     rush_context_default_parallelism (context), settings);
  if (partitions->len == 0)
    return rush_schema_new (0, NULL);
  job = (Job){ parsed, partitions };
  waiter = rush_job_without_rows (context, partitions->len, find_shape, &job, error);
  if (waiter == NULL)
    return NULL;
  all = rush_json_shape_new ();
  for (guint i = 0; i < partitions->len; i++)
    rush_json_shape_merge (all, rush_job_waiter_result (waiter, i)->value);
  schema = rush_json_shape_to_schema (all, parsed, error);
  rush_json_shape_free (all);
  return schema;
}
