/* submitMapStage: a shuffle is materialized without a job on top of it, and the job that reads it
 * later skips its map stage. */
#include "app.h"

#include "core/event/job_stats.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/map_values.h"

#include <string.h>

static void
count_calls (const RushRow *row, RushEmitter *out, gpointer data)
{
  g_atomic_int_inc ((gint *)data);
  rush_emit_int (out, rush_row_int (row, 1));
}

static void
count_and_fail (const RushRow *row, RushEmitter *out, gpointer data)
{
  g_atomic_int_inc ((gint *)data);
  rush_emitter_fail (out, "no luck");
}

/* Pairs that went through @func on the map side, summed in two partitions. */
static RushRdd *
sums_of (RushContext *sc, RushRowFunc func, gint *n_calls)
{
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1 b=2 a=3 c=4 b=5", 3);
  g_autoptr (RushRdd) counted = rush_rdd_map_values (pairs, pairs->schema, func, n_calls, NULL);

  return rush_rdd_reduce_by_key (counted, RUSH_SUM, 2, NULL);
}

static void
assert_stages (RushContext *sc, gint job_id, guint n, RushStageStatus first)
{
  g_autoptr (RushJobSummary) job = rush_job_stats_job (rush_context_job_stats (sc), job_id);

  g_assert_cmpint (job->status, ==, RUSH_JOB_SUCCEEDED);
  g_assert_cmpuint (job->n_stages, ==, n);
  g_assert_cmpint (job->stages[0].status, ==, first);
}

static void
test_job_skips_it (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  gint n_calls = 0, map_job = -1;
  g_autoptr (RushRdd) sums = sums_of (sc, count_calls, &n_calls);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJobWaiter) waiter =
      rush_context_submit_map_stage (sc, sums->dependencies[0], NULL, &map_job, &error);

  g_assert_no_error (error);
  g_assert_true (rush_job_waiter_wait (waiter, &error));
  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 5);
  assert_stages (sc, map_job, 1, RUSH_STAGE_SUCCEEDED);

  app_assert_sorted (sc, sums, "a,4 b,7 c,4");
  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 5); /* nothing was computed again */
  g_assert_cmpuint (app_n_jobs (sc), ==, 2);
  assert_stages (sc, map_job + 1, 2, RUSH_STAGE_SKIPPED);
  app_free (sc);
}

/* What is there already is not made again, and the job ends at once. */
static void
test_twice (void)
{
  RushContext *sc = app_new (1);
  gint n_calls = 0;
  g_autoptr (RushRdd) sums = sums_of (sc, count_calls, &n_calls);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RushJobWaiter) waiter =
          rush_context_submit_map_stage (sc, sums->dependencies[0], NULL, NULL, NULL);

      g_assert_true (rush_job_waiter_wait (waiter, NULL));
    }
  g_assert_cmpint (g_atomic_int_get (&n_calls), ==, 5);
  app_free (sc);
}

static void
test_fails (void)
{
  RushContext *sc = app_new (1);
  gint n_calls = 0;
  g_autoptr (RushRdd) sums = sums_of (sc, count_and_fail, &n_calls);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushJobWaiter) waiter =
      rush_context_submit_map_stage (sc, sums->dependencies[0], NULL, NULL, NULL);

  g_assert_false (rush_job_waiter_wait (waiter, &error));
  g_assert_nonnull (strstr (error->message, "no luck"));
  app_free (sc);
}

static void
test_stopped (void)
{
  RushContext *sc = app_new (1);
  gint n_calls = 0;
  g_autoptr (RushRdd) sums = sums_of (sc, count_calls, &n_calls);
  g_autoptr (GError) error = NULL;

  rush_context_stop (sc);
  g_assert_null (rush_context_submit_map_stage (sc, sums->dependencies[0], NULL, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED);
  g_assert_cmpint (n_calls, ==, 0);
  app_free (sc);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < APP_N_MASTERS; i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/rdd/map-stage/job-skips-it/%s/%u", app_masters[i], i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_job_skips_it);
    }
  g_test_add_func ("/rdd/map-stage/twice", test_twice);
  g_test_add_func ("/rdd/map-stage/fails", test_fails);
  g_test_add_func ("/rdd/map-stage/stopped", test_stopped);
  return g_test_run ();
}
