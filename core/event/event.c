/* event.c - the life of an event: made zeroed, filled, shared, freed by its last owner.
 *
 * All kinds have one size, so that the payload is a union inside the event and needs no second
 * block.  Freeing is a switch over the kinds: -Wswitch-enum names every kind that it forgets.
 */
#include "core/event/event.h"

static const char *const spark_names[] = {
#define RUSH_EVENT(KIND, spark_name, Payload, member) [RUSH_EVENT_##KIND] = spark_name,
#include "core/event/events.def"
#undef RUSH_EVENT
};

const char *
rush_event_kind_spark_name (RushEventKind kind)
{
  g_return_val_if_fail ((guint)kind < RUSH_N_EVENTS, NULL);

  return spark_names[kind];
}

const char *
rush_locality_name (RushLocality locality)
{
  switch (locality)
    {
    case RUSH_LOCALITY_PROCESS_LOCAL:
      return "PROCESS_LOCAL";
    case RUSH_LOCALITY_NODE_LOCAL:
      return "NODE_LOCAL";
    case RUSH_LOCALITY_NO_PREF:
      return "NO_PREF";
    case RUSH_LOCALITY_RACK_LOCAL:
      return "RACK_LOCAL";
    case RUSH_LOCALITY_ANY:
      return "ANY";
    }
  g_return_val_if_reached (NULL);
}

/* ---- infos ---- */

RushRddInfo *
rush_rdd_info_new (void)
{
  RushRddInfo *self = g_new0 (RushRddInfo, 1);

  rush_ref_count_init (&self->refs);
  self->storage_level = RUSH_STORAGE_NONE;
  return self;
}

RushRddInfo *
rush_rdd_info_ref (RushRddInfo *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_rdd_info_unref (RushRddInfo *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->name);
  g_free (self->scope);
  g_free (self->call_site);
  g_free (self->parent_ids);
  g_free (self->parent_shuffle_ids);
  g_strfreev (self->steps);
  g_free (self);
}

RushStageInfo *
rush_stage_info_new (guint n_rdds, guint n_parents)
{
  RushStageInfo *self = g_new0 (RushStageInfo, 1);

  rush_ref_count_init (&self->refs);
  self->n_rdds = n_rdds;
  self->rdds = g_new0 (RushRddInfo *, n_rdds);
  self->n_parents = n_parents;
  self->parent_ids = g_new0 (gint, n_parents);
  self->shuffle_id = -1;
  return self;
}

RushStageInfo *
rush_stage_info_dup (const RushStageInfo *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  /* Field by field: the count of refs, which other threads move, must not even be read. */
  RushStageInfo *copy = rush_stage_info_new (self->n_rdds, self->n_parents);
  copy->stage_id = self->stage_id;
  copy->attempt = self->attempt;
  copy->name = g_strdup (self->name);
  copy->details = g_strdup (self->details);
  copy->n_tasks = self->n_tasks;
  for (guint i = 0; i < self->n_rdds; i++)
    copy->rdds[i] = rush_rdd_info_ref (self->rdds[i]);
  for (guint i = 0; i < self->n_parents; i++)
    copy->parent_ids[i] = self->parent_ids[i];
  copy->shuffle_id = self->shuffle_id;
  copy->submission_ms = self->submission_ms;
  copy->completion_ms = self->completion_ms;
  copy->failure_reason = g_strdup (self->failure_reason);
  copy->metrics = g_memdup2 (self->metrics, sizeof *self->metrics);
  if (self->accumulables != NULL)
    copy->accumulables = g_array_ref (self->accumulables);
  return copy;
}

RushStageInfo *
rush_stage_info_ref (RushStageInfo *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_stage_info_unref (RushStageInfo *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n_rdds; i++)
    rush_rdd_info_unref (self->rdds[i]);
  g_free (self->rdds);
  g_free (self->parent_ids);
  g_free (self->name);
  g_free (self->details);
  g_free (self->failure_reason);
  g_free (self->metrics);
  g_clear_pointer (&self->accumulables, g_array_unref);
  g_free (self);
}

/* ---- events ---- */

static void
job_start_clear (RushJobStart *self)
{
  for (guint i = 0; i < self->n_stages; i++)
    rush_stage_info_unref (self->stages[i]);
  g_free (self->stages);
  g_strfreev (self->properties);
}

static void
environment_clear (RushEnvironmentUpdate *self)
{
  g_strfreev (self->runtime);
  g_strfreev (self->spark_properties);
  g_strfreev (self->system_properties);
}

static void
application_start_clear (RushApplicationStart *self)
{
  g_free (self->app_name);
  g_free (self->app_id);
  g_free (self->user);
  g_free (self->master);
}

static void
task_end_clear (RushTaskEnd *self)
{
  g_free (self->error_class);
  g_free (self->message);
  g_free (self->fetch_executor_id);
  g_clear_pointer (&self->accumulables, g_array_unref);
}

static void
sql_execution_start_clear (RushSqlExecutionStart *self)
{
  g_free (self->description);
  g_free (self->details);
  g_free (self->place);
  g_free (self->plan_description);
  rush_plan_info_free (self->plan);
  g_strfreev (self->modified_configs);
  g_strfreev (self->job_tags);
  g_free (self->job_group);
  g_free (self->query_id);
}

static void
payload_clear (RushEvent *self)
{
  switch (self->kind)
    {
    case RUSH_EVENT_LOG_START:
      g_free (self->log_start.version);
      break;
    case RUSH_EVENT_EXECUTOR_ADDED:
      g_free (self->executor_added.executor_id);
      g_free (self->executor_added.host);
      g_free (self->executor_added.rack);
      break;
    case RUSH_EVENT_BLOCK_MANAGER_ADDED:
      g_free (self->block_manager_added.executor_id);
      g_free (self->block_manager_added.host);
      break;
    case RUSH_EVENT_ENVIRONMENT_UPDATE:
      environment_clear (&self->environment_update);
      break;
    case RUSH_EVENT_APPLICATION_START:
      application_start_clear (&self->application_start);
      break;
    case RUSH_EVENT_JOB_START:
      job_start_clear (&self->job_start);
      break;
    case RUSH_EVENT_STAGE_SUBMITTED:
      rush_stage_info_unref (self->stage_submitted.stage);
      g_strfreev (self->stage_submitted.properties);
      break;
    case RUSH_EVENT_TASK_END:
      task_end_clear (&self->task_end);
      break;
    case RUSH_EVENT_STAGE_COMPLETED:
      rush_stage_info_unref (self->stage_completed.stage);
      break;
    case RUSH_EVENT_JOB_END:
      g_free (self->job_end.error);
      break;
    case RUSH_EVENT_EXECUTOR_REMOVED:
      g_free (self->executor_removed.executor_id);
      g_free (self->executor_removed.reason);
      break;
    case RUSH_EVENT_BLOCK_MANAGER_REMOVED:
      g_free (self->block_manager_removed.executor_id);
      g_free (self->block_manager_removed.host);
      break;
    case RUSH_EVENT_BLOCK_UPDATED:
      g_free (self->block_updated.executor_id);
      g_free (self->block_updated.host);
      g_free (self->block_updated.block_id);
      break;
    case RUSH_EVENT_SQL_EXECUTION_START:
      sql_execution_start_clear (&self->sql_execution_start);
      break;
    case RUSH_EVENT_SQL_ADAPTIVE_UPDATE:
      g_free (self->sql_adaptive_update.plan_description);
      rush_plan_info_free (self->sql_adaptive_update.plan);
      break;
    case RUSH_EVENT_DRIVER_ACCUM_UPDATES:
      g_free (self->driver_accum_updates.updates);
      break;
    case RUSH_EVENT_SQL_EXECUTION_END:
      g_free (self->sql_execution_end.error);
      g_free (self->sql_execution_end.query_id);
      break;
    case RUSH_EVENT_EXECUTOR_EXCLUDED:
      g_free (self->executor_excluded.executor_id);
      break;
    case RUSH_EVENT_EXECUTOR_UNEXCLUDED:
      g_free (self->executor_unexcluded.executor_id);
      break;
    case RUSH_EVENT_EXECUTOR_EXCLUDED_FOR_STAGE:
      g_free (self->executor_excluded_for_stage.executor_id);
      break;
    case RUSH_EVENT_NODE_EXCLUDED:
      g_free (self->node_excluded.host);
      break;
    case RUSH_EVENT_NODE_UNEXCLUDED:
      g_free (self->node_unexcluded.host);
      break;
    case RUSH_EVENT_NODE_EXCLUDED_FOR_STAGE:
      g_free (self->node_excluded_for_stage.host);
      break;
    case RUSH_EVENT_CLUSTER_STEP:
      g_free (self->cluster_step.actor);
      g_free (self->cluster_step.step);
      g_free (self->cluster_step.executor_id);
      g_free (self->cluster_step.host);
      break;
    case RUSH_EVENT_CONTAINER_MEMORY:
      g_free (self->container_memory.executor_id);
      break;
    case RUSH_EVENT_RESOURCE_PROFILE_ADDED:
    case RUSH_EVENT_TASK_START:
    case RUSH_EVENT_SPECULATIVE_TASK_SUBMITTED:
    case RUSH_EVENT_UNPERSIST_RDD:
    case RUSH_EVENT_APPLICATION_END:
      break; /* numbers alone */
    case RUSH_N_EVENTS:
      g_assert_not_reached ();
    }
}

RushEvent *
rush_event_ref (RushEvent *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_event_unref (RushEvent *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  payload_clear (self);
  g_free (self);
}

RushEvent *
rush_event_new (RushEventKind kind)
{
  g_return_val_if_fail ((guint)kind < RUSH_N_EVENTS, NULL);

  RushEvent *self = g_new0 (RushEvent, 1);
  rush_ref_count_init (&self->refs);
  self->kind = kind;
  return self;
}
