/* json_sql.c - executions of queries: how they begin, change and end.
 *
 * Mirrors: org.apache.spark.sql.execution.ui.{SparkListenerSQLExecutionStart,
 *          SparkListenerSQLAdaptiveExecutionUpdate,SparkListenerDriverAccumUpdates,
 *          SparkListenerSQLExecutionEnd}.
 */
#include "core/event/json_private.h"

static void
put_plan (RushJsonWriter *w, const char *description, const RushPlanInfo *plan)
{
  put_string (w, "physicalPlanDescription", description);
  rush_json_member (w, "sparkPlanInfo");
  rush_plan_info_write_json (plan, w);
}

void
rush_json_write_sql_execution_start (RushJsonWriter *w, const RushSqlExecutionStart *self)
{
  char *none[] = { NULL };

  put_int (w, "executionId", self->execution_id);
  put_int (w, "rootExecutionId", self->root_execution_id);
  put_string (w, "description", self->description);
  put_string (w, "details", self->details);
  put_plan (w, self->plan_description, self->plan);
  put_int (w, "time", self->time_ms);
  put_properties (w, "modifiedConfigs", self->modified_configs);
  put_strings (w, "jobTags", self->job_tags != NULL ? self->job_tags : none);
  rush_json_member (w, "jobGroupId");
  rush_json_string (w, self->job_group);
  put_string (w, "queryId", self->query_id);
}

void
rush_json_write_sql_adaptive_update (RushJsonWriter *w, const RushSqlAdaptiveUpdate *self)
{
  put_int (w, "executionId", self->execution_id);
  put_plan (w, self->plan_description, self->plan);
}

void
rush_json_write_driver_accum_updates (RushJsonWriter *w, const RushDriverAccumUpdates *self)
{
  put_int (w, "executionId", self->execution_id);
  rush_json_member (w, "accumUpdates");
  rush_json_begin_array (w);
  for (guint i = 0; i < self->n; i++)
    {
      rush_json_begin_array (w);
      rush_json_int (w, self->updates[i].accumulator_id);
      rush_json_int (w, self->updates[i].value);
      rush_json_end_array (w);
    }
  rush_json_end_array (w);
}

void
rush_json_write_sql_execution_end (RushJsonWriter *w, const RushSqlExecutionEnd *self)
{
  put_int (w, "executionId", self->execution_id);
  put_int (w, "time", self->time_ms);
  put_string (w, "errorMessage", self->error);
  put_string (w, "queryId", self->query_id);
}
