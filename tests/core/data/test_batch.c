/* test_batch.c - slices, selections, projections and gathers of random batches mean what the same
 * operations on rows mean, in every layout; and only gather allocates. */
#include "core/data/builder.h"
#include "tests/core/data/table.h"

#include <string.h>

#define SEEDS 200

static Table *
table_range (const Table *table, guint start, guint length)
{
  g_autofree guint *rows = g_new (guint, length + 1);
  for (guint i = 0; i < length; i++)
    rows[i] = start + i;
  return table_pick (table, rows, length);
}

static RushBatch *
ints (const gint64 *values, guint n)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (rush_batch_builder_append_int (b, 0, values[i], NULL));
      rush_batch_builder_end_row (b);
    }
  return rush_batch_builder_finish (b, NULL);
}

/* ---- normal ---- */

static void
test_slices (void)
{
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 4, 100);
      g_autoptr (RushBatch) batch = table_build (table, rand);
      assert_batch_is (batch, table);

      guint start = (guint)g_rand_int_range (rand, 0, (gint32)table->n_rows + 1);
      guint length = (guint)g_rand_int_range (rand, 0, (gint32)(table->n_rows - start) + 1);
      g_autoptr (RushBatch) slice = rush_batch_slice (batch, start, length);
      g_autoptr (Table) part = table_range (table, start, length);
      assert_batch_is (slice, part);

      /* A slice of a slice. */
      g_autoptr (RushBatch) again = rush_batch_slice (slice, length / 3, length / 2);
      g_autoptr (Table) smaller = table_range (part, length / 3, length / 2);
      assert_batch_is (again, smaller);
    }
}

static void
test_a_slice_counts_its_own_nulls (void)
{
  RushField field = { (char *)"n", &RUSH_INT64, TRUE };
  g_autoptr (RushSchema) schema = rush_schema_new (1, &field);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  for (guint i = 0; i < 300; i++)
    {
      g_assert_true (i >= 100 && i < 110 ? rush_batch_builder_append_null (b, 0, NULL)
                                         : rush_batch_builder_append_int (b, 0, i, NULL));
      rush_batch_builder_end_row (b);
    }
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, NULL);
  for (guint start = 90; start < 112; start++)
    for (guint end = start; end < 115; end++)
      {
        g_autoptr (RushBatch) slice = rush_batch_slice (batch, start, end - start);
        guint nulls = 0;
        for (guint i = start; i < end; i++)
          nulls += i >= 100 && i < 110;
        g_assert_cmpuint (slice->columns[0]->null_count, ==, nulls);
      }
}

static void
test_selections (void)
{
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 4, 100);
      g_autoptr (RushBatch) batch = table_build (table, rand);
      guint n;

      if (batch->selection != NULL)
        continue; /* select speaks of physical rows; here they should be the table's */
      RushBuffer *even = select_even (table->n_rows, &n);
      g_autoptr (RushBatch) half = rush_batch_select (batch, even, n);
      g_autofree guint *rows = g_new (guint, n + 1);
      for (guint i = 0; i < n; i++)
        rows[i] = 2 * i;
      g_autoptr (Table) expected = table_pick (table, rows, n);
      assert_batch_is (half, expected);
      for (guint c = 0; c < table->schema->n_fields; c++)
        g_assert_true (half->columns[c] == batch->columns[c]); /* nothing is copied */
    }
}

static void
test_projection (void)
{
  static const gint64 values[] = { 1, 2, 3 };
  g_autoptr (RushBatch) one = ints (values, 3);
  g_autoptr (RushSchema) schema = rush_schema_of ("a", &RUSH_INT64, "b", &RUSH_INT64, NULL);
  const guint columns[] = { 0, 0 };
  guint n;

  g_autoptr (RushBatch) even = rush_batch_select (one, select_even (3, &n), 2);
  g_autoptr (RushBatch) twice = rush_batch_project (even, schema, columns);
  g_assert_cmpuint (twice->schema->n_fields, ==, 2);
  g_assert_cmpuint (twice->length, ==, 2);
  g_assert_cmpint (rush_column_get_int (twice->columns[1], rush_batch_row (twice, 1)), ==, 3);
}

/* ---- gather ---- */

static void
test_gather_equals_picking_rows (void)
{
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) first = table_random (rand, 5, 60);
      guint n_tables = (guint)g_rand_int_range (rand, 1, 8), n = 0;
      Table *tables[8];
      RushBatch *batches[8];

      for (guint t = 0; t < n_tables; t++)
        {
          tables[t] = table_random_like (rand, first->schema, 20 + t);
          batches[t] = table_build (tables[t], rand);
        }
      RushRowId rows[500];
      Cell *cells = g_new0 (Cell, G_N_ELEMENTS (rows) * first->schema->n_fields);
      n = (guint)g_rand_int_range (rand, 0, G_N_ELEMENTS (rows));
      for (guint i = 0; i < n; i++)
        {
          rows[i].batch = (guint32)g_rand_int_range (rand, 0, (gint32)n_tables);
          rows[i].row = (guint32)g_rand_int_range (rand, 0, (gint32)tables[rows[i].batch]->n_rows);
          for (guint c = 0; c < first->schema->n_fields; c++)
            cells[i * first->schema->n_fields + c] =
                *table_cell (tables[rows[i].batch], rows[i].row, c);
        }
      Table borrowed = { first->schema, n, cells };
      g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (G_MAXSIZE / 2, 0);
      g_autoptr (RushBatch) gathered =
          rush_batch_gather (first->schema, batches, rows, n, allocator, NULL);
      g_assert_null (gathered->selection);
      /* The new batch stands on its own: the sources may go first. */
      for (guint t = 0; t < n_tables; t++)
        rush_batch_unref (batches[t]);
      assert_batch_is (gathered, &borrowed);
      for (guint t = 0; t < n_tables; t++)
        table_free (tables[t]);
      g_free (cells);
      g_clear_pointer (&gathered, rush_batch_unref);
      g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
    }
}

/* Loops without branches read the slots of nulls too: they hold zeros, not what the source had. */
static void
test_gather_wipes_nulls (void)
{
  static const gint64 values[] = { 1, 2, 3 };
  g_autoptr (RushBatch) source = ints (values, 3);
  RushBuffer *bits = rush_buffer_new (rush_allocator_system (), 1, NULL);
  bits->bytes[0] = 0x5; /* 1, null, 3 */
  RushColumn *column = rush_column_new_plain (
      &RUSH_INT64, 3, bits, 1, rush_buffer_ref (source->columns[0]->values), NULL, 0);
  g_autoptr (RushBatch) batch = rush_batch_new (source->schema, 3, &column);
  const RushRowId rows[] = { { 0, 1 }, { 0, 2 } };

  g_autoptr (RushBatch) gathered =
      rush_batch_gather (source->schema, &batch, rows, 2, rush_allocator_system (), NULL);
  const gint64 *got = (const gint64 *)gathered->columns[0]->values->bytes;
  g_assert_cmpuint (gathered->columns[0]->null_count, ==, 1);
  g_assert_cmpint (got[0], ==, 0);
  g_assert_cmpint (got[1], ==, 3);
}

static void
test_gather_keeps_a_common_dictionary (void)
{
  static const gint64 values[] = { 100, 200, 300 };
  g_autoptr (RushBatch) words = ints (values, 3);
  RushBuffer *indices = rush_buffer_new (rush_allocator_system (), 4 * sizeof (gint32), NULL);
  const gint32 order[] = { 2, 0, 1, 2 };
  memcpy (indices->bytes, order, sizeof order);
  RushColumn *column =
      rush_column_new_dictionary (rush_column_ref (words->columns[0]), 4, NULL, 0, indices);
  g_autoptr (RushBatch) batch = rush_batch_new (words->schema, 4, &column);
  g_autoptr (RushBatch) tail = rush_batch_slice (batch, 2, 2);
  RushBatch *batches[] = { batch, tail };
  const RushRowId rows[] = { { 1, 1 }, { 0, 1 }, { 1, 0 } };

  g_autoptr (RushBatch) gathered =
      rush_batch_gather (words->schema, batches, rows, 3, rush_allocator_system (), NULL);
  g_assert_cmpint (gathered->columns[0]->layout, ==, RUSH_LAYOUT_DICTIONARY);
  g_assert_true (gathered->columns[0]->dictionary == words->columns[0]);
  g_assert_cmpint (rush_column_get_int (gathered->columns[0], 0), ==, 300);
  g_assert_cmpint (rush_column_get_int (gathered->columns[0], 1), ==, 100);
  g_assert_cmpint (rush_column_get_int (gathered->columns[0], 2), ==, 200);
}

/* Skew: all rows from one of very many batches. */
static void
test_gather_from_one_of_many (void)
{
  static const gint64 values[] = { 7, 8, 9 };
  g_autoptr (RushBatch) one = ints (values, 3);
  g_autofree RushBatch **batches = g_new (RushBatch *, 100000);
  RushRowId rows[50];

  for (guint i = 0; i < 100000; i++)
    batches[i] = one;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    rows[i] = (RushRowId){ 99999, i % 3 };
  g_autoptr (RushBatch) gathered =
      rush_batch_gather (one->schema, batches, rows, 50, rush_allocator_system (), NULL);
  for (guint i = 0; i < 50; i++)
    g_assert_cmpint (rush_column_get_int (gathered->columns[0], i), ==, values[i % 3]);
}

/* More than 2 GiB of strings need several buffers.  The copies are real, so this runs with -m slow
 * only. */
static void
test_gather_over_2_gib (void)
{
  if (!g_test_slow ())
    {
      g_test_skip ("copies 3 GiB; run with -m slow");
      return;
    }
  gsize gib = (gsize)1 << 30;
  g_autoptr (RushSchema) schema = rush_schema_of ("s", &RUSH_BINARY, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  g_autofree char *bytes = g_malloc0 (gib);
  g_autoptr (RushBuffer) buffer = rush_buffer_wrap ((guint8 *)bytes, gib, NULL, NULL);
  const RushRowId rows[] = { { 0, 0 }, { 0, 0 }, { 0, 0 } };

  bytes[0] = 'a';
  bytes[gib - 1] = 'z';
  g_assert_true (rush_batch_builder_append_bytes_shared (b, 0, buffer, 0, gib, NULL));
  rush_batch_builder_end_row (b);
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, NULL);
  g_autoptr (RushBatch) gathered =
      rush_batch_gather (schema, &batch, rows, 3, rush_allocator_system (), NULL);
  g_assert_cmpuint (gathered->columns[0]->n_data, ==, 3); /* 1 GiB each: two make 2^31 */
  for (guint i = 0; i < 3; i++)
    {
      gsize length;
      const char *got = rush_column_get_bytes (gathered->columns[0], i, &length);
      g_assert_cmpuint (length, ==, gib);
      g_assert_cmpint (got[0], ==, 'a');
      g_assert_cmpint (got[gib - 1], ==, 'z');
    }
}

/* ---- equality ---- */

static void
test_equality_over_layouts (void)
{
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 4, 50);
      g_autoptr (RushBatch) a = table_build (table, rand);
      g_autoptr (RushBatch) b = table_build (table, rand);
      g_assert_true (rush_batch_equal (a, b));
      g_assert_true (rush_batch_equal (b, a));
      if (table->n_rows == 0)
        continue;

      g_autoptr (RushBatch) shorter = rush_batch_slice (b, 0, table->n_rows - 1);
      g_assert_false (rush_batch_equal (a, shorter));

      /* One cell changed to null, or a null to a value. */
      guint at = (guint)g_rand_int_range (rand, 0, (gint32)table->n_rows);
      Cell *cell = (Cell *)table_cell (table, at, 0);
      if (table->schema->fields[0].type == &RUSH_NULL ||
          (cell->null && cell->n_items == 0 &&
           table->schema->fields[0].type->storage == RUSH_STORAGE_STRUCT))
        continue; /* there is no value to change to */
      cell->null = !cell->null;
      if (!cell->null && cell->bytes == NULL)
        cell->bytes = g_strdup ("");
      g_autoptr (RushBatch) other = table_build (table, rand);
      g_assert_false (rush_batch_equal (a, other));
    }
}

static void
test_equality_is_by_bits (void)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("x", &RUSH_FLOAT64, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  RushBatch *batches[3];
  const double values[] = { 0.0, -0.0, 0.0 };

  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (rush_batch_builder_append_double (b, 0, values[i], NULL));
      rush_batch_builder_end_row (b);
      batches[i] = rush_batch_builder_finish (b, NULL);
    }
  g_assert_false (rush_batch_equal (batches[0], batches[1]));
  g_assert_true (rush_batch_equal (batches[0], batches[2]));
  for (guint i = 0; i < 3; i++)
    rush_batch_unref (batches[i]);
}

static void
test_other_types_are_not_equal (void)
{
  static const gint64 values[] = { 1 };
  g_autoptr (RushBatch) a = ints (values, 1);
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT32, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());
  g_assert_true (rush_batch_builder_append_int (b, 0, 1, NULL));
  rush_batch_builder_end_row (b);
  g_autoptr (RushBatch) narrow = rush_batch_builder_finish (b, NULL);
  g_assert_false (rush_batch_equal (a, narrow));
}

/* ---- empty ---- */

static void
test_empty_batches (void)
{
  static const gint64 values[] = { 1, 2 };
  g_autoptr (RushBatch) two = ints (values, 2);
  g_autoptr (RushBatch) none = rush_batch_slice (two, 2, 0);
  g_autoptr (RushBatch) gathered =
      rush_batch_gather (two->schema, &two, NULL, 0, rush_allocator_system (), NULL);
  g_autofree char *text = rush_batch_to_string (none);

  g_assert_cmpuint (none->length, ==, 0);
  g_assert_true (rush_batch_equal (none, gathered));
  g_assert_cmpstr (text, ==, "n: bigint; 0 rows\n");
}

/* ---- text, memory ---- */

static void
test_text (void)
{
  RushField fields[] = { { (char *)"s", &RUSH_STRING, TRUE },
                         { (char *)"x", &RUSH_FLOAT64, TRUE },
                         { (char *)"b", &RUSH_BOOL, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (3, fields);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, rush_allocator_system ());

  g_assert_true (rush_batch_builder_append_bytes (b, 0, "say \"hi\"\n", 9, NULL));
  g_assert_true (rush_batch_builder_append_double (b, 1, 0.5, NULL));
  g_assert_true (rush_batch_builder_append_bool (b, 2, TRUE, NULL));
  rush_batch_builder_end_row (b);
  for (guint c = 0; c < 3; c++)
    g_assert_true (rush_batch_builder_append_null (b, c, NULL));
  rush_batch_builder_end_row (b);
  g_autoptr (RushBatch) batch = rush_batch_builder_finish (b, NULL);
  g_autofree char *text = rush_batch_to_string (batch);
  g_assert_cmpstr (text, ==,
                   "s: string, x: double, b: boolean; 2 rows\n"
                   "(\"say \\\"hi\\\"\\x0a\", 0.5, true)\n"
                   "(null, null, null)\n");
}

static void
test_memory_is_what_was_charged (void)
{
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (G_MAXSIZE / 2, 0);
  g_autoptr (RushSchema) schema = rush_schema_of ("s", &RUSH_STRING, "n", &RUSH_INT32, NULL);
  g_autoptr (RushBatchBuilder) b = rush_batch_builder_new (schema, allocator);
  g_autofree char *text = g_strnfill (100000, 'x');

  for (guint i = 0; i < 1000; i++)
    {
      gsize length = i % 300 == 299 ? 100000 : 15; /* the long ones cut a block short */
      g_assert_true (rush_batch_builder_append_bytes (b, 0, text, length, NULL));
      g_assert_true (rush_batch_builder_append_int (b, 1, i, NULL));
      rush_batch_builder_end_row (b);
      g_assert_cmpuint (rush_batch_builder_memory_bytes (b), ==,
                        rush_allocator_limited_in_use (allocator));
    }
  RushBatch *batch = rush_batch_builder_finish (b, NULL);
  g_assert_cmpuint (rush_batch_memory_bytes (batch), ==, rush_allocator_limited_in_use (allocator));
  rush_batch_unref (batch);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
}

/* ---- errors ---- */

typedef struct
{
  RushBatch *batches[2];
  RushRowId rows[100];
} Sources;

static gboolean
gather_sources (RushAllocator *allocator, gpointer data, GError **error)
{
  Sources *sources = data;
  g_autoptr (RushBatch) gathered = rush_batch_gather (sources->batches[0]->schema, sources->batches,
                                                      sources->rows, 100, allocator, error);
  return gathered != NULL;
}

static void
test_gather_refused (void)
{
  for (guint seed = 0; seed < 20; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) shape = table_random (rand, 6, 10);
      Sources sources;
      for (guint t = 0; t < 2; t++)
        {
          g_autoptr (Table) table = table_random_like (rand, shape->schema, 100);
          sources.batches[t] = table_build (table, rand);
        }
      for (guint i = 0; i < 100; i++)
        sources.rows[i] = (RushRowId){ i % 2, i };
      check_every_refusal (gather_sources, &sources);
      rush_batch_unref (sources.batches[0]);
      rush_batch_unref (sources.batches[1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/batch/slice", test_slices);
  g_test_add_func ("/batch/slice_nulls", test_a_slice_counts_its_own_nulls);
  g_test_add_func ("/batch/select", test_selections);
  g_test_add_func ("/batch/project", test_projection);
  g_test_add_func ("/batch/gather", test_gather_equals_picking_rows);
  g_test_add_func ("/batch/gather_nulls", test_gather_wipes_nulls);
  g_test_add_func ("/batch/gather_dictionary", test_gather_keeps_a_common_dictionary);
  g_test_add_func ("/batch/gather_one_of_many", test_gather_from_one_of_many);
  g_test_add_func ("/batch/gather_over_2_gib", test_gather_over_2_gib);
  g_test_add_func ("/batch/equal", test_equality_over_layouts);
  g_test_add_func ("/batch/equal_bits", test_equality_is_by_bits);
  g_test_add_func ("/batch/equal_types", test_other_types_are_not_equal);
  g_test_add_func ("/batch/empty", test_empty_batches);
  g_test_add_func ("/batch/text", test_text);
  g_test_add_func ("/batch/memory", test_memory_is_what_was_charged);
  g_test_add_func ("/batch/gather_refused", test_gather_refused);
  return g_test_run ();
}
