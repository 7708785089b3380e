/* test_scenario.c - scenarios as people write them: what is read, what is worked out, and for each
 * slip of the pen the one sentence that names file, line and key. */
#include "sim/scenario.h"

#include <string.h>

static RushScenario *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  RushScenario *self = rush_scenario_parse (text, -1, "x.json", &error);

  g_assert_no_error (error);
  return self;
}

static RushScenario *
read_example (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "sim", "scenarios", file, NULL);
  g_autoptr (GError) error = NULL;
  RushScenario *self = rush_scenario_read (path, &error);

  g_assert_no_error (error);
  return self;
}

/* ---- what is read ---- */

static void
test_defaults (void)
{
  g_autoptr (RushScenario) self = parse ("{}");

  g_assert_null (self->name);
  g_assert_cmpint (self->seed, ==, 0);
  g_assert_cmpint (self->mode, ==, RUSH_SIM_REAL);
  g_assert_cmpint (self->executors.count, ==, -1);
  g_assert_cmpint (self->executors.memory_bytes, ==, -1);
  g_assert_cmpint (self->hosts.count, ==, 10);
  g_assert_cmpint (self->hosts.racks.count, ==, 1);
  g_assert_cmpint (self->hosts.cores, ==, 16);
  g_assert_cmpint (self->hosts.memory_bytes, ==, G_GINT64_CONSTANT (64) << 30);
  g_assert_cmpfloat (self->network.nic, ==, 1.25e9);
  g_assert_cmpfloat (self->disk.bytes_per_s, ==, 200 * 1048576.0);
  g_assert_cmpfloat (self->cpu.driver_task_s, ==, 3e-4);
  g_assert_cmpfloat (self->stragglers.tasks.fraction, ==, 0);
  g_assert_null (self->pauses.every);
  g_assert_cmpfloat (self->serializers.kryo.size_factor, ==, 1.2);
  g_assert_cmpint (self->driver.deploy_mode, ==, RUSH_DEPLOY_CLIENT);
  g_assert_null (self->stages);
  g_assert_null (self->faults);
  g_assert_cmpint (self->manager.kind, ==, RUSH_MANAGER_ANY);
  g_assert_null (self->manager.settings);
}

static void
test_examples_are_read (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "..", "sim", "scenarios", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (RushScenario) self = rush_scenario_read (path, &error);

      g_assert_no_error (error);
      g_assert_nonnull (self->name);
      g_assert_cmpstr (self->source, ==, path);
      n++;
    }
  g_assert_cmpuint (n, >=, 7);
}

static void
test_stages (void)
{
  g_autoptr (RushScenario) self = read_example ("stragglers");
  g_autofree RushModelStage *stages = rush_scenario_model_stages (self);
  RushSimCosts costs = rush_scenario_costs (self);

  g_assert_cmpint (self->mode, ==, RUSH_SIM_MODEL);
  g_assert_cmpuint (self->stages->len, ==, 2);
  g_assert_cmpstr (stages[0].name, ==, "scan");
  g_assert_cmpuint (stages[0].n_tasks, ==, 2000);
  g_assert_cmpfloat (rush_distribution_median (stages[0].seconds), ==, 4);
  g_assert_cmpfloat (rush_distribution_median (stages[0].input_bytes), ==, 128 * 1048576.0);
  g_assert_cmpuint (stages[0].n_parents, ==, 0);
  g_assert_null (stages[1].write_bytes);
  g_assert_cmpuint (stages[1].n_parents, ==, 1);
  g_assert_cmpuint (stages[1].parents[0], ==, 0);
  g_assert_cmpfloat (costs.straggler_fraction, ==, 0.05);
  g_assert_cmpfloat (costs.python_start_s, ==, 0.5);
  g_assert_null (costs.pause_every);
}

static const RushSimFault *
fault_of (const RushScenario *self, guint i)
{
  return g_ptr_array_index (self->faults, i);
}

static void
test_faults (void)
{
  g_autoptr (RushScenario) self = read_example ("everything-goes-wrong");
  const RushSimFault *fail = fault_of (self, 0), *slow = fault_of (self, 3);
  const RushSimFault *late = fault_of (self, 6);

  g_assert_cmpuint (self->faults->len, ==, 9);
  g_assert_cmpint (fail->kind, ==, RUSH_SIM_FAIL_TASK);
  g_assert_true (fail->has_when);
  g_assert_cmpfloat (fail->at_s, ==, -1);
  g_assert_cmpint (fail->when.stage, ==, 0);
  g_assert_cmpint (fail->when.partition, ==, 3);
  g_assert_cmpint (fail->when.task, ==, -1);
  g_assert_cmpint (fail->times, ==, 1);
  g_assert_cmpstr (fail->message, ==, "no luck");
  g_assert_cmpint (slow->kind, ==, RUSH_SIM_SLOW_EXECUTOR);
  g_assert_false (slow->has_when);
  g_assert_cmpfloat (slow->at_s, ==, 5);
  g_assert_cmpfloat (slow->lasts_s, ==, 10);
  g_assert_cmpfloat (slow->factor, ==, 8);
  g_assert_cmpstr (slow->executor, ==, "3");
  g_assert_cmpint (slow->host, ==, -1);
  g_assert_cmpfloat (late->by_s, ==, 0.3);
  g_assert_cmpfloat (late->fraction, ==, 0.2);
  g_assert_cmpstr (rush_sim_fault_name (RUSH_SIM_HEAL), ==, "heal");
  g_assert_cmpint (self->manager.kind, ==, RUSH_MANAGER_YARN);
  g_assert_cmpstr (rush_json_get_string (self->manager.settings, "scheduler", NULL), ==, "fair");
  g_assert_cmpint (self->driver.deploy_mode, ==, RUSH_DEPLOY_CLUSTER);
}

/* ---- machines ---- */

static void
test_topology (void)
{
  g_autoptr (RushScenario) self = read_example ("uneven-hosts");
  g_autoptr (RushEventHeap) heap = rush_event_heap_new (0);
  g_autoptr (RushTopology) topology = rush_scenario_topology (self, heap);
  RushSimHost *first = rush_topology_host (topology, 0), *last = rush_topology_host (topology, 5);

  g_assert_cmpuint (rush_topology_n_hosts (topology), ==, 6);
  g_assert_cmpuint (rush_topology_n_racks (topology), ==, 2);
  g_assert_cmpstr (first->rack, ==, "front");
  g_assert_cmpstr (last->rack, ==, "back");
  g_assert_cmpuint (first->cores, ==, 16);
  g_assert_cmpuint (last->cores, ==, 8);
  g_assert_cmpfloat (last->cpu_speed, ==, 0.5);
  g_assert_cmpfloat (rush_link_bandwidth (first->nic), ==, 1.25e9);
  g_assert_cmpfloat (rush_link_bandwidth (last->nic), ==, 1.25e8);
  g_assert_cmpfloat (rush_link_bandwidth (last->disk), ==, 20 * 1048576.0);
  g_assert_cmpfloat (rush_link_bandwidth (rush_topology_uplink (topology, 0)), ==, 5e9);
  g_assert_cmpfloat (rush_link_bandwidth (rush_topology_uplink (topology, 1)), ==, 1.25e8);
  g_assert_true (rush_topology_is_behind (topology, 1, 0));
}

/* About a tenth; the same ones each time, and those of ten hosts are slow among a hundred, too. */
static void
test_slow_hosts (void)
{
  g_autoptr (RushEventHeap) heap = rush_event_heap_new (0);
  gboolean slow[1000];
  guint n_slow = 0;

  for (guint round = 0; round < 3; round++)
    {
      guint n = round == 0 ? 1000 : 300;
      g_autofree char *text =
          g_strdup_printf ("{\"seed\": 3, \"hosts\": {\"count\": %u}, \"stragglers\": {\"hosts\": "
                           "{\"fraction\": 0.1, \"slowdown\": 4}}}",
                           n);
      g_autoptr (RushScenario) self = parse (text);
      g_autoptr (RushTopology) topology = rush_scenario_topology (self, heap);

      for (guint i = 0; i < n; i++)
        {
          double speed = rush_topology_host (topology, i)->cpu_speed;

          g_assert_true (speed == 1 || speed == 0.25);
          if (round == 0)
            slow[i] = speed < 1;
          n_slow += round == 0 && slow[i];
          g_assert_cmpint (speed < 1, ==, slow[i]);
        }
    }
  g_assert_true (n_slow > 70 && n_slow < 130);
}

static void
test_hosts_follow_from_executors (void)
{
  /* 16 cores and 64 GiB: four of 4 cores; one of 40 GiB and its overhead */
  g_autoptr (RushScenario) by_cores = parse ("{\"executors\": {\"count\": 50, \"cores\": 4}}");
  g_autoptr (RushScenario) by_memory =
      parse ("{\"executors\": {\"count\": 50, \"cores\": 4, \"memory\": \"40g\"}}");
  g_autoptr (RushScenario) by_racks =
      parse ("{\"executors\": {\"count\": 2}, \"hosts\": {\"racks\": 3}}");
  /* Executors of no said size: all of a worker, or one core of a container. */
  g_autoptr (RushScenario) by_workers = parse ("{\"executors\": {\"count\": 20}}");
  g_autoptr (RushScenario) by_containers =
      parse ("{\"executors\": {\"count\": 20}, \"manager\": {\"kind\": \"yarn\"}}");

  g_assert_cmpint (by_workers->hosts.count, ==, 20);
  g_assert_cmpint (by_containers->hosts.count, ==, 2);
  g_assert_cmpint (by_cores->hosts.count, ==, 13);
  g_assert_cmpint (by_memory->hosts.count, ==, 50);
  g_assert_cmpint (by_racks->hosts.count, ==, 3);
}

/* ---- URLs ---- */

static void
test_url (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushScenario) self = rush_scenario_from_url (
      "sim://?executors=50&cores=4&memory=4g&hosts=10&racks=2&seed=7&mode=model", &error);

  g_assert_no_error (error);
  g_assert_cmpint (self->executors.count, ==, 50);
  g_assert_cmpint (self->executors.cores, ==, 4);
  g_assert_cmpint (self->executors.memory_bytes, ==, G_GINT64_CONSTANT (4) << 30);
  g_assert_cmpint (self->hosts.count, ==, 10);
  g_assert_cmpint (self->hosts.racks.count, ==, 2);
  g_assert_cmpint (self->seed, ==, 7);
  g_assert_cmpint (self->mode, ==, RUSH_SIM_MODEL);
}

static void
test_short_urls (void)
{
  static const char *const urls[] = { "sim://", "sim://?", "sim://?seed=1",
                                      "sim://?manager=yarn&deploy=cluster" };

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RushScenario) self = rush_scenario_from_url (urls[i], &error);

      g_assert_no_error (error);
      g_assert_cmpint (self->hosts.count, ==, 10);
    }
}

static const char *const bad_urls[][2] = {
  { "sim:", "sim:: a simulated cluster is sim://?executors=50&cores=4&memory=4g, for example" },
  { "sim://host?seed=1", "sim://host?seed=1: a simulated cluster is "
                         "sim://?executors=50&cores=4&memory=4g, for example" },
  { "sim://?executor=5", "sim://?executor=5: \"executor\" is not known; do you mean "
                         "\"executors\"?" },
  { "sim://?zzzzzzzz=5", "sim://?zzzzzzzz=5: \"zzzzzzzz\" is not known; there are seed, mode, "
                         "executors, cores, memory, hosts, racks, manager, deploy" },
  { "sim://?cores", "sim://?cores: \"cores\" must be key=value" },
  { "sim://?cores=", "sim://?cores=: \"cores=\" must be key=value" },
  { "sim://?cores=1&cores=2", "sim://?cores=1&cores=2: \"cores\" is there twice" },
  { "sim://?cores=0", "sim://?cores=0: \"executors.cores\" must be at least 1, not 0" },
  { "sim://?cores=x", "sim://?cores=x: \"executors.cores\" must be a whole number" },
  { "sim://?manager=spark", "sim://?manager=spark: \"manager.kind\" must be one of "
                            "\"standalone\", \"yarn\", \"kubernetes\", \"mesos\"" },
  { "sim://?racks=3&hosts=2", "sim://?racks=3&hosts=2: \"hosts.racks\" is 3, but there are 2 "
                              "hosts (hosts.count): a rack would be empty" },
};

static void
test_bad_urls (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_urls); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rush_scenario_from_url (bad_urls[i][0], &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, bad_urls[i][1]);
    }
}

/* ---- slips of the pen ---- */

static const char *const slips[][2] = {
  /* the text itself */
  { "", "x.json, JSON, line 1, column 1: the text ends too early" },
  { "{\n\"seed\" 7}", "x.json, JSON, line 2, column 8: a colon was expected after the name" },
  { "[]", "x.json, line 1: \"{ … }\" must be an object" },
  /* keys */
  { "{\n \"executers\": {}}",
    "x.json, line 2: \"executers\" is not known; do you mean \"executors\"?" },
  { "{\"hosts\": {\n \"speed\": 1}}",
    "x.json, line 2: \"hosts.speed\" is not known; there are count, racks, cores, memory, "
    "cpu_speed, except" },
  { "{\"seed\": 1,\n \"seed\": 2}", "x.json, line 2: \"seed\" is there twice" },
  { "{\"hosts\": {\"except\": [\n{}]}}",
    "x.json, line 2: \"hosts.except[0].host\" is missing: which host, from 0" },
  /* kinds of values, and their bounds */
  { "{\"seed\": \"7\"}", "x.json, line 1: \"seed\" must be a whole number" },
  { "{\"seed\": null}", "x.json, line 1: \"seed\" must be a whole number" },
  { "{\"seed\": -1}", "x.json, line 1: \"seed\" must be at least 0, not -1" },
  { "{\"name\": 7}", "x.json, line 1: \"name\" must be a text" },
  { "{\"mode\": \"modell\"}", "x.json, line 1: \"mode\" must be one of \"real\", \"model\"" },
  { "{\"executors\": {\"cores\": 0}}",
    "x.json, line 1: \"executors.cores\" must be at least 1, not 0" },
  { "{\"hosts\": {\"cpu_speed\": 0}}",
    "x.json, line 1: \"hosts.cpu_speed\" must be at least 0.01, not 0" },
  { "{\"hosts\": 3}", "x.json, line 1: \"hosts\" must be an object" },
  { "{\"faults\": {}}", "x.json, line 1: \"faults\" must be a list" },
  { "{\"manager\": \"yarn\"}", "x.json, line 1: \"manager\" must be an object" },
  { "{\"manager\": {\"kind\": \"kuberntes\"}}",
    "x.json, line 1: \"manager.kind\" must be one of \"standalone\", \"yarn\", \"kubernetes\", "
    "\"mesos\"" },
  { "{\"manager\": {\"kind\": \"yarn\",\n\"increment_alocation\": \"512m\"}}",
    "x.json, line 2: \"manager.increment_alocation\" is not known; do you mean "
    "\"increment_allocation\"?" },
  { "{\"manager\": {\"image_pull\": 3, \"agent_timeout\": 3}}",
    "x.json, line 1: \"manager\" suits no cluster manager; say which it is for by \"kind\"" },
  { "{\"network\": {\"nic\": 0}}", "x.json, line 1: \"network.nic\" must be at least 1, not 0" },
  { "{\"network\": {\n\"nic\": \"10gbits\"}}",
    "x.json, line 2: \"network.nic\" must be bytes a second, such as \"200m\", or bits, such as "
    "\"10gbit\", not \"10gbits\"" },
  { "{\"stragglers\": {\"tasks\": {\"fraction\": 2}}}",
    "x.json, line 1: \"stragglers.tasks.fraction\" must be at most 1, not 2" },
  { "{\"pauses\": {\"every\": \"1m\"}}",
    "x.json, line 1: \"pauses.lasts\" is missing: how long a pause is" },
  { "{\"pauses\": {\"every\": 0, \"lasts\": 1}}",
    "x.json, line 1: \"pauses.every\" must have a median of 1ms or more" },
  /* memory and cores that do not go together */
  { "{\"executors\": {\n\"memory\": \"449m\"}}",
    "x.json, line 2: \"executors.memory\" is 449.0 MiB, but Spark starts no heap below 450m: it "
    "sets 300m aside and wants half as much again" },
  { "{\"driver\": {\"memory\": \"400m\"}}",
    "x.json, line 1: \"driver.memory\" is 400.0 MiB, but Spark starts no heap below 450m: it "
    "sets 300m aside and wants half as much again" },
  { "{\"executors\": {\n\"cores\": 17}}",
    "x.json, line 2: \"executors.cores\" is 17, but no host has more than 16 (hosts.cores)" },
  { "{\"executors\": {\"memory\": \"64g\"}}",
    "x.json, line 1: \"executors.memory\" needs 70.4 GiB with its overhead, but no host has more "
    "than 64.0 GiB (hosts.memory)" },
  /* hosts and racks */
  { "{\"hosts\": {\"count\": 2,\n\"racks\": 3}}",
    "x.json, line 2: \"hosts.racks\" is 3, but there are 2 hosts (hosts.count): a rack would be "
    "empty" },
  { "{\"hosts\": {\"racks\": []}}", "x.json, line 1: \"hosts.racks\" names no rack" },
  { "{\"hosts\": {\"racks\": [{\"name\": \"a\", \"hosts\": 0}]}}",
    "x.json, line 1: \"hosts.racks[0].hosts\" must be at least 1, not 0" },
  { "{\"hosts\": {\"count\": 3, \"racks\": [{\"name\": \"a\", \"hosts\": 2}]}}",
    "x.json, line 1: \"hosts.count\" is 3, but the racks hold 2 hosts" },
  { "{\"hosts\": {\"racks\": [{\"name\": \"a\", \"hosts\": 1},\n{\"name\": \"a\", \"hosts\": 1}]}}",
    "x.json, line 2: \"hosts.racks[1].name\": there are two racks \"a\"" },
  { "{\"hosts\": {\"racks\": [{\"name\": \"front\", \"hosts\": 1},\n{\"name\": \"b\", "
    "\"hosts\": 1, \"behind\": \"fronts\"}]}}",
    "x.json, line 2: \"hosts.racks[1].behind\": there is no rack \"fronts\"; do you mean "
    "\"front\"?" },
  { "{\"hosts\": {\"racks\": [{\"name\": \"a\", \"hosts\": 1, \"behind\": \"b\"},\n{\"name\": "
    "\"b\", \"hosts\": 1, \"behind\": \"a\"}]}}",
    "x.json, line 1: \"hosts.racks[0].behind\": from rack \"a\" the way to the core leads round "
    "in a ring" },
  { "{\"hosts\": {\"racks\": [{\"name\": \"a\", \"hosts\": 1, \"behind\": \"a\"}]}}",
    "x.json, line 1: \"hosts.racks[0].behind\": from rack \"a\" the way to the core leads round "
    "in a ring" },
  { "{\"hosts\": {\"count\": 3, \"except\": [\n{\"host\": 3, \"cores\": 1}]}}",
    "x.json, line 2: \"hosts.except[0].host\" is 3, but there are 3: 0 to 2" },
  { "{\"hosts\": {\"except\": [{\"host\": 3},\n{\"host\": 3}]}}",
    "x.json, line 2: \"hosts.except[1]\": host 3 has an exception already" },
  /* stages */
  { "{\"mode\": \"real\", \"stages\": [{\"name\": \"a\", \"tasks\": 1}]}",
    "x.json, line 1: \"stages\" are drawn in model mode only: \"mode\" must be \"model\"" },
  { "{\"mode\": \"model\", \"stages\": [{\"name\": \"a\", \"tasks\": 1},\n{\"name\": \"a\", "
    "\"tasks\": 1}]}",
    "x.json, line 2: \"stages[1].name\": there are two stages \"a\"" },
  { "{\"mode\": \"model\", \"stages\": [{\"name\": \"scan\", \"tasks\": 1},\n{\"name\": \"b\", "
    "\"tasks\": 1, \"reads\": [\"scans\"]}]}",
    "x.json, line 2: \"stages[1].reads\": there is no stage \"scans\" before this one; do you "
    "mean \"scan\"?" },
  { "{\"mode\": \"model\", \"stages\": [\n{\"name\": \"a\", \"tasks\": 1},\n{\"name\": \"b\", "
    "\"tasks\": 1}]}",
    "x.json, line 2: \"stages[0]\": no stage reads \"a\", and it is not the last" },
  { "{\"mode\": \"model\", \"stages\": [{\"name\": \"a\", \"tasks\": 0}]}",
    "x.json, line 1: \"stages[0].tasks\" must be at least 1, not 0" },
  { "{\"mode\": \"model\", \"stages\": [{\"name\": \"a\", \"tasks\": 1,\n"
    "\"python_memory\": \"1g\"}]}",
    "x.json, line 1: \"stages[0].python_memory\" is of workers, and there are none: \"python\" "
    "must be true" },
  /* faults */
  { "{\"faults\": [{\"at\": 1}]}", "x.json, line 1: \"faults[0].do\" is missing: what goes wrong" },
  { "{\"faults\": [{\"at\": 1, \"do\": \"kill_host\"}]}",
    "x.json, line 1: \"faults[0].host\" is missing: a kill_host needs it" },
  { "{\"faults\": [{\"do\": \"kill_host\", \"host\": 1}]}",
    "x.json, line 1: \"faults[0]\" must have either \"at\" or \"when\"" },
  { "{\"faults\": [{\"at\": 1, \"when\": {}, \"do\": \"kill_host\", \"host\": 1}]}",
    "x.json, line 1: \"faults[0]\" must have either \"at\" or \"when\", not both" },
  { "{\"faults\": [{\"at\": 1, \"times\": 2, \"do\": \"kill_host\", \"host\": 1}]}",
    "x.json, line 1: \"faults[0].times\" goes with \"when\", not with \"at\"" },
  { "{\"faults\": [{\"at\": 1,\n\"rack\": 2, \"do\": \"kill_host\", \"host\": 1}]}",
    "x.json, line 2: \"faults[0].rack\": a kill_host takes no such thing" },
  { "{\"faults\": [\n{\"at\": 1, \"do\": \"kill_host\", \"host\": 10}]}",
    "x.json, line 2: \"faults[0].host\" is 10, but there are 10: 0 to 9" },
  { "{\"faults\": [{\"at\": 1, \"do\": \"cut_rack\", \"rack\": 1}]}",
    "x.json, line 1: \"faults[0].rack\" is 1, but there are 1: 0 to 0" },
  { "{\"faults\": [{\"at\": 1, \"do\": \"memory_used\", \"executor\": \"1\"}]}",
    "x.json, line 1: \"faults[0].memory\" is missing: a memory_used needs it" },
  { "{\"faults\": [{\"when\": {\"stages\": 1}, \"do\": \"fail_task\"}]}",
    "x.json, line 1: \"faults[0].when.stages\" is not known; do you mean \"stage\"?" },
};

static void
test_slips (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (slips); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (rush_scenario_parse (slips[i][0], -1, "x.json", &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == RUSH_CORE_ERROR);
      g_assert_cmpstr (error->message, ==, slips[i][1]);
    }
}

static void
test_missing_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_scenario_read ("/nowhere/at all.json", &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/nowhere/at all.json"));
}

#define ADD(name) g_test_add_func ("/sim/scenario/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (defaults);
  ADD (examples_are_read);
  ADD (stages);
  ADD (faults);
  ADD (topology);
  ADD (slow_hosts);
  ADD (hosts_follow_from_executors);
  ADD (url);
  ADD (short_urls);
  ADD (bad_urls);
  ADD (slips);
  ADD (missing_file);
  return g_test_run ();
}
