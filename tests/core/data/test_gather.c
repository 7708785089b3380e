/* test_gather.c - rows taken, gathered, joined and flattened are the rows that were asked for, in
 * every layout and type; nothing leaks when memory is refused anywhere on the way. */
#include "core/data/gather.h"
#include "core/data/column_builder.h"
#include "tests/core/data/table.h"

/* ---- one column of random cells ---- */

typedef struct
{
  Table *table; /* one column */
  RushBatch *batch;
  RushColumn *column; /* of the rows of the table, without a selection */
} Subject;

static void
subject_init (Subject *self, GRand *rand, RushSchema *schema, guint n_rows)
{
  self->table = table_random_like (rand, schema, n_rows);
  /* A batch with a selection has other rows in its column: try again. */
  for (self->batch = table_build (self->table, rand); self->batch->selection != NULL;
       self->batch = table_build (self->table, rand))
    rush_batch_unref (self->batch);
  self->column = self->batch->columns[0];
}

static void
subject_clear (Subject *self)
{
  table_free (self->table);
  rush_batch_unref (self->batch);
}

static RushSchema *
schema_of_one (GRand *rand)
{
  return rush_schema_of ("v", random_type (rand, 3), NULL);
}

static const Cell *
cell_at (const Subject *self, guint32 row)
{
  static const Cell null = { .null = TRUE };
  return row == RUSH_NO_ROW ? &null : table_cell (self->table, row, 0);
}

/* The column holds these cells; checked by way of a column that was built of them. */
static void
assert_column_is (const RushColumn *column, const Cell *const *cells, guint n)
{
  g_autoptr (RushColumn) expected = plain_column (column->type, cells, n);

  g_assert_cmpuint (column->length, ==, n);
  g_assert_true (rush_column_equal (column, expected));
}

/* ---- take ---- */

static void
test_take (void)
{
  for (guint seed = 0; seed < 300; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (RushSchema) schema = schema_of_one (rand);
      guint n_rows = (guint)g_rand_int_range (rand, 0, 60),
            n = (guint)g_rand_int_range (rand, 0, 90);
      gboolean with_none = n_rows == 0 || g_rand_boolean (rand);
      guint32 rows[90];
      const Cell *cells[90];
      Subject subject;

      subject_init (&subject, rand, schema, n_rows);
      for (guint i = 0; i < n; i++)
        {
          gboolean none = n_rows == 0 || (with_none && g_rand_int_range (rand, 0, 4) == 0);
          rows[i] = none ? RUSH_NO_ROW : (guint32)g_rand_int_range (rand, 0, (gint32)n_rows);
          cells[i] = cell_at (&subject, rows[i]);
        }
      g_autoptr (RushColumn) taken =
          rush_column_take (subject.column, rows, n, rush_allocator_system (), NULL);
      assert_column_is (taken, cells, n);
      subject_clear (&subject);
    }
}

/* What was taken, and what shares its strings and elements, outlives the source. */
static void
test_taken_outlives_its_source (void)
{
  static const guint32 rows[] = { 1, RUSH_NO_ROW, 1 };
  g_autoptr (RushColumnBuilder) b =
      rush_column_builder_new (rush_type_array (&RUSH_STRING, FALSE), rush_allocator_system ());

  for (guint i = 0; i < 2; i++)
    {
      RushColumnBuilder *elements = rush_column_builder_child (b, 0);
      g_assert_true (
          rush_column_builder_append_bytes (elements, "longer than twelve bytes", 24, NULL));
      g_assert_true (rush_column_builder_end_list (b, NULL));
    }
  RushColumn *source = rush_column_builder_finish (b);
  g_autoptr (RushColumn) taken = rush_column_take (source, rows, 3, rush_allocator_system (), NULL);
  rush_column_unref (source);
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < 3; i++)
    rush_column_append_text (taken, i, text);
  g_assert_cmpstr (text->str, ==,
                   "[\"longer than twelve bytes\"]null[\"longer than twelve bytes\"]");
}

static void
test_compact (void)
{
  for (guint seed = 0; seed < 200; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (Table) table = table_random (rand, 3, 200);
      g_autoptr (RushBatch) batch = table_build (table, rand);
      g_autoptr (RushBatch) compact = rush_batch_compact (batch, rush_allocator_system (), NULL);

      g_assert_null (compact->selection);
      g_assert_true (batch->selection != NULL || compact == batch);
      assert_batch_is (compact, table);
    }
}

/* ---- gather and concat ---- */

#define N_SOURCES 4

static void
test_gather_and_concat (void)
{
  for (guint seed = 0; seed < 300; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (RushSchema) schema = schema_of_one (rand);
      Subject subjects[N_SOURCES];
      RushColumn *columns[N_SOURCES];
      const Cell *cells[N_SOURCES * 40];
      RushRowId rows[70];
      guint total = 0;

      for (guint s = 0; s < N_SOURCES; s++)
        {
          subject_init (&subjects[s], rand, schema, (guint)g_rand_int_range (rand, 1, 40));
          columns[s] = subjects[s].column;
          for (guint i = 0; i < columns[s]->length; i++)
            cells[total++] = cell_at (&subjects[s], i);
        }
      g_autoptr (RushColumn) joined =
          rush_column_concat (columns, N_SOURCES, rush_allocator_system (), NULL);
      assert_column_is (joined, cells, total);

      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          rows[i].batch = (guint32)g_rand_int_range (rand, 0, N_SOURCES);
          rows[i].row = (guint32)g_rand_int_range (rand, 0, (gint32)columns[rows[i].batch]->length);
          cells[i] = cell_at (&subjects[rows[i].batch], rows[i].row);
        }
      g_autoptr (RushColumn) gathered = rush_column_gather (
          columns, N_SOURCES, rows, G_N_ELEMENTS (rows), rush_allocator_system (), NULL);
      assert_column_is (gathered, cells, G_N_ELEMENTS (rows));
      for (guint s = 0; s < N_SOURCES; s++)
        subject_clear (&subjects[s]);
    }
}

/* Longer than any batch. */
static void
test_long_columns (void)
{
  enum
  {
    ROWS = 30000
  };
  g_autoptr (RushColumnBuilder) b =
      rush_column_builder_new (&RUSH_STRING, rush_allocator_system ());
  g_autofree guint32 *rows = g_new (guint32, 2 * ROWS);

  for (guint i = 0; i < ROWS; i++)
    {
      char word[40];
      int length = g_snprintf (word, sizeof word, i % 2 ? "%u" : "the longer word number %u", i);
      g_assert_true (rush_column_builder_append_bytes (b, word, (gsize)length, NULL));
    }
  g_autoptr (RushColumn) column = rush_column_builder_finish (b);
  RushColumn *const twice[] = { column, column };
  g_autoptr (RushColumn) joined = rush_column_concat (twice, 2, rush_allocator_system (), NULL);
  g_assert_cmpuint (joined->n_data, ==, 1);
  for (guint i = 0; i < 2 * ROWS; i++)
    rows[i] = 2 * ROWS - 1 - i;
  g_autoptr (RushColumn) back =
      rush_column_take (joined, rows, 2 * ROWS, rush_allocator_system (), NULL);
  for (guint i = 0; i < 2 * ROWS; i++)
    rows[i] = (ROWS - 1 - i % ROWS);
  g_autoptr (RushColumn) expected =
      rush_column_take (column, rows, 2 * ROWS, rush_allocator_system (), NULL);
  g_assert_true (rush_column_equal (back, expected));
}

/* ---- flatten, and fields of structs ---- */

static void
test_flatten (void)
{
  for (guint seed = 0; seed < 200; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (RushSchema) schema = schema_of_one (rand);
      Subject subject;

      subject_init (&subject, rand, schema, 50);
      g_autoptr (RushColumn) flat =
          rush_column_flatten (subject.column, rush_allocator_system (), NULL);
      g_assert_true (flat->layout == RUSH_LAYOUT_PLAIN || flat->type == &RUSH_NULL);
      g_assert_true (rush_column_equal (flat, subject.column));
      g_assert_true (subject.column->layout != RUSH_LAYOUT_PLAIN || flat == subject.column);
      subject_clear (&subject);
    }
}

static void
test_struct_fields (void)
{
  static const Cell null = { .null = TRUE };

  for (guint seed = 0; seed < 300; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      const RushTypeField fields[] = { { "a", &RUSH_INT32, TRUE },
                                       { "b", random_type (rand, 2), TRUE } };
      g_autoptr (RushSchema) schema = rush_schema_of ("v", rush_type_struct (2, fields), NULL);
      const Cell *cells[60];
      Subject subject;

      subject_init (&subject, rand, schema, 60);
      for (guint f = 0; f < 2; f++)
        {
          for (guint i = 0; i < 60; i++)
            {
              const Cell *cell = cell_at (&subject, i);
              cells[i] = cell->null ? &null : &cell->items[f];
            }
          g_autoptr (RushColumn) field =
              rush_column_struct_field (subject.column, f, rush_allocator_system (), NULL);
          assert_column_is (field, cells, 60);
        }
      subject_clear (&subject);
    }
}

/* ---- refusals ---- */

typedef struct
{
  RushColumn *columns[2];
} Pair;

static gboolean
do_everything (RushAllocator *allocator, gpointer data, GError **error)
{
  static const guint32 rows[] = { 3, RUSH_NO_ROW, 0, 3 };
  static const RushRowId ids[] = { { 1, 3 }, { 0, 0 }, { 1, 1 } };
  Pair *pair = data;
  g_autoptr (RushColumn) joined = rush_column_concat (pair->columns, 2, allocator, error);
  if (joined == NULL)
    return FALSE;
  g_autoptr (RushColumn) taken = rush_column_take (joined, rows, 4, allocator, error);
  if (taken == NULL)
    return FALSE;
  g_autoptr (RushColumn) gathered = rush_column_gather (pair->columns, 2, ids, 3, allocator, error);
  if (gathered == NULL)
    return FALSE;
  g_autoptr (RushColumn) flat = rush_column_flatten (pair->columns[0], allocator, error);
  if (flat == NULL)
    return FALSE;
  if (flat->type->storage != RUSH_STORAGE_STRUCT || flat->type->n_fields == 0)
    return TRUE;
  g_autoptr (RushColumn) field = rush_column_struct_field (flat, 0, allocator, error);
  return field != NULL;
}

static void
test_refusals (void)
{
  for (guint seed = 0; seed < 60; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (RushSchema) schema = schema_of_one (rand);
      Subject a, b;

      subject_init (&a, rand, schema, 10);
      subject_init (&b, rand, schema, 10);
      Pair pair = { { a.column, b.column } };
      check_every_refusal (do_everything, &pair);
      subject_clear (&a);
      subject_clear (&b);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gather/take", test_take);
  g_test_add_func ("/gather/taken_outlives_its_source", test_taken_outlives_its_source);
  g_test_add_func ("/gather/compact", test_compact);
  g_test_add_func ("/gather/gather_and_concat", test_gather_and_concat);
  g_test_add_func ("/gather/long_columns", test_long_columns);
  g_test_add_func ("/gather/flatten", test_flatten);
  g_test_add_func ("/gather/struct_fields", test_struct_fields);
  g_test_add_func ("/gather/refusals", test_refusals);
  return g_test_run ();
}
