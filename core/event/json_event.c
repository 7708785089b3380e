/* json_event.c - an event as one line of Spark's event log.
 *
 * The History Server and the tools around it look fields up by name and ignore those that they do
 * not know.  So the rule of this file is: Spark's fields first, all of them, with Spark's names, in
 * Spark's order; what Rushlight alone knows (pairs, Python's share, the user's steps, which shuffle
 * an edge is) stands behind them in the same object, and only where there is something to say.
 *
 *     a struct here                       an object there
 *     RushTaskInfo           ──────▶      "Task Info":{"Task ID":0,"Index":0, … }
 *     gint64 run_us          ──────▶      "Executor Run Time":12        milliseconds, as Spark's
 *     gint64 …_write_us      ──────▶      "Shuffle Write Time":12000    nanoseconds, as Spark's
 *
 * Where Spark counts what cannot exist here (garbage collection, push-based shuffle, the heaps of a
 * JVM) the field is written as 0.  Accumulables are SQL's metrics alone: Spark repeats the task
 * metrics there, and readers take those from where they stand anyway.
 *
 * Mirrors: org.apache.spark.util.JsonProtocol.
 */
#include "core/event/json_private.h"

/* ---- the application and its executors ---- */

static void
put_resource_request (RushJsonWriter *w, const char *name, gint64 amount)
{
  begin_member (w, name);
  put_string (w, "Resource Name", name);
  put_int (w, "Amount", amount);
  put_string (w, "Discovery Script", "");
  put_string (w, "Vendor", "");
  rush_json_end_object (w);
}

static void
write_resource_profile (RushJsonWriter *w, const RushResourceProfileAdded *self)
{
  put_int (w, "Resource Profile Id", 0);
  begin_member (w, "Executor Resource Requests");
  put_resource_request (w, "cores", self->cores);
  put_resource_request (w, "memory", self->memory_mib);
  put_resource_request (w, "offHeap", 0);
  rush_json_end_object (w);
  begin_member (w, "Task Resource Requests");
  begin_member (w, "cpus");
  put_string (w, "Resource Name", "cpus");
  rush_json_member (w, "Amount");
  rush_json_double (w, 1.0);
  rush_json_end_object (w);
  rush_json_end_object (w);
}

static void
write_executor_added (RushJsonWriter *w, const RushExecutorAdded *self)
{
  char *attributes[] = { self->rack != NULL ? "rack" : NULL, self->rack, NULL };

  put_int (w, "Timestamp", self->time_ms);
  put_string (w, "Executor ID", self->executor_id);
  begin_member (w, "Executor Info");
  put_string (w, "Host", self->host);
  put_int (w, "Total Cores", self->cores);
  put_properties (w, "Log Urls", NULL);
  put_properties (w, "Attributes", attributes);
  put_properties (w, "Resources", NULL);
  put_int (w, "Resource Profile Id", 0);
  rush_json_end_object (w);
}

static void
write_executor_removed (RushJsonWriter *w, const RushExecutorRemoved *self)
{
  put_int (w, "Timestamp", self->time_ms);
  put_string (w, "Executor ID", self->executor_id);
  put_string (w, "Removed Reason", self->reason);
}

static void
write_cluster_step (RushJsonWriter *w, const RushClusterStep *self)
{
  put_int (w, "Timestamp", self->time_ms);
  put_string (w, "Actor", self->actor);
  put_string (w, "Step", self->step);
  put_string (w, "Executor ID", self->executor_id);
  put_string (w, "Host", self->host);
}

static void
write_container_memory (RushJsonWriter *w, const RushContainerMemory *self)
{
  put_int (w, "Timestamp", self->time_ms);
  put_string (w, "Executor ID", self->executor_id);
  put_int (w, "Used", self->used_bytes);
  put_int (w, "Container", self->container_bytes);
}

static void
write_block_manager_added (RushJsonWriter *w, const RushBlockManagerAdded *self)
{
  put_block_manager_id (w, "Block Manager ID", self->executor_id, self->host, self->port);
  put_int (w, "Maximum Memory", self->memory_bytes);
  put_int (w, "Timestamp", self->time_ms);
  put_int (w, "Maximum Onheap Memory", self->memory_bytes);
  put_int (w, "Maximum Offheap Memory", 0);
}

static void
write_block_manager_removed (RushJsonWriter *w, const RushBlockManagerRemoved *self)
{
  put_block_manager_id (w, "Block Manager ID", self->executor_id, self->host, self->port);
  put_int (w, "Timestamp", self->time_ms);
}

static void
write_block_updated (RushJsonWriter *w, const RushBlockUpdated *self)
{
  begin_member (w, "Block Updated Info");
  put_block_manager_id (w, "Block Manager ID", self->executor_id, self->host, self->port);
  put_string (w, "Block ID", self->block_id);
  rush_json_put_storage_level (w, &self->level);
  put_int (w, "Memory Size", self->memory_bytes);
  put_int (w, "Disk Size", self->disk_bytes);
  rush_json_end_object (w);
}

static void
write_environment (RushJsonWriter *w, const RushEnvironmentUpdate *self)
{
  put_properties (w, "JVM Information", self->runtime);
  put_properties (w, "Spark Properties", self->spark_properties);
  put_properties (w, "Hadoop Properties", NULL);
  put_properties (w, "System Properties", self->system_properties);
  put_properties (w, "Metrics Properties", NULL);
  put_properties (w, "Classpath Entries", NULL);
}

static void
write_application_start (RushJsonWriter *w, const RushApplicationStart *self)
{
  put_string (w, "App Name", self->app_name);
  put_string (w, "App ID", self->app_id);
  put_int (w, "Timestamp", self->time_ms);
  put_string (w, "User", self->user);
  put_string (w, "Master", self->master); /* ours */
}

static void
write_application_end (RushJsonWriter *w, const RushApplicationEnd *self)
{
  put_int (w, "Timestamp", self->time_ms);
  /* Of the context, as SparkContext.stop () has it, not the program's. */
  put_int (w, "ExitCode", 0);
}

/* ---- speculation and exclusion ----
 * Spark has no words of its own for these: their members are named as in its classes. */

static void
put_stage (RushJsonWriter *w, gint stage_id, gint stage_attempt)
{
  put_int (w, "stageId", stage_id);
  put_int (w, "stageAttemptId", stage_attempt);
}

static void
write_speculative_task (RushJsonWriter *w, const RushSpeculativeTaskSubmitted *self)
{
  put_stage (w, self->stage_id, self->stage_attempt);
}

static void
write_exclusion (RushJsonWriter *w, gint64 time_ms, const char *what, const char *name)
{
  put_int (w, "time", time_ms);
  put_string (w, what, name);
}

static void
write_executor_excluded (RushJsonWriter *w, const RushExecutorExcluded *self)
{
  write_exclusion (w, self->time_ms, "executorId", self->executor_id);
  put_int (w, "taskFailures", self->n_failures);
}

static void
write_node_excluded (RushJsonWriter *w, const RushNodeExcluded *self)
{
  write_exclusion (w, self->time_ms, "hostId", self->host);
  put_int (w, "executorFailures", self->n_failures);
}

static void
write_executor_excluded_for_stage (RushJsonWriter *w, const RushExecutorExcludedForStage *self)
{
  write_exclusion (w, self->time_ms, "executorId", self->executor_id);
  put_int (w, "taskFailures", self->n_failures);
  put_stage (w, self->stage_id, self->stage_attempt);
}

static void
write_node_excluded_for_stage (RushJsonWriter *w, const RushNodeExcludedForStage *self)
{
  write_exclusion (w, self->time_ms, "hostId", self->host);
  put_int (w, "executorFailures", self->n_failures);
  put_stage (w, self->stage_id, self->stage_attempt);
}

/* ---- the event ---- */

static void
write_payload (RushJsonWriter *w, const RushEvent *self)
{
  switch (self->kind)
    {
    case RUSH_EVENT_LOG_START:
      put_string (w, "Spark Version", self->log_start.version);
      break;
    case RUSH_EVENT_RESOURCE_PROFILE_ADDED:
      write_resource_profile (w, &self->resource_profile_added);
      break;
    case RUSH_EVENT_EXECUTOR_ADDED:
      write_executor_added (w, &self->executor_added);
      break;
    case RUSH_EVENT_BLOCK_MANAGER_ADDED:
      write_block_manager_added (w, &self->block_manager_added);
      break;
    case RUSH_EVENT_ENVIRONMENT_UPDATE:
      write_environment (w, &self->environment_update);
      break;
    case RUSH_EVENT_APPLICATION_START:
      write_application_start (w, &self->application_start);
      break;
    case RUSH_EVENT_JOB_START:
      rush_json_write_job_start (w, &self->job_start);
      break;
    case RUSH_EVENT_STAGE_SUBMITTED:
      rush_json_write_stage_submitted (w, &self->stage_submitted);
      break;
    case RUSH_EVENT_TASK_START:
      rush_json_write_task_start (w, &self->task_start);
      break;
    case RUSH_EVENT_TASK_END:
      rush_json_write_task_end (w, &self->task_end);
      break;
    case RUSH_EVENT_STAGE_COMPLETED:
      rush_json_write_stage_completed (w, &self->stage_completed);
      break;
    case RUSH_EVENT_JOB_END:
      rush_json_write_job_end (w, &self->job_end);
      break;
    case RUSH_EVENT_EXECUTOR_REMOVED:
      write_executor_removed (w, &self->executor_removed);
      break;
    case RUSH_EVENT_BLOCK_MANAGER_REMOVED:
      write_block_manager_removed (w, &self->block_manager_removed);
      break;
    case RUSH_EVENT_BLOCK_UPDATED:
      write_block_updated (w, &self->block_updated);
      break;
    case RUSH_EVENT_SQL_EXECUTION_START:
      rush_json_write_sql_execution_start (w, &self->sql_execution_start);
      break;
    case RUSH_EVENT_SQL_ADAPTIVE_UPDATE:
      rush_json_write_sql_adaptive_update (w, &self->sql_adaptive_update);
      break;
    case RUSH_EVENT_DRIVER_ACCUM_UPDATES:
      rush_json_write_driver_accum_updates (w, &self->driver_accum_updates);
      break;
    case RUSH_EVENT_SQL_EXECUTION_END:
      rush_json_write_sql_execution_end (w, &self->sql_execution_end);
      break;
    case RUSH_EVENT_SPECULATIVE_TASK_SUBMITTED:
      write_speculative_task (w, &self->speculative_task_submitted);
      break;
    case RUSH_EVENT_EXECUTOR_EXCLUDED:
      write_executor_excluded (w, &self->executor_excluded);
      break;
    case RUSH_EVENT_EXECUTOR_UNEXCLUDED:
      write_exclusion (w, self->executor_unexcluded.time_ms, "executorId",
                       self->executor_unexcluded.executor_id);
      break;
    case RUSH_EVENT_NODE_EXCLUDED:
      write_node_excluded (w, &self->node_excluded);
      break;
    case RUSH_EVENT_NODE_UNEXCLUDED:
      write_exclusion (w, self->node_unexcluded.time_ms, "hostId", self->node_unexcluded.host);
      break;
    case RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE:
      write_executor_excluded_for_stage (w, &self->executor_excluded_for_stage);
      break;
    case RUSH_EVENT_NODE_EXCLUDED_FOR_STAGE:
      write_node_excluded_for_stage (w, &self->node_excluded_for_stage);
      break;
    case RUSH_EVENT_CLUSTER_STEP:
      write_cluster_step (w, &self->cluster_step);
      break;
    case RUSH_EVENT_CONTAINER_MEMORY:
      write_container_memory (w, &self->container_memory);
      break;
    case RUSH_EVENT_UNPERSIST_RDD:
      put_int (w, "RDD ID", self->unpersist_rdd.rdd_id);
      break;
    case RUSH_EVENT_APPLICATION_END:
      write_application_end (w, &self->application_end);
      break;
    case RUSH_N_EVENTS:
      g_assert_not_reached ();
    }
}

void
rush_event_write_json (const RushEvent *self, RushJsonWriter *writer)
{
  g_return_if_fail (self != NULL && writer != NULL);

  rush_json_begin_object (writer);
  put_string (writer, "Event", rush_event_kind_spark_name (self->kind));
  write_payload (writer, self);
  rush_json_end_object (writer);
}
