/* test_fetch_failure.c - map outputs are gone: what runs again, how often, and what is believed.
 *
 * The names of the tests are those of Spark's DAGSchedulerSuite where there is such a scenario.
 */
#include "fixture.h"

#include "core/scheduler/seams.h"

/* Executors "1" … of one core each. */
static Fixture *
fixture_of (guint n_executors)
{
  Fixture *f = fixture_new (4, NULL);

  for (guint i = 1; i <= n_executors; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);
      g_autofree char *host = g_strdup_printf ("host%u", i);
      fixture_add_executor (f, id, host, 1);
    }
  return f;
}

/* One executor on which all outputs are, and room for everything. */
static Fixture *
roomy_fixture (void)
{
  Fixture *f = fixture_new (4, NULL);

  fixture_add_executor (f, "1", "host1", 100);
  return f;
}

/* Where map output @i of @shuffle_id is. (transfer full) */
static char *
place_of (Fixture *f, gint shuffle_id, guint i)
{
  g_autoptr (RushMapStatus) status = rush_map_output_tracker_get (f->tracker, shuffle_id, i);

  return g_strdup (status->executor_id);
}

/* ---- one failure ---- */

static void
test_run_trivial_shuffle_with_fetch_failure (void)
{
  Fixture *f = fixture_of (2);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);
  TestJob *job = fixture_submit (f, rdd);
  g_autofree char *events = NULL;

  fixture_succeed_all (f, 0, 0);
  g_autofree char *lost = place_of (f, 0, 0);
  fixture_succeed (f, 1, 0, 0);
  fixture_fetch_failed (f, 1, 0, 1, 0, 0, lost);
  /* Nothing at once: more failures may come. */
  fixture_assert_running (f, "");
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 200 * 1000);
  g_assert_cmpuint (rush_map_output_tracker_n_available (f->tracker, 0), ==, 1);
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0"); /* the missing one alone */
  fixture_succeed (f, 0, 1, 0);
  fixture_assert_partitions (f, 1, 1, "1"); /* as here */
  fixture_succeed (f, 1, 1, 1);
  fixture_assert_succeeded (job);
  events = fixture_events (f, "StageSubmitted StageCompleted JobEnd");
  g_assert_cmpstr (events, ==,
                   "StageSubmitted 0.0 (2); StageCompleted 0.0 ok; "
                   "StageSubmitted 1.0 (2); StageCompleted 1.0 failed; "
                   "StageSubmitted 0.1 (1); StageCompleted 0.1 ok; "
                   "StageSubmitted 1.1 (1); StageCompleted 1.1 ok; JobEnd 0 ok");
  fixture_free (f);
}

static void
test_all_outputs_of_the_executor_are_forgotten (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 3, 1);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 2, "1");
  fixture_assert_outputs (f, 0, "0@- 1@- 2@-");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1 2");
  fixture_succeed_all (f, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* "Not registered at all": there is nothing to forget, both stages are looked at again. */
static void
test_fetch_failure_without_a_map_index (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, -1, NULL);
  fixture_assert_outputs (f, 0, "0@1 1@1");
  fixture_fire_timer (f);
  fixture_assert_running (f, "1.1:0@1");
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_fetch_failure_of_an_unknown_shuffle (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 1);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 99, 0, "1");
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "could not read shuffle 99, which none of its parents writes");
  fixture_free (f);
}

/* ---- many failures ---- */

static void
test_multiple_fetch_failures (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 4);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  for (guint i = 0; i < 4; i++)
    fixture_fetch_failed (f, 1, 0, i, 0, (gint)(i % 2), "1");
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 1);
  fixture_fire_timer (f);
  /* One attempt each, however many tasks have failed. */
  fixture_assert_partitions (f, 0, 1, "0 1");
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1 2 3");
  fixture_succeed_all (f, 1, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_late_fetch_failures_dont_cause_multiple_concurrent_attempts (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  /* The map stage runs again when the other task of the first attempt fails, too. */
  fixture_fetch_failed (f, 1, 0, 1, 0, 1, "1");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  g_assert_cmpuint (fixture_n_running (f, 0, 2), ==, 0);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1");
  fixture_succeed_all (f, 1, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_extremely_late_fetch_failures (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1");
  /* The second attempt runs; what the first one still has to say is old. */
  fixture_fetch_failed (f, 1, 0, 1, 0, 1, "1");
  fixture_assert_outputs (f, 0, "0@1 1@1");
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed_all (f, 1, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_recursive_shuffle_failures (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);
  TestJob *job = fixture_submit (f, last);

  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
  fixture_fetch_failed (f, 2, 0, 0, 1, 0, "1");
  /* Shuffle 0 was on that executor as well. */
  fixture_assert_outputs (f, 0, "0@- 1@-");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1");
  fixture_succeed_all (f, 1, 1);
  fixture_succeed (f, 2, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_shuffle_fetch_failure_in_a_reused_shuffle_dependency (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);

  fixture_submit (f, rdd);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
  TestJob *again = fixture_submit (f, rdd); /* stage 2 is skipped */
  fixture_fetch_failed (f, 3, 0, 0, 0, 0, "1");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 2, 0, "0 1"); /* its first attempt */
  fixture_succeed_all (f, 2, 0);
  fixture_succeed (f, 3, 0, 1); /* of the first attempt: it counts */
  fixture_succeed_all (f, 3, 1);
  fixture_assert_succeeded (again);
  fixture_free (f);
}

/* ---- how often ---- */

/* The result stage fails to fetch once. */
static void
fail_once (Fixture *f, gint map_stage, gint result_stage, gint attempt, gint shuffle_id)
{
  fixture_succeed_all (f, map_stage, attempt);
  fixture_fetch_failed (f, result_stage, attempt, 0, shuffle_id, 0, "1");
}

static void
test_single_stage_fetch_failure_should_not_abort (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);
  TestJob *job = fixture_submit (f, rdd);

  fail_once (f, 0, 1, 0, 0);
  g_assert_false (job->done);
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_multiple_consecutive_stage_fetch_failures_abort (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);
  TestJob *job = fixture_submit (f, rdd);

  for (gint attempt = 0; attempt < 3; attempt++)
    {
      fail_once (f, 0, 1, attempt, 0);
      g_assert_false (job->done);
      fixture_fire_timer (f);
    }
  fail_once (f, 0, 1, 3, 0);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "Job aborted due to stage failure: ResultStage 1 (collect at test.py:1) "
                         "has failed the maximum allowable number of times: 4. Most recent "
                         "failure reason: ignored");
  fixture_free (f);
}

static void
test_max_consecutive_attempts_is_a_setting (void)
{
  Fixture *f = fixture_new (4, "spark.stage.maxConsecutiveAttempts", "1", NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit (f, rdd);
  fail_once (f, 0, 1, 0, 0);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED, "number of times: 1.");
  fixture_free (f);
}

static void
test_failures_in_different_stages_dont_abort (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 1, my_shuffle (one, 1), NULL);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);
  TestJob *job = fixture_submit (f, last);

  /* Three failures of stage 1, then three of stage 2: no stage has four. */
  for (gint attempt = 0; attempt < 3; attempt++)
    {
      fixture_succeed_all (f, 0, attempt);
      fixture_fetch_failed (f, 1, attempt, 0, 0, 0, "1");
      fixture_fire_timer (f);
    }
  fixture_succeed_all (f, 0, 3);
  fixture_succeed_all (f, 1, 3);
  for (gint attempt = 0; attempt < 3; attempt++)
    {
      fixture_fetch_failed (f, 2, attempt, 0, 1, 0, "1");
      fixture_fire_timer (f);
      fixture_succeed_all (f, 0, 4 + attempt);
      fixture_succeed_all (f, 1, 4 + attempt);
    }
  g_assert_false (job->done);
  fixture_succeed (f, 2, 3, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_non_consecutive_stage_failures_dont_abort (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 1, my_shuffle (one, 1), NULL);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);
  TestJob *job = fixture_submit (f, last);
  gint zero = 0, stage_one = 0;

  /* Stage 1 fails three times, succeeds, and fails three times more. */
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < 3; i++)
        {
          fixture_succeed_all (f, 0, zero++);
          fixture_fetch_failed (f, 1, stage_one++, 0, 0, 0, "1");
          fixture_fire_timer (f);
        }
      fixture_succeed_all (f, 0, zero++);
      fixture_succeed_all (f, 1, stage_one++);
      g_assert_false (job->done);
      if (round == 0)
        {
          fixture_fetch_failed (f, 2, 0, 0, 1, 0, "1");
          fixture_fire_timer (f);
        }
    }
  fixture_succeed (f, 2, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_many_failures_of_one_attempt_count_once (void)
{
  Fixture *f = fixture_new (4, "spark.stage.maxConsecutiveAttempts", "2", NULL);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 3);

  fixture_add_executor (f, "1", "host1", 4);
  TestJob *job = fixture_submit (f, rdd);
  fixture_succeed_all (f, 0, 0);
  for (guint i = 0; i < 3; i++)
    fixture_fetch_failed (f, 1, 0, i, 0, 0, "1");
  g_assert_false (job->done);
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_succeed_all (f, 1, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- what older attempts bring ---- */

static void
test_completions_in_zombie_task_sets (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 3);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1 2");
  /* The first attempt's task is done first: it counts, and the second need not run. */
  fixture_succeed (f, 1, 0, 1);
  g_assert_cmpstr (fixture_find (f, 1, 1, 1)->kill_reason, ==, "another attempt succeeded");
  g_assert_null (fixture_find (f, 1, 1, 2)->kill_reason);
  fixture_killed (f, 1, 1, 1);
  fixture_assert_partitions (f, 1, 1, "0 2"); /* not again */
  fixture_succeed (f, 1, 1, 0);
  fixture_succeed (f, 1, 1, 2);
  fixture_assert_succeeded (job);
  g_assert_cmpstr (fixture_find (f, 1, 0, 2)->kill_reason, ==, "another attempt succeeded");
  fixture_killed (f, 1, 0, 2);
  fixture_free (f);
}

static void
test_zombie_completion_before_the_new_attempt_starts (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_succeed (f, 1, 0, 1);
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_running (f, "1.1:0@1"); /* the other one is done */
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A zombie map task's output can complete the stage. */
static void
test_zombie_completion_can_finish_the_live_attempt (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);
  TestJob *job = fixture_submit (f, last);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, NULL);
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 1, 1, "0 1");
  fixture_succeed (f, 1, 1, 0);
  fixture_succeed (f, 1, 0, 1); /* of the first attempt */
  fixture_assert_outputs (f, 1, "0@1 1@1");
  g_assert_cmpuint (fixture_n_running (f, 2, 0), ==, 1);
  fixture_killed (f, 1, 1, 1);
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Two attempts at one partition, as a speculative copy would be: one succeeds, then the other says
 * that it could not fetch. */
static void
test_fetch_failure_on_the_slower_of_two_copies (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 2);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, NULL);
  fixture_fire_timer (f);
  fixture_succeed (f, 1, 0, 1);
  fixture_fetch_failed (f, 1, 1, 1, 0, 0, "1");
  fixture_assert_outputs (f, 0, "0@-"); /* it is the present attempt: believed */
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job); /* and nobody needs the map stage any more */
  fixture_free (f);
}

static void
test_single_active_task_set_per_stage (void)
{
  Fixture *f = fixture_of (2);
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 4);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 2);
  g_autofree char *lost = place_of (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, fixture_find (f, 1, 0, 0) != NULL ? 0 : 1, 0, 0, lost);
  /* A slot is free and tasks wait, but the set is a zombie: nothing launches from it. */
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 1);
  fixture_fire_timer (f);
  g_assert_cmpuint (fixture_n_running (f, 0, 1), ==, 1);
  fixture_succeed_all (f, 0, 1);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 1);
  g_assert_cmpuint (fixture_n_running (f, 1, 1), ==, 1);
  fixture_succeed_all (f, 1, 0);
  fixture_succeed_all (f, 1, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- epochs ---- */

/* A map task that was launched before its executor was known to have lost outputs. */
static void
test_completions_from_before_the_loss_are_not_believed (void)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (RushRdd) left = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) middle = my_rdd_new (f->lineage, 1, my_shuffle (left, 1), NULL);
  g_autoptr (RushRdd) right = my_rdd_new (f->lineage, 2, NULL);
  RushDependency *of_middle = my_shuffle (middle, 1), *of_right = my_shuffle (right, 1);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, of_middle, of_right, NULL);

  fixture_add_executor (f, "1", "host1", 10);
  TestJob *job = fixture_submit (f, last);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_running (f, "2.0:0@1 2.0:1@1 1.0:0@1");
  /* Stage 1 cannot read from executor 1, on which stage 2 runs. */
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_succeed (f, 2, 0, 0);
  fixture_succeed (f, 2, 0, 1);
  fixture_assert_outputs (f, 2, "0@- 1@-");   /* bogus */
  fixture_assert_partitions (f, 2, 1, "0 1"); /* run again at once */
  fixture_succeed_all (f, 2, 1);
  fixture_assert_outputs (f, 2, "0@1 1@1"); /* launched after the loss: believed */
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_succeed_all (f, 1, 1);
  fixture_succeed (f, 3, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* News of a loss that is known already must not undo what was made since. */
static void
test_old_news_of_a_loss_undo_nothing (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 2);
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 2, rush_dependency_ref (shuffle), NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 2, rush_dependency_ref (shuffle), NULL);
  TestJob *first = fixture_submit (f, a);
  TestJob *second = fixture_submit (f, b);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_outputs (f, 0, "0@1");
  /* Another stage's task of the old epoch comes with the old news, about no output in particular.
   */
  fixture_fetch_failed (f, 2, 0, 0, 0, -1, "1");
  fixture_assert_outputs (f, 0, "0@1");
  fixture_fire_timer (f);
  fixture_succeed (f, 1, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_killed (f, 1, 1, 1);
  fixture_succeed (f, 2, 0, 1);
  fixture_succeed (f, 2, 1, 0);
  fixture_killed (f, 2, 1, 1);
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

/* The output that could not be read is gone, whatever was known of its executor. */
static void
test_the_output_itself_is_always_forgotten (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  TestJob *first = fixture_submit (f, a);
  TestJob *second = fixture_submit (f, b);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_fetch_failed (f, 2, 0, 0, 0, 1, "1"); /* of the same epoch as the first */
  fixture_assert_outputs (f, 0, "0@1 1@-");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 2);
  fixture_succeed_all (f, 1, 1);
  fixture_succeed_all (f, 2, 1);
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

/* Its first incarnation failed in this very epoch, as nothing was removed with it. */
static void
test_executor_that_comes_back_in_the_same_epoch_is_believed (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);
  TestJob *job = fixture_submit (f, rdd);

  fixture_lose_executor_because (f, "1", FALSE, FALSE);
  fixture_add_executor (f, "1", "host1", 100);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_outputs (f, 0, "0@1 1@1");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* one ═▶ two ═▶ last.  Tasks of its first two attempts complete stage 1 while it waits for stage 0
 * to run a third time: nobody looks beyond what is there, and what fails behind it fails no job. */
static void
test_failure_behind_what_is_there_fails_no_job (void)
{
  Fixture *f = fixture_new (1, NULL);
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);

  fixture_add_executor (f, "1", "host1", 10);
  TestJob *job = fixture_submit (f, last);
  fixture_succeed_all (f, 0, 0);
  for (guint attempt = 0; attempt < 2; attempt++)
    {
      fixture_fetch_failed (f, 1, (gint)attempt, attempt, 0, -1, NULL);
      rush_map_output_tracker_unregister_output (f->tracker, 0, 0, "1");
      fixture_fire_timer (f);
      if (attempt == 0)
        fixture_succeed (f, 0, 1, 0);
    }
  fixture_assert_running (f, "1.0:1@1 1.1:0@1 0.2:0@1");
  fixture_succeed (f, 1, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_running (f, "0.2:0@1 2.0:0@1");
  fixture_fail (f, 0, 2, 0, "boom");
  g_assert_false (job->done);
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A handler may as well do nothing: the task is tried again. */
static void
do_nothing (RushScheduler *scheduler, const RushFetchFailure *failure)
{
}

static void
test_handler_that_does_nothing (void)
{
  static const RushFetchFailureHandler handler = { "nothing", do_nothing };
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 1);

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .fetch_failure = &handler });
  TestJob *job = fixture_submit (f, rdd);
  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  g_assert_cmpuint (fixture_find (f, 1, 0, 0)->task->attempt_number, ==, 1);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_executor_that_comes_back_is_believed (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed (f, 0, 0, 0);
  fixture_lose_executor (f, "1");
  fixture_add_executor (f, "1", "host1", 100);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_outputs (f, 0, "0@1 1@1");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- two failing stages, one map stage ---- */

static void
test_failures_of_two_children_run_the_parent_once (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushDependency) shuffle = my_shuffle (maps, 1);
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 1, rush_dependency_ref (shuffle), NULL);
  TestJob *first = fixture_submit (f, a);
  TestJob *second = fixture_submit (f, b);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 2, 0, 0, 0, 0, "1");
  fixture_fetch_failed (f, 1, 0, 0, 0, 1, "1");
  fixture_fire_timer (f);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_assert_running (f, "0.1:0@1 0.1:1@1");
  fixture_succeed_all (f, 0, 1);
  fixture_assert_running (f, "1.1:0@1 2.1:0@1"); /* the earlier job first */
  fixture_succeed (f, 1, 1, 0);
  fixture_succeed (f, 2, 1, 0);
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

/* The job goes while its stages wait for the timer. */
static void
test_cancelled_before_the_resubmission (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 1);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_cancel_job (f, 0, NULL);
  fixture_assert_failed (job, RUSH_CORE_ERROR_CANCELLED, "Job 0 cancelled");
  fixture_free (f); /* no timer is left */
}

/* The job's last result comes from the attempt that had failed. */
static void
test_finished_before_the_resubmission (void)
{
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 1, 2);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, NULL);
  fixture_fire_timer (f);
  fixture_fetch_failed (f, 1, 1, 1, 0, 0, NULL);
  fixture_succeed (f, 1, 0, 1);
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- a handler of one's own ---- */

static void
give_up_at_once (RushScheduler *scheduler, const RushFetchFailure *failure)
{
  rush_scheduler_fail_stage (scheduler, failure->stage, failure->message);
  rush_scheduler_abort_stage (scheduler, failure->stage, "I do not run things twice");
}

static void
test_handler_is_a_seam (void)
{
  static const RushFetchFailureHandler handler = { "give up", give_up_at_once };
  Fixture *f = roomy_fixture ();
  g_autoptr (RushRdd) rdd = my_shuffled_rdd (f->lineage, 2, 2);

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .fetch_failure = &handler });
  TestJob *job = fixture_submit (f, rdd);
  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, "1");
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "Job aborted due to stage failure: I do not run things twice");
  fixture_killed (f, 1, 0, 1);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/fetch_failure/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (run_trivial_shuffle_with_fetch_failure);
  ADD (all_outputs_of_the_executor_are_forgotten);
  ADD (fetch_failure_without_a_map_index);
  ADD (fetch_failure_of_an_unknown_shuffle);
  ADD (multiple_fetch_failures);
  ADD (late_fetch_failures_dont_cause_multiple_concurrent_attempts);
  ADD (extremely_late_fetch_failures);
  ADD (recursive_shuffle_failures);
  ADD (shuffle_fetch_failure_in_a_reused_shuffle_dependency);
  ADD (single_stage_fetch_failure_should_not_abort);
  ADD (multiple_consecutive_stage_fetch_failures_abort);
  ADD (max_consecutive_attempts_is_a_setting);
  ADD (failures_in_different_stages_dont_abort);
  ADD (non_consecutive_stage_failures_dont_abort);
  ADD (many_failures_of_one_attempt_count_once);
  ADD (completions_in_zombie_task_sets);
  ADD (zombie_completion_before_the_new_attempt_starts);
  ADD (zombie_completion_can_finish_the_live_attempt);
  ADD (fetch_failure_on_the_slower_of_two_copies);
  ADD (single_active_task_set_per_stage);
  ADD (completions_from_before_the_loss_are_not_believed);
  ADD (old_news_of_a_loss_undo_nothing);
  ADD (the_output_itself_is_always_forgotten);
  ADD (executor_that_comes_back_is_believed);
  ADD (executor_that_comes_back_in_the_same_epoch_is_believed);
  ADD (failure_behind_what_is_there_fails_no_job);
  ADD (failures_of_two_children_run_the_parent_once);
  ADD (cancelled_before_the_resubmission);
  ADD (finished_before_the_resubmission);
  ADD (handler_is_a_seam);
  ADD (handler_that_does_nothing);
  return g_test_run ();
}
