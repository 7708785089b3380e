/* test_chaos.c - random programs under random faults: nothing that must hold is broken, a seed is a
 * run, and what is asked for in vain is said. */
#include "sim/chaos/chaos_run.h"

#include <string.h>

#define N_SEEDS 40

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
  guint n_violated = 0, n_aborted = 0;

  for (guint64 end = seed + n; seed < end; seed++)
    {
      RushChaosSpec spec = spec_of (seed, 12);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chaos/nothing is broken", test_nothing_is_broken);
  return g_test_run ();
}
