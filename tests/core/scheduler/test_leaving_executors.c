/* test_leaving_executors.c - executors that are disconnected, decommissioned, or fall silent.
 *
 * Purpose: nothing new starts on who is about to leave; what runs there goes on until the loss is
 * sure; and whether that counts is said by the reason.
 */
#include "fixture.h"

#define DECOMMISSIONING RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING
#define SPECULATION "spark.speculation", "true", "spark.speculation.quantile", "0.5"

static const RushTaskEnd *
last_loss (Fixture *f)
{
  for (guint i = f->events->len; i-- > 0;)
    {
      const RushEvent *event = g_ptr_array_index (f->events, i);

      if (event->kind == RUSH_EVENT_TASK_END &&
          g_str_equal (event->task_end.reason, "ExecutorLostFailure"))
        return &event->task_end;
    }
  return NULL;
}

/* ---- the reason is pending ---- */

static void
test_not_rescheduled_while_the_loss_reason_is_pending (void)
{
  Fixture *f = fixture_new (4, NULL);

  fixture_add_executors (f, 1, 2);
  TestJob *job = fixture_submit_narrow (f, 3);
  fixture_tell_of_executor (f, RUSH_MESSAGE_EXECUTOR_DISCONNECTED, "1", NULL);
  fixture_succeed (f, 0, 0, 0); /* what it had sent before */
  fixture_assert_running (f, "0.0:1@1");
  fixture_add_executor (f, "2", "host2", 2);
  fixture_assert_running (f, "0.0:1@1 0.0:2@2"); /* task 1 may still be running there */
  fixture_lose_executor_because (f, "1", FALSE, TRUE);
  fixture_assert_running (f, "0.0:2@2 0.0:1@2");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_the_reason_decides_whether_it_counts (void)
{
  Fixture *f = fixture_new (1, NULL);

  fixture_add_executors (f, 1, 1);
  TestJob *job = fixture_submit_narrow (f, 1);
  fixture_tell_of_executor (f, RUSH_MESSAGE_EXECUTOR_DISCONNECTED, "1", NULL);
  fixture_tell_of_executor (f, RUSH_MESSAGE_EXECUTOR_DISCONNECTED, "1", NULL); /* nothing new */
  g_assert_false (job->done);
  fixture_lose_executor_because (f, "1", TRUE, TRUE);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "executor 1 exited caused by one of the running tasks");
  g_assert_true (last_loss (f)->caused_by_application);
  fixture_free (f);
}

static void
test_news_of_an_unknown_executor (void)
{
  Fixture *f = fixture_cluster (1, 1);

  fixture_tell_of_executor (f, RUSH_MESSAGE_EXECUTOR_DISCONNECTED, "7", NULL);
  fixture_tell_of_executor (f, DECOMMISSIONING, "7", "why not");
  fixture_tell_of_executor (f, RUSH_MESSAGE_HEARTBEAT, "7", NULL);
  TestJob *job = fixture_submit_narrow (f, 1);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* ---- decommissioning ---- */

static void
test_decommissioning_flow (void)
{
  Fixture *f = fixture_new (1, NULL);

  fixture_add_executors (f, 2, 2);
  TestJob *job = fixture_submit_narrow (f, 6);
  fixture_tell_of_executor (f, DECOMMISSIONING, "1", "spot instance reclaimed");
  for (guint i = 0; i < 4; i++)
    if (fixture_find_on (f, "1", 0, 0, i) != NULL)
      {
        fixture_end_on (f, "1", 0, 0, i, NULL); /* it has time to end */
        break;
      }
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 3); /* nothing in its place */
  fixture_lose_executor_because (f, "1", TRUE, TRUE); /* whatever is said of it now */
  g_assert_false (job->done);
  g_assert_cmpstr (last_loss (f)->message, ==, "Executor decommission: spot instance reclaimed");
  g_assert_false (last_loss (f)->caused_by_application);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_nobody_waits_for_a_place_that_will_go (void)
{
  Fixture *f = fixture_cluster (2, 1);

  fixture_tell_of_executor (f, DECOMMISSIONING, "1", NULL);
  fixture_submit_at (f, "host1");
  fixture_assert_running (f, "0.0:0@2");
  fixture_succeed_all (f, 0, 0);
  fixture_free (f);
}

static void
fetch_failure_while_decommissioning (const char *ignore, gboolean succeeds)
{
  Fixture *f = fixture_new (4, "spark.stage.maxConsecutiveAttempts", "1",
                            "spark.stage.ignoreDecommissionFetchFailure", ignore, NULL);

  fixture_add_executors (f, 1, 2);
  TestJob *job = fixture_submit_shuffle (f, 2, 1);
  fixture_succeed_all (f, 0, 0);
  fixture_tell_of_executor (f, DECOMMISSIONING, "1", "soon");
  fixture_add_executor (f, "2", "host2", 2);
  fixture_complete (f, 1, 0, "lost:0:0@1");
  g_assert_cmpint (job->done, ==, !succeeds);
  if (succeeds)
    {
      fixture_fire_timer (f);
      fixture_run_stages (f, "0.1 1.1");
      fixture_assert_succeeded (job);
    }
  else
    fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                           "has failed the maximum allowable number of times: 1");
  fixture_free (f);
}

static void
test_fetch_failures_from_it_do_not_count (void)
{
  fetch_failure_while_decommissioning ("true", TRUE);
}

static void
test_fetch_failures_from_it_count_if_they_are_to (void)
{
  fetch_failure_while_decommissioning ("false", FALSE);
}

static void
test_tasks_that_it_will_cut_short_are_copied (void)
{
  Fixture *f = fixture_new (4, SPECULATION, "spark.executor.decommission.killInterval", "5s", NULL);

  fixture_add_executors (f, 2, 1);
  fixture_submit_narrow (f, 4);
  scripted_backend_advance_us (f->backend, 10 * G_USEC_PER_SEC);
  fixture_succeed (f, 0, 0, 0);
  fixture_succeed (f, 0, 0, 1); /* the median is 10 s, and 2 and 3 start */
  const char *executor = g_intern_string (fixture_find (f, 0, 0, 2)->executor_id);
  const char *other = g_str_equal (executor, "1") ? "2" : "1";
  fixture_tell_of_executor (f, DECOMMISSIONING, executor, NULL);
  fixture_succeed (f, 0, 0, 3);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0); /* it has one host left */
  fixture_add_executor (f, "3", "host3", 1);
  while (fixture_n_running (f, 0, 0) < 2)
    fixture_fire_timer (f); /* 10 s after its start it will be gone for 5 s */
  g_assert_null (fixture_find_on (f, executor, 0, 0, 3));
  g_assert_true (fixture_find_on (f, other, 0, 0, 2) || fixture_find_on (f, "3", 0, 0, 2));
  fixture_lose_executor (f, executor);
  fixture_succeed (f, 0, 0, 2);
  fixture_free (f);
}

static void
test_it_is_ended_after_the_force_kill_timeout (void)
{
  Fixture *f = fixture_new (4, "spark.executor.decommission.forceKillTimeout", "60s", NULL);

  fixture_add_executors (f, 2, 1);
  fixture_tell_of_executor (f, DECOMMISSIONING, "1", NULL);
  fixture_tell_of_executor (f, DECOMMISSIONING, "2", NULL);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 2);
  fixture_lose_executor (f, "2"); /* in time */
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 60 * G_USEC_PER_SEC);
  fixture_fire_timer (f);
  g_assert_cmpstr (scripted_backend_killed (f->backend), ==, "1");
  fixture_lose_executor (f, "1");
  fixture_free (f);
}

/* ---- heartbeats ---- */

static Fixture *
cluster_that_beats (guint max_failures)
{
  Fixture *f = fixture_new (max_failures, NULL);

  scripted_backend_expect_heartbeats (f->backend);
  fixture_add_executors (f, 2, 1);
  return f;
}

static void
test_expire_dead_executors_by_heartbeat (void)
{
  Fixture *f = cluster_that_beats (2);
  TestJob *job = fixture_submit_narrow (f, 2);

  for (guint i = 0; i < 3; i++) /* 60 s each */
    {
      fixture_tell_of_executor (f, RUSH_MESSAGE_HEARTBEAT, "2", NULL);
      fixture_fire_timer (f);
    }
  g_assert_cmpstr (scripted_backend_killed (f->backend), ==, "1");
  g_assert_cmpstr (last_loss (f)->message, ==, "Executor heartbeat timed out after 180000 ms");
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 2); /* one still as a ghost */
  fixture_tell_of_executor (f, RUSH_MESSAGE_HEARTBEAT, "1", NULL);   /* too late */
  fixture_lose_executor (f, "1");                                    /* the backend has done it */
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_lose_executor (f, "2");
  fixture_free (f);
}

static void
test_who_beats_stays (void)
{
  Fixture *f = cluster_that_beats (1);

  for (guint i = 0; i < 10; i++)
    {
      fixture_tell_of_executor (f, RUSH_MESSAGE_HEARTBEAT, "1", NULL);
      fixture_tell_of_executor (f, RUSH_MESSAGE_HEARTBEAT, "2", NULL);
      fixture_fire_timer (f);
    }
  g_assert_cmpstr (scripted_backend_killed (f->backend), ==, "");
  fixture_lose_executor (f, "1");
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 1);
  fixture_lose_executor (f, "2");
  fixture_free (f);
}

static void
test_silence_counts_as_a_failure (void)
{
  Fixture *f = cluster_that_beats (1);
  TestJob *job = fixture_submit_narrow (f, 1);
  g_autofree char *executor = g_strdup (fixture_find (f, 0, 0, 0)->executor_id);

  for (guint i = 0; i < 3; i++)
    fixture_fire_timer (f);
  fixture_assert_failed (job, RUSH_CORE_ERROR_JOB_ABORTED,
                         "exited caused by one of the running tasks) Reason: Executor heartbeat "
                         "timed out after 180000 ms");
  scripted_task_free (scripted_backend_take (f->backend, 0));
  fixture_free (f);
}

static void
test_timeout_must_be_longer_than_the_interval (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (GError) error = NULL;
  RushBackend *backend = scripted_backend_new ();

  g_assert_true (rush_conf_set (conf, "spark.network.timeout", "10s", NULL));
  g_assert_false (rush_scheduler_check_conf (conf, backend, &error));
  g_assert_cmpstr (error->message, ==,
                   "The value of spark.network.timeout=10000ms must be greater than the value of "
                   "spark.executor.heartbeatInterval=10000ms.");
  backend->klass->free (backend);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/scheduler/leaving_executors/" #name, test_##name)
  ADD (not_rescheduled_while_the_loss_reason_is_pending);
  ADD (the_reason_decides_whether_it_counts);
  ADD (news_of_an_unknown_executor);
  ADD (decommissioning_flow);
  ADD (nobody_waits_for_a_place_that_will_go);
  ADD (fetch_failures_from_it_do_not_count);
  ADD (fetch_failures_from_it_count_if_they_are_to);
  ADD (tasks_that_it_will_cut_short_are_copied);
  ADD (it_is_ended_after_the_force_kill_timeout);
  ADD (expire_dead_executors_by_heartbeat);
  ADD (who_beats_stays);
  ADD (silence_counts_as_a_failure);
  ADD (timeout_must_be_longer_than_the_interval);
  return g_test_run ();
}
