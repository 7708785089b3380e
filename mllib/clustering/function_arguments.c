/* function_arguments.c - columns become blocks, constants become numbers. */
#include "mllib/clustering/function_arguments.h"

#include <string.h>

static RushBuffer *
positions_buffer (const RushRows *rows, RushAllocator *allocator, GError **error)
{
  RushBuffer *buffer = rush_buffer_new (allocator, MAX (rows->n, 1) * sizeof (guint16), error);

  if (buffer != NULL)
    memcpy (buffer->bytes, rows->positions, rows->n * sizeof (guint16));
  return buffer;
}

/* A batch of the columns that are not NULL, of the rows that count. */
static RushBatch *
batch_of_columns (RushColumn *const *columns, guint n, const RushRows *rows,
                  RushAllocator *allocator, GError **error)
{
  static const char *const names[] = { "features", "label", "weight" };
  RushField fields[3];
  RushColumn *present[3];
  guint n_present = 0;
  RushBuffer *positions;

  for (guint i = 0; i < n; i++)
    if (columns[i] != NULL)
      {
        fields[n_present] = (RushField){ (char *)names[i], columns[i]->type, TRUE };
        present[n_present++] = rush_column_ref (columns[i]);
      }
  g_autoptr (RushSchema) schema = rush_schema_new (n_present, fields);
  g_autoptr (RushBatch) all = rush_batch_new (schema, rows->length, present);
  if (rows->positions == NULL)
    return g_steal_pointer (&all);
  positions = positions_buffer (rows, allocator, error);
  return positions != NULL ? rush_batch_select (all, positions, rows->n) : NULL;
}

gboolean
rush_function_block (RushInstanceBlock *out, RushColumn *vectors, RushColumn *labels,
                     RushColumn *weights, RushInstanceChecks checks, const RushRows *rows,
                     RushEvalContext *ctx, GError **error)
{
  RushColumn *const all[] = { vectors, labels, weights };
  RushInstanceColumns columns = { .features = 0,
                                  .label = labels != NULL ? 1 : -1,
                                  .weight = weights != NULL ? (labels != NULL ? 2 : 1) : -1,
                                  .checks = checks };
  g_autoptr (RushBatch) batch =
      batch_of_columns (all, G_N_ELEMENTS (all), rows, ctx->allocator, error);

  /* The block may borrow from the batch, whose columns the caller has. */
  return batch != NULL && rush_instance_block_init (out, batch, &columns, 0, ctx->allocator, error);
}

gboolean
rush_distance_from_name (const char *name, RushDistance *out, GError **error)
{
  if (g_strcmp0 (name, "euclidean") == 0)
    *out = RUSH_DISTANCE_EUCLIDEAN;
  else if (g_strcmp0 (name, "cosine") == 0)
    *out = RUSH_DISTANCE_COSINE;
  else
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "distanceMeasure must be one of: euclidean, cosine. %s provided.", name);
      return FALSE;
    }
  return TRUE;
}

gboolean
rush_constant_distance (const RushExpr *call, RushColumn *const *args, guint i, RushDistance *out,
                        GError **error)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (rush_model_constant (call, args, i), 0, &length);
  g_autofree char *text = g_strndup (bytes, length);

  return rush_distance_from_name (text, out, error);
}
