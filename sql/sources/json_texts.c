/* json_texts.c - JSON that is an RDD of strings already.
 *
 * Mirrors: DataFrameReader.json (Dataset[String]), TextInputJsonDataSource.
 */
#include "sql/records/json_parser.h"
#include "sql/records/json_shape.h"
#include "sql/sources/source.h"

#include "rdd/context.h"
#include "rdd/transform/map_partitions.h"

/* ---- inference ---- */

static gboolean
look_at_batch (const RushBatch *batch, const RushJsonOptions *options, RushJsonScanner *scanner,
               RushJsonShape *shape, GError **error)
{
  for (guint i = 0; i < batch->length; i++)
    {
      guint row = rush_batch_row (batch, i);
      const char *text;
      gsize length;

      if (!rush_column_is_valid (batch->columns[0], row))
        continue;
      text = rush_column_get_bytes (batch->columns[0], row, &length);
      rush_json_scanner_begin (scanner, text, length);
      if (rush_json_shape_add (shape, scanner))
        continue;
      if (options->mode == RUSH_PARSE_FAIL_FAST)
        {
          rush_set_malformed (error, text, length);
          return FALSE;
        }
      if (options->mode == RUSH_PARSE_PERMISSIVE)
        rush_json_shape_add_corrupt (shape);
    }
  return TRUE;
}

static gboolean
find_shape (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  const RushJsonOptions *options = data;
  RushJsonShape *shape = rush_json_shape_new ();
  RushJsonScanner scanner;
  GError *failure = NULL;
  RushBatch *batch;

  rush_json_scanner_init (&scanner, options, ctx->allocator);
  while (failure == NULL && rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      look_at_batch (batch, options, &scanner, shape, &failure);
      rush_batch_unref (batch);
    }
  rush_json_scanner_clear (&scanner);
  out->value = shape;
  out->free_value = (GDestroyNotify)rush_json_shape_free;
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

RushSchema *
rush_json_infer_texts (RushContext *context, RushRdd *texts, const RushOptions *options,
                       const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushJsonOptions) parsed = rush_json_options_new (options, settings, FALSE, error);
  g_autoptr (RushJobWaiter) waiter = NULL;
  RushJsonShape *all;
  RushSchema *schema;
  guint n;

  if (parsed == NULL || !rush_rdd_n_partitions (texts, &n, error))
    return NULL;
  waiter =
      rush_context_run_job (context, texts, NULL, 0, find_shape, rush_json_options_ref (parsed),
                            (GDestroyNotify)rush_json_options_unref, NULL, error);
  if (waiter == NULL)
    return NULL;
  all = rush_json_shape_new ();
  for (guint i = 0; i < n; i++)
    rush_json_shape_merge (all, rush_job_waiter_result (waiter, i)->value);
  schema = rush_json_shape_to_schema (all, parsed, error);
  rush_json_shape_free (all);
  return schema;
}

/* ---- rows ---- */

typedef struct
{
  RushSchema *schema;
  RushOptions *options;
  RushEvalSettings settings; /* conf: a ref */
} Parsing;

typedef struct
{
  RushIterator base;
  RushIterator *texts;
  RushTaskContext *ctx; /* (unowned) */
  RushSchema *schema;   /* (unowned) the RDD's */
  RushJsonOptions *options;
  RushBatchBuilder *builder;
  RushJsonParser *parser;
  guint64 rows_out; /* without columns */
  RushBatch *batch; /* texts, or NULL */
  guint next;
} TextsIterator;

/* One text, or the rest of one. */
static gboolean
parse_next (TextsIterator *self, GError **error)
{
  guint row;
  const char *text;
  gsize length;

  if (rush_json_parser_is_pending (self->parser))
    return rush_json_parser_resume (self->parser, error);
  row = rush_batch_row (self->batch, self->next++);
  if (!rush_column_is_valid (self->batch->columns[0], row))
    return TRUE;
  text = rush_column_get_bytes (self->batch->columns[0], row, &length);
  return rush_json_parser_add (self->parser, text, length, NULL, error);
}

static gboolean
has_text (TextsIterator *self, GError **error)
{
  while (!rush_json_parser_is_pending (self->parser) &&
         (self->batch == NULL || self->next == self->batch->length))
    {
      g_clear_pointer (&self->batch, rush_batch_unref);
      self->next = 0;
      self->batch = rush_iterator_next (self->texts, error);
      if (self->batch == NULL)
        return FALSE;
    }
  return TRUE;
}

static RushBatch *
texts_next (RushIterator *base, GError **error)
{
  TextsIterator *self = (TextsIterator *)base;
  GError *failure = NULL;
  guint64 n = 0;

  if (!rush_task_context_check (self->ctx, error))
    return NULL;
  while (!rush_batch_builder_is_full (self->builder) && n < RUSH_BATCH_MAX_ROWS / 2 &&
         has_text (self, &failure) && parse_next (self, &failure))
    n = rush_json_parser_rows (self->parser) - self->rows_out;
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return NULL;
    }
  n = rush_json_parser_rows (self->parser) - self->rows_out;
  n = MIN (n, RUSH_BATCH_MAX_ROWS);
  self->rows_out += n;
  if (self->schema->n_fields > 0)
    return rush_batch_builder_finish (self->builder, error);
  return n > 0 ? rush_batch_new (self->schema, (guint)n, NULL) : NULL;
}

static void
texts_close (RushIterator *base)
{
  TextsIterator *self = (TextsIterator *)base;

  rush_iterator_close (self->texts);
  rush_json_parser_free (self->parser);
  g_clear_pointer (&self->builder, rush_batch_builder_free);
  g_clear_pointer (&self->batch, rush_batch_unref);
  rush_json_options_unref (self->options);
  g_free (self);
}

static const RushIteratorClass texts_iterator_class = { texts_next, texts_close };

static RushIterator *
parse_partition (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                 GError **error)
{
  const Parsing *parsing = data;
  TextsIterator *self = g_new0 (TextsIterator, 1);

  self->base.klass = &texts_iterator_class;
  self->texts = rows;
  self->ctx = ctx;
  self->schema = parsing->schema;
  self->builder = rush_batch_builder_new (parsing->schema, ctx->allocator);
  self->options = rush_json_options_new (parsing->options, &parsing->settings, FALSE, error);
  if (self->options != NULL)
    self->parser =
        rush_json_parser_new (parsing->schema, self->options, self->builder, ctx->allocator, error);
  if (self->parser != NULL)
    return &self->base;
  texts_close (&self->base);
  return NULL;
}

static void
parsing_free (gpointer data)
{
  Parsing *self = data;

  rush_schema_unref (self->schema);
  rush_options_unref (self->options);
  g_hash_table_unref (self->settings.conf);
  g_free (self);
}

RushRdd *
rush_json_parse_texts (RushRdd *texts, RushSchema *schema, RushOptions *options,
                       const RushEvalSettings *settings)
{
  Parsing *parsing = g_new (Parsing, 1);

  parsing->schema = rush_schema_ref (schema);
  parsing->options = rush_options_ref (options);
  parsing->settings = *settings;
  g_hash_table_ref (settings->conf);
  return rush_rdd_map_partitions (texts, schema, parse_partition, parsing, parsing_free, FALSE);
}
