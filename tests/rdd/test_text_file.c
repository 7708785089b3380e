/* textFile against real Spark: tests/data/text_file.json holds files, cases, and what Spark made of
 * them: which lines stand in which partition, how many bytes each read, which error came. */
#include "files.h"

#include "core/base/json.h"
#include "rdd/source/text_file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static char *root; /* of the files */
static RushJson *recorded;

/* ---- the files ---- */

/* One member, as Python's gzip makes it: level 9. */
static GByteArray *
gzip (const char *text, gsize length)
{
  GByteArray *out = g_byte_array_sized_new (1024);
  z_stream stream = { 0 };

  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), ==,
                   Z_OK);
  g_byte_array_set_size (out, (guint)deflateBound (&stream, length) + 64);
  stream.next_in = (Bytef *)text;
  stream.avail_in = (uInt)length;
  stream.next_out = out->data;
  stream.avail_out = out->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint)stream.total_out);
  deflateEnd (&stream);
  return out;
}

static void
make_file (const RushJson *spec)
{
  const char *text = rush_json_get_string (spec, "text", NULL);
  const char *name = rush_json_get_string (spec, "name", "");
  gint64 members = rush_json_get_int (spec, "gzip", 0);
  g_autoptr (GString) content = g_string_new (NULL);
  g_autoptr (GByteArray) zipped = NULL;

  for (gint64 i = rush_json_get_int (spec, "times", 1); i > 0; i--)
    g_string_append (content, text);
  if (members == 0)
    {
      put_file (root, name, content->str, (gssize)content->len);
      return;
    }
  zipped = gzip (content->str, content->len);
  g_string_truncate (content, 0);
  for (; members > 0; members--)
    g_string_append_len (content, (const char *)zipped->data, zipped->len);
  put_file (root, name, content->str, (gssize)content->len);
}

static void
read_recording (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "text_file.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  recorded = rush_json_parse (text, (gssize)length, &error);
  g_assert_no_error (error);
}

/* ---- partitions ---- */

/* The lines of a partition, one behind the other with newlines; what was read is in *out_metrics.
 */
static GPtrArray *
read_partition (RushRdd *rdd, guint split, RushTaskMetrics *out_metrics, GError **error)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (RushIterator) rows = rush_rdd_iterator (rdd, split, ctx, error);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  if (rows == NULL)
    return NULL;
  while ((batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      g_assert_cmpuint (batch->length, >, 0);
      for (guint i = 0; i < batch->length; i++)
        {
          gsize length;
          const char *bytes =
              rush_column_get_bytes (batch->columns[0], rush_batch_row (batch, i), &length);

          g_ptr_array_add (lines, g_strndup (bytes, length));
        }
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    {
      g_assert_null (rush_iterator_next (rows, NULL));
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  g_assert_null (rush_iterator_next (rows, NULL));
  *out_metrics = ctx->metrics;
  return g_steal_pointer (&lines);
}

static char *
first_chars (const char *text, glong n)
{
  return g_utf8_substring (text, 0, MIN (n, g_utf8_strlen (text, -1)));
}

static char *
last_chars (const char *text, glong n)
{
  glong length = g_utf8_strlen (text, -1);

  return g_utf8_substring (text, MAX (length - n, 0), length);
}

/* As the recording describes a partition: all lines, or number, ends and characters. */
static char *
describe_lines (const GPtrArray *lines)
{
  g_autoptr (GString) out = g_string_new (NULL);
  glong chars = 0;

  for (guint i = 0; i < lines->len; i++)
    chars += g_utf8_strlen (lines->pdata[i], -1);
  if (chars < 100)
    for (guint i = 0; i < lines->len; i++)
      g_string_append_printf (out, "[%s]", (const char *)lines->pdata[i]);
  else
    {
      g_autofree char *first = first_chars (lines->pdata[0], 20);
      g_autofree char *last = last_chars (lines->pdata[lines->len - 1], 20);

      g_string_printf (out, "%u lines, %ld characters, %s … %s", lines->len, chars, first, last);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
describe_recorded (const RushJson *partition)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (rush_json_kind (partition) == RUSH_JSON_ARRAY)
    for (guint i = 0; i < rush_json_length (partition); i++)
      g_string_append_printf (out, "[%s]", rush_json_as_string (rush_json_item (partition, i), ""));
  else
    g_string_printf (out, "%d lines, %d characters, %s … %s",
                     (int)rush_json_get_int (partition, "n", -1),
                     (int)rush_json_get_int (partition, "chars", -1),
                     rush_json_get_string (partition, "first", ""),
                     rush_json_get_string (partition, "last", ""));
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gint
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static char *
with_root (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "ROOT", -1);

  return g_strjoinv (root, parts);
}

/* ---- cases ---- */

static void
assert_partitions (const RushJson *test_case, RushRdd *rdd, guint n)
{
  const RushJson *partitions = rush_json_get (test_case, "partitions");
  const RushJson *bytes = rush_json_get (test_case, "bytes");
  g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  gboolean any_order = rush_json_get_bool (test_case, "any_order", FALSE);

  g_assert_cmpuint (n, ==, rush_json_length (partitions));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      RushTaskMetrics metrics;
      g_autoptr (GPtrArray) lines = read_partition (rdd, i, &metrics, &error);

      g_assert_no_error (error);
      g_ptr_array_add (found, describe_lines (lines));
      g_ptr_array_add (expected, describe_recorded (rush_json_item (partitions, i)));
      g_assert_cmpint (metrics.input_records, ==, lines->len);
      if (!any_order)
        g_assert_cmpint (metrics.input_bytes, ==, rush_json_as_int (rush_json_item (bytes, i), -1));
    }
  if (any_order)
    {
      g_ptr_array_sort (found, compare_strings);
      g_ptr_array_sort (expected, compare_strings);
    }
  for (guint i = 0; i < n; i++)
    g_assert_cmpstr (found->pdata[i], ==, expected->pdata[i]);
}

static void
test_case (gconstpointer data)
{
  const RushJson *self = data;
  const char *expected_error = rush_json_get_string (self, "error", NULL);
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autofree char *paths = with_root (rush_json_get_string (self, "paths", ""));
  g_autoptr (RushRdd) rdd =
      rush_rdd_text_file (lineage, paths, (guint)rush_json_get_int (self, "min", 2));
  g_autoptr (GError) error = NULL;
  guint n = 0;

  if (expected_error == NULL)
    {
      g_assert_true (rush_rdd_n_partitions (rdd, &n, &error));
      g_assert_no_error (error);
      assert_partitions (self, rdd, n);
      return;
    }
  g_autofree char *message = with_root (expected_error);

  g_assert_false (rush_rdd_n_partitions (rdd, &n, &error));
  /* Spark's own words; a sentence of ours may follow. */
  if (!g_str_has_prefix (error->message, message) ||
      strchr (" ", error->message[strlen (message)]) == NULL)
    g_assert_cmpstr (error->message, ==, message);
}

/* ---- what the recording does not hold ---- */

static void
test_names (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autofree char *path = with_root ("ROOT/lf");
  g_autoptr (RushRdd) rdd = rush_rdd_text_file (lineage, path, 1);
  g_autofree char *drawn = rush_rdd_to_debug_string (rdd, NULL);
  g_autofree char *expected = g_strdup_printf ("(1) %s MapPartitionsRDD[1] at textFile []\n"
                                               " |  %s HadoopRDD[0] at textFile []",
                                               path, path);

  g_assert_cmpstr (drawn, ==, expected);
}

static void
assert_fails (const char *paths, gboolean at_partitions, RushCoreError code, const char *words)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autofree char *full = with_root (paths);
  g_autoptr (RushRdd) rdd = rush_rdd_text_file (lineage, full, 2);
  g_autoptr (GError) error = NULL;
  RushTaskMetrics metrics;
  guint n;

  if (at_partitions)
    g_assert_false (rush_rdd_n_partitions (rdd, &n, &error));
  else
    {
      g_assert_true (rush_rdd_n_partitions (rdd, &n, &error));
      g_assert_null (read_partition (rdd, 0, &metrics, &error));
    }
  g_assert_error (error, RUSH_CORE_ERROR, (gint)code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_refused (void)
{
  static const char *suffixes[] = { "lz4", "snappy" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strdup_printf ("ROOT/refused.%s", suffixes[i]);

      put_file (root, name + strlen ("ROOT/"), "x", 1);
      assert_fails (name, TRUE, RUSH_CORE_ERROR_UNSUPPORTED, suffixes[i]);
    }
  assert_fails ("hdfs://host/x", TRUE, RUSH_CORE_ERROR_UNSUPPORTED,
                "No FileSystem for scheme \"hdfs\"");
  assert_fails ("file:x", TRUE, RUSH_CORE_ERROR_INVALID_ARGUMENT, "Relative path in absolute URI");
  assert_fails ("12:30", TRUE, RUSH_CORE_ERROR_INVALID_ARGUMENT, "./12:30");
  assert_fails ("file://host/x", TRUE, RUSH_CORE_ERROR_INVALID_ARGUMENT, "Wrong FS");
  assert_fails ("ROOT/a\\", TRUE, RUSH_CORE_ERROR_INVALID_ARGUMENT, "Missing escaped character");
  assert_fails ("ROOT/{a/b", TRUE, RUSH_CORE_ERROR_INVALID_ARGUMENT, "Unclosed group");
}

static void
test_damaged_gzip (void)
{
  g_autoptr (GByteArray) zipped = gzip ("some lines\nof text\n", 19);

  put_file (root, "zip/broken.gz", (const char *)zipped->data, zipped->len - 9);
  put_file (root, "zip/plain.gz", "no gzip at all\n", -1);
  g_byte_array_append (zipped, (const guint8 *)"rubbish", 7);
  put_file (root, "zip/tail.gz", (const char *)zipped->data, zipped->len);
  assert_fails ("ROOT/zip/broken.gz", FALSE, RUSH_CORE_ERROR_CORRUPT,
                "Unexpected end of input stream");
  assert_fails ("ROOT/zip/plain.gz", FALSE, RUSH_CORE_ERROR_CORRUPT, "plain.gz");
  assert_fails ("ROOT/zip/tail.gz", FALSE, RUSH_CORE_ERROR_CORRUPT, "tail.gz");
}

/* A file that goes away between the partitions and the task. */
static void
test_vanished (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autofree char *path = with_root ("ROOT/short-lived");
  g_autoptr (RushRdd) rdd = rush_rdd_text_file (lineage, path, 1);
  g_autoptr (GError) error = NULL;
  RushTaskMetrics metrics;
  guint n;

  put_file (root, "short-lived", "x\n", 2);
  g_assert_true (rush_rdd_n_partitions (rdd, &n, &error));
  g_remove (path);
  g_assert_null (read_partition (rdd, 0, &metrics, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
}

/* Lines across many blocks, with every kind of end, must be those of a plain loop over the text;
 * cut into any number of splits they are the same lines in the same order. */
static void
test_many_blocks (void)
{
  static const char *const endings[] = { "\n", "\r\n", "\r", "\n" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = with_root ("ROOT/blocks");
  static const guint counts[] = { 1, 2, 3, 17 };

  while (text->len < 5 * 1024 * 1024)
    {
      guint length = (guint)g_rand_int_range (rand, 1, 20) == 1
                         ? (guint)g_rand_int_range (rand, 0, 200000)
                         : (guint)g_rand_int_range (rand, 1, 200);
      g_autofree char *line = g_strnfill (length, (char)('a' + length % 26));

      g_string_append (text, line);
      g_string_append (text, endings[g_rand_int_range (rand, 0, 4)]);
      /* An empty line behind a CR would read as CRLF. */
      if (length == 0)
        g_string_append_c (text, '\n');
    }
  put_file (root, "blocks", text->str, (gssize)text->len);
  for (gsize at = 0; at < text->len;)
    {
      gsize length = strcspn (text->str + at, "\r\n");

      g_ptr_array_add (lines, g_strndup (text->str + at, length));
      at += length + (strncmp (text->str + at + length, "\r\n", 2) == 0 ? 2 : 1);
    }
  for (guint c = 0; c < G_N_ELEMENTS (counts); c++)
    {
      g_autoptr (RushLineage) lineage = rush_lineage_new ();
      g_autoptr (RushRdd) rdd = rush_rdd_text_file (lineage, path, counts[c]);
      guint n, at = 0;

      g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
      g_assert_cmpuint (n, >=, counts[c]);
      for (guint split = 0; split < n; split++)
        {
          RushTaskMetrics metrics;
          g_autoptr (GPtrArray) found = read_partition (rdd, split, &metrics, NULL);

          for (guint i = 0; i < found->len; i++)
            g_assert_cmpstr (found->pdata[i], ==, lines->pdata[at++]);
        }
      g_assert_cmpuint (at, ==, lines->len);
    }
}

/* A refused allocation fails the read; nothing is leaked and nothing is half read. */
static void
test_refused_memory (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autofree char *path = with_root ("ROOT/numbers");
  g_autoptr (RushRdd) rdd = rush_rdd_text_file (lineage, path, 1);
  gboolean succeeded = FALSE;
  guint n;

  g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
  for (guint nth = 1; !succeeded; nth++)
    {
      RushAllocator *limited = rush_allocator_limited_new (G_MAXSIZE / 2, nth);
      g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
      g_autoptr (GError) error = NULL;
      RushIterator *rows;
      RushBatch *batch;
      guint length = 0;

      ctx->allocator = limited;
      rows = rush_rdd_iterator (rdd, 0, ctx, &error);
      g_assert_no_error (error);
      while ((batch = rush_iterator_next (rows, &error)) != NULL)
        {
          length += batch->length;
          rush_batch_unref (batch);
        }
      succeeded = error == NULL;
      if (succeeded)
        g_assert_cmpuint (length, ==, 20000);
      else
        g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
      rush_iterator_close (rows);
      g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
      rush_allocator_unref (limited);
      g_assert_cmpuint (nth, <, 100);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autofree char *path = with_root ("ROOT/numbers");
  g_autoptr (RushRdd) rdd = rush_rdd_text_file (lineage, path, 1);
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (RushIterator) rows = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  g_assert_true (rush_rdd_n_partitions (rdd, &n, NULL));
  rows = rush_rdd_iterator (rdd, 0, ctx, NULL);
  rush_batch_unref (rush_iterator_next (rows, NULL));
  rush_task_context_cancel (ctx, "enough");
  g_assert_null (rush_iterator_next (rows, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  const RushJson *files, *cases;
  int status;

  g_test_init (&argc, &argv, NULL);
  root = folder_new ();
  g_assert_cmpint (chdir (root), ==, 0);
  read_recording ();
  files = rush_json_get (recorded, "files");
  for (guint i = 0; i < rush_json_length (files); i++)
    make_file (rush_json_item (files, i));

  cases = rush_json_get (recorded, "cases");
  for (guint i = 0; i < rush_json_length (cases); i++)
    {
      const RushJson *one = rush_json_item (cases, i);
      g_autofree char *paths =
          g_strdelimit (g_strdup (rush_json_get_string (one, "paths", "")), "/", '|');
      g_autofree char *name = g_strdup_printf ("/text-file/spark/%u %s in %d", i, paths,
                                               (int)rush_json_get_int (one, "min", 0));

      g_test_add_data_func (name, one, test_case);
    }
  g_test_add_func ("/text-file/names", test_names);
  g_test_add_func ("/text-file/refused", test_refused);
  g_test_add_func ("/text-file/damaged-gzip", test_damaged_gzip);
  g_test_add_func ("/text-file/vanished", test_vanished);
  g_test_add_func ("/text-file/many-blocks", test_many_blocks);
  g_test_add_func ("/text-file/refused-memory", test_refused_memory);
  g_test_add_func ("/text-file/cancelled", test_cancelled);
  status = g_test_run ();

  g_assert_cmpint (chdir ("/"), ==, 0);
  folder_free (root);
  rush_json_free (recorded);
  return status;
}
