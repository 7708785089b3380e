/* See spark_sql_line.h. */
#include "spark_sql_line.h"

#include <string.h>

static char *
dup_string (const RushJson *object, const char *name)
{
  return g_strdup (rush_json_get_string (object, name, NULL));
}

static RushPlanInfo *
read_plan (const RushJson *node)
{
  const RushJson *children = rush_json_get (node, "children");
  const RushJson *metrics = rush_json_get (node, "metrics");
  RushPlanInfo *plan =
      rush_plan_info_new (dup_string (node, "nodeName"), dup_string (node, "simpleString"),
                          rush_json_length (children), rush_json_length (metrics));

  for (guint i = 0; i < plan->n_children; i++)
    plan->children[i] = read_plan (rush_json_item (children, i));
  for (guint i = 0; i < plan->n_metrics; i++)
    {
      const RushJson *metric = rush_json_item (metrics, i);
      plan->metrics[i] =
          (RushPlanMetric){ g_intern_string (rush_json_get_string (metric, "name", "")),
                            g_intern_string (rush_json_get_string (metric, "metricType", "")),
                            rush_json_get_int (metric, "accumulatorId", -1) };
    }
  return plan;
}

static char **
read_texts (const RushJson *array)
{
  char **texts = g_new0 (char *, rush_json_length (array) + 1);

  for (guint i = 0; i < rush_json_length (array); i++)
    texts[i] = g_strdup (rush_json_as_string (rush_json_item (array, i), ""));
  return texts;
}

static char **
read_pairs (const RushJson *object)
{
  char **pairs = g_new0 (char *, 2 * rush_json_length (object) + 1);

  for (guint i = 0; i < rush_json_length (object); i++)
    {
      pairs[2 * i] = g_strdup (rush_json_name (object, i));
      pairs[2 * i + 1] = g_strdup (rush_json_as_string (rush_json_item (object, i), ""));
    }
  return pairs;
}

static void
read_start (const RushJson *line, RushSqlExecutionStart *out)
{
  *out = (RushSqlExecutionStart){
    .execution_id = rush_json_get_int (line, "executionId", -1),
    .root_execution_id = rush_json_get_int (line, "rootExecutionId", -1),
    .description = dup_string (line, "description"),
    .details = dup_string (line, "details"),
    .plan_description = dup_string (line, "physicalPlanDescription"),
    .plan = read_plan (rush_json_get (line, "sparkPlanInfo")),
    .time_ms = rush_json_get_int (line, "time", 0),
    .modified_configs = read_pairs (rush_json_get (line, "modifiedConfigs")),
    .job_tags = read_texts (rush_json_get (line, "jobTags")),
    .job_group = dup_string (line, "jobGroupId"),
    .query_id = dup_string (line, "queryId"),
  };
}

static void
read_updates (const RushJson *line, RushDriverAccumUpdates *out)
{
  const RushJson *updates = rush_json_get (line, "accumUpdates");

  out->execution_id = rush_json_get_int (line, "executionId", -1);
  out->n = rush_json_length (updates);
  out->updates = g_new0 (RushAccumUpdate, out->n);
  for (guint i = 0; i < out->n; i++)
    {
      const RushJson *pair = rush_json_item (updates, i);
      out->updates[i] = (RushAccumUpdate){ rush_json_as_int (rush_json_item (pair, 0), -1),
                                           rush_json_as_int (rush_json_item (pair, 1), -1) };
    }
}

void
spark_sql_line_read (const RushJson *line, RushEvent *event)
{
  switch ((int)event->kind) /* SQL's only */
    {
    case RUSH_EVENT_SQL_EXECUTION_START:
      read_start (line, &event->sql_execution_start);
      break;
    case RUSH_EVENT_SQL_ADAPTIVE_UPDATE:
      event->sql_adaptive_update =
          (RushSqlAdaptiveUpdate){ rush_json_get_int (line, "executionId", -1),
                                   dup_string (line, "physicalPlanDescription"),
                                   read_plan (rush_json_get (line, "sparkPlanInfo")) };
      break;
    case RUSH_EVENT_DRIVER_ACCUM_UPDATES:
      read_updates (line, &event->driver_accum_updates);
      break;
    case RUSH_EVENT_SQL_EXECUTION_END:
      event->sql_execution_end =
          (RushSqlExecutionEnd){ rush_json_get_int (line, "executionId", -1),
                                 rush_json_get_int (line, "time", 0),
                                 dup_string (line, "errorMessage"), dup_string (line, "queryId") };
      break;
    default:
      g_assert_not_reached ();
    }
}
