/* test_scenario_run.c - scenarios of model mode, from the file to the end of their job: one seed
 * is one run, bad luck takes time, and what a file says reaches the machines. */
#include "sim/event_digest.h"
#include "sim/model_run.h"
#include "sim/scenario.h"

#include <string.h>

static RushScenario *
example (const char *file)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "sim", "scenarios", file, NULL);
  g_autoptr (GError) error = NULL;
  RushScenario *self = rush_scenario_read (path, &error);

  g_assert_no_error (error);
  return self;
}

/* A job of two stages on four hosts; @rest: ", member: value" that is said besides. */
static RushScenario *
small (const char *rest)
{
  g_autofree char *text = g_strdup_printf (
      "{\"mode\": \"model\", \"executors\": {\"count\": 8, \"cores\": 2}, \"hosts\": {\"count\": "
      "4, "
      "\"racks\": 2}, \"stages\": [{\"name\": \"map\", \"tasks\": 64, \"duration\": {\"uniform\": "
      "[1, 2]}, \"shuffle_write\": \"64m\"}, {\"name\": \"reduce\", \"tasks\": 16, \"reads\": "
      "[\"map\"]}]%s}",
      rest);
  g_autoptr (GError) error = NULL;
  RushScenario *self = rush_scenario_parse (text, -1, "small", &error);

  g_assert_no_error (error);
  return self;
}

typedef struct
{
  double seconds;
  guint64 digest;
} Result;

/* One after the other, host by host. */
static void
start_executors (const RushScenario *scenario, RushTopology *topology, RushModelRun *run)
{
  for (gint64 i = 0; i < scenario->executors.count; i++)
    {
      g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, i);
      guint host = (guint)(i % scenario->hosts.count);
      RushSimExecutor executor = { .id = id,
                                   .host = rush_topology_host (topology, host),
                                   .cores = (guint)scenario->executors.cores };

      rush_simulated_backend_executor_ready (rush_model_run_backend (run), &executor);
    }
}

static Result
run (const RushScenario *scenario)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (RushEventHeap) heap = rush_event_heap_new (0);
  g_autoptr (RushTopology) topology = rush_scenario_topology (scenario, heap);
  g_autofree RushModelStage *stages = rush_scenario_model_stages (scenario);
  RushSimCosts costs = rush_scenario_costs (scenario);
  RushEventBus *bus = rush_event_bus_new (1);
  RushListener *digest = rush_event_digest_new ();
  RushLineage *lineage = rush_lineage_new ();
  Result result;

  rush_event_bus_add_inline (bus, digest);
  RushModelJob *job = rush_model_job_new (lineage, topology, stages, scenario->stages->len,
                                          (guint64)scenario->seed, &error);
  g_assert_no_error (error);
  RushModelRun *model =
      rush_model_run_new (&(RushModelRunSetup){ .conf = conf,
                                                .heap = heap,
                                                .topology = topology,
                                                .job = job,
                                                .costs = &costs,
                                                .bus = bus,
                                                .seed = (guint64)scenario->seed });
  start_executors (scenario, topology, model);
  g_assert_true (rush_model_run_finish (model, &error));
  g_assert_no_error (error);
  result = (Result){ (double)rush_event_heap_now_us (heap) / G_USEC_PER_SEC,
                     rush_event_digest_value (digest) };
  rush_model_run_free (model);
  rush_model_job_free (job);
  rush_lineage_unref (lineage);
  rush_event_bus_free (bus);
  return result;
}

static Result
run_small (const char *rest)
{
  g_autoptr (RushScenario) scenario = small (rest);

  return run (scenario);
}

static void
test_one_seed_one_run (void)
{
  Result a = run_small (", \"seed\": 7"), b = run_small (", \"seed\": 7");
  Result other = run_small (", \"seed\": 8");

  g_assert_cmpuint (a.digest, ==, b.digest);
  g_assert_cmpfloat (a.seconds, ==, b.seconds);
  g_assert_cmpuint (a.digest, !=, other.digest);
}

static void
test_an_example (void)
{
  g_autoptr (RushScenario) scenario = example ("stragglers.json");
  Result a = run (scenario), b = run (scenario);

  g_assert_cmpuint (a.digest, ==, b.digest);
  g_test_message ("digest %016" G_GINT64_MODIFIER "x", a.digest); /* any build has the same */
  /* 2,000 tasks of about 4 s and more on 400 cores, then one wave of 2 s */
  g_assert_cmpfloat (a.seconds, >, 22);
}

static void
test_what_takes_time (void)
{
  static const char *const slower[] = {
    ", \"stragglers\": {\"tasks\": {\"fraction\": 0.2, \"slowdown\": 5}}",
    ", \"stragglers\": {\"hosts\": {\"fraction\": 1, \"slowdown\": 2}}",
    ", \"pauses\": {\"every\": \"2s\", \"lasts\": \"1s\"}",
    ", \"disk\": {\"bandwidth\": \"10m\"}",
    ", \"network\": {\"nic\": \"100mbit\"}",
    ", \"network\": {\"uplink\": \"100mbit\"}",
    ", \"cpu\": {\"task_overhead\": \"1s\"}",
    ", \"cpu\": {\"driver_task\": \"500ms\"}",
  };
  Result usual = run_small ("");

  for (guint i = 0; i < G_N_ELEMENTS (slower); i++)
    {
      Result result = run_small (slower[i]);

      if (result.seconds <= usual.seconds * 1.05)
        g_error ("%s: %g s, not more than %g s", slower[i], result.seconds, usual.seconds);
    }
}

#define ADD(name) g_test_add_func ("/sim/scenario_run/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (one_seed_one_run);
  ADD (an_example);
  ADD (what_takes_time);
  return g_test_run ();
}
