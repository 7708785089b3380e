/* test_builder.c - what is appended comes back, whatever the order, nulls, abandoned rows, block
 * borders; and every refusal leaves a builder that can go on or be freed without a leak. */
#include "core/data/builder.h"
#include "tests/core/data/table.h"

#include <math.h>
#include <string.h>

static RushSchema *
nullable_schema (const RushType *type)
{
  RushField field = { .name = (char *)"v", .type = type, .nullable = TRUE };
  return rush_schema_new (1, &field);
}

static RushBatchBuilder *
builder_of (const RushType *type)
{
  g_autoptr (RushSchema) schema = nullable_schema (type);
  return rush_batch_builder_new (schema, rush_allocator_system ());
}

static RushBatch *
finish (RushBatchBuilder *builder)
{
  g_autoptr (GError) error = NULL;
  RushBatch *batch = rush_batch_builder_finish (builder, &error);
  g_assert_no_error (error);
  g_assert_nonnull (batch);
  return batch;
}

static void
append_text (RushBatchBuilder *builder, const char *text)
{
  g_assert_true (rush_batch_builder_append_bytes (builder, 0, text, strlen (text), NULL));
  rush_batch_builder_end_row (builder);
}

static void
assert_text (const RushBatch *batch, guint row, const char *text)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (batch->columns[0], row, &length);
  g_assert_cmpmem (bytes, length, text, strlen (text));
}

/* ---- normal ---- */

static void
test_word_count_rows (void)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("word", &RUSH_STRING, "n", &RUSH_INT64, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  static const char *const words[] = { "to", "be", "or", "not", "", "a-word-of-more-than-twelve" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      /* Columns may come in any order. */
      g_assert_true (rush_batch_builder_append_int (b, 1, i * 10, NULL));
      g_assert_true (rush_batch_builder_append_bytes (b, 0, words[i], strlen (words[i]), NULL));
      rush_batch_builder_end_row (b);
      g_assert_cmpuint (rush_batch_builder_length (b), ==, i + 1);
    }
  g_autoptr (RushBatch) batch = finish (b);
  g_assert_cmpuint (batch->length, ==, G_N_ELEMENTS (words));
  g_assert_true (batch->schema == schema);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      assert_text (batch, i, words[i]);
      g_assert_cmpint (rush_column_get_int (batch->columns[1], i), ==, i * 10);
    }
  g_assert_cmpuint (rush_batch_builder_length (b), ==, 0);
}

static void
test_integers_are_checked_for_range (void)
{
  static const struct
  {
    const RushType *type;
    gint64 low, high;
  } cases[] = {
    { &RUSH_INT8, G_MININT8, G_MAXINT8 },
    { &RUSH_INT16, G_MININT16, G_MAXINT16 },
    { &RUSH_INT32, G_MININT32, G_MAXINT32 },
    { &RUSH_INT64, G_MININT64, G_MAXINT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RushBatchBuilder) b = builder_of (cases[i].type);
      g_assert_true (rush_batch_builder_append_int (b, 0, cases[i].low, NULL));
      rush_batch_builder_end_row (b);
      g_assert_true (rush_batch_builder_append_int (b, 0, cases[i].high, NULL));
      rush_batch_builder_end_row (b);
      if (cases[i].type != &RUSH_INT64)
        {
          g_autoptr (GError) low = NULL, high = NULL;
          g_assert_false (rush_batch_builder_append_int (b, 0, cases[i].low - 1, &low));
          g_assert_error (low, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
          g_assert_false (rush_batch_builder_append_int (b, 0, cases[i].high + 1, &high));
          g_assert_error (high, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
          g_assert_nonnull (strstr (high->message, cases[i].type->name));
        }
      g_autoptr (RushBatch) batch = finish (b);
      g_assert_cmpint (rush_column_get_int (batch->columns[0], 0), ==, cases[i].low);
      g_assert_cmpint (rush_column_get_int (batch->columns[0], 1), ==, cases[i].high);
    }
}

static void
test_floats_keep_their_bits (void)
{
  static const double values[] = { 0.0, -0.0, 1.5, -INFINITY, INFINITY, NAN, 5e-324, 1e300 };
  g_autoptr (RushBatchBuilder) doubles = builder_of (&RUSH_FLOAT64);
  g_autoptr (RushBatchBuilder) floats = builder_of (&RUSH_FLOAT32);

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_assert_true (rush_batch_builder_append_double (doubles, 0, values[i], NULL));
      rush_batch_builder_end_row (doubles);
      g_assert_true (rush_batch_builder_append_double (floats, 0, values[i], NULL));
      rush_batch_builder_end_row (floats);
    }
  g_autoptr (RushBatch) d = finish (doubles);
  g_autoptr (RushBatch) f = finish (floats);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      double got = rush_column_get_double (d->columns[0], i);
      g_assert_cmpmem (&got, sizeof got, &values[i], sizeof values[i]);
      got = rush_column_get_double (f->columns[0], i);
      double want = (double)(float)values[i];
      g_assert_true (got == want || (isnan (got) && isnan (want)));
    }
}

/* Lengths around the edge of a view, bytes 0 among them. */
static void
test_strings_of_every_length (void)
{
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_BINARY);
  char bytes[64];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (char)(i * 37);
  for (guint length = 0; length <= 40; length++)
    {
      /* A block of exactly that size: a sanitizer sees one byte too many. */
      g_autofree char *exact = g_memdup2 (bytes, length);
      g_assert_true (rush_batch_builder_append_bytes (b, 0, exact, length, NULL));
      rush_batch_builder_end_row (b);
    }
  g_autoptr (RushBatch) batch = finish (b);
  for (guint length = 0; length <= 40; length++)
    {
      gsize got_length;
      const char *got = rush_column_get_bytes (batch->columns[0], length, &got_length);
      g_assert_cmpmem (got, got_length, bytes, length);

      const RushView *view = (const RushView *)batch->columns[0]->values->bytes + length;
      for (guint i = length; i < RUSH_VIEW_INLINE_MAX; i++)
        g_assert_cmpint (view->inlined[i], ==, 0);
    }
}

/* Many blocks, and strings larger than any. */
static void
test_strings_over_many_blocks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_STRING);
  g_autofree char *text = g_malloc (300000);
  guint n = 300;

  for (guint i = 0; i < 300000; i++)
    text[i] = (char)('a' + i % 26);
  g_autofree guint *starts = g_new (guint, n), *lengths = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    {
      starts[i] = (guint)g_rand_int_range (rand, 0, 26);
      lengths[i] = (guint)g_rand_int_range (rand, 0, i % 50 == 0 ? 290000 : 3000);
      g_assert_true (rush_batch_builder_append_bytes (b, 0, text + starts[i], lengths[i], NULL));
      rush_batch_builder_end_row (b);
    }
  gsize building = rush_batch_builder_memory_bytes (b);
  g_autoptr (RushBatch) batch = finish (b);
  g_assert_cmpuint (rush_batch_memory_bytes (batch), <=, building);
  g_assert_cmpuint (batch->columns[0]->n_data, >, 3);
  for (guint i = 0; i < n; i++)
    {
      gsize length;
      const char *bytes = rush_column_get_bytes (batch->columns[0], i, &length);
      g_assert_cmpmem (bytes, length, text + starts[i], lengths[i]);
    }
}

static void
test_shared_bytes_are_not_copied (void)
{
  static const char lines[] = "short\na line that is rather long\nanother line, also long\n";
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_STRING);
  g_autoptr (RushBuffer) file =
      rush_buffer_wrap ((const guint8 *)lines, sizeof lines - 1, NULL, NULL);
  gsize length;

  g_assert_true (rush_batch_builder_append_bytes_shared (b, 0, file, 0, 5, NULL));
  rush_batch_builder_end_row (b);
  g_assert_true (rush_batch_builder_append_bytes_shared (b, 0, file, 6, 26, NULL));
  rush_batch_builder_end_row (b);
  append_text (b, "our own bytes in between");
  g_assert_true (rush_batch_builder_append_bytes_shared (b, 0, file, 33, 23, NULL));
  rush_batch_builder_end_row (b);

  g_autoptr (RushBatch) batch = finish (b);
  assert_text (batch, 0, "short");
  assert_text (batch, 1, "a line that is rather long");
  assert_text (batch, 2, "our own bytes in between");
  assert_text (batch, 3, "another line, also long");
  g_assert_true (rush_column_get_bytes (batch->columns[0], 1, &length) == lines + 6);
  g_assert_true (rush_column_get_bytes (batch->columns[0], 3, &length) == lines + 33);
  g_assert_cmpuint (batch->columns[0]->n_data, ==, 2);
  g_assert_cmpint (rush_ref_count_get (&file->refs), ==, 2);
}

static void
test_append_from_any_layout (void)
{
  for (guint seed = 0; seed < 50; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 5, 100);
      g_autoptr (RushBatch) source = table_build (table, rand);
      g_autoptr (RushBatchBuilder) b =
          rush_batch_builder_new (table->schema, rush_allocator_system ());
      for (guint i = 0; i < source->length; i++)
        {
          for (guint c = 0; c < table->schema->n_fields; c++)
            g_assert_true (rush_batch_builder_append_from (b, c, source->columns[c],
                                                           rush_batch_row (source, i), NULL));
          rush_batch_builder_end_row (b);
        }
      g_autoptr (RushBatch) copy = rush_batch_builder_finish (b, NULL);
      if (table->n_rows == 0)
        g_assert_null (copy);
      else
        assert_batch_is (copy, table);
    }
}

static void
test_a_builder_is_used_again (void)
{
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_STRING);

  append_text (b, "first batch, a long string");
  g_autoptr (RushBatch) first = finish (b);
  for (guint i = 0; i < RUSH_BATCH_MAX_ROWS; i++)
    append_text (b, "second batch, a long string");
  g_autoptr (RushBatch) second = finish (b);
  append_text (b, "third");
  g_autoptr (RushBatch) third = finish (b);

  assert_text (first, 0, "first batch, a long string");
  assert_text (second, RUSH_BATCH_MAX_ROWS - 1, "second batch, a long string");
  assert_text (third, 0, "third");
  g_assert_cmpuint (third->length, ==, 1);
}

static void
test_fullness (void)
{
  g_autoptr (RushBatchBuilder) ints = builder_of (&RUSH_INT64);
  for (guint i = 0; i < RUSH_BATCH_MAX_ROWS; i++)
    {
      g_assert_false (rush_batch_builder_is_full (ints));
      g_assert_true (rush_batch_builder_append_int (ints, 0, i, NULL));
      rush_batch_builder_end_row (ints);
    }
  g_assert_true (rush_batch_builder_is_full (ints));
  g_autoptr (RushBatch) batch = finish (ints);
  g_assert_cmpuint (batch->length, ==, RUSH_BATCH_MAX_ROWS);
  g_assert_false (rush_batch_builder_is_full (ints));

  /* Wide rows fill it sooner; an abandoned one does not count. */
  g_autoptr (RushBatchBuilder) wide = builder_of (&RUSH_BINARY);
  g_autofree char *half = g_malloc0 (RUSH_BATCH_FULL_BYTES / 2);
  g_assert_true (rush_batch_builder_append_bytes (wide, 0, half, RUSH_BATCH_FULL_BYTES / 2, NULL));
  rush_batch_builder_end_row (wide);
  g_assert_true (rush_batch_builder_append_bytes (wide, 0, half, RUSH_BATCH_FULL_BYTES / 2, NULL));
  rush_batch_builder_abandon_row (wide);
  g_assert_false (rush_batch_builder_is_full (wide));
  g_assert_true (rush_batch_builder_append_bytes (wide, 0, half, RUSH_BATCH_FULL_BYTES / 2, NULL));
  rush_batch_builder_end_row (wide);
  g_assert_true (rush_batch_builder_is_full (wide));
}

static void
test_a_small_batch_is_small (void)
{
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_STRING);
  append_text (b, "one string over twelve bytes");
  g_autoptr (RushBatch) batch = finish (b);
  g_assert_cmpuint (rush_batch_memory_bytes (batch), <, 100);
}

/* ---- empty ---- */

static void
test_no_rows (void)
{
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_STRING);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_batch_builder_finish (b, &error));
  g_assert_no_error (error);
  g_assert_true (rush_batch_builder_append_bytes (b, 0, "abandoned, but long", 19, NULL));
  rush_batch_builder_abandon_row (b);
  g_assert_null (rush_batch_builder_finish (b, &error));
  g_assert_no_error (error);
  append_text (b, "and on");
  g_autoptr (RushBatch) batch = finish (b);
  assert_text (batch, 0, "and on");
}

static void
test_no_columns (void)
{
  g_autoptr (RushSchema) schema = rush_schema_new (0, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  rush_batch_builder_end_row (b);
  rush_batch_builder_end_row (b);
  g_autoptr (RushBatch) batch = finish (b);
  g_assert_cmpuint (batch->length, ==, 2);
}

/* ---- nulls ---- */

static void
test_nulls_of_every_type (void)
{
  for (guint kind = RUSH_TYPE_BOOL; kind <= RUSH_TYPE_BINARY; kind++)
    {
      const RushType *type = rush_type_from_kind ((RushTypeKind)kind);
      g_autoptr (RushBatchBuilder) b = builder_of (type);
      for (guint i = 0; i < 100; i++)
        {
          g_assert_true (rush_batch_builder_append_null (b, 0, NULL));
          rush_batch_builder_end_row (b);
        }
      g_autoptr (RushBatch) batch = finish (b);
      const RushColumn *column = batch->columns[0];
      g_assert_cmpuint (column->null_count, ==, 100);
      for (guint i = 0; i < 100; i++)
        g_assert_false (rush_column_is_valid (column, i));
      /* Slots of nulls are zero, and so are the bits behind the last row. */
      for (gsize i = 0; i < column->values->size; i++)
        g_assert_cmpuint (column->values->bytes[i], ==, 0);
      g_assert_cmpuint (column->validity->bytes[12], ==, 0);
    }
}

static void
test_no_null_no_bitmap (void)
{
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_INT32);
  g_assert_true (rush_batch_builder_append_null (b, 0, NULL));
  rush_batch_builder_abandon_row (b);
  g_assert_true (rush_batch_builder_append_int (b, 0, 5, NULL));
  rush_batch_builder_end_row (b);
  g_autoptr (RushBatch) batch = finish (b);
  g_assert_null (batch->columns[0]->validity);
  g_assert_cmpuint (batch->columns[0]->null_count, ==, 0);
}

/* ---- abandoned rows ---- */

/* Whole tables with abandoned rows in between equal the tables. */
static void
test_abandoned_rows_leave_no_trace (void)
{
  for (guint seed = 0; seed < 50; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 6, 200);
      g_autoptr (RushBatch) source = table_build (table, rand);
      g_autoptr (RushBatchBuilder) b =
          rush_batch_builder_new (table->schema, rush_allocator_system ());
      guint n_fields = table->schema->n_fields;

      for (guint i = 0; i < table->n_rows; i++)
        {
          guint some = (guint)g_rand_int_range (rand, 0, (gint32)n_fields + 1);
          guint other = (guint)g_rand_int_range (rand, 0, (gint32)table->n_rows);
          for (guint c = 0; c < some; c++)
            g_assert_true (rush_batch_builder_append_from (b, c, source->columns[c],
                                                           rush_batch_row (source, other), NULL));
          rush_batch_builder_abandon_row (b);
          for (guint c = n_fields; c-- > 0;)
            g_assert_true (rush_batch_builder_append_from (b, c, source->columns[c],
                                                           rush_batch_row (source, i), NULL));
          rush_batch_builder_end_row (b);
        }
      g_autoptr (RushBatch) copy = rush_batch_builder_finish (b, NULL);
      if (copy != NULL)
        assert_batch_is (copy, table);
    }
}

static void
test_abandoned_strings_give_their_room_back (void)
{
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_STRING);
  g_autofree char *text = g_strnfill (10000, 'x');

  append_text (b, text);
  gsize before = rush_batch_builder_memory_bytes (b);
  for (guint i = 0; i < 1000; i++)
    {
      g_assert_true (rush_batch_builder_append_bytes (b, 0, text, 10000, NULL));
      rush_batch_builder_abandon_row (b);
    }
  g_assert_cmpuint (rush_batch_builder_memory_bytes (b), ==, before);
}

/* ---- errors ---- */

static void
test_null_in_a_field_that_is_not_nullable (void)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("word", &RUSH_STRING, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  g_autoptr (GError) error = NULL;

  g_assert_false (rush_batch_builder_append_null (b, 0, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "word"));
}

static void
test_strings_over_2_gib (void)
{
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_STRING);
  g_autoptr (GError) error = NULL;

  /* Refused by its length alone: the bytes are never looked at. */
  g_assert_false (rush_batch_builder_append_bytes (b, 0, "x", (gsize)G_MAXINT32 + 1, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
}

static gboolean
build_three_kinds (RushAllocator *allocator, gpointer data, GError **error)
{
  RushField fields[] = { { (char *)"s", &RUSH_STRING, TRUE },
                         { (char *)"i", &RUSH_INT32, TRUE },
                         { (char *)"b", &RUSH_BOOL, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (3, fields);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, allocator);
  g_autofree char *text = g_strnfill (700, 'y');

  for (guint i = 0; i < 500; i++)
    {
      if (!rush_batch_builder_append_bytes (b, 0, text, 700, error) ||
          !rush_batch_builder_append_bool (b, 2, i % 3 == 0, error) ||
          !(i % 100 == 7 ? rush_batch_builder_append_null (b, 1, error)
                         : rush_batch_builder_append_int (b, 1, i, error)))
        return FALSE;
      rush_batch_builder_end_row (b);
    }
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, error);
  return batch != NULL;
}

static void
test_every_refused_request (void)
{
  check_every_refusal (build_three_kinds, NULL);
}

/* A refusal in the middle of a row: abandon it, finish what is there, go on with other memory. */
static void
test_rows_before_a_refusal_are_kept (void)
{
  g_autoptr (RushAllocator) small = rush_allocator_limited_new (100000, 0);
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, "s", &RUSH_STRING, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, small);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (500, 'z');
  guint rows = 0;

  while (rush_batch_builder_append_int (b, 0, rows, &error) &&
         rush_batch_builder_append_bytes (b, 1, text, 500, &error))
    {
      rush_batch_builder_end_row (b);
      rows++;
    }
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  rush_batch_builder_abandon_row (b);
  g_autoptr (RushBatch) batch = finish (b);
  g_assert_cmpuint (batch->length, ==, rows);
  g_assert_cmpuint (rows, >=, 64 * 1024 / 500);
  for (guint i = 0; i < rows; i++)
    g_assert_cmpint (rush_column_get_int (batch->columns[0], i), ==, i);
}

/* ---- misuse ---- */

static void
test_misuse_is_reported (void)
{
  g_autoptr (RushBatchBuilder) b = builder_of (&RUSH_INT64);

  g_assert_true (rush_batch_builder_append_int (b, 0, 1, NULL));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*length == self->length*");
  g_assert_false (rush_batch_builder_append_int (b, 0, 2, NULL)); /* twice in a row */
  g_test_assert_expected_messages ();
  rush_batch_builder_abandon_row (b);

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL,
                         "*columns*length == self->length + 1*");
  rush_batch_builder_end_row (b); /* without a value */
  g_test_assert_expected_messages ();
  g_assert_cmpuint (rush_batch_builder_length (b), ==, 0);

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*RUSH_STORAGE_VIEW*");
  g_assert_false (rush_batch_builder_append_bytes (b, 0, "x", 1, NULL));
  g_test_assert_expected_messages ();

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*n_fields*");
  g_assert_false (rush_batch_builder_append_int (b, 1, 2, NULL)); /* no such column */
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/builder/word_count_rows", test_word_count_rows);
  g_test_add_func ("/builder/integer_ranges", test_integers_are_checked_for_range);
  g_test_add_func ("/builder/float_bits", test_floats_keep_their_bits);
  g_test_add_func ("/builder/string_lengths", test_strings_of_every_length);
  g_test_add_func ("/builder/string_blocks", test_strings_over_many_blocks);
  g_test_add_func ("/builder/shared_bytes", test_shared_bytes_are_not_copied);
  g_test_add_func ("/builder/append_from", test_append_from_any_layout);
  g_test_add_func ("/builder/reuse", test_a_builder_is_used_again);
  g_test_add_func ("/builder/full", test_fullness);
  g_test_add_func ("/builder/small", test_a_small_batch_is_small);
  g_test_add_func ("/builder/no_rows", test_no_rows);
  g_test_add_func ("/builder/no_columns", test_no_columns);
  g_test_add_func ("/builder/nulls", test_nulls_of_every_type);
  g_test_add_func ("/builder/no_bitmap", test_no_null_no_bitmap);
  g_test_add_func ("/builder/abandon", test_abandoned_rows_leave_no_trace);
  g_test_add_func ("/builder/abandon_room", test_abandoned_strings_give_their_room_back);
  g_test_add_func ("/builder/not_nullable", test_null_in_a_field_that_is_not_nullable);
  g_test_add_func ("/builder/over_2_gib", test_strings_over_2_gib);
  g_test_add_func ("/builder/refusals", test_every_refused_request);
  g_test_add_func ("/builder/after_a_refusal", test_rows_before_a_refusal_are_kept);
  g_test_add_func ("/builder/misuse", test_misuse_is_reported);
  return g_test_run ();
}
