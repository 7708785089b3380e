/* job_summary.c - finding a stage in a summary, and the end of summaries. */
#include "core/event/job_summary.h"

RushStageSummary *
rush_job_summary_stage (const RushJobSummary *self, gint stage_id)
{
  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->n_stages; i++)
    if (self->stages[i].info->stage_id == stage_id)
      return &self->stages[i];
  return NULL;
}

const char *
rush_job_status_name (RushJobStatus status)
{
  static const char *const names[] = { "RUNNING", "SUCCEEDED", "FAILED" };

  g_return_val_if_fail ((guint)status < G_N_ELEMENTS (names), NULL);
  return names[status];
}

void
rush_stage_summary_free (RushStageSummary *self)
{
  if (self == NULL)
    return;
  rush_stage_info_unref (self->info);
  g_free (self);
}

void
rush_job_summary_free (RushJobSummary *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; self->stages != NULL && i < self->n_stages; i++)
    rush_stage_info_unref (self->stages[i].info);
  g_free (self->stages);
  g_free (self->call_site);
  g_free (self->cause);
  g_free (self->group);
  g_free (self->description);
  g_free (self->error);
  g_free (self);
}
