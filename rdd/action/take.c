/* take.c - how many partitions to try next.
 *
 *     tried 1 ─┬─ nothing found ──▶ 4 × as many as were tried so far
 *              └─ some found ─────▶ 1.5 × what the rows per partition so far say, at most 4 ×
 *
 * Rows that match in partition 150 of 200 are found after 1, 4, 20, 100 and 75 partitions.
 */
#include "rdd/action/take.h"

#include "rdd/call_site.h"
#include "rdd/result.h"

#define SCALE_UP 4 /* spark.rdd.limit.scaleUpFactor */
#define OVERESTIMATE 1.5

/* ---- a partition's first rows ---- */

static gboolean
take_rows (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
           GError **error)
{
  guint wanted = GPOINTER_TO_UINT (data);
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (wanted > 0 && rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      guint n = MIN (wanted, batch->length);
      RushBatch *part = rush_batch_slice (batch, 0, n);

      rush_batch_unref (batch);
      part = rush_result_trim (part, ctx->allocator, &failure);
      if (part == NULL)
        break;
      g_ptr_array_add (batches, part);
      wanted -= n;
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  rush_result_set_batches (out, g_steal_pointer (&batches));
  return TRUE;
}

/* ---- jobs of growing size ---- */

static guint
next_try (guint tried, guint found, guint left)
{
  guint64 most = (guint64)tried * SCALE_UP;
  double guess;

  if (tried == 0)
    return 1;
  if (found == 0)
    return (guint)MIN (most, G_MAXUINT32);
  guess = OVERESTIMATE * left * tried / found;
  return (guint)MIN ((guint64)guess + (guess > (double)(guint64)guess), most);
}

/* Runs a job on partitions [tried, tried + n) and appends what it finds, up to @left rows; returns
 * how many, −1 with @error. */
static gint64
try_partitions (RushContext *context, RushRdd *rdd, guint tried, guint n, guint left,
                GPtrArray *out, GError **error)
{
  RushJobOptions options = { .cause = tried > 0 ? "take growth" : NULL };
  g_autofree guint *partitions = g_new (guint, n);
  g_autoptr (RushJobWaiter) waiter = NULL;
  guint found = 0;

  for (guint i = 0; i < n; i++)
    partitions[i] = tried + i;
  waiter = rush_context_run_job (context, rdd, partitions, n, take_rows, GUINT_TO_POINTER (left),
                                 NULL, &options, error);
  if (waiter == NULL)
    return -1;
  for (guint p = 0; p < n; p++)
    {
      const GPtrArray *batches = rush_job_waiter_result (waiter, p)->value;

      for (guint b = 0; b < batches->len && found < left; b++)
        {
          RushBatch *batch = batches->pdata[b];
          guint length = MIN (batch->length, left - found);

          g_ptr_array_add (out, rush_batch_slice (batch, 0, length));
          found += length;
        }
    }
  return found;
}

GPtrArray *
rush_rdd_take (RushContext *context, RushRdd *rdd, guint n, GError **error)
{
  RUSH_OPERATOR ("take");
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  guint total, tried = 0, found = 0;

  if (!rush_rdd_n_partitions (rdd, &total, error))
    return NULL;
  while (found < n && tried < total)
    {
      guint more = MIN (next_try (tried, found, n - found), total - tried);
      gint64 got = try_partitions (context, rdd, tried, more, n - found, rows, error);

      if (got < 0)
        return NULL;
      found += (guint)got;
      tried += more;
    }
  return g_steal_pointer (&rows);
}

RushBatch *
rush_rdd_first (RushContext *context, RushRdd *rdd, GError **error)
{
  RUSH_OPERATOR ("first");
  g_autoptr (GPtrArray) rows = rush_rdd_take (context, rdd, 1, error);

  if (rows == NULL)
    return NULL;
  if (rows->len == 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "empty collection");
      return NULL;
    }
  return rush_batch_ref (rows->pdata[0]);
}
