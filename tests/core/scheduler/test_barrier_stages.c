/* test_barrier_stages.c - all tasks of a barrier stage start together or none does; one that fails
 * takes all of them with it; what cannot run that way is refused.
 */
#include "fixture.h"

#include "core/lineage/persistence.h"

#define INTERVAL "spark.scheduler.barrier.maxConcurrentTasksCheck.interval"
#define MAX_FAILURES "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures"

static RushRdd *
barrier_rdd (Fixture *f, guint n)
{
  RushRdd *rdd = my_rdd_new (f->lineage, n, NULL);

  rdd->barrier = TRUE;
  return rdd;
}

/* A barrier stage 0 ═▶ result stage 1. */
static TestJob *
submit_barrier_maps (Fixture *f, guint n_maps, guint n_reduces)
{
  g_autoptr (RushRdd) maps = barrier_rdd (f, n_maps);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, n_reduces, my_shuffle (maps, n_reduces), NULL);

  return fixture_submit (f, rdd);
}

static void
killed_all (Fixture *f, gint stage, gint attempt)
{
  for (guint p = 0; p < 10; p++)
    if (fixture_find (f, stage, attempt, p) != NULL)
      fixture_killed (f, stage, attempt, p);
}

/* ---- together or not at all ---- */

static void
test_all_tasks_are_launched_together (void)
{
  Fixture *f = fixture_cluster (2, 2);
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 4);
  TestJob *other = fixture_submit_narrow (f, 1);
  TestJob *job = fixture_submit (f, rdd);

  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 0); /* three slots for four tasks */
  fixture_succeed (f, 0, 0, 0);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 4);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (other);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* What a barrier stage does not get all of it leaves to others, and takes nothing away. */
static void
test_slots_are_not_held_while_it_waits (void)
{
  Fixture *f = fixture_cluster (1, 3);
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 3);

  fixture_submit_narrow (f, 1);
  TestJob *barrier = fixture_submit (f, rdd);
  fixture_submit_narrow (f, 3);
  g_assert_cmpuint (fixture_n_running (f, 2, 0), ==, 2);
  fixture_succeed (f, 0, 0, 0);
  fixture_succeed_all (f, 2, 0);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 3);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (barrier);
  fixture_free (f);
}

/* One task likes an executor that is busy: all wait until it need not be there any more. */
static void
test_waits_for_places_that_its_tasks_like (void)
{
  Fixture *f = fixture_cluster (2, 2);
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 2);

  fixture_submit_at (f, "host1|host1");
  my_rdd_set_locations (rdd, "host1|host2");
  TestJob *job = fixture_submit (f, rdd);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 0);
  fixture_fire_timer (f);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 2);
  g_assert_cmpstr (fixture_find (f, 1, 0, 0)->executor_id, ==, "2");
  fixture_succeed_all (f, 1, 0);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* However long it has waited, no place that is farther away would help: a timer would fire at once,
 * again and again. */
static void
test_waits_for_slots_without_a_timer (void)
{
  Fixture *f = fixture_cluster (2, 1);
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 2);

  fixture_submit_at (f, "host1");
  my_rdd_set_locations (rdd, "host1|host2");
  TestJob *job = fixture_submit (f, rdd);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 0);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed_all (f, 0, 0);
  g_assert_cmpuint (fixture_n_running (f, 1, 0), ==, 2);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_tasks_are_told_the_addresses_of_all (void)
{
  Fixture *f = fixture_cluster (2, 1);
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 2);
  const char *addresses;

  my_rdd_set_locations (rdd, "host2|host1");
  fixture_submit (f, rdd);
  addresses = g_hash_table_lookup (fixture_find (f, 0, 0, 1)->task->work->properties, "addresses");
  g_assert_cmpstr (addresses, ==, "host2:0,host1:0");
  fixture_succeed_all (f, 0, 0);
  fixture_free (f);
}

/* ---- failures ---- */

static void
test_retry_all_tasks_of_a_barrier_map_stage (void)
{
  Fixture *f = fixture_cluster (1, 3);
  TestJob *job = submit_barrier_maps (f, 3, 1);
  g_autofree char *reason = NULL;

  fixture_succeed (f, 0, 0, 0);
  fixture_fail (f, 0, 0, 1, "boom");
  reason = g_strdup (fixture_find (f, 0, 0, 2)->kill_reason);
  g_assert_nonnull (strstr (reason, "Task ShuffleMapTask(0, 1) from barrier stage "
                                    "ShuffleMapStage 0 ("));
  fixture_killed (f, 0, 0, 2);
  g_assert_false (job->done);
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1 2"); /* 0 had succeeded */
  fixture_run_stages (f, "0.1 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A task that succeeds after the attempt has failed belongs to a void attempt. */
static void
test_late_success_of_a_failed_attempt_does_not_count (void)
{
  Fixture *f = fixture_cluster (2, 2);
  TestJob *job = submit_barrier_maps (f, 2, 1);

  fixture_fail (f, 0, 0, 0, "boom");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_outputs (f, 0, "0@- 1@-");
  g_assert_null (fixture_find (f, 0, 1, 1)->kill_reason);
  fixture_run_stages (f, "0.1 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Two of its tasks fail: the stage has failed once, and runs again once. */
static void
test_failures_of_the_same_attempt_are_one (void)
{
  Fixture *f = fixture_cluster (1, 3);
  TestJob *job = submit_barrier_maps (f, 3, 1);

  fixture_fail (f, 0, 0, 0, "boom");
  fixture_fail (f, 0, 0, 1, "boom, too");
  fixture_killed (f, 0, 0, 2);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 1);
  fixture_fire_timer (f);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_assert_partitions (f, 0, 1, "0 1 2");
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 3); /* nothing else */
  fixture_run_stages (f, "0.1 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* It comes when the next attempt runs already: that one goes on. */
static void
test_failures_of_a_previous_attempt_change_nothing (void)
{
  Fixture *f = fixture_cluster (2, 2);
  TestJob *job = submit_barrier_maps (f, 2, 1);

  fixture_fail (f, 0, 0, 0, "boom");
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  fixture_fail (f, 0, 0, 1, "boom, too");
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  g_assert_null (fixture_find (f, 0, 1, 0)->kill_reason);
  fixture_run_stages (f, "0.1 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_failed_barrier_result_stage_cannot_be_recovered (void)
{
  Fixture *f = fixture_cluster (1, 2);
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 2);
  TestJob *job = fixture_submit (f, rdd);

  fixture_fail (f, 0, 0, 1, "boom");
  fixture_assert_failed (job, RUSH_CORE_ERROR_PYTHON,
                         "Job aborted due to stage failure: Could not recover from a failed "
                         "barrier ResultStage. Most recent failure reason: Stage failed because "
                         "barrier task ResultTask(0, 1) finished unsuccessfully.\nboom");
  killed_all (f, 0, 0);
  fixture_free (f);
}

static void
test_fourth_failure_in_a_row_fails_the_job (void)
{
  Fixture *f = fixture_cluster (1, 2);
  TestJob *job = submit_barrier_maps (f, 2, 1);

  for (gint attempt = 0; attempt < 4; attempt++)
    {
      g_assert_false (job->done);
      fixture_fail (f, 0, attempt, 0, "boom");
      killed_all (f, 0, attempt);
      if (attempt < 3)
        fixture_fire_timer (f);
    }
  fixture_assert_failed (job, RUSH_CORE_ERROR_PYTHON,
                         "has failed the maximum allowable number of times: 4. Most recent failure "
                         "reason: Stage failed because barrier task ShuffleMapTask(0, 0) finished "
                         "unsuccessfully.\nboom");
  fixture_free (f);
}

/* It counts in rows of failures only. */
static void
test_lost_executor_fails_the_whole_attempt (void)
{
  Fixture *f = fixture_cluster (2, 2);
  TestJob *job = submit_barrier_maps (f, 4, 1);

  for (guint p = 0; p < 4; p++)
    if (g_str_equal (fixture_find (f, 0, 0, p)->executor_id, "1"))
      {
        fixture_succeed (f, 0, 0, p); /* one has finished there, one still runs */
        break;
      }
  fixture_lose_executor (f, "1");
  killed_all (f, 0, 0);
  fixture_fire_timer (f);
  g_assert_cmpuint (fixture_n_running (f, 0, 1), ==, 0); /* four tasks, two slots */
  fixture_add_executor (f, "3", "host3", 2);
  fixture_assert_partitions (f, 0, 1, "0 1 2 3");
  fixture_run_stages (f, "0.1 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* The outputs of one task of a barrier stage are lost later: all of it runs again. */
static void
test_fetch_failure_reruns_a_barrier_map_stage_as_a_whole (void)
{
  Fixture *f = fixture_cluster (2, 2);
  TestJob *job = submit_barrier_maps (f, 2, 2);

  fixture_succeed_all (f, 0, 0);
  g_autofree char *place = fixture_place_of (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 0, 0, 0, place);
  fixture_succeed (f, 1, 0, 1);
  fixture_fire_timer (f);
  fixture_assert_partitions (f, 0, 1, "0 1");
  fixture_run_stages (f, "0.1 1.1");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* one ═▶ barrier stage ═▶ last: a barrier task cannot read, so all of them start again. */
static void
test_fetch_failure_in_a_barrier_map_stage (void)
{
  Fixture *f = fixture_cluster (1, 4);
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);
  g_autoptr (RushRdd) last = NULL;

  two->barrier = TRUE;
  last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);
  TestJob *job = fixture_submit (f, last);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed (f, 1, 0, 0);
  fixture_fetch_failed (f, 1, 0, 1, 0, 1, "1");
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.1");
  fixture_assert_partitions (f, 1, 1, "0 1");
  fixture_run_stages (f, "1.1 2.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_fetch_failure_in_a_barrier_result_stage (void)
{
  Fixture *f = fixture_cluster (1, 4);
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);

  two->barrier = TRUE;
  TestJob *job = fixture_submit (f, two);
  fixture_succeed_all (f, 0, 0);
  fixture_fetch_failed (f, 1, 0, 1, 0, 1, "1");
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "Could not recover from a failed barrier ResultStage.");
  killed_all (f, 1, 0);
  fixture_free (f);
}

/* ---- too few slots ---- */

static GString *warnings;

static void
on_warning (const char *message, gpointer data)
{
  g_string_append_printf (warnings, "%s\n", message);
}

static Fixture *
fixture_with_checks (const char *max_failures)
{
  Fixture *f = fixture_new (4, INTERVAL, "3s", MAX_FAILURES, max_failures, NULL);

  g_string_truncate (warnings, 0);
  rush_conf_set_warner (f->conf, on_warning, NULL);
  fixture_add_executor (f, "1", "host1", 2);
  return f;
}

static void
test_too_few_slots_fail_the_job_after_some_checks (void)
{
  Fixture *f = fixture_with_checks ("2");
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 3);
  TestJob *job = fixture_submit (f, rdd);

  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (job->done);
      g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 3 * G_USEC_PER_SEC);
      fixture_fire_timer (f);
    }
  fixture_assert_failed (job, RUSH_CORE_ERROR_UNSUPPORTED,
                         "[SPARK-24819]: Barrier execution mode does not allow run a barrier stage "
                         "that requires more slots");
  g_assert_cmpstr (
      warnings->str, ==,
      "Barrier stage in job 0 requires 3 slots, but only 2 are available. Will retry up to 2 more "
      "times\n"
      "Barrier stage in job 0 requires 3 slots, but only 2 are available. Will retry up to 1 more "
      "times\n"
      "Barrier stage in job 0 requires 3 slots, but only 2 are available. Will retry up to 0 more "
      "times\n");
  g_assert_cmpuint (f->events->len, ==, 0);
  fixture_free (f);
}

static void
test_job_runs_when_the_slots_have_come (void)
{
  Fixture *f = fixture_with_checks ("2");
  TestJob *job = submit_barrier_maps (f, 3, 1);

  fixture_add_executor (f, "2", "host2", 1);
  fixture_assert_running (f, "");
  fixture_fire_timer (f);
  fixture_run_stages (f, "0.0 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Slots that are busy now are slots. */
static void
test_busy_slots_are_counted (void)
{
  Fixture *f = fixture_with_checks ("1");
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 2);

  fixture_submit_narrow (f, 2);
  TestJob *job = fixture_submit (f, rdd);
  g_assert_cmpstr (warnings->str, ==, "");
  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_job_that_waits_for_slots_can_be_cancelled (void)
{
  Fixture *f = fixture_with_checks ("40");
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 3);
  TestJob *one = fixture_submit (f, rdd), *two = fixture_submit (f, rdd);

  fixture_cancel_job (f, one->id, "because I say so");
  fixture_assert_failed (one, RUSH_CORE_ERROR_CANCELLED, "Job 0 cancelled because I say so");
  fixture_handle (f, rush_message_new (RUSH_MESSAGE_ALL_JOBS_CANCELLED));
  fixture_assert_failed (two, RUSH_CORE_ERROR_CANCELLED, "Job 1 cancelled");
  fixture_free (f);
}

static void
test_job_that_waits_for_slots_ends_with_the_context (void)
{
  Fixture *f = fixture_with_checks ("40");
  g_autoptr (RushRdd) rdd = barrier_rdd (f, 3);

  fixture_submit (f, rdd);
  fixture_free_busy (f);
}

/* ---- chains that cannot be ---- */

static void
assert_refused (Fixture *f, TestJob *job)
{
  fixture_assert_failed (job, RUSH_CORE_ERROR_UNSUPPORTED, "[SPARK-24820][SPARK-24821]: ");
  g_assert_true (rush_scheduler_is_idle (f->scheduler));
}

static void
test_chains_that_cannot_run_at_once_are_refused (void)
{
  Fixture *f = fixture_cluster (1, 8);
  g_autoptr (RushRdd) one = barrier_rdd (f, 2);
  g_autoptr (RushRdd) two = barrier_rdd (f, 2);
  g_autoptr (RushRdd) fewer =
      my_rdd_new (f->lineage, 1, rush_dependency_range (one, 0, 0, 2), NULL);
  g_autoptr (RushRdd) zipped = my_rdd_new (f->lineage, 2, rush_dependency_one_to_one (one),
                                           rush_dependency_one_to_one (two), NULL);
  g_autoptr (RushRdd) behind = my_rdd_new (f->lineage, 1, my_shuffle (zipped, 1), NULL);
  const guint first = 0;

  assert_refused (f, fixture_submit (f, fewer)); /* coalesce */
  assert_refused (f, fixture_submit (f, zipped));
  assert_refused (f, fixture_submit (f, behind));
  assert_refused (f, fixture_submit_partitions (f, one, &first, 1)); /* take */
  fixture_submit (f, one);
  fixture_assert_partitions (f, 0, 0, "0 1"); /* those had left no stage behind */
  fixture_succeed_all (f, 0, 0);
  fixture_free (f);
}

/* What a checkpoint has cut off is not looked at any more. */
static void
test_checkpoint_below_a_barrier (void)
{
  Fixture *f = fixture_cluster (1, 8);
  g_autoptr (RushRdd) source = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) mapped =
      my_rdd_new (f->lineage, 2, rush_dependency_one_to_one (source), NULL);
  g_autoptr (RushRdd) read = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, rush_dependency_one_to_one (mapped), NULL);
  TestJob *job;

  rdd->barrier = TRUE;
  rush_rdd_set_checkpointed (mapped, read);
  job = fixture_submit (f, rdd);
  fixture_assert_partitions (f, 0, 0, "0 1");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/barrier_stages/" #name, test_##name)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  warnings = g_string_new (NULL);
  ADD (all_tasks_are_launched_together);
  ADD (slots_are_not_held_while_it_waits);
  ADD (waits_for_places_that_its_tasks_like);
  ADD (waits_for_slots_without_a_timer);
  ADD (tasks_are_told_the_addresses_of_all);
  ADD (retry_all_tasks_of_a_barrier_map_stage);
  ADD (late_success_of_a_failed_attempt_does_not_count);
  ADD (failures_of_the_same_attempt_are_one);
  ADD (failures_of_a_previous_attempt_change_nothing);
  ADD (failed_barrier_result_stage_cannot_be_recovered);
  ADD (fourth_failure_in_a_row_fails_the_job);
  ADD (lost_executor_fails_the_whole_attempt);
  ADD (fetch_failure_reruns_a_barrier_map_stage_as_a_whole);
  ADD (fetch_failure_in_a_barrier_map_stage);
  ADD (fetch_failure_in_a_barrier_result_stage);
  ADD (too_few_slots_fail_the_job_after_some_checks);
  ADD (job_runs_when_the_slots_have_come);
  ADD (busy_slots_are_counted);
  ADD (job_that_waits_for_slots_can_be_cancelled);
  ADD (job_that_waits_for_slots_ends_with_the_context);
  ADD (chains_that_cannot_run_at_once_are_refused);
  ADD (checkpoint_below_a_barrier);
  status = g_test_run ();
  g_string_free (warnings, TRUE);
  return status;
}
