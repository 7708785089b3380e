#include "rdd/action/foreach.h"

#include "rdd/call_site.h"

typedef struct
{
  RushRowVisit func;
  gpointer data;
} Visit;

static gboolean
visit_batch (const Visit *self, const RushBatch *batch, GError **error)
{
  for (guint i = 0; i < batch->length; i++)
    {
      RushRow row = rush_batch_nth (batch, i);

      if (!self->func (&row, self->data, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
visit_rows (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
            GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean visited = TRUE;
  RushBatch *batch;

  while (visited && rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      visited = visit_batch (data, batch, &failure);
      rush_batch_unref (batch);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
rush_rdd_foreach (RushContext *context, RushRdd *rdd, RushRowVisit func, gpointer data,
                  GError **error)
{
  RUSH_OPERATOR ("foreach");
  Visit visit = { func, data };
  /* A copy: tasks may still be running when the job has failed. */
  g_autoptr (RushJobWaiter) waiter = rush_context_run_job (
      context, rdd, NULL, 0, visit_rows, g_memdup2 (&visit, sizeof visit), g_free, NULL, error);

  return waiter != NULL;
}
