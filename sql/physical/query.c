/* query.c - a query's phases, each made when it is first asked for and kept.
 *
 *   logical ─analyze─▶ analyzed ─▶ with cached data ─optimize─▶ optimized ─plan─▶ spark plan
 *        ─requirements, subqueries, fused stages, reuse, adaptive─▶ executed plan
 *
 * One lock guards all of it; it is recursive, since an action holds it while it asks for phases.
 *
 * Mirrors: org.apache.spark.sql.execution.QueryExecution.
 */
#include "sql/physical/query.h"

#include "core/base/allocator.h"
#include "sql/physical/execution.h"
#include "sql/physical/planner/planner.h"
#include "sql/physical/query_state_private.h"

#include <string.h>

/* ---- phases ---- */

static RushPlan *
keep (RushPlan **slot, RushPlan *plan)
{
  *slot = plan;
  return plan;
}

RushPlan *
rush_query_analyzed (RushQuery *self, GError **error)
{
  RushAnalyzerOptions options = {
    .catalog = self->environment.catalog,
    .ansi = self->environment.settings.ansi,
    .case_sensitive = self->environment.settings.case_sensitive,
    .time_zone = self->environment.settings.time_zone,
    .now_us = self->environment.settings.now_us,
    .conf = self->environment.settings.conf,
    .tracker = self->tracker,
  };
  RushPlan *plan;

  rush_query_lock (self);
  plan = self->analyzed;
  if (plan == NULL)
    plan = keep (&self->analyzed, rush_analyze (self->logical, &options, error));
  rush_query_unlock (self);
  return plan;
}

RushPlan *
rush_query_with_cached_data (RushQuery *self, GError **error)
{
  RushPlan *analyzed, *plan;

  rush_query_lock (self);
  plan = self->with_cached_data;
  analyzed = plan == NULL ? rush_query_analyzed (self, error) : NULL;
  if (analyzed != NULL)
    plan = keep (&self->with_cached_data,
                 self->environment.cache != NULL
                     ? rush_cache_manager_use (self->environment.cache, analyzed)
                     : rush_plan_ref (analyzed));
  rush_query_unlock (self);
  return plan;
}

RushPlan *
rush_query_optimized (RushQuery *self, GError **error)
{
  const RushEvalSettings *settings = &self->environment.settings;
  RushOptimizerOptions options = {
    .enabled = rush_settings_get_bool (settings, "spark.rushlight.sql.optimizer.enabled"),
    .ansi = settings->ansi,
    .case_sensitive = settings->case_sensitive,
    .time_zone = settings->time_zone,
    .now_us = settings->now_us,
    .conf = settings->conf,
    .tracker = self->tracker,
    .plugins = settings->plugins,
  };
  RushPlan *before, *plan;

  rush_query_lock (self);
  plan = self->optimized;
  before = plan == NULL ? rush_query_with_cached_data (self, error) : NULL;
  if (before != NULL)
    plan = keep (&self->optimized, rush_optimize (before, &options, error));
  rush_query_unlock (self);
  return plan;
}

RushExec *
rush_query_spark_plan (RushQuery *self, GError **error)
{
  RushPlan *optimized;
  RushExec *plan;

  rush_query_lock (self);
  plan = self->spark_plan;
  optimized = plan == NULL ? rush_query_optimized (self, error) : NULL;
  if (optimized != NULL)
    plan = self->spark_plan = rush_plan_physically (self, optimized, TRUE, error);
  rush_query_unlock (self);
  return plan;
}

RushExec *
rush_query_executed_plan (RushQuery *self, GError **error)
{
  RushExec *spark_plan, *plan;

  rush_query_lock (self);
  plan = self->executed_plan;
  spark_plan = plan == NULL ? rush_query_spark_plan (self, error) : NULL;
  if (spark_plan != NULL)
    plan = self->executed_plan = rush_prepare_for_execution (self, spark_plan, error);
  rush_query_unlock (self);
  return plan;
}

RushPlanInfo *
rush_query_plan_info (RushQuery *self, GError **error)
{
  RushPlanInfo *info = NULL;
  RushExec *plan;

  rush_query_lock (self);
  plan = rush_query_executed_plan (self, error);
  if (plan != NULL)
    info = rush_exec_plan_info (plan);
  rush_query_unlock (self);
  return info;
}

/* ---- what belongs to the query ---- */

RushContext *
rush_query_context (RushQuery *self)
{
  return self->environment.context;
}

const RushEvalSettings *
rush_query_settings (RushQuery *self)
{
  return &self->environment.settings;
}

GHashTable *
rush_query_subquery_values (RushQuery *self)
{
  return self->subquery_values;
}

RushRuntimeFilters *
rush_query_runtime_filters (RushQuery *self)
{
  return self->runtime_filters;
}

void
rush_query_set_runtime_filters (RushQuery *self, RushRuntimeFilters *filters)
{
  rush_runtime_filters_free (self->runtime_filters);
  self->runtime_filters = filters;
}

RushPythonSettings
rush_query_python (RushQuery *self)
{
  const RushEvalSettings *settings = &self->environment.settings;

  return (RushPythonSettings){
    .workers = self->environment.python,
    .batch_rows = rush_settings_get_int (settings, "spark.sql.execution.arrow.maxRecordsPerBatch"),
    .time_zone = settings->time_zone,
  };
}

const char *
rush_query_call_site (RushQuery *self)
{
  return self->call_site;
}

const RushJobOptions *
rush_query_job_options (RushQuery *self)
{
  return self->in_action ? &self->job : NULL;
}

RushJobOptions
rush_query_job_options_because (RushQuery *self, const char *cause)
{
  RushJobOptions options = self->in_action ? self->job : (RushJobOptions){ 0 };

  options.cause = cause;
  return options;
}

RushEvalContext *
rush_query_eval_context_new (RushQuery *self)
{
  RushEvalContext *eval =
      rush_eval_context_new (NULL, rush_allocator_system (), self->environment.settings.time_zone);

  eval->now_us = self->environment.settings.now_us;
  eval->subquery_values = self->subquery_values;
  return eval;
}

void
rush_query_lock (RushQuery *self)
{
  pthread_mutex_lock (&self->lock);
}

void
rush_query_unlock (RushQuery *self)
{
  pthread_mutex_unlock (&self->lock);
}

/* ---- life ---- */

RushQuery *
rush_query_new (const RushQueryEnvironment *environment, RushPlan *logical)
{
  RushQuery *self = g_new0 (RushQuery, 1);
  pthread_mutexattr_t recursive;

  rush_ref_count_init (&self->refs);
  pthread_mutexattr_init (&recursive);
  pthread_mutexattr_settype (&recursive, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init (&self->lock, &recursive);
  pthread_mutexattr_destroy (&recursive);
  self->environment = *environment;
  rush_context_ref (environment->context);
  g_hash_table_ref (environment->settings.conf);
  self->logical = rush_plan_ref (logical);
  self->execution_id = -1;
  return self;
}

RushQuery *
rush_query_new_optimized (const RushQueryEnvironment *environment, RushPlan *optimized)
{
  RushQuery *self = rush_query_new (environment, optimized);

  self->is_subquery = TRUE;
  self->analyzed = rush_plan_ref (optimized);
  self->with_cached_data = rush_plan_ref (optimized);
  self->optimized = rush_plan_ref (optimized);
  return self;
}

gboolean
rush_query_is_subquery (const RushQuery *self)
{
  return self->is_subquery;
}

RushQuery *
rush_query_ref (RushQuery *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_query_unref (RushQuery *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_exec_unref (self->executed_plan);
  rush_exec_unref (self->spark_plan);
  rush_plan_unref (self->optimized);
  rush_plan_unref (self->with_cached_data);
  rush_plan_unref (self->analyzed);
  rush_plan_unref (self->logical);
  g_clear_pointer (&self->subqueries, g_ptr_array_unref);
  g_clear_pointer (&self->subquery_values, g_hash_table_unref);
  rush_runtime_filters_free (self->runtime_filters);
  if (self->tracker != NULL)
    rush_rule_tracker_free (self->tracker);
  g_hash_table_unref (self->environment.settings.conf);
  rush_context_unref (self->environment.context);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}
