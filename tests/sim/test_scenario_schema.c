/* test_scenario_schema.c - the published schema is the reader's table, and says what the reader
 * says as far as a schema can: what the reader takes the schema takes; what is listed here neither
 * takes.
 *
 * With --print it prints the schema, for sim/scenario.schema.json:
 *
 *     test_scenario_schema --print |
 *       python3 -m json.tool --no-ensure-ascii --indent 1 > sim/scenario.schema.json
 */
#include "sim/scenario.h"
#include "tests/core/base/json_tree.h"
#include "tests/sim/schema_check.h"

#include <stdio.h>
#include <string.h>

static RushJson *
json (const char *text)
{
  g_autoptr (GError) error = NULL;
  RushJson *value = rush_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return value;
}

static RushJson *
schema (void)
{
  g_autofree char *text = rush_scenario_schema ();

  return json (text);
}

static char *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "sim", folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_published (void)
{
  g_autofree char *text = read_file (".", "scenario.schema.json");
  g_autoptr (RushJson) published = json (text);
  g_autoptr (RushJson) wanted = schema ();

  g_assert_true (json_tree_equal (published, wanted)); /* see above how to write it anew */
}

static void
test_examples_fit (void)
{
  g_autoptr (RushJson) root = schema ();
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "..", "sim", "scenarios", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *text = read_file ("scenarios", name);
      g_autoptr (RushJson) value = json (text);

      g_assert_true (schema_accepts (root, root, value));
    }
}

static const char *const good[] = {
  "{}",
  "{\"hosts\": {\"racks\": 2}}",
  "{\"hosts\": {\"racks\": [{\"name\": \"a\", \"hosts\": 3, \"uplink\": \"1.5Gbit\"}]}}",
  "{\"seed\": 9007199254740993, \"name\": \"ä\"}",
  "{\"network\": {\"nic\": 1e9, \"rack_latency\": 0, \"core_latency\": \"0.25ms\"}}",
  "{\"pauses\": {\"every\": {\"uniform\": [1, \"2s\"]}, \"lasts\": {\"values\": [0.1, \"1ms\"]}}}",
  "{\"stragglers\": {\"tasks\": {\"fraction\": 1, \"slowdown\": {\"lognormal\": {\"median\": 2, "
  "\"sigma\": 0}}}}}",
  "{\"mode\": \"model\", \"stages\": [{\"name\": \"a\", \"tasks\": 1, \"python\": true}]}",
  "{\"manager\": {\"agent_timeout\": \"75s\", \"kind\": \"mesos\"}}",
  "{\"manager\": {\"queues\": [{\"name\": \"default\", \"capacity\": 99.5}]}}",
  "{\"manager\": {\"image_pull\": {\"uniform\": [\"1s\", \"3s\"]}}}",
  "{\"faults\": [{\"at\": 0, \"do\": \"heal\"}, {\"when\": {}, \"times\": 3, \"do\": "
  "\"fail_task\"}]}",
  "{\"executors\": {\"memory\": \"450m\"}, \"cpu\": {\"per_byte\": \"0.5ns\"}}",
};

/* What both refuse; the reader says why in test_scenario.c. */
static const char *const bad[] = {
  "[]",
  "{\"executers\": {}}",
  "{\"seed\": \"7\"}",
  "{\"seed\": null}",
  "{\"seed\": -1}",
  "{\"seed\": 1.5}",
  "{\"name\": \"\"}",
  "{\"mode\": \"modell\"}",
  "{\"executors\": {\"cores\": 0}}",
  "{\"executors\": {\"cores\": 1025}}",
  "{\"executors\": {\"memory\": \"4 g\"}}",
  "{\"executors\": {\"memory\": -1}}",
  "{\"hosts\": {\"cpu_speed\": 0}}",
  "{\"hosts\": 3}",
  "{\"hosts\": {\"racks\": []}}",
  "{\"hosts\": {\"racks\": [{\"name\": \"a\", \"hosts\": 0}]}}",
  "{\"hosts\": {\"racks\": [{\"name\": \"a\"}]}}",
  "{\"hosts\": {\"except\": [{}]}}",
  "{\"network\": {\"nic\": \"10gbits\"}}",
  "{\"network\": {\"core_latency\": \"1.s\"}}",
  "{\"stragglers\": {\"tasks\": {\"fraction\": 2}}}",
  "{\"stragglers\": {\"tasks\": {\"slowdown\": \"2s\"}}}",
  "{\"pauses\": {\"every\": \"1m\"}}",
  "{\"pauses\": {\"every\": {\"pareto\": {\"least\": 1, \"alpha\": 0}}, \"lasts\": 1}}",
  "{\"pauses\": {\"every\": {\"values\": []}, \"lasts\": 1}}",
  "{\"pauses\": {\"every\": {\"uniform\": [1]}, \"lasts\": 1}}",
  "{\"mode\": \"model\", \"stages\": [{\"name\": \"a\"}]}",
  "{\"mode\": \"model\", \"stages\": [{\"name\": \"a\", \"tasks\": 1, \"reads\": \"b\"}]}",
  "{\"manager\": \"yarn\"}",
  "{\"manager\": {\"kind\": 1}}",
  "{\"manager\": {\"kind\": \"mesos\", \"image_pull\": 3}}",
  "{\"manager\": {\"kind\": \"yarn\", \"maximum_vcores\": 0}}",
  "{\"manager\": {\"image_pull\": 3, \"agent_timeout\": 3}}",
  "{\"driver\": {\"deploy_mode\": \"both\"}}",
  "{\"faults\": {}}",
  "{\"faults\": [{\"at\": 1}]}",
  "{\"faults\": [{\"at\": 1, \"do\": \"explode\"}]}",
  "{\"faults\": [{\"at\": 1, \"do\": \"kill_host\"}]}",
  "{\"faults\": [{\"do\": \"kill_host\", \"host\": 1}]}",
  "{\"faults\": [{\"at\": 1, \"when\": {}, \"do\": \"kill_host\", \"host\": 1}]}",
  "{\"faults\": [{\"at\": 1, \"times\": 2, \"do\": \"kill_host\", \"host\": 1}]}",
  "{\"faults\": [{\"at\": 1, \"rack\": 2, \"do\": \"kill_host\", \"host\": 1}]}",
  "{\"faults\": [{\"when\": {\"stages\": 1}, \"do\": \"fail_task\"}]}",
};

static void
assert_both (const char *text, gboolean fits)
{
  g_autoptr (RushJson) root = schema ();
  g_autoptr (RushJson) value = json (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushScenario) read = rush_scenario_parse (text, -1, "x.json", &error);

  if (schema_accepts (root, root, value) != fits || (read != NULL) != fits)
    g_error ("%s: the schema %s it, the reader says %s", text,
             schema_accepts (root, root, value) ? "takes" : "refuses",
             read != NULL ? "yes" : error->message);
}

static void
test_both_take (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    assert_both (good[i], TRUE);
}

static void
test_both_refuse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_both (bad[i], FALSE);
}

/* Every field tells people what it is; those of objects are told by their members. */
static void
assert_described (const RushJson *properties)
{
  for (guint i = 0; properties != NULL && i < rush_json_length (properties); i++)
    {
      const RushJson *field = rush_json_item (properties, i);
      const RushJson *inside = rush_json_get (field, "properties");

      if (inside != NULL)
        assert_described (inside);
      else
        g_assert_nonnull (rush_json_get_string (field, "description", NULL));
    }
}

static void
test_everything_is_described (void)
{
  g_autoptr (RushJson) root = schema ();

  assert_described (
      rush_json_get (rush_json_get (rush_json_get (root, "$defs"), "scenario"), "properties"));
}

#define ADD(name) g_test_add_func ("/sim/scenario_schema/" #name, test_##name)

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "--print") == 0)
    {
      g_autofree char *text = rush_scenario_schema ();

      fputs (text, stdout); /* g_print () would ask the locale */
      return 0;
    }
  g_test_init (&argc, &argv, NULL);
  ADD (published);
  ADD (examples_fit);
  ADD (both_take);
  ADD (both_refuse);
  ADD (everything_is_described);
  return g_test_run ();
}
