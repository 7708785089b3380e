/* fuzz_scenario.c - damaged scenarios by the thousand: the reader takes or refuses, never crashes
 * or leaks; an error is one sentence with the file's name; what it takes its schema takes, and can
 * be made machines of.
 *
 * Each round takes a sound scenario, apart into its tokens, and damages a few of them: words and
 * numbers that stand elsewhere in scenarios come in their place, tokens go or come twice, a byte
 * changes.  Round i depends on i alone, so a failure is repeated by its number.
 *
 *     RUSH_FUZZ_ITERATIONS=1000000 fuzz_scenario      (20000 without it)
 */
#include "core/base/allocator.h"
#include "sim/scenario.h"
#include "tests/sim/schema_check.h"

#include <string.h>

#define DEFAULT_ITERATIONS 20000

static const char *const seeds[] = {
  "{\"seed\":7,\"executors\":{\"count\":20,\"cores\":4,\"memory\":\"4g\"},\"hosts\":{\"count\":10,"
  "\"racks\":2,\"cores\":16,\"memory\":\"64g\",\"cpu_speed\":1.5,\"except\":[{\"host\":3,"
  "\"cpu_speed\":0.5,\"nic\":\"1gbit\"}]},\"network\":{\"nic\":\"10gbit\",\"rack_latency\":1e-4}}",
  "{\"hosts\":{\"racks\":[{\"name\":\"a\",\"hosts\":2},{\"name\":\"b\",\"hosts\":1,\"behind\":"
  "\"a\"},{\"name\":\"c\",\"hosts\":1,\"behind\":\"b\",\"uplink\":\"1gbit\"}]},\"manager\":{}}",
  "{\"mode\":\"model\",\"stages\":[{\"name\":\"a\",\"tasks\":5,\"duration\":{\"lognormal\":{"
  "\"median\":\"4s\",\"sigma\":0.3}},\"shuffle_write\":\"1m\"},{\"name\":\"b\",\"tasks\":2,"
  "\"reads\":[\"a\"],\"skew\":0.5,\"python\":true,\"input\":{\"values\":[1,2]}}]}",
  "{\"stragglers\":{\"tasks\":{\"fraction\":0.1,\"slowdown\":{\"pareto\":{\"least\":2,\"alpha\":"
  "1.5}}},\"hosts\":{\"fraction\":0.5,\"slowdown\":{\"uniform\":[1,4]}}},\"pauses\":{\"every\":{"
  "\"exponential\":\"10s\"},\"lasts\":\"1s\"},\"python\":{\"start\":\"1s\"},\"driver\":{"
  "\"deploy_mode\":\"cluster\",\"memory\":\"1g\",\"cores\":1}}",
  "{\"faults\":[{\"at\":\"12s\",\"do\":\"kill_host\",\"host\":3,\"lasts\":\"2m\"},{\"when\":{"
  "\"stage\":1,\"partition\":0},\"times\":2,\"do\":\"fail_task\",\"message\":\"x\"},{\"at\":1,"
  "\"do\":\"slow_executor\",\"executor\":\"1\",\"factor\":2},{\"at\":1,\"do\":\"heal\"}]}",
};

static const char *const words[] = {
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "true",
  "-1",
  "0",
  "1",
  "3",
  "10",
  "0.5",
  "1e300",
  "1e-9",
  "9223372036854775807",
  "99999999999999999999",
  "\"\"",
  "\"1s\"",
  "\"4g\"",
  "\"1gbit\"",
  "\"a\"",
  "\"b\"",
  "\"model\"",
  "\"real\"",
  "\"do\"",
  "\"at\"",
  "\"when\"",
  "\"host\"",
  "\"rack\"",
  "\"racks\"",
  "\"hosts\"",
  "\"count\"",
  "\"cores\"",
  "\"memory\"",
  "\"behind\"",
  "\"reads\"",
  "\"stages\"",
  "\"faults\"",
  "\"kill_rack\"",
  "\"cut_rack\"",
  "\"lasts\"",
  "\"uniform\"",
  "\"values\"",
  "\"pareto\"",
  "\"every\"",
  "\"executors\"",
  "\"seed\"",
  "\"449m\"",
  "\"1e5\"",
  "{\"uniform\":[2,1]}",
  "{\"name\":\"a\",\"hosts\":1}",
  "\"\\u0000\"",
  "\"\xC3\xA4\"",
  "\xFF",
};

/* A string with its quotes, a run of other letters, or one character. */
static gsize
token_length (const char *p)
{
  gsize n = 1;

  if (*p == '"')
    {
      while (p[n] != '\0' && p[n] != '"')
        n += p[n] == '\\' && p[n + 1] != '\0' ? 2 : 1;
      return p[n] == '"' ? n + 1 : n;
    }
  while (g_ascii_isalnum (*p) && (g_ascii_isalnum (p[n]) || strchr (".+-", p[n]) != NULL) &&
         p[n] != '\0')
    n++;
  return n;
}

static GPtrArray *
tokens_of (const char *text)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_free);

  while (*text != '\0')
    {
      gsize n = token_length (text);

      g_ptr_array_add (tokens, g_strndup (text, n));
      text += n;
    }
  return tokens;
}

static void
damage (GPtrArray *tokens, GRand *rand)
{
  gint at = g_rand_int_range (rand, 0, (gint)tokens->len + 1);
  const char *word = words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))];
  gint other = g_rand_int_range (rand, 0, (gint)tokens->len + 1);

  if (at == (gint)tokens->len || other == (gint)tokens->len)
    {
      g_ptr_array_add (tokens, g_strdup (word));
      return;
    }
  char *token = g_ptr_array_index (tokens, at);
  switch (g_rand_int_range (rand, 0, 8))
    {
    case 0:
      g_ptr_array_remove_index (tokens, (guint)at);
      break;
    case 1:
      g_ptr_array_insert (tokens, at, g_strdup (word));
      break;
    case 2:
      g_ptr_array_insert (tokens, at, g_strdup (g_ptr_array_index (tokens, other)));
      break;
    case 3:
      token[g_rand_int_range (rand, 0, (gint)strlen (token))] =
          (char)g_rand_int_range (rand, 1, 256);
      break;
    default: /* a word or a number in the place of another keeps it a scenario, mostly */
      tokens->pdata[at] = g_strdup (g_rand_boolean (rand) ? word : tokens->pdata[other]);
      g_free (token);
    }
}

static char *
damaged_text (guint64 round)
{
  GRand *rand = g_rand_new_with_seed ((guint32)round);
  g_autoptr (GPtrArray) tokens = tokens_of (seeds[round % G_N_ELEMENTS (seeds)]);

  for (gint n = g_rand_int_range (rand, 0, 4); n > 0; n--)
    damage (tokens, rand);
  g_rand_free (rand);
  g_ptr_array_add (tokens, NULL);
  return g_strjoinv ("", (char **)tokens->pdata);
}

/* What follows from being read. */
static void
use (const RushScenario *self, const RushJson *schema)
{
  g_autofree RushModelStage *stages = rush_scenario_model_stages (self);

  g_assert_true (schema_accepts (schema, schema, self->document));
  if (self->hosts.count <= 1000)
    {
      g_autoptr (RushEventHeap) heap = rush_event_heap_new (0);
      g_autoptr (RushTopology) topology = rush_scenario_topology (self, heap);

      g_assert_cmpuint (rush_topology_n_hosts (topology), ==, (guint)self->hosts.count);
    }
}

/* TRUE: it was taken. */
static gboolean
feed (const char *text, const RushJson *schema)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushScenario) self = rush_scenario_parse (text, -1, "x.json", &error);

  g_assert_true ((self == NULL) == (error != NULL));
  if (self != NULL)
    use (self, schema);
  else
    {
      g_assert_true (g_str_has_prefix (error->message, "x.json, "));
      g_assert_null (strchr (error->message, '\n'));
    }
  return self != NULL;
}

static void
test_damaged_scenarios (void)
{
  const char *wanted = g_getenv ("RUSH_FUZZ_ITERATIONS");
  guint64 iterations = wanted != NULL ? g_ascii_strtoull (wanted, NULL, 10) : DEFAULT_ITERATIONS;
  g_autofree char *schema_text = rush_scenario_schema ();
  g_autoptr (RushJson) schema = rush_json_parse (schema_text, -1, NULL);
  gsize in_use = rush_allocator_system_in_use ();
  guint64 taken = 0;

  for (guint64 i = 0; i < iterations; i++)
    {
      g_autofree char *text = damaged_text (i);

      taken += feed (text, schema);
      if (rush_allocator_system_in_use () != in_use)
        g_error ("round %" G_GUINT64_FORMAT " leaks", i);
    }
  g_test_message ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " scenarios taken", taken,
                  iterations);
  if (iterations >= DEFAULT_ITERATIONS) /* both ways were walked, and often */
    g_assert_true (taken > iterations / 20 && taken < iterations - iterations / 20);
}

static void
test_damaged_urls (void)
{
  static const char *const parts[] = { "sim://",    "?",     "&",     "=",      "cores",
                                       "executors", "racks", "hosts", "4g",     "seed",
                                       "\"",        "-1",    "model", "mode",   "7",
                                       "%",         "x",     "\xC3",  "memory", "99999999" };
  GRand *rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (GString) url = g_string_new ("sim://?");
      g_autoptr (GError) error = NULL;

      for (gint n = g_rand_int_range (rand, 0, 10); n > 0; n--)
        g_string_append (url, parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))]);
      g_autoptr (RushScenario) self = rush_scenario_from_url (url->str, &error);
      g_assert_true ((self == NULL) == (error != NULL));
      g_assert_true (self != NULL || g_str_has_prefix (error->message, url->str));
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sim/fuzz_scenario/damaged", test_damaged_scenarios);
  g_test_add_func ("/sim/fuzz_scenario/urls", test_damaged_urls);
  return g_test_run ();
}
