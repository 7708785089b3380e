/* test_container_memory.c - what executors use outside of their heaps: who kills beyond the
 * container and in which words, what a job that ends of it says, and that each setting it names
 * suffices. */
#include "core/memory/memory_report.h"
#include "sim/simulation.h"

#include <string.h>

#define MIB ((gint64)1 << 20)

/* ---- a run ---- */

typedef struct
{
  gboolean ended_well;
  char *failure; /* or NULL */
  GString *story;
  RushSimulationResult result;
} Outcome;

static void
outcome_clear (Outcome *self)
{
  rush_simulation_result_clear (&self->result);
  g_clear_pointer (&self->failure, g_free);
  g_string_free (self->story, TRUE);
}

typedef struct
{
  RushListener base;
  GString *story; /* (unowned) steps of the cluster, a line each */
} Ears;

static void
hear (RushListener *base, RushEvent *event)
{
  GString *story = ((Ears *)base)->story;

  if (event->kind == RUSH_EVENT_CLUSTER_STEP)
    g_string_append_printf (story, "%s: %s\n", event->cluster_step.actor, event->cluster_step.step);
}

static void
free_ears (RushListener *base)
{
  g_free (base);
}

static const RushListenerClass ears_class = { .name = "ears", .on_event = hear, .free = free_ears };

/* A cluster of hosts with 16 GiB, and a stage of so many tasks. */
typedef struct
{
  const char *manager;
  gint64 cores, heap_mib, n_executors;
  const char *stage; /* members of the stage */
  const char *more;  /* members of the scenario */
  const char *conf;  /* "key=value key=value" */
} Told;

static char *
scenario_of (const Told *told, gint64 cores, gint64 heap_mib)
{
  return g_strdup_printf (
      "{ \"seed\": 3, \"mode\": \"model\", %s \"manager\": { \"kind\": \"%s\" },"
      "  \"executors\": { \"count\": %" G_GINT64_FORMAT ", \"cores\": %" G_GINT64_FORMAT
      ", \"memory\": \"%" G_GINT64_FORMAT "m\" },"
      "  \"hosts\": { \"count\": 2, \"cores\": 8, \"memory\": \"16g\" },"
      "  \"stages\": [ { \"name\": \"maps\", \"tasks\": 24, \"duration\": \"20s\", %s } ] }",
      told->more, told->manager, told->n_executors, cores, heap_mib, told->stage);
}

/* FALSE: it is for the scenario, which goes before the configuration. */
static void
set_all (RushConf *conf, const char *settings, gint64 *cores, gint64 *heap_mib)
{
  g_auto (GStrv) words = g_strsplit (settings, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (words[i], "=", 2);
      g_autoptr (GError) error = NULL;

      if (*words[i] == '\0' || g_str_equal (words[i], "and"))
        continue;
      if (g_str_equal (parts[0], "spark.executor.cores"))
        *cores = g_ascii_strtoll (parts[1], NULL, 10);
      else if (g_str_equal (parts[0], "spark.executor.memory"))
        *heap_mib = g_ascii_strtoll (parts[1], NULL, 10);
      else
        rush_conf_set (conf, parts[0], parts[1], &error);
      g_assert_no_error (error);
    }
}

static Outcome
simulate (const Told *told, const char *setting)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (GError) error = NULL;
  gint64 cores = told->cores, heap_mib = told->heap_mib;
  RushEventBus *bus = rush_event_bus_new (1);
  Outcome outcome = { .story = g_string_new (NULL) };
  Ears *ears = g_new0 (Ears, 1);

  *ears = (Ears){ { &ears_class }, outcome.story };
  g_assert_true (rush_conf_set (conf, "spark.master", "sim://", NULL));
  set_all (conf, told->conf, &cores, &heap_mib);
  set_all (conf, setting, &cores, &heap_mib);
  g_autofree char *text = scenario_of (told, cores, heap_mib);
  g_autoptr (RushScenario) scenario = rush_scenario_parse (text, -1, "test.json", &error);
  g_assert_no_error (error);
  rush_event_bus_add_inline (bus, &ears->base);
  g_autoptr (RushSimulation) simulation = rush_simulation_new (scenario, conf, bus, &error);
  g_assert_no_error (error);
  outcome.ended_well = rush_simulation_run (simulation, &outcome.result, &error);
  outcome.failure = error != NULL ? g_strdup (error->message) : NULL;
  g_clear_pointer (&simulation, rush_simulation_free);
  rush_event_bus_free (bus);
  return outcome;
}

static void
assert_says (const char *text, const char *what)
{
  if (text == NULL || strstr (text, what) == NULL)
    g_error ("\"%s\" does not say \"%s\"", text, what);
}

/* ---- who kills, and what the job says ---- */

/* Four tasks at once in 2 GiB of heap and 384 MiB beside it. */
#define TASKS "\"memory\": \"120m\""
#define WORKERS "\"python\": true, \"memory\": \"20m\", \"python_memory\": \"300m\""

static const struct
{
  Told told;
  const char *reason; /* in the abort */
  const char *sum;    /* in its report */
  const char *settings[RUSH_REPORT_SETTINGS];
} kills[] = {
  { { "yarn", 4, 2048, 2, "\"memory\": \"300m\"", "", "spark.yarn.max.executor.failures=99" },
    "Container killed by YARN for exceeding physical memory limits. 3.2 GB of 3.0 GB physical "
    "memory used. Consider "
    "boosting spark.executor.memoryOverhead.",
    "\n        2048.0 MiB  heap (spark.executor.memory)"
    "\n    +   1200.0 MiB  outside of it, of 4 tasks"
    "\n    =   3248.0 MiB  used"
    "\nIts container had:",
    { "spark.executor.memoryOverhead=1320m", "spark.executor.cores=3",
      "spark.executor.memoryOverheadFactor=0.65" } },
  { { "kubernetes", 4, 2048, 2, WORKERS, "", "spark.executor.maxNumFailures=99" },
    "",
    "of 3 Python workers", /* the fourth did not come to that */
    { "spark.executor.memoryOverhead=1408m", "spark.executor.cores=2",
      "spark.executor.pyspark.memory=1320m" } },
  { { "mesos", 4, 2048, 2, TASKS, "", "" },
    "",
    "overhead: at least 384 MiB",
    { "spark.mesos.executor.memoryOverhead=528m", "spark.executor.cores=2", "spark.task.cpus=2" } },
  { { "standalone", 4, 7680, 4, "\"memory\": \"200m\"", "", "" },
    "Command exited with code 137",
    "No container limits it; its host has:",
    { "spark.executor.memory=7312m", "spark.cores.max=8", "spark.task.cpus=2" } },
};

/* The @i-th setting of a report, or NULL. (transfer full) */
static char *
setting_of (const char *report, guint i)
{
  const char *line = strstr (report, "would have sufficed:\n");
  const char *end;

  while (line != NULL && (line = strchr (line, '\n')) != NULL && i-- > 0)
    line++;
  if (line == NULL || !g_str_has_prefix (line, "\n      "))
    return NULL;
  line += strlen ("\n      ");
  end = strstr (line, "  ");
  return g_strndup (line,
                    MIN (strcspn (line, "\n"), end != NULL ? (gsize)(end - line) : G_MAXSIZE));
}

static void
test_the_job_says_what_would_have_sufficed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kills); i++)
    {
      Outcome outcome = simulate (&kills[i].told, "");

      g_test_message ("%s: %s\n%s", kills[i].told.manager, outcome.failure, outcome.story->str);
      g_assert_false (outcome.ended_well);
      assert_says (outcome.failure, kills[i].reason);
      assert_says (outcome.failure, " was killed for its memory:\n");
      assert_says (outcome.failure, kills[i].sum);
      for (guint s = 0; s < RUSH_REPORT_SETTINGS; s++)
        {
          g_autofree char *setting = setting_of (outcome.failure, s);
          Outcome better;

          g_assert_cmpstr (setting, ==, kills[i].settings[s]);
          better = simulate (&kills[i].told, setting);
          g_assert_cmpstr (better.failure, ==, NULL);
          g_assert_cmpuint (better.result.n_lost, ==, 0);
          outcome_clear (&better);
        }
      outcome_clear (&outcome);
    }
}

static void
test_the_story_has_the_sum (void)
{
  Outcome outcome = simulate (&kills[1].told, "");

  assert_says (outcome.story->str,
               "Executor: uses 3,008 MiB: heap 2,048 MiB + 3 tasks 60 MiB + 3 Python workers 900 "
               "MiB; its container has 2,867 MiB: heap 2,048 MiB + overhead 819 MiB\n");
  assert_says (outcome.story->str, "kubelet: reports that the kernel killed executor ");
  outcome_clear (&outcome);
}

/* ---- what is not killed ---- */

/* Just as much as there is. */
static void
test_a_full_container_lives (void)
{
  Told told = { "kubernetes", 4, 2048, 2, "\"memory\": \"96m\"", "", "" };
  Outcome outcome = simulate (&told, "");

  g_assert_cmpstr (outcome.failure, ==, NULL);
  g_assert_cmpuint (outcome.result.n_lost, ==, 0);
  outcome_clear (&outcome);
}

/* A limit of its own: the task fails, and nobody is killed. */
static void
test_a_worker_with_a_limit_fails_its_task (void)
{
  Told told = { "kubernetes", 4, 2048, 2, WORKERS, "", "spark.executor.pyspark.memory=800m" };
  Outcome outcome = simulate (&told, "");

  assert_says (outcome.failure, "failed 4 times");
  assert_says (outcome.failure, "MemoryError: the Python worker wanted "
                                "300 MiB and may take 200 MiB");
  g_assert_cmpuint (outcome.result.n_lost, ==, 0);
  outcome_clear (&outcome);
}

/* ---- inside of the heap ---- */

/* (2,048 − 300) MiB × 0.6 is 1,048.8 MiB for four: 262 MiB each fit.  Of 400 the third one spills
 * 50, as it begins, and the fourth 138. */
static double
seconds_with (const char *execution_memory, const char *conf)
{
  g_autofree char *stage = g_strdup_printf ("\"execution_memory\": \"%s\"", execution_memory);
  Told told = { "kubernetes", 4, 2048, 2, stage, "", "" };
  Outcome outcome = simulate (&told, conf);

  g_assert_cmpstr (outcome.failure, ==, NULL);
  outcome_clear (&outcome);
  return outcome.result.seconds;
}

static void
test_what_does_not_fit_its_share_spills (void)
{
  double fits = seconds_with ("200m", "");
  double spills = seconds_with ("400m", "");

  g_assert_cmpfloat (seconds_with ("262m", ""), ==, fits);
  g_assert_cmpfloat (spills, >, fits + 3); /* to disk and back, three times, at 200 MiB/s */
  g_assert_cmpfloat (seconds_with ("400m", "spark.memory.fraction=0.92"), ==, fits);
  g_assert_cmpfloat (seconds_with ("400m", "spark.executor.memory=3100m"), ==, fits);
}

/* ---- a leak ---- */

#define LEAK                                                                                       \
  "\"faults\": [ { \"at\": \"30s\", \"do\": \"memory_used\", \"executor\": \"1\", \"memory\": "    \
  "\"1g\"%s } ],"

/* The executor goes, another one comes, and the job ends well. */
static void
test_a_leak_kills_one_executor (void)
{
  g_autofree char *leak = g_strdup_printf (LEAK, "");
  Told told = { "kubernetes", 4, 2048, 2, "\"memory\": \"10m\"", leak, "" };
  Outcome outcome = simulate (&told, "");

  g_assert_cmpstr (outcome.failure, ==, NULL);
  g_assert_cmpuint (outcome.result.n_lost, ==, 1);
  assert_says (outcome.story->str, " + a leak 1,024 MiB; its container has 2,432 MiB");
  outcome_clear (&outcome);
}

/* YARN looks every 3 s: what is over before that is not seen. */
static void
test_a_short_leak_is_not_seen_by_yarn (void)
{
  g_autofree char *leak = g_strdup_printf (LEAK, ", \"lasts\": \"500ms\"");
  Told told = { "yarn", 4, 2048, 2, "\"memory\": \"10m\"", leak, "" };
  Outcome outcome = simulate (&told, "");

  g_assert_cmpstr (outcome.failure, ==, NULL);
  g_assert_cmpuint (outcome.result.n_lost, ==, 0);
  assert_says (outcome.story->str, "executor 1 takes 1024.0 MiB more, outside of its heap");
  outcome_clear (&outcome);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/container_memory/what_would_have_sufficed",
                   test_the_job_says_what_would_have_sufficed);
  g_test_add_func ("/container_memory/story", test_the_story_has_the_sum);
  g_test_add_func ("/container_memory/full", test_a_full_container_lives);
  g_test_add_func ("/container_memory/worker_limit", test_a_worker_with_a_limit_fails_its_task);
  g_test_add_func ("/container_memory/spill", test_what_does_not_fit_its_share_spills);
  g_test_add_func ("/container_memory/leak", test_a_leak_kills_one_executor);
  g_test_add_func ("/container_memory/short_leak", test_a_short_leak_is_not_seen_by_yarn);
  return g_test_run ();
}
