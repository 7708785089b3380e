/* vector_density.c - ml_density (vector): which part of its values is not 0.
 *
 * The mean over all rows decides whether k-means compares block by block or row by row.  Vectors
 * that no fit may see (null, NaN, infinite) are errors here, before the first pass of it.
 *
 * Mirrors:  KMeans.preferBlockSolver; what it asks of Summarizer.
 */
#include "mllib/clustering/function_arguments.h"

static double
density_of (const RushInstanceBlock *block, guint row)
{
  const gint32 *indices;
  const double *values;
  guint n = rush_instance_row (block, row, &indices, &values), n_nonzero = 0;

  for (guint i = 0; i < n; i++)
    n_nonzero += values[i] != 0;
  return block->n_features > 0 ? (double)n_nonzero / block->n_features : 1;
}

static RushColumn *
density (const RushExpr *call, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
         GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };
  RushInstanceBlock block;

  if (!rush_function_block (&block, args[0], NULL, NULL, RUSH_CHECK_FEATURES, rows, ctx, error))
    return NULL;
  if (rush_column_writer_init (&writer, &RUSH_FLOAT64, rows->length, rows->positions != NULL,
                               ctx->allocator, error))
    for (guint i = 0; i < block.n_rows; i++)
      ((double *)writer.values->bytes)[rush_eval_row (rows, i)] = density_of (&block, i);
  rush_instance_block_clear (&block);
  return writer.values != NULL ? rush_column_writer_finish (&writer) : NULL;
}

const RushFunction rush_functions_density[] = {
  RUSH_MODEL_FUNCTION ("ml_density", 1, density, .fixed_type = &RUSH_FLOAT64, .never_null = TRUE,
                       .handles_nulls = TRUE),
  { NULL },
};
