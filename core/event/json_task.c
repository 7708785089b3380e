/* json_task.c - tasks in the event log: who, where, how it ended, what it counted.
 *
 *     reason                fields behind it                                metrics
 *     Success               -                                               yes
 *     ExceptionFailure      class, description, stack trace                 yes
 *     TaskKilled            kill reason                                     yes
 *     FetchFailed           address, shuffle, map, reduce, message          no
 *     ExecutorLostFailure   executor, caused by the application, reason     no
 *     TaskCommitDenied      job, partition, attempt                         no
 *     Resubmitted           -                                               no
 */
#include "core/event/json_private.h"

#include <string.h>

/* ---- tasks ---- */

static void
write_task_info (RushJsonWriter *w, const RushTaskInfo *self, const GArray *accumulables)
{
  begin_member (w, "Task Info");
  put_int (w, "Task ID", self->task_id);
  put_int (w, "Index", self->index);
  put_int (w, "Attempt", self->attempt);
  put_int (w, "Partition ID", self->partition);
  put_int (w, "Launch Time", self->launch_ms);
  put_string (w, "Executor ID", self->executor_id);
  put_string (w, "Host", self->host);
  put_string (w, "Locality", rush_locality_name (self->locality));
  put_bool (w, "Speculative", self->speculative);
  put_int (w, "Getting Result Time", 0); /* results are handed over in the process */
  put_int (w, "Finish Time", self->finish_ms);
  put_bool (w, "Failed", self->failed);
  put_bool (w, "Killed", self->killed);
  rush_json_put_accumulables (w, accumulables, TRUE);
  rush_json_end_object (w);
}

void
rush_json_write_task_start (RushJsonWriter *w, const RushTaskStart *self)
{
  put_int (w, "Stage ID", self->stage_id);
  put_int (w, "Stage Attempt ID", self->stage_attempt);
  write_task_info (w, &self->task, NULL);
}

static void
put_exception (RushJsonWriter *w, const RushTaskEnd *self)
{
  const char *name = self->error_class != NULL ? self->error_class : "";
  const char *message = self->message != NULL ? self->message : "";
  g_autofree char *full = g_strdup_printf ("%s: %s", name, message);

  put_string (w, "Class Name", name);
  put_string (w, "Description", message);
  put_empty_array (w, "Stack Trace");
  put_string (w, "Full Stack Trace", full);
  put_empty_array (w, "Accumulator Updates");
}

/* Spark leaves the address out when no output was registered at all.  The map id is the attempt
 * that wrote the output; readers use the index beside it, and we know that alone. */
static void
put_fetch_failed (RushJsonWriter *w, const RushTaskEnd *self)
{
  if (self->fetch_executor_id != NULL)
    put_block_manager_id (w, "Block Manager Address", self->fetch_executor_id, "", 0);
  put_int (w, "Shuffle ID", self->fetch_shuffle_id);
  put_int (w, "Map ID", self->fetch_map_index);
  put_int (w, "Map Index", self->fetch_map_index);
  put_int (w, "Reduce ID", self->fetch_reduce_id);
  put_string (w, "Message", self->message);
}

static void
write_reason (RushJsonWriter *w, const RushTaskEnd *self)
{
  const char *reason = self->reason;

  begin_member (w, "Task End Reason");
  put_string (w, "Reason", reason);
  if (strcmp (reason, "ExceptionFailure") == 0)
    put_exception (w, self);
  else if (strcmp (reason, "FetchFailed") == 0)
    put_fetch_failed (w, self);
  else if (strcmp (reason, "TaskKilled") == 0)
    {
      put_string (w, "Kill Reason", self->message);
      put_empty_array (w, "Accumulator Updates");
    }
  else if (strcmp (reason, "ExecutorLostFailure") == 0)
    {
      put_string (w, "Executor ID", self->task.executor_id);
      put_bool (w, "Exit Caused By App", self->caused_by_application);
      put_string (w, "Loss Reason", self->message);
    }
  else if (strcmp (reason, "TaskCommitDenied") == 0)
    {
      put_int (w, "Job ID", self->stage_id); /* Hadoop's job: Spark makes one a stage */
      put_int (w, "Partition ID", self->task.partition);
      put_int (w, "Attempt Number", self->task.attempt);
    }
  rush_json_end_object (w);
}

static void
put_zeros (RushJsonWriter *w, const char *const *names)
{
  for (; *names != NULL; names++)
    put_int (w, *names, 0);
}

/* Peaks of the executor while the task ran, to Spark; what its pool held in the end, to us. */
static void
put_executor_metrics (RushJsonWriter *w, const RushTaskMetrics *m)
{
  static const char *const heaps[] = { "JVMHeapMemory", "JVMOffHeapMemory", NULL };
  static const char *const rest[] = { "OffHeapUnifiedMemory",
                                      "DirectPoolMemory",
                                      "MappedPoolMemory",
                                      "ProcessTreeJVMVMemory",
                                      "ProcessTreeJVMRSSMemory",
                                      "ProcessTreePythonVMemory",
                                      "ProcessTreePythonRSSMemory",
                                      "ProcessTreeOtherVMemory",
                                      "ProcessTreeOtherRSSMemory",
                                      "MinorGCCount",
                                      "MinorGCTime",
                                      "MajorGCCount",
                                      "MajorGCTime",
                                      "TotalGCTime",
                                      "ConcurrentGCCount",
                                      "ConcurrentGCTime",
                                      NULL };

  begin_member (w, "Task Executor Metrics");
  put_zeros (w, heaps);
  put_int (w, "OnHeapExecutionMemory", m->pool_execution_bytes);
  put_int (w, "OffHeapExecutionMemory", 0);
  put_int (w, "OnHeapStorageMemory", m->pool_storage_bytes);
  put_int (w, "OffHeapStorageMemory", 0);
  put_int (w, "OnHeapUnifiedMemory", m->pool_execution_bytes + m->pool_storage_bytes);
  put_zeros (w, rest);
  rush_json_end_object (w);
}

static void
put_shuffle_read (RushJsonWriter *w, const RushTaskMetrics *m)
{
  static const char *const push_based[] = {
    "Corrupt Merged Block Chunks",     "Merged Fetch Fallback Count",
    "Merged Remote Blocks Fetched",    "Merged Local Blocks Fetched",
    "Merged Remote Chunks Fetched",    "Merged Local Chunks Fetched",
    "Merged Remote Bytes Read",        "Merged Local Bytes Read",
    "Merged Remote Requests Duration", NULL
  };

  begin_member (w, "Shuffle Read Metrics");
  put_int (w, "Remote Blocks Fetched", m->shuffle_remote_blocks);
  put_int (w, "Local Blocks Fetched", m->shuffle_local_blocks);
  put_int (w, "Fetch Wait Time", m->shuffle_fetch_wait_us / 1000);
  put_int (w, "Remote Bytes Read", m->shuffle_remote_bytes);
  put_int (w, "Remote Bytes Read To Disk", 0);
  put_int (w, "Local Bytes Read", m->shuffle_local_bytes);
  put_int (w, "Total Records Read", m->shuffle_read_records);
  put_int (w, "Remote Requests Duration", 0);
  begin_member (w, "Push Based Shuffle");
  put_zeros (w, push_based);
  rush_json_end_object (w);
  put_int (w, "Shuffle Pairs Read", m->shuffle_read_pairs); /* ours */
  rush_json_end_object (w);
}

static void
put_shuffle_write (RushJsonWriter *w, const RushTaskMetrics *m)
{
  begin_member (w, "Shuffle Write Metrics");
  put_int (w, "Shuffle Bytes Written", m->shuffle_write_bytes);
  put_int (w, "Shuffle Write Time", m->shuffle_write_us * 1000);
  put_int (w, "Shuffle Records Written", m->shuffle_write_records);
  put_int (w, "Shuffle Pairs Written", m->shuffle_write_pairs); /* ours */
  rush_json_end_object (w);
}

static void
put_two (RushJsonWriter *w, const char *object, const char *first, gint64 first_value,
         const char *second, gint64 second_value)
{
  begin_member (w, object);
  put_int (w, first, first_value);
  put_int (w, second, second_value);
  rush_json_end_object (w);
}

static void
put_python (RushJsonWriter *w, const RushTaskMetrics *m)
{
  begin_member (w, "Python Metrics");
  put_int (w, "Worker Start Time", m->python_start_us / 1000);
  put_int (w, "Worker Run Time", m->python_run_us / 1000);
  put_int (w, "Bytes Sent", m->python_bytes_in);
  put_int (w, "Bytes Received", m->python_bytes_out);
  rush_json_end_object (w);
}

/* Ours; a task that has nothing to do with persisted RDDs says nothing of them. */
static void
put_kept_blocks (RushJsonWriter *w, const RushTaskMetrics *m)
{
  if (m->kept_blocks_read + m->kept_blocks_computed > 0)
    put_two (w, "Kept Blocks", "Read", m->kept_blocks_read, "Computed", m->kept_blocks_computed);
}

static void
write_metrics (RushJsonWriter *w, const RushTaskMetrics *m)
{
  begin_member (w, "Task Metrics");
  put_int (w, "Executor Deserialize Time", m->deserialize_us / 1000);
  put_int (w, "Executor Deserialize CPU Time", 0);
  put_int (w, "Executor Run Time", m->run_us / 1000);
  put_int (w, "Executor CPU Time", m->cpu_ns);
  put_int (w, "Peak Execution Memory", m->peak_execution_memory);
  put_int (w, "Peak On Heap Execution Memory", m->peak_execution_memory);
  put_int (w, "Peak Off Heap Execution Memory", 0);
  put_int (w, "Result Size", m->result_bytes);
  put_int (w, "JVM GC Time", 0);
  put_int (w, "Result Serialization Time", m->result_serialize_us / 1000);
  put_int (w, "Memory Bytes Spilled", m->memory_bytes_spilled);
  put_int (w, "Disk Bytes Spilled", m->disk_bytes_spilled);
  put_shuffle_read (w, m);
  put_shuffle_write (w, m);
  put_two (w, "Input Metrics", "Bytes Read", m->input_bytes, "Records Read", m->input_records);
  put_two (w, "Output Metrics", "Bytes Written", m->output_bytes, "Records Written",
           m->output_records);
  put_empty_array (w, "Updated Blocks");
  if (m->python_run_us > 0 || m->python_start_us > 0)
    put_python (w, m); /* ours */
  put_kept_blocks (w, m);
  rush_json_end_object (w);
}

/* Spark has metrics of tasks that ended by themselves or were killed; from the others none come. */
static gboolean
has_metrics (const char *reason)
{
  return strcmp (reason, "Success") == 0 || strcmp (reason, "ExceptionFailure") == 0 ||
         strcmp (reason, "TaskKilled") == 0;
}

void
rush_json_write_task_end (RushJsonWriter *w, const RushTaskEnd *self)
{
  g_return_if_fail (self->reason != NULL);

  put_int (w, "Stage ID", self->stage_id);
  put_int (w, "Stage Attempt ID", self->stage_attempt);
  put_string (w, "Task Type", self->is_result ? "ResultTask" : "ShuffleMapTask");
  write_reason (w, self);
  write_task_info (w, &self->task, self->accumulables);
  put_executor_metrics (w, &self->metrics);
  if (has_metrics (self->reason))
    write_metrics (w, &self->metrics);
}
