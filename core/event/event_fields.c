/* event_fields.c - see the header.
 *
 * A table has the members in the order of the struct.  What others point to comes first.
 */
#include "core/event/event_fields.h"

/* Each table defines S, its struct, for these. */
#define AT(member) G_STRUCT_OFFSET (S, member), sizeof (((S *)NULL)->member)
#define INT(member) { #member, RUSH_FIELD_INT, AT (member), 0, NULL }
#define TEXT(member) { #member, RUSH_FIELD_TEXT, AT (member), 0, NULL }
#define CHARS(member) { #member, RUSH_FIELD_CHARS, AT (member), 0, NULL }
#define TEXTS(member) { #member, RUSH_FIELD_TEXTS, AT (member), 0, NULL }
#define INTS(member, n) { #member, RUSH_FIELD_INTS, AT (member), G_STRUCT_OFFSET (S, n), NULL }
#define STRUCT(member, of) { #member, RUSH_FIELD_STRUCT, AT (member), 0, &of }
#define POINTER(member, of) { #member, RUSH_FIELD_POINTER, AT (member), 0, &of }
#define POINTERS(member, n, of)                                                                    \
  { #member, RUSH_FIELD_POINTERS, AT (member), G_STRUCT_OFFSET (S, n), &of }
#define STRUCTS(member, n, of)                                                                     \
  { #member, RUSH_FIELD_STRUCTS, AT (member), G_STRUCT_OFFSET (S, n), &of }
#define LIST(member, of) { #member, RUSH_FIELD_LIST, AT (member), 0, &of }
#define MADE_OF(Struct, fields) { #Struct, sizeof (Struct), fields, G_N_ELEMENTS (fields) }

/* ---- what several events tell of ---- */

#define S RushStorageLevel
static const RushEventField storage_level_fields[] = {
  INT (use_disk), INT (use_memory), INT (use_off_heap), INT (deserialized), INT (replication),
};
static const RushEventStruct storage_level = MADE_OF (RushStorageLevel, storage_level_fields);
#undef S

#define S RushTaskMetrics
static const RushEventField task_metrics_fields[] = {
  INT (deserialize_us),
  INT (run_us),
  INT (cpu_ns),
  INT (result_bytes),
  INT (result_serialize_us),
  INT (memory_bytes_spilled),
  INT (disk_bytes_spilled),
  INT (peak_execution_memory),
  INT (kept_blocks_read),
  INT (kept_blocks_computed),
  INT (input_bytes),
  INT (input_records),
  INT (output_bytes),
  INT (output_records),
  INT (shuffle_local_blocks),
  INT (shuffle_remote_blocks),
  INT (shuffle_local_bytes),
  INT (shuffle_remote_bytes),
  INT (shuffle_fetch_wait_us),
  INT (shuffle_read_records),
  INT (shuffle_read_pairs),
  INT (shuffle_write_bytes),
  INT (shuffle_write_records),
  INT (shuffle_write_pairs),
  INT (shuffle_write_us),
  INT (python_start_us),
  INT (python_run_us),
  INT (python_bytes_in),
  INT (python_bytes_out),
  INT (pool_execution_bytes),
  INT (pool_storage_bytes),
};
static const RushEventStruct task_metrics = MADE_OF (RushTaskMetrics, task_metrics_fields);
#undef S

#define S RushAccumulable
static const RushEventField accumulable_fields[] = {
  INT (id),
  TEXT (name),
  INT (update),
  INT (value),
};
static const RushEventStruct accumulable = MADE_OF (RushAccumulable, accumulable_fields);
#undef S

#define S RushRddInfo
static const RushEventField rdd_info_fields[] = {
  INT (rdd_id),
  TEXT (name),
  TEXT (class_name),
  TEXT (scope),
  TEXT (call_site),
  INT (n_parents),
  INTS (parent_ids, n_parents),
  INTS (parent_shuffle_ids, n_parents),
  INT (n_partitions),
  STRUCT (storage_level, storage_level),
  INT (barrier),
  TEXT (determinism),
  TEXTS (steps),
};
static const RushEventStruct rdd_info = MADE_OF (RushRddInfo, rdd_info_fields);
#undef S

#define S RushStageInfo
static const RushEventField stage_info_fields[] = {
  INT (stage_id),
  INT (attempt),
  TEXT (name),
  TEXT (details),
  INT (n_tasks),
  INT (n_rdds),
  POINTERS (rdds, n_rdds, rdd_info),
  INT (n_parents),
  INTS (parent_ids, n_parents),
  INT (shuffle_id),
  INT (submission_ms),
  INT (completion_ms),
  TEXT (failure_reason),
  POINTER (metrics, task_metrics),
  LIST (accumulables, accumulable),
};
static const RushEventStruct stage_info = MADE_OF (RushStageInfo, stage_info_fields);
#undef S

#define S RushTaskInfo
static const RushEventField task_info_fields[] = {
  INT (task_id),   INT (index),       INT (attempt),       INT (partition),
  INT (launch_ms), INT (finish_ms),   CHARS (executor_id), CHARS (host),
  INT (locality),  INT (speculative), INT (failed),        INT (killed),
};
static const RushEventStruct task_info = MADE_OF (RushTaskInfo, task_info_fields);
#undef S

#define S RushPlanMetric
static const RushEventField plan_metric_fields[] = {
  TEXT (name),
  TEXT (type),
  INT (accumulator_id),
};
static const RushEventStruct plan_metric = MADE_OF (RushPlanMetric, plan_metric_fields);
#undef S

#define S RushPlanInfo
static const RushEventStruct plan_info;
static const RushEventField plan_info_fields[] = {
  TEXT (name),      TEXT (text),
  INT (n_children), POINTERS (children, n_children, plan_info),
  INT (n_metrics),  STRUCTS (metrics, n_metrics, plan_metric),
};
static const RushEventStruct plan_info = MADE_OF (RushPlanInfo, plan_info_fields);
#undef S

#define S RushAccumUpdate
static const RushEventField accum_update_fields[] = { INT (accumulator_id), INT (value) };
static const RushEventStruct accum_update = MADE_OF (RushAccumUpdate, accum_update_fields);
#undef S

/* ---- payloads: the application and its executors ---- */

#define S RushLogStart
static const RushEventField log_start_fields[] = { TEXT (version) };
#undef S

#define S RushResourceProfileAdded
static const RushEventField resource_profile_added_fields[] = { INT (memory_mib), INT (cores) };
#undef S

#define S RushApplicationStart
static const RushEventField application_start_fields[] = {
  TEXT (app_name), TEXT (app_id), TEXT (user), TEXT (master), INT (time_ms),
};
#undef S

#define S RushApplicationEnd
static const RushEventField application_end_fields[] = { INT (time_ms) };
#undef S

#define S RushEnvironmentUpdate
static const RushEventField environment_update_fields[] = {
  TEXTS (runtime),
  TEXTS (spark_properties),
  TEXTS (system_properties),
};
#undef S

#define S RushExecutorAdded
static const RushEventField executor_added_fields[] = {
  INT (time_ms), TEXT (executor_id), TEXT (host), INT (cores), TEXT (rack),
};
#undef S

#define S RushExecutorRemoved
static const RushEventField executor_removed_fields[] = {
  INT (time_ms),
  TEXT (executor_id),
  TEXT (reason),
};
#undef S

#define S RushBlockManagerAdded
static const RushEventField block_manager_added_fields[] = {
  INT (time_ms), TEXT (executor_id), TEXT (host), INT (port), INT (memory_bytes),
};
#undef S

#define S RushBlockManagerRemoved
static const RushEventField block_manager_removed_fields[] = {
  INT (time_ms),
  TEXT (executor_id),
  TEXT (host),
  INT (port),
};
#undef S

#define S RushBlockUpdated
static const RushEventField block_updated_fields[] = {
  TEXT (executor_id), TEXT (host),      INT (port), TEXT (block_id), STRUCT (level, storage_level),
  INT (memory_bytes), INT (disk_bytes),
};
#undef S

#define S RushUnpersistRdd
static const RushEventField unpersist_rdd_fields[] = { INT (rdd_id) };
#undef S

#define S RushClusterStep
static const RushEventField cluster_step_fields[] = {
  INT (time_ms), TEXT (actor), TEXT (step), TEXT (executor_id), TEXT (host),
};
#undef S

#define S RushContainerMemory
static const RushEventField container_memory_fields[] = {
  INT (time_ms),
  TEXT (executor_id),
  INT (used_bytes),
  INT (container_bytes),
};
#undef S

/* ---- payloads: jobs, stages, tasks ---- */

#define S RushJobStart
static const RushEventField job_start_fields[] = {
  INT (job_id),       INT (time_ms), INT (n_stages), POINTERS (stages, n_stages, stage_info),
  TEXTS (properties),
};
#undef S

#define S RushJobEnd
static const RushEventField job_end_fields[] = {
  INT (job_id),
  INT (time_ms),
  INT (succeeded),
  TEXT (error),
};
#undef S

#define S RushStageSubmitted
static const RushEventField stage_submitted_fields[] = {
  POINTER (stage, stage_info),
  TEXTS (properties),
};
#undef S

#define S RushStageCompleted
static const RushEventField stage_completed_fields[] = { POINTER (stage, stage_info) };
#undef S

#define S RushTaskStart
static const RushEventField task_start_fields[] = {
  INT (stage_id),
  INT (stage_attempt),
  STRUCT (task, task_info),
};
#undef S

#define S RushTaskEnd
static const RushEventField task_end_fields[] = {
  INT (stage_id),
  INT (stage_attempt),
  INT (is_result),
  STRUCT (task, task_info),
  STRUCT (metrics, task_metrics),
  LIST (accumulables, accumulable),
  TEXT (reason),
  TEXT (error_class),
  TEXT (message),
  INT (fetch_shuffle_id),
  INT (fetch_map_index),
  INT (fetch_reduce_id),
  TEXT (fetch_executor_id),
  INT (caused_by_application),
};
#undef S

/* ---- payloads: speculation and exclusion ---- */

#define S RushSpeculativeTaskSubmitted
static const RushEventField speculative_task_submitted_fields[] = {
  INT (stage_id),
  INT (stage_attempt),
  INT (index),
  INT (partition),
};
#undef S

#define S RushExecutorExcluded
static const RushEventField executor_excluded_fields[] = {
  INT (time_ms),
  TEXT (executor_id),
  INT (n_failures),
};
#undef S

#define S RushExecutorUnexcluded
static const RushEventField executor_unexcluded_fields[] = { INT (time_ms), TEXT (executor_id) };
#undef S

#define S RushNodeExcluded
static const RushEventField node_excluded_fields[] = {
  INT (time_ms),
  TEXT (host),
  INT (n_failures),
};
#undef S

#define S RushNodeUnexcluded
static const RushEventField node_unexcluded_fields[] = { INT (time_ms), TEXT (host) };
#undef S

#define S RushExecutorExcludedForStage
static const RushEventField executor_excluded_for_stage_fields[] = {
  INT (time_ms), TEXT (executor_id), INT (n_failures), INT (stage_id), INT (stage_attempt),
};
#undef S

#define S RushNodeExcludedForStage
static const RushEventField node_excluded_for_stage_fields[] = {
  INT (time_ms), TEXT (host), INT (n_failures), INT (stage_id), INT (stage_attempt),
};
#undef S

/* ---- payloads: queries ---- */

#define S RushSqlExecutionStart
static const RushEventField sql_execution_start_fields[] = {
  INT (execution_id),
  INT (root_execution_id),
  TEXT (description),
  TEXT (details),
  TEXT (place),
  TEXT (plan_description),
  POINTER (plan, plan_info),
  INT (time_ms),
  TEXTS (modified_configs),
  TEXTS (job_tags),
  TEXT (job_group),
  TEXT (query_id),
};
#undef S

#define S RushSqlAdaptiveUpdate
static const RushEventField sql_adaptive_update_fields[] = {
  INT (execution_id),
  TEXT (plan_description),
  POINTER (plan, plan_info),
};
#undef S

#define S RushDriverAccumUpdates
static const RushEventField driver_accum_updates_fields[] = {
  INT (execution_id),
  INT (n),
  STRUCTS (updates, n, accum_update),
};
#undef S

#define S RushSqlExecutionEnd
static const RushEventField sql_execution_end_fields[] = {
  INT (execution_id),
  INT (time_ms),
  TEXT (error),
  TEXT (query_id),
};
#undef S

/* ---- by kind ---- */

const RushEventStruct *
rush_event_struct (RushEventKind kind)
{
  static const RushEventStruct structs[] = {
#define RUSH_EVENT(KIND, spark_name, Payload, member)                                              \
  [RUSH_EVENT_##KIND] = MADE_OF (Payload, member##_fields),
#include "core/event/events.def"
#undef RUSH_EVENT
  };

  g_return_val_if_fail ((guint)kind < RUSH_N_EVENTS, NULL);
  return &structs[kind];
}
