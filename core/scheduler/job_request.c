/* job_request.c - what is asked for, made sure of before anybody is asked.
 *
 *     thread that asks                                 driver loop
 *     ────────────────                                 ───────────
 *     set_partitions (): count the whole lineage,
 *     look whether what is asked for exists
 *     JOB_SUBMITTED ─────────────────────────────────▶ stages, tasks …
 *
 * Counting may list a folder of 10,000 files, and the loop has other jobs to serve: Spark, too, has
 * moved it to the thread that asks (SPARK-23626).  A source that is gone fails the action at once,
 * with no job, and the loop finds all counts known.
 */
#include "core/scheduler/scheduler.h"

static gboolean
all_exist (const guint *partitions, guint n, guint n_there, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (partitions[i] >= n_there)
      {
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "Attempting to access a non-existent partition: %u. "
                     "Total number of partitions: %u",
                     partitions[i], n_there);
        return FALSE;
      }
  return TRUE;
}

gboolean
rush_job_request_set_partitions (RushJobRequest *self, const guint *partitions, guint n,
                                 GError **error)
{
  RushRdd *rdd = self->dependency != NULL ? self->dependency->rdd : self->rdd;
  guint n_there;

  g_return_val_if_fail (rdd != NULL && self->partitions == NULL, FALSE);

  if (!rush_rdd_count_lineage (rdd, &n_there, error))
    return FALSE;
  if (partitions == NULL)
    {
      self->n_partitions = n_there;
      return TRUE;
    }
  if (!all_exist (partitions, n, n_there, error))
    return FALSE;
  self->n_partitions = n;
  self->partitions = g_memdup2 (partitions, n * sizeof *partitions);
  return TRUE;
}

void
rush_job_request_free (RushJobRequest *self)
{
  if (self == NULL)
    return;
  if (self->free_func_data != NULL)
    self->free_func_data (self->func_data);
  rush_rdd_unref (self->rdd);
  rush_dependency_unref (self->dependency);
  g_free (self->partitions);
  g_free (self->call_site.short_form);
  g_free (self->call_site.long_form);
  g_free (self->cause);
  g_clear_pointer (&self->properties, g_hash_table_unref);
  g_free (self);
}
