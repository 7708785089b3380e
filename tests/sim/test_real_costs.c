/* test_real_costs.c - what a task needs, worked out from what it has counted. */
#include "sim/real_costs.h"

typedef struct
{
  RushScenario *scenario;
  RushConf *conf;
  RushRealCosts costs;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->conf = rush_conf_new ();
  self->scenario = rush_scenario_from_url ("sim://", &error);
  g_assert_no_error (error);
  self->costs = rush_real_costs_new (self->scenario, self->conf);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rush_scenario_free (self->scenario);
  rush_conf_unref (self->conf);
}

static RushTaskDemand
demand_of (Fixture *self, const RushTaskMetrics *metrics, gint64 in_memory, gint64 remote)
{
  RushTaskDemand demand;
  RushRealCounts counts = {
    .metrics = metrics,
    .kept_memory_bytes = in_memory,
    .kept_remote_bytes = remote,
  };

  rush_real_costs_demand (&self->costs, &counts, &demand);
  return demand;
}

static void
test_nothing (Fixture *self, gconstpointer data)
{
  RushTaskDemand demand = demand_of (self, &(RushTaskMetrics){ 0 }, 0, 0);

  g_assert_cmpfloat (demand.cpu_s, ==, 0);
  g_assert_cmpfloat (demand.input_bytes + demand.far_bytes + demand.write_bytes, ==, 0);
  g_assert_false (demand.runs_python);
}

static void
test_input_is_read_from_the_disk (Fixture *self, gconstpointer data)
{
  RushTaskDemand demand = demand_of (self, &(RushTaskMetrics){ .input_bytes = 1000 }, 0, 0);

  g_assert_cmpfloat (demand.input_bytes, ==, 1000);
  g_assert_cmpfloat_with_epsilon (demand.cpu_s, 1000 * self->scenario->cpu.per_byte_s, 1e-12);
}

/* It is counted as input, as Spark does, and is an object already. */
static void
test_what_is_kept_in_memory_costs_nothing (Fixture *self, gconstpointer data)
{
  RushTaskDemand demand = demand_of (self, &(RushTaskMetrics){ .input_bytes = 1000 }, 1000, 0);

  g_assert_cmpfloat (demand.input_bytes, ==, 0);
  g_assert_cmpfloat (demand.cpu_s, ==, 0);
  g_assert_cmpfloat (demand.far_bytes, ==, 0);
}

static void
test_what_is_kept_elsewhere_comes_by_wire (Fixture *self, gconstpointer data)
{
  RushTaskDemand demand = demand_of (self, &(RushTaskMetrics){ .input_bytes = 1000 }, 300, 600);

  g_assert_cmpfloat (demand.input_bytes, ==, 100); /* the rest: a file, or kept on disk */
  g_assert_cmpfloat (demand.far_bytes, ==, 600);
  g_assert_cmpfloat_with_epsilon (demand.cpu_s, 700 * self->scenario->cpu.per_byte_s, 1e-12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/sim/real_costs/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("nothing", test_nothing);
  ADD ("input", test_input_is_read_from_the_disk);
  ADD ("kept_in_memory", test_what_is_kept_in_memory_costs_nothing);
  ADD ("kept_elsewhere", test_what_is_kept_elsewhere_comes_by_wire);
  return g_test_run ();
}
