/* vector_scale.c - ml_scale () and ml_min_max_scale (): each feature moved and stretched.
 *
 *   ml_scale (v, shift, scale)     (v − shift) · scale      shift or scale may be null: not done
 *
 * Without a shift 0 stays 0, and a sparse vector stays sparse.
 *
 *   ml_min_max_scale (v, mins, scales, low, constant)      (v − min) · scale + low
 *
 * where a feature whose scale is 0, as it was the same in all rows of the fit, becomes `constant`,
 * and NaN stays NaN.  A 0 mostly becomes something else, so the result is computed dense, and then
 * takes the form that is smaller, as Spark's does.
 *
 * Mirrors:  org.apache.spark.ml.feature.{StandardScalerModel,MinMaxScalerModel}.transform.
 */
#include "mllib/feature/feature_private.h"

#include <math.h>
#include <string.h>

/* The parameters, read once a task. */
typedef struct
{
  double *shift, *scale; /* or NULL */
  guint n;               /* features */
  double low, constant;  /* of ml_min_max_scale () */
  double *scratch_values, *row;
  gint32 *scratch_indices;
} Scaling;

static void
scaling_free (Scaling *self)
{
  g_free (self->shift);
  g_free (self->scale);
  g_free (self->scratch_values);
  g_free (self->scratch_indices);
  g_free (self->row);
  g_free (self);
}

static gpointer
make_scaling (const RushExpr *call, gpointer data, GError **error)
{
  RushColumn *const *args = data;
  Scaling *self = g_new0 (Scaling, 1);
  guint n_shift, n_scale;

  self->shift = rush_model_doubles (call, args, 1, &n_shift);
  self->scale = rush_model_doubles (call, args, 2, &n_scale);
  self->n = MAX (n_shift, n_scale);
  if (call->n_children > 3)
    {
      self->low = rush_column_get_double (rush_model_constant (call, args, 3), 0);
      self->constant = rush_column_get_double (rush_model_constant (call, args, 4), 0);
      self->row = g_new (double, MAX (self->n, 1));
    }
  self->scratch_values = g_new (double, self->n + 1);
  self->scratch_indices = g_new (gint32, self->n + 1);
  return self;
}

static Scaling *
scaling_of (const RushExpr *call, RushColumn *const *args, RushEvalContext *ctx, GError **error)
{
  return rush_eval_prepared (ctx, call, make_scaling, (gpointer)args, (GDestroyNotify)scaling_free,
                             error);
}

/* ml_scale () takes shorter vectors, too, as Spark's scaler does. */
static gboolean
check_size (const Scaling *self, const RushVectorView *vector, const RushExpr *call,
            const char *name, GError **error)
{
  if (self->row != NULL && self->n != vector->size)
    return rush_feature_failed (error, call, name,
                                "java.lang.IllegalArgumentException: requirement failed: Number "
                                "of features must be %u but got %u",
                                self->n, vector->size);
  if (self->row == NULL && (self->shift != NULL || self->scale != NULL) && self->n < vector->size)
    return rush_feature_failed (error, call, name,
                                "java.lang.ArrayIndexOutOfBoundsException: Index %u out of bounds "
                                "for length %u",
                                self->n, self->n);
  return TRUE;
}

/* ---- ml_scale () ---- */

static void
scale_dense (const Scaling *self, const RushVectorView *vector, double *out)
{
  if (out == NULL) /* memory was refused: finish () tells */
    return;
  if (vector->indices == NULL)
    memcpy (out, vector->values, vector->size * sizeof *out);
  else
    {
      memset (out, 0, vector->size * sizeof *out);
      for (guint i = 0; i < vector->n_values; i++)
        out[vector->indices[i]] = vector->values[i];
    }
  for (guint i = 0; self->shift != NULL && i < vector->size; i++)
    out[i] -= self->shift[i];
  for (guint i = 0; self->scale != NULL && i < vector->size; i++)
    out[i] *= self->scale[i];
}

static void
scale_row (const Scaling *self, const RushVectorView *vector, RushVectorBuilder *builder)
{
  if (vector->indices == NULL || self->shift != NULL)
    {
      scale_dense (self, vector, rush_vector_builder_append_dense (builder, vector->size));
      return;
    }
  if (self->scale == NULL)
    {
      rush_vector_builder_append_sparse (builder, vector->size, vector->n_values, vector->indices,
                                         vector->values);
      return;
    }
  for (guint i = 0; i < vector->n_values; i++)
    self->scratch_values[i] = vector->values[i] * self->scale[vector->indices[i]];
  rush_vector_builder_append_sparse (builder, vector->size, vector->n_values, vector->indices,
                                     self->scratch_values);
}

/* ---- ml_min_max_scale () ---- */

static void
min_max_row (const Scaling *self, const RushVectorView *vector, RushVectorBuilder *builder)
{
  double *row = self->row;

  memset (row, 0, self->n * sizeof *row);
  for (guint i = 0; i < vector->n_values; i++)
    row[vector->indices != NULL ? (guint)vector->indices[i] : i] = vector->values[i];
  for (guint i = 0; i < self->n; i++)
    if (!isnan (row[i]))
      row[i] = self->scale[i] != 0 ? (row[i] - self->shift[i]) * self->scale[i] + self->low
                                   : self->constant;
  rush_feature_append_values (builder, self->n, row, self->scratch_indices, self->scratch_values);
}

/* ---- both ---- */

static RushColumn *
scale_rows (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
            RushEvalContext *ctx, const char *name,
            void (*append) (const Scaling *, const RushVectorView *, RushVectorBuilder *),
            GError **error)
{
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);
  g_auto (RushVectorReader) reader = { NULL };
  const Scaling *scaling = scaling_of (call, args, ctx, error);
  guint next = 0;

  if (scaling == NULL || !rush_vector_reader_init (&reader, args[0], ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < rows->length; i++)
    {
      RushVectorView vector;

      if (!rush_feature_row_counts (rows, i, &next))
        rush_vector_builder_append_null (builder);
      else if (!rush_vector_reader_get (&reader, i, &vector))
        {
          rush_feature_failed (error, call, name,
                               "java.lang.NullPointerException: the vector is null");
          return NULL;
        }
      else if (check_size (scaling, &vector, call, name, error))
        append (scaling, &vector, builder);
      else
        return NULL;
    }
  return rush_vector_builder_finish (builder, error);
}

static RushColumn *
scale (const RushExpr *call, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
       GError **error)
{
  return scale_rows (call, args, rows, ctx, "StandardScalerModel", scale_row, error);
}

static RushColumn *
min_max_scale (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
               RushEvalContext *ctx, GError **error)
{
  return scale_rows (call, args, rows, ctx, "MinMaxScalerModel", min_max_row, error);
}

/* Parameters may be null, which must not make the result null: nulls are seen to here. */
const RushFunction rush_functions_scale[] = {
  RUSH_MODEL_FUNCTION ("ml_scale", 3, scale, .result_type = rush_feature_vector_result,
                       .handles_nulls = TRUE, .always_nullable = TRUE),
  RUSH_MODEL_FUNCTION ("ml_min_max_scale", 5, min_max_scale,
                       .result_type = rush_feature_vector_result, .handles_nulls = TRUE,
                       .always_nullable = TRUE),
  { .name = NULL },
};
