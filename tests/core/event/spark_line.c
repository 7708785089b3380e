/* See spark_line.h.  One function an event, in the order of events.def. */
#include "spark_line.h"

#include "spark_sql_line.h"

#include <string.h>

static char *
dup_string (const RushJson *object, const char *name)
{
  return g_strdup (rush_json_get_string (object, name, NULL));
}

static char **
dup_pairs (const RushJson *object)
{
  GPtrArray *pairs = g_ptr_array_new ();

  for (guint i = 0; i < rush_json_length (object); i++)
    {
      g_ptr_array_add (pairs, g_strdup (rush_json_name (object, i)));
      g_ptr_array_add (pairs, g_strdup (rush_json_as_string (rush_json_item (object, i), "")));
    }
  g_ptr_array_add (pairs, NULL);
  return (char **)g_ptr_array_free (pairs, FALSE);
}

static gint *
dup_ints (const RushJson *array)
{
  gint *ints = g_new (gint, rush_json_length (array));

  for (guint i = 0; i < rush_json_length (array); i++)
    ints[i] = rush_json_as_int (rush_json_item (array, i), -1);
  return ints;
}

/* ---- stages ---- */

static const char *
determinism (const char *text)
{
  return strcmp (text, "UNORDERED") == 0 ? "UNORDERED" : "DETERMINATE";
}

static void
read_rdd (const RushJson *rdd, RushRddInfo *out)
{
  g_autoptr (RushJson) scope = NULL;
  const char *scope_text = rush_json_get_string (rdd, "Scope", NULL);

  if (scope_text != NULL)
    scope = rush_json_parse (scope_text, -1, NULL);
  out->rdd_id = rush_json_get_int (rdd, "RDD ID", -1);
  out->name = dup_string (rdd, "Name");
  out->scope = scope != NULL ? dup_string (scope, "name") : NULL;
  out->call_site = dup_string (rdd, "Callsite");
  out->n_parents = rush_json_length (rush_json_get (rdd, "Parent IDs"));
  out->parent_ids = dup_ints (rush_json_get (rdd, "Parent IDs"));
  out->n_partitions = rush_json_get_int (rdd, "Number of Partitions", 0);
  out->barrier = rush_json_get_bool (rdd, "Barrier", TRUE);
  out->determinism = determinism (rush_json_get_string (rdd, "DeterministicLevel", ""));
}

/* What Spark does not say (steps, shuffles) is what ours has to say of a Python word count. */
static void
add_ours (RushStageInfo *stage)
{
  static const char *const steps[] = { "map\tapp.py:9", NULL };

  for (guint i = 0; i < stage->n_rdds; i++)
    {
      RushRddInfo *rdd = stage->rdds[i];
      if (strcmp (rdd->name, "PythonRDD") == 0)
        rdd->steps = g_strdupv ((char **)steps);
      if (strcmp (rdd->name, "ShuffledRDD") == 0)
        rdd->parent_shuffle_ids = g_new0 (gint, rdd->n_parents);
      if (strcmp (rdd->name, "PairwiseRDD") == 0)
        stage->shuffle_id = 0;
    }
}

static RushStageInfo *
read_stage (const RushJson *json)
{
  const RushJson *rdds = rush_json_get (json, "RDD Info");
  const RushJson *parents = rush_json_get (json, "Parent IDs");
  RushStageInfo *stage = rush_stage_info_new (rush_json_length (rdds), rush_json_length (parents));

  g_free (stage->parent_ids);
  stage->parent_ids = dup_ints (parents);
  stage->stage_id = rush_json_get_int (json, "Stage ID", -1);
  stage->attempt = rush_json_get_int (json, "Stage Attempt ID", -1);
  stage->name = dup_string (json, "Stage Name");
  stage->details = dup_string (json, "Details");
  stage->n_tasks = rush_json_get_int (json, "Number of Tasks", 0);
  stage->submission_ms = rush_json_get_int (json, "Submission Time", 0);
  stage->completion_ms = rush_json_get_int (json, "Completion Time", 0);
  stage->failure_reason = dup_string (json, "Failure Reason");
  for (guint i = 0; i < stage->n_rdds; i++)
    read_rdd (rush_json_item (rdds, i), stage->rdds[i] = rush_rdd_info_new ());
  add_ours (stage);
  return stage;
}

/* ---- tasks ---- */

static RushLocality
read_locality (const char *text)
{
  for (guint l = RUSH_LOCALITY_PROCESS_LOCAL; l <= RUSH_LOCALITY_ANY; l++)
    if (strcmp (rush_locality_name (l), text) == 0)
      return l;
  g_assert_not_reached ();
}

static RushTaskInfo
read_task (const RushJson *json)
{
  RushTaskInfo task = { .task_id = rush_json_get_int (json, "Task ID", -1),
                        .index = rush_json_get_int (json, "Index", 0),
                        .attempt = rush_json_get_int (json, "Attempt", 0),
                        .partition = rush_json_get_int (json, "Partition ID", 0),
                        .launch_ms = rush_json_get_int (json, "Launch Time", 0),
                        .finish_ms = rush_json_get_int (json, "Finish Time", 0),
                        .speculative = rush_json_get_bool (json, "Speculative", FALSE),
                        .failed = rush_json_get_bool (json, "Failed", FALSE),
                        .killed = rush_json_get_bool (json, "Killed", FALSE),
                        .locality = read_locality (rush_json_get_string (json, "Locality", "")) };

  g_strlcpy (task.executor_id, rush_json_get_string (json, "Executor ID", ""),
             sizeof task.executor_id);
  g_strlcpy (task.host, rush_json_get_string (json, "Host", ""), sizeof task.host);
  return task;
}

/* Every reason, so that the event can name it by an immortal string. */
static const char *
read_reason (const char *text)
{
  static const char *const reasons[] = { "Success", "ExceptionFailure", "TaskKilled", "FetchFailed",
                                         "ExecutorLostFailure" };

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reasons[i], text) == 0)
      return reasons[i];
  g_assert_not_reached ();
}

static void
read_end_reason (const RushJson *json, RushTaskEnd *out)
{
  static const char *const messages[] = { "Description", "Kill Reason", "Message", "Loss Reason" };
  const RushJson *address = rush_json_get (json, "Block Manager Address");

  out->reason = read_reason (rush_json_get_string (json, "Reason", ""));
  out->error_class = dup_string (json, "Class Name");
  for (gsize i = 0; i < G_N_ELEMENTS (messages) && out->message == NULL; i++)
    out->message = dup_string (json, messages[i]);
  out->fetch_executor_id = dup_string (address, "Executor ID");
  out->fetch_shuffle_id = rush_json_get_int (json, "Shuffle ID", 0);
  out->fetch_map_index = rush_json_get_int (json, "Map Index", 0);
  out->fetch_reduce_id = rush_json_get_int (json, "Reduce ID", 0);
  out->caused_by_application = rush_json_get_bool (json, "Exit Caused By App", FALSE);
}

static void
read_metrics (const RushJson *json, RushTaskMetrics *out)
{
  const RushJson *read = rush_json_get (json, "Shuffle Read Metrics");
  const RushJson *write = rush_json_get (json, "Shuffle Write Metrics");
  const RushJson *input = rush_json_get (json, "Input Metrics");
  const RushJson *output = rush_json_get (json, "Output Metrics");

  *out = (RushTaskMetrics){
    .deserialize_us = rush_json_get_int (json, "Executor Deserialize Time", 0) * 1000,
    .run_us = rush_json_get_int (json, "Executor Run Time", 0) * 1000,
    .cpu_ns = rush_json_get_int (json, "Executor CPU Time", 0),
    .result_bytes = rush_json_get_int (json, "Result Size", 0),
    .result_serialize_us = rush_json_get_int (json, "Result Serialization Time", 0) * 1000,
    .memory_bytes_spilled = rush_json_get_int (json, "Memory Bytes Spilled", 0),
    .disk_bytes_spilled = rush_json_get_int (json, "Disk Bytes Spilled", 0),
    .peak_execution_memory = rush_json_get_int (json, "Peak Execution Memory", 0),
    .input_bytes = rush_json_get_int (input, "Bytes Read", 0),
    .input_records = rush_json_get_int (input, "Records Read", 0),
    .output_bytes = rush_json_get_int (output, "Bytes Written", 0),
    .output_records = rush_json_get_int (output, "Records Written", 0),
    .shuffle_local_blocks = rush_json_get_int (read, "Local Blocks Fetched", 0),
    .shuffle_remote_blocks = rush_json_get_int (read, "Remote Blocks Fetched", 0),
    .shuffle_local_bytes = rush_json_get_int (read, "Local Bytes Read", 0),
    .shuffle_remote_bytes = rush_json_get_int (read, "Remote Bytes Read", 0),
    .shuffle_fetch_wait_us = rush_json_get_int (read, "Fetch Wait Time", 0) * 1000,
    .shuffle_read_records = rush_json_get_int (read, "Total Records Read", 0),
    .shuffle_write_bytes = rush_json_get_int (write, "Shuffle Bytes Written", 0),
    .shuffle_write_records = rush_json_get_int (write, "Shuffle Records Written", 0),
    .shuffle_write_us = rush_json_get_int (write, "Shuffle Write Time", 0) / 1000,
    .python_run_us = 1000, /* ours, so that what we add is seen too */
  };
}

static void
read_task_end (const RushJson *line, RushTaskEnd *out)
{
  const RushJson *executor = rush_json_get (line, "Task Executor Metrics");

  out->stage_id = rush_json_get_int (line, "Stage ID", -1);
  out->stage_attempt = rush_json_get_int (line, "Stage Attempt ID", -1);
  out->is_result = g_str_equal (rush_json_get_string (line, "Task Type", ""), "ResultTask");
  out->task = read_task (rush_json_get (line, "Task Info"));
  read_end_reason (rush_json_get (line, "Task End Reason"), out);
  read_metrics (rush_json_get (line, "Task Metrics"), &out->metrics);
  out->metrics.pool_execution_bytes = rush_json_get_int (executor, "OnHeapExecutionMemory", 0);
  out->metrics.pool_storage_bytes = rush_json_get_int (executor, "OnHeapStorageMemory", 0);
}

/* ---- jobs ---- */

static void
read_job_start (const RushJson *line, RushJobStart *out)
{
  const RushJson *stages = rush_json_get (line, "Stage Infos");

  out->job_id = rush_json_get_int (line, "Job ID", -1);
  out->time_ms = rush_json_get_int (line, "Submission Time", 0);
  out->n_stages = rush_json_length (stages);
  out->stages = g_new (RushStageInfo *, out->n_stages);
  for (guint i = 0; i < out->n_stages; i++)
    out->stages[i] = read_stage (rush_json_item (stages, i));
  out->properties = dup_pairs (rush_json_get (line, "Properties"));
}

static void
read_job_end (const RushJson *line, RushJobEnd *out)
{
  const RushJson *result = rush_json_get (line, "Job Result");

  out->job_id = rush_json_get_int (line, "Job ID", -1);
  out->time_ms = rush_json_get_int (line, "Completion Time", 0);
  out->succeeded = rush_json_get (result, "Exception") == NULL;
  out->error = dup_string (rush_json_get (result, "Exception"), "Message");
}

/* ---- the application ---- */

static void
read_block_manager (const RushJson *line, char **out_executor_id, char **out_host, guint *out_port)
{
  const RushJson *id = rush_json_get (line, "Block Manager ID");

  *out_executor_id = dup_string (id, "Executor ID");
  *out_host = dup_string (id, "Host");
  *out_port = rush_json_get_int (id, "Port", 0);
}

static void
read_block_updated (const RushJson *info, RushBlockUpdated *out)
{
  const RushJson *level = rush_json_get (info, "Storage Level");

  read_block_manager (info, &out->executor_id, &out->host, &out->port);
  out->block_id = dup_string (info, "Block ID");
  out->level = (RushStorageLevel){
    .use_disk = rush_json_get_bool (level, "Use Disk", FALSE),
    .use_memory = rush_json_get_bool (level, "Use Memory", FALSE),
    .use_off_heap = rush_json_get_bool (level, "Use Off Heap", FALSE),
    .deserialized = rush_json_get_bool (level, "Deserialized", FALSE),
    .replication = (guint)rush_json_get_int (level, "Replication", 1),
  };
  out->memory_bytes = rush_json_get_int (info, "Memory Size", 0);
  out->disk_bytes = rush_json_get_int (info, "Disk Size", 0);
}

static gint64
amount_of (const RushJson *line, const char *resource)
{
  const RushJson *requests = rush_json_get (line, "Executor Resource Requests");

  return rush_json_get_int (rush_json_get (requests, resource), "Amount", 0);
}

static RushEventKind
read_kind (const char *name)
{
  for (guint kind = 0; kind < RUSH_N_EVENTS; kind++)
    if (strcmp (rush_event_kind_spark_name (kind), name) == 0)
      return kind;
  g_assert_not_reached ();
}

/* ---- speculation and exclusion ---- */

static void
read_exclusion (const RushJson *line, RushEvent *event)
{
  gint64 time_ms = rush_json_get_int (line, "time", 0);
  gint stage = rush_json_get_int (line, "stageId", -1);
  gint attempt = rush_json_get_int (line, "stageAttemptId", -1);
  guint n_tasks = rush_json_get_int (line, "taskFailures", 0);
  guint n_executors = rush_json_get_int (line, "executorFailures", 0);

  switch ((int)event->kind) /* these only */
    {
    case RUSH_EVENT_SPECULATIVE_TASK_SUBMITTED:
      event->speculative_task_submitted = (RushSpeculativeTaskSubmitted){ stage, attempt, 0, 0 };
      break;
    case RUSH_EVENT_EXECUTOR_EXCLUDED:
      event->executor_excluded =
          (RushExecutorExcluded){ time_ms, dup_string (line, "executorId"), n_tasks };
      break;
    case RUSH_EVENT_EXECUTOR_UNEXCLUDED:
      event->executor_unexcluded =
          (RushExecutorUnexcluded){ time_ms, dup_string (line, "executorId") };
      break;
    case RUSH_EVENT_NODE_EXCLUDED:
      event->node_excluded =
          (RushNodeExcluded){ time_ms, dup_string (line, "hostId"), n_executors };
      break;
    case RUSH_EVENT_NODE_UNEXCLUDED:
      event->node_unexcluded = (RushNodeUnexcluded){ time_ms, dup_string (line, "hostId") };
      break;
    case RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE:
      event->executor_excluded_for_stage =
          (RushExecutorExcludedForStage){ time_ms, dup_string (line, "executorId"), n_tasks, stage,
                                          attempt };
      break;
    case RUSH_EVENT_NODE_EXCLUDED_FOR_STAGE:
      event->node_excluded_for_stage =
          (RushNodeExcludedForStage){ time_ms, dup_string (line, "hostId"), n_executors, stage,
                                      attempt };
      break;
    default:
      g_assert_not_reached ();
    }
}

RushEvent *
spark_line_to_event (const RushJson *line)
{
  RushEvent *event = rush_event_new (read_kind (rush_json_get_string (line, "Event", "")));
  gint64 time_ms = rush_json_get_int (line, "Timestamp", 0);
  guint port;

  switch (event->kind)
    {
    case RUSH_EVENT_LOG_START:
      event->log_start.version = dup_string (line, "Spark Version");
      break;
    case RUSH_EVENT_RESOURCE_PROFILE_ADDED:
      event->resource_profile_added.cores = amount_of (line, "cores");
      event->resource_profile_added.memory_mib = amount_of (line, "memory");
      break;
    case RUSH_EVENT_EXECUTOR_ADDED:
      event->executor_added = (RushExecutorAdded){
        time_ms, dup_string (line, "Executor ID"),
        dup_string (rush_json_get (line, "Executor Info"), "Host"),
        rush_json_get_int (rush_json_get (line, "Executor Info"), "Total Cores", 0),
        dup_string (rush_json_get (rush_json_get (line, "Executor Info"), "Attributes"), "rack")
      };
      break;
    case RUSH_EVENT_BLOCK_MANAGER_ADDED:
      read_block_manager (line, &event->block_manager_added.executor_id,
                          &event->block_manager_added.host, &port);
      event->block_manager_added.port = port;
      event->block_manager_added.time_ms = time_ms;
      event->block_manager_added.memory_bytes = rush_json_get_int (line, "Maximum Memory", 0);
      break;
    case RUSH_EVENT_ENVIRONMENT_UPDATE:
      event->environment_update =
          (RushEnvironmentUpdate){ dup_pairs (rush_json_get (line, "JVM Information")),
                                   dup_pairs (rush_json_get (line, "Spark Properties")),
                                   dup_pairs (rush_json_get (line, "System Properties")) };
      break;
    case RUSH_EVENT_APPLICATION_START:
      event->application_start =
          (RushApplicationStart){ dup_string (line, "App Name"), dup_string (line, "App ID"),
                                  dup_string (line, "User"), g_strdup ("local[2]"), time_ms };
      break;
    case RUSH_EVENT_JOB_START:
      read_job_start (line, &event->job_start);
      break;
    case RUSH_EVENT_STAGE_SUBMITTED:
      event->stage_submitted.stage = read_stage (rush_json_get (line, "Stage Info"));
      event->stage_submitted.properties = dup_pairs (rush_json_get (line, "Properties"));
      break;
    case RUSH_EVENT_TASK_START:
      event->task_start = (RushTaskStart){ rush_json_get_int (line, "Stage ID", -1),
                                           rush_json_get_int (line, "Stage Attempt ID", -1),
                                           read_task (rush_json_get (line, "Task Info")) };
      break;
    case RUSH_EVENT_TASK_END:
      read_task_end (line, &event->task_end);
      break;
    case RUSH_EVENT_STAGE_COMPLETED:
      event->stage_completed.stage = read_stage (rush_json_get (line, "Stage Info"));
      break;
    case RUSH_EVENT_JOB_END:
      read_job_end (line, &event->job_end);
      break;
    case RUSH_EVENT_EXECUTOR_REMOVED:
      event->executor_removed = (RushExecutorRemoved){ time_ms, dup_string (line, "Executor ID"),
                                                       dup_string (line, "Removed Reason") };
      break;
    case RUSH_EVENT_BLOCK_MANAGER_REMOVED:
      read_block_manager (line, &event->block_manager_removed.executor_id,
                          &event->block_manager_removed.host, &port);
      event->block_manager_removed.port = port;
      event->block_manager_removed.time_ms = time_ms;
      break;
    case RUSH_EVENT_BLOCK_UPDATED:
      read_block_updated (rush_json_get (line, "Block Updated Info"), &event->block_updated);
      break;
    case RUSH_EVENT_SQL_EXECUTION_START:
    case RUSH_EVENT_SQL_ADAPTIVE_UPDATE:
    case RUSH_EVENT_DRIVER_ACCUM_UPDATES:
    case RUSH_EVENT_SQL_EXECUTION_END:
      spark_sql_line_read (line, event);
      break;
    case RUSH_EVENT_SPECULATIVE_TASK_SUBMITTED:
    case RUSH_EVENT_EXECUTOR_EXCLUDED:
    case RUSH_EVENT_EXECUTOR_UNEXCLUDED:
    case RUSH_EVENT_NODE_EXCLUDED:
    case RUSH_EVENT_NODE_UNEXCLUDED:
    case RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE:
    case RUSH_EVENT_NODE_EXCLUDED_FOR_STAGE:
      read_exclusion (line, event);
      break;
    case RUSH_EVENT_CLUSTER_STEP:
      event->cluster_step =
          (RushClusterStep){ rush_json_get_int (line, "Timestamp", 0), dup_string (line, "Actor"),
                             dup_string (line, "Step"), dup_string (line, "Executor ID"),
                             dup_string (line, "Host") };
      break;
    case RUSH_EVENT_CONTAINER_MEMORY:
      event->container_memory = (RushContainerMemory){ rush_json_get_int (line, "Timestamp", 0),
                                                       dup_string (line, "Executor ID"),
                                                       rush_json_get_int (line, "Used", 0),
                                                       rush_json_get_int (line, "Container", 0) };
      break;
    case RUSH_EVENT_UNPERSIST_RDD:
      event->unpersist_rdd.rdd_id = rush_json_get_int (line, "RDD ID", -1);
      break;
    case RUSH_EVENT_APPLICATION_END:
      event->application_end.time_ms = time_ms;
      break;
    case RUSH_N_EVENTS:
      g_assert_not_reached ();
    }
  return event;
}
