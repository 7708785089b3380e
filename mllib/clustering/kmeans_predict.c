/* kmeans_predict.c - ml_kmeans_predict (vector, distance, n, centres): the closest centre.
 *
 * The centres are constants of the expression, made ready once a task.
 *
 * Mirrors:  org.apache.spark.ml.clustering.KMeansModel.predict.
 */
#include "mllib/clustering/function_arguments.h"

enum
{
  ARG_VECTOR,
  ARG_DISTANCE,
  ARG_N,
  ARG_CENTERS,
  N_ARGS,
};

static gpointer
prepare_centers (const RushExpr *call, gpointer data, GError **error)
{
  RushColumn *const *args = data;
  guint n = (guint)rush_column_get_int (rush_model_constant (call, args, ARG_N), 0), n_values;
  g_autofree double *centers = rush_model_doubles (call, args, ARG_CENTERS, &n_values);
  RushDistance distance;

  if (!rush_constant_distance (call, args, ARG_DISTANCE, &distance, error))
    return NULL;
  if (n == 0 || n_values % n != 0)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "%u numbers are not %u centres", n_values, n);
      return NULL;
    }
  return rush_centers_new (distance, RUSH_SEARCH_BLOCK, n, n_values / n, centers);
}

static RushColumn *
column_of_clusters (const guint32 *closest, const RushRows *rows, RushEvalContext *ctx,
                    GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_INT32, rows->length, rows->positions != NULL,
                                ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < rows->n; i++)
    ((gint32 *)writer.values->bytes)[rush_eval_row (rows, i)] = (gint32)closest[i];
  return rush_column_writer_finish (&writer);
}

static RushColumn *
kmeans_predict (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                RushEvalContext *ctx, GError **error)
{
  const RushCenters *centers = rush_eval_prepared (ctx, call, prepare_centers, (gpointer)args,
                                                   (GDestroyNotify)rush_centers_free, error);
  g_autofree guint32 *closest = g_new (guint32, MAX (rows->n, 1));
  RushInstanceBlock block;
  gboolean fine;

  if (centers == NULL || !rush_function_block (&block, args[ARG_VECTOR], NULL, NULL,
                                               RUSH_CHECK_NOTHING, rows, ctx, error))
    return NULL;
  fine = block.n_rows == 0 || rush_centers_closest (centers, &block, closest, NULL, error);
  rush_instance_block_clear (&block);
  return fine ? column_of_clusters (closest, rows, ctx, error) : NULL;
}

const RushFunction rush_functions_kmeans[] = {
  RUSH_MODEL_FUNCTION ("ml_kmeans_predict", N_ARGS, kmeans_predict, .fixed_type = &RUSH_INT32,
                       .never_null = TRUE, .handles_nulls = TRUE),
  { NULL },
};
