/* Purpose: rows become files with Spark's names and bytes; modes, partition folders, buckets and
 * limits do what they say; a job that fails leaves what was there before, and nothing else. */
#include "app.h"
#include "files.h"
#include "core/data/builder.h"
#include "rdd/source/parallelize.h"
#include "rdd/transform/map_partitions.h"
#include "sql/sources/source.h"

#include <string.h>

typedef struct
{
  RushContext *context;
  GHashTable *conf;
  RushEvalSettings settings;
  char *folder;
  RushOptions *options;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->context = app_new_with ("local[2]", NULL);
  self->conf = g_hash_table_new (g_str_hash, g_str_equal);
  self->settings = (RushEvalSettings){ .ansi = TRUE, .time_zone = "UTC", .conf = self->conf };
  self->folder = folder_new ();
  self->options = rush_options_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_options_unref (self->options);
  folder_free (self->folder);
  g_hash_table_unref (self->conf);
  app_free (self->context);
}

static RushSchema *
rows_schema (void)
{
  const RushField fields[] = { { (char *)"id", &RUSH_INT64, TRUE },
                               { (char *)"k", &RUSH_STRING, TRUE },
                               { (char *)"x", &RUSH_FLOAT64, TRUE } };

  return rush_schema_new (3, fields);
}

/* Rows 0 … n − 1 in @n_partitions: (i, "a"/"b"/null, i / 2). */
static RushRdd *
make_rows (Fixture *self, guint n, guint n_partitions)
{
  g_autoptr (RushSchema) schema = rows_schema ();
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);

  for (guint p = 0; p < n_partitions; p++)
    {
      GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
      RushBatch *batch;

      for (gsize i = rush_slice_start (n, n_partitions, p);
           i < rush_slice_start (n, n_partitions, p + 1); i++)
        {
          g_assert_true (rush_batch_builder_append_int (builder, 0, (gint64)i, NULL));
          g_assert_true (i % 3 == 2 ? rush_batch_builder_append_null (builder, 1, NULL)
                                    : rush_batch_builder_append_bytes (builder, 1,
                                                                       i % 3 == 0 ? "a" : "b/c",
                                                                       i % 3 == 0 ? 1 : 3, NULL));
          g_assert_true (rush_batch_builder_append_double (builder, 2, (double)i / 2, NULL));
          rush_batch_builder_end_row (builder);
        }
      batch = rush_batch_builder_finish (builder, NULL);
      if (batch != NULL)
        g_ptr_array_add (batches, batch);
      g_ptr_array_add (parts, batches);
    }
  return rush_rdd_parallelize (rush_context_lineage (self->context), schema,
                               (GPtrArray *const *)parts->pdata, n_partitions);
}

static gint64
write_rows (Fixture *self, RushRdd *rows, RushWriteRequest request, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "out", NULL);
  gint64 n = -1;

  request.path = path;
  request.options = self->options;
  return rush_write_files (self->context, rows, rows->schema, &request, &self->settings, NULL, &n,
                           error)
             ? n
             : -1;
}

/* The files below out, with X for the job's own identifier. */
static char *
files_of (Fixture *self)
{
  g_autofree char *out = g_build_filename (self->folder, "out", NULL);
  g_autofree char *files = list_files (out);
  g_autoptr (GRegex) uuid =
      g_regex_new ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", 0, 0, NULL);

  return g_regex_replace_literal (uuid, files, -1, 0, "X", 0, NULL);
}

static void
assert_files (Fixture *self, const char *expected)
{
  g_autofree char *files = files_of (self);

  g_assert_cmpstr (files, ==, expected);
}

/* The bytes of the first file of that beginning. */
static char *
bytes_of (Fixture *self, const char *prefix)
{
  g_autofree char *out = g_build_filename (self->folder, "out", NULL);
  g_autofree char *files = list_files (out);
  g_auto (GStrv) names = g_strsplit (files, " ", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], prefix))
      return get_file (out, names[i], NULL);
  g_error ("no file %s… in %s", prefix, files);
}

#define FORMAT(name) .format = rush_file_format_find (name)

/* ---- normal ---- */

static void
test_csv (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 4, 2);
  g_autofree char *bytes = NULL;

  rush_options_set (self->options, "header", "true");
  g_assert_cmpint (write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv") }, NULL), ==, 4);
  assert_files (self, "_SUCCESS part-00000-X-c000.csv part-00001-X-c000.csv");
  bytes = bytes_of (self, "part-00001");
  g_assert_cmpstr (bytes, ==, "id,k,x\n2,,1.0\n3,a,1.5\n");
}

static void
test_json (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 3, 1);
  g_autofree char *bytes = NULL;

  g_assert_cmpint (write_rows (self, rows, (RushWriteRequest){ FORMAT ("json") }, NULL), ==, 3);
  bytes = bytes_of (self, "part-00000");
  g_assert_cmpstr (bytes, ==,
                   "{\"id\":0,\"k\":\"a\",\"x\":0.0}\n{\"id\":1,\"k\":\"b/c\",\"x\":0.5}\n"
                   "{\"id\":2,\"x\":1.0}\n");
}

static void
test_packed (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 4, 1);

  rush_options_set (self->options, "compression", "gzip");
  g_assert_cmpint (write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv") }, NULL), ==, 4);
  assert_files (self, "_SUCCESS part-00000-X-c000.csv.gz");
}

static void
test_partition_folders (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 6, 1);
  char *by[] = { (char *)"k", NULL };
  g_autofree char *bytes = NULL;

  g_assert_cmpint (
      write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv"), .partition_by = by }, NULL), ==,
      6);
  assert_files (self, "_SUCCESS k=__HIVE_DEFAULT_PARTITION__/part-00000-X.c000.csv "
                      "k=a/part-00000-X.c000.csv k=b%2Fc/part-00000-X.c000.csv");
  bytes = bytes_of (self, "k=a/");
  g_assert_cmpstr (bytes, ==, "0,0.0\n3,1.5\n");
}

static void
test_many_folders (Fixture *self, gconstpointer data)
{
  /* More than may be open at a time: the files are closed and opened again. */
  g_autoptr (RushRdd) rows = make_rows (self, 300, 1);
  char *by[] = { (char *)"id", NULL };

  g_assert_cmpint (
      write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv"), .partition_by = by }, NULL), ==,
      300);
  g_assert_true (exists (self->folder, "out/id=299"));
}

static void
test_buckets (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 8, 1);
  char *by[] = { (char *)"id", NULL };

  g_assert_cmpint (
      write_rows (self, rows,
                  (RushWriteRequest){ FORMAT ("json"), .bucket_by = by, .n_buckets = 2 }, NULL),
      ==, 8);
  assert_files (self, "_SUCCESS part-00000-X_00000.c000.json part-00000-X_00001.c000.json");
}

static void
test_max_records (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 10, 1);

  rush_options_set (self->options, "maxRecordsPerFile", "4");
  g_assert_cmpint (write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv") }, NULL), ==, 10);
  assert_files (self, "_SUCCESS part-00000-X-c000.csv part-00000-X-c001.csv part-00000-X-c002.csv");
}

/* ---- empty ---- */

static void
test_empty (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 0, 4);

  g_assert_cmpint (write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv") }, NULL), ==, 0);
  assert_files (self, "_SUCCESS part-00000-X-c000.csv");
}

/* ---- modes ---- */

static void
test_modes (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 2, 1);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv") }, NULL), ==, 2);
  g_assert_cmpint (write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv") }, &error), ==, -1);
  g_assert_true (g_str_has_prefix (error->message, "[PATH_ALREADY_EXISTS]"));
  g_assert_cmpint (
      write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv"), .mode = RUSH_SAVE_IGNORE }, NULL),
      ==, 0);
  g_assert_cmpint (
      write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv"), .mode = RUSH_SAVE_APPEND }, NULL),
      ==, 2);
  assert_files (self, "_SUCCESS part-00000-X-c000.csv part-00000-X-c000.csv");
  g_assert_cmpint (write_rows (self, rows,
                               (RushWriteRequest){ FORMAT ("json"), .mode = RUSH_SAVE_OVERWRITE },
                               NULL),
                   ==, 2);
  assert_files (self, "_SUCCESS part-00000-X-c000.json");
}

static void
test_dynamic_overwrite (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 2, 1); /* a, b/c */
  char *by[] = { (char *)"k", NULL };

  put_file (self->folder, "out/k=a/old.csv", "9,9.0\n", -1);
  put_file (self->folder, "out/k=z/old.csv", "9,9.0\n", -1);
  rush_options_set (self->options, "partitionOverwriteMode", "dynamic");
  g_assert_cmpint (write_rows (self, rows,
                               (RushWriteRequest){ FORMAT ("csv"), .partition_by = by,
                                                   .mode = RUSH_SAVE_OVERWRITE },
                               NULL),
                   ==, 2);
  assert_files (self, "_SUCCESS k=a/part-00000-X.c000.csv k=b%2Fc/part-00000-X.c000.csv "
                      "k=z/old.csv");
}

/* ---- errors ---- */

static RushIterator *
fail_late (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  if (split == 0)
    return rows;
  rush_iterator_close (rows);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "broken on purpose");
  return NULL;
}

static void
test_failed_job (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 4, 2);
  g_autoptr (RushRdd) broken =
      rush_rdd_map_partitions (rows, rows->schema, fail_late, NULL, NULL, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (write_rows (self, broken, (RushWriteRequest){ FORMAT ("csv") }, &error), ==, -1);
  g_assert_nonnull (strstr (error->message, "broken on purpose"));
  g_assert_false (exists (self->folder, "out"));
  put_file (self->folder, "out/old.csv", "9\n", -1);
  g_assert_cmpint (write_rows (self, broken,
                               (RushWriteRequest){ FORMAT ("csv"), .mode = RUSH_SAVE_OVERWRITE },
                               NULL),
                   ==, -1);
  assert_files (self, "old.csv");
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (RushRdd) rows = make_rows (self, 1, 1);
  char *all[] = { (char *)"id", (char *)"k", (char *)"x", NULL };
  char *none[] = { (char *)"nobody", NULL };
  g_autoptr (GError) error = NULL;

  write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv"), .partition_by = all }, &error);
  g_assert_true (g_str_has_prefix (error->message, "[ALL_PARTITION_COLUMNS_NOT_ALLOWED]"));
  g_clear_error (&error);
  write_rows (self, rows, (RushWriteRequest){ FORMAT ("csv"), .partition_by = none }, &error);
  g_assert_true (g_str_has_prefix (error->message, "[PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA]"));
  g_clear_error (&error);
  write_rows (self, rows, (RushWriteRequest){ FORMAT ("text") }, &error);
  g_assert_true (g_str_has_prefix (error->message, "[UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE]"));
  g_assert_false (exists (self->folder, "out"));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *, gconstpointer);
  } tests[] = { { "csv", test_csv },
                { "json", test_json },
                { "packed", test_packed },
                { "partition-folders", test_partition_folders },
                { "many-folders", test_many_folders },
                { "buckets", test_buckets },
                { "max-records", test_max_records },
                { "empty", test_empty },
                { "modes", test_modes },
                { "dynamic-overwrite", test_dynamic_overwrite },
                { "failed-job", test_failed_job },
                { "refused", test_refused } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/writing/", tests[i].name, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].func, tear_down);
    }
  return g_test_run ();
}
