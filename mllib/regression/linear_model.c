/* linear_model.c - a column of vectors times a few sets of coefficients.
 *
 * Dense vectors that lie one behind the other are a matrix, and all margins are one product; other
 * columns go row by row.
 */
#include "mllib/regression/linear_model.h"

#include "mllib/linalg/blas.h"
#include "sql/kernels/columns.h"
#include "sql/types/sql_error.h"

#include <string.h>

/* ---- the model of a call ---- */

static void
model_free (gpointer data)
{
  RushLinearModel *self = data;

  g_free (self->coefficients);
  g_free (self->intercepts);
  g_free (self);
}

static gpointer
model_new (const RushExpr *call, gpointer data, GError **error)
{
  RushColumn *const *args = data;
  RushLinearModel *self = g_new (RushLinearModel, 1);
  guint n;

  self->coefficients = rush_model_doubles (call, args, 1, &n);
  if (args[2]->type->kind == RUSH_TYPE_ARRAY)
    self->intercepts = rush_model_doubles (call, args, 2, &self->n_sets);
  else
    {
      self->n_sets = 1;
      self->intercepts = g_new (double, 1);
      self->intercepts[0] = rush_column_get_double (rush_model_constant (call, args, 2), 0);
    }
  self->n_features = n / self->n_sets;
  return self;
}

const RushLinearModel *
rush_linear_model_of_call (const RushExpr *call, RushColumn *const *args, RushEvalContext *ctx,
                           GError **error)
{
  return rush_eval_prepared (ctx, call, model_new, (gpointer)args, model_free, error);
}

/* ---- margins ---- */

/* A user-defined function that failed, which each model is in Spark. */
static gboolean
fail (const RushExpr *call, const char *name, const char *reason, GError **error)
{
  g_autofree char *function = g_strdup_printf ("`%s`", name);

  rush_sql_error_set (error, RUSH_SQL_CLASS_FAILED_EXECUTE_UDF, NULL, "functionName", function,
                      "signature", call->children[0]->type->name, "result", call->type->name,
                      "reason", reason, NULL);
  return FALSE;
}

static gboolean
check_vector (const RushLinearModel *self, const RushExpr *call, const char *name,
              const RushVectorView *vector, GError **error)
{
  g_autofree char *reason = NULL;

  if (vector == NULL)
    return fail (call, name, "java.lang.NullPointerException: the vector is null", error);
  if (vector->size == self->n_features)
    return TRUE;
  reason = g_strdup_printf ("java.lang.IllegalArgumentException: requirement failed: BLAS.dot(x: "
                            "Vector, y:Vector) was given Vectors with non-matching sizes: x.size = "
                            "%u, y.size = %u",
                            vector->size, self->n_features);
  return fail (call, name, reason, error);
}

static void
matrix_margins (const RushLinearModel *self, const double *matrix, guint n, double *out)
{
  for (guint i = 0; i < n; i++)
    memcpy (out + (gsize)i * self->n_sets, self->intercepts, self->n_sets * sizeof *out);
  if (self->n_features == 0)
    return;
  if (self->n_sets == 1)
    rush_gemv (n, self->n_features, 1, matrix, self->coefficients, 1, out);
  else
    rush_gemm_nt (n, self->n_sets, self->n_features, 1, matrix, self->coefficients, 1, out);
}

/* Row by row, into [rows->length × n_sets]. */
static gboolean
row_margins (const RushLinearModel *self, const RushExpr *call, const char *name,
             const RushVectorReader *reader, const RushRows *rows, double *out, GError **error)
{
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RushVectorView vector;
      gboolean there = rush_vector_reader_get (reader, row, &vector);

      if (!check_vector (self, call, name, there ? &vector : NULL, error))
        return FALSE;
      for (guint k = 0; k < self->n_sets; k++)
        out[(gsize)row * self->n_sets + k] =
            self->intercepts[k] +
            rush_dot_view (&vector, self->coefficients + (gsize)k * self->n_features);
    }
  return TRUE;
}

RushBuffer *
rush_linear_model_margins (const RushLinearModel *self, const RushExpr *call, const char *name,
                           RushColumn *features, const RushRows *rows, RushEvalContext *ctx,
                           GError **error)
{
  gsize bytes = (gsize)rows->length * self->n_sets * sizeof (double);
  g_auto (RushVectorReader) reader = { NULL };
  g_autoptr (RushBuffer) margins = NULL;
  const double *matrix;
  double *out;
  guint size;

  if (!rush_vector_reader_init (&reader, features, ctx->allocator, error))
    return NULL;
  margins = rush_buffer_new (ctx->allocator, bytes, error);
  if (margins == NULL)
    return NULL;
  out = (double *)(gpointer)margins->bytes;
  memset (out, 0, bytes);
  matrix = rush_vector_reader_matrix (&reader, &size);
  if (matrix != NULL && size == self->n_features)
    matrix_margins (self, matrix, features->length, out);
  else if (!row_margins (self, call, name, &reader, rows, out, error))
    return NULL;
  return g_steal_pointer (&margins);
}

/* ---- ml_linear_prediction () ---- */

static RushColumn *
linear_prediction (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                   RushEvalContext *ctx, GError **error)
{
  const RushLinearModel *model = rush_linear_model_of_call (call, args, ctx, error);
  RushBuffer *margins = NULL;

  if (model != NULL)
    margins =
        rush_linear_model_margins (model, call, "LinearRegressionModel", args[0], rows, ctx, error);
  return margins != NULL
             ? rush_column_new_plain (&RUSH_FLOAT64, rows->length, NULL, 0, margins, NULL, 0)
             : NULL;
}

const RushFunction rush_functions_linear[] = {
  RUSH_MODEL_FUNCTION ("ml_linear_prediction", 3, linear_prediction, .fixed_type = &RUSH_FLOAT64,
                       .handles_nulls = TRUE, .never_null = TRUE),
  { .name = NULL },
};
