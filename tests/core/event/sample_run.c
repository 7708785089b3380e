/* See sample_run.h. */
#include "sample_run.h"

#include <string.h>

char **
sample_properties (const char *key, ...)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();
  va_list args;

  va_start (args, key);
  for (const char *text = key; text != NULL; text = va_arg (args, const char *))
    g_ptr_array_add (pairs, g_strdup (text));
  va_end (args);
  g_ptr_array_add (pairs, NULL);
  return (char **)g_ptr_array_steal (pairs, NULL);
}

/* ---- stages ---- */

static RushRddInfo *
make_rdd (gint id, const char *name, const char *scope, const char *call_site, gint parent,
          gint shuffle)
{
  RushRddInfo *rdd = rush_rdd_info_new ();

  rdd->rdd_id = id;
  rdd->name = g_strdup (name);
  rdd->scope = g_strdup (scope);
  rdd->call_site = g_strdup (call_site);
  rdd->n_partitions = 2;
  rdd->determinism = "DETERMINATE";
  if (parent < 0)
    return rdd;
  rdd->n_parents = 1;
  rdd->parent_ids = g_memdup2 (&parent, sizeof parent);
  rdd->parent_shuffle_ids = g_memdup2 (&shuffle, sizeof shuffle);
  return rdd;
}

RushStageInfo *
sample_map_stage (gint stage_id)
{
  RushStageInfo *stage = rush_stage_info_new (3, 0);
  const char *site = "reduceByKey at /home/ann/app.py:9";
  const char *steps[] = { "flatMap\tapp.py:9", "map\tapp.py:9", NULL };

  stage->stage_id = stage_id;
  stage->name = g_strdup (site);
  stage->details = g_strdup ("/home/ann/app.py:9\n");
  stage->n_tasks = 2;
  stage->shuffle_id = 0;
  stage->rdds[0] = make_rdd (2, "PairwiseRDD", "reduceByKey", site, 1, -1);
  stage->rdds[1] = make_rdd (1, "PythonRDD", "reduceByKey", site, 0, -1);
  stage->rdds[2] = make_rdd (0, "ParallelCollectionRDD", "parallelize",
                             "parallelize at /home/ann/app.py:8", -1, -1);
  stage->rdds[1]->steps = g_strdupv ((char **)steps);
  return stage;
}

RushStageInfo *
sample_result_stage (gint stage_id, gint parent_stage_id, const char *action, gint python_rdd_id)
{
  RushStageInfo *stage = rush_stage_info_new (3, 1);
  const char *site = "reduceByKey at /home/ann/app.py:9";

  stage->stage_id = stage_id;
  stage->name = g_strdup (action);
  stage->details = g_strdup ("");
  stage->n_tasks = 2;
  stage->parent_ids[0] = parent_stage_id;
  stage->rdds[0] = make_rdd (python_rdd_id, "PythonRDD", NULL, action, 4, -1);
  stage->rdds[1] = make_rdd (4, "MapPartitionsRDD", "reduceByKey", site, 3, -1);
  stage->rdds[2] = make_rdd (3, "ShuffledRDD", "reduceByKey", site, 2, 0);
  return stage;
}

/* ---- events ---- */

RushEvent *
sample_job_start (gint job_id, gint64 at_ms, const char *call_site, const char *cause,
                  RushStageInfo *first, RushStageInfo *second)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_JOB_START);
  RushJobStart *start = &event->job_start;

  start->job_id = job_id;
  start->time_ms = SAMPLE_START_MS + at_ms;
  start->stages = g_new (RushStageInfo *, 2);
  if (first != NULL)
    start->stages[start->n_stages++] = rush_stage_info_ref (first);
  if (second != NULL)
    start->stages[start->n_stages++] = rush_stage_info_ref (second);
  start->properties =
      sample_properties ("callSite.short", call_site, "spark.rushlight.job.cause", cause, NULL);
  return event;
}

RushEvent *
sample_job_end (gint job_id, gint64 at_ms, const char *error)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_JOB_END);

  event->job_end = (RushJobEnd){ .job_id = job_id,
                                 .time_ms = SAMPLE_START_MS + at_ms,
                                 .succeeded = error == NULL,
                                 .error = g_strdup (error) };
  return event;
}

static RushStageInfo *
attempt_of (RushStageInfo *stage, gint attempt, gint64 submission_ms)
{
  RushStageInfo *info = rush_stage_info_dup (stage);

  info->attempt = attempt;
  info->submission_ms = submission_ms;
  return info;
}

RushEvent *
sample_stage_submitted (RushStageInfo *stage, gint attempt, gint64 at_ms)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_STAGE_SUBMITTED);

  event->stage_submitted.stage = attempt_of (stage, attempt, SAMPLE_START_MS + at_ms);
  event->stage_submitted.properties = sample_properties ("callSite.short", stage->name, NULL);
  return event;
}

RushEvent *
sample_stage_completed (RushStageInfo *stage, gint attempt, gint64 at_ms, const char *failure)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_STAGE_COMPLETED);

  event->stage_completed.stage = attempt_of (stage, attempt, SAMPLE_START_MS);
  event->stage_completed.stage->completion_ms = SAMPLE_START_MS + at_ms;
  event->stage_completed.stage->failure_reason = g_strdup (failure);
  return event;
}

static RushTaskInfo
task_info (gint64 task_id, guint index)
{
  RushTaskInfo task = { .task_id = task_id,
                        .index = index,
                        .partition = index,
                        .launch_ms = SAMPLE_START_MS + 10 + task_id,
                        .executor_id = "driver",
                        .host = "localhost",
                        .locality = RUSH_LOCALITY_PROCESS_LOCAL };
  return task;
}

RushEvent *
sample_task_start (gint stage_id, gint attempt, gint64 task_id, guint index)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_TASK_START);

  event->task_start = (RushTaskStart){ stage_id, attempt, task_info (task_id, index) };
  return event;
}

static const RushTaskMetrics map_metrics = { .run_us = 100 * 1000,
                                             .cpu_ns = 80 * 1000 * 1000,
                                             .result_bytes = 900,
                                             .shuffle_write_bytes = 168,
                                             .shuffle_write_records = 2,
                                             .shuffle_write_pairs = 5,
                                             .shuffle_write_us = 7000,
                                             .peak_execution_memory = 4096,
                                             .python_start_us = 3000,
                                             .python_run_us = 60 * 1000,
                                             .python_bytes_in = 400,
                                             .python_bytes_out = 200 };
static const RushTaskMetrics result_metrics = { .run_us = 50 * 1000,
                                                .cpu_ns = 40 * 1000 * 1000,
                                                .result_bytes = 1200,
                                                .shuffle_local_blocks = 2,
                                                .shuffle_local_bytes = 168,
                                                .shuffle_read_records = 2,
                                                .shuffle_read_pairs = 5 };

RushEvent *
sample_task_end (RushStageInfo *stage, gint attempt, gint64 task_id, guint index,
                 const char *reason)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_TASK_END);
  RushTaskEnd *end = &event->task_end;
  gboolean success = strcmp (reason, "Success") == 0;

  end->stage_id = stage->stage_id;
  end->stage_attempt = attempt;
  end->is_result = stage->shuffle_id < 0;
  end->task = task_info (task_id, index);
  end->task.finish_ms = end->task.launch_ms + (end->is_result ? 50 : 100);
  end->reason = reason;
  end->task.killed = strcmp (reason, "TaskKilled") == 0;
  end->task.failed = !success && !end->task.killed;
  if (!success)
    end->message = g_strdup ("this is why");
  end->metrics = end->is_result ? result_metrics : map_metrics;
  return event;
}

/* ---- the application ---- */

static void
post_stage (RushEventBus *bus, RushStageInfo *stage, gint64 first_task_id, gint64 begin_ms,
            gint64 end_ms)
{
  rush_event_bus_post (bus, sample_stage_submitted (stage, 0, begin_ms));
  for (guint i = 0; i < 2; i++)
    rush_event_bus_post (bus, sample_task_start (stage->stage_id, 0, first_task_id + i, i));
  for (guint i = 0; i < 2; i++)
    rush_event_bus_post (bus, sample_task_end (stage, 0, first_task_id + i, i, "Success"));
  rush_event_bus_post (bus, sample_stage_completed (stage, 0, end_ms, NULL));
}

static void
post_beginning (RushEventBus *bus)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_LOG_START);
  event->log_start.version = g_strdup ("4.3.0");
  rush_event_bus_post (bus, event);

  event = rush_event_new (RUSH_EVENT_RESOURCE_PROFILE_ADDED);
  event->resource_profile_added = (RushResourceProfileAdded){ .memory_mib = 1024, .cores = 1 };
  rush_event_bus_post (bus, event);

  event = rush_event_new (RUSH_EVENT_EXECUTOR_ADDED);
  event->executor_added =
      (RushExecutorAdded){ SAMPLE_START_MS, g_strdup ("driver"), g_strdup ("localhost"), 2, NULL };
  rush_event_bus_post (bus, event);

  event = rush_event_new (RUSH_EVENT_BLOCK_MANAGER_ADDED);
  event->block_manager_added = (RushBlockManagerAdded){ SAMPLE_START_MS, g_strdup ("driver"),
                                                        g_strdup ("localhost"), 0, 455501414 };
  rush_event_bus_post (bus, event);

  event = rush_event_new (RUSH_EVENT_ENVIRONMENT_UPDATE);
  event->environment_update.runtime = sample_properties ("Java Version", "none", NULL);
  event->environment_update.spark_properties =
      sample_properties ("spark.app.name", "sample", "spark.master", "local[2]", NULL);
  event->environment_update.system_properties = sample_properties (NULL, NULL);
  rush_event_bus_post (bus, event);

  event = rush_event_new (RUSH_EVENT_APPLICATION_START);
  event->application_start =
      (RushApplicationStart){ g_strdup ("sample"), g_strdup (SAMPLE_APP_ID), g_strdup ("ann"),
                              g_strdup ("local[2]"), SAMPLE_START_MS };
  rush_event_bus_post (bus, event);
}

void
sample_run_post (RushEventBus *bus)
{
  const char *collect = "collect at /home/ann/app.py:10", *count = "count at /home/ann/app.py:11";
  g_autoptr (RushStageInfo) map = sample_map_stage (0);
  g_autoptr (RushStageInfo) collected = sample_result_stage (1, 0, collect, 5);
  g_autoptr (RushStageInfo) skipped = sample_map_stage (2);
  g_autoptr (RushStageInfo) counted = sample_result_stage (3, 2, count, 6);

  post_beginning (bus);
  rush_event_bus_post (bus, sample_job_start (0, 0, collect, "action", map, collected));
  post_stage (bus, map, 0, 5, 150);
  post_stage (bus, collected, 2, 155, 300);
  rush_event_bus_post (bus, sample_job_end (0, 310, NULL));

  rush_event_bus_post (bus, sample_job_start (1, 400, count, "action", skipped, counted));
  post_stage (bus, counted, 4, 405, 480);
  rush_event_bus_post (bus, sample_job_end (1, 490, NULL));

  RushEvent *event = rush_event_new (RUSH_EVENT_APPLICATION_END);
  event->application_end.time_ms = SAMPLE_START_MS + 1000;
  rush_event_bus_post (bus, event);
}
