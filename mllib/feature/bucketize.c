/* bucketize.c - ml_bucket (x, number, splits, keep): the bucket that a number falls into.
 *
 *   splits    −∞      0      10      ∞
 *   buckets      0        1       2           [0, 10) is 1; the last bucket has its upper end, too
 *
 * NaN is an error, or with `keep` a bucket of its own behind the others; a number below the first
 * split, or above the last one, is an error always.  −0.0 is below a split at 0.0, and equal to it
 * only as the last one.
 *
 * Mirrors:  org.apache.spark.ml.feature.Bucketizer.binarySearchForBuckets.
 */
#include "mllib/feature/feature_private.h"

#include <math.h>

#define NAME "Bucketizer"

typedef struct
{
  double *values;
  guint n;
} Splits;

static void
splits_free (Splits *self)
{
  g_free (self->values);
  g_free (self);
}

static gpointer
make_splits (const RushExpr *call, gpointer data, GError **error)
{
  RushColumn *const *args = data;
  Splits *self = g_new0 (Splits, 1);

  self->values = rush_model_doubles (call, args, 2, &self->n);
  return self;
}

static gboolean
refuse (GError **error, const RushExpr *call, const Splits *splits, double value)
{
  g_autofree char *text = rush_feature_number (value);
  g_autofree char *low = rush_feature_number (splits->values[0]);
  g_autofree char *high = rush_feature_number (splits->values[splits->n - 1]);

  if (isnan (value))
    return rush_feature_failed (error, call, NAME,
                                RUSH_SPARK_EXCEPTION
                                "Bucketizer encountered NaN value. To handle or skip NaNs, try "
                                "setting Bucketizer.handleInvalid.");
  return rush_feature_failed (error, call, NAME,
                              RUSH_SPARK_EXCEPTION
                              "Feature value %s out of Bucketizer bounds [%s, %s]. Check your "
                              "features, or loosen the lower/upper bound constraints.",
                              text, low, high);
}

/* Java's order, which puts −0.0 below 0.0. */
static gboolean
is_above (double a, double b)
{
  return a > b || (a == b && !signbit (a) && signbit (b));
}

/* The last split that is not above @value, which is none of those outside. */
static guint
bucket_of (const Splits *splits, double value)
{
  guint low = 0, high = splits->n - 1;

  while (high - low > 1)
    {
      const guint middle = (low + high) / 2;

      if (is_above (splits->values[middle], value))
        high = middle;
      else
        low = middle;
    }
  return low;
}

static RushColumn *
bucket (const RushExpr *call, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
        GError **error)
{
  const Splits *splits = rush_eval_prepared (ctx, call, make_splits, (gpointer)args,
                                             (GDestroyNotify)splits_free, error);
  const gboolean keep = rush_column_get_bool (rush_model_constant (call, args, 3), 0);
  g_auto (RushColumnWriter) writer = { NULL };
  if (splits == NULL ||
      !rush_column_writer_init (&writer, &RUSH_FLOAT64, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  double *out = (double *)writer.values->bytes;

  for (guint i = 0; i < rows->n; i++)
    {
      const guint row = rush_eval_row (rows, i);
      const double value = rush_column_get_double (args[0], row);

      if (!is_above (splits->values[0], value) && value <= splits->values[splits->n - 1])
        out[row] = bucket_of (splits, value);
      else if (isnan (value) && keep)
        out[row] = splits->n - 1;
      else if (!refuse (error, call, splits, value))
        return NULL;
    }
  return rush_column_writer_finish (&writer);
}

/* Spark's function takes a double that cannot be null, so its plans see to nulls before. */
static char *
bucket_to_sql (const RushExpr *call, char *const *args)
{
  return g_strdup_printf ("if (isnull(%s)) null else bucketizer_%s(knownnotnull(%s))", args[0],
                          args[1], args[0]);
}

const RushFunction rush_functions_bucket[] = {
  RUSH_MODEL_FUNCTION_SHOWN ("ml_bucket", 4, bucket, bucket_to_sql, .fixed_type = &RUSH_FLOAT64),
  { .name = NULL },
};
