/* Hadoop's file formats: numbers, Java's arrays, codecs, sequence and object files, whole files and
 * records; and the same with bytes that are cut off or changed, wherever that is. */
#include "app.h"
#include "files.h"

#include "core/data/builder.h"
#include "rdd/action/save_as_sequence_file.h"
#include "rdd/java_arrays.h"
#include "rdd/source/binary_records.h"
#include "rdd/source/byte_source.h"
#include "rdd/source/combined_splits.h"
#include "rdd/source/parallelize.h"
#include "rdd/source/sequence_file.h"
#include "rdd/source/whole_files.h"

#include <string.h>

static char *top;

/* ---- numbers ---- */

static void
test_vint (void)
{
  static const gint64 numbers[] = { 0,          1,         -1,         127,        128,
                                    -112,       -113,      255,        256,        -256,
                                    -257,       65535,     G_MAXINT32, G_MININT32, G_MAXINT64,
                                    G_MININT64, 1LL << 40, 300 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint8 bytes[RUSH_VINT_MOST_BYTES];
      guint n = rush_vint_write (bytes, numbers[i]);
      gint64 back = 0;
      gsize taken = 0;

      g_assert_true (rush_vint_read (bytes, n, &back, &taken));
      g_assert_cmpint (back, ==, numbers[i]);
      g_assert_cmpuint (taken, ==, n);
      g_assert_false (rush_vint_read (bytes, n - 1, &back, &taken));
    }
}

/* ---- Java's arrays ---- */

static void
write_arrays (RushGrowingBytes *into, const RushBytes *arrays, guint n)
{
  RushJavaArraysWriter writer;

  rush_growing_bytes_init (into, rush_allocator_system ());
  g_assert_true (rush_java_arrays_begin (&writer, into, NULL));
  for (guint i = 0; i < n; i++)
    g_assert_true (rush_java_arrays_add (&writer, arrays[i].bytes, arrays[i].n, NULL));
  rush_java_arrays_end (&writer);
}

static void
test_java_arrays (void)
{
  const RushBytes arrays[] = { { (const guint8 *)"abc", 3 },
                               { NULL, 0 },
                               { (const guint8 *)"d", 1 } };
  g_autoptr (GError) too_many = NULL;
  g_autoptr (GArray) back = NULL;
  RushGrowingBytes bytes;

  write_arrays (&bytes, arrays, G_N_ELEMENTS (arrays));
  back = rush_java_arrays_read (bytes.bytes, bytes.n, 3, NULL);
  g_assert_cmpuint (back->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      const RushBytes *array = &g_array_index (back, RushBytes, i);

      g_assert_cmpmem (array->bytes, array->n, arrays[i].bytes, arrays[i].n);
    }
  for (gsize n = 0; n < bytes.n; n++)
    {
      g_autofree guint8 *cut = g_memdup2 (bytes.bytes, n);
      g_autoptr (GError) error = NULL;

      g_assert_null (rush_java_arrays_read (cut, n, 3, &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
    }
  g_assert_null (rush_java_arrays_read (bytes.bytes, bytes.n, 2, &too_many));
  g_assert_error (too_many, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED);
  rush_growing_bytes_clear (&bytes);
}

/* ---- codecs ---- */

static gboolean
keep (const guint8 *bytes, gsize n, gpointer into, GError **error)
{
  g_byte_array_append (into, bytes, (guint)n);
  return TRUE;
}

static GByteArray *
packed (RushPacking packing, const guint8 *bytes, gsize n)
{
  GByteArray *out = g_byte_array_new ();
  g_autoptr (RushPacker) packer = rush_packer_new (packing, keep, out, NULL);

  /* In two writes, of which the first may be empty. */
  g_assert_true (rush_packer_write (packer, bytes, n / 3, NULL));
  g_assert_true (rush_packer_write (packer, bytes + n / 3, n - n / 3, NULL));
  g_assert_true (rush_packer_finish (packer, NULL));
  return out;
}

/* All that can be unpacked; NULL with @error. */
static GByteArray *
unpacked (RushPacking packing, const GByteArray *bytes, gsize n, GError **error)
{
  g_autoptr (RushByteSource) source = rush_unpack_source_new (
      rush_byte_source_of_memory (bytes->data, n), packing, "/a.packed", error);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 piece[1000];
  gssize got;

  while ((got = source->klass->read (source, piece, sizeof piece, error)) > 0)
    g_byte_array_append (out, piece, (guint)got);
  return got == 0 ? g_steal_pointer (&out) : NULL;
}

static void
test_codecs (void)
{
  const gsize sizes[] = { 0, 1, 100, 300000 };
  g_autofree guint8 *bytes = g_malloc (300000);

  for (guint i = 0; i < 300000; i++)
    bytes[i] = (guint8)(i * 2654435761u >> 24);
  for (RushPacking packing = RUSH_PACKING_GZIP; packing <= RUSH_PACKING_ZSTD; packing++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        g_autoptr (GByteArray) there = packed (packing, bytes, sizes[i]);
        g_autoptr (GByteArray) twice = packed (packing, bytes, sizes[i]);
        g_autoptr (GByteArray) back = unpacked (packing, there, there->len, NULL);
        g_autoptr (GError) error = NULL;

        g_assert_cmpmem (back->data, back->len, bytes, sizes[i]);
        g_byte_array_append (twice, there->data, there->len);
        g_byte_array_unref (back);
        back = unpacked (packing, twice, twice->len, NULL);
        g_assert_cmpuint (back->len, ==, 2 * sizes[i]);
        g_assert_null (unpacked (packing, there, there->len - 1, &error));
        g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
        g_assert_nonnull (strstr (error->message, "file:/a.packed"));
      }
}

static void
test_names_of_codecs (void)
{
  g_autoptr (GError) error = NULL;
  RushPacking packing;

  g_assert_true (rush_packing_of ("/a/B.ZST", &packing, NULL));
  g_assert_cmpint (packing, ==, RUSH_PACKING_ZSTD);
  g_assert_true (rush_packing_of ("/a/zst", &packing, NULL));
  g_assert_cmpint (packing, ==, RUSH_PACKING_NONE);
  g_assert_true (
      rush_packing_of_codec ("org.apache.hadoop.io.compress.BZip2Codec", &packing, NULL));
  g_assert_cmpstr (rush_packing_suffix (packing), ==, ".bz2");
  g_assert_false (rush_packing_of_codec ("SnappyCodec", &packing, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED);
}

/* ---- which files go together ---- */

static void
assert_groups (const gint64 *lengths, guint n, gint64 most, const char *expected)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      RushInputFile *file = g_new0 (RushInputFile, 1);

      file->length = lengths[i];
      g_ptr_array_add (files, file);
    }
  groups = rush_combined_splits (files, most);
  for (guint i = 0; i < groups->len; i++)
    {
      const GArray *group = g_ptr_array_index (groups, i);

      for (guint j = 0; j < group->len; j++)
        g_string_append_printf (text, "%u", g_array_index (group, guint, j));
      g_string_append_c (text, ' ');
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_combined_splits (void)
{
  static const gint64 lengths[] = { 100, 5, 0, 30, 60, 7, 0, 1 };
  static const gint64 empty[] = { 0, 0 };

  assert_groups (lengths, 8, 203, "013457 26 ");
  assert_groups (lengths, 8, 102, "01 234567 ");
  assert_groups (lengths, 8, 68, "0 134 2567 ");
  assert_groups (lengths, 8, 0, "01234567 ");
  assert_groups (empty, 2, 0, "01 ");
  assert_groups (NULL, 0, 7, "");
}

/* ---- sequence files ---- */

/* 3,000 records (u32 4 · key · value) in two partitions. */
static RushRdd *
some_records (RushContext *context)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("record", &RUSH_BINARY, NULL);
  GPtrArray *batches[2];

  for (guint p = 0; p < 2; p++)
    {
      g_autoptr (RushBatchBuilder) builder =
          rush_batch_builder_new (schema, rush_allocator_system ());

      for (guint i = 0; i < 1500; i++)
        {
          guint32 record[20] = { GUINT32_TO_BE (4), GUINT32_TO_BE (p * 1500 + i) };

          g_assert_true (
              rush_batch_builder_append_bytes (builder, 0, (const char *)record, 8 + i % 70, NULL));
          rush_batch_builder_end_row (builder);
        }
      batches[p] = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
      g_ptr_array_add (batches[p], rush_batch_builder_finish (builder, NULL));
    }
  RushRdd *rdd = rush_rdd_parallelize (rush_context_lineage (context), schema, batches, 2);
  for (guint p = 0; p < 2; p++)
    g_ptr_array_unref (batches[p]);
  return rdd;
}

/* The number of pairs in @path; −1 with @error. */
static gint
count_pairs (RushContext *context, const char *path, guint splits, GError **error)
{
  g_autoptr (RushRdd) pairs =
      rush_rdd_sequence_file (rush_context_lineage (context), path, splits, NULL, NULL, FALSE);
  RushJobWaiter *waiter =
      rush_context_run_job (context, pairs, NULL, 0, rush_collect_batches, NULL, NULL, NULL, error);
  guint n, total = 0;

  if (waiter == NULL)
    return -1;
  rush_rdd_n_partitions (pairs, &n, NULL);
  for (guint p = 0; p < n; p++)
    {
      const GPtrArray *batches = rush_job_waiter_result (waiter, p)->value;

      for (guint b = 0; b < batches->len; b++)
        total += ((const RushBatch *)g_ptr_array_index (batches, b))->length;
    }
  rush_job_waiter_free (waiter);
  return (gint)total;
}

static void
test_sequence_files (void)
{
  for (RushSequenceKind kind = RUSH_SEQUENCE_PLAIN; kind <= RUSH_SEQUENCE_BLOCKS; kind++)
    {
      RushContext *context = app_new (1);
      g_autoptr (RushRdd) records = some_records (context);
      g_autofree char *name = g_strdup_printf ("sequence%d", kind);
      g_autofree char *path = g_build_filename (top, name, NULL);
      g_autofree char *part = g_build_filename (name, "part-00001", NULL);
      g_autofree char *cut = g_build_filename (top, "cut", NULL);
      const RushSequenceOutput output = {
        .key_class = "K",
        .value_class = "V",
        .kind = kind,
        .packing = kind == RUSH_SEQUENCE_PLAIN ? RUSH_PACKING_NONE : RUSH_PACKING_ZSTD,
      };
      g_autoptr (GError) error = NULL;
      gsize length;

      g_assert_true (
          rush_rdd_save_as_sequence_file (context, records, path, &output, NULL, &error));
      for (guint splits = 1; splits < 6; splits++)
        g_assert_cmpint (count_pairs (context, path, splits, &error), ==, 3000);
      g_autofree char *bytes = get_file (top, part, &length);

      /* A file may end behind any record; elsewhere it is damaged, and says so. */
      for (gsize n = 1; n < length; n += n < 300 ? 23 : 19993)
        {
          g_autoptr (GError) failure = NULL;

          put_file (top, "cut", bytes, (gssize)n);
          if (count_pairs (context, cut, 1, &failure) < 0)
            g_assert_nonnull (strstr (failure->message, "cut"));
        }
      app_free (context);
    }
}

/* ---- whole files, records ---- */

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The values of the last column, sorted, with a blank behind each. */
static char *
last_column (RushContext *context, RushRdd *rdd)
{
  g_autoptr (GError) error = NULL;
  RushJobWaiter *waiter =
      rush_context_run_job (context, rdd, NULL, 0, rush_collect_batches, NULL, NULL, NULL, &error);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);
  GString *text = g_string_new (NULL);
  guint n;

  g_assert_no_error (error);
  g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
  for (guint p = 0; p < n; p++)
    {
      const GPtrArray *batches = rush_job_waiter_result (waiter, p)->value;

      for (guint b = 0; b < batches->len; b++)
        {
          const RushBatch *batch = g_ptr_array_index (batches, b);

          for (guint i = 0; i < batch->length; i++)
            {
              gsize length;
              const char *bytes = rush_column_get_bytes (
                  batch->columns[batch->schema->n_fields - 1], rush_batch_row (batch, i), &length);

              g_ptr_array_add (values, g_strndup (bytes, length));
            }
        }
    }
  rush_job_waiter_free (waiter);
  g_ptr_array_sort (values, compare_texts);
  for (guint i = 0; i < values->len; i++)
    g_string_append_printf (text, "%s ", (char *)g_ptr_array_index (values, i));
  return g_string_free (text, FALSE);
}

static void
test_whole_files (void)
{
  RushContext *context = app_new (1);
  g_autofree char *folder = g_build_filename (top, "whole", NULL);
  g_autofree char *large = g_strnfill (200000, 'x');
  const RushBinaryFilesRule rule = { 1 << 27, 1 << 22, 4 };

  put_file (top, "whole/a", "one\n", -1);
  put_file (top, "whole/b", large, 200000);
  put_file (top, "whole/c", "", 0);
  g_autoptr (RushRdd) text = rush_rdd_whole_text_files (rush_context_lineage (context), folder, 2);
  g_autoptr (RushRdd) binary =
      rush_rdd_binary_files (rush_context_lineage (context), folder, &rule);
  g_autofree char *expected =
      g_strdup_printf ("file:%s/a,one\n file:%s/b,%s file:%s/c,", folder, folder, large, folder);
  app_assert_sorted (context, text, expected);
  g_assert_cmpstr (binary->klass->name, ==, "BinaryFileRDD");
  g_autofree char *contents = last_column (context, binary);
  g_autofree char *expected_contents = g_strdup_printf (" one\n %s ", large);
  g_assert_cmpstr (contents, ==, expected_contents);
  app_free (context);
}

static void
test_binary_records (void)
{
  RushContext *context = app_new (1);
  g_autofree char *path = g_build_filename (top, "records", NULL);

  put_file (top, "records", "aabbcc", 6);
  g_autoptr (RushRdd) two = rush_rdd_binary_records (rush_context_lineage (context), path, 2);
  g_autoptr (RushRdd) four = rush_rdd_binary_records (rush_context_lineage (context), path, 4);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = last_column (context, two);
  g_assert_cmpstr (found, ==, "aa bb cc ");
  g_assert_null (rush_context_run_job (context, four, NULL, 0, rush_collect_batches, NULL, NULL,
                                       NULL, &error));
  g_assert_nonnull (strstr (error->message, "at byte 4 one begins"));

  /* No memory is taken for a record that cannot be there. */
  g_autoptr (RushRdd) huge =
      rush_rdd_binary_records (rush_context_lineage (context), path, G_MAXINT32);
  g_clear_error (&error);
  g_assert_null (rush_context_run_job (context, huge, NULL, 0, rush_collect_batches, NULL, NULL,
                                       NULL, &error));
  g_assert_nonnull (strstr (error->message, "at byte 0 one begins, of which 6 bytes are there"));
  app_free (context);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  top = folder_new ();
  g_test_add_func ("/rdd/hadoop/vint", test_vint);
  g_test_add_func ("/rdd/hadoop/java-arrays", test_java_arrays);
  g_test_add_func ("/rdd/hadoop/codecs", test_codecs);
  g_test_add_func ("/rdd/hadoop/names-of-codecs", test_names_of_codecs);
  g_test_add_func ("/rdd/hadoop/combined-splits", test_combined_splits);
  g_test_add_func ("/rdd/hadoop/sequence-files", test_sequence_files);
  g_test_add_func ("/rdd/hadoop/whole-files", test_whole_files);
  g_test_add_func ("/rdd/hadoop/binary-records", test_binary_records);
  status = g_test_run ();
  folder_free (top);
  return status;
}
