/* test_old_attempts.c - tasks of older attempts, and of executors that were thought lost, still
 * end: what of it counts, and what is not believed any more.
 */
#include "fixture.h"

/* ---- what they bring counts ---- */

static void
test_completions_in_zombie_task_sets (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 3);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_partitions (f, 1, 1, "0 1 2");
  /* The first attempt's task is done first: it counts, and the second need not run. */
  fixture_succeed (f, 1, 0, 1);
  g_assert_cmpstr (fixture_find (f, 1, 1, 1)->kill_reason, ==, "another attempt succeeded");
  g_assert_null (fixture_find (f, 1, 1, 2)->kill_reason);
  fixture_killed (f, 1, 1, 1);
  fixture_assert_partitions (f, 1, 1, "0 2"); /* not again */
  fixture_complete (f, 1, 1, "ok - ok");
  fixture_assert_succeeded (job);
  g_assert_cmpstr (fixture_find (f, 1, 0, 2)->kill_reason, ==, "another attempt succeeded");
  fixture_killed (f, 1, 0, 2);
  fixture_free (f);
}

static void
test_zombie_completion_before_the_new_attempt_starts (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 2);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1 ok");
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
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_chain (f, 1, 2, 1);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0");
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
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 1, 2);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0");
  fixture_fire_timer (f);
  fixture_succeed (f, 1, 0, 1);
  fixture_complete (f, 1, 1, "- lost:0:0@1");
  fixture_assert_outputs (f, 0, "0@-"); /* it is the present attempt: believed */
  fixture_succeed (f, 1, 1, 0);
  fixture_assert_succeeded (job); /* and nobody needs the map stage any more */
  fixture_free (f);
}

static void
test_single_active_task_set_per_stage (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_shuffle (f, 2, 4);

  fixture_succeed_all (f, 0, 0);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 2);
  g_autofree char *lost = fixture_place_of (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, fixture_find (f, 1, 0, 0) != NULL ? 0 : 1, 0, 0, lost);
  /* A slot is free and tasks wait, but the set is a zombie: nothing launches from it. */
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 1);
  fixture_fire_timer (f);
  g_assert_cmpuint (fixture_n_running (f, 0, 1), ==, 1);
  fixture_succeed_all (f, 0, 1);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 1);
  g_assert_cmpuint (fixture_n_running (f, 1, 1), ==, 1);
  fixture_run_stages (f, "1.0 1.1");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* SPARK-5259: no attempt of stage 1 finishes all its tasks, but two of them together do. */
static void
test_dont_submit_stage_until_its_dependencies_map_outputs_are_registered (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_chain (f, 3, 3, 1);

  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:2");
  rush_map_output_tracker_unregister_output (f->tracker, 0, 2, "1");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "2");
  fixture_complete (f, 0, 1, "- - ok");
  fixture_assert_partitions (f, 1, 1, "0 1 2");
  fixture_complete (f, 1, 1, "ok ok");
  g_assert_cmpuint (fixture_n_running (f, 2, 0), ==, 0);
  fixture_complete (f, 1, 0, "- - ok"); /* late, of the first attempt */
  fixture_assert_outputs (f, 0, "0@1 1@1 2@1");
  fixture_assert_outputs (f, 1, "0@1 1@1 2@1");
  fixture_assert_partitions (f, 2, 0, "0");
  fixture_complete (f, 1, 0, "- killed");
  fixture_complete (f, 1, 1, "- - killed");
  fixture_succeed (f, 2, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- epochs: what they say may be old ---- */

/* A map task that was launched before its executor was known to have lost outputs. */
static void
test_completions_from_before_the_loss_are_not_believed (void)
{
  Fixture *f = fixture_cluster (1, 10);
  g_autoptr (RushRdd) left = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) middle = my_rdd_new (f->lineage, 1, my_shuffle (left, 1), NULL);
  g_autoptr (RushRdd) right = my_rdd_new (f->lineage, 2, NULL);
  RushDependency *of_middle = my_shuffle (middle, 1), *of_right = my_shuffle (right, 1);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, of_middle, of_right, NULL);

  TestJob *job = fixture_submit (f, last);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_running (f, "2.0:0@1 2.0:1@1 1.0:0@1");
  /* Stage 1 cannot read from executor 1, on which stage 2 runs. */
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_complete (f, 2, 0, "ok ok");
  fixture_assert_outputs (f, 2, "0@- 1@-");   /* bogus */
  fixture_assert_partitions (f, 2, 1, "0 1"); /* run again at once */
  fixture_succeed_all (f, 2, 1);
  fixture_assert_outputs (f, 2, "0@1 1@1"); /* launched after the loss: believed */
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.1 1.1");
  fixture_succeed (f, 3, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* News of a loss that is known already must not undo what was made since. */
static void
test_old_news_of_a_loss_undo_nothing (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *first, *second;

  fixture_submit_two_readers (f, 1, 2, &first, &second);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_assert_outputs (f, 0, "0@1");
  /* Another stage's task of the old epoch comes with the old news, about no output in particular.
   */
  fixture_complete (f, 2, 0, "lost:0:-1@1");
  fixture_assert_outputs (f, 0, "0@1");
  fixture_fire_timer (f);
  fixture_succeed (f, 1, 0, 1);
  fixture_complete (f, 1, 1, "ok killed");
  fixture_succeed (f, 2, 0, 1);
  fixture_complete (f, 2, 1, "ok killed");
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

/* The output that could not be read is gone, whatever was known of its executor. */
static void
test_the_output_itself_is_always_forgotten (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *first, *second;

  fixture_submit_two_readers (f, 2, 1, &first, &second);
  fixture_succeed_all (f, 0, 0);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  fixture_fire_timer (f);
  fixture_succeed_all (f, 0, 1);
  fixture_complete (f, 2, 0, "lost:0:1@1"); /* of the same epoch as the first */
  fixture_assert_outputs (f, 0, "0@1 1@-");
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.2 1.1 2.1");
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

/* Its first incarnation failed in this very epoch, as nothing was removed with it. */
static void
test_executor_that_comes_back_in_the_same_epoch_is_believed (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 1);

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

  fixture_add_executor (f, "1", "host1", 10);
  TestJob *job = fixture_submit_chain (f, 1, 2, 1);
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

static void
test_executor_that_comes_back_is_believed (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 2, 1);

  fixture_succeed (f, 0, 0, 0);
  fixture_lose_executor (f, "1");
  fixture_add_executor (f, "1", "host1", 100);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_outputs (f, 0, "0@1 1@1");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/old_attempts/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (completions_in_zombie_task_sets);
  ADD (zombie_completion_before_the_new_attempt_starts);
  ADD (zombie_completion_can_finish_the_live_attempt);
  ADD (fetch_failure_on_the_slower_of_two_copies);
  ADD (single_active_task_set_per_stage);
  ADD (dont_submit_stage_until_its_dependencies_map_outputs_are_registered);
  ADD (completions_from_before_the_loss_are_not_believed);
  ADD (old_news_of_a_loss_undo_nothing);
  ADD (the_output_itself_is_always_forgotten);
  ADD (executor_that_comes_back_in_the_same_epoch_is_believed);
  ADD (failure_behind_what_is_there_fails_no_job);
  ADD (executor_that_comes_back_is_believed);
  return g_test_run ();
}
