/* test_chaos.c - random programs under random faults: nothing that must hold is broken, a seed is a
 * run, and what is asked for in vain is said. */
#include "sim/chaos/chaos_run.h"

#include <string.h>

#define N_SEEDS 60

static RushChaosSpec
spec_of (guint64 seed, guint n_executors)
{
  return (
      RushChaosSpec){ .seed = seed, .n_executors = n_executors, .min_faults = 5, .max_faults = 30 };
}

static RushChaosVerdict
run (const RushChaosSpec *spec)
{
  g_autoptr (GError) error = NULL;
  RushChaosVerdict verdict = { 0 };

  if (!rush_chaos_run (spec, &verdict, &error))
    g_error ("seed %" G_GUINT64_FORMAT ": %s", spec->seed, error->message);
  return verdict;
}

static void
test_nothing_is_broken (void)
{
  const char *first = g_getenv ("RUSH_CHAOS_FIRST");
  const char *number = g_getenv ("RUSH_CHAOS_SEEDS");
  guint64 n = number != NULL ? g_ascii_strtoull (number, NULL, 10) : N_SEEDS;
  guint64 seed = first != NULL ? g_ascii_strtoull (first, NULL, 10) : 1;
  const char *executors = g_getenv ("RUSH_CHAOS_EXECUTORS");
  guint n_executors = executors != NULL ? (guint)g_ascii_strtoull (executors, NULL, 10) : 12;
  guint n_violated = 0, n_aborted = 0;

  for (guint64 end = seed + n; seed < end; seed++)
    {
      RushChaosSpec spec = spec_of (seed, n_executors);
      RushChaosVerdict verdict = run (&spec);

      for (guint i = 0; i < verdict.violations->len; i++)
        g_printerr ("seed %" G_GUINT64_FORMAT ": %s\n", seed,
                    (const char *)g_ptr_array_index (verdict.violations, i));
      n_violated += verdict.violations->len > 0;
      n_aborted += verdict.n_failed_jobs > 0;
      if (verdict.reason != NULL)
        g_test_message ("seed %" G_GUINT64_FORMAT ": %s", seed, verdict.reason);
      rush_chaos_verdict_clear (&verdict);
    }
  g_test_message ("%u of %" G_GUINT64_FORMAT " aborted", n_aborted, n);
  g_assert_cmpuint (n_violated, ==, 0);
}

static void
test_one_seed_one_run (void)
{
  RushChaosSpec spec = spec_of (7, 12), other = spec_of (8, 12);
  RushChaosVerdict a = run (&spec), b = run (&spec), c = run (&other);

  g_assert_cmpuint (a.digest, ==, b.digest);
  g_assert_cmpfloat (a.seconds, ==, b.seconds);
  g_assert_cmpuint (a.n_events, ==, b.n_events);
  g_assert_cmpuint (a.digest, !=, c.digest);
  g_assert_cmpuint (a.n_faults, >=, 5);
  rush_chaos_verdict_clear (&a);
  rush_chaos_verdict_clear (&b);
  rush_chaos_verdict_clear (&c);
}

/* Fewer faults and fewer executors: the others are what they were. */
static void
test_a_part_of_a_script (void)
{
  RushChaosSpec spec = spec_of (11, 12);
  RushChaosVerdict whole = run (&spec);
  g_autofree gboolean *keep = g_new0 (gboolean, whole.n_faults);
  g_autoptr (GError) error = NULL;
  g_autofree char *all = rush_chaos_scenario (&spec, &error);

  keep[1] = TRUE;
  spec.keep = keep;
  spec.on_executors = 3;
  g_autofree char *part = rush_chaos_scenario (&spec, &error);
  const char *fault = strstr (part, "{\"do\"");
  g_autofree char *line = g_strndup (fault, (gsize)(strchr (fault, ']') - fault));

  g_assert_nonnull (strstr (part, "\"count\": 3,"));
  g_assert_nonnull (strstr (all, line));
  g_assert_null (strstr (fault + 1, "{\"do\"")); /* it is the only one */
  RushChaosVerdict verdict = run (&spec);
  g_assert_cmpuint (verdict.n_faults, ==, whole.n_faults);
  g_assert_cmpuint (verdict.violations->len, ==, 0);
  rush_chaos_verdict_clear (&verdict);
  rush_chaos_verdict_clear (&whole);
}

static void
test_what_cannot_be (void)
{
  static const RushChaosSpec specs[] = {
    { .n_executors = 0, .min_faults = 1, .max_faults = 2 },
    { .n_executors = 3, .min_faults = 3, .max_faults = 2 },
    { .n_executors = 3, .max_faults = 2, .on_executors = 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      RushChaosVerdict verdict;
      g_autoptr (GError) error = NULL;

      g_assert_false (rush_chaos_run (&specs[i], &verdict, &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
    }
}

/* ---- a scheduler that is wrong in one place ---- */

/* The reduce stage runs again; what it could not fetch is still believed to be there. */
static void
forget_nothing (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  if (!rush_stage_attempt_is_current (failure->stage, failure->stage_attempt))
    return;
  rush_scheduler_fail_stage (scheduler, failure->stage, failure->message);
  rush_scheduler_resubmit_later (scheduler, failure->stage, failure->map_stage);
}

/* However often it has failed. */
static void
never_give_up (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  if (!rush_stage_attempt_is_current (failure->stage, failure->stage_attempt))
    return;
  rush_scheduler_fail_stage (scheduler, failure->stage, failure->message);
  if (failure->map_index >= 0)
    rush_scheduler_forget_output (scheduler, failure->map_stage, (guint)failure->map_index,
                                  failure->executor_id);
  rush_scheduler_resubmit_later (scheduler, failure->stage, failure->map_stage);
}

/* The stage goes on without the task, as if nothing had happened. */
static void
look_away (RushScheduler *scheduler, const RushFetchFailure *failure)
{
}

static void
is_found (void (*handle) (RushScheduler *scheduler, const RushFetchFailure *failure),
          const char *said)
{
  const RushFetchFailureHandler handler = { "wrong", handle };
  const RushSchedulerSeams seams = { .fetch_failure = &handler };
  gboolean found = FALSE;

  for (guint64 seed = 1; seed <= 100 && !found; seed++)
    {
      RushChaosSpec spec = spec_of (seed, 6);
      RushChaosVerdict verdict;

      spec.seams = &seams;
      verdict = run (&spec);
      for (guint i = 0; i < verdict.violations->len && !found; i++)
        found = strstr (g_ptr_array_index (verdict.violations, i), said) != NULL;
      rush_chaos_verdict_clear (&verdict);
    }
  g_assert_true (found);
}

static void
test_wrong_handlers_are_found (void)
{
  is_found (forget_nothing, "starts again after");
  is_found (never_give_up, "starts again after");
  is_found (look_away, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chaos/nothing is broken", test_nothing_is_broken);
  g_test_add_func ("/chaos/one seed, one run", test_one_seed_one_run);
  g_test_add_func ("/chaos/a part of a script", test_a_part_of_a_script);
  g_test_add_func ("/chaos/what cannot be", test_what_cannot_be);
  g_test_add_func ("/chaos/wrong handlers are found", test_wrong_handlers_are_found);
  return g_test_run ();
}
