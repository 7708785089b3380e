/* reduce.c - neighbours first.
 *
 *     a  b  c  d  e            one pass over a batch makes a batch of half the rows
 *     └ab┘  └cd┘  e            (the function writes rows, rows live in batches),
 *       └abcd┘    e            so a batch of 8,192 takes 13 passes and 8,191 calls
 *           └abcde┘
 */
#include "rdd/action/reduce.h"

#include "rdd/call_site.h"
#include "rdd/emitter_private.h"

typedef struct
{
  RushRowReduce func;
  gpointer data;
  RushBatch *zero; /* or NULL (owned) a ref */
} Reduction;

/* It belongs to the job: tasks may still be running when that has failed. */
static Reduction *
reduction_new (RushRowReduce func, gpointer data, RushBatch *zero)
{
  Reduction *self = g_new (Reduction, 1);

  *self = (Reduction){ func, data, zero != NULL ? rush_batch_ref (zero) : NULL };
  return self;
}

static void
reduction_free (gpointer data)
{
  rush_batch_unref (((Reduction *)data)->zero);
  g_free (data);
}

/* ---- rows into one row ---- */

/* Calls the function on rows [i] and [i + 1] of @batch, or hands the last row on. */
static void
reduce_pair (const Reduction *self, const RushBatch *batch, guint i, RushEmitter *out)
{
  RushRow a = rush_batch_nth (batch, i);
  guint64 before = out->n_rows;

  if (i + 1 == batch->length)
    rush_emit_row (out, &a);
  else
    {
      RushRow b = rush_batch_nth (batch, i + 1);

      self->func (&a, &b, out, self->data);
    }
  if (rush_emitter_check (out, "reduce") && out->n_rows != before + 1)
    rush_emitter_fail (out, "the function of reduce must emit one row for two, and emitted %u",
                       (guint)(out->n_rows - before));
}

/* Takes over @batch, which has rows; one row comes back, NULL with @error. */
static RushBatch *
reduce_batch (const Reduction *self, RushBatch *batch, RushAllocator *allocator, GError **error)
{
  while (batch->length > 1)
    {
      RushEmitter out;
      RushBatch *half;

      rush_emitter_init (&out, batch->schema, allocator);
      for (guint i = 0; i < batch->length && out.error == NULL; i += 2)
        reduce_pair (self, batch, i, &out);
      rush_emitter_flush (&out);
      half = g_queue_pop_head (&out.full);
      if (out.error != NULL)
        g_propagate_error (error, g_steal_pointer (&out.error));
      rush_emitter_clear (&out);
      rush_batch_unref (batch);
      if (half == NULL)
        return NULL;
      batch = half;
    }
  return batch;
}

/* Takes over both; @a may be NULL. */
static RushBatch *
reduce_two (const Reduction *self, RushBatch *a, RushBatch *b, RushAllocator *allocator,
            GError **error)
{
  RushBatch *both[] = { a, b };
  static const RushRowId rows[] = { { 0, 0 }, { 1, 0 } };
  RushBatch *pair;

  if (a == NULL)
    return b;
  pair = rush_batch_gather (b->schema, both, rows, 2, allocator, error);
  rush_batch_unref (a);
  rush_batch_unref (b);
  return pair != NULL ? reduce_batch (self, pair, allocator, error) : NULL;
}

/* ---- a partition ---- */

static gboolean
reduce_partition (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
                  GError **error)
{
  const Reduction *self = data;
  RushBatch *result = self->zero != NULL ? rush_batch_ref (self->zero) : NULL;
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      batch = reduce_batch (self, batch, ctx->allocator, &failure);
      if (batch == NULL)
        break;
      result = reduce_two (self, g_steal_pointer (&result), batch, ctx->allocator, &failure);
      if (result == NULL)
        break;
    }
  if (failure != NULL)
    {
      g_clear_pointer (&result, rush_batch_unref);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  out->value = result; /* NULL: the partition is empty */
  out->free_value = result != NULL ? (GDestroyNotify)rush_batch_unref : NULL;
  out->bytes = result != NULL ? rush_batch_memory_bytes (result) : 0;
  return TRUE;
}

/* ---- all partitions ---- */

static RushBatch *
run_reduction (RushContext *context, RushRdd *rdd, const Reduction *reduction, GError **error)
{
  Reduction *of_job = reduction_new (reduction->func, reduction->data, reduction->zero);
  g_autoptr (RushJobWaiter) waiter = NULL;
  RushBatch *result = reduction->zero != NULL ? rush_batch_ref (reduction->zero) : NULL;
  g_autoptr (GError) failure = NULL;
  guint n;

  waiter = rush_context_run_job (context, rdd, NULL, 0, reduce_partition, of_job, reduction_free,
                                 NULL, &failure);
  if (waiter != NULL && rush_rdd_n_partitions (rdd, &n, &failure))
    for (guint p = 0; p < n && failure == NULL; p++)
      {
        RushBatch *part = rush_job_waiter_result (waiter, p)->value;

        if (part != NULL)
          result = reduce_two (reduction, g_steal_pointer (&result), rush_batch_ref (part),
                               rush_allocator_system (), &failure);
      }
  if (failure == NULL)
    return result;
  g_clear_pointer (&result, rush_batch_unref);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

RushBatch *
rush_rdd_reduce (RushContext *context, RushRdd *rdd, RushRowReduce func, gpointer data,
                 GError **error)
{
  RUSH_OPERATOR ("reduce");
  Reduction reduction = { func, data, NULL };
  g_autoptr (GError) failure = NULL;
  RushBatch *result = run_reduction (context, rdd, &reduction, &failure);

  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (result == NULL)
    g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                         "empty collection");
  return result;
}

RushBatch *
rush_rdd_fold (RushContext *context, RushRdd *rdd, RushBatch *zero, RushRowReduce func,
               gpointer data, GError **error)
{
  RUSH_OPERATOR ("fold");
  Reduction reduction = { func, data, zero };

  g_return_val_if_fail (zero->length == 1, NULL);
  g_return_val_if_fail (rush_schema_equal (zero->schema, rdd->schema), NULL);
  return run_reduction (context, rdd, &reduction, error);
}
