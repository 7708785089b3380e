/* test_column_builder.c - values go in one by one, nested ones too; half a value can be taken back;
 * what a type does not allow is refused. */
#include "core/data/builder.h"
#include "tests/core/data/table.h"

#include <string.h>

static char *
text_of (const RushColumn *column)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < column->length; i++)
    {
      g_string_append (text, i > 0 ? " " : "");
      rush_column_append_text (column, i, text);
    }
  return g_string_free (text, FALSE);
}

static void
assert_finishes_as (RushColumnBuilder *b, const char *expected)
{
  g_autoptr (RushColumn) column = rush_column_builder_finish (b);
  g_autofree char *text = text_of (column);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (rush_column_builder_length (b), ==, 0);
}

static void
append_ints (RushColumnBuilder *b, gint64 first, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_true (rush_column_builder_append_int (b, first + i, NULL));
}

/* ---- nested values ---- */

static void
test_lists_and_maps (void)
{
  const RushType *type = rush_type_map (&RUSH_INT32, rush_type_array (&RUSH_INT64, TRUE), TRUE);
  g_autoptr (RushColumnBuilder) b = rush_column_builder_new (type, rush_allocator_system ());
  RushColumnBuilder *keys = rush_column_builder_child (b, 0);
  RushColumnBuilder *values = rush_column_builder_child (b, 1);
  RushColumnBuilder *elements = rush_column_builder_child (values, 0);

  append_ints (keys, 1, 2);
  append_ints (elements, 10, 2);
  g_assert_true (rush_column_builder_append_null (elements, NULL));
  g_assert_true (rush_column_builder_end_list (values, NULL));
  g_assert_true (rush_column_builder_append_null (values, NULL));
  g_assert_true (rush_column_builder_end_list (b, NULL));
  g_assert_true (rush_column_builder_append_null (b, NULL));
  g_assert_true (rush_column_builder_end_list (b, NULL)); /* empty */
  assert_finishes_as (b, "{1: [10, 11, null], 2: null} null {}");
}

/* Many at once, behind and before nulls, and more than there is room for. */
static void
test_values_at_once (void)
{
  const double values[] = { 1.5, -2, 0 };
  g_autofree double *many = g_new0 (double, 100000);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushColumnBuilder) b =
      rush_column_builder_new (&RUSH_FLOAT64, rush_allocator_system ());

  g_assert_true (rush_column_builder_append_null (b, NULL));
  g_assert_true (rush_column_builder_append_values (b, values, 3, NULL));
  g_assert_true (rush_column_builder_append_values (b, NULL, 0, NULL));
  g_assert_true (rush_column_builder_append_null (b, NULL));
  assert_finishes_as (b, "null 1.5 -2 0 null");
  g_assert_true (rush_column_builder_append_values (b, values, 2, NULL));
  many[99999] = 7;
  g_assert_true (rush_column_builder_append_values (b, many, 100000, NULL));
  g_assert_cmpuint (rush_column_builder_length (b), ==, 100002);
  g_assert_false (rush_column_builder_append_values (b, many, G_MAXINT32, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_autoptr (RushColumn) column = rush_column_builder_finish (b);
  g_assert_cmpfloat (rush_column_get_double (column, 1), ==, -2);
  g_assert_cmpfloat (rush_column_get_double (column, 100001), ==, 7);
}

/* The children of a null struct get a row, whether their fields are nullable or not. */
static void
test_structs (void)
{
  static const RushTypeField fields[] = { { "a", &RUSH_INT32, FALSE },
                                          { "b", &RUSH_STRING, TRUE } };
  g_autoptr (RushColumnBuilder) b =
      rush_column_builder_new (rush_type_struct (2, fields), rush_allocator_system ());

  g_assert_true (rush_column_builder_append_null (b, NULL));
  append_ints (rush_column_builder_child (b, 0), 7, 1);
  g_assert_true (rush_column_builder_append_bytes (rush_column_builder_child (b, 1), "x", 1, NULL));
  g_assert_true (rush_column_builder_end_struct (b, NULL));
  assert_finishes_as (b, "null (7, \"x\")");
}

static void
test_many_nulls_in_a_struct (void)
{
  static const RushTypeField fields[] = { { "a", &RUSH_NULL, TRUE } };
  g_autoptr (RushColumnBuilder) b =
      rush_column_builder_new (rush_type_struct (1, fields), rush_allocator_system ());

  for (guint i = 0; i < 10000; i++)
    g_assert_true (rush_column_builder_append_null (b, NULL));
  g_autoptr (RushColumn) column = rush_column_builder_finish (b);
  g_assert_cmpuint (column->length, ==, 10000);
  g_assert_cmpuint (column->null_count, ==, 10000);
}

/* ---- numbers ---- */

static void
test_decimals (void)
{
  g_autoptr (RushColumnBuilder) small =
      rush_column_builder_new (rush_type_decimal (18, 2), rush_allocator_system ());
  g_autoptr (RushColumnBuilder) large =
      rush_column_builder_new (rush_type_decimal (38, 0), rush_allocator_system ());
  rush_int128 wide = (rush_int128)G_MAXINT64 * 1000;
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_column_builder_append_int128 (small, -5, NULL));
  g_assert_false (rush_column_builder_append_int128 (small, wide, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "decimal(18,2)"));
  assert_finishes_as (small, "-5e-2");
  g_assert_true (rush_column_builder_append_int128 (large, wide, NULL));
  g_assert_true (rush_column_builder_append_int (large, -1, NULL));
  assert_finishes_as (large, "9223372036854775807000 -1");
}

/* ---- taking back ---- */

/* A reader that meets an error in the middle of a nested value drops what it began. */
static void
test_half_a_value_is_taken_back (void)
{
  const RushType *strings = rush_type_array (&RUSH_STRING, TRUE);
  g_autoptr (RushSchema) schema = rush_schema_of ("words", strings, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  static const char LONG[] = "a word of more than twelve bytes";

  for (guint i = 0; i < 4; i++)
    {
      RushColumnBuilder *words = rush_batch_builder_column (b, 0);
      RushColumnBuilder *element = rush_column_builder_child (words, 0);
      g_assert_true (rush_column_builder_append_bytes (element, LONG, 7 + i * 4, NULL));
      if (i % 2 == 0)
        {
          g_assert_true (rush_column_builder_append_null (element, NULL));
          g_assert_true (rush_column_builder_end_list (words, NULL));
          rush_batch_builder_end_row (b);
        }
      else
        rush_batch_builder_abandon_row (b); /* once in the middle of the list */
    }
  RushColumnBuilder *last = rush_batch_builder_column (b, 0);
  g_assert_true (rush_column_builder_end_list (last, NULL));
  rush_batch_builder_abandon_row (b); /* and once behind it */
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, NULL);
  g_autofree char *text = text_of (batch->columns[0]);
  g_assert_cmpstr (text, ==, "[\"a word \", null] [\"a word of more \", null]");
  g_assert_cmpuint (rush_column_child (batch->columns[0], 0)->length, ==, 4);
}

static void
test_truncate (void)
{
  for (guint seed = 0; seed < 100; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (RushSchema) schema = rush_schema_of ("v", random_type (rand, 3), NULL);
      g_autoptr (Table) table = table_random_like (rand, schema, 50);
      g_autoptr (RushBatch) batch = table_build (table, rand);
      guint keep = (guint)g_rand_int_range (rand, 0, 51);
      g_autoptr (RushColumnBuilder) b =
          rush_column_builder_new (schema->fields[0].type, rush_allocator_system ());
      const Cell *cells[100];

      for (guint i = 0; i < 50; i++)
        {
          cells[i] = table_cell (table, i, 0);
          g_assert_true (rush_column_builder_append_from (b, batch->columns[0],
                                                          rush_batch_row (batch, i), NULL));
        }
      rush_column_builder_truncate (b, keep);
      for (guint i = 0; i < 50; i++)
        {
          cells[keep + i] = table_cell (table, i, 0);
          g_assert_true (rush_column_builder_append_from (b, batch->columns[0],
                                                          rush_batch_row (batch, i), NULL));
          if (keep + i == 99)
            break;
        }
      g_autoptr (RushColumn) column = rush_column_builder_finish (b);
      g_autoptr (RushColumn) expected =
          plain_column (schema->fields[0].type, cells, MIN (keep + 50, 100));
      g_assert_true (rush_column_equal (column, expected));
    }
}

/* ---- refusals and misuse ---- */

static void
test_nulls_refused (void)
{
  g_autoptr (RushColumnBuilder) b =
      rush_column_builder_new (rush_type_array (&RUSH_INT32, FALSE), rush_allocator_system ());
  g_autoptr (GError) error = NULL;

  g_assert_false (rush_column_builder_append_null (rush_column_builder_child (b, 0), &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "'element'"));
}

static gboolean
build_nested (RushAllocator *allocator, gpointer data, GError **error)
{
  const RushBatch *batch = data;
  g_autoptr (RushColumnBuilder) b = rush_column_builder_new (batch->columns[0]->type, allocator);

  for (guint i = 0; i < batch->length; i++)
    if (!rush_column_builder_append_from (b, batch->columns[0], rush_batch_row (batch, i), error))
      return FALSE;
  g_autoptr (RushColumn) column = rush_column_builder_finish (b);
  return column != NULL;
}

static void
test_memory_refused (void)
{
  for (guint seed = 0; seed < 40; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (RushSchema) schema = rush_schema_of ("v", random_type (rand, 3), NULL);
      g_autoptr (Table) table = table_random_like (rand, schema, 200);
      g_autoptr (RushBatch) batch = table_build (table, rand);
      check_every_refusal (build_nested, batch);
    }
}

static void
test_misuse (void)
{
  g_autoptr (RushColumnBuilder) map = rush_column_builder_new (
      rush_type_map (&RUSH_INT32, &RUSH_INT32, FALSE), rush_allocator_system ());

  append_ints (rush_column_builder_child (map, 0), 1, 1);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*length == end*");
  g_assert_false (rush_column_builder_end_list (map, NULL)); /* a key without a value */
  g_test_assert_expected_messages ();
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*RUSH_STORAGE_STRUCT*");
  g_assert_false (rush_column_builder_end_struct (map, NULL));
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/column_builder/lists_and_maps", test_lists_and_maps);
  g_test_add_func ("/column_builder/structs", test_structs);
  g_test_add_func ("/column_builder/values_at_once", test_values_at_once);
  g_test_add_func ("/column_builder/many_nulls", test_many_nulls_in_a_struct);
  g_test_add_func ("/column_builder/decimals", test_decimals);
  g_test_add_func ("/column_builder/half_a_value", test_half_a_value_is_taken_back);
  g_test_add_func ("/column_builder/truncate", test_truncate);
  g_test_add_func ("/column_builder/nulls_refused", test_nulls_refused);
  g_test_add_func ("/column_builder/memory_refused", test_memory_refused);
  g_test_add_func ("/column_builder/misuse", test_misuse);
  return g_test_run ();
}
