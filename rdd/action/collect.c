#include "rdd/action/collect.h"

#include "rdd/call_site.h"

GPtrArray *
rush_rdd_collect (RushContext *context, RushRdd *rdd, GError **error)
{
  RUSH_OPERATOR ("collect");

  return rush_rdd_collect_with (context, rdd, NULL, error);
}

GPtrArray *
rush_rdd_collect_with (RushContext *context, RushRdd *rdd, const RushJobOptions *job,
                       GError **error)
{
  g_autoptr (RushJobWaiter) waiter =
      rush_context_run_job (context, rdd, NULL, 0, rush_collect_batches, NULL, NULL, job, error);
  GPtrArray *all;
  guint n;

  if (waiter == NULL || !rush_rdd_n_partitions (rdd, &n, error))
    return NULL;
  all = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  for (guint p = 0; p < n; p++)
    {
      const GPtrArray *batches = rush_job_waiter_result (waiter, p)->value;

      for (guint b = 0; b < batches->len; b++)
        g_ptr_array_add (all, rush_batch_ref (batches->pdata[b]));
    }
  return all;
}
