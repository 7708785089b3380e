/* fixture_state.c - what runs, what lies where, what listeners were told: questions of a test. */
#include "fixture.h"

guint
fixture_n_running (Fixture *self, gint stage, gint attempt)
{
  guint n = 0;

  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    {
      const RushStageWork *work = scripted_backend_running (self->backend, i)->task->work;

      n += work->stage_id == stage && work->stage_attempt == attempt;
    }
  return n;
}

void
fixture_assert_running (Fixture *self, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    {
      const ScriptedTask *task = scripted_backend_running (self->backend, i);

      g_string_append_printf (text, "%s%d.%d:%u@%s", i > 0 ? " " : "", task->task->work->stage_id,
                              task->task->work->stage_attempt, task->task->partition,
                              task->executor_id);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

void
fixture_assert_partitions (Fixture *self, gint stage, gint attempt, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint max = 0;

  for (guint i = 0; i < scripted_backend_n_running (self->backend); i++)
    max = MAX (max, scripted_backend_running (self->backend, i)->task->partition);
  for (guint p = 0; p <= max; p++)
    if (fixture_find (self, stage, attempt, p) != NULL)
      g_string_append_printf (text, "%s%u", text->len > 0 ? " " : "", p);
  g_assert_cmpstr (text->str, ==, expected);
}

void
fixture_assert_outputs (Fixture *self, gint shuffle_id, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < rush_map_output_tracker_n_maps (self->tracker, shuffle_id); i++)
    {
      g_autoptr (RushMapStatus) status = rush_map_output_tracker_get (self->tracker, shuffle_id, i);

      g_string_append_printf (text, "%s%u@%s", i > 0 ? " " : "", i,
                              status != NULL ? status->executor_id : "-");
    }
  g_assert_cmpstr (text->str, ==, expected);
}

char *
fixture_place_of (Fixture *self, gint shuffle_id, guint map_index)
{
  g_autoptr (RushMapStatus) status =
      rush_map_output_tracker_get (self->tracker, shuffle_id, map_index);

  return g_strdup (status->executor_id);
}

/* ---- events ---- */

/* "JobStart" of "SparkListenerJobStart", with or without a package before it. */
static const char *
short_name (const RushEvent *event)
{
  return strstr (rush_event_kind_spark_name (event->kind), "SparkListener") +
         strlen ("SparkListener");
}

static void
describe_event (const RushEvent *event, GString *out)
{
  const char *kind = short_name (event);

  g_string_append (out, kind);
  switch ((int)event->kind)
    {
    case RUSH_EVENT_JOB_START:
      g_string_append_printf (out, " %d [", event->job_start.job_id);
      for (guint i = 0; i < event->job_start.n_stages; i++)
        g_string_append_printf (out, "%s%d", i > 0 ? "," : "",
                                event->job_start.stages[i]->stage_id);
      g_string_append (out, "]");
      break;
    case RUSH_EVENT_JOB_END:
      g_string_append_printf (out, " %d %s", event->job_end.job_id,
                              event->job_end.succeeded ? "ok" : "failed");
      break;
    case RUSH_EVENT_STAGE_SUBMITTED:
      g_string_append_printf (out, " %d.%d (%u)", event->stage_submitted.stage->stage_id,
                              event->stage_submitted.stage->attempt,
                              event->stage_submitted.stage->n_tasks);
      break;
    case RUSH_EVENT_STAGE_COMPLETED:
      g_string_append_printf (out, " %d.%d %s", event->stage_completed.stage->stage_id,
                              event->stage_completed.stage->attempt,
                              event->stage_completed.stage->failure_reason == NULL ? "ok"
                                                                                   : "failed");
      break;
    case RUSH_EVENT_TASK_START:
      g_string_append_printf (out, " %d.%d:%u", event->task_start.stage_id,
                              event->task_start.stage_attempt, event->task_start.task.partition);
      break;
    case RUSH_EVENT_TASK_END:
      g_string_append_printf (out, " %d.%d:%u %s", event->task_end.stage_id,
                              event->task_end.stage_attempt, event->task_end.task.partition,
                              event->task_end.reason);
      break;
    case RUSH_EVENT_EXECUTOR_EXCLUDED:
      g_string_append_printf (out, " %s (%u)", event->executor_excluded.executor_id,
                              event->executor_excluded.n_failures);
      break;
    case RUSH_EVENT_EXECUTOR_UNEXCLUDED:
      g_string_append_printf (out, " %s", event->executor_unexcluded.executor_id);
      break;
    case RUSH_EVENT_NODE_EXCLUDED:
      g_string_append_printf (out, " %s (%u)", event->node_excluded.host,
                              event->node_excluded.n_failures);
      break;
    case RUSH_EVENT_NODE_UNEXCLUDED:
      g_string_append_printf (out, " %s", event->node_unexcluded.host);
      break;
    case RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE:
      g_string_append_printf (out, " %s (%u) %d.%d", event->executor_excluded_for_stage.executor_id,
                              event->executor_excluded_for_stage.n_failures,
                              event->executor_excluded_for_stage.stage_id,
                              event->executor_excluded_for_stage.stage_attempt);
      break;
    case RUSH_EVENT_NODE_EXCLUDED_FOR_STAGE:
      g_string_append_printf (out, " %s (%u) %d.%d", event->node_excluded_for_stage.host,
                              event->node_excluded_for_stage.n_failures,
                              event->node_excluded_for_stage.stage_id,
                              event->node_excluded_for_stage.stage_attempt);
      break;
    case RUSH_EVENT_SPECULATIVE_TASK_SUBMITTED:
      g_string_append_printf (out, " %d.%d:%u", event->speculative_task_submitted.stage_id,
                              event->speculative_task_submitted.stage_attempt,
                              event->speculative_task_submitted.partition);
      break;
    default:
      break;
    }
}

char *
fixture_events (Fixture *self, const char *kinds)
{
  GString *out = g_string_new (NULL);
  g_auto (GStrv) wanted = g_strsplit (kinds, " ", -1);

  for (guint i = 0; i < self->events->len; i++)
    {
      const RushEvent *event = g_ptr_array_index (self->events, i);
      const char *kind = short_name (event);

      if (!g_strv_contains ((const char *const *)wanted, kind))
        continue;
      if (out->len > 0)
        g_string_append (out, "; ");
      describe_event (event, out);
    }
  return g_string_free (out, FALSE);
}
