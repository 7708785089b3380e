/* test_lost_executors.c - executors die: what they ran and what they held runs again, no more.
 *
 * A reader that finds out by itself is in test_fetch_failure.c.
 */
#include "fixture.h"

/* ---- once ---- */

static void
test_run_trivial_shuffle_with_out_of_band_executor_failure_and_retry (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_shuffle (f, 2, 1);
  ScriptedTask *on_one = fixture_find (f, 0, 0, 0);
  guint lost = g_str_equal (on_one->executor_id, "1") ? 0 : 1;

  fixture_succeed_all (f, 0, 0);
  fixture_assert_partitions (f, 1, 0, "0");
  /* The executor is lost while nobody reads from it: the outputs are missing all the same. */
  fixture_lose_executor (f, "1");
  g_assert_cmpuint (rush_map_output_tracker_n_available (f->tracker, 0), ==, 1);
  fixture_fetch_failed (f, 1, 0, 0, 0, (gint)lost, "1");
  fixture_fire_timer (f);
  g_assert_cmpuint (fixture_n_running (f, 0, 1), ==, 1);
  g_assert_nonnull (fixture_find (f, 0, 1, lost));
  fixture_succeed (f, 0, 1, lost);
  fixture_assert_outputs (f, 0, "0@2 1@2");
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_register_map_outputs_correctly_after_ExecutorLost_and_task_Resubmitted (void)
{
  Fixture *f = fixture_cluster (1, 2);
  g_autofree char *events = NULL;

  TestJob *job = fixture_submit_shuffle (f, 3, 1);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@1 0.0:2@1");
  fixture_add_executor (f, "2", "host2", 3);
  fixture_lose_executor (f, "1");
  fixture_assert_outputs (f, 0, "0@- 1@- 2@-");
  fixture_assert_partitions (f, 0, 0, "0 1 2"); /* the same attempt goes on, on the other one */
  events = fixture_events (f, "TaskEnd");
  g_assert_cmpstr (events, ==,
                   "TaskEnd 0.0:0 Success; TaskEnd 0.0:0 Resubmitted; "
                   "TaskEnd 0.0:1 ExecutorLostFailure; TaskEnd 0.0:2 ExecutorLostFailure");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_outputs (f, 0, "0@2 1@2 2@2");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_resubmitted_tasks_start_with_the_lowest (void)
{
  Fixture *f = fixture_cluster (1, 3);
  TestJob *job = fixture_submit_shuffle (f, 4, 1);

  fixture_add_executor (f, "2", "host2", 1);
  fixture_assert_running (f, "0.0:0@1 0.0:1@1 0.0:2@1 0.0:3@2");
  for (guint i = 0; i < 3; i++)
    fixture_succeed (f, 0, 0, i);
  fixture_lose_executor (f, "1");
  for (guint i = 0; i < 3; i++)
    {
      fixture_succeed (f, 0, 0, i == 0 ? 3 : i - 1);
      g_assert_nonnull (fixture_find (f, 0, 0, i));
    }
  fixture_succeed (f, 0, 0, 2);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Its outputs are served by somebody else: what was finished stays finished. */
static void
test_executor_lost_without_its_outputs (void)
{
  Fixture *f = fixture_cluster (1, 1);
  TestJob *job = fixture_submit_shuffle (f, 2, 1);

  fixture_succeed (f, 0, 0, 0);
  fixture_add_executor (f, "2", "host2", 1);
  fixture_lose_executor_because (f, "1", FALSE, FALSE);
  fixture_assert_outputs (f, 0, "0@1 1@-");
  fixture_assert_running (f, "0.0:1@2");
  fixture_succeed (f, 0, 0, 1);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- again and again ---- */

#define N_ROUNDS 3

/* "1" in the first round. (transfer full) */
static char *
executor_of (guint round)
{
  return g_strdup_printf ("%u", round + 1);
}

/* The next executor comes; then the one on which all of this round's job has been is lost. */
static void
replace_executor (Fixture *f, guint round)
{
  g_autofree char *old = executor_of (round);
  g_autofree char *new = executor_of (round + 1);

  fixture_add_executor (f, new, new, 2);
  fixture_lose_executor (f, old);
}

/* A job each round, and in the middle of its map stage the executor goes. */
static void
test_recover_from_repeated_executor_failures_during_shuffle_map (void)
{
  Fixture *f = fixture_cluster (1, 2);

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      TestJob *job = fixture_submit_shuffle (f, 2, 2);
      gint maps = 2 * (gint)round, reduces = maps + 1;

      fixture_complete (f, maps, 0, "ok");
      replace_executor (f, round);
      fixture_assert_partitions (f, maps, 0, "0 1");
      fixture_succeed_all (f, maps, 0);
      fixture_succeed_all (f, reduces, 0);
      fixture_assert_succeeded (job);
    }
  fixture_free (f);
}

/* The same in the middle of the reduce stage: its first result stays, its second task finds no
 * map outputs where it is tried again. */
static void
test_recover_from_repeated_executor_failures_during_shuffle_reduce (void)
{
  Fixture *f = fixture_cluster (1, 2);

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      TestJob *job = fixture_submit_shuffle (f, 2, 2);
      gint maps = 2 * (gint)round, reduces = maps + 1;

      fixture_succeed_all (f, maps, 0);
      fixture_complete (f, reduces, 0, "ok");
      replace_executor (f, round);
      fixture_assert_outputs (f, (gint)round, "0@- 1@-");
      fixture_fetch_failed (f, reduces, 0, 1, (gint)round, -1, NULL);
      fixture_fire_timer (f);
      fixture_assert_partitions (f, maps, 1, "0 1");
      fixture_succeed_all (f, maps, 1);
      fixture_assert_partitions (f, reduces, 1, "1");
      fixture_succeed_all (f, reduces, 1);
      fixture_assert_succeeded (job);
    }
  fixture_free (f);
}

/* ---- what comes late ---- */

/* The task has ended, but its executor is lost before the driver hears of it: it runs again, and
 * when the old news comes after all, nobody is handed a second result. */
static void
test_result_lost_on_its_way (void)
{
  Fixture *f = fixture_new (1, NULL); /* it is no failure */
  fixture_add_executors (f, 1, 1);
  TestJob *job = fixture_submit_narrow (f, 1);
  ScriptedTask *first = fixture_find (f, 0, 0, 0);
  gint64 id = first->task->task_id;
  RushTaskOutcome *outcome = fixture_success (f, first);

  fixture_add_executor (f, "2", "host2", 1);
  fixture_lose_executor (f, "1");
  fixture_assert_running (f, "0.0:0@2");
  fixture_handle (f, fixture_task_ended (id, outcome));
  g_assert_cmpuint (job->seen[0], ==, 0);
  fixture_end_on (f, "2", 0, 0, 0, NULL);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_ignore_late_map_task_completions (void)
{
  Fixture *f = fixture_cluster (1, 2);
  TestJob *job = fixture_submit_shuffle (f, 2, 1);
  gint64 late_id = fixture_find (f, 0, 0, 0)->task->task_id;
  RushTaskOutcome *late = fixture_success (f, fixture_find (f, 0, 0, 0));

  fixture_lose_executor (f, "1");
  fixture_handle (f, fixture_task_ended (late_id, late)); /* sent before the loss */
  fixture_assert_outputs (f, 0, "0@- 1@-");
  fixture_add_executor (f, "2", "host2", 2);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_outputs (f, 0, "0@2 1@2");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_duplicate_completions_are_ignored (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_narrow (f, 2);
  ScriptedTask *task = fixture_find (f, 0, 0, 0);
  gint64 id = task->task->task_id;
  RushTaskOutcome *again = fixture_success (f, task);

  fixture_succeed (f, 0, 0, 0);
  fixture_handle (f, fixture_task_ended (id, again));
  fixture_handle (f, fixture_task_ended (id, rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "x")));
  fixture_handle (f, fixture_task_ended (4711, rush_task_outcome_new (RUSH_OUTCOME_KILLED, "x")));
  g_assert_cmpuint (job->seen[0], ==, 1);
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/lost_executors/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (run_trivial_shuffle_with_out_of_band_executor_failure_and_retry);
  ADD (register_map_outputs_correctly_after_ExecutorLost_and_task_Resubmitted);
  ADD (resubmitted_tasks_start_with_the_lowest);
  ADD (executor_lost_without_its_outputs);
  ADD (recover_from_repeated_executor_failures_during_shuffle_map);
  ADD (recover_from_repeated_executor_failures_during_shuffle_reduce);
  ADD (result_lost_on_its_way);
  ADD (ignore_late_map_task_completions);
  ADD (duplicate_completions_are_ignored);
  return g_test_run ();
}
