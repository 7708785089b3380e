/* execution.c - see execution.h.
 *
 *   SQLExecutionStart            the plan, before anything has run
 *   SQLAdaptiveExecutionUpdate   the plan as it is now; once a round of stages, and at the end
 *   DriverAccumUpdates           what the driver counted
 *   SQLExecutionEnd
 *
 * The jobs in between bear the execution's id in their properties.  By the same property an action
 * knows that it runs inside another one (a subquery, the rows of a cached table): it then is a part
 * of that, and nothing is told of it.
 *
 * Metrics that tasks count travel with the end of each task (its accumulables), so that they can be
 * watched while the query runs; what is counted on the driver (broadcasts, reads of shuffles that
 * were planned anew) is told whenever the plan changes, and at the end.
 *
 * An adaptive plan runs on threads of Spark's own, where a call site is found anew: if the program
 * has not pinned one (Python's collect () has; show () and what Spark's own code asks have not),
 * its jobs are named after that place.
 *
 * Mirrors: SQLExecution.withNewExecutionId0, AdaptiveSparkPlanExec.onUpdatePlan.
 */
#include "sql/physical/execution.h"

#include "core/event/event_text.h"
#include "core/event/job_summary.h"
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/query_state_private.h"

#include <string.h>

#define EXECUTION_ID "spark.sql.execution.id"
#define ROOT_EXECUTION_ID "spark.sql.execution.root.id"
#define ADAPTIVE_CALL_SITE "$anonfun$withThreadLocalCaptured$1 at CompletableFuture.java:1768"

/* ---- properties of the jobs ---- */

static const char *
property (const RushQuery *query, const char *key)
{
  return g_hash_table_lookup (query->job.properties, key);
}

static GHashTable *
copy_properties (const RushJobOptions *job)
{
  GHashTable *properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;

  if (job->properties == NULL)
    return properties;
  g_hash_table_iter_init (&iter, job->properties);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (properties, g_strdup (key), g_strdup (value));
  return properties;
}

static void
number_execution (RushQuery *query)
{
  static atomic_llong next_execution_id;

  query->execution_id = atomic_fetch_add (&next_execution_id, 1);
  for (guint i = 0; i < 2; i++)
    g_hash_table_insert (query->job.properties,
                         g_strdup (i == 0 ? EXECUTION_ID : ROOT_EXECUTION_ID),
                         g_strdup_printf ("%" G_GINT64_FORMAT, query->execution_id));
}

/* ---- events ---- */

static RushEventBus *
bus_of (RushQuery *query)
{
  return rush_context_bus (rush_query_context (query));
}

static char *
describe (RushQuery *query, const RushExec *plan)
{
  g_autofree char *text = rush_exec_to_formatted_string (plan, query);

  return g_strconcat ("== Physical Plan ==\n", text, NULL);
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* SQL settings that the session has beyond the application's. */
static char **
modified_configs (RushQuery *query)
{
  const RushConf *conf = rush_context_conf (rush_query_context (query));
  GHashTable *settings = rush_query_settings (query)->conf;
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  GPtrArray *pairs = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      g_autofree char *before =
          rush_conf_contains (conf, key) ? rush_conf_get_string (conf, key) : NULL;

      if (g_str_has_prefix (key, "spark.sql.") && g_strcmp0 (before, value) != 0)
        g_ptr_array_add (keys, key);
    }
  g_ptr_array_sort (keys, compare_keys);
  for (guint k = 0; k < keys->len; k++)
    {
      g_ptr_array_add (pairs, g_strdup (keys->pdata[k]));
      g_ptr_array_add (pairs, g_strdup (g_hash_table_lookup (settings, keys->pdata[k])));
    }
  g_ptr_array_add (pairs, NULL);
  return (char **)g_ptr_array_free (pairs, FALSE);
}

static gint64
now_ms (RushQuery *query)
{
  return rush_clock_wall_ms (rush_context_clock (rush_query_context (query)));
}

static void
post_start (RushQuery *query, const RushExec *plan, const RushExecutionOptions *options)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_SQL_EXECUTION_START);
  const char *tags = property (query, "spark.job.tags");

  event->sql_execution_start = (RushSqlExecutionStart){
    .execution_id = query->execution_id,
    .root_execution_id = query->execution_id,
    .description = g_strdup (options->description),
    .details = g_strdup (options->details),
    .place = rush_call_site_is_in_spark (options->description)
                 ? g_strdup (property (query, RUSH_JOB_PLACE))
                 : NULL,
    .plan_description = describe (query, plan),
    .plan = rush_execution_plan_info (query, plan),
    .time_ms = now_ms (query),
    .modified_configs = modified_configs (query),
    .job_tags = tags != NULL ? g_strsplit (tags, ",", -1) : NULL,
    .job_group = g_strdup (property (query, "spark.jobGroup.id")),
    .query_id = g_strdup (query->query_id),
  };
  rush_event_bus_post (bus_of (query), event);
}

static void
post_driver_updates (RushQuery *query)
{
  guint n;
  RushAccumUpdate *updates = rush_exec_driver_updates (query->told_plan, &n);
  RushEvent *event;

  if (n == 0)
    {
      g_free (updates);
      return;
    }
  event = rush_event_new (RUSH_EVENT_DRIVER_ACCUM_UPDATES);
  event->driver_accum_updates = (RushDriverAccumUpdates){ query->execution_id, n, updates };
  rush_event_bus_post (bus_of (query), event);
}

static void
post_end (RushQuery *query, const GError *failure)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_SQL_EXECUTION_END);

  event->sql_execution_end =
      (RushSqlExecutionEnd){ query->execution_id, now_ms (query),
                             g_strdup (failure != NULL ? failure->message : ""),
                             g_strdup (query->query_id) };
  rush_event_bus_post (bus_of (query), event);
}

/* ---- an execution ---- */

/* A UUID; where time is virtual one that the next run gives, too. */
static char *
new_query_id (RushQuery *query)
{
  if (rush_context_cluster (rush_query_context (query))->room == NULL)
    return g_uuid_string_random ();
  return g_strdup_printf ("00000000-0000-4000-8000-%012" G_GINT64_MODIFIER "x",
                          query->execution_id);
}

gboolean
rush_execution_begin (RushQuery *query, RushExec *plan, const RushExecutionOptions *options,
                      gboolean told)
{
  if (query->in_action)
    return FALSE;
  query->in_action = TRUE;
  query->job = options->job != NULL ? *options->job : (RushJobOptions){ 0 };
  query->call_site = query->job.short_form;
  query->job.properties = copy_properties (&query->job);
  if (rush_exec_is_adaptive (plan) && query->job.short_form != NULL &&
      rush_call_site_is_in_spark (query->job.short_form))
    query->job.short_form = ADAPTIVE_CALL_SITE;
  told = told && property (query, EXECUTION_ID) == NULL;
  if (told)
    number_execution (query);
  if (!told || !rush_event_bus_has_listeners (bus_of (query)))
    return TRUE;
  rush_context_settle (rush_query_context (query));
  query->query_id = new_query_id (query);
  query->told_plan = rush_exec_ref (plan);
  rush_query_plan_subqueries (query, (RushExec *)plan);
  post_start (query, plan, options);
  return TRUE;
}

void
rush_execution_plan_changed (RushQuery *query)
{
  RushEvent *event;

  if (query->told_plan == NULL)
    return;
  event = rush_event_new (RUSH_EVENT_SQL_ADAPTIVE_UPDATE);
  event->sql_adaptive_update =
      (RushSqlAdaptiveUpdate){ query->execution_id, describe (query, query->told_plan),
                               rush_execution_plan_info (query, query->told_plan) };
  rush_event_bus_post (bus_of (query), event);
  post_driver_updates (query);
}

void
rush_execution_end (RushQuery *query, const GError *failure)
{
  if (query->told_plan != NULL)
    {
      rush_context_settle (rush_query_context (query));
      post_driver_updates (query);
      post_end (query, failure);
      g_clear_pointer (&query->told_plan, rush_exec_unref);
      g_clear_pointer (&query->query_id, g_free);
    }
  g_hash_table_unref (query->job.properties);
  query->job = (RushJobOptions){ 0 };
  query->in_action = FALSE;
}
