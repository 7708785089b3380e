/* fuzz_text_formats.c - CSV and JSON damaged by the thousand: the readers must give rows or an
 * error, never crash, leak or read past the end; and a file that is read in two pieces, cut
 * anywhere, must give the rows of the whole.
 *
 * Seeds are the files of answers.json.  Round i depends on i alone.
 *
 *     RUSH_FUZZ_ITERATIONS=1000000 fuzz_text_formats      (20000 without it)
 */
#include "core/base/json.h"
#include "sql/sources/csv_infer.h"
#include "sql/sources/formats.h"
#include "sql/records/json_shape.h"
#include "sql/types/value_text.h"
#include "tests/core/data/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEFAULT_ITERATIONS 20000
#define MEMORY_BYTES (64 << 20)

typedef struct
{
  const RushFileFormat *format;
  const char *bytes;
  const RushJson *options;
} Seed;

/* The file lies in memory: a disk would be all that the time goes to. */
static int file_fd;
static char *path;
static GArray *seeds;          /* Seed */
static RushSchema *schemas[2]; /* of CSV, which has no arrays and structs; of JSON */
static RushEvalSettings settings;

/* Appends all rows of bytes [start, start + length) of the file; FALSE: an error. */
static gboolean
read_piece (const Seed *seed, const RushOptions *options, gint64 size, gint64 start, gint64 length,
            RushAllocator *allocator, GString *out)
{
  RushSchema *schema = schemas[seed->format == &rush_json_format];
  RushPartitionedFile file = { path, start, length, size, 0, 0 };
  RushReadRequest request = { schema, schema, NULL, options, &settings };
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  RushIterator *rows;
  RushBatch *batch;

  ctx->allocator = allocator;
  rows = seed->format->read (seed->format, &file, &request, ctx, &error);
  while (rows != NULL && (batch = rush_iterator_next (rows, &error)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        for (guint c = 0; c < schema->n_fields; c++)
          {
            g_autofree char *value =
                rush_value_to_text (batch->columns[c], rush_batch_row (batch, i), RUSH_TEXT_PRETTY,
                                    rush_time_zone_utc ());

            g_string_append_printf (out, "%s%c", value, c + 1 < schema->n_fields ? '|' : '\n');
          }
      rush_batch_unref (batch);
    }
  rush_iterator_close (rows);
  if (error != NULL)
    g_assert_cmpuint (strlen (error->message), >, 0);
  return error == NULL;
}

/* What inference makes of the bytes. */
static void
infer (const Seed *seed, const RushOptions *options, const GByteArray *bytes)
{
  const char *text = (const char *)bytes->data;

  if (seed->format == &rush_json_format)
    {
      g_autoptr (RushJsonOptions) parsed = rush_json_options_new (options, &settings, FALSE, NULL);
      RushJsonShape *shape = rush_json_shape_new ();
      RushJsonScanner scanner;

      if (parsed != NULL)
        {
          g_autoptr (RushSchema) found = NULL;

          rush_json_scanner_init (&scanner, parsed, rush_allocator_system ());
          rush_json_scanner_begin (&scanner, text, bytes->len);
          rush_json_shape_add (shape, &scanner);
          rush_json_scanner_clear (&scanner);
          found = rush_json_shape_to_schema (shape, parsed, NULL);
        }
      rush_json_shape_free (shape);
    }
  else
    {
      g_autoptr (RushCsvOptions) parsed = rush_csv_options_new (options, &settings, FALSE, NULL);
      const RushCsvField field = { text, bytes->len, FALSE };

      if (parsed != NULL)
        g_assert_nonnull (rush_csv_infer_field (&RUSH_NULL, &field, parsed, FALSE));
    }
}

static RushOptions *
options_of (const Seed *seed)
{
  RushOptions *options = rush_options_new ();

  for (guint i = 0; i < rush_json_length (seed->options); i++)
    rush_options_set (options, rush_json_name (seed->options, i),
                      rush_json_as_string (rush_json_item (seed->options, i), ""));
  return options;
}

static void
one_round (guint i)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (i);
  const Seed *seed = &g_array_index (seeds, Seed, g_rand_int_range (rand, 0, (gint32)seeds->len));
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (RushOptions) options = options_of (seed);
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) pieces = g_string_new (NULL);
  RushAllocator *allocator = rush_allocator_limited_new (MEMORY_BYTES, 0);
  gboolean multi_line = g_strcmp0 (rush_options_get (options, "multiLine"), "true") == 0;
  gint64 cut;

  g_byte_array_append (bytes, (const guint8 *)seed->bytes, (guint)strlen (seed->bytes));
  for (gint32 times = g_rand_int_range (rand, 0, 4); times > 0; times--)
    fuzz_damage (bytes, rand);
  g_assert_cmpint (ftruncate (file_fd, 0), ==, 0);
  g_assert_cmpint (pwrite (file_fd, bytes->data, bytes->len, 0), ==, (gssize)bytes->len);
  infer (seed, options, bytes);
  cut = g_rand_int_range (rand, 0, (gint32)bytes->len + 1);
  if (read_piece (seed, options, bytes->len, 0, bytes->len, allocator, whole) && !multi_line &&
      cut > 0 && cut < bytes->len)
    {
      g_assert_true (read_piece (seed, options, bytes->len, 0, cut, allocator, pieces));
      g_assert_true (
          read_piece (seed, options, bytes->len, cut, bytes->len - cut, allocator, pieces));
      /* A header is that of the first piece: the second has none to drop. */
      if (g_strcmp0 (rush_options_get (options, "header"), "true") != 0)
        g_assert_cmpstr (whole->str, ==, pieces->str);
    }
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
  rush_allocator_unref (allocator);
}

static void
test_rounds (void)
{
  const char *text = g_getenv ("RUSH_FUZZ_ITERATIONS");
  guint n = text != NULL ? (guint)strtoul (text, NULL, 10) : DEFAULT_ITERATIONS;

  for (guint i = 0; i < n; i++)
    one_round (i);
}

static void
collect_seeds (const RushJson *cases)
{
  seeds = g_array_new (FALSE, FALSE, sizeof (Seed));
  for (guint i = 0; i < rush_json_length (cases); i++)
    {
      const RushJson *one = rush_json_item (cases, i);
      const RushJson *files = rush_json_get (one, "files");
      const char *format = rush_json_get_string (one, "format", "");

      for (guint f = 0; f < rush_json_length (files); f++)
        {
          Seed seed = { rush_file_format_find (format),
                        rush_json_as_string (rush_json_item (files, f), ""),
                        rush_json_get (one, "options") };

          if (seed.bytes[0] != '\0' && strcmp (format, "text") != 0)
            g_array_append_val (seeds, seed);
        }
    }
}

int
main (int argc, char **argv)
{
  const RushTypeField inner = { "b", &RUSH_INT64, TRUE };
  const RushField fields[] = { { (char *)"a", &RUSH_STRING, TRUE },
                               { (char *)"b", &RUSH_INT32, TRUE },
                               { (char *)"c", &RUSH_FLOAT64, TRUE },
                               { (char *)"d", &RUSH_DATE, TRUE },
                               { (char *)"e", rush_type_array (&RUSH_INT64, TRUE), TRUE },
                               { (char *)"m", rush_type_struct (1, &inner), TRUE } };
  g_autofree char *answers = NULL, *text = NULL;
  g_autoptr (RushJson) cases = NULL;
  gsize length;
  int result;

  g_test_init (&argc, &argv, NULL);
  answers = g_test_build_filename (G_TEST_DIST, "sql", "sources", "answers.json", NULL);
  g_assert_true (g_file_get_contents (answers, &text, &length, NULL));
  cases = rush_json_parse (text, (gssize)length, NULL);
  collect_seeds (cases);
  file_fd = memfd_create ("fuzz", MFD_CLOEXEC);
  g_assert_cmpint (file_fd, >=, 0);
  path = g_strdup_printf ("/proc/self/fd/%d", file_fd);
  schemas[0] = rush_schema_new (4, fields);
  schemas[1] = rush_schema_new (G_N_ELEMENTS (fields), fields);
  settings = (RushEvalSettings){ .ansi = TRUE,
                                 .time_zone = "UTC",
                                 .conf = g_hash_table_new (g_str_hash, g_str_equal) };
  g_test_add_func ("/fuzz/text-formats", test_rounds);
  result = g_test_run ();
  close (file_fd);
  g_free (path);
  rush_schema_unref (schemas[0]);
  rush_schema_unref (schemas[1]);
  g_array_unref (seeds);
  g_hash_table_unref (settings.conf);
  return result;
}
