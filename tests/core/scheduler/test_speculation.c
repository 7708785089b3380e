/* test_speculation.c - tasks that take long get a copy elsewhere, and the first to end wins.
 *
 * Purpose: when a task counts as slow, where its copy may go, what becomes of the one that loses,
 * and that the timer stands only while it may be of use.
 */
#include "fixture.h"

#include "core/scheduler/percentile_heap_private.h"

#define MS 1000

/* Executors "1" … "n" on hosts of their own, speculation on. */
static Fixture *
cluster_that_speculates (guint max_failures, guint n_executors, guint cores)
{
  Fixture *f = fixture_new (max_failures, "spark.speculation", "true", NULL);

  fixture_add_executors (f, n_executors, cores);
  return f;
}

/* Ten tasks, nine of which have taken a second.  The tenth runs on @out_executor. */
static TestJob *
submit_one_slow_of_ten (Fixture *f, const char **out_executor)
{
  TestJob *job = fixture_submit_narrow (f, 10);

  scripted_backend_advance_us (f->backend, 1000 * MS);
  for (guint i = 0; i < 9; i++)
    fixture_succeed (f, 0, 0, i);
  *out_executor = g_intern_string (fixture_find (f, 0, 0, 9)->executor_id);
  return job;
}

static const char *
other_of (const char *executor)
{
  return g_str_equal (executor, "1") ? "2" : "1";
}

static void
fire_until_copied (Fixture *f, guint n_running)
{
  for (guint i = 0; scripted_backend_n_running (f->backend) < n_running; i++)
    {
      g_assert_cmpuint (i, <, 100);
      fixture_fire_timer (f);
    }
}

static gint64
now_ms (Fixture *f)
{
  return rush_clock_now_us (f->backend->klass->clock (f->backend)) / MS;
}

static RushTaskOutcome *
killed (void)
{
  return rush_task_outcome_new (RUSH_OUTCOME_KILLED, "another attempt succeeded");
}

/* ---- when ---- */

static void
test_slower_than_three_times_the_median (void)
{
  Fixture *f = cluster_that_speculates (4, 2, 5);
  const char *executor;
  TestJob *job = submit_one_slow_of_ten (f, &executor);

  fire_until_copied (f, 2);
  g_assert_cmpint (now_ms (f), ==, 3100); /* the first look after 3 × 1 s */
  g_assert_nonnull (fixture_find_on (f, other_of (executor), 0, 0, 9));
  g_autofree char *events = fixture_events (f, "SpeculativeTaskSubmitted");
  g_assert_cmpstr (events, ==, "SpeculativeTaskSubmitted 0.0:9");
  const RushEvent *start = g_ptr_array_index (f->events, f->events->len - 1);
  g_assert_cmpint (start->kind, ==, RUSH_EVENT_TASK_START);
  g_assert_true (start->task_start.task.speculative);
  g_assert_cmpuint (start->task_start.task.attempt, ==, 1);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0); /* nobody else is alone */
  fixture_end_on (f, executor, 0, 0, 9, NULL);
  fixture_end_on (f, other_of (executor), 0, 0, 9, killed ());
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_not_before_the_quantile (void)
{
  Fixture *f = cluster_that_speculates (4, 2, 5);

  fixture_submit_narrow (f, 10);
  scripted_backend_advance_us (f->backend, 1000 * MS);
  for (guint i = 0; i < 8; i++)
    fixture_succeed (f, 0, 0, i);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed (f, 0, 0, 8);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 1);
  fixture_succeed (f, 0, 0, 9);
  fixture_free (f);
}

static void
test_min_task_runtime (void)
{
  Fixture *f =
      fixture_new (4, "spark.speculation", "true", "spark.speculation.minTaskRuntime", "20s", NULL);
  const char *executor;

  fixture_add_executors (f, 2, 5);
  submit_one_slow_of_ten (f, &executor);
  while (now_ms (f) < 20000)
    fixture_fire_timer (f);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 1);
  fixture_fire_timer (f);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 2);
  fixture_end_on (f, executor, 0, 0, 9, NULL);
  fixture_end_on (f, other_of (executor), 0, 0, 9, killed ());
  fixture_free (f);
}

static void
test_by_duration_threshold (void)
{
  Fixture *f = fixture_new (4, "spark.speculation", "true",
                            "spark.speculation.task.duration.threshold", "60s", NULL);

  fixture_add_executors (f, 2, 2);
  TestJob *job = fixture_submit_narrow (f, 1); /* even a single one */
  fire_until_copied (f, 1 + 0);
  g_autofree char *executor = g_strdup (fixture_find (f, 0, 0, 0)->executor_id);
  while (now_ms (f) < 60000)
    fixture_fire_timer (f);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 1);
  fixture_fire_timer (f);
  g_assert_nonnull (fixture_find_on (f, other_of (executor), 0, 0, 0));
  fixture_end_on (f, other_of (executor), 0, 0, 0, NULL);
  fixture_end_on (f, executor, 0, 0, 0, killed ());
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_no_threshold_for_sets_that_fit_on_no_executor (void)
{
  Fixture *f = fixture_new (4, "spark.speculation", "true",
                            "spark.speculation.task.duration.threshold", "60s", NULL);

  fixture_add_executors (f, 2, 2);
  fixture_submit_narrow (f, 3);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed_all (f, 0, 0);
  fixture_free (f);
}

static void
test_never_for_a_single_task (void)
{
  Fixture *f = cluster_that_speculates (4, 2, 2);

  fixture_submit_narrow (f, 1);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed (f, 0, 0, 0);
  fixture_free (f);
}

static void
test_never_for_barrier_stages (void)
{
  Fixture *f = fixture_new (4, "spark.speculation", "true",
                            "spark.speculation.task.duration.threshold", "1s", NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, NULL);

  rdd->barrier = TRUE;
  fixture_add_executors (f, 2, 2);
  TestJob *job = fixture_submit (f, rdd);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_never_for_zombies (void)
{
  Fixture *f = cluster_that_speculates (1, 2, 5);
  const char *executor;
  TestJob *job = submit_one_slow_of_ten (f, &executor);

  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 1);
  fixture_cancel_job (f, job->id, NULL);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_killed (f, 0, 0, 9);
  fixture_free (f);
}

/* ---- too long, but not too slowly ---- */

/* Ten tasks, nine of which have read 1,000 records in a second; the tenth still reads. */
static ScriptedTask *
submit_one_long_of_ten (Fixture *f, TestJob **out_job)
{
  *out_job = fixture_submit_narrow (f, 10);
  scripted_backend_advance_us (f->backend, 1000 * MS);
  for (guint i = 0; i < 9; i++)
    {
      RushTaskOutcome *outcome = fixture_success (f, fixture_find (f, 0, 0, i));

      outcome->metrics.input_records = 600;
      outcome->metrics.shuffle_read_records = 400;
      outcome->metrics.run_us = 1000 * MS;
      fixture_end (f, 0, 0, i, outcome);
    }
  return fixture_find (f, 0, 0, 9);
}

static void
free_with_both_running (Fixture *f, TestJob *job)
{
  fixture_end_on (f, "1", 0, 0, 9, NULL);
  fixture_end_on (f, "2", 0, 0, 9, killed ());
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_who_reads_as_fast_as_others_is_given_time (void)
{
  Fixture *f = cluster_that_speculates (4, 2, 5);
  TestJob *job;
  ScriptedTask *last = submit_one_long_of_ten (f, &job);

  last->records = 4 * 751;
  last->run_us = 4000 * MS;
  fire_until_copied (f, 2);
  g_assert_cmpint (now_ms (f), ==, 6100); /* the first look after 2 × 3 × 1 s */
  free_with_both_running (f, job);
}

static void
test_who_reads_slowly_is_not (void)
{
  Fixture *f = cluster_that_speculates (4, 2, 5);
  TestJob *job;
  ScriptedTask *last = submit_one_long_of_ten (f, &job);

  last->records = 4 * 749;
  last->run_us = 4000 * MS;
  fire_until_copied (f, 2);
  g_assert_cmpint (now_ms (f), ==, 3100);
  free_with_both_running (f, job);
}

static void
test_who_gets_slow_in_the_midst (void)
{
  Fixture *f = fixture_new (4, "spark.speculation", "true",
                            "spark.speculation.efficiency.longRunTaskFactor", "10", NULL);
  TestJob *job;
  fixture_add_executors (f, 2, 5);
  ScriptedTask *last = submit_one_long_of_ten (f, &job);

  last->records = 3000;
  last->run_us = 3000 * MS;
  while (now_ms (f) < 5000)
    fixture_fire_timer (f);
  last->run_us = 10000 * MS; /* asked about again as often as executors tell of themselves */
  fire_until_copied (f, 2);
  g_assert_cmpint (now_ms (f), ==, 13100);
  free_with_both_running (f, job);
}

static void
test_rates_are_not_looked_at_unless_asked_for (void)
{
  Fixture *f = fixture_new (4, "spark.speculation", "true", "spark.speculation.efficiency.enabled",
                            "false", NULL);
  TestJob *job;
  fixture_add_executors (f, 2, 5);
  ScriptedTask *last = submit_one_long_of_ten (f, &job);

  last->records = 99999;
  last->run_us = 1;
  fire_until_copied (f, 2);
  g_assert_cmpint (now_ms (f), ==, 3100);
  free_with_both_running (f, job);
}

/* ---- where ---- */

static void
test_a_copy_needs_another_host (void)
{
  Fixture *f = fixture_new (4, "spark.speculation", "true", NULL);

  fixture_add_executor (f, "1", "host1", 1);
  fixture_add_executor (f, "2", "host1", 1);
  TestJob *job = fixture_submit_narrow (f, 2);
  scripted_backend_advance_us (f->backend, 1000 * MS);
  fixture_succeed (f, 0, 0, 0);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0); /* there is no other host */
  fixture_add_executor (f, "3", "host3", 1);
  fire_until_copied (f, 2);
  g_assert_nonnull (fixture_find_on (f, "3", 0, 0, 1));
  fixture_end_on (f, "3", 0, 0, 1, NULL);
  fixture_killed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_copies_go_after_tasks_that_wait (void)
{
  Fixture *f =
      fixture_new (4, "spark.speculation", "true", "spark.speculation.quantile", "0.2", NULL);

  fixture_add_executors (f, 2, 1);
  fixture_submit_narrow (f, 4); /* 0 and 1 run, 2 and 3 wait */
  scripted_backend_advance_us (f->backend, 1000 * MS);
  g_autofree char *slow = g_strdup (fixture_find (f, 0, 0, 1)->executor_id);
  fixture_succeed (f, 0, 0, 0); /* 2 starts */
  for (guint i = 0; i < 21; i++)
    fixture_fire_timer (f); /* 1 is slow, 3 waits */
  fixture_succeed (f, 0, 0, 2);
  g_assert_nonnull (fixture_find_on (f, other_of (slow), 0, 0, 3));
  fixture_succeed (f, 0, 0, 3);
  g_assert_nonnull (fixture_find_on (f, other_of (slow), 0, 0, 1));
  fixture_end_on (f, slow, 0, 0, 1, NULL);
  fixture_end_on (f, other_of (slow), 0, 0, 1, killed ());
  fixture_free (f);
}

/* ---- the one that loses ---- */

static void
test_kill_other_attempts_when_one_succeeds (void)
{
  Fixture *f = cluster_that_speculates (4, 2, 5);
  const char *executor;
  TestJob *job = submit_one_slow_of_ten (f, &executor);

  fire_until_copied (f, 2);
  fixture_end_on (f, other_of (executor), 0, 0, 9, NULL);
  fixture_assert_succeeded (job);
  ScriptedTask *loser = fixture_find_on (f, executor, 0, 0, 9);
  g_assert_cmpstr (loser->kill_reason, ==, "another attempt succeeded");
  fixture_end_on (f, executor, 0, 0, 9, NULL); /* it had not heard of that */
  const RushEvent *end = g_ptr_array_index (f->events, f->events->len - 1);
  g_assert_cmpstr (end->task_end.reason, ==, "TaskKilled");
  g_assert_cmpstr (end->task_end.message, ==,
                   "Finish but did not commit due to another attempt succeeded");
  fixture_free (f);
}

static void
test_killing_speculative_tasks_does_not_count (void)
{
  Fixture *f = cluster_that_speculates (1, 3, 4);
  const char *executor;
  TestJob *job = submit_one_slow_of_ten (f, &executor);

  for (guint i = 0; i < 2; i++) /* as many as there are other hosts */
    {
      fire_until_copied (f, 2);
      ScriptedTask *copy = scripted_backend_running (f->backend, 1);
      g_assert_cmpstr (copy->executor_id, !=, executor);
      fixture_end_on (f, copy->executor_id, 0, 0, 9, killed ());
      g_assert_false (job->done);
    }
  fixture_succeed (f, 0, 0, 9);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_the_other_goes_on_when_one_fails (void)
{
  Fixture *f = cluster_that_speculates (3, 2, 5);
  const char *executor;
  TestJob *job = submit_one_slow_of_ten (f, &executor);

  fire_until_copied (f, 2);
  fixture_end_on (f, executor, 0, 0, 9, rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "boom"));
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 1); /* the copy is enough */
  fixture_end_on (f, other_of (executor), 0, 0, 9,
                  rush_task_outcome_new (RUSH_OUTCOME_EXCEPTION, "boom"));
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 1); /* from the start */
  fixture_fail (f, 0, 0, 9, "boom");                                 /* the third time */
  fixture_assert_failed (job, RUSH_CORE_ERROR_PYTHON, "Task 9 in stage 0.0 failed 3 times");
  fixture_free (f);
}

static void
test_output_of_the_winner_is_lost_while_the_loser_runs (void)
{
  Fixture *f =
      fixture_new (4, "spark.speculation", "true", "spark.speculation.quantile", "0.5", NULL);

  fixture_add_executors (f, 2, 2);
  TestJob *job = fixture_submit_shuffle (f, 3, 1); /* a third map task keeps the set alive */
  scripted_backend_advance_us (f->backend, 1000 * MS);
  fixture_succeed (f, 0, 0, 0);
  g_autofree char *slow = g_strdup (fixture_find (f, 0, 0, 1)->executor_id);
  fire_until_copied (f, 3);
  const char *fast = other_of (slow);
  fixture_end_on (f, fast, 0, 0, 1, NULL);
  fixture_lose_executor (f, fast); /* and with it the output of 1 */
  g_assert_nonnull (fixture_find_on (f, slow, 0, 0, 1));
  fixture_end_on (f, slow, 0, 0, 1, NULL); /* so it has won after all */
  g_autofree char *place = fixture_place_of (f, 0, 1);
  g_assert_cmpstr (place, ==, slow);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* The copy could not read its input: the stage runs again; the original succeeds meanwhile. */
static void
test_fetch_failure_on_a_speculative_copy (void)
{
  Fixture *f =
      fixture_new (4, "spark.speculation", "true", "spark.speculation.quantile", "0.5", NULL);

  fixture_add_executors (f, 3, 2);
  TestJob *job = fixture_submit_shuffle (f, 2, 2);
  g_autofree char *events = NULL;
  fixture_succeed_all (f, 0, 0);
  scripted_backend_advance_us (f->backend, 1000 * MS);
  fixture_succeed (f, 1, 0, 0);
  g_autofree char *slow = g_strdup (fixture_find (f, 1, 0, 1)->executor_id);
  fire_until_copied (f, 2);
  g_autofree char *copy = g_strdup (scripted_backend_running (f->backend, 1)->executor_id);
  g_autofree char *place = fixture_place_of (f, 0, 0);
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, "ignored");
  outcome->shuffle_id = 0;
  outcome->map_index = 0;
  outcome->executor_id = g_strdup (place);
  fixture_end_on (f, copy, 1, 0, 1, outcome);
  fixture_fire_timer (f); /* the map stage runs again */
  g_assert_cmpuint (fixture_n_running (f, 0, 1), >=, 1);
  g_assert_false (job->done);
  fixture_end_on (f, slow, 1, 0, 1, NULL);
  fixture_assert_succeeded (job);
  events = fixture_events (f, "StageCompleted");
  g_assert_cmpstr (events, ==,
                   "StageCompleted 0.0 ok; StageCompleted 1.0 failed; StageCompleted 0.1 failed");
  while (scripted_backend_n_running (f->backend) > 0)
    scripted_task_free (scripted_backend_take (f->backend, 0));
  fixture_free_busy (f);
}

/* ---- nothing of it unless asked for ---- */

static void
test_off_by_default (void)
{
  Fixture *f = fixture_cluster (2, 5);
  const char *executor;

  submit_one_slow_of_ten (f, &executor);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed (f, 0, 0, 9);
  fixture_free (f);
}

static void
test_median (void)
{
  g_autoptr (RushPercentileHeap) heap = rush_percentile_heap_new ();
  GRand *rand = g_rand_new_with_seed (3);
  gint64 sorted[200];

  for (guint n = 0; n < G_N_ELEMENTS (sorted); n++)
    {
      gint64 value = g_rand_int_range (rand, -50, 50);
      guint i = n;

      for (; i > 0 && sorted[i - 1] > value; i--)
        sorted[i] = sorted[i - 1];
      sorted[i] = value;
      rush_percentile_heap_insert (heap, value);
      g_assert_cmpuint (rush_percentile_heap_size (heap), ==, n + 1);
      g_assert_cmpint (rush_percentile_heap_median (heap), ==, sorted[(n + 1) / 2]);
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/scheduler/speculation/" #name, test_##name)
  ADD (slower_than_three_times_the_median);
  ADD (not_before_the_quantile);
  ADD (min_task_runtime);
  ADD (by_duration_threshold);
  ADD (no_threshold_for_sets_that_fit_on_no_executor);
  ADD (never_for_a_single_task);
  ADD (never_for_barrier_stages);
  ADD (never_for_zombies);
  ADD (who_reads_as_fast_as_others_is_given_time);
  ADD (who_reads_slowly_is_not);
  ADD (who_gets_slow_in_the_midst);
  ADD (rates_are_not_looked_at_unless_asked_for);
  ADD (a_copy_needs_another_host);
  ADD (copies_go_after_tasks_that_wait);
  ADD (kill_other_attempts_when_one_succeeds);
  ADD (killing_speculative_tasks_does_not_count);
  ADD (the_other_goes_on_when_one_fails);
  ADD (output_of_the_winner_is_lost_while_the_loser_runs);
  ADD (fetch_failure_on_a_speculative_copy);
  ADD (off_by_default);
  ADD (median);
  return g_test_run ();
}
