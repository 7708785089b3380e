/* What an event looks like in the log: as real Spark writes it.
 *
 * tests/data/spark_event_log.jsonl holds lines of logs of Spark 4.3 (and two of ours, which Spark
 * has not: ClusterStep, ContainerMemory), every kind of event and every way in which a task ended,
 * long texts shortened.  Each line is read into the event that Rushlight would have posted
 * (spark_line.c), written again, and compared member by member: names, order, types and values.
 * `known` lists every difference there may be, and each must really occur. */
#include "spark_line.h"

#include <string.h>

typedef struct
{
  const char *difference;
  const char *reason;
} Known;

static const Known known[] = {
  /* Spark's that ours leaves empty */
  { "empty Task Info/Accumulables", "sums come from the task metrics" },
  { "empty Stage Info/Accumulables", "sums come from the task metrics" },
  { "empty Task End Reason/Accumulator Updates", "see above" },
  { "empty Task End Reason/Stack Trace", "frames of a JVM; Full Stack Trace has the traceback" },
  { "empty Job Result/Exception/Stack Trace", "frames of a JVM" },
  /* Spark's that has another value here */
  { "value Stage Infos/RDD Info/Scope", "numbered by first RDD, not by call" },
  { "value Task Metrics/Executor Deserialize CPU Time", "tasks are not deserialized" },
  { "value Task Metrics/JVM GC Time", "no JVM" },
  { "value Task Executor Metrics/JVMHeapMemory", "no JVM" },
  { "value Task End Reason/Block Manager Address/Host", "an outcome names the executor alone" },
  { "value Task End Reason/Block Manager Address/Port", "executors have no port" },
  { "value Task Metrics/Shuffle Write Metrics/Shuffle Write Time", "kept in microseconds" },
  /* ours, behind Spark's */
  { "extra Master", "which kind of master the times come from" },
  { "extra Stage Infos/Shuffle ID", "to draw a log" },
  { "extra Stage Info/Shuffle ID", "to draw a log" },
  { "extra Stage Infos/RDD Info/Parent Shuffle IDs", "to draw a log" },
  { "extra Stage Infos/RDD Info/Steps", "to draw a log" },
  { "extra Stage Info/RDD Info/Steps", "to draw a log" },
  { "extra Task Metrics/Shuffle Read Metrics/Shuffle Pairs Read", "people want pairs" },
  { "extra Task Metrics/Shuffle Write Metrics/Shuffle Pairs Written", "people want pairs" },
  { "extra Task Metrics/Python Metrics", "Python's share of a task" },
};

/* ---- comparing ---- */

static void
note (GHashTable *differences, const char *what, const char *path)
{
  g_hash_table_add (differences, g_strdup_printf ("%s %s", what, path));
}

static gboolean
same_scalar (const RushJson *a, const RushJson *b)
{
  switch (rush_json_kind (a))
    {
    case RUSH_JSON_INT:
      return rush_json_as_int (a, 0) == rush_json_as_int (b, 1);
    case RUSH_JSON_STRING:
      return g_str_equal (rush_json_as_string (a, ""), rush_json_as_string (b, ""));
    case RUSH_JSON_BOOL:
    case RUSH_JSON_DOUBLE:
    case RUSH_JSON_NULL:
      return TRUE; /* compare_members () looks at these, as they have no value by themselves */
    case RUSH_JSON_ARRAY:
    case RUSH_JSON_OBJECT:
      break;
    }
  g_assert_not_reached ();
}

static void compare (const RushJson *spark, const RushJson *ours, const char *path,
                     GHashTable *differences);

/* The names that both have must come in one order; what ours adds must stand behind them. */
static void
compare_objects (const RushJson *spark, const RushJson *ours, const char *path,
                 GHashTable *differences)
{
  guint at = 0;

  for (guint i = 0; i < rush_json_length (spark); i++)
    {
      const char *name = rush_json_name (spark, i);
      g_autofree char *inner = g_strdup_printf ("%s%s%s", path, *path != '\0' ? "/" : "", name);
      if (at == rush_json_length (ours) || !g_str_equal (rush_json_name (ours, at), name))
        {
          note (differences, "missing", inner);
          continue;
        }
      if (rush_json_get_bool (spark, name, FALSE) != rush_json_get_bool (ours, name, FALSE) ||
          rush_json_get_double (spark, name, 0) != rush_json_get_double (ours, name, 0))
        note (differences, "value", inner);
      compare (rush_json_item (spark, i), rush_json_item (ours, at++), inner, differences);
    }
  for (; at < rush_json_length (ours); at++)
    {
      g_autofree char *inner =
          g_strdup_printf ("%s%s%s", path, *path != '\0' ? "/" : "", rush_json_name (ours, at));
      note (differences, "extra", inner);
    }
}

static void
compare_arrays (const RushJson *spark, const RushJson *ours, const char *path,
                GHashTable *differences)
{
  guint n = rush_json_length (spark);

  if (rush_json_length (ours) == 0 && n > 0)
    note (differences, "empty", path);
  else if (rush_json_length (ours) != n)
    note (differences, "length", path);
  else
    for (guint i = 0; i < n; i++)
      compare (rush_json_item (spark, i), rush_json_item (ours, i), path, differences);
}

static void
compare (const RushJson *spark, const RushJson *ours, const char *path, GHashTable *differences)
{
  if (rush_json_kind (spark) != rush_json_kind (ours))
    note (differences, "type", path);
  else if (rush_json_kind (spark) == RUSH_JSON_OBJECT)
    compare_objects (spark, ours, path, differences);
  else if (rush_json_kind (spark) == RUSH_JSON_ARRAY)
    compare_arrays (spark, ours, path, differences);
  else if (!same_scalar (spark, ours))
    note (differences, "value", path);
}

/* ---- real lines ---- */

static char *
json_of (const RushEvent *event)
{
  GString *text = g_string_new (NULL);
  RushJsonWriter writer;

  rush_json_writer_init (&writer, text);
  rush_event_write_json (event, &writer);
  return g_string_free (text, FALSE);
}

static RushJson *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  RushJson *json = rush_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return json;
}

static char **
spark_lines (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "data", "spark_event_log.jsonl", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return g_strsplit (g_strchomp (text), "\n", -1);
}

static void
test_like_spark (void)
{
  g_auto (GStrv) lines = spark_lines ();
  g_autoptr (GHashTable) differences =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean seen[RUSH_N_EVENTS] = { FALSE };

  for (char **line = lines; *line != NULL; line++)
    {
      g_autoptr (RushJson) spark = parse (*line);
      g_autoptr (RushEvent) event = spark_line_to_event (spark);
      g_autofree char *text = json_of (event);
      g_autoptr (RushJson) ours = parse (text);
      seen[event->kind] = TRUE;
      compare (spark, ours, "", differences);
    }
  for (guint kind = 0; kind < RUSH_N_EVENTS; kind++)
    g_assert_true (seen[kind]);
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (!g_hash_table_remove (differences, known[i].difference))
      g_error ("listed, but does not occur: %s", known[i].difference);

  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, differences);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_test_message ("not listed: %s", (char *)key);
  g_assert_cmpuint (g_hash_table_size (differences), ==, 0);
}

/* ---- what real lines do not show ---- */

/* The History Server lists an application only if no blank follows a colon. */
static void
test_compact (void)
{
  g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_LOG_START);
  event->log_start.version = g_strdup ("4.3.0");
  g_autofree char *text = json_of (event);

  g_assert_cmpstr (text, ==, "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"4.3.0\"}");
}

static void
test_empty_payloads (void)
{
  for (guint kind = 0; kind < RUSH_N_EVENTS; kind++)
    {
      g_autoptr (RushEvent) event = rush_event_new (kind);
      if (kind == RUSH_EVENT_STAGE_SUBMITTED)
        event->stage_submitted.stage = rush_stage_info_new (0, 0);
      if (kind == RUSH_EVENT_STAGE_COMPLETED)
        event->stage_completed.stage = rush_stage_info_new (0, 0);
      if (kind == RUSH_EVENT_SQL_EXECUTION_START)
        event->sql_execution_start.plan = rush_plan_info_new (NULL, NULL, 0, 0);
      if (kind == RUSH_EVENT_SQL_ADAPTIVE_UPDATE)
        event->sql_adaptive_update.plan = rush_plan_info_new (NULL, NULL, 0, 0);
      if (kind == RUSH_EVENT_TASK_END)
        event->task_end.reason = "Resubmitted";
      g_autofree char *text = json_of (event);
      g_autoptr (RushJson) json = parse (text);
      g_assert_cmpstr (rush_json_get_string (json, "Event", ""), ==,
                       rush_event_kind_spark_name (kind));
    }
}

static const RushJson *
end_reason (const RushTaskEnd *end, const char *message, RushJson **out_line)
{
  g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_TASK_END);
  event->task_end = *end;
  event->task_end.message = g_strdup (message);
  g_autofree char *text = json_of (event);
  *out_line = parse (text);
  return rush_json_get (*out_line, "Task End Reason");
}

static void
test_commit_denied (void)
{
  RushTaskEnd end = { .stage_id = 7, .reason = "TaskCommitDenied" };
  g_autoptr (RushJson) line = NULL;
  end.task.partition = 3;
  end.task.attempt = 1;
  const RushJson *reason = end_reason (&end, "another one commits", &line);

  g_assert_cmpuint (rush_json_length (reason), ==, 4);
  g_assert_cmpint (rush_json_get_int (reason, "Job ID", -1), ==, 7);
  g_assert_cmpint (rush_json_get_int (reason, "Partition ID", -1), ==, 3);
  g_assert_cmpint (rush_json_get_int (reason, "Attempt Number", -1), ==, 1);
  g_assert_null (rush_json_get (line, "Task Metrics"));
}

static void
test_fetch_failed_unregistered (void)
{
  RushTaskEnd end = { .reason = "FetchFailed", .fetch_map_index = -1 };
  g_autoptr (RushJson) line = NULL;
  const RushJson *reason = end_reason (&end, "no location", &line);

  g_assert_null (rush_json_get (reason, "Block Manager Address"));
  g_assert_cmpint (rush_json_get_int (reason, "Map Index", 0), ==, -1);
}

/* Spark's reader throws an application away whose executor has port 0. */
static void
test_no_port (void)
{
  g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_BLOCK_MANAGER_ADDED);
  event->block_manager_added.executor_id = g_strdup ("driver");
  g_autofree char *text = json_of (event);
  g_autoptr (RushJson) line = parse (text);

  g_assert_cmpint (rush_json_get_int (rush_json_get (line, "Block Manager ID"), "Port", 0), ==, 1);
}

/* RDDs that one call made share the id of its first; a second call of the same name does not. */
static void
test_scopes (void)
{
  g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_STAGE_COMPLETED);
  RushStageInfo *stage = event->stage_completed.stage = rush_stage_info_new (4, 0);
  const char *sites[] = { "join at app.py:9", "join at app.py:9", "join at app.py:5",
                          "x at app.py:1" };
  const char *expected[] = { "{\"id\":\"12\",\"name\":\"join\"}",
                             "{\"id\":\"12\",\"name\":\"join\"}",
                             "{\"id\":\"11\",\"name\":\"join\"}", NULL };
  for (gint i = 0; i < 4; i++)
    {
      gint parent = 12 - i;
      RushRddInfo *rdd = stage->rdds[i] = rush_rdd_info_new ();
      rdd->rdd_id = 13 - i;
      rdd->scope = i < 3 ? g_strdup ("join") : NULL;
      rdd->call_site = g_strdup (sites[i]);
      rdd->n_parents = i < 3;
      rdd->parent_ids = g_memdup2 (&parent, sizeof parent);
    }
  g_autofree char *text = json_of (event);
  g_autoptr (RushJson) line = parse (text);
  const RushJson *rdds = rush_json_get (rush_json_get (line, "Stage Info"), "RDD Info");

  for (gint i = 0; i < 4; i++)
    g_assert_cmpstr (rush_json_get_string (rush_json_item (rdds, i), "Scope", NULL), ==,
                     expected[i]);
}

/* Units: Spark has milliseconds, and nanoseconds for writing. */
static void
test_units (void)
{
  g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_TASK_END);
  event->task_end.reason = "Success";
  event->task_end.metrics = (RushTaskMetrics){
    .run_us = 12999, .cpu_ns = 11000000, .shuffle_fetch_wait_us = 3000, .shuffle_write_us = 7
  };
  g_autofree char *text = json_of (event);
  g_autoptr (RushJson) line = parse (text);
  const RushJson *metrics = rush_json_get (line, "Task Metrics");

  g_assert_cmpint (rush_json_get_int (metrics, "Executor Run Time", 0), ==, 12);
  g_assert_cmpint (rush_json_get_int (metrics, "Executor CPU Time", 0), ==, 11000000);
  g_assert_cmpint (
      rush_json_get_int (rush_json_get (metrics, "Shuffle Read Metrics"), "Fetch Wait Time", 0), ==,
      3);
  g_assert_cmpint (
      rush_json_get_int (rush_json_get (metrics, "Shuffle Write Metrics"), "Shuffle Write Time", 0),
      ==, 7000);
}

/* What the executor's pool held, under the names of Spark's peaks. */
static void
test_pools (void)
{
  g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_TASK_END);
  event->task_end.reason = "Success";
  event->task_end.metrics =
      (RushTaskMetrics){ .pool_execution_bytes = 300, .pool_storage_bytes = 50 };
  g_autofree char *text = json_of (event);
  g_autoptr (RushJson) line = parse (text);
  const RushJson *executor = rush_json_get (line, "Task Executor Metrics");

  g_assert_cmpint (rush_json_get_int (executor, "OnHeapExecutionMemory", 0), ==, 300);
  g_assert_cmpint (rush_json_get_int (executor, "OnHeapStorageMemory", 0), ==, 50);
  g_assert_cmpint (rush_json_get_int (executor, "OnHeapUnifiedMemory", 0), ==, 350);
}

/* Sums of counters; of what is held at a moment, the largest. */
static void
test_metrics_add (void)
{
  RushTaskMetrics sum = { .run_us = 3, .peak_execution_memory = 7, .pool_storage_bytes = 20 };
  const RushTaskMetrics more = { .run_us = 4,
                                 .peak_execution_memory = 5,
                                 .pool_execution_bytes = 9,
                                 .pool_storage_bytes = 30,
                                 .python_bytes_out = 1 };

  rush_task_metrics_add (&sum, &more);
  g_assert_cmpint (sum.run_us, ==, 7);
  g_assert_cmpint (sum.python_bytes_out, ==, 1);
  g_assert_cmpint (sum.peak_execution_memory, ==, 7);
  g_assert_cmpint (sum.pool_execution_bytes, ==, 9);
  g_assert_cmpint (sum.pool_storage_bytes, ==, 30);
}

/* Names of a user's may hold anything; the line stays one line of valid JSON. */
static void
test_hostile_strings (void)
{
  g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_JOB_END);
  event->job_end.error = g_strdup ("line 1\nline \"2\"\t\xff\x01 \\ </script>");
  g_autofree char *text = json_of (event);
  g_autoptr (RushJson) line = parse (text);
  const RushJson *exception = rush_json_get (rush_json_get (line, "Job Result"), "Exception");

  g_assert_null (strchr (text, '\n'));
  g_assert_cmpstr (rush_json_get_string (exception, "Message", ""), ==,
                   "line 1\nline \"2\"\t\xEF\xBF\xBD\x01 \\ </script>");
}

/* A copy shares nothing with the original. */
static void
test_stage_info_dup (void)
{
  g_auto (GStrv) lines = spark_lines ();
  g_autoptr (RushJson) spark = NULL;
  for (char **line = lines; *line != NULL && spark == NULL; line++)
    if (g_str_has_prefix (*line, "{\"Event\":\"SparkListenerStageSubmitted\""))
      spark = parse (*line);
  g_autoptr (RushEvent) event = spark_line_to_event (spark);
  g_autofree char *before = json_of (event);

  RushStageInfo *copy = rush_stage_info_dup (event->stage_submitted.stage);
  rush_stage_info_unref (event->stage_submitted.stage);
  event->stage_submitted.stage = copy;
  g_autofree char *after = json_of (event);
  g_assert_cmpstr (after, ==, before);
}

/* A rack is one of the executor's attributes, if anybody knows it. */
static void
test_racks (void)
{
  const char *racks[] = { "rack-1", NULL };
  const char *attributes[] = { "\"Attributes\":{\"rack\":\"rack-1\"}", "\"Attributes\":{}" };

  for (guint i = 0; i < G_N_ELEMENTS (racks); i++)
    {
      g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_EXECUTOR_ADDED);
      event->executor_added =
          (RushExecutorAdded){ 0, g_strdup ("1"), g_strdup ("host-1"), 2, g_strdup (racks[i]) };
      g_autofree char *text = json_of (event);
      g_assert_nonnull (strstr (text, attributes[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/json/like-spark", test_like_spark);
  g_test_add_func ("/event/json/compact", test_compact);
  g_test_add_func ("/event/json/empty-payloads", test_empty_payloads);
  g_test_add_func ("/event/json/commit-denied", test_commit_denied);
  g_test_add_func ("/event/json/fetch-failed-unregistered", test_fetch_failed_unregistered);
  g_test_add_func ("/event/json/no-port", test_no_port);
  g_test_add_func ("/event/json/scopes", test_scopes);
  g_test_add_func ("/event/json/units", test_units);
  g_test_add_func ("/event/json/hostile-strings", test_hostile_strings);
  g_test_add_func ("/event/json/stage-info-dup", test_stage_info_dup);
  g_test_add_func ("/event/json/racks", test_racks);
  g_test_add_func ("/event/json/pools", test_pools);
  g_test_add_func ("/event/json/metrics-add", test_metrics_add);
  return g_test_run ();
}
