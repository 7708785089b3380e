/* test_encoding.c - what is encoded is decoded, whatever the layout; what is cut short or damaged
 * is refused as corrupt; what can stay in the input is not copied. */
#include "core/data/builder.h"
#include "core/data/encoding.h"
#include "tests/core/data/table.h"

#include <string.h>
#include <sys/mman.h>

#define SEEDS 300

static RushBuffer *
wrap_bytes (const GByteArray *bytes)
{
  return rush_buffer_wrap (bytes->data, bytes->len, NULL, NULL);
}

static RushBatch *
decode_all (RushBuffer *buffer, gsize offset, RushSchema *schema)
{
  g_autoptr (GError) error = NULL;
  RushBatch *batch = rush_batch_decode (buffer, &offset, schema, rush_allocator_system (), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offset, ==, buffer->size);
  return batch;
}

static void
assert_corrupt (RushBuffer *buffer, gsize start, RushSchema *schema)
{
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (G_MAXSIZE / 2, 0);
  g_autoptr (GError) error = NULL;
  gsize offset = start;

  g_assert_null (rush_batch_decode (buffer, &offset, schema, allocator, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
  g_assert_cmpuint (offset, ==, start);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
}

/* ---- batches ---- */

static void
test_round_trip (void)
{
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 6, 150);
      g_autoptr (RushBatch) batch = table_build (table, rand);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      guint before = (guint)g_rand_int_range (rand, 0, 20); /* any alignment */

      g_byte_array_set_size (bytes, before);
      rush_batch_encode (batch, bytes);
      g_assert_cmpuint (bytes->len, ==, before + rush_batch_encoded_bytes (batch));

      g_autoptr (RushBuffer) buffer = wrap_bytes (bytes);
      g_autoptr (RushBatch) typed = decode_all (buffer, before, table->schema);
      assert_batch_is (typed, table);
      g_assert_true (rush_batch_equal (typed, batch));

      g_autoptr (RushBatch) untyped = decode_all (buffer, before, NULL);
      assert_batch_is (untyped, table);
      g_assert_cmpstr (untyped->schema->fields[0].name, ==, "_1");

      /* Encoding what was decoded gives the same bytes. */
      g_autoptr (GByteArray) again = g_byte_array_new ();
      rush_batch_encode (typed, again);
      g_assert_cmpmem (again->data, again->len, bytes->data + before, bytes->len - before);
    }
}

static void
test_full_batch (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (77);
  g_autoptr (RushSchema) schema =
      rush_schema_of ("s", &RUSH_STRING, "i", &RUSH_INT64, "b", &RUSH_BOOL, NULL);
  g_autoptr (Table) table = table_random_like (rand, schema, RUSH_BATCH_MAX_ROWS);
  g_autoptr (RushBatch) batch = table_build (table, rand);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  rush_batch_encode (batch, bytes);
  g_autoptr (RushBuffer) buffer = wrap_bytes (bytes);
  g_autoptr (RushBatch) decoded = decode_all (buffer, 0, schema);
  assert_batch_is (decoded, table);
}

static void
test_batches_behind_each_other (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Table *tables[10];
  gsize offset = 0;

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      tables[i] = table_random (rand, 4, 50);
      g_autoptr (RushBatch) batch = table_build (tables[i], rand);
      rush_batch_encode (batch, bytes);
    }
  g_autoptr (RushBuffer) buffer = wrap_bytes (bytes);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autoptr (RushBatch) batch =
          rush_batch_decode (buffer, &offset, tables[i]->schema, rush_allocator_system (), NULL);
      assert_batch_is (batch, tables[i]);
      table_free (tables[i]);
    }
  g_assert_cmpuint (offset, ==, buffer->size);
}

static RushBatch *
batch_of_text (const char *const *texts, guint n)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("s", &RUSH_STRING, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (rush_batch_builder_append_bytes (b, 0, texts[i], strlen (texts[i]), NULL));
      rush_batch_builder_end_row (b);
    }
  return rush_batch_builder_finish (b, NULL);
}

/* The bytes as the header file draws them. */
static void
test_format (void)
{
  static const char *const texts[] = { "to", "thirteen bytes" };
  static const guint8 expected[] = "RBT1\2\0\0\0\1\0\0\0"
                                   "\7\0\0\0\2\0\0\0"
                                   "\2\0\0\0\16\0\0\0"
                                   "\20\0\0\0\0\0\0\0"
                                   "tothirteen bytes";
  g_autoptr (RushBatch) batch = batch_of_text (texts, 2);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  rush_batch_encode (batch, bytes);
  g_assert_cmpmem (bytes->data, bytes->len, expected, sizeof expected - 1);
}

static void
test_long_strings_stay_in_the_input (void)
{
  static const char *const texts[] = { "short", "a string of more than twelve bytes" };
  g_autoptr (RushBatch) batch = batch_of_text (texts, 2);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize length;

  rush_batch_encode (batch, bytes);
  RushBuffer *buffer = wrap_bytes (bytes);
  g_autoptr (RushBatch) decoded = decode_all (buffer, 0, NULL);
  const guint8 *got = (const guint8 *)rush_column_get_bytes (decoded->columns[0], 1, &length);
  g_assert_true (got >= bytes->data && got + length <= bytes->data + bytes->len);
  g_assert_cmpint (rush_ref_count_get (&buffer->refs), ==, 2);
  rush_buffer_unref (buffer); /* the batch keeps it */
  g_assert_cmpmem (rush_column_get_bytes (decoded->columns[0], 1, &length), length, texts[1],
                   strlen (texts[1]));
}

/* Short strings alone keep nothing of the input. */
static void
test_short_strings_let_the_input_go (void)
{
  static const char *const texts[] = { "to", "be", "twelve bytes" };
  g_autoptr (RushBatch) batch = batch_of_text (texts, 3);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  rush_batch_encode (batch, bytes);
  g_autoptr (RushBuffer) buffer = wrap_bytes (bytes);
  g_autoptr (RushBatch) decoded = decode_all (buffer, 0, NULL);
  g_assert_cmpint (rush_ref_count_get (&buffer->refs), ==, 1);
  g_assert_cmpuint (decoded->columns[0]->n_data, ==, 0);
}

/* Three strings of 1 GiB: more than a view's offset can say, so three windows.  The input is mapped
 * and never touched but for its first page and the strings' first bytes. */
static void
test_strings_over_2_gib (void)
{
  const guint32 gib = 1u << 30;
  const gsize strings_at = 12 + 8 + 3 * 4 + 8, size = strings_at + 3 * (gsize)gib;
  guint8 *memory =
      mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    {
      g_test_skip ("3 GiB of address space are not to be had");
      return;
    }
  const guint32 header[] = { 3, 1 }, lengths[] = { gib, gib, gib };
  const guint64 total = 3 * (guint64)gib;
  const guint8 column[] = { RUSH_TYPE_BINARY, RUSH_LAYOUT_PLAIN, 0, 0, 3, 0, 0, 0 };
  memcpy (memory, "RBT1", 4);
  memcpy (memory + 4, header, 8);
  memcpy (memory + 12, column, 8);
  memcpy (memory + 20, lengths, 12);
  memcpy (memory + 32, &total, 8);
  for (guint i = 0; i < 3; i++)
    memory[strings_at + (gsize)i * gib] = (guint8)('a' + i);

  RushBuffer *buffer = rush_buffer_wrap (memory, size, NULL, NULL);
  RushBatch *batch = decode_all (buffer, 0, NULL);
  g_assert_cmpuint (batch->columns[0]->n_data, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      gsize length;
      const char *bytes = rush_column_get_bytes (batch->columns[0], i, &length);
      g_assert_cmpuint (length, ==, gib);
      g_assert_true (bytes == (const char *)memory + strings_at + (gsize)i * gib);
    }
  g_assert_cmpuint (rush_batch_encoded_bytes (batch), ==, size);
  rush_batch_unref (batch);

  /* One string of 3 GiB is more than a view's length can say. */
  const guint32 one_length[] = { 3 * gib, 0, 0 };
  memcpy (memory + 20, one_length, 12);
  assert_corrupt (buffer, 0, NULL);
  rush_buffer_unref (buffer);
  munmap (memory, size);
}

/* Slots of nulls may hold anything; what is written for them is nothing. */
static void
test_bytes_of_nulls_are_not_written (void)
{
  static const char *const texts[] = { "to", "a secret of more than twelve", "be" };
  g_autoptr (RushBatch) source = batch_of_text (texts, 3);
  RushColumn *strings = source->columns[0];
  RushBuffer *bits = rush_buffer_new (rush_allocator_system (), 1, NULL);
  RushBuffer **data = g_new (RushBuffer *, 1);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  bits->bytes[0] = 0x5; /* to, null, be */
  data[0] = rush_buffer_ref (strings->data[0]);
  RushColumn *column =
      rush_column_new_plain (&RUSH_STRING, 3, bits, 1, rush_buffer_ref (strings->values), data, 1);
  g_autoptr (RushBatch) batch = rush_batch_new (source->schema, 3, &column);
  rush_batch_encode (batch, bytes);
  g_assert_cmpuint (bytes->len, ==, 12 + 8 + 1 + 3 * 4 + 8 + 4);
  g_autoptr (RushBuffer) buffer = wrap_bytes (bytes);
  g_autoptr (RushBatch) decoded = decode_all (buffer, 0, NULL);
  g_assert_true (rush_batch_equal (batch, decoded));
}

/* A few rows out of many do not carry the whole dictionary. */
static void
test_a_large_dictionary_is_left_behind (void)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  for (guint i = 0; i < 1000; i++)
    {
      g_assert_true (rush_batch_builder_append_int (b, 0, i * 10, NULL));
      rush_batch_builder_end_row (b);
    }
  g_autoptr (RushBatch) words = rush_batch_builder_finish (b, NULL);
  RushBuffer *indices = rush_buffer_new (rush_allocator_system (), 1000 * sizeof (gint32), NULL);
  for (gint32 i = 0; i < 1000; i++)
    ((gint32 *)indices->bytes)[i] = 999 - i;
  RushColumn *column =
      rush_column_new_dictionary (rush_column_ref (words->columns[0]), 1000, NULL, 0, indices);
  g_autoptr (RushBatch) all = rush_batch_new (schema, 1000, &column);
  g_autoptr (RushBatch) few = rush_batch_slice (all, 10, 3);
  g_assert_cmpuint (rush_batch_encoded_bytes (few), ==, 12 + 8 + 3 * 8);
  g_assert_cmpuint (rush_batch_encoded_bytes (all), ==, 12 + 8 + 8 + 1000 * 8 + 1000 * 4);
}

/* ---- refused batches ---- */

static void
test_truncated_batches (void)
{
  for (guint seed = 0; seed < 40; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 4, 12);
      g_autoptr (RushBatch) batch = table_build (table, rand);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      rush_batch_encode (batch, bytes);
      for (guint length = 0; length < bytes->len; length++)
        {
          g_autofree guint8 *cut = g_memdup2 (bytes->data, length);
          g_autoptr (RushBuffer) buffer = rush_buffer_wrap (cut, length, NULL, NULL);
          assert_corrupt (buffer, 0, table->schema);
          assert_corrupt (buffer, length, NULL);
        }
    }
}

static void
test_other_schema (void)
{
  static const char *const texts[] = { "to", "be" };
  g_autoptr (RushBatch) batch = batch_of_text (texts, 2);
  g_autoptr (RushSchema) other = rush_schema_of ("n", &RUSH_INT64, NULL);
  g_autoptr (RushSchema) wider = rush_schema_of ("s", &RUSH_STRING, "t", &RUSH_STRING, NULL);
  g_autoptr (RushSchema) none = rush_schema_new (0, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  rush_batch_encode (batch, bytes);
  g_autoptr (RushBuffer) buffer = wrap_bytes (bytes);
  assert_corrupt (buffer, 0, other);
  assert_corrupt (buffer, 0, wider);
  assert_corrupt (buffer, 0, none);
}

/* Each case breaks one rule of the format; @at counts from the column's header. */
static void
test_broken_rules (void)
{
  /* A dictionary column of 3 rows: header, inner header, 2 bigints, 3 indices. */
  static const guint8 sound[] = "RBT1\3\0\0\0\1\0\0\0"
                                "\4\1\0\0\3\0\0\0"
                                "\4\0\0\0\2\0\0\0"
                                "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"
                                "\0\0\0\0\1\0\0\0\0\0\0\0";
  static const struct
  {
    guint at;
    guint8 value;
    const char *what;
  } cases[] = {
    { 0, 'X', "magic" },
    { 5, 0x40, "more than 8192 rows" },
    { 11, 0xff, "billions of columns" },
    { 12, 9, "no such type" },
    { 12, 3, "another type than the inner column" },
    { 13, 3, "no such layout" },
    { 13, 2, "a constant of two values" },
    { 14, 2, "neither with nor without bitmap" },
    { 15, 1, "a byte that must be zero" },
    { 16, 2, "another length than the batch" },
    { 20, 3, "inner type" },
    { 21, 1, "a dictionary in a dictionary" },
    { 22, 1, "a bitmap that would make the dictionary null" },
    { 24, 1, "an index behind the dictionary" },
    { 27, 0xff, "a dictionary of billions" },
    { 48, 2, "an index one too high" },
    { 51, 0x80, "a negative index" },
  };
  g_autoptr (RushBuffer) fine = rush_buffer_wrap (sound, sizeof sound - 1, NULL, NULL);
  g_autoptr (RushBatch) batch = decode_all (fine, 0, NULL);
  g_assert_cmpint (rush_column_get_int (batch->columns[0], 1), ==, 2);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint8 *broken = g_memdup2 (sound, sizeof sound - 1);
      g_autoptr (RushBuffer) buffer = rush_buffer_wrap (broken, sizeof sound - 1, NULL, NULL);
      g_test_message ("%s", cases[i].what);
      broken[cases[i].at] = cases[i].value;
      assert_corrupt (buffer, 0, NULL);
    }
}

static void
test_nulls_in_a_dictionary (void)
{
  static const guint8 bytes[] = "RBT1\1\0\0\0\1\0\0\0"
                                "\4\1\0\0\1\0\0\0"
                                "\4\0\1\0\2\0\0\0\1" /* of two values the second is null */
                                "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"
                                "\0\0\0\0";
  g_autoptr (RushBuffer) buffer = rush_buffer_wrap (bytes, sizeof bytes - 1, NULL, NULL);
  assert_corrupt (buffer, 0, NULL);
}

/* Lengths whose sum is right only in 32 bits, or that no view can hold. */
static void
test_hostile_lengths (void)
{
  static const struct
  {
    guint32 lengths[2];
    guint64 total;
  } cases[] = {
    { { 0xfffffff0, 0x20 }, 0x10 },
    { { 0xfffffff0, 0x20 }, 0x100000010 },
    { { 8, 8 }, 15 },
    { { 8, 8 }, 17 },
    { { 0x80000000, 0 }, 0x80000000 },
    { { 8, 8 }, G_MAXUINT64 },
    { { 0xffffffff, 1 }, 0x100000000 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint8 bytes[12 + 8 + 8 + 8 + 16] = "RBT1\2\0\0\0\1\0\0\0\7\0\0\0\2\0\0\0";
      memcpy (bytes + 20, cases[i].lengths, 8);
      memcpy (bytes + 28, &cases[i].total, 8);
      g_autoptr (RushBuffer) buffer = rush_buffer_wrap (bytes, sizeof bytes, NULL, NULL);
      assert_corrupt (buffer, 0, NULL);
    }
}

/* A forged row count asks for no more memory than the input could justify. */
static void
test_a_small_input_cannot_ask_for_much (void)
{
  guint8 bytes[100] = "RBT1\0\x20\0\0\1\0\0\0\7\0\0\0\0\x20\0\0";
  g_autoptr (RushBuffer) buffer = rush_buffer_wrap (bytes, sizeof bytes, NULL, NULL);
  g_autoptr (RushAllocator) poor = rush_allocator_limited_new (0, 0);
  g_autoptr (GError) error = NULL;
  gsize offset = 0;

  g_assert_null (rush_batch_decode (buffer, &offset, NULL, poor, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT); /* not OUT_OF_MEMORY */
}

static gboolean
decode_bytes (RushAllocator *allocator, gpointer data, GError **error)
{
  gsize offset = 0;
  g_autoptr (RushBatch) batch = rush_batch_decode (data, &offset, NULL, allocator, error);
  return batch != NULL;
}

static void
test_decoding_refused (void)
{
  for (guint seed = 0; seed < 30; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 6, 50);
      g_autoptr (RushBatch) batch = table_build (table, rand);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      rush_batch_encode (batch, bytes);
      /* One byte off, so that values must be copied. */
      g_byte_array_prepend (bytes, (const guint8 *)"x", 1);
      g_autoptr (RushBuffer) buffer =
          rush_buffer_wrap (bytes->data + 1, bytes->len - 1, NULL, NULL);
      check_every_refusal (decode_bytes, buffer);
    }
}

/* What statistics say of rows without nulls and bools is what encoding takes. */
static void
test_statistics (void)
{
  static const RushTypeField fields[] = { { "a", &RUSH_INT32, FALSE },
                                          { "b", &RUSH_STRING, FALSE } };
  const RushType *type = rush_type_array (rush_type_struct (2, fields), FALSE);
  g_autoptr (RushSchema) schema = rush_schema_of ("v", type, "d", rush_type_decimal (30, 2), NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());

  for (guint i = 0; i < 20; i++)
    {
      RushColumnBuilder *list = rush_batch_builder_column (b, 0);
      RushColumnBuilder *pair = rush_column_builder_child (list, 0);
      for (guint k = 0; k < i % 4; k++)
        {
          g_assert_true (
              rush_column_builder_append_int (rush_column_builder_child (pair, 0), k, NULL));
          g_assert_true (rush_column_builder_append_bytes (rush_column_builder_child (pair, 1),
                                                           "fourteen bytes", 5 * k, NULL) &&
                         rush_column_builder_end_struct (pair, NULL));
        }
      g_assert_true (rush_column_builder_end_list (list, NULL));
      g_assert_true (rush_batch_builder_append_int (b, 1, i, NULL));
      rush_batch_builder_end_row (b);
    }
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, NULL);
  gsize bytes = 12; /* of the batch's own header */
  for (guint c = 0; c < 2; c++)
    {
      bytes += rush_encoded_header_bytes (schema->fields[c].type);
      for (guint i = 0; i < batch->length; i++)
        bytes += rush_encoded_row_bytes (batch->columns[c], i);
    }
  g_assert_cmpuint (bytes, ==, rush_batch_encoded_bytes (batch));
}

/* A type may be nested deeper than the reader will follow bytes of unknown origin. */
static void
test_depth (void)
{
  const RushType *type = &RUSH_INT32;

  for (guint depth = 0; depth <= 101; depth++, type = rush_type_array (type, TRUE))
    {
      g_autoptr (RushSchema) schema = rush_schema_of ("v", type, NULL);
      RushColumn *nulls = rush_column_new_constant_null (type, 3, rush_allocator_system (), NULL);
      g_autoptr (RushBatch) batch = rush_batch_new (schema, 3, &nulls);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      gsize offset = 0;

      rush_batch_encode (batch, bytes);
      g_autoptr (RushBuffer) buffer = rush_buffer_wrap (bytes->data, bytes->len, NULL, NULL);
      g_autoptr (RushBatch) back =
          rush_batch_decode (buffer, &offset, NULL, rush_allocator_system (), &error);
      if (depth <= 100)
        g_assert_true (rush_batch_equal (back, batch));
      else
        g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encoding/round_trip", test_round_trip);
  g_test_add_func ("/encoding/full_batch", test_full_batch);
  g_test_add_func ("/encoding/many_batches", test_batches_behind_each_other);
  g_test_add_func ("/encoding/format", test_format);
  g_test_add_func ("/encoding/long_strings", test_long_strings_stay_in_the_input);
  g_test_add_func ("/encoding/short_strings", test_short_strings_let_the_input_go);
  g_test_add_func ("/encoding/over_2_gib", test_strings_over_2_gib);
  g_test_add_func ("/encoding/bytes_of_nulls", test_bytes_of_nulls_are_not_written);
  g_test_add_func ("/encoding/large_dictionary", test_a_large_dictionary_is_left_behind);
  g_test_add_func ("/encoding/truncated", test_truncated_batches);
  g_test_add_func ("/encoding/other_schema", test_other_schema);
  g_test_add_func ("/encoding/broken_rules", test_broken_rules);
  g_test_add_func ("/encoding/null_in_dictionary", test_nulls_in_a_dictionary);
  g_test_add_func ("/encoding/hostile_lengths", test_hostile_lengths);
  g_test_add_func ("/encoding/small_input", test_a_small_input_cannot_ask_for_much);
  g_test_add_func ("/encoding/refused", test_decoding_refused);
  g_test_add_func ("/encoding/statistics", test_statistics);
  g_test_add_func ("/encoding/depth", test_depth);
  return g_test_run ();
}
