/* json_private.h - how a member of an object is written, for the files that write events as JSON.
 *
 * json_event.c   dispatch, the application and its executors
 * json_stage.c   jobs, stages and their RDDs
 * json_task.c    tasks, how they ended, their metrics
 * json_sql.c     executions of queries
 */
#pragma once

#include "core/event/event.h"

void rush_json_write_job_start (RushJsonWriter *w, const RushJobStart *self);
void rush_json_write_job_end (RushJsonWriter *w, const RushJobEnd *self);
void rush_json_write_stage_submitted (RushJsonWriter *w, const RushStageSubmitted *self);
void rush_json_write_stage_completed (RushJsonWriter *w, const RushStageCompleted *self);
void rush_json_write_task_start (RushJsonWriter *w, const RushTaskStart *self);
void rush_json_write_task_end (RushJsonWriter *w, const RushTaskEnd *self);
void rush_json_write_sql_execution_start (RushJsonWriter *w, const RushSqlExecutionStart *self);
void rush_json_write_sql_adaptive_update (RushJsonWriter *w, const RushSqlAdaptiveUpdate *self);
void rush_json_write_driver_accum_updates (RushJsonWriter *w, const RushDriverAccumUpdates *self);
void rush_json_write_sql_execution_end (RushJsonWriter *w, const RushSqlExecutionEnd *self);

void rush_json_put_storage_level (RushJsonWriter *w, const RushStorageLevel *level);

static inline void
put_int (RushJsonWriter *w, const char *name, gint64 value)
{
  rush_json_member (w, name);
  rush_json_int (w, value);
}

static inline void
put_bool (RushJsonWriter *w, const char *name, gboolean value)
{
  rush_json_member (w, name);
  rush_json_bool (w, value);
}

static inline void
put_string (RushJsonWriter *w, const char *name, const char *value)
{
  rush_json_member (w, name);
  rush_json_string (w, value != NULL ? value : "");
}

static inline void
begin_member (RushJsonWriter *w, const char *name)
{
  rush_json_member (w, name);
  rush_json_begin_object (w);
}

static inline void
put_ints (RushJsonWriter *w, const char *name, const gint *values, guint n)
{
  rush_json_member (w, name);
  rush_json_begin_array (w);
  for (guint i = 0; i < n; i++)
    rush_json_int (w, values[i]);
  rush_json_end_array (w);
}

static inline void
put_strings (RushJsonWriter *w, const char *name, char *const *values)
{
  rush_json_member (w, name);
  rush_json_begin_array (w);
  for (; *values != NULL; values++)
    rush_json_string (w, *values);
  rush_json_end_array (w);
}

static inline void
put_empty_array (RushJsonWriter *w, const char *name)
{
  put_ints (w, name, NULL, 0);
}

/* @pairs: key, value, key, value …; NULL is {}. */
static inline void
put_properties (RushJsonWriter *w, const char *name, char *const *pairs)
{
  begin_member (w, name);
  for (; pairs != NULL && pairs[0] != NULL; pairs += 2)
    put_string (w, pairs[0], pairs[1]);
  rush_json_end_object (w);
}

/* Spark's reader asserts that a port is positive; our executors have none, which is 0 to us. */
static inline void
put_block_manager_id (RushJsonWriter *w, const char *name, const char *executor_id,
                      const char *host, guint port)
{
  begin_member (w, name);
  put_string (w, "Executor ID", executor_id);
  put_string (w, "Host", host);
  put_int (w, "Port", MAX (port, 1));
  rush_json_end_object (w);
}
