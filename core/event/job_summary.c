/* job_summary.c - a job in one line of words, and the end of summaries. */
#include "core/event/job_summary.h"

#include "core/event/event_text.h"

#include <string.h>

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

typedef struct
{
  guint skipped, tasks;
  gint64 pairs, bytes;
} JobTotals;

static JobTotals
total_of (const RushJobSummary *self)
{
  JobTotals total = { 0 };

  for (guint i = 0; i < self->n_stages; i++)
    {
      const RushStageSummary *stage = &self->stages[i];
      total.skipped += stage->status == RUSH_STAGE_SKIPPED;
      total.tasks += stage->n_succeeded;
      if (stage->n_attempts > 0 && stage->shuffle_bytes > 0)
        {
          total.pairs += stage->shuffle_pairs;
          total.bytes += stage->shuffle_bytes;
        }
    }
  return total;
}

static void
append_shuffle (GString *out, const JobTotals *total)
{
  if (total->bytes == 0)
    return;
  g_autofree char *pairs = rush_format_counted (total->pairs, "pair");
  g_autofree char *bytes = rush_format_size (total->bytes);
  g_string_append_printf (out, ", shuffle %s %s", pairs, bytes);
}

static void
append_end (GString *out, const RushJobSummary *self)
{
  if (self->status == RUSH_JOB_RUNNING)
    {
      g_string_append (out, ", running");
      return;
    }
  g_autofree char *duration = rush_format_duration_ms (self->completion_ms - self->submission_ms);
  g_string_append_printf (out, ", %s", duration);
  if (self->status == RUSH_JOB_FAILED && self->error != NULL)
    {
      g_autofree char *error = rush_format_error (self->error);
      g_string_append_printf (out, ", failed: %s", error);
    }
  else if (self->status == RUSH_JOB_FAILED)
    g_string_append (out, ", failed");
}

char *
rush_job_summary_to_string (const RushJobSummary *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  JobTotals total = total_of (self);
  g_autofree char *call_site = rush_format_call_site (self->call_site);
  g_autofree char *stages = rush_format_stages (self->n_stages, total.skipped);
  g_autofree char *tasks = rush_format_counted (total.tasks, "task");
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "job %d %s", self->job_id, call_site);
  if (*self->cause != '\0' && strcmp (self->cause, "action") != 0)
    g_string_append_printf (out, " [%s]", self->cause);
  g_string_append_printf (out, ": %s, %s", stages, tasks);
  append_shuffle (out, &total);
  append_end (out, self);
  return g_string_free (out, FALSE);
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
