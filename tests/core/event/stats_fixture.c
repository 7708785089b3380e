/* stats_fixture.c - see the header. */
#include "stats_fixture.h"

static void
set_up (StatsFixture *self, gconstpointer retained)
{
  self->bus = rush_event_bus_new (10);
  guint n = retained != NULL ? GPOINTER_TO_UINT (retained) : 1000;
  self->stats = rush_job_stats_new (n, 1000);
  rush_event_bus_add_inline (self->bus, rush_job_stats_listener (self->stats));
  self->map = sample_map_stage (0);
  self->result = sample_result_stage (1, 0, "collect at app.py:10", 5);
}

static void
tear_down (StatsFixture *self, gconstpointer data)
{
  rush_event_bus_free (self->bus);
  rush_job_stats_unref (self->stats);
  rush_stage_info_unref (self->map);
  rush_stage_info_unref (self->result);
}

void
stats_post (StatsFixture *self, RushEvent *event)
{
  rush_event_bus_post (self->bus, event);
}

void
stats_start_job (StatsFixture *self, gint job_id, RushStageInfo *first, RushStageInfo *second)
{
  stats_post (self, sample_job_start (job_id, 0, "collect at /home/ann/app.py:10", "action", first,
                                      second));
}

void
stats_run_stage (StatsFixture *self, RushStageInfo *stage, gint attempt)
{
  gint64 id = stage->stage_id * 100 + attempt * 10;

  stats_post (self, sample_stage_submitted (stage, attempt, 5));
  for (guint i = 0; i < 2; i++)
    stats_post (self, sample_task_start (stage->stage_id, attempt, id + i, i));
  for (guint i = 0; i < 2; i++)
    stats_post (self, sample_task_end (stage, attempt, id + i, i, "Success"));
  stats_post (self, sample_stage_completed (stage, attempt, 100, NULL));
}

void
stats_assert_ids (GArray *ids, guint n, ...)
{
  va_list args;

  g_assert_cmpuint (ids->len, ==, n);
  va_start (args, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (g_array_index (ids, gint, i), ==, va_arg (args, gint));
  va_end (args);
  g_array_unref (ids);
}

void
stats_assert_summary (RushJobStats *stats, gint job_id, const char *expected)
{
  g_autoptr (RushJobSummary) job = rush_job_stats_job (stats, job_id);
  guint n_skipped = 0, n_tasks = 0;

  for (guint i = 0; i < job->n_stages; i++)
    {
      n_skipped += job->stages[i].status == RUSH_STAGE_SKIPPED;
      n_tasks += job->stages[i].n_succeeded;
    }
  g_autofree char *text = g_strdup_printf (
      "%s after %d ms, %u stages (%u skipped), %u tasks", rush_job_status_name (job->status),
      job->completion_ms > 0 ? (int)(job->completion_ms - job->submission_ms) : -1, job->n_stages,
      n_skipped, n_tasks);
  g_assert_cmpstr (text, ==, expected);
}

void
stats_add (const char *path, guint retained, void (*test) (StatsFixture *, gconstpointer))
{
  g_test_add (path, StatsFixture, GUINT_TO_POINTER (retained), set_up, test, tear_down);
}
