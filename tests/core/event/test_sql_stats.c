/* test_sql_stats.c - what is remembered of SQL executions: plans, jobs, what operators counted, and
 * how long. */
#include "core/event/sql_stats.h"

#define ROWS 7 /* accumulator ids */
#define BYTES 8

typedef struct
{
  RushEventBus *bus;
  RushSqlStats *stats;
  gint newest_job; /* each has one stage, of the same number */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->bus = rush_event_bus_new (10);
  self->stats = rush_sql_stats_new (2);
  rush_event_bus_add_inline (self->bus, rush_sql_stats_listener (self->stats));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_event_bus_free (self->bus);
  rush_sql_stats_unref (self->stats);
}

/* One operator with one metric. */
static RushPlanInfo *
plan_of (const char *name, gint64 accumulator_id)
{
  RushPlanInfo *plan = rush_plan_info_new (g_strdup (name), g_strdup (name), 0, 1);

  plan->metrics[0] = (RushPlanMetric){ "number of output rows", "sum", accumulator_id };
  return plan;
}

static void
start (Fixture *self, gint64 id, gint64 accumulator_id)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_SQL_EXECUTION_START);

  event->sql_execution_start = (RushSqlExecutionStart){
    .execution_id = id,
    .root_execution_id = id,
    .description = g_strdup ("show at app.py:5"),
    .details = g_strdup (""),
    .plan_description = g_strdup (""),
    .plan = plan_of ("Range", accumulator_id),
    .time_ms = 1000,
    .query_id = g_strdup (""),
  };
  rush_event_bus_post (self->bus, event);
}

static void
end (Fixture *self, gint64 id, const char *error)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_SQL_EXECUTION_END);

  event->sql_execution_end = (RushSqlExecutionEnd){ id, 1310, g_strdup (error), g_strdup ("") };
  rush_event_bus_post (self->bus, event);
}

static void
run_job (Fixture *self, gint job_id, const char *execution)
{
  self->newest_job = job_id;

  RushEvent *event = rush_event_new (RUSH_EVENT_JOB_START);

  event->job_start.job_id = job_id;
  event->job_start.n_stages = 1;
  event->job_start.stages = g_new (RushStageInfo *, 1);
  event->job_start.stages[0] = rush_stage_info_new (0, 0);
  event->job_start.stages[0]->stage_id = job_id;
  event->job_start.properties = g_strdupv (
      (char *[]){ "callSite.short", "x", "spark.sql.execution.id", (char *)execution, NULL });
  rush_event_bus_post (self->bus, event);
}

static void
end_task (Fixture *self, const char *reason, gint64 accumulator_id, gint64 update)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_TASK_END);

  event->task_end.stage_id = self->newest_job;
  event->task_end.reason = reason;
  rush_accumulables_add (&event->task_end.accumulables, accumulator_id, "rows", update);
  rush_event_bus_post (self->bus, event);
}

static gint64
metric (Fixture *self, gint64 accumulator_id)
{
  gint64 value;

  return rush_sql_stats_metric (self->stats, -1, accumulator_id, &value) ? value : -1;
}

/* ---- tests ---- */

static void
test_one_execution (Fixture *self, gconstpointer data)
{
  g_autoptr (RushExecutionSummary) running = NULL;
  g_autoptr (RushExecutionSummary) done = NULL;

  start (self, 0, ROWS);
  run_job (self, 3, "0");
  run_job (self, 4, "9"); /* another's */
  running = rush_sql_stats_execution (self->stats, 0);
  g_assert_cmpstr (running->description, ==, "show at app.py:5");
  g_assert_cmpint (running->start_ms, ==, 1000);
  g_assert_cmpint (running->end_ms, ==, 0);
  g_assert_cmpstr (running->plan->name, ==, "Range");
  g_assert_cmpuint (running->job_ids->len, ==, 1);
  g_assert_cmpint (g_array_index (running->job_ids, gint, 0), ==, 3);
  end (self, 0, "");
  done = rush_sql_stats_execution (self->stats, 0);
  g_assert_cmpint (done->end_ms, ==, 1310);
  g_assert_null (done->error);
}

static void
test_failed (Fixture *self, gconstpointer data)
{
  g_autoptr (RushExecutionSummary) execution = NULL;

  start (self, 0, ROWS);
  end (self, 0, "DIVIDE_BY_ZERO");
  execution = rush_sql_stats_execution (self->stats, 0);
  g_assert_cmpstr (execution->error, ==, "DIVIDE_BY_ZERO");
}

/* Tasks that succeeded count, and the driver; ids that no plan has do not. */
static void
test_metrics (Fixture *self, gconstpointer data)
{
  RushEvent *driver = rush_event_new (RUSH_EVENT_DRIVER_ACCUM_UPDATES);

  g_assert_cmpint (metric (self, ROWS), ==, -1);
  start (self, 0, ROWS);
  g_assert_cmpint (metric (self, ROWS), ==, 0);
  run_job (self, 0, "0");
  end_task (self, "Success", ROWS, 10);
  end_task (self, "ExceptionFailure", ROWS, 100);
  end_task (self, "Success", ROWS, 5);
  end_task (self, "Success", BYTES, 5);
  driver->driver_accum_updates = (RushDriverAccumUpdates){ 0, 1, g_new (RushAccumUpdate, 1) };
  driver->driver_accum_updates.updates[0] = (RushAccumUpdate){ ROWS, 1 };
  rush_event_bus_post (self->bus, driver);
  g_assert_cmpint (metric (self, ROWS), ==, 16);
  g_assert_cmpint (metric (self, BYTES), ==, -1);
}

/* A plan that runs twice counts twice, each time from zero. */
static void
test_same_plan_again (Fixture *self, gconstpointer data)
{
  gint64 value;

  start (self, 0, ROWS);
  run_job (self, 0, "0");
  end_task (self, "Success", ROWS, 10);
  end (self, 0, "");
  start (self, 1, ROWS);
  run_job (self, 1, "1");
  end_task (self, "Success", ROWS, 7);
  g_assert_cmpint (metric (self, ROWS), ==, 7);
  g_assert_true (rush_sql_stats_metric (self->stats, 0, ROWS, &value));
  g_assert_cmpint (value, ==, 10);
  g_assert_false (rush_sql_stats_metric (self->stats, 5, ROWS, &value));
}

/* The plan of an adaptive execution is the newest one; what it had before goes on counting. */
static void
test_adaptive (Fixture *self, gconstpointer data)
{
  RushEvent *update = rush_event_new (RUSH_EVENT_SQL_ADAPTIVE_UPDATE);
  g_autoptr (RushExecutionSummary) execution = NULL;

  start (self, 0, ROWS);
  run_job (self, 0, "0");
  end_task (self, "Success", ROWS, 10);
  update->sql_adaptive_update =
      (RushSqlAdaptiveUpdate){ 0, g_strdup (""), plan_of ("LocalTableScan", BYTES) };
  rush_event_bus_post (self->bus, update);
  end_task (self, "Success", BYTES, 64);
  execution = rush_sql_stats_execution (self->stats, 0);
  g_assert_cmpstr (execution->plan->name, ==, "LocalTableScan");
  g_assert_cmpint (metric (self, ROWS), ==, 10);
  g_assert_cmpint (metric (self, BYTES), ==, 64);
}

/* What an execution counted in a plan that it has left is forgotten with it, too. */
static void
test_forgets_all_plans (Fixture *self, gconstpointer data)
{
  RushEvent *update = rush_event_new (RUSH_EVENT_SQL_ADAPTIVE_UPDATE);

  start (self, 0, 100);
  update->sql_adaptive_update =
      (RushSqlAdaptiveUpdate){ 0, g_strdup (""), plan_of ("LocalTableScan", 101) };
  rush_event_bus_post (self->bus, update);
  end (self, 0, "");
  start (self, 1, 102);
  g_assert_cmpint (metric (self, 100), ==, 0);
  start (self, 2, 103);
  g_assert_cmpint (metric (self, 100), ==, -1);
  g_assert_cmpint (metric (self, 101), ==, -1);
}

/* Two are kept, the newest ones, and those that run. */
static void
test_forgets (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) ids = NULL;

  start (self, 0, 100);
  for (gint64 id = 1; id <= 4; id++)
    {
      start (self, id, 100 + id);
      end (self, id, "");
    }
  ids = rush_sql_stats_execution_ids (self->stats);
  g_assert_cmpuint (ids->len, ==, 2);
  g_assert_cmpint (g_array_index (ids, gint64, 0), ==, 0);
  g_assert_cmpint (g_array_index (ids, gint64, 1), ==, 4);
  g_assert_null (rush_sql_stats_execution (self->stats, 3));
  g_assert_cmpint (metric (self, 103), ==, -1);
  g_assert_cmpint (metric (self, 104), ==, 0);
  end (self, 3, ""); /* of one that is forgotten: nothing happens */
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } TESTS[] = { { "/sql_stats/one_execution", test_one_execution },
                { "/sql_stats/failed", test_failed },
                { "/sql_stats/metrics", test_metrics },
                { "/sql_stats/same_plan_again", test_same_plan_again },
                { "/sql_stats/adaptive", test_adaptive },
                { "/sql_stats/forgets", test_forgets },
                { "/sql_stats/forgets_all_plans", test_forgets_all_plans } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (TESTS); i++)
    g_test_add (TESTS[i].path, Fixture, NULL, set_up, TESTS[i].test, tear_down);
  return g_test_run ();
}
