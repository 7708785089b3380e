/* test_features.c - the transformers' functions over batches: whole ones, parts of them, other
 * layouts, nulls, and what they refuse.  tests/py/test_ml_features.py holds them against Spark. */
#include "core/data/column_builder.h"
#include "mllib/feature/features.h"
#include "mllib/linalg/vector_column.h"
#include "sql/evaluate/evaluate.h"

#include <math.h>

typedef struct
{
  RushAllocator *allocator;
  RushEvalContext *ctx;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->allocator = rush_allocator_system ();
  self->ctx = rush_eval_context_new (NULL, self->allocator, "UTC");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_eval_context_free (self->ctx);
}

/* ---- columns and parameters ---- */

static RushColumn *
doubles (Fixture *self, guint n, const double *values)
{
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (&RUSH_FLOAT64, self->allocator);

  for (guint i = 0; i < n; i++)
    if (values[i] == -99) /* stands for null here */
      g_assert_true (rush_column_builder_append_null (builder, NULL));
    else
      g_assert_true (rush_column_builder_append_double (builder, values[i], NULL));
  return rush_column_builder_finish (builder);
}

static RushColumn *
strings (Fixture *self, guint n, const char *const *values)
{
  g_autoptr (RushColumnBuilder) builder = rush_column_builder_new (&RUSH_STRING, self->allocator);

  for (guint i = 0; i < n; i++)
    if (values[i] == NULL)
      g_assert_true (rush_column_builder_append_null (builder, NULL));
    else
      g_assert_true (
          rush_column_builder_append_bytes (builder, values[i], strlen (values[i]), NULL));
  return rush_column_builder_finish (builder);
}

/* A literal: an array of one column's values. */
static RushExpr *
array_of (Fixture *self, RushColumn *values)
{
  g_autoptr (RushColumnBuilder) builder =
      rush_column_builder_new (rush_type_array (values->type, TRUE), self->allocator);

  for (guint i = 0; i < values->length; i++)
    g_assert_true (
        rush_column_builder_append_from (rush_column_builder_child (builder, 0), values, i, NULL));
  g_assert_true (rush_column_builder_end_list (builder, NULL));
  rush_column_unref (values);
  return rush_expr_literal (rush_column_builder_finish (builder));
}

/* What a call gives for rows of @column, of which @rows count (NULL: all). */
static RushColumn *
call (Fixture *self, const char *name, const RushType *type, RushColumn *column,
      const RushRows *rows, guint n_parameters, RushExpr **parameters, GError **error)
{
  RushField field = { (char *)"c", column->type, TRUE };
  g_autoptr (RushSchema) schema = rush_schema_new (1, &field);
  RushExpr *args[8] = { rush_expr_bound (0, column->type, TRUE, "c") };

  for (guint i = 0; i < n_parameters; i++)
    args[1 + i] = parameters[i];
  const RushFunction *function = rush_function_find (name);
  g_assert_nonnull (function);
  g_assert_true (function->internal);
  g_autoptr (RushExpr) expr =
      rush_expr_function (function, name, type, TRUE, RUSH_EVAL_ANSI, 1 + n_parameters, args);
  g_autoptr (RushBatch) batch =
      rush_batch_new (schema, column->length, (RushColumn *[]){ rush_column_ref (column) });
  return rows != NULL ? rush_evaluate_rows (expr, batch, rows, self->ctx, error)
                      : rush_evaluate (expr, batch, self->ctx, error);
}

/* ---- buckets ---- */

static RushColumn *
buckets (Fixture *self, RushColumn *values, const RushRows *rows, gboolean keep, GError **error)
{
  RushExpr *parameters[] = { rush_expr_literal_int (&RUSH_INT32, 0),
                             array_of (self, doubles (self, 3, (double[]){ 0, 5, 10 })),
                             rush_expr_literal_bool (keep) };

  return call (self, "ml_bucket", &RUSH_FLOAT64, values, rows, 3, parameters, error);
}

static void
test_buckets (Fixture *self, gconstpointer data)
{
  const double values[] = { 0, 4.9, 5, 10, -99, NAN };
  g_autoptr (RushColumn) column = doubles (self, 6, values);
  g_autoptr (RushColumn) found = buckets (self, column, NULL, TRUE, NULL);

  g_assert_nonnull (found);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpint (rush_column_is_valid (found, i), ==, i != 4);
  g_assert_cmpfloat (rush_column_get_double (found, 0), ==, 0);
  g_assert_cmpfloat (rush_column_get_double (found, 1), ==, 0);
  g_assert_cmpfloat (rush_column_get_double (found, 2), ==, 1);
  g_assert_cmpfloat (rush_column_get_double (found, 3), ==, 1);
  g_assert_cmpfloat (rush_column_get_double (found, 5), ==, 2);
}

static void
test_refused_buckets (Fixture *self, gconstpointer data)
{
  const double values[] = { 11, 1, NAN };
  static const guint16 positions[] = { 1 };
  const RushRows second = { positions, 1, 3 };
  g_autoptr (RushColumn) column = doubles (self, 3, values);
  g_autoptr (RushColumn) one = buckets (self, column, &second, FALSE, NULL);
  g_autoptr (GError) error = NULL;

  /* Rows that do not count raise nothing. */
  g_assert_nonnull (one);
  g_assert_cmpfloat (rush_column_get_double (one, 1), ==, 0);
  g_assert_null (buckets (self, column, NULL, TRUE, &error));
  g_assert_nonnull (strstr (error->message, "[FAILED_EXECUTE_UDF]"));
  g_assert_nonnull (
      strstr (error->message, "Feature value 11.0 out of Bucketizer bounds [0.0, 10.0]."));
}

/* ---- labels ---- */

static RushColumn *
places (Fixture *self, RushColumn *values, gboolean keep, GError **error)
{
  static const char *const labels[] = { "red", "green", "a label that is no inline one" };
  RushExpr *parameters[] = { array_of (self, strings (self, 3, labels)),
                             rush_expr_literal_bool (keep) };

  return call (self, "ml_string_index", &RUSH_FLOAT64, values, NULL, 2, parameters, error);
}

static void
test_places (Fixture *self, gconstpointer data)
{
  static const char *const values[] = { "green", "a label that is no inline one", "red", NULL,
                                        "blue" };
  const double wanted[] = { 1, 2, 0, 3, 3 };
  g_autoptr (RushColumn) column = strings (self, 5, values);
  g_autoptr (RushColumn) found = places (self, column, TRUE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (found);
  g_assert_cmpuint (found->null_count, ==, 0);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpfloat (rush_column_get_double (found, i), ==, wanted[i]);

  g_assert_null (places (self, column, FALSE, &error));
  g_assert_nonnull (strstr (error->message, "StringIndexer encountered NULL value."));
}

/* A dictionary may have values that no row has: they are no error. */
static void
test_places_of_a_dictionary (Fixture *self, gconstpointer data)
{
  static const char *const values[] = { "blue", "green", "red" };
  const gint32 indices[] = { 1, 2, 2, 1 };
  RushBuffer *buffer = rush_buffer_new (self->allocator, sizeof indices, NULL);
  memcpy (buffer->bytes, indices, sizeof indices);
  g_autoptr (RushColumn) column =
      rush_column_new_dictionary (strings (self, 3, values), 4, NULL, 0, buffer);
  g_autoptr (RushColumn) slice = rush_column_slice (column, 1, 3);
  g_autoptr (RushColumn) found = places (self, slice, FALSE, NULL);

  g_assert_nonnull (found);
  g_assert_cmpfloat (rush_column_get_double (found, 0), ==, 0);
  g_assert_cmpfloat (rush_column_get_double (found, 2), ==, 1);
}

/* ---- vectors ---- */

static void
assert_vector (const RushColumn *column, guint row, guint size, guint n, const gint32 *indices,
               const double *values)
{
  g_auto (RushVectorReader) reader = { NULL };
  RushVectorView view;

  g_assert_true (rush_vector_reader_init (&reader, column, rush_allocator_system (), NULL));
  g_assert_true (rush_vector_reader_get (&reader, row, &view));
  g_assert_cmpuint (view.size, ==, size);
  g_assert_cmpuint (view.n_values, ==, n);
  g_assert_cmpint (view.indices != NULL, ==, indices != NULL);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpfloat (view.values[i], ==, values[i]);
      if (indices != NULL)
        g_assert_cmpint (view.indices[i], ==, indices[i]);
    }
}

static void
test_one_hot (Fixture *self, gconstpointer data)
{
  const double values[] = { 0, 3, -99, 9 };
  g_autoptr (RushColumn) column = doubles (self, 4, values);
  RushExpr *parameters[] = { rush_expr_literal_int (&RUSH_INT32, 0),
                             rush_expr_literal_int (&RUSH_INT32, 4),
                             rush_expr_literal_int (&RUSH_INT32, 4),
                             rush_expr_literal_bool (TRUE) };
  g_autoptr (RushColumn) found =
      call (self, "ml_one_hot", rush_vector_type (), column, NULL, 4, parameters, NULL);

  g_assert_nonnull (found);
  assert_vector (found, 0, 4, 1, (gint32[]){ 0 }, (double[]){ 1 });
  assert_vector (found, 1, 4, 1, (gint32[]){ 3 }, (double[]){ 1 });
  g_assert_false (rush_column_is_valid (found, 2));
  assert_vector (found, 3, 4, 0, (gint32[]){ 0 }, NULL); /* its place is dropped */
}

/* Two rows, [1, 0, 0, 0, 0, 0] twice: sparse and dense. */
static RushColumn *
two_vectors (Fixture *self)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (self->allocator);
  const gint32 first = 0;
  const double one = 1;

  rush_vector_builder_append_sparse (builder, 6, 1, &first, &one);
  double *dense = rush_vector_builder_append_dense (builder, 6);
  memset (dense, 0, 6 * sizeof *dense);
  dense[0] = 1;
  return rush_vector_builder_finish (builder, NULL);
}

static RushColumn *
scaled (Fixture *self, RushColumn *vectors, RushExpr *shift, RushExpr *scale, GError **error)
{
  RushExpr *parameters[] = { shift, scale };

  return call (self, "ml_scale", rush_vector_type (), vectors, NULL, 2, parameters, error);
}

static void
test_scales (Fixture *self, gconstpointer data)
{
  const double twos[] = { 2, 2, 2, 2, 2, 2 };
  g_autoptr (RushColumn) vectors = two_vectors (self);
  g_autoptr (RushColumn) stretched =
      scaled (self, vectors, rush_expr_literal_null (rush_type_array (&RUSH_FLOAT64, TRUE)),
              array_of (self, doubles (self, 6, twos)), NULL);
  g_autoptr (RushColumn) moved =
      scaled (self, vectors, array_of (self, doubles (self, 6, twos)),
              rush_expr_literal_null (rush_type_array (&RUSH_FLOAT64, TRUE)), NULL);
  g_autoptr (GError) error = NULL;

  /* Sparse stays sparse without a shift. */
  assert_vector (stretched, 0, 6, 1, (gint32[]){ 0 }, (double[]){ 2 });
  assert_vector (stretched, 1, 6, 6, NULL, (double[]){ 2, 0, 0, 0, 0, 0 });
  assert_vector (moved, 0, 6, 6, NULL, (double[]){ -1, -2, -2, -2, -2, -2 });
  assert_vector (moved, 1, 6, 6, NULL, (double[]){ -1, -2, -2, -2, -2, -2 });

  g_assert_null (scaled (self, vectors, array_of (self, doubles (self, 3, twos)),
                         array_of (self, doubles (self, 3, twos)), &error));
  g_assert_nonnull (strstr (error->message, "Index 3 out of bounds for length 3"));
}

static void
test_min_max (Fixture *self, gconstpointer data)
{
  const double mins[] = { 0, 0, 0, 0, 0, 0 }, scales[] = { 1, 1, 1, 1, 1, 0 };
  g_autoptr (RushColumn) vectors = two_vectors (self);
  RushExpr *parameters[] = { array_of (self, doubles (self, 6, mins)),
                             array_of (self, doubles (self, 6, scales)),
                             rush_expr_literal_double (0), rush_expr_literal_double (0.5) };
  g_autoptr (RushColumn) found =
      call (self, "ml_min_max_scale", rush_vector_type (), vectors, NULL, 4, parameters, NULL);

  /* Two of six are not 0, and 1.5 × 3 < 6. */
  assert_vector (found, 0, 6, 2, (gint32[]){ 0, 5 }, (double[]){ 1, 0.5 });
  assert_vector (found, 1, 6, 2, (gint32[]){ 0, 5 }, (double[]){ 1, 0.5 });
}

/* ---- assembling ---- */

static RushColumn *
assembled (Fixture *self, gboolean keep, GError **error)
{
  const double numbers[] = { 7, -99 };
  RushTypeField fields[] = { { (char *)"x", &RUSH_FLOAT64, TRUE },
                             { (char *)"v", rush_vector_type (), TRUE } };
  g_autoptr (RushColumn) column =
      rush_column_new_struct (rush_type_struct (2, fields), 2, NULL, 0,
                              (RushColumn *[]){ doubles (self, 2, numbers), two_vectors (self) });
  RushExpr *parameters[] = { array_of (self, doubles (self, 2, (double[]){ 1, 6 })),
                             rush_expr_literal_bool (keep) };

  return call (self, "ml_assemble", rush_vector_type (), column, NULL, 2, parameters, error);
}

/* Numbers, dense vectors of two and a constant, of which @rows count (NULL: all). */
static RushColumn *
assembled_strips (Fixture *self, guint n, const double *numbers, const RushRows *rows,
                  gboolean keep, GError **error)
{
  RushTypeField fields[] = { { (char *)"x", &RUSH_FLOAT64, TRUE },
                             { (char *)"v", rush_vector_type (), TRUE },
                             { (char *)"c", &RUSH_FLOAT64, TRUE } };
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (self->allocator);
  double *matrix = rush_vector_builder_append_matrix (builder, n, 2);

  for (guint i = 0; i < 2 * n; i++)
    matrix[i] = 100 + i;
  g_autoptr (RushColumn) column = rush_column_new_struct (
      rush_type_struct (3, fields), n, NULL, 0,
      (RushColumn *[]){
          doubles (self, n, numbers), rush_vector_builder_finish (builder, NULL),
          rush_column_new_constant_double (&RUSH_FLOAT64, 5, n, self->allocator, NULL) });
  RushExpr *parameters[] = { array_of (self, doubles (self, 3, (double[]){ 1, 2, 1 })),
                             rush_expr_literal_bool (keep) };

  return call (self, "ml_assemble", rush_vector_type (), column, rows, 2, parameters, error);
}

/* As a matrix, and row by row, where not all rows count or one is not a plain number. */
static void
test_assembles_strips (Fixture *self, gconstpointer data)
{
  enum
  {
    N = 3000
  };
  g_autofree double *numbers = g_new0 (double, N);
  static const guint16 positions[] = { 1, 2999 };
  const RushRows two = { positions, 2, N };
  g_auto (RushVectorReader) reader = { NULL };
  g_autoptr (GError) error = NULL;
  guint size;

  g_autoptr (RushColumn) all = assembled_strips (self, N, numbers, NULL, FALSE, NULL);
  g_assert_true (rush_vector_reader_init (&reader, all, rush_allocator_system (), NULL));
  g_assert_nonnull (rush_vector_reader_matrix (&reader, &size));
  g_assert_cmpuint (size, ==, 4);
  assert_vector (all, 0, 4, 4, NULL, (double[]){ 0, 100, 101, 5 });
  assert_vector (all, 2999, 4, 4, NULL, (double[]){ 0, 6098, 6099, 5 });

  g_autoptr (RushColumn) some = assembled_strips (self, N, numbers, &two, FALSE, NULL);
  assert_vector (some, 1, 4, 4, NULL, (double[]){ 0, 102, 103, 5 });
  assert_vector (some, 2999, 4, 4, NULL, (double[]){ 0, 6098, 6099, 5 });

  numbers[2500] = NAN;
  g_assert_null (assembled_strips (self, N, numbers, NULL, FALSE, &error));
  g_assert_nonnull (strstr (error->message, "Encountered NaN while assembling a row"));
  numbers[2500] = -99;
  g_autoptr (RushColumn) kept = assembled_strips (self, N, numbers, NULL, TRUE, NULL);
  assert_vector (kept, 2499, 4, 4, NULL, (double[]){ 0, 5098, 5099, 5 });
  g_assert_true (rush_column_is_valid (kept, 2500));
}

static void
test_assembles (Fixture *self, gconstpointer data)
{
  g_autoptr (RushColumn) found = assembled (self, TRUE, NULL);
  g_autoptr (GError) error = NULL;
  g_auto (RushVectorReader) reader = { NULL };
  RushVectorView view;

  assert_vector (found, 0, 7, 2, (gint32[]){ 0, 1 }, (double[]){ 7, 1 });
  g_assert_true (rush_vector_reader_init (&reader, found, rush_allocator_system (), NULL));
  g_assert_true (rush_vector_reader_get (&reader, 1, &view));
  g_assert_cmpuint (view.n_values, ==, 2);
  g_assert_true (isnan (view.values[0]));

  g_assert_null (assembled (self, FALSE, &error));
  g_assert_nonnull (strstr (error->message, "Encountered null while assembling a row"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rush_features_register ();
#define ADD(path, test) g_test_add ("/mllib/feature/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("buckets", test_buckets);
  ADD ("refused-buckets", test_refused_buckets);
  ADD ("places", test_places);
  ADD ("places-of-a-dictionary", test_places_of_a_dictionary);
  ADD ("one-hot", test_one_hot);
  ADD ("scales", test_scales);
  ADD ("min-max", test_min_max);
  ADD ("assembles", test_assembles);
  ADD ("assembles-strips", test_assembles_strips);
  return g_test_run ();
}
