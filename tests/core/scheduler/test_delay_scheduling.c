/* test_delay_scheduling.c - tasks wait a while for a slot near their data, and no longer.
 *
 * The waits are the defaults: 3 s a level.  Time stands still unless a test moves it.
 */
#include "fixture.h"

#include "core/scheduler/seams.h"

#define SECOND G_USEC_PER_SEC

static RushLocality
locality_of (Fixture *f, guint partition)
{
  return fixture_find (f, 0, 0, partition)->task->locality;
}

static void
test_tasks_go_where_they_like_it (void)
{
  Fixture *f = fixture_cluster (2, 2);
  TestJob *job = fixture_submit_at (f, "host2|1|host2 host1|");

  g_assert_cmpstr (fixture_find (f, 0, 0, 0)->executor_id, ==, "2");
  g_assert_cmpint (locality_of (f, 0), ==, RUSH_LOCALITY_NODE_LOCAL);
  g_assert_cmpstr (fixture_find (f, 0, 0, 1)->executor_id, ==, "1");
  g_assert_cmpint (locality_of (f, 1), ==, RUSH_LOCALITY_PROCESS_LOCAL);
  g_assert_cmpint (locality_of (f, 2), ==, RUSH_LOCALITY_NODE_LOCAL);
  g_assert_cmpint (locality_of (f, 3), ==, RUSH_LOCALITY_PROCESS_LOCAL); /* no preference */
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_delay_scheduling_with_fallback (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_at (f, "host1|host1");

  fixture_assert_running (f, "0.0:0@1"); /* executor 2 is free, but not where task 1 wants to be */
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 3 * SECOND);
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2");
  g_assert_cmpint (locality_of (f, 1), ==, RUSH_LOCALITY_ANY);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_a_near_slot_in_time_ends_the_wait (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_at (f, "host1|host1");

  scripted_backend_advance_us (f->backend, 2 * SECOND);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@1");
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_waits_level_by_level (void)
{
  Fixture *f = fixture_new (4, NULL);

  fixture_add_executor_in_rack (f, "1", "host1", "rack1", 1);
  fixture_add_executor_in_rack (f, "2", "host1", "rack1", 1);
  fixture_add_executor_in_rack (f, "3", "host2", "rack1", 1);
  fixture_add_executor_in_rack (f, "4", "host3", "rack2", 1);
  TestJob *job = fixture_submit_at (f, "1|1|1|1|1");
  fixture_assert_running (f, "0.0:0@1");
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2");
  g_assert_cmpint (locality_of (f, 1), ==, RUSH_LOCALITY_NODE_LOCAL);
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2 0.0:2@3");
  g_assert_cmpint (locality_of (f, 2), ==, RUSH_LOCALITY_RACK_LOCAL);
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2 0.0:2@3 0.0:3@4");
  g_assert_cmpint (locality_of (f, 3), ==, RUSH_LOCALITY_ANY);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* What one waited too long at a level counts for the next. */
static void
test_a_late_offer_makes_up_for_lost_time (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_at (f, "1|1|1");

  scripted_backend_advance_us (f->backend, 4 * SECOND);
  fixture_fire_timer (f); /* due a second ago */
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 2 * SECOND);
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Tasks that like no place need not wait until those that do have given in. */
static void
test_tasks_without_preference_do_not_wait (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_at (f, "host1|host1|");

  fixture_assert_running (f, "0.0:0@1 0.0:2@2");
  fixture_complete (f, 0, 0, "ok ok ok");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A slot comes free after the wait is over, but before the timer has said so: the slots that were
 * turned away are looked at, too. */
static void
test_a_level_that_opens_opens_for_all (void)
{
  Fixture *f = fixture_new (4, NULL);

  fixture_add_executor (f, "3", "host3", 1);
  TestJob *first = fixture_submit_narrow (f, 1);
  fixture_add_executor (f, "1", "host1", 1);
  fixture_add_executor (f, "2", "host2", 1);
  TestJob *second = fixture_submit_at (f, "host1|host1|host1");
  fixture_assert_running (f, "0.0:0@3 1.0:0@1");
  scripted_backend_advance_us (f->backend, 4 * SECOND);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "1.0:0@1 1.0:1@3 1.0:2@2");
  fixture_succeed_all (f, 1, 0);
  fixture_assert_succeeded (first);
  fixture_assert_succeeded (second);
  fixture_free (f);
}

/* Having given in once, the set waits again as soon as it gets what it likes. */
static void
test_good_offers_bring_the_near_level_back (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_at (f, "host1|host1|host1|host1");

  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@2 0.0:2@1");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_running (f, "0.0:2@1"); /* executor 2 is turned away again */
  fixture_complete (f, 0, 0, "- - ok ok");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_hosts_that_are_gone_are_not_waited_for (void)
{
  Fixture *f = fixture_cluster (1, 1);

  fixture_add_executor_in_rack (f, "2", "host2", "rack2", 1);
  fixture_add_executor_in_rack (f, "3", "host2", "rack2", 1);
  fixture_lose_executor (f, "2");
  fixture_lose_executor (f, "3"); /* the last on its host and in its rack */
  TestJob *job = fixture_submit_at (f, "host2");
  fixture_assert_running (f, "0.0:0@1");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_each_level_has_its_own_wait (void)
{
  Fixture *f = fixture_new (4, "spark.locality.wait", "5s", "spark.locality.wait.node", "1s", NULL);

  fixture_add_executor (f, "1", "host1", 1);
  fixture_add_executor (f, "2", "host2", 1);
  TestJob *job = fixture_submit_at (f, "1|1|1");
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 5 * SECOND);
  fixture_fire_timer (f); /* to NODE_LOCAL, where nobody is free */
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 1 * SECOND);
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_without_a_wait_nobody_waits (void)
{
  Fixture *f = fixture_new (4, "spark.locality.wait", "0", NULL);

  fixture_add_executor (f, "1", "host1", 1);
  fixture_add_executor (f, "2", "host2", 1);
  TestJob *job = fixture_submit_at (f, "host1|host1");
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 2);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A file on hosts where no executor is: that is how it is in local mode. */
static void
test_nobody_waits_for_places_that_cannot_be_had (void)
{
  Fixture *f = fixture_new (4, NULL);

  fixture_add_executor (f, "driver", "localhost", 4);
  TestJob *job = fixture_submit_at (f, "datanode7|datanode8|");
  g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 3);
  g_assert_cmpint (locality_of (f, 0), ==, RUSH_LOCALITY_ANY);
  g_assert_cmpuint (scripted_backend_n_timers (f->backend), ==, 0);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Some tasks like this host, some a host that is not there: those wait for the others only. */
static void
test_tasks_without_a_reachable_place_follow_at_once (void)
{
  Fixture *f = fixture_cluster (1, 2);
  TestJob *job = fixture_submit_at (f, "nowhere|host1|nowhere|host1");

  fixture_assert_running (f, "0.0:1@1 0.0:3@1");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_running (f, "0.0:3@1 0.0:0@1");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_delay_scheduling_with_failed_hosts (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_at (f, "host1|host2|host3");

  fixture_assert_partitions (f, 0, 0, "0 1");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@2 0.0:2@1"); /* host3 is not there: anywhere will do */
  fixture_lose_executor (f, "2");
  fixture_assert_running (f, "0.0:2@1");
  fixture_add_executor (f, "4", "host4", 1);
  fixture_assert_running (f, "0.0:2@1 0.0:1@4"); /* host2 is gone: no wait */
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A host that one has given up comes back: one waits for it again. */
static void
test_new_executors_bring_new_levels (void)
{
  Fixture *f = fixture_cluster (1, 1);
  TestJob *job = fixture_submit_at (f, "host2|host2|host2|host2");

  fixture_assert_running (f, "0.0:0@1"); /* ANY: host2 is not there */
  fixture_add_executor (f, "2", "host2", 1);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2");
  fixture_succeed (f, 0, 0, 0); /* executor 1 is free, but now there is something better */
  fixture_assert_running (f, "0.0:1@2");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_running (f, "0.0:2@2");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* An executor that comes brings its level, even if others get its slots first. */
static void
test_a_nearer_level_is_waited_for_once_it_exists (void)
{
  Fixture *f = fixture_cluster (1, 1);

  fixture_submit_narrow (f, 2);
  TestJob *job = fixture_submit_at (f, "host2");
  fixture_add_executor (f, "2", "host2", 1);
  fixture_assert_running (f, "0.0:0@1 0.0:1@2");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@2"); /* executor 1 would do, but executor 2 is better */
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_running (f, "1.0:0@2");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* SPARK-18886: good offers on one executor must not hold up for ever those that wait for another.
 */
static void
test_a_trickle_of_good_offers_does_not_reset_the_clock (void)
{
  Fixture *f = fixture_cluster (2, 1);
  TestJob *job = fixture_submit_at (f, "host1|host1|host1|host1|host1|host1");

  for (guint i = 0; i < 2; i++)
    {
      scripted_backend_advance_us (f->backend, 14 * SECOND / 10);
      fixture_succeed (f, 0, 0, i); /* the next is launched at host1 each time */
      g_assert_cmpuint (scripted_backend_n_running (f->backend), ==, 1);
    }
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 2 * SECOND / 10);
  fixture_fire_timer (f);
  fixture_assert_running (f, "0.0:2@1 0.0:3@2");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A task that failed is tried again where its data is, in front of the others. */
static void
test_failed_tasks_keep_their_preferences (void)
{
  Fixture *f = fixture_cluster (1, 1);
  TestJob *job = fixture_submit_at (f, "host1|host1|host1");

  fixture_fail (f, 0, 0, 0, "boom");
  fixture_assert_running (f, "0.0:0@1");
  g_assert_cmpint (locality_of (f, 0), ==, RUSH_LOCALITY_NODE_LOCAL);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Preferences come from the first RDD up the narrow lineage that has any. */
static void
test_preferences_of_narrow_parents (void)
{
  Fixture *f = fixture_cluster (2, 3);
  g_autoptr (RushRdd) a = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) b = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) both = my_rdd_new (f->lineage, 3, rush_dependency_range (a, 0, 0, 1),
                                         rush_dependency_range (b, 0, 1, 2), NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 3, rush_dependency_one_to_one (both), NULL);

  my_rdd_set_locations (a, "host1");
  my_rdd_set_locations (b, "host2|host1");
  TestJob *job = fixture_submit (f, rdd);
  g_assert_cmpstr (fixture_find (f, 0, 0, 0)->executor_id, ==, "1");
  g_assert_cmpstr (fixture_find (f, 0, 0, 1)->executor_id, ==, "2");
  g_assert_cmpstr (fixture_find (f, 0, 0, 2)->executor_id, ==, "1");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* 2^40 ways up to the source: each RDD is asked once. */
static void
test_diamonds_are_not_explored_path_by_path (void)
{
  Fixture *f = fixture_cluster (1, 1);
  RushRdd *rdd = my_rdd_new (f->lineage, 1, NULL);

  for (guint i = 0; i < 40; i++)
    {
      RushRdd *child = my_rdd_new (f->lineage, 1, rush_dependency_one_to_one (rdd),
                                   rush_dependency_one_to_one (rdd), NULL);
      rush_rdd_unref (rdd);
      rdd = child;
    }
  TestJob *job = fixture_submit (f, rdd);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  rush_rdd_unref (rdd);
  fixture_free (f);
}

/* ---- a wait of one's own ---- */

static guint n_asked;

static void
stay (RushLocalityState *state, gint64 now_us)
{
  n_asked++;
}

static void
go_far_beyond (RushLocalityState *state, gint64 now_us)
{
  state->current = 1000;
}

static void
test_wait_is_a_seam (void)
{
  static const RushLocalityWait hasty = { "hasty", go_far_beyond, NULL };
  Fixture *f = fixture_cluster (2, 1);

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .locality = &hasty });
  TestJob *job = fixture_submit_at (f, "host1|host1");
  fixture_assert_running (f, "0.0:0@1 0.0:1@2"); /* beyond the last level there is none */
  g_assert_cmpint (locality_of (f, 1), ==, RUSH_LOCALITY_ANY);
  fixture_succeed_all (f, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* It is asked again every second once its time is over, and not at once, for ever. */
static void
test_a_stubborn_wait_does_not_stop_the_clock (void)
{
  static const RushLocalityWait stubborn = { "stubborn", stay, NULL };
  Fixture *f = fixture_cluster (2, 1);

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .locality = &stubborn });
  TestJob *job = fixture_submit_at (f, "host1|host1");
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 3 * SECOND);
  fixture_fire_timer (f);
  n_asked = 0;
  fixture_fire_timer (f);
  g_assert_cmpuint (n_asked, >, 0);
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, SECOND);
  fixture_assert_running (f, "0.0:0@1");
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@1");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* What is not a wait's to change. */
static void
meddle (RushLocalityState *state, gint64 now_us)
{
  static const gint64 endless[RUSH_N_LOCALITIES] = { G_MAXINT64, G_MAXINT64, G_MAXINT64, G_MAXINT64,
                                                     G_MAXINT64 };

  for (guint i = 0; i < RUSH_N_LOCALITIES; i++)
    state->levels[i] = (RushLocality)1000;
  state->n_levels = 0;
  state->wait_us = endless;
  state->since_us = G_MAXINT64;
}

static void
meddle_after_a_round (RushLocalityState *state, const RushOfferRound *round, gint64 now_us)
{
  meddle (state, now_us);
}

static void
test_a_wait_cannot_change_levels_and_waits (void)
{
  static const RushLocalityWait meddling = { "meddling", meddle, meddle_after_a_round };
  Fixture *f = fixture_cluster (2, 1);

  rush_scheduler_set_seams (f->scheduler, &(RushSchedulerSeams){ .locality = &meddling });
  TestJob *job = fixture_submit_at (f, "host1|host1");
  fixture_assert_running (f, "0.0:0@1"); /* at the nearest level, as it was never left */
  g_assert_cmpint (locality_of (f, 0), ==, RUSH_LOCALITY_NODE_LOCAL);
  g_assert_cmpint (scripted_backend_next_timer_us (f->backend), ==, 3 * SECOND);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_running (f, "0.0:1@1");
  fixture_succeed (f, 0, 0, 1);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/delay/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (tasks_go_where_they_like_it);
  ADD (delay_scheduling_with_fallback);
  ADD (a_near_slot_in_time_ends_the_wait);
  ADD (waits_level_by_level);
  ADD (a_late_offer_makes_up_for_lost_time);
  ADD (tasks_without_preference_do_not_wait);
  ADD (a_level_that_opens_opens_for_all);
  ADD (good_offers_bring_the_near_level_back);
  ADD (hosts_that_are_gone_are_not_waited_for);
  ADD (each_level_has_its_own_wait);
  ADD (without_a_wait_nobody_waits);
  ADD (nobody_waits_for_places_that_cannot_be_had);
  ADD (tasks_without_a_reachable_place_follow_at_once);
  ADD (delay_scheduling_with_failed_hosts);
  ADD (new_executors_bring_new_levels);
  ADD (a_nearer_level_is_waited_for_once_it_exists);
  ADD (a_trickle_of_good_offers_does_not_reset_the_clock);
  ADD (failed_tasks_keep_their_preferences);
  ADD (preferences_of_narrow_parents);
  ADD (diamonds_are_not_explored_path_by_path);
  ADD (wait_is_a_seam);
  ADD (a_stubborn_wait_does_not_stop_the_clock);
  ADD (a_wait_cannot_change_levels_and_waits);
  return g_test_run ();
}
