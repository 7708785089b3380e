/* Vectors in columns: what a builder writes a reader finds, as views and as one matrix; types,
 * their JSON, and values as text. */
#include "mllib/linalg/vector_column.h"

#include "core/data/encoding.h"
#include "core/data/gather.h"
#include "sql/types/type_json.h"
#include "sql/types/value_text.h"

static RushVectorBuilder *
new_builder (void)
{
  return rush_vector_builder_new (rush_allocator_system ());
}

static void
append_dense (RushVectorBuilder *builder, double a, double b)
{
  double *room = rush_vector_builder_append_dense (builder, 2);
  room[0] = a;
  room[1] = b;
}

static RushColumn *
finish (RushVectorBuilder *builder)
{
  GError *error = NULL;
  RushColumn *column = rush_vector_builder_finish (builder, &error);
  g_assert_no_error (error);
  return column;
}

/* [1,2] [3,4] … of @n rows. */
static RushColumn *
dense_column (guint n)
{
  g_autoptr (RushVectorBuilder) builder = new_builder ();
  for (guint i = 0; i < n; i++)
    append_dense (builder, 2 * i + 1, 2 * i + 2);
  return finish (builder);
}

/* [1,2], null, (4, {1: 5.5, 3: 6.5}), (3, {}). */
static RushColumn *
mixed_column (void)
{
  g_autoptr (RushVectorBuilder) builder = new_builder ();
  const gint32 indices[] = { 1, 3 };
  const double values[] = { 5.5, 6.5 };

  append_dense (builder, 1, 2);
  rush_vector_builder_append_null (builder);
  rush_vector_builder_append_sparse (builder, 4, 2, indices, values);
  rush_vector_builder_append_sparse (builder, 3, 0, NULL, NULL);
  return finish (builder);
}

static void
assert_mixed (const RushColumn *column)
{
  g_auto (RushVectorReader) reader = { 0 };
  RushVectorView view;
  guint size;

  g_assert_true (rush_vector_reader_init (&reader, column, rush_allocator_system (), NULL));
  g_assert_true (rush_vector_reader_get (&reader, 0, &view));
  g_assert_cmpuint (view.size, ==, 2);
  g_assert_null (view.indices);
  g_assert_cmpfloat (view.values[1], ==, 2);
  g_assert_false (rush_vector_reader_get (&reader, 1, &view));
  g_assert_true (rush_vector_reader_get (&reader, 2, &view));
  g_assert_cmpuint (view.size, ==, 4);
  g_assert_cmpuint (view.n_values, ==, 2);
  g_assert_cmpint (view.indices[1], ==, 3);
  g_assert_cmpfloat (view.values[0], ==, 5.5);
  g_assert_true (rush_vector_reader_get (&reader, 3, &view));
  g_assert_cmpuint (view.size, ==, 3);
  g_assert_cmpuint (view.n_values, ==, 0);
  g_assert_nonnull (view.indices);
  g_assert_null (rush_vector_reader_matrix (&reader, &size));
}

static void
test_matrix (void)
{
  g_autoptr (RushColumn) column = dense_column (1000);
  g_autoptr (RushColumn) slice = rush_column_slice (column, 10, 5);
  g_auto (RushVectorReader) reader = { 0 };
  guint size = 0;

  g_assert_true (column->type == rush_vector_type ());
  g_assert_true (rush_vector_reader_init (&reader, column, rush_allocator_system (), NULL));
  const double *matrix = rush_vector_reader_matrix (&reader, &size);
  g_assert_nonnull (matrix);
  g_assert_cmpuint (size, ==, 2);
  for (guint i = 0; i < 2000; i++)
    g_assert_cmpfloat (matrix[i], ==, i + 1);

  rush_vector_reader_clear (&reader);
  g_assert_true (rush_vector_reader_init (&reader, slice, rush_allocator_system (), NULL));
  matrix = rush_vector_reader_matrix (&reader, &size);
  g_assert_nonnull (matrix);
  g_assert_cmpfloat (matrix[0], ==, 21);
}

/* Numbers that lie as one for all are written out in the memory of who reads, and given back. */
static void
test_numbers_that_are_copied (void)
{
  enum
  {
    ROWS = 100,
    SIZE = 10
  };
  RushAllocator *system = rush_allocator_system ();
  const RushTypeField *fields = rush_type_sql_type (rush_vector_type ())->fields;
  RushBuffer *views = rush_buffer_new (system, ROWS * sizeof (RushListView), NULL);
  RushColumn *elements =
      rush_column_new_constant_double (&RUSH_FLOAT64, 2.5, ROWS * SIZE, system, NULL);

  for (gint32 i = 0; i < ROWS; i++)
    ((RushListView *)(gpointer)views->bytes)[i] = (RushListView){ i * SIZE, SIZE };
  RushColumn *children[] = {
    rush_column_new_constant_int (fields[0].type, 1, ROWS, system, NULL),
    rush_column_new_constant_null (fields[1].type, ROWS, system, NULL),
    rush_column_new_constant_null (fields[2].type, ROWS, system, NULL),
    rush_column_new_list (fields[3].type, ROWS, NULL, 0, views, &elements),
  };
  g_autoptr (RushColumn) column =
      rush_column_new_struct (rush_vector_type (), ROWS, NULL, 0, children);
  RushAllocator *little = rush_allocator_limited_new (ROWS * SIZE * sizeof (double) / 2, 0);
  RushAllocator *enough = rush_allocator_limited_new (ROWS * SIZE * sizeof (double) * 2, 0);
  g_autoptr (GError) error = NULL;
  RushVectorReader reader;
  guint size;

  g_assert_false (rush_vector_reader_init (&reader, column, little, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_true (rush_vector_reader_init (&reader, column, enough, NULL));
  g_assert_cmpuint (rush_allocator_limited_in_use (enough), >=, ROWS * SIZE * sizeof (double));
  g_assert_cmpfloat (rush_vector_reader_matrix (&reader, &size)[999], ==, 2.5);
  g_assert_cmpuint (size, ==, SIZE);
  rush_vector_reader_clear (&reader);
  g_assert_cmpuint (rush_allocator_limited_in_use (enough), ==, 0);
  g_assert_cmpuint (rush_allocator_limited_in_use (little), ==, 0);
  rush_allocator_unref (enough);
  rush_allocator_unref (little);
}

/* Rows out of order, or of several sizes, are no matrix, but can be read. */
static void
test_no_matrix (void)
{
  g_autoptr (RushColumn) column = dense_column (4);
  const guint32 rows[] = { 3, 0 };
  g_autoptr (RushColumn) taken = rush_column_take (column, rows, 2, rush_allocator_system (), NULL);
  g_autoptr (RushVectorBuilder) builder = new_builder ();
  g_auto (RushVectorReader) reader = { 0 };
  RushVectorView view;
  guint size;

  g_assert_true (rush_vector_reader_init (&reader, taken, rush_allocator_system (), NULL));
  g_assert_null (rush_vector_reader_matrix (&reader, &size));
  g_assert_true (rush_vector_reader_get (&reader, 0, &view));
  g_assert_cmpfloat (view.values[0], ==, 7);

  append_dense (builder, 1, 2);
  *rush_vector_builder_append_dense (builder, 1) = 3;
  g_autoptr (RushColumn) uneven = finish (builder);
  rush_vector_reader_clear (&reader);
  g_assert_true (rush_vector_reader_init (&reader, uneven, rush_allocator_system (), NULL));
  g_assert_null (rush_vector_reader_matrix (&reader, &size));
}

static void
test_mixed (void)
{
  g_autoptr (RushColumn) column = mixed_column ();
  assert_mixed (column);
}

/* A builder is empty after finish (), and a column may have no row. */
static void
test_empty (void)
{
  g_autoptr (RushVectorBuilder) builder = new_builder ();
  g_autoptr (RushColumn) none = finish (builder);
  g_auto (RushVectorReader) reader = { 0 };
  guint size;

  g_assert_cmpuint (none->length, ==, 0);
  g_assert_true (rush_vector_reader_init (&reader, none, rush_allocator_system (), NULL));
  g_assert_null (rush_vector_reader_matrix (&reader, &size));
  append_dense (builder, 1, 2);
  g_autoptr (RushColumn) one = finish (builder);
  g_assert_cmpuint (one->length, ==, 1);
}

static void
test_other_type (void)
{
  g_autoptr (RushColumn) column =
      rush_column_new_constant_int (&RUSH_INT32, 1, 3, rush_allocator_system (), NULL);
  g_auto (RushVectorReader) reader = { 0 };
  GError *error = NULL;

  g_assert_false (rush_vector_reader_init (&reader, column, rush_allocator_system (), &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "int"));
  g_error_free (error);
}

static void
assert_untrue (guint size, guint n, const gint32 *indices, const char *expected)
{
  g_autoptr (RushVectorBuilder) builder = new_builder ();
  const double values[] = { 1, 2, 3 };
  g_auto (RushVectorReader) reader = { 0 };
  GError *error = NULL;

  append_dense (builder, 1, 2);
  rush_vector_builder_append_sparse (builder, size, n, indices, values);
  g_autoptr (RushColumn) column = finish (builder);
  g_assert_false (rush_vector_reader_init (&reader, column, rush_allocator_system (), &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, expected));
  g_error_free (error);
}

/* Whoever reads may write to out[index]. */
static void
test_untrue_indices (void)
{
  assert_untrue (3, 1, (gint32[]){ 2000000000 },
                 "Index 2000000000 is out of bounds in a sparse vector of size 3");
  assert_untrue (3, 3, (gint32[]){ 0, 1, 3 }, "Index 3 is out of bounds");
  assert_untrue (3, 2, (gint32[]){ -1, 1 }, "Index -1 is negative");
  assert_untrue (3, 2, (gint32[]){ 1, 1 }, "Index 1 does not lie above the one before it");
  assert_untrue (0, 1, (gint32[]){ 0 }, "of size 0");
  assert_untrue (G_MAXUINT, 1, (gint32[]){ 0 }, "of size -1 has 1 indices and 1 values");
}

/* Whichever request is refused, finish () says so, nothing leaks, and the builder goes on. */
static void
test_refused (void)
{
  for (guint nth = 1; nth < 40; nth++)
    {
      RushAllocator *poor = rush_allocator_limited_new (G_MAXSIZE, nth);
      RushVectorBuilder *builder = rush_vector_builder_new (poor);
      const gint32 index = 1;
      const double value = 2;
      GError *error = NULL;

      for (guint i = 0; i < 200; i++)
        append_dense (builder, 1, 2);
      rush_vector_builder_append_sparse (builder, 9, 1, &index, &value);
      RushColumn *column = rush_vector_builder_finish (builder, &error);
      g_assert_true ((column == NULL) == (error != NULL));
      g_clear_error (&error);
      rush_column_unref (column);
      rush_vector_builder_free (builder);
      g_assert_cmpuint (rush_allocator_limited_in_use (poor), ==, 0);
      rush_allocator_unref (poor);
    }
}

/* Bytes hold the struct; who reads them knows that it is a vector. */
static void
test_encoding (void)
{
  RushColumn *column = mixed_column ();
  g_autoptr (RushSchema) schema = rush_schema_of ("v", rush_vector_type (), NULL);
  schema->fields[0].nullable = TRUE;
  g_autoptr (RushBatch) batch = rush_batch_new (schema, 4, &column);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize offset = 0;

  rush_batch_encode (batch, bytes);
  g_autoptr (RushBuffer) buffer = rush_buffer_wrap (bytes->data, bytes->len, NULL, NULL);
  g_autoptr (RushBatch) decoded =
      rush_batch_decode (buffer, &offset, schema, rush_allocator_system (), NULL);
  g_assert_nonnull (decoded);
  g_assert_true (decoded->columns[0]->type == rush_vector_type ());
  assert_mixed (decoded->columns[0]);
}

static void
test_types (void)
{
  const RushType *vector = rush_vector_type ();
  g_autofree char *json = rush_type_to_json (vector);
  g_autofree char *matrix = rush_type_to_json (rush_matrix_type ());

  g_assert_true (vector == rush_vector_type ());
  g_assert_cmpstr (vector->name, ==, "vector");
  g_assert_cmpstr (rush_matrix_type ()->name, ==, "matrix");
  g_assert_true (rush_type_from_json (json, -1, NULL) == vector);
  g_assert_true (rush_type_from_json (matrix, -1, NULL) == rush_matrix_type ());
  g_assert_true (g_str_has_prefix (
      json, "{\"type\":\"udt\",\"class\":\"org.apache.spark.ml.linalg.VectorUDT\","
            "\"pyClass\":\"pyspark.ml.linalg.VectorUDT\",\"sqlType\":{\"type\":\"struct\""));
}

static void
assert_text (const RushColumn *column, guint row, const char *expected)
{
  g_autofree char *text =
      rush_value_to_text (column, row, RUSH_TEXT_CAST_ANSI, rush_time_zone_utc ());
  g_assert_cmpstr (text, ==, expected);
}

static void
test_text (void)
{
  g_autoptr (RushColumn) column = mixed_column ();

  assert_text (column, 0, "[1.0,2.0]");
  assert_text (column, 2, "(4,[1,3],[5.5,6.5])");
  assert_text (column, 3, "(3,[],[])");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rush_vector_text_register ();
  g_test_add_func ("/vector_column/copied_numbers", test_numbers_that_are_copied);
  g_test_add_func ("/vector_column/matrix", test_matrix);
  g_test_add_func ("/vector_column/no_matrix", test_no_matrix);
  g_test_add_func ("/vector_column/mixed", test_mixed);
  g_test_add_func ("/vector_column/empty", test_empty);
  g_test_add_func ("/vector_column/other_type", test_other_type);
  g_test_add_func ("/vector_column/untrue_indices", test_untrue_indices);
  g_test_add_func ("/vector_column/refused", test_refused);
  g_test_add_func ("/vector_column/encoding", test_encoding);
  g_test_add_func ("/vector_column/types", test_types);
  g_test_add_func ("/vector_column/text", test_text);
  return g_test_run ();
}
