/* csv_infer.c - two looks at the files: the first line, then all of them.
 *
 *     job 1   the first record: names (header) or how many columns there are
 *     job 2   with inferSchema alone: a type a column and task, merged by the driver
 *
 * A type is found by trying, from where the column stands already, and never back:
 *
 *     null → int → bigint → decimal(p,0) → double → date → timestamp → boolean → string
 *
 * Two that are of different kinds (a number and a date) make a string.
 */
#include "sql/sources/csv_infer.h"
#include "sql/sources/inference_watch.h"

#include "sql/sources/file_partition.h"
#include "sql/sources/record_lines.h"
#include "sql/sources/schema_job.h"
#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/number_text.h"

#include <string.h>

typedef struct
{
  const RushCsvOptions *options;
  GArray *partitions; /* RushFilePartition */
  guint first;        /* the partition that task 0 looks at */
  char *header;       /* the first record's text; NULL: not known yet */
  gsize header_length;
  guint n_columns;
  gboolean ntz;
} Job;

/* ---- types ---- */

static gboolean
is_date (const char *text, gsize length, const RushCsvOptions *options)
{
  RushParsedTime parsed;
  gint32 days;

  if (!options->prefers_dates)
    return FALSE;
  if (options->date_pattern != NULL)
    return rush_datetime_pattern_parse (options->date_pattern, text, length, "", &parsed, NULL);
  return length == 10 && text[4] == '-' && text[7] == '-' &&
         rush_text_to_date (text, length, &days);
}

static gboolean
is_timestamp (const char *text, gsize length, const RushCsvOptions *options)
{
  const RushTimeZone *zone = rush_time_zone_get (options->time_zone, NULL);
  gint64 micros;

  return options->timestamp_pattern != NULL
             ? rush_datetime_pattern_parse_instant (options->timestamp_pattern, text, length, zone,
                                                    "", &micros, NULL)
             : rush_text_to_timestamp (text, length, zone, 0, &micros);
}

static gboolean
is_double (const char *text, gsize length, const RushCsvOptions *options)
{
  RushFieldParser parser;
  double value;

  return rush_csv_options_parser (options, &RUSH_FLOAT64, &parser, NULL) &&
         (rush_text_to_double (text, length, &value) ||
          (length == parser.nan_length && memcmp (text, parser.nan_value, length) == 0) ||
          (length == parser.positive_length && memcmp (text, parser.positive_inf, length) == 0) ||
          (length == parser.negative_length && memcmp (text, parser.negative_inf, length) == 0));
}

/* A whole number, blanks not allowed. */
static const RushType *
whole_number (const char *text, gsize length)
{
  rush_int128 unscaled;
  gint64 value;
  gint scale;

  if (length == 0 || (guchar)text[0] <= ' ' || (guchar)text[length - 1] <= ' ')
    return NULL;
  if (rush_text_to_int64 (text, length, G_MININT32, G_MAXINT32, FALSE, &value))
    return &RUSH_INT32;
  if (rush_text_to_int64 (text, length, G_MININT64, G_MAXINT64, FALSE, &value))
    return &RUSH_INT64;
  if (rush_decimal_parse_literal (text, length, &unscaled, &scale) == RUSH_DECIMAL_TEXT_OK &&
      scale == 0 && memchr (text, '.', length) == NULL)
    return rush_type_decimal (rush_decimal_digits (unscaled), 0);
  return NULL;
}

/* How far along the order of trials a type is. */
static guint
rank_of (const RushType *type)
{
  if (type == &RUSH_NULL || type == &RUSH_INT32)
    return 0;
  if (type == &RUSH_INT64)
    return 1;
  if (type->kind == RUSH_TYPE_DECIMAL)
    return 2;
  if (type == &RUSH_FLOAT64)
    return 3;
  if (type == &RUSH_DATE)
    return 4;
  if (type == &RUSH_TIMESTAMP || type == &RUSH_TIMESTAMP_NTZ)
    return 5;
  return type == &RUSH_BOOL ? 6 : 7;
}

/* The first type from @rank on that reads the text. */
static const RushType *
try_from (guint rank, const char *text, gsize length, const RushCsvOptions *options, gboolean ntz)
{
  const RushType *number = rank <= 2 ? whole_number (text, length) : NULL;

  if (number != NULL)
    return rank_of (number) >= rank ? number
           : rank == 1              ? &RUSH_INT64
                                    : rush_decimal_for_type (number);
  if (rank <= 3 && is_double (text, length, options))
    return &RUSH_FLOAT64;
  if (rank <= 4 && is_date (text, length, options))
    return &RUSH_DATE;
  if (rank <= 5 && is_timestamp (text, length, options))
    return ntz ? &RUSH_TIMESTAMP_NTZ : &RUSH_TIMESTAMP;
  if (rank <= 6 && ((length == 4 && g_ascii_strncasecmp (text, "true", 4) == 0) ||
                    (length == 5 && g_ascii_strncasecmp (text, "false", 5) == 0)))
    return &RUSH_BOOL;
  return &RUSH_STRING;
}

/* A type for the values of both. */
static const RushType *
merge (const RushType *a, const RushType *b)
{
  guint low = MIN (rank_of (a), rank_of (b)), high = MAX (rank_of (a), rank_of (b));

  if (a == b || b == &RUSH_NULL)
    return a;
  if (a == &RUSH_NULL)
    return b;
  if (high == 3)
    return &RUSH_FLOAT64;
  if (high == 2)
    return rush_decimal_wider (rush_decimal_for_type (a), rush_decimal_for_type (b));
  if (high < 2)
    return &RUSH_INT64;
  if (low == 4 && high == 5)
    return rank_of (a) == 5 ? a : b;
  return &RUSH_STRING;
}

const RushType *
rush_csv_infer_field (const RushType *so_far, const RushCsvField *field,
                      const RushCsvOptions *options, gboolean ntz)
{
  if (field->text == NULL || field->length == 0 || so_far == &RUSH_STRING ||
      (field->length == options->null_length &&
       memcmp (field->text, options->null_value, field->length) == 0))
    return so_far;
  return merge (so_far, try_from (rank_of (so_far), field->text, field->length, options, ntz));
}

/* ---- records of a task ---- */

/* TRUE: enough.  FALSE with @error set: it failed. */
typedef gboolean (*TakeRecord) (const char *text, gsize length, RushCsvSplitter *splitter,
                                gpointer data, GError **error);

static gboolean
walk_lines (const Job *job, const RushPartitionedFile *file, RushCsvSplitter *splitter,
            TakeRecord take, gpointer data, RushTaskContext *ctx, gboolean *out_enough,
            GError **error)
{
  g_autoptr (RushLines) lines = rush_lines_open (file, job->options->line_separator, ctx, error);
  GError *failure = NULL;
  RushBatch *batch;

  while (lines != NULL && !*out_enough && (batch = rush_lines_next (lines, &failure)) != NULL)
    {
      for (guint i = 0; i < batch->length && !*out_enough && failure == NULL; i++)
        {
          gsize length;
          const char *text = rush_column_get_bytes (batch->columns[0], i, &length);

          ctx->metrics.input_records++;
          if (rush_csv_is_ignored (job->options, text, length) ||
              (job->header != NULL && length == job->header_length &&
               memcmp (text, job->header, length) == 0))
            continue;
          if (rush_csv_split_line (splitter, text, length, &failure))
            *out_enough = take (text, length, splitter, data, &failure);
        }
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return lines != NULL && failure == NULL;
}

static gboolean
walk_whole (const Job *job, const RushPartitionedFile *file, RushCsvSplitter *splitter,
            TakeRecord take, gpointer data, RushTaskContext *ctx, gboolean *out_enough,
            GError **error)
{
  g_autoptr (RushBuffer) bytes = rush_read_whole (file, ctx, error);
  const char *at = bytes != NULL ? (const char *)bytes->bytes : NULL;
  const char *end = bytes != NULL ? at + bytes->size : NULL;
  gboolean skips = job->header != NULL;
  GError *failure = NULL;

  if (bytes == NULL)
    return FALSE;
  ctx->metrics.input_records++;
  if (bytes->size >= 3 && memcmp (at, "\xef\xbb\xbf", 3) == 0)
    at += 3;
  while (!*out_enough && failure == NULL)
    {
      const char *start = at;

      if (!rush_csv_split_next (splitter, &at, end, &failure))
        break;
      if (!skips)
        *out_enough = take (start, (gsize)(at - start), splitter, data, &failure);
      skips = FALSE;
    }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

/* All records of a task's files, until @take has enough. */
static gboolean
walk (const Job *job, guint partition, TakeRecord take, gpointer data, RushTaskContext *ctx,
      GError **error)
{
  const RushFilePartition *files =
      &g_array_index (job->partitions, RushFilePartition, job->first + partition);
  RushCsvSplitter splitter;
  gboolean ok = TRUE, enough = FALSE;

  rush_csv_splitter_init (&splitter, job->options, ctx->allocator);
  for (guint i = 0; ok && !enough && i < files->n; i++)
    ok = (job->options->multi_line ? walk_whole : walk_lines) (job, &files->files[i], &splitter,
                                                               take, data, ctx, &enough, error);
  rush_csv_splitter_clear (&splitter);
  return ok;
}

/* ---- job 1: the first record ---- */

static gboolean
take_text (const char *text, gsize length, RushCsvSplitter *splitter, gpointer data, GError **error)
{
  *(GBytes **)data = g_bytes_new (text, length);
  return TRUE;
}

static gboolean
find_first (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  GBytes *first = NULL;

  if (!walk (data, ctx->partition, take_text, &first, ctx, error))
    return FALSE;
  out->value = first;
  out->free_value = (GDestroyNotify)g_bytes_unref;
  return TRUE;
}

/* The first record, as df.take (1) finds it: one partition, then ever more.  *@out NULL: none. */
static gboolean
run_first_job (Job *job, RushContext *context, GBytes **out, GError **error)
{
  guint n = 1;

  *out = NULL;
  for (job->first = 0; *out == NULL && job->first < job->partitions->len; n *= 4)
    {
      guint n_tasks = MIN (n, job->partitions->len - job->first);
      g_autoptr (RushJobWaiter) waiter =
          rush_job_without_rows (context, n_tasks, find_first, job, error);

      if (waiter == NULL)
        return FALSE;
      for (guint i = 0; i < n_tasks && *out == NULL; i++)
        {
          GBytes *found = rush_job_waiter_result (waiter, i)->value;

          *out = found != NULL ? g_bytes_ref (found) : NULL;
        }
      job->first += n_tasks;
    }
  job->first = 0;
  return TRUE;
}

/* ---- job 2: types ---- */

typedef struct
{
  const Job *job;
  const RushType **types;
  GRand *random; /* for samplingRatio < 1 */
} Types;

static gboolean
take_types (const char *text, gsize length, RushCsvSplitter *splitter, gpointer data,
            GError **error)
{
  Types *self = data;
  const Job *job = self->job;

  if (self->random == NULL || g_rand_double (self->random) < job->options->sampling_ratio)
    for (guint c = 0; c < MIN (job->n_columns, splitter->n_fields); c++)
      self->types[c] =
          rush_csv_infer_field (self->types[c], &splitter->fields[c], job->options, job->ntz);
  return FALSE;
}

static gboolean
find_types (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  const Job *job = data;
  Types types = { .job = job, .types = g_new (const RushType *, job->n_columns + 1) };
  gboolean ok;

  for (guint c = 0; c < job->n_columns; c++)
    types.types[c] = &RUSH_NULL;
  if (job->options->sampling_ratio < 1)
    types.random = g_rand_new_with_seed (1 + ctx->partition);
  ok = walk (job, ctx->partition, take_types, &types, ctx, error);
  g_clear_pointer (&types.random, g_rand_free);
  out->value = types.types;
  out->free_value = g_free;
  return ok;
}

static gboolean
run_types_job (Job *job, RushContext *context, RushField *fields, GError **error)
{
  g_autoptr (RushJobWaiter) waiter =
      rush_job_without_rows (context, job->partitions->len, find_types, job, error);

  if (waiter == NULL)
    return FALSE;
  for (guint c = 0; c < job->n_columns; c++)
    {
      const RushType *type = &RUSH_NULL;

      for (guint i = 0; i < job->partitions->len; i++)
        type = merge (type, ((const RushType **)rush_job_waiter_result (waiter, i)->value)[c]);
      fields[c].type = type == &RUSH_NULL ? &RUSH_STRING : type;
    }
  return TRUE;
}

/* ---- names ---- */

static gboolean
is_double_name (const RushCsvSplitter *header, guint c)
{
  const RushCsvField *field = &header->fields[c];

  for (guint i = 0; i < header->n_fields; i++)
    if (i != c && header->fields[i].length == field->length && header->fields[i].text != NULL &&
        g_ascii_strncasecmp (header->fields[i].text, field->text, field->length) == 0)
      return TRUE;
  return FALSE;
}

/* Those of the header; what has none, or that of another, is called after its number. */
static RushField *
make_fields (const Job *job, const RushCsvSplitter *header)
{
  RushField *fields = g_new0 (RushField, header->n_fields + 1);

  for (guint c = 0; c < header->n_fields; c++)
    {
      const RushCsvField *field = &header->fields[c];
      gboolean named = job->options->header && field->text != NULL && field->length > 0 &&
                       !(field->length == job->options->null_length &&
                         memcmp (field->text, job->options->null_value, field->length) == 0);

      fields[c].type = &RUSH_STRING;
      fields[c].nullable = TRUE;
      fields[c].name = !named ? g_strdup_printf ("_c%u", c)
                       : is_double_name (header, c)
                           ? g_strdup_printf ("%.*s%u", (int)field->length, field->text, c)
                           : g_strndup (field->text, field->length);
    }
  return fields;
}

static RushSchema *
schema_of_fields (RushField *fields, guint n)
{
  RushSchema *schema = rush_schema_new (n, fields);

  for (guint c = 0; c < n; c++)
    g_free (fields[c].name);
  g_free (fields);
  return schema;
}

/* From the text of the first record. */
static RushSchema *
infer_from_first (Job *job, RushContext *context, GBytes *first, GError **error)
{
  const char *text = g_bytes_get_data (first, &job->header_length);
  const char *at = text;
  RushCsvSplitter splitter;
  RushField *fields;
  gboolean ok;

  rush_csv_splitter_init (&splitter, job->options, rush_allocator_system ());
  ok = job->options->multi_line
           ? rush_csv_split_next (&splitter, &at, text + job->header_length, error)
           : rush_csv_split_line (&splitter, text, job->header_length, error);
  if (!ok)
    {
      rush_csv_splitter_clear (&splitter);
      return NULL;
    }
  fields = make_fields (job, &splitter);
  job->n_columns = splitter.n_fields;
  rush_csv_splitter_clear (&splitter);
  if (job->options->header)
    job->header = (char *)text;
  ok = !job->options->infers || run_types_job (job, context, fields, error);
  if (ok)
    return schema_of_fields (fields, job->n_columns);
  rush_schema_unref (schema_of_fields (fields, job->n_columns));
  return NULL;
}

RushSchema *
rush_csv_infer_schema (const RushFileFormat *format, RushContext *context, const GPtrArray *files,
                       const RushOptions *options, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushCsvOptions) parsed = rush_csv_options_new (options, settings, FALSE, error);
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GArray) partitions = NULL;
  Job job = { .options = parsed };
  GError *failure = NULL;
  RushSchema *schema = NULL;
  gboolean ok;

  if (parsed == NULL)
    return NULL;
  job.ntz = g_strcmp0 (rush_settings_get_string (settings, "spark.sql.timestampType"),
                       "TIMESTAMP_NTZ") == 0;
  partitions = rush_file_partitions (files, format, options,
                                     rush_context_default_parallelism (context), settings);
  job.partitions = partitions;
  if (!parsed->multi_line)
    rush_inference_begin (RUSH_INFERENCE_FIRST_LINE);
  ok = run_first_job (&job, context, &first, &failure);
  if (!parsed->multi_line)
    rush_inference_end (failure);
  if (ok && first == NULL)
    return rush_schema_new (0, NULL);
  if (ok)
    {
      if (!parsed->multi_line)
        rush_inference_begin (RUSH_INFERENCE_TYPES);
      schema = infer_from_first (&job, context, first, &failure);
      if (!parsed->multi_line)
        rush_inference_end (failure);
    }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return schema;
}
