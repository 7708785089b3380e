/* job_summary.c - finding a stage in a summary, what it says, and the end of summaries. */
#include "core/event/job_summary.h"

#include "core/event/event_text.h"

RushStageSummary *
rush_job_summary_stage (const RushJobSummary *self, gint stage_id)
{
  g_return_val_if_fail (self != NULL, NULL);

  guint low = 0, high = self->n_stages;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->stages[middle].info->stage_id < stage_id)
        low = middle + 1;
      else
        high = middle;
    }
  gboolean found = low < self->n_stages && self->stages[low].info->stage_id == stage_id;
  return found ? &self->stages[low] : NULL;
}

const char *
rush_job_summary_place_of_stage (const RushJobSummary *self, const RushStageSummary *stage)
{
  g_return_val_if_fail (self != NULL && stage != NULL, NULL);

  return self->place != NULL && rush_call_site_is_in_spark (stage->info->name) ? self->place
                                                                               : stage->info->name;
}

const char *
rush_job_status_name (RushJobStatus status)
{
  static const char *const names[] = { "RUNNING", "SUCCEEDED", "FAILED" };

  g_return_val_if_fail ((guint)status < G_N_ELEMENTS (names), NULL);
  return names[status];
}

/* ---- what ran again ---- */

#define MOST_RANGES 4 /* that are listed */

char *
rush_stage_summary_describe_recomputed (const RushStageSummary *self)
{
  const GArray *numbers = self->recomputed;
  g_autoptr (GString) text = NULL;
  guint n_ranges = 0;

  if (numbers == NULL)
    return NULL;
  text = g_string_new (numbers->len == 1 ? "partition " : "partitions ");
  for (guint i = 0, end; i < numbers->len; i = end)
    {
      guint first = g_array_index (numbers, guint, i);

      for (end = i + 1; end < numbers->len; end++)
        if (g_array_index (numbers, guint, end) != first + (end - i))
          break;
      if (n_ranges++ > 0)
        g_string_append (text, ", ");
      if (n_ranges > MOST_RANGES)
        {
          g_string_append (text, "…");
          break;
        }
      g_string_append_printf (text, "%u", first);
      if (end > i + 1)
        g_string_append_printf (text, "%s%u", end > i + 2 ? "–" : ", ", first + (end - i) - 1);
    }
  g_string_append (text, " again");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- the end ---- */

static void
stage_summary_clear (RushStageSummary *self)
{
  rush_stage_info_unref (self->info);
  g_clear_pointer (&self->recomputed, g_array_unref);
  g_free (self->because);
}

void
rush_stage_summary_free (RushStageSummary *self)
{
  if (self == NULL)
    return;
  stage_summary_clear (self);
  g_free (self);
}

void
rush_job_summary_free (RushJobSummary *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; self->stages != NULL && i < self->n_stages; i++)
    stage_summary_clear (&self->stages[i]);
  g_free (self->stages);
  g_free (self->stage_ids);
  g_free (self->call_site);
  g_free (self->place);
  g_free (self->cause);
  g_free (self->group);
  g_free (self->description);
  g_free (self->error);
  g_free (self);
}
