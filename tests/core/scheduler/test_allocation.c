/* test_allocation.c - executors are asked for while tasks wait, and let go when they are idle.
 *
 * Purpose: how many are asked for and when; who may go and when, and who not; and settings that do
 * not go together.
 */
#include "fixture.h"

#define ON "spark.dynamicAllocation.enabled", "true"
#define SECOND ((gint64)G_USEC_PER_SEC)

static void
assert_requested (Fixture *f, const char *expected)
{
  g_assert_cmpstr (scripted_backend_requested (f->backend), ==, expected);
}

static void
assert_killed (Fixture *f, const char *expected)
{
  g_assert_cmpstr (scripted_backend_killed (f->backend), ==, expected);
}

static gint64
now_us (Fixture *f)
{
  return rush_clock_now_us (f->backend->klass->clock (f->backend));
}

/* Timers fire until the clock stands at @until_us, or later. */
static void
pass_time (Fixture *f, gint64 until_us)
{
  while (scripted_backend_n_timers (f->backend) > 0 &&
         now_us (f) + scripted_backend_next_timer_us (f->backend) <= until_us)
    fixture_fire_timer (f);
  if (now_us (f) < until_us)
    scripted_backend_advance_us (f->backend, until_us - now_us (f));
}

/* All executors that there are go, and with them their timers. */
static void
free_cluster (Fixture *f, guint n)
{
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      fixture_lose_executor (f, id);
    }
  fixture_free (f);
}

/* ---- up ---- */

static void
test_ramps_up_and_down_only_when_idle (void)
{
  Fixture *f = fixture_new (4, ON, NULL);
  TestJob *job = fixture_submit_narrow (f, 10);

  assert_requested (f, "0");
  pass_time (f, 1 * SECOND);
  assert_requested (f, "0 1"); /* after schedulerBacklogTimeout */
  pass_time (f, 2 * SECOND);
  assert_requested (f, "0 1 3");
  pass_time (f, 3 * SECOND);
  assert_requested (f, "0 1 3 7");
  pass_time (f, 4 * SECOND);
  assert_requested (f, "0 1 3 7 10"); /* not 15: ten tasks need no more */
  fixture_add_executors (f, 10, 1);
  pass_time (f, 100 * SECOND);
  assert_requested (f, "0 1 3 7 10");
  assert_killed (f, ""); /* they are all busy */
  fixture_succeed (f, 0, 0, 3);
  assert_requested (f, "0 1 3 7 10 9");
  pass_time (f, 159 * SECOND);
  assert_killed (f, "");
  pass_time (f, 160 * SECOND); /* 60 s later */
  g_assert_cmpuint (strlen (scripted_backend_killed (f->backend)), >, 0);
  g_assert_null (strchr (scripted_backend_killed (f->backend), ' ')); /* one, the idle one */
  while (scripted_backend_n_running (f->backend) > 0)
    fixture_succeed (f, 0, 0, scripted_backend_running (f->backend, 0)->task->partition);
  fixture_assert_succeeded (job);
  g_assert_true (g_str_has_suffix (scripted_backend_requested (f->backend), " 1 0"));
  pass_time (f, 219 * SECOND);
  g_assert_null (strchr (scripted_backend_killed (f->backend), ' '));
  pass_time (f, 220 * SECOND);
  g_auto (GStrv) killed = g_strsplit (scripted_backend_killed (f->backend), " ", -1);
  g_assert_cmpuint (g_strv_length (killed), ==, 10);
  free_cluster (f, 10);
}

static void
test_never_more_than_max_and_a_new_backlog_begins_slowly (void)
{
  Fixture *f = fixture_new (4, ON, "spark.dynamicAllocation.maxExecutors", "4",
                            "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout", "5s", NULL);

  fixture_submit_narrow (f, 5);
  pass_time (f, 1 * SECOND);
  pass_time (f, 6 * SECOND);
  assert_requested (f, "0 1 3"); /* the second round after 5 s more */
  pass_time (f, 60 * SECOND);
  assert_requested (f, "0 1 3 4");
  fixture_add_executors (f, 1, 5); /* a large one: nobody waits */
  fixture_succeed_all (f, 0, 0);
  assert_requested (f, "0 1 3 4 3 2 1 0");
  fixture_submit_narrow (f, 20);
  pass_time (f, 62 * SECOND);
  assert_requested (f, "0 1 3 4 3 2 1 0 2"); /* one more than there are */
  fixture_succeed_all (f, 1, 0);
  free_cluster (f, 1);
}

static void
test_slots_and_ratio (void)
{
  Fixture *f = fixture_new (4, ON, "spark.executor.cores", "4", "spark.task.cpus", "2",
                            "spark.dynamicAllocation.executorAllocationRatio", "0.5", NULL);

  fixture_submit_narrow (f, 9); /* two slots each: ⌈9 × 0.5 ÷ 2⌉ */
  pass_time (f, 10 * SECOND);
  assert_requested (f, "0 1 3");
  fixture_add_executors (f, 1, 18);
  fixture_succeed_all (f, 0, 0);
  free_cluster (f, 1);
}

static void
test_initial_executors_wait_for_the_first_stage (void)
{
  Fixture *f = fixture_new (4, ON, "spark.dynamicAllocation.initialExecutors", "3",
                            "spark.dynamicAllocation.minExecutors", "1", NULL);

  assert_requested (f, "3");
  fixture_add_executors (f, 3, 1);
  pass_time (f, 30 * SECOND);
  assert_requested (f, "3");
  fixture_submit_narrow (f, 2);
  assert_requested (f, "3 2");
  fixture_succeed_all (f, 0, 0);
  assert_requested (f, "3 2 1");
  pass_time (f, 200 * SECOND);
  g_auto (GStrv) killed = g_strsplit (scripted_backend_killed (f->backend), " ", -1);
  g_assert_cmpuint (g_strv_length (killed), ==, 2); /* one stays */
  free_cluster (f, 3);
}

static void
test_initial_executors_go_if_no_stage_comes (void)
{
  Fixture *f = fixture_new (4, ON, "spark.dynamicAllocation.initialExecutors", "2", NULL);

  fixture_add_executors (f, 2, 1);
  pass_time (f, 60 * SECOND);
  assert_requested (f, "2 0");
  assert_killed (f, "1 2");
  free_cluster (f, 2);
}

static void
test_copies_need_executors_too (void)
{
  Fixture *f = fixture_new (4, ON, "spark.speculation", "true", "spark.speculation.quantile", "0.5",
                            "spark.executor.cores", "2", NULL);

  fixture_add_executors (f, 1, 2);
  TestJob *job = fixture_submit_narrow (f, 2);
  scripted_backend_advance_us (f->backend, 1 * SECOND);
  fixture_succeed (f, 0, 0, 0);
  assert_requested (f, "0");
  pass_time (f, 10 * SECOND);
  assert_requested (f, "0 2"); /* two slots on one host are not enough for a task and its copy */
  fixture_add_executor (f, "2", "host2", 2);
  fixture_end_on (f, "2", 0, 0, 1, NULL);
  fixture_killed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  free_cluster (f, 2);
}

static void
test_sets_excluded_everywhere_get_another_executor (void)
{
  Fixture *f = fixture_new (4, ON, "spark.excludeOnFailure.enabled", "true", NULL);

  fixture_add_executors (f, 1, 2);
  TestJob *job = fixture_submit_narrow (f, 2);
  fixture_fail (f, 0, 0, 0, "boom"); /* task 1 still runs: nobody is idle, but somebody may come */
  g_assert_false (job->done);
  pass_time (f, 10 * SECOND);
  assert_requested (f, "0 2"); /* one beside the one that is there */
  fixture_add_executor (f, "2", "host2", 1);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  free_cluster (f, 2);
}

static void
test_a_request_that_is_refused_is_made_again (void)
{
  Fixture *f = fixture_new (4, ON, NULL);

  fixture_submit_narrow (f, 1);
  scripted_backend_refuse_requests (f->backend, TRUE);
  pass_time (f, 3 * SECOND);
  assert_requested (f, "0");
  scripted_backend_refuse_requests (f->backend, FALSE);
  pass_time (f, 4 * SECOND);
  assert_requested (f, "0 1");
  fixture_add_executors (f, 1, 1);
  fixture_succeed_all (f, 0, 0);
  free_cluster (f, 1);
}

/* ---- down ---- */

static void
test_who_was_asked_to_go_gets_no_tasks (void)
{
  Fixture *f = fixture_new (4, ON, NULL);

  fixture_add_executors (f, 1, 1);
  pass_time (f, 60 * SECOND);
  assert_killed (f, "1");
  fixture_submit_narrow (f, 1);
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 0);
  fixture_lose_executor (f, "1");
  pass_time (f, 61 * SECOND);
  assert_requested (f, "0 1");
  fixture_add_executors (f, 1, 1);
  fixture_succeed_all (f, 0, 0);
  free_cluster (f, 1);
}

static void
test_executors_that_keep_blocks_stay (void)
{
  Fixture *f = fixture_new (4, ON, NULL);

  fixture_add_executors (f, 2, 1);
  fixture_set_keeper (f, "1");
  pass_time (f, 3600 * SECOND);
  assert_killed (f, "2");
  fixture_set_keeper (f, NULL);
  fixture_handle (f, rush_message_new (RUSH_MESSAGE_CACHE_DROPPED));
  assert_killed (f, "2 1");
  free_cluster (f, 2);
}

static void
test_cached_executor_idle_timeout (void)
{
  Fixture *f =
      fixture_new (4, ON, "spark.dynamicAllocation.cachedExecutorIdleTimeout", "300s", NULL);

  fixture_add_executors (f, 1, 1);
  fixture_set_keeper (f, "1");
  pass_time (f, 299 * SECOND);
  assert_killed (f, "");
  pass_time (f, 300 * SECOND);
  assert_killed (f, "1");
  free_cluster (f, 1);
}

static void
test_executors_with_shuffle_data_stay (void)
{
  Fixture *f = fixture_new (4, ON, NULL);
  RushMessage *message = rush_message_new (RUSH_MESSAGE_SHUFFLE_DROPPED);

  fixture_add_executors (f, 2, 1);
  TestJob *job = fixture_submit_shuffle (f, 2, 1);
  fixture_succeed_all (f, 0, 0); /* an output on each */
  pass_time (f, 1000 * SECOND);
  assert_killed (f, ""); /* the reduce task still reads */
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (job);
  pass_time (f, 2000 * SECOND);
  assert_killed (f, ""); /* another job may want it */
  message->id = 0;
  fixture_handle (f, message);
  g_assert_cmpuint (strlen (scripted_backend_killed (f->backend)), ==, 3); /* both */
  free_cluster (f, 2);
}

static void
test_shuffle_tracking_timeout (void)
{
  Fixture *f = fixture_new (4, ON, "spark.dynamicAllocation.shuffleTracking.timeout", "500s", NULL);

  fixture_add_executors (f, 1, 2);
  TestJob *job = fixture_submit_shuffle (f, 2, 2);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (job);
  pass_time (f, 499 * SECOND);
  assert_killed (f, "");
  pass_time (f, 500 * SECOND);
  assert_killed (f, "1");
  free_cluster (f, 1);
}

/* ---- decommissioning ---- */

/* With map outputs handed over, none of them keeps its executor; what it ran is not lost. */
static void
test_idle_executors_are_decommissioned (void)
{
  Fixture *f = fixture_new (4, ON, "spark.decommission.enabled", "true",
                            "spark.dynamicAllocation.shuffleTracking.enabled", "false", NULL);

  fixture_add_executors (f, 1, 2);
  TestJob *job = fixture_submit_shuffle (f, 2, 2);
  fixture_succeed_all (f, 0, 0);
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (job);
  pass_time (f, 100 * SECOND);
  assert_killed (f, "");
  g_assert_cmpstr (scripted_backend_decommissioned (f->backend), ==, "1: spark scale down\n");
  g_assert_true (rush_scheduler_check_conf (f->conf, f->backend, NULL));
  free_cluster (f, 1);
}

/* ---- what does not go together ---- */

static void
test_barrier_stages_are_refused (void)
{
  Fixture *f = fixture_new (4, ON, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 2, NULL);

  rdd->barrier = TRUE;
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_failed (job, RUSH_CORE_ERROR_UNSUPPORTED,
                         "[SPARK-24942]: Barrier execution mode does not support dynamic resource "
                         "allocation for now.");
  fixture_free (f);
}

static void
test_settings_that_do_not_go_together (void)
{
  static const char *const cases[][3] = {
    { "maxExecutors", "0", "spark.dynamicAllocation.maxExecutors cannot be 0!" },
    { "minExecutors", "7",
      "spark.dynamicAllocation.minExecutors (7) must be less than or equal to "
      "spark.dynamicAllocation.maxExecutors (5)!" },
    { "executorAllocationRatio", "0",
      "spark.dynamicAllocation.executorAllocationRatio must be > 0 and <= 1.0" },
    { "executorAllocationRatio", "1.5",
      "spark.dynamicAllocation.executorAllocationRatio must be > 0 and <= 1.0" },
    { "schedulerBacklogTimeout", "0",
      "spark.dynamicAllocation.schedulerBacklogTimeout must be > 0!" },
    { "sustainedSchedulerBacklogTimeout", "0",
      "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout must be > 0!" },
    { "shuffleTracking.enabled", "false",
      "Dynamic allocation of executors requires one of the following conditions: " },
  };
  RushBackend *backend = scripted_backend_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RushConf) conf = rush_conf_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *key = g_strconcat ("spark.dynamicAllocation.", cases[i][0], NULL);

      g_assert_true (rush_conf_set (conf, "spark.dynamicAllocation.enabled", "true", NULL));
      g_assert_true (rush_conf_set (conf, "spark.dynamicAllocation.maxExecutors", "5", NULL));
      g_assert_true (rush_conf_set (conf, key, cases[i][1], NULL));
      scripted_backend_allow_requests (backend);
      g_assert_false (rush_scheduler_check_conf (conf, backend, &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_str_has_prefix (error->message, cases[i][2]));
    }
  backend->klass->free (backend);
}

/* As in local mode: it is taken, and there is one executor. */
static void
test_a_backend_that_cannot_is_not_asked (void)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (GError) error = NULL;
  RushBackend *backend = scripted_backend_new ();

  g_assert_true (rush_conf_set (conf, "spark.dynamicAllocation.enabled", "true", NULL));
  g_assert_true (rush_conf_set (conf, "spark.dynamicAllocation.maxExecutors", "0", NULL));
  g_assert_true (rush_scheduler_check_conf (conf, backend, &error));
  g_assert_no_error (error);
  backend->klass->free (backend);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/scheduler/allocation/" #name, test_##name)
  ADD (ramps_up_and_down_only_when_idle);
  ADD (never_more_than_max_and_a_new_backlog_begins_slowly);
  ADD (slots_and_ratio);
  ADD (initial_executors_wait_for_the_first_stage);
  ADD (initial_executors_go_if_no_stage_comes);
  ADD (copies_need_executors_too);
  ADD (sets_excluded_everywhere_get_another_executor);
  ADD (a_request_that_is_refused_is_made_again);
  ADD (who_was_asked_to_go_gets_no_tasks);
  ADD (executors_that_keep_blocks_stay);
  ADD (cached_executor_idle_timeout);
  ADD (executors_with_shuffle_data_stay);
  ADD (shuffle_tracking_timeout);
  ADD (idle_executors_are_decommissioned);
  ADD (barrier_stages_are_refused);
  ADD (settings_that_do_not_go_together);
  ADD (a_backend_that_cannot_is_not_asked);
  return g_test_run ();
}
