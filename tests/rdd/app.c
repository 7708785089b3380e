#include "app.h"

#include "core/data/builder.h"
#include "rdd/action/collect.h"
#include "rdd/group.h"
#include "rdd/source/parallelize.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

const char *const app_masters[APP_N_MASTERS] = { "local", "local[4]", "local-cluster[2,1,512]",
                                                 "local[2] by wire" };

/* ---- contexts ---- */

static RushContext *
context_of (const char *master, va_list pairs)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *top = g_dir_make_tmp ("rush-app-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  RushContext *context;
  const char *key;

  rush_conf_set (conf, "spark.master", master, &error);
  rush_conf_set (conf, "spark.local.dir", top, &error);
  while ((key = va_arg (pairs, const char *)) != NULL)
    rush_conf_set (conf, key, va_arg (pairs, const char *), &error);
  g_assert_no_error (error);
  context = rush_context_new (conf, &error);
  g_assert_no_error (error);
  return context;
}

RushContext *
app_new_with (const char *master, ...)
{
  RushContext *context;
  va_list pairs;

  va_start (pairs, master);
  context = context_of (master, pairs);
  va_end (pairs);
  return context;
}

RushContext *
app_new (guint i)
{
  g_auto (GStrv) words = g_strsplit (app_masters[i], " ", 2);

  return app_new_with (words[0], "spark.rushlight.shuffle.byReference",
                       words[1] != NULL ? "false" : "true", NULL);
}

static void
assert_no_memory (RushContext *context)
{
  g_auto (GStrv) ids = rush_executor_set_ids (rush_context_executors (context));

  for (guint i = 0; ids[i] != NULL; i++)
    {
      RushMemoryStats stats;

      rush_memory_manager_stats (
          rush_executor_set_env (rush_context_executors (context), ids[i])->memory, &stats);
      g_assert_cmpint (stats.execution_used, ==, 0);
      g_assert_cmpuint (stats.n_active_tasks, ==, 0);
    }
}

void
app_free (RushContext *context)
{
  g_autofree char *top = rush_conf_get_string (rush_context_conf (context), "spark.local.dir");

  rush_context_stop (context);
  assert_no_memory (context);
  g_assert_cmpint (g_rmdir (top), ==, 0);
  rush_context_unref (context);
}

/* ---- data ---- */

/* Rows [start, end) of some list, appended to a builder. */
typedef void (*AppendRow) (RushBatchBuilder *builder, gsize i, gconstpointer data);

static RushRdd *
parallelize (RushContext *context, RushSchema *schema, gsize n, guint n_slices, AppendRow append,
             gconstpointer data)
{
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  for (guint s = 0; s < n_slices; s++)
    {
      GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
      RushBatch *last;

      for (gsize i = rush_slice_start (n, n_slices, s); i < rush_slice_start (n, n_slices, s + 1);
           i++)
        {
          if (rush_batch_builder_is_full (builder))
            g_ptr_array_add (batches, rush_batch_builder_finish (builder, NULL));
          append (builder, i, data);
          rush_batch_builder_end_row (builder);
        }
      last = rush_batch_builder_finish (builder, NULL);
      if (last != NULL)
        g_ptr_array_add (batches, last);
      g_ptr_array_add (slices, batches);
    }
  return rush_rdd_parallelize (rush_context_lineage (context), schema,
                               (GPtrArray *const *)slices->pdata, n_slices);
}

static void
append_number (RushBatchBuilder *builder, gsize i, gconstpointer data)
{
  g_assert_true (rush_batch_builder_append_int (builder, 0, (gint64)i, NULL));
}

RushRdd *
app_range (RushContext *context, guint n, guint n_slices)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);

  return parallelize (context, schema, n, n_slices, append_number, NULL);
}

static void
append_double (RushBatchBuilder *builder, gsize i, gconstpointer data)
{
  g_assert_true (rush_batch_builder_append_double (builder, 0, ((const double *)data)[i], NULL));
}

RushRdd *
app_doubles (RushContext *context, guint n_slices)
{
  static const double values[] = { 2.25, NAN, 0, -INFINITY, -1.5 };
  g_autoptr (RushSchema) schema = rush_schema_of ("x", &RUSH_FLOAT64, NULL);

  return parallelize (context, schema, G_N_ELEMENTS (values), n_slices, append_double, values);
}

static void
append_pair (RushBatchBuilder *builder, gsize i, gconstpointer data)
{
  g_auto (GStrv) pair = g_strsplit (((char *const *)data)[i], "=", 2);

  if (strcmp (pair[0], "-") == 0)
    g_assert_true (rush_batch_builder_append_null (builder, 0, NULL));
  else
    g_assert_true (rush_batch_builder_append_bytes (builder, 0, pair[0], strlen (pair[0]), NULL));
  g_assert_true (
      rush_batch_builder_append_int (builder, 1, g_ascii_strtoll (pair[1], NULL, 10), NULL));
}

RushRdd *
app_pairs (RushContext *context, const char *text, guint n_slices)
{
  const RushField fields[] = { { (char *)"key", &RUSH_STRING, TRUE },
                               { (char *)"value", &RUSH_INT64, FALSE } };
  g_autoptr (RushSchema) schema = rush_schema_new (2, fields);
  g_auto (GStrv) pairs = g_strsplit (text, " ", -1);

  return parallelize (context, schema, text[0] != '\0' ? g_strv_length (pairs) : 0, n_slices,
                      append_pair, pairs);
}

static void
append_line (RushBatchBuilder *builder, gsize i, gconstpointer data)
{
  const char *line = ((const char *const *)data)[i];

  g_assert_true (rush_batch_builder_append_bytes (builder, 0, line, strlen (line), NULL));
}

RushRdd *
app_lines (RushContext *context, const char *const *lines, guint n_slices)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("line", &RUSH_STRING, NULL);

  return parallelize (context, schema, g_strv_length ((char **)lines), n_slices, append_line,
                      lines);
}

/* ---- rows as text ---- */

static void append_row_text (GString *out, const RushRow *row);

static void
append_group_text (GString *out, const RushRow *row, guint column)
{
  RushGroupReader reader;
  RushRow value;
  const char *before = "[";

  rush_group_reader_init (&reader, row, column);
  while (rush_group_reader_next (&reader, &value))
    {
      g_string_append (out, before);
      append_row_text (out, &value);
      before = ";";
    }
  if (before[0] == '[')
    g_string_append_c (out, '[');
  g_string_append_c (out, ']');
  rush_group_reader_clear (&reader);
}

static void
append_value_text (GString *out, const RushRow *row, guint column)
{
  gsize length;
  const char *bytes;

  if (rush_row_is_null (row, column))
    {
      g_string_append_c (out, '-');
      return;
    }
  switch (row->batch->schema->fields[column].type->kind)
    {
    case RUSH_TYPE_BOOL:
      g_string_append (out, rush_row_bool (row, column) ? "true" : "false");
      break;
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, rush_row_int (row, column));
      break;
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      g_string_append_printf (out, "%g", rush_row_double (row, column));
      break;
    case RUSH_TYPE_STRING:
      bytes = rush_row_string (row, column, &length);
      g_string_append_len (out, bytes, (gssize)length);
      break;
    case RUSH_TYPE_BINARY:
      append_group_text (out, row, column);
      break;
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_DECIMAL:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
      g_assert_not_reached ();
    }
}

static void
append_row_text (GString *out, const RushRow *row)
{
  for (guint c = 0; c < row->batch->schema->n_fields; c++)
    {
      if (c > 0)
        g_string_append_c (out, ',');
      append_value_text (out, row, c);
    }
}

char *
app_rows_to_text (const GPtrArray *batches)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint b = 0; b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        {
          RushRow row = rush_batch_nth (batch, i);

          if (out->len > 0)
            g_string_append_c (out, ' ');
          append_row_text (out, &row);
        }
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
app_layout (RushContext *context, RushRdd *rdd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJobWaiter) waiter =
      rush_context_run_job (context, rdd, NULL, 0, rush_collect_batches, NULL, NULL, NULL, &error);
  g_autoptr (GString) out = g_string_new (NULL);
  guint n;

  g_assert_no_error (error);
  g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
  for (guint p = 0; p < n; p++)
    {
      g_autofree char *rows = app_rows_to_text (rush_job_waiter_result (waiter, p)->value);

      g_string_append_printf (out, "%s%s", p > 0 ? "|" : "", rows);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gint
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

char *
app_sorted (RushContext *context, RushRdd *rdd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batches = rush_rdd_collect (context, rdd, &error);
  g_autofree char *text = NULL;
  g_auto (GStrv) rows = NULL;

  g_assert_no_error (error);
  text = app_rows_to_text (batches);
  rows = g_strsplit (text, " ", -1);
  qsort (rows, g_strv_length (rows), sizeof rows[0], compare_strings);
  return g_strjoinv (" ", rows);
}

void
app_assert_sorted (RushContext *context, RushRdd *rdd, const char *expected)
{
  g_autofree char *found = app_sorted (context, rdd);

  g_assert_cmpstr (found, ==, expected);
}

guint
app_n_jobs (RushContext *context)
{
  g_autoptr (GArray) ids = rush_job_stats_job_ids (rush_context_job_stats (context));

  return ids->len;
}
