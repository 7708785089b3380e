/* fuzz_hadoop_files.c - damaged SequenceFiles, packed text and Java's arrays by the thousand: who
 * reads them must refuse or accept, never crash, leak, hang or take memory that a lie asks for.
 *
 * The task's allocator gives 16 MiB: a length of 2 GiB in a file of 2 KiB is to be noticed before
 * memory is taken for it, what unpacks to more than fits is refused.  An error names the file.
 */
#include "app.h"
#include "files.h"

#include "core/data/builder.h"
#include "rdd/action/save_as_sequence_file.h"
#include "rdd/codec.h"
#include "rdd/java_arrays.h"
#include "rdd/source/line_reader.h"
#include "rdd/source/parallelize.h"
#include "rdd/source/sequence_reader.h"
#include "rdd/source/text_file.h"
#include "tests/core/data/fuzz.h"

#include <stdio.h>
#include <string.h>

#define MEMORY_BYTES (16 << 20)
#define N_RECORDS 40

/* What is damaged: a file of each kind and packing. */
typedef struct
{
  char *bytes;
  gsize n;
} Sample;

static char *top, *path;
static Sample sequences[RUSH_SEQUENCE_BLOCKS + 1][RUSH_PACKING_ZSTD + 1];

/* ---- files ---- */

/* Copies a good file and damages it, once or more; now and then not at all. */
static GByteArray *
damaged (const guint8 *bytes, gsize n, GRand *rand)
{
  GByteArray *copy = g_byte_array_sized_new ((guint)n);

  g_byte_array_append (copy, bytes, (guint)n);
  for (gint32 times = g_rand_int_range (rand, 0, 5); times > 0; times--)
    fuzz_damage (copy, rand);
  return copy;
}

static void
write_file (const GByteArray *bytes)
{
  FILE *file = fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes->data, 1, bytes->len, file), ==, bytes->len);
  g_assert_cmpint (fclose (file), ==, 0);
}

static RushFileSplit
some_split (const GByteArray *bytes, RushPacking packing, GRand *rand)
{
  gint64 start = g_rand_boolean (rand) ? 0 : g_rand_int_range (rand, 0, (gint32)bytes->len + 1);
  gint64 length = g_rand_boolean (rand) ? (gint64)bytes->len : g_rand_int_range (rand, 1, 500);

  return (RushFileSplit){ path, start, MAX (MIN (length, bytes->len - start), 1), packing };
}

/* @error is one that a damaged file may give, with its name in it. */
static gboolean
is_honest (const GError *error)
{
  if (!g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT) &&
      !g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED))
    fuzz_assert_honest_error (error);
  return error->code == RUSH_CORE_ERROR_OUT_OF_MEMORY || strstr (error->message, path) != NULL;
}

static RushTaskContext *
small_task (RushAllocator *allocator)
{
  RushTaskContext *ctx = rush_task_context_new ();

  ctx->allocator = allocator;
  return ctx;
}

/* ---- sequence files ---- */

static gboolean
read_records (const RushFileSplit *split, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushSequenceReader) reader = rush_sequence_reader_open (split, ctx, error);
  g_autoptr (GError) failure = NULL;
  const guint8 *key, *value;
  gsize key_bytes, value_bytes;
  volatile guint sum = 0;

  if (reader == NULL)
    return FALSE;
  while (rush_sequence_reader_next (reader, &key, &key_bytes, &value, &value_bytes, &failure))
    {
      /* All of both can be read. */
      for (gsize i = 0; i < key_bytes; i++)
        sum += key[i];
      for (gsize i = 0; i < value_bytes; i++)
        sum += value[i];
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
round_of_sequence (guint i)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (i);
  RushSequenceKind kind = (RushSequenceKind)g_rand_int_range (rand, 0, RUSH_SEQUENCE_BLOCKS + 1);
  RushPacking packing =
      kind == RUSH_SEQUENCE_PLAIN
          ? RUSH_PACKING_NONE
          : (RushPacking)g_rand_int_range (rand, RUSH_PACKING_GZIP, RUSH_PACKING_ZSTD + 1);
  const Sample *sample = &sequences[kind][packing];
  g_autoptr (GByteArray) bytes = damaged ((const guint8 *)sample->bytes, sample->n, rand);
  const RushFileSplit split = some_split (bytes, RUSH_PACKING_NONE, rand);
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (MEMORY_BYTES, 0);
  g_autoptr (RushTaskContext) ctx = small_task (allocator);
  g_autoptr (GError) error = NULL;

  write_file (bytes);
  gboolean accepted = read_records (&split, ctx, &error);
  g_assert_true (accepted || is_honest (error));
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
  return accepted;
}

/* ---- packed text ---- */

static gboolean
append_packed (const guint8 *bytes, gsize n, gpointer into, GError **error)
{
  g_byte_array_append (into, bytes, (guint)n);
  return TRUE;
}

/* One to three parts of lines, one behind the other. */
static GByteArray *
packed_text (RushPacking packing, GRand *rand)
{
  GByteArray *packed = g_byte_array_new ();

  for (gint32 part = g_rand_int_range (rand, 1, 4); part > 0; part--)
    {
      g_autoptr (RushPacker) packer = rush_packer_new (packing, append_packed, packed, NULL);
      g_autoptr (GString) text = g_string_new (NULL);

      for (gint32 n = g_rand_int_range (rand, 0, 200); n > 0; n--)
        g_string_append_printf (text, "%d\n", g_rand_int_range (rand, 0, 300));
      g_assert_true (rush_packer_write (packer, (const guint8 *)text->str, text->len, NULL));
      g_assert_true (rush_packer_finish (packer, NULL));
    }
  return packed;
}

static gboolean
read_lines (const RushFileSplit *split, RushTaskContext *ctx, GError **error)
{
  RushLineReader *reader = rush_line_reader_open (split, rush_text_schema (), ctx, error);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  g_assert_nonnull (reader);
  while ((batch = rush_line_reader_next (reader, &failure)) != NULL)
    rush_batch_unref (batch);
  rush_line_reader_close (reader);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
round_of_packed (guint i)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (i);
  RushPacking packing =
      (RushPacking)g_rand_int_range (rand, RUSH_PACKING_GZIP, RUSH_PACKING_ZSTD + 1);
  g_autoptr (GByteArray) good = packed_text (packing, rand);
  g_autoptr (GByteArray) bytes = damaged (good->data, good->len, rand);
  RushFileSplit split = some_split (bytes, packing, rand);
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (MEMORY_BYTES, 0);
  g_autoptr (RushTaskContext) ctx = small_task (allocator);
  g_autoptr (GError) error = NULL;

  if (packing != RUSH_PACKING_BZIP2)
    split.start = 0;
  write_file (bytes);
  gboolean accepted = read_lines (&split, ctx, &error);
  g_assert_true (accepted || is_honest (error));
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
  return accepted;
}

/* ---- Java's arrays ---- */

static gboolean
round_of_arrays (guint i)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (i);
  RushGrowingBytes good;
  RushJavaArraysWriter writer;
  g_autoptr (GError) error = NULL;

  rush_growing_bytes_init (&good, rush_allocator_system ());
  g_assert_true (rush_java_arrays_begin (&writer, &good, NULL));
  for (gint32 n = g_rand_int_range (rand, 0, 12); n > 0; n--)
    g_assert_true (rush_java_arrays_add (&writer, (const guint8 *)"some bytes",
                                         (gsize)g_rand_int_range (rand, 0, 11), NULL));
  rush_java_arrays_end (&writer);
  g_autoptr (GByteArray) bytes = damaged (good.bytes, good.n, rand);
  g_autofree guint8 *exact = g_memdup2 (bytes->data, bytes->len);
  g_autoptr (GArray) arrays = rush_java_arrays_read (exact, bytes->len, 10, &error);
  rush_growing_bytes_clear (&good);
  if (arrays == NULL)
    {
      g_assert_true (g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT) ||
                     g_error_matches (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED));
      return FALSE;
    }
  g_assert_cmpuint (arrays->len, <=, 10);
  for (guint a = 0; a < arrays->len; a++)
    {
      const RushBytes *array = &g_array_index (arrays, RushBytes, a);

      g_assert_true (array->bytes >= exact && array->bytes + array->n <= exact + bytes->len);
    }
  return TRUE;
}

/* ---- samples ---- */

static RushRdd *
some_records (RushContext *context)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("record", &RUSH_BINARY, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  for (guint i = 0; i < N_RECORDS; i++)
    {
      guint32 record[20] = { GUINT32_TO_BE (4), GUINT32_TO_BE (i) };

      g_assert_true (
          rush_batch_builder_append_bytes (builder, 0, (const char *)record, 8 + i % 70, NULL));
      rush_batch_builder_end_row (builder);
    }
  g_ptr_array_add (batches, rush_batch_builder_finish (builder, NULL));
  return rush_rdd_parallelize (rush_context_lineage (context), schema, &batches, 1);
}

static void
make_samples (void)
{
  RushContext *context = app_new (0);
  g_autoptr (RushRdd) records = some_records (context);

  for (RushSequenceKind kind = RUSH_SEQUENCE_PLAIN; kind <= RUSH_SEQUENCE_BLOCKS; kind++)
    for (RushPacking packing = RUSH_PACKING_NONE; packing <= RUSH_PACKING_ZSTD; packing++)
      {
        g_autofree char *name = g_strdup_printf ("%d-%d", kind, packing);
        g_autofree char *folder = g_build_filename (top, name, NULL);
        g_autofree char *part = g_build_filename (name, "part-00000", NULL);
        const RushSequenceOutput output = {
          .key_class = "K", .value_class = "V", .kind = kind, .packing = packing
        };
        Sample *sample = &sequences[kind][packing];

        if ((kind == RUSH_SEQUENCE_PLAIN) != (packing == RUSH_PACKING_NONE))
          continue;
        g_assert_true (
            rush_rdd_save_as_sequence_file (context, records, folder, &output, NULL, NULL));
        sample->bytes = get_file (top, part, &sample->n);
      }
  app_free (context);
}

static void
free_samples (void)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (sequences); kind++)
    for (guint packing = 0; packing < G_N_ELEMENTS (sequences[kind]); packing++)
      g_free (sequences[kind][packing].bytes);
}

static void
test_sequence_files (void)
{
  fuzz_run (round_of_sequence);
}

static void
test_packed_text (void)
{
  fuzz_run (round_of_packed);
}

static void
test_java_arrays (void)
{
  fuzz_run (round_of_arrays);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  top = folder_new ();
  path = g_build_filename (top, "damaged", NULL);
  make_samples ();
  g_test_add_func ("/fuzz/sequence-files", test_sequence_files);
  g_test_add_func ("/fuzz/packed-text", test_packed_text);
  g_test_add_func ("/fuzz/java-arrays", test_java_arrays);
  status = g_test_run ();
  free_samples ();
  g_free (path);
  folder_free (top);
  return status;
}
