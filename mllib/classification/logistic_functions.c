/* logistic_functions.c - features → raw → probability → prediction, each a column.
 *
 * They are separate calls as in Spark, where a column that nobody wants (its parameter is "") is
 * left out and the next one is computed from what is there.
 */
#include "mllib/classification/logistic_functions.h"

#include "sql/kernels/columns.h"

#include <math.h>
#include <string.h>

#define EVALUATOR(name)                                                                            \
  static RushColumn *name (const RushExpr *call, RushColumn *const *args, const RushRows *rows,    \
                           RushEvalContext *ctx, GError **error)

/* Whether @row counts; goes through all rows, in order. */
static gboolean
row_counts (const RushRows *rows, guint row, guint *inout_next)
{
  if (rows->positions == NULL)
    return TRUE;
  if (*inout_next >= rows->n || rows->positions[*inout_next] != row)
    return FALSE;
  ++*inout_next;
  return TRUE;
}

/* ---- vectors ---- */

EVALUATOR (logistic_raw)
{
  const RushLinearModel *model = rush_linear_model_of_call (call, args, ctx, error);
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);
  g_autoptr (RushBuffer) margins = NULL;

  if (model == NULL)
    return NULL;
  margins =
      rush_linear_model_margins (model, call, "LogisticRegressionModel", args[0], rows, ctx, error);
  if (margins == NULL)
    return NULL;
  for (guint row = 0; row < rows->length; row++)
    {
      const double *margin = (const double *)(gpointer)margins->bytes + (gsize)row * model->n_sets;
      guint n = model->n_sets == 1 ? 2 : model->n_sets;
      double *raw = rush_vector_builder_append_dense (builder, n);

      if (raw == NULL)
        break;
      if (model->n_sets == 1)
        {
          raw[0] = -margin[0];
          raw[1] = margin[0];
        }
      else
        memcpy (raw, margin, n * sizeof *raw);
    }
  return rush_vector_builder_finish (builder, error);
}

/* An infinite margin is certain; several share. */
static void
softmax (const double *raw, guint n, double *out)
{
  double largest = -INFINITY, sum = 0;

  for (guint k = 0; k < n; k++)
    largest = fmax (largest, raw[k]);
  for (guint k = 0; k < n; k++)
    sum += out[k] = isinf (largest) ? raw[k] == largest : exp (raw[k] - largest);
  for (guint k = 0; k < n; k++)
    out[k] /= sum;
}

EVALUATOR (logistic_probability)
{
  gboolean multinomial = rush_column_get_bool (rush_model_constant (call, args, 1), 0);
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);
  g_auto (RushVectorReader) reader = { NULL };
  guint next = 0;

  if (!rush_vector_reader_init (&reader, args[0], ctx->allocator, error))
    return NULL;
  for (guint row = 0; row < rows->length; row++)
    {
      RushVectorView raw;
      double *out;

      if (!row_counts (rows, row, &next) || !rush_vector_reader_get (&reader, row, &raw))
        {
          rush_vector_builder_append_null (builder);
          continue;
        }
      out = rush_vector_builder_append_dense (builder, raw.n_values);
      if (out == NULL)
        break;
      if (multinomial)
        softmax (raw.values, raw.n_values, out);
      else
        {
          out[0] = 1 / (1 + exp (-raw.values[0]));
          out[1] = 1 - out[0];
        }
    }
  return rush_vector_builder_finish (builder, error);
}

/* ---- predictions ---- */

/* What is decided by: parameters of the call, read once a batch. */
typedef struct
{
  double threshold;
  const double *thresholds; /* [n_classes] */
} Decision;

typedef double (*Decide) (const RushVectorView *vector, const Decision *decision);

static RushColumn *
decide_rows (Decide decide, const Decision *decision, RushColumn *vectors, const RushRows *rows,
             RushEvalContext *ctx, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };
  g_auto (RushVectorReader) reader = { NULL };
  double *out;

  if (!rush_vector_reader_init (&reader, vectors, ctx->allocator, error) ||
      !rush_column_writer_init (&writer, &RUSH_FLOAT64, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  out = (double *)writer.values->bytes;
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RushVectorView vector;

      if (rush_vector_reader_get (&reader, row, &vector))
        out[row] = decide (&vector, decision);
    }
  return rush_column_writer_finish (&writer);
}

static double
is_above (const RushVectorView *vector, const Decision *decision)
{
  return vector->values[1] > decision->threshold;
}

static double
largest (const RushVectorView *vector, const Decision *decision)
{
  guint best = 0;

  for (guint k = 1; k < vector->n_values; k++)
    if (vector->values[k] > vector->values[best])
      best = k;
  return best;
}

/* A class whose threshold is 0 wins as soon as it is possible at all. */
static double
scaled_largest (const RushVectorView *vector, const Decision *decision)
{
  double best_value = -INFINITY;
  guint best = 0;

  for (guint k = 0; k < vector->n_values; k++)
    {
      double threshold = decision->thresholds[k];
      double value =
          threshold == 0 && vector->values[k] == 0 ? -INFINITY : vector->values[k] / threshold;

      if (value > best_value)
        {
          best_value = value;
          best = k;
        }
    }
  return best;
}

EVALUATOR (class_above)
{
  Decision decision = { .threshold =
                            rush_column_get_double (rush_model_constant (call, args, 1), 0) };

  return decide_rows (is_above, &decision, args[0], rows, ctx, error);
}

EVALUATOR (class_largest)
{
  return decide_rows (largest, NULL, args[0], rows, ctx, error);
}

EVALUATOR (class_scaled)
{
  guint n;
  g_autofree double *thresholds = rush_model_doubles (call, args, 1, &n);
  Decision decision = { .thresholds = thresholds };

  return decide_rows (scaled_largest, &decision, args[0], rows, ctx, error);
}

/* ---- the table ---- */

static const RushType *
vector_result (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
               GError **error)
{
  return rush_vector_type ();
}

const RushFunction rush_functions_logistic[] = {
  RUSH_MODEL_FUNCTION ("ml_logistic_raw", 3, logistic_raw, .result_type = vector_result,
                       .handles_nulls = TRUE, .always_nullable = TRUE),
  RUSH_MODEL_FUNCTION ("ml_logistic_probability", 2, logistic_probability,
                       .result_type = vector_result),
  RUSH_MODEL_FUNCTION ("ml_class_above", 2, class_above, .fixed_type = &RUSH_FLOAT64,
                       .never_null = TRUE),
  RUSH_MODEL_FUNCTION ("ml_class_largest", 1, class_largest, .fixed_type = &RUSH_FLOAT64,
                       .never_null = TRUE),
  RUSH_MODEL_FUNCTION ("ml_class_scaled", 2, class_scaled, .fixed_type = &RUSH_FLOAT64,
                       .never_null = TRUE),
  { .name = NULL },
};
