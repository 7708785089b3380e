/* test_linear_model.c - what models compute over columns: predictions, raw scores, probabilities.
 *
 *   normal    matrices and rows, one set of coefficients and several
 *   empty     no rows, vectors without features
 *   nulls     a null vector is an error of the model's
 *   misuse    a vector of another size
 */
#include "mllib/classification/logistic_functions.h"

#include "core/data/column_builder.h"
#include "mllib/regression/linear_model.h"
#include "sql/evaluate/evaluate.h"

#include <math.h>
#include <string.h>

static RushExpr *
array_of (guint n, const double *values)
{
  g_autoptr (RushColumnBuilder) builder =
      rush_column_builder_new (rush_type_array (&RUSH_FLOAT64, FALSE), rush_allocator_system ());

  g_assert_true (
      rush_column_builder_append_values (rush_column_builder_child (builder, 0), values, n, NULL));
  g_assert_true (rush_column_builder_end_list (builder, NULL));
  return rush_expr_literal (rush_column_builder_finish (builder));
}

/* Rows [i, 10 i]; every third one is sparse if @mixed. */
static RushColumn *
vectors_of (guint n, gboolean mixed)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (rush_allocator_system ());

  for (guint i = 0; i < n; i++)
    {
      const double values[] = { i, 10.0 * i };

      if (mixed && i % 3 == 0)
        rush_vector_builder_append_sparse (builder, 2, 2, (const gint32[]){ 0, 1 }, values);
      else
        memcpy (rush_vector_builder_append_dense (builder, 2), values, sizeof values);
    }
  return rush_vector_builder_finish (builder, NULL);
}

static RushColumn *
call (const char *name, const RushType *type, RushColumn *column, const RushRows *rows, guint n,
      RushExpr **parameters, GError **error)
{
  RushField field = { (char *)"c", column->type, TRUE };
  g_autoptr (RushSchema) schema = rush_schema_new (1, &field);
  g_autoptr (RushEvalContext) ctx = rush_eval_context_new (NULL, rush_allocator_system (), "UTC");
  RushExpr *args[4] = { rush_expr_bound (0, column->type, TRUE, "c") };
  const RushFunction *function = rush_function_find (name);

  g_assert_nonnull (function);
  for (guint i = 0; i < n; i++)
    args[1 + i] = parameters[i];
  g_autoptr (RushExpr) expr =
      rush_expr_function (function, name, type, TRUE, RUSH_EVAL_ANSI, 1 + n, args);
  g_autoptr (RushBatch) batch =
      rush_batch_new (schema, column->length, (RushColumn *[]){ rush_column_ref (column) });
  return rows != NULL ? rush_evaluate_rows (expr, batch, rows, ctx, error)
                      : rush_evaluate (expr, batch, ctx, error);
}

static RushColumn *
predict (RushColumn *vectors, const RushRows *rows, guint n_coefficients, GError **error)
{
  RushExpr *parameters[] = { array_of (n_coefficients, (double[]){ 2, -0.5, 9 }),
                             rush_expr_literal_double (1) };

  return call ("ml_linear_prediction", &RUSH_FLOAT64, vectors, rows, 2, parameters, error);
}

static void
test_predictions (void)
{
  for (guint mixed = 0; mixed < 2; mixed++)
    {
      static const guint16 positions[] = { 2, 40 };
      const RushRows two = { positions, 2, 50 };
      g_autoptr (RushColumn) vectors = vectors_of (50, mixed);
      g_autoptr (RushColumn) all = predict (vectors, NULL, 2, NULL);
      g_autoptr (RushColumn) some = predict (vectors, &two, 2, NULL);

      for (guint i = 0; i < 50; i++)
        g_assert_cmpfloat (rush_column_get_double (all, i), ==, 1 + 2.0 * i - 5.0 * i);
      g_assert_cmpfloat (rush_column_get_double (some, 2), ==, -5);
      g_assert_cmpfloat (rush_column_get_double (some, 40), ==, -119);
    }
}

static void
test_no_rows (void)
{
  g_autoptr (RushColumn) vectors = vectors_of (0, FALSE);
  g_autoptr (RushColumn) found = predict (vectors, NULL, 2, NULL);

  g_assert_cmpuint (found->length, ==, 0);
}

static void
test_no_features (void)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (rush_allocator_system ());

  rush_vector_builder_append_dense (builder, 0);
  g_autoptr (RushColumn) vectors = rush_vector_builder_finish (builder, NULL);
  g_autoptr (RushColumn) found = predict (vectors, NULL, 0, NULL);
  g_assert_cmpfloat (rush_column_get_double (found, 0), ==, 1);
}

static void
test_refused (void)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (rush_allocator_system ());
  g_autoptr (RushColumn) vectors = vectors_of (5, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_null (predict (vectors, NULL, 3, &error));
  g_assert_nonnull (strstr (error->message, "FAILED_EXECUTE_UDF"));
  g_assert_nonnull (strstr (error->message, "x.size = 2, y.size = 3"));
  g_clear_error (&error);
  rush_vector_builder_append_null (builder);
  g_autoptr (RushColumn) null = rush_vector_builder_finish (builder, NULL);
  g_assert_null (predict (null, NULL, 2, &error));
  g_assert_nonnull (strstr (error->message, "the vector is null"));
}

/* ---- classes ---- */

static RushColumn *
probabilities (RushColumn *raw, gboolean multinomial)
{
  RushExpr *parameters[] = { rush_expr_literal_bool (multinomial) };

  return call ("ml_logistic_probability", rush_vector_type (), raw, NULL, 1, parameters, NULL);
}

static void
assert_vector (const RushColumn *column, guint row, guint n, const double *wanted)
{
  g_auto (RushVectorReader) reader = { NULL };
  RushVectorView view;

  g_assert_true (rush_vector_reader_init (&reader, column, rush_allocator_system (), NULL));
  g_assert_true (rush_vector_reader_get (&reader, row, &view));
  g_assert_cmpuint (view.n_values, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (view.values[i], wanted[i], 1e-12);
}

static void
test_two_classes (void)
{
  RushExpr *model[] = { array_of (2, (double[]){ 2, -0.5 }), array_of (1, (double[]){ 1 }) };
  g_autoptr (RushColumn) vectors = vectors_of (2, FALSE);
  g_autoptr (RushColumn) raw =
      call ("ml_logistic_raw", rush_vector_type (), vectors, NULL, 2, model, NULL);
  g_autoptr (RushColumn) probability = probabilities (raw, FALSE);
  RushExpr *half[] = { rush_expr_literal_double (0.5) };
  g_autoptr (RushColumn) class =
      call ("ml_class_above", &RUSH_FLOAT64, probability, NULL, 1, half, NULL);

  assert_vector (raw, 1, 2, (double[]){ 2, -2 });
  assert_vector (probability, 1, 2, (double[]){ 1 / (1 + exp (-2)), 1 / (1 + exp (2)) });
  g_assert_cmpfloat (rush_column_get_double (class, 0), ==, 1);
  g_assert_cmpfloat (rush_column_get_double (class, 1), ==, 0);
}

/* Margins x₀, 0 and 1; an infinite one is certain, and nothing overflows. */
static void
test_three_classes (void)
{
  RushExpr *model[] = { array_of (6, (double[]){ 1, 0, 0, 0, 0, 0 }),
                        array_of (3, (double[]){ 0, 0, 1 }) };
  RushExpr *certain[] = { array_of (6, (double[6]){ 0 }),
                          array_of (3, (double[]){ 0, INFINITY, 1e308 }) };
  g_autoptr (RushColumn) vectors = vectors_of (1000, TRUE);
  g_autoptr (RushColumn) raw =
      call ("ml_logistic_raw", rush_vector_type (), vectors, NULL, 2, model, NULL);
  g_autoptr (RushColumn) probability = probabilities (raw, TRUE);
  g_autoptr (RushColumn) class =
      call ("ml_class_largest", &RUSH_FLOAT64, probability, NULL, 0, NULL, NULL);
  double sum = 2 + exp (1);

  assert_vector (probability, 0, 3, (double[]){ 1 / sum, 1 / sum, exp (1) / sum });
  assert_vector (probability, 999, 3, (double[]){ 1, 0, 0 });
  g_assert_cmpfloat (rush_column_get_double (class, 0), ==, 2);
  g_assert_cmpfloat (rush_column_get_double (class, 999), ==, 0);
  g_autoptr (RushColumn) sure =
      call ("ml_logistic_raw", rush_vector_type (), vectors, NULL, 2, certain, NULL);
  g_autoptr (RushColumn) all = probabilities (sure, TRUE);
  assert_vector (all, 5, 3, (double[]){ 0, 1, 0 });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rush_functions_add (rush_functions_linear);
  rush_functions_add (rush_functions_logistic);
  g_test_add_func ("/linear-model/predictions", test_predictions);
  g_test_add_func ("/linear-model/no-rows", test_no_rows);
  g_test_add_func ("/linear-model/no-features", test_no_features);
  g_test_add_func ("/linear-model/refused", test_refused);
  g_test_add_func ("/linear-model/two-classes", test_two_classes);
  g_test_add_func ("/linear-model/three-classes", test_three_classes);
  return g_test_run ();
}
