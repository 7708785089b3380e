/* test_indeterminate_stage.c - a map stage whose rows come out otherwise each time is rolled back.
 *
 *     maps (indeterminate) ═▶ middle ═▶ last
 */
#include "fixture.h"

typedef struct
{
  Fixture *f;
  RushRdd *maps, *middle, *last;
} Chain;

static Chain
chain_new (void)
{
  Chain c;

  c.f = fixture_roomy ();
  c.maps = my_rdd_new (c.f->lineage, 2, NULL);
  c.maps->determinism = RUSH_INDETERMINATE;
  c.middle = my_rdd_new (c.f->lineage, 2, my_shuffle (c.maps, 2), NULL);
  c.last = my_rdd_new (c.f->lineage, 2, my_shuffle (c.middle, 2), NULL);
  return c;
}

static void
chain_free (Chain *c)
{
  rush_rdd_unref (c->last);
  rush_rdd_unref (c->middle);
  rush_rdd_unref (c->maps);
  fixture_free (c->f);
}

/* Only output 1 is lost, but both map tasks run again, and both tasks of the stage below. */
static void
test_roll_back_an_indeterminate_stage (void)
{
  Chain c = chain_new ();
  TestJob *job = fixture_submit (c.f, c.last);

  fixture_succeed_all (c.f, 0, 0);
  fixture_complete (c.f, 1, 0, "ok lost:0:1");
  fixture_assert_outputs (c.f, 1, "0@- 1@-"); /* what the first task of it made is void */
  rush_map_output_tracker_unregister_output (c.f->tracker, 0, 1, "1");
  fixture_fire_timer (c.f);
  fixture_assert_partitions (c.f, 0, 1, "0 1");
  fixture_succeed_all (c.f, 0, 1);
  fixture_assert_partitions (c.f, 1, 1, "0 1");
  fixture_run_stages (c.f, "1.1 2.0");
  fixture_assert_succeeded (job);
  chain_free (&c);
}

static void
test_roll_back_an_indeterminate_stage_repeatedly (void)
{
  Chain c = chain_new ();
  TestJob *job = fixture_submit (c.f, c.last);

  fixture_succeed_all (c.f, 0, 0);
  for (gint attempt = 0; attempt < 3; attempt++)
    {
      fixture_complete (c.f, 1, attempt, "ok lost:0:1@1");
      fixture_fire_timer (c.f);
      fixture_assert_partitions (c.f, 0, attempt + 1, "0 1");
      fixture_succeed_all (c.f, 0, attempt + 1);
      fixture_assert_partitions (c.f, 1, attempt + 1, "0 1");
    }
  fixture_run_stages (c.f, "1.3 2.0");
  fixture_assert_succeeded (job);
  chain_free (&c);
}

static void
test_cannot_roll_back_a_result_stage (void)
{
  Chain c = chain_new ();
  TestJob *job = fixture_submit (c.f, c.middle);

  fixture_succeed_all (c.f, 0, 0);
  fixture_complete (c.f, 1, 0, "ok lost:0:1@1"); /* one result is handed out */
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "A shuffle map stage with indeterminate output was failed and retried.");
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED, "rollback the ResultStage 1");
  chain_free (&c);
}

static void
test_result_stage_that_has_handed_out_nothing_is_rolled_back (void)
{
  Chain c = chain_new ();
  TestJob *job = fixture_submit (c.f, c.middle);

  fixture_succeed_all (c.f, 0, 0);
  fixture_complete (c.f, 1, 0, "- lost:0:1@1");
  g_assert_false (job->done);
  /* The other task of that attempt has read the old rows: it does not count. */
  g_assert_cmpstr (fixture_find (c.f, 1, 0, 0)->kill_reason, ==, "Stage is rolled back");
  fixture_succeed (c.f, 1, 0, 0);
  g_assert_cmpuint (job->seen[0], ==, 0);
  fixture_fire_timer (c.f);
  fixture_succeed_all (c.f, 0, 1);
  fixture_assert_partitions (c.f, 1, 1, "0 1");
  fixture_succeed_all (c.f, 1, 1);
  fixture_assert_succeeded (job);
  chain_free (&c);
}

/* A map task of the attempt that was rolled back comes late. */
static void
test_late_outputs_of_an_older_attempt_are_not_mixed_in (void)
{
  Chain c = chain_new ();
  TestJob *job = fixture_submit (c.f, c.last);

  fixture_succeed_all (c.f, 0, 0);
  fixture_complete (c.f, 1, 0, "- lost:0:1@1");
  fixture_fire_timer (c.f);
  fixture_succeed_all (c.f, 0, 1);
  fixture_succeed (c.f, 1, 1, 1);
  fixture_succeed (c.f, 1, 0, 0); /* late: of attempt 0 */
  fixture_assert_outputs (c.f, 1, "0@- 1@1");
  g_assert_null (fixture_find (c.f, 1, 1, 0)->kill_reason);
  fixture_succeed (c.f, 1, 1, 0);
  fixture_succeed_all (c.f, 2, 0);
  fixture_assert_succeeded (job);
  chain_free (&c);
}

/* Another job reads the same rows: what it has not finished starts anew, too. */
static void
test_all_successors_are_rolled_back (void)
{
  Chain c = chain_new ();
  g_autoptr (RushRdd) other =
      my_rdd_new (c.f->lineage, 2, rush_dependency_ref (c.middle->dependencies[0]), NULL);
  TestJob *job = fixture_submit (c.f, c.last);
  TestJob *other_job = fixture_submit (c.f, other);

  fixture_succeed_all (c.f, 0, 0);
  fixture_assert_running (c.f, "1.0:0@1 1.0:1@1 3.0:0@1 3.0:1@1");
  fixture_complete (c.f, 1, 0, "lost:0:1@1");
  g_assert_nonnull (fixture_find (c.f, 3, 0, 0)->kill_reason);
  fixture_killed (c.f, 1, 0, 1);
  fixture_complete (c.f, 3, 0, "killed killed");
  fixture_fire_timer (c.f);
  fixture_assert_running (c.f, "0.1:0@1 0.1:1@1");
  fixture_succeed_all (c.f, 0, 1);
  fixture_assert_running (c.f, "1.1:0@1 1.1:1@1 3.1:0@1 3.1:1@1");
  fixture_succeed_all (c.f, 3, 1);
  fixture_assert_succeeded (other_job);
  fixture_run_stages (c.f, "1.1 2.0");
  fixture_assert_succeeded (job);
  chain_free (&c);
}

/* One job has handed out results, the other has not. */
static void
test_abort_of_one_job_spares_the_other (void)
{
  Chain c = chain_new ();
  g_autoptr (RushRdd) other =
      my_rdd_new (c.f->lineage, 2, rush_dependency_ref (c.middle->dependencies[0]), NULL);
  TestJob *job = fixture_submit (c.f, c.last);
  TestJob *other_job = fixture_submit (c.f, other);

  fixture_succeed_all (c.f, 0, 0);
  fixture_succeed (c.f, 3, 0, 0);
  fixture_complete (c.f, 1, 0, "lost:0:1@1");
  fixture_assert_failed (other_job, RUSH_CORE_ERROR_JOB_ABORTED, "rollback the ResultStage 3");
  g_assert_false (job->done);
  fixture_killed (c.f, 1, 0, 1);
  fixture_killed (c.f, 3, 0, 1);
  fixture_fire_timer (c.f);
  fixture_run_stages (c.f, "0.1 1.1 2.0");
  fixture_assert_succeeded (job);
  chain_free (&c);
}

/* The order of rows alone changes nothing: only what was lost runs again. */
static void
test_unordered_stage_is_not_rolled_back (void)
{
  Chain c = chain_new ();

  c.maps->determinism = RUSH_UNORDERED;
  c.middle->determinism = RUSH_UNORDERED;
  TestJob *job = fixture_submit (c.f, c.middle);
  fixture_succeed_all (c.f, 0, 0);
  fixture_complete (c.f, 1, 0, "ok lost:0:-1");
  rush_map_output_tracker_unregister_output (c.f->tracker, 0, 1, "1");
  fixture_fire_timer (c.f);
  fixture_assert_partitions (c.f, 0, 1, "1");
  fixture_succeed_all (c.f, 0, 1);
  fixture_assert_partitions (c.f, 1, 1, "1");
  fixture_succeed_all (c.f, 1, 1);
  fixture_assert_succeeded (job);
  chain_free (&c);
}

#define ADD(name) g_test_add_func ("/scheduler/indeterminate/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (roll_back_an_indeterminate_stage);
  ADD (roll_back_an_indeterminate_stage_repeatedly);
  ADD (cannot_roll_back_a_result_stage);
  ADD (result_stage_that_has_handed_out_nothing_is_rolled_back);
  ADD (late_outputs_of_an_older_attempt_are_not_mixed_in);
  ADD (all_successors_are_rolled_back);
  ADD (abort_of_one_job_spares_the_other);
  ADD (unordered_stage_is_not_rolled_back);
  return g_test_run ();
}
