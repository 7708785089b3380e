#include "rdd/result.h"

#include "core/data/encoding.h"

#define SLACK_FACTOR 4
#define SLACK_FREE_BYTES (64 * 1024)

RushBatch *
rush_result_trim (RushBatch *batch, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushBatch) owned = batch;
  g_autofree RushRowId *rows = NULL;

  if (rush_batch_memory_bytes (batch) <=
      SLACK_FREE_BYTES + SLACK_FACTOR * rush_batch_encoded_bytes (batch))
    return g_steal_pointer (&owned);
  rows = g_new (RushRowId, batch->length);
  for (guint i = 0; i < batch->length; i++)
    rows[i] = (RushRowId){ 0, i };
  return rush_batch_gather (batch->schema, &batch, rows, batch->length, allocator, error);
}

void
rush_result_set_batches (RushTaskResult *out, GPtrArray *batches)
{
  out->value = batches;
  out->free_value = (GDestroyNotify)g_ptr_array_unref;
  out->bytes = 0;
  for (guint i = 0; i < batches->len; i++)
    out->bytes += rush_batch_encoded_bytes (batches->pdata[i]);
}
