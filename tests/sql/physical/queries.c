#include "queries.h"

#include "sql/parser/parser.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>

static GHashTable *settings;

void
queries_set (const char *key, const char *value)
{
  if (settings == NULL)
    settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (value != NULL)
    g_hash_table_insert (settings, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (settings, key);
}

RushContext *
queries_begin (const char *master, ...)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *top = g_dir_make_tmp ("rush-queries-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;
  RushContext *context;
  const char *key;
  va_list pairs;

  queries_set ("spark.sql.shuffle.partitions", "4");
  rush_conf_set (conf, "spark.master", master, &error);
  rush_conf_set (conf, "spark.local.dir", top, &error);
  va_start (pairs, master);
  while ((key = va_arg (pairs, const char *)) != NULL)
    {
      const char *value = va_arg (pairs, const char *);
      if (g_str_has_prefix (key, "spark.sql."))
        queries_set (key, value);
      else
        rush_conf_set (conf, key, value, &error);
    }
  va_end (pairs);
  g_assert_no_error (error);
  context = rush_context_new (conf, &error);
  g_assert_no_error (error);
  return context;
}

void
queries_end (RushContext *context)
{
  g_autofree char *top = rush_conf_get_string (rush_context_conf (context), "spark.local.dir");

  rush_context_stop (context);
  g_assert_cmpint (g_rmdir (top), ==, 0);
  rush_context_unref (context);
  g_clear_pointer (&settings, g_hash_table_unref);
}

/* ---- names: there are no tables ---- */

static RushPlan *
no_relation (RushCatalogView *self, const char *const *names, GPtrArray *options, GError **error)
{
  return NULL;
}

static RushPythonFunction *
no_function (RushCatalogView *self, const char *name)
{
  return NULL;
}

static char **namespace (RushCatalogView *self)
{
  return g_strsplit ("spark_catalog.default", ".", -1);
}

static RushCatalogView catalog = { no_relation, no_function, namespace };

RushQuery *
queries_new (RushContext *context, const char *text)
{
  RushParserOptions options = { .ansi = TRUE, .time_zone = g_intern_string ("UTC") };
  RushQueryEnvironment environment = {
    .context = context,
    .settings = { .ansi = TRUE,
                  .time_zone = g_intern_string ("UTC"),
                  .conf = settings,
                  .plugins = rush_context_plugins (context) },
    .catalog = &catalog,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_parse_statement (text, &options, &error);

  g_assert_no_error (error);
  return rush_query_new (&environment, plan);
}

/* ---- rows as text ---- */

static void
append_value (GString *out, const RushColumn *column, guint row)
{
  gsize length;
  const char *bytes;

  if (!rush_column_is_valid (column, row))
    g_string_append (out, "NULL");
  else if (column->type == &RUSH_STRING)
    {
      bytes = rush_column_get_bytes (column, row, &length);
      g_string_append_len (out, bytes, (gssize)length);
    }
  else
    rush_column_append_text (column, row, out);
}

static void
append_rows (GPtrArray *rows, const RushBatch *batch)
{
  for (guint i = 0; i < batch->length; i++)
    {
      GString *row = g_string_new (NULL);

      for (guint c = 0; c < batch->schema->n_fields; c++)
        {
          guint at = rush_batch_row (batch, i);
          if (c > 0)
            g_string_append_c (row, '|');
          append_value (row, batch->columns[c], at);
        }
      g_ptr_array_add (rows, g_string_free (row, FALSE));
    }
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static char *
run (RushContext *context, const char *text, gboolean sorted)
{
  g_autoptr (RushQuery) query = queries_new (context, text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batches = rush_query_collect (query, NULL, &error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);

  if (error != NULL)
    g_test_message ("%s", text);
  g_assert_no_error (error);
  for (guint b = 0; b < batches->len; b++)
    append_rows (rows, batches->pdata[b]);
  if (sorted)
    g_ptr_array_sort (rows, compare_texts);
  g_ptr_array_add (rows, NULL);
  return g_strjoinv ("; ", (char **)rows->pdata);
}

char *
queries_rows (RushContext *context, const char *text)
{
  return run (context, text, FALSE);
}

char *
queries_sorted (RushContext *context, const char *text)
{
  return run (context, text, TRUE);
}

void
queries_assert (RushContext *context, const char *text, const char *rows)
{
  g_autofree char *found = queries_rows (context, text);

  g_assert_cmpstr (found, ==, rows);
}

void
queries_assert_sorted (RushContext *context, const char *text, const char *rows)
{
  g_autofree char *found = queries_sorted (context, text);

  g_assert_cmpstr (found, ==, rows);
}

char *
queries_error (RushContext *context, const char *text)
{
  g_autoptr (RushQuery) query = queries_new (context, text);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batches = rush_query_collect (query, NULL, &error);

  g_assert_null (batches);
  g_assert_nonnull (error);
  return g_strdup (error->message);
}
