#include "rdd/action/count.h"

#include "rdd/call_site.h"

static gboolean
count_rows (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  g_autofree gint64 *n = g_new0 (gint64, 1);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      *n += batch->length;
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  out->value = g_steal_pointer (&n);
  out->free_value = g_free;
  out->bytes = sizeof (gint64);
  return TRUE;
}

gint64
rush_rdd_count (RushContext *context, RushRdd *rdd, GError **error)
{
  RUSH_OPERATOR ("count");

  return rush_rdd_count_with (context, rdd, NULL, error);
}

gint64
rush_rdd_count_with (RushContext *context, RushRdd *rdd, const RushJobOptions *job, GError **error)
{
  g_autoptr (RushJobWaiter) waiter =
      rush_context_run_job (context, rdd, NULL, 0, count_rows, NULL, NULL, job, error);
  gint64 total = 0;
  guint n;

  if (waiter == NULL || !rush_rdd_n_partitions (rdd, &n, error))
    return -1;
  for (guint p = 0; p < n; p++)
    total += *(gint64 *)rush_job_waiter_result (waiter, p)->value;
  return total;
}
