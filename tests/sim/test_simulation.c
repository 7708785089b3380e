/* test_simulation.c - scenarios with managers and faults, from an application's start to its end: a
 * job ends in spite of what is lost, twice in the same way, and what ends it is told. */
#include "sim/event_digest.h"
#include "sim/simulation.h"

/* ---- a run ---- */

typedef struct
{
  gboolean ended_well;
  char *failure; /* or NULL */
  guint64 digest;
  guint n_maps; /* that have succeeded, those that ran again, too */
  RushSimulationResult result;
} Outcome;

typedef struct
{
  RushListener base;
  Outcome *outcome;
} Counter;

static void
count_event (RushListener *listener, RushEvent *event)
{
  Outcome *outcome = ((Counter *)listener)->outcome;

  outcome->n_maps += event->kind == RUSH_EVENT_TASK_END && event->task_end.stage_id == 0 &&
                     g_str_equal (event->task_end.reason, "Success");
}

static void
counter_free (RushListener *listener)
{
  g_free (listener);
}

static RushListener *
counter_new (Outcome *outcome)
{
  static const RushListenerClass klass = { "counter", count_event, NULL, counter_free };
  Counter *self = g_new0 (Counter, 1);

  self->base.klass = &klass;
  self->outcome = outcome;
  return &self->base;
}

static void
outcome_clear (Outcome *self)
{
  rush_simulation_result_clear (&self->result);
  g_clear_pointer (&self->failure, g_free);
}

/* Two executors of two cores on each of four hosts in two racks; @more: members of the scenario;
 * @settings: key, value, …, NULL. */
static Outcome
simulate_with (const char *more, const char *const *settings)
{
  g_autofree char *text = g_strdup_printf (
      "{ \"seed\": 7, \"mode\": \"model\", %s"
      "  \"executors\": { \"count\": 8, \"cores\": 2, \"memory\": \"2g\" },"
      "  \"hosts\": { \"count\": 4, \"racks\": 2, \"cores\": 8, \"memory\": \"16g\" },"
      "  \"stages\": [ { \"name\": \"maps\", \"tasks\": 60, \"duration\": { \"exponential\": 2 },"
      "                  \"shuffle_write\": \"16m\" },"
      "                { \"name\": \"reduces\", \"tasks\": 12, \"duration\": \"3s\","
      "                  \"reads\": [\"maps\"] } ] }",
      more);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushScenario) scenario = rush_scenario_parse (text, -1, "test.json", &error);
  g_assert_no_error (error);
  RushConf *conf = rush_conf_new ();
  RushEventBus *bus = rush_event_bus_new (1);
  RushListener *digest = rush_event_digest_new ();
  Outcome outcome = { FALSE };

  g_assert_true (rush_conf_set (conf, "spark.master", "sim://", NULL));
  for (guint i = 0; settings[i] != NULL; i += 2)
    g_assert_true (rush_conf_set (conf, settings[i], settings[i + 1], NULL));
  rush_event_bus_add_inline (bus, digest);
  rush_event_bus_add_inline (bus, counter_new (&outcome));
  g_autoptr (RushSimulation) simulation = rush_simulation_new (scenario, conf, bus, &error);
  g_assert_no_error (error);
  outcome.ended_well = rush_simulation_run (simulation, &outcome.result, &error);
  outcome.failure = error != NULL ? g_strdup (error->message) : NULL;
  outcome.digest = rush_event_digest_value (digest);
  g_clear_pointer (&simulation, rush_simulation_free);
  rush_event_bus_free (bus);
  rush_conf_unref (conf);
  return outcome;
}

static Outcome
simulate (const char *more, const char *key, const char *value)
{
  return simulate_with (more, (const char *const[]){ key, value, NULL });
}

static double
seconds_of (const char *more)
{
  Outcome outcome = simulate (more, NULL, NULL);

  g_assert_cmpstr (outcome.failure, ==, NULL);
  g_assert_true (outcome.ended_well);
  outcome_clear (&outcome);
  return outcome.result.seconds;
}

/* ---- managers ---- */

static void
test_each_manager_runs_the_job (void)
{
  static const char *const kinds[] = { "standalone", "yarn", "kubernetes", "mesos" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *more = g_strdup_printf ("\"manager\": { \"kind\": \"%s\" },", kinds[i]);
      Outcome outcome = simulate (more, NULL, NULL);

      g_assert_true (outcome.ended_well);
      g_assert_cmpuint (outcome.result.n_executors, >=, 8);
      g_assert_cmpuint (outcome.result.n_lost, ==, 0);
      g_assert_cmpfloat (outcome.result.first_executor_s, >, 0);
      outcome_clear (&outcome);
    }
}

/* YARN waits for four fifths of the executors, standalone for none. */
static void
test_jobs_begin_when_enough_have_registered (void)
{
  Outcome at_once = simulate ("", NULL, NULL);
  Outcome later = simulate ("\"manager\": { \"kind\": \"yarn\" },", NULL, NULL);

  g_assert_cmpfloat (at_once.result.job_started_s, ==, at_once.result.first_executor_s);
  g_assert_cmpfloat (later.result.job_started_s, >, later.result.first_executor_s);
  outcome_clear (&at_once);
  outcome_clear (&later);
}

#define LATE_DRIVER                                                                                \
  "\"driver\": { \"deploy_mode\": \"cluster\" },"                                                  \
  "\"manager\": { \"kind\": \"yarn\", \"driver_start\": \"40s\", \"executor_start\": \"%s\" },"

/* At most 30 s, of which the 40 s before the driver runs are none. */
static void
test_the_wait_begins_with_the_driver (void)
{
  g_autofree char *soon = g_strdup_printf (LATE_DRIVER, "20s");
  g_autofree char *late = g_strdup_printf (LATE_DRIVER, "60s");
  Outcome waited = simulate (soon, NULL, NULL), gave_up = simulate (late, NULL, NULL);

  g_assert_cmpfloat (waited.result.first_executor_s, >, 60);
  g_assert_cmpfloat (waited.result.job_started_s, >, waited.result.first_executor_s);
  g_assert_cmpfloat (gave_up.result.job_started_s, >, 70);
  g_assert_cmpfloat (gave_up.result.job_started_s, <, gave_up.result.first_executor_s);
  outcome_clear (&waited);
  outcome_clear (&gave_up);
}

/* ---- faults ---- */

static const char *const faults[] = {
  "{ \"at\": \"4s\", \"do\": \"kill_executor\", \"executor\": \"1\" }",
  "{ \"at\": \"4s\", \"do\": \"kill_host\", \"host\": 1 }",
  "{ \"at\": \"4s\", \"do\": \"kill_host\", \"host\": 1, \"lasts\": \"20s\" }",
  "{ \"at\": \"4s\", \"do\": \"kill_rack\", \"rack\": 1 }",
  "{ \"at\": \"4s\", \"do\": \"cut_host\", \"host\": 2, \"lasts\": \"20s\" }",
  "{ \"at\": \"4s\", \"do\": \"cut_rack\", \"rack\": 0 }, { \"at\": \"30s\", \"do\": \"heal\" }",
  "{ \"at\": \"3s\", \"do\": \"slow_host\", \"host\": 0, \"factor\": 5, \"lasts\": \"10s\" }",
  "{ \"at\": \"3s\", \"do\": \"slow_executor\", \"executor\": \"2\", \"factor\": 5,"
  "  \"lasts\": \"10s\" }",
  "{ \"when\": { \"stage\": 1 }, \"do\": \"drop_shuffle\", \"shuffle\": 0, \"map\": 3 }",
  "{ \"when\": { \"stage\": 1 }, \"do\": \"corrupt_shuffle\", \"shuffle\": 0,"
  "  \"executor\": \"2\" }",
  "{ \"when\": { \"stage\": 0 }, \"times\": 3, \"do\": \"fail_task\" }",
  "{ \"at\": \"4s\", \"do\": \"decommission_executor\", \"executor\": \"2\" }",
  "{ \"at\": \"0s\", \"do\": \"delay_messages\", \"by\": \"700ms\", \"fraction\": 0.5 }",
  "{ \"at\": \"4s\", \"do\": \"memory_used\", \"executor\": \"2\", \"memory\": \"40g\","
  "  \"lasts\": \"10s\" }",
  "{ \"at\": \"0s\", \"do\": \"duplicate_messages\", \"fraction\": 0.5, \"lasts\": \"9s\" }",
};

static void
check_fault (const char *fault, const char *manager)
{
  g_autofree char *more =
      g_strdup_printf ("\"manager\": { \"kind\": \"%s\" }, \"faults\": [ %s ],", manager, fault);
  Outcome first = simulate (more, NULL, NULL), second = simulate (more, NULL, NULL);

  g_assert_cmpstr (first.failure, ==, NULL);
  g_assert_true (first.ended_well);
  g_assert_cmpuint (first.digest, ==, second.digest);
  outcome_clear (&first);
  outcome_clear (&second);
}

static void
test_jobs_end_in_spite_of_faults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      check_fault (faults[i], "standalone");
      check_fault (faults[i], "kubernetes");
    }
}

/* All of them at once, with copies of slow tasks. */
static void
test_jobs_end_in_spite_of_everything (void)
{
  g_autoptr (GString) all = g_string_new ("\"faults\": [ ");

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", faults[i]);
  g_string_append (all, " ],");
  Outcome first = simulate (all->str, "spark.speculation", "true");
  Outcome second = simulate (all->str, "spark.speculation", "true");
  g_assert_cmpuint (first.digest, ==, second.digest);
  outcome_clear (&first);
  outcome_clear (&second);
}

static void
test_faults_take_time (void)
{
  double plain = seconds_of ("");

  g_assert_cmpfloat (seconds_of ("\"faults\": [ { \"at\": \"3s\", \"do\": \"slow_host\","
                                 " \"host\": 0, \"factor\": 9 } ],"),
                     >, plain);
  g_assert_cmpfloat (seconds_of ("\"faults\": [ { \"when\": { \"stage\": 1 },"
                                 " \"do\": \"drop_shuffle\", \"shuffle\": 0, \"map\": 3 } ],"),
                     >, plain);
}

/* ---- ends ---- */

static void
test_a_task_that_always_fails_ends_the_job (void)
{
  Outcome outcome =
      simulate ("\"faults\": [ { \"when\": { \"stage\": 0, \"partition\": 5 },"
                " \"times\": 99, \"do\": \"fail_task\", \"message\": \"no luck\" } ],",
                NULL, NULL);

  g_assert_false (outcome.ended_well);
  g_assert_nonnull (strstr (outcome.failure, "Task 5 in stage 0.0 failed 4 times"));
  g_assert_nonnull (strstr (outcome.failure, "no luck"));
  outcome_clear (&outcome);
}

/* ---- decommissioning ---- */

/* While the reduce tasks run; the map tasks that have run by the end. */
static guint
maps_with_decommissioning (const char *migrate, const char *more_faults)
{
  g_autofree char *more = g_strdup_printf ("\"faults\": [ { \"when\": { \"stage\": 1 }, \"do\": "
                                           "\"decommission_executor\", \"executor\": \"2\" }%s ],",
                                           more_faults);
  Outcome outcomes[2];

  for (guint i = 0; i < 2; i++)
    {
      outcomes[i] = simulate_with (
          more, (const char *const[]){ "spark.decommission.enabled", "true",
                                       "spark.storage.decommission.enabled", migrate, NULL });
      g_assert_cmpstr (outcomes[i].failure, ==, NULL);
      g_assert_cmpuint (outcomes[i].result.n_lost, >=, 1);
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (outcomes[0].digest, ==, outcomes[1].digest);
  return outcomes[0].n_maps;
}

static void
test_what_is_handed_over_is_not_computed_again (void)
{
  g_assert_cmpuint (maps_with_decommissioning ("true", ""), ==, 60);
}

static void
test_what_is_not_handed_over_is (void)
{
  g_assert_cmpuint (maps_with_decommissioning ("false", ""), >, 60);
}

/* Who takes it in dies, and then the one that goes: what was not moved by then is lost. */
static void
test_executors_die_while_outputs_move (void)
{
  g_assert_cmpuint (maps_with_decommissioning (
                        "true", ", { \"when\": { \"stage\": 1 }, \"do\": \"kill_executor\","
                                " \"executor\": \"3\" }"),
                    >, 60);
  g_assert_cmpuint (
      maps_with_decommissioning ("true", ", { \"when\": { \"stage\": 1, \"partition\": 1 }, \"do\":"
                                         " \"kill_executor\", \"executor\": \"2\" }"),
      >, 60);
}

/* A long task keeps the application, and the other executors are idle for too long. */
static void
test_idle_executors_are_decommissioned (void)
{
  static const char *const settings[] = { "spark.dynamicAllocation.enabled",
                                          "true",
                                          "spark.dynamicAllocation.executorIdleTimeout",
                                          "5s",
                                          "spark.dynamicAllocation.shuffleTracking.enabled",
                                          "false",
                                          "spark.decommission.enabled",
                                          "true",
                                          "spark.storage.decommission.enabled",
                                          "true",
                                          NULL };
  Outcome outcome = simulate_with ("\"faults\": [ { \"at\": \"0s\", \"do\": \"slow_executor\","
                                   " \"executor\": \"0\", \"factor\": 20 },"
                                   " { \"at\": \"4s\", \"do\": \"slow_executor\","
                                   " \"executor\": \"0\", \"factor\": 20 } ],",
                                   settings);

  g_assert_cmpstr (outcome.failure, ==, NULL);
  g_assert_cmpuint (outcome.result.n_lost, >=, 1);
  g_assert_cmpuint (outcome.n_maps, ==, 60); /* whoever went left its outputs to others */
  outcome_clear (&outcome);
}

/* In cluster mode the driver stands on a host, and goes with it. */
static void
test_the_driver_goes_with_its_host (void)
{
  Outcome outcome =
      simulate ("\"driver\": { \"deploy_mode\": \"cluster\", \"memory\": \"1g\" },"
                "\"faults\": [ { \"at\": \"6s\", \"do\": \"kill_rack\", \"rack\": 0 },"
                " { \"at\": \"6s\", \"do\": \"kill_rack\", \"rack\": 1 } ],",
                NULL, NULL);

  g_assert_false (outcome.ended_well);
  g_assert_nonnull (strstr (outcome.failure, "The driver was lost after"));
  outcome_clear (&outcome);
}

#define DRIVER_INSIDE "\"driver\": { \"deploy_mode\": \"cluster\", \"memory\": \"1g\" },"

/* Its host dies once the job runs: which one it is on, tells who is hurt. */
static Outcome
kill_host_of_driver (const char *manager, const char *key, const char *value)
{
  for (guint host = 0; host < 4; host++)
    {
      g_autofree char *more = g_strdup_printf (
          DRIVER_INSIDE "\"manager\": { \"kind\": \"%s\" }, \"faults\": [ { \"at\": \"14s\","
                        " \"do\": \"kill_host\", \"host\": %u } ],",
          manager, host);
      Outcome outcome = simulate (more, key, value);

      if (outcome.result.n_restarts > 0 || !outcome.ended_well)
        return outcome;
      outcome_clear (&outcome);
    }
  g_assert_not_reached ();
}

/* The job begins from nothing: it takes as long as ever after the driver is back. */
static void
test_a_driver_is_started_again (void)
{
  static const struct
  {
    const char *manager, *key, *value;
  } cases[] = {
    { "standalone", "spark.driver.supervise", "true" },
    { "mesos", "spark.driver.supervise", "true" },
    { "yarn", "spark.yarn.maxAppAttempts", "2" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Outcome outcome = kill_host_of_driver (cases[i].manager, cases[i].key, cases[i].value);
      Outcome again = kill_host_of_driver (cases[i].manager, cases[i].key, cases[i].value);

      g_assert_cmpstr (outcome.failure, ==, NULL);
      g_assert_true (outcome.ended_well);
      g_assert_cmpuint (outcome.result.n_restarts, ==, 1);
      g_assert_cmpfloat (outcome.result.lost_s, >, 0);
      g_assert_cmpfloat (outcome.result.job_started_s, >, 14 + outcome.result.lost_s);
      g_assert_cmpuint (outcome.result.n_executors, >, 8);
      g_assert_cmpuint (outcome.digest, ==, again.digest);
      outcome_clear (&outcome);
      outcome_clear (&again);
    }
}

static void
test_a_driver_is_lost_for_good (void)
{
  static const char *const cases[][3] = {
    { "standalone", "spark.driver.supervise", "false" },
    { "yarn", "spark.yarn.maxAppAttempts", "1" },
    { "kubernetes", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Outcome outcome = kill_host_of_driver (cases[i][0], cases[i][1], cases[i][2]);

      g_assert_false (outcome.ended_well);
      g_assert_cmpuint (outcome.result.n_restarts, ==, 0);
      g_assert_nonnull (strstr (outcome.failure, "The driver was lost after"));
      outcome_clear (&outcome);
    }
}

static void
test_a_dead_cluster_is_not_waited_for (void)
{
  Outcome outcome =
      simulate ("\"faults\": [ { \"at\": \"4s\", \"do\": \"kill_rack\", \"rack\": 0 },"
                " { \"at\": \"4s\", \"do\": \"kill_rack\", \"rack\": 1 } ],",
                NULL, NULL);

  g_assert_false (outcome.ended_well);
  g_assert_nonnull (strstr (outcome.failure, "waits for ever"));
  outcome_clear (&outcome);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/simulation/" #name, test_##name)
  ADD (each_manager_runs_the_job);
  ADD (jobs_begin_when_enough_have_registered);
  ADD (the_wait_begins_with_the_driver);
  ADD (jobs_end_in_spite_of_faults);
  ADD (jobs_end_in_spite_of_everything);
  ADD (faults_take_time);
  ADD (a_task_that_always_fails_ends_the_job);
  ADD (what_is_handed_over_is_not_computed_again);
  ADD (what_is_not_handed_over_is);
  ADD (executors_die_while_outputs_move);
  ADD (idle_executors_are_decommissioned);
  ADD (the_driver_goes_with_its_host);
  ADD (a_driver_is_started_again);
  ADD (a_driver_is_lost_for_good);
  ADD (a_dead_cluster_is_not_waited_for);
  return g_test_run ();
}
