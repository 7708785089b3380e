/* beside.c - batches next to each other. */
#include "rdd/transform/beside.h"

RushSchema *
rush_schema_beside (const RushSchema *left, const RushSchema *right)
{
  guint n = left->n_fields + right->n_fields;
  g_autofree RushField *fields = g_new (RushField, n);

  for (guint i = 0; i < n; i++)
    fields[i] = i < left->n_fields ? left->fields[i] : right->fields[i - left->n_fields];
  return rush_schema_new (n, fields);
}

/* @batch (transfer full) with only its selected rows in it. */
static RushBatch *
without_selection (RushBatch *batch, RushAllocator *allocator, GError **error)
{
  g_autofree RushRowId *rows = NULL;
  RushBatch *dense;

  if (batch->selection == NULL)
    return batch;
  rows = g_new0 (RushRowId, batch->length);
  for (guint i = 0; i < batch->length; i++)
    rows[i].row = i;
  dense = rush_batch_gather (batch->schema, &batch, rows, batch->length, allocator, error);
  rush_batch_unref (batch);
  return dense;
}

RushBatch *
rush_next_dense_batch (RushIterator *rows, RushTaskContext *ctx, GError **error)
{
  while (rush_task_context_check (ctx, error))
    {
      RushBatch *batch = rush_iterator_next (rows, error);

      if (batch == NULL)
        return NULL;
      if (batch->length > 0)
        return without_selection (batch, ctx->allocator, error);
      rush_batch_unref (batch);
    }
  return NULL;
}

RushBatch *
rush_batch_beside (RushSchema *schema, const RushBatch *left, guint left_start,
                   const RushBatch *right, guint right_start, guint n)
{
  g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields);
  guint n_left = left->schema->n_fields;

  for (guint i = 0; i < schema->n_fields; i++)
    columns[i] = i < n_left ? rush_column_slice (left->columns[i], left_start, n)
                            : rush_column_slice (right->columns[i - n_left], right_start, n);
  return rush_batch_new (schema, n, columns);
}
