/* test_placement.c - what is cached is not computed, and tasks go where their input is.
 *
 * How long they wait for a slot there is in test_delay_scheduling.c.
 */
#include "fixture.h"

/* Nobody needs the first shuffle: what is made from it is cached. */
static void
test_fully_cached_needs_no_parents (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) two = my_shuffled_rdd (f->lineage, 2, 2);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);

  fixture_set_cached (f, two, 0, "1");
  fixture_set_cached (f, two, 1, "1");
  TestJob *job = fixture_submit (f, last);
  fixture_assert_running (f, "1.0:0@1 1.0:1@1");
  fixture_run_stages (f, "1.0 2.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* An output of the second shuffle is lost when what it was made from has been cached: it is made
 * from there, and whatever of the first shuffle was lost with it stays lost. */
static void
test_cached_post_shuffle (void)
{
  Fixture *f = fixture_cluster (4, 1);
  g_autoptr (RushRdd) two = my_shuffled_rdd (f->lineage, 2, 2);
  g_autoptr (RushRdd) last = my_rdd_new (f->lineage, 1, my_shuffle (two, 1), NULL);
  TestJob *job = fixture_submit (f, last);

  fixture_run_stages (f, "0.0 1.0");
  fixture_set_cached (f, two, 0, "4");
  fixture_set_cached (f, two, 1, "3");
  g_autofree char *lost = fixture_place_of (f, 1, 0);
  fixture_fetch_failed (f, 2, 0, 0, 1, 0, lost);
  g_assert_cmpuint (rush_map_output_tracker_n_available (f->tracker, 0), ==, 1);
  fixture_fire_timer (f);
  fixture_assert_running (f, "1.1:0@4");
  fixture_run_stages (f, "1.1 2.1");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_partly_cached_needs_its_parents (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) one = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) two = my_rdd_new (f->lineage, 2, my_shuffle (one, 2), NULL);

  fixture_set_cached (f, two, 1, "1");
  TestJob *job = fixture_submit (f, two);
  fixture_run_stages (f, "0.0 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_cache_location_preferences_with_dependency (void)
{
  Fixture *f = fixture_cluster (4, 1);
  g_autoptr (RushRdd) base = my_rdd_new (f->lineage, 1, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, rush_dependency_one_to_one (base), NULL);

  fixture_set_cached (f, base, 0, "3");
  TestJob *job = fixture_submit (f, rdd);
  fixture_assert_running (f, "0.0:0@3");
  g_assert_cmpint (fixture_find (f, 0, 0, 0)->task->locality, ==, RUSH_LOCALITY_PROCESS_LOCAL);
  fixture_succeed (f, 0, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_locality_of_cached_partitions (void)
{
  Fixture *f = fixture_cluster (4, 1);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 3, NULL);

  fixture_set_cached (f, rdd, 0, "3");
  fixture_set_cached (f, rdd, 1, "2 3"); /* a replica; the other executor is taken */
  TestJob *job = fixture_submit (f, rdd);
  g_assert_cmpstr (fixture_find (f, 0, 0, 0)->executor_id, ==, "3");
  g_assert_cmpstr (fixture_find (f, 0, 0, 1)->executor_id, ==, "2");
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (fixture_find (f, 0, 0, i)->task->locality, ==, RUSH_LOCALITY_PROCESS_LOCAL);
  fixture_run_stages (f, "0.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_reduce_tasks_placed_locally_with_map_output (void)
{
  Fixture *f = fixture_cluster (4, 1);
  TestJob *job = fixture_submit_shuffle (f, 1, 1);
  g_autofree char *where = g_strdup (fixture_find (f, 0, 0, 0)->executor_id);

  fixture_succeed (f, 0, 0, 0);
  g_assert_cmpstr (fixture_find (f, 1, 0, 0)->executor_id, ==, where);
  g_assert_cmpint (fixture_find (f, 1, 0, 0)->task->locality, ==, RUSH_LOCALITY_NODE_LOCAL);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A thousand maps: nobody adds up their sizes. */
static void
test_reduce_tasks_of_large_shuffles_go_anywhere (void)
{
  Fixture *f = fixture_roomy ();
  TestJob *job = fixture_submit_shuffle (f, 1000, 1);

  fixture_succeed_all (f, 0, 0);
  g_assert_cmpint (fixture_find (f, 1, 0, 0)->task->locality, ==, RUSH_LOCALITY_PROCESS_LOCAL);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* Partition i is not slice i of the shuffle here: its sizes say nothing. */
static void
test_readers_of_other_slices_go_anywhere (void)
{
  Fixture *f = fixture_roomy ();
  g_autoptr (RushRdd) maps = my_rdd_new (f->lineage, 2, NULL);
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, 1, my_shuffle (maps, 4), NULL);
  TestJob *job = fixture_submit (f, rdd);

  fixture_succeed_all (f, 0, 0);
  g_assert_cmpint (fixture_find (f, 1, 0, 0)->task->locality, ==, RUSH_LOCALITY_PROCESS_LOCAL);
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (job);
  fixture_free (f);
}

#define ADD(name) g_test_add_func ("/scheduler/placement/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (fully_cached_needs_no_parents);
  ADD (cached_post_shuffle);
  ADD (partly_cached_needs_its_parents);
  ADD (cache_location_preferences_with_dependency);
  ADD (locality_of_cached_partitions);
  ADD (reduce_tasks_placed_locally_with_map_output);
  ADD (reduce_tasks_of_large_shuffles_go_anywhere);
  ADD (readers_of_other_slices_go_anywhere);
  return g_test_run ();
}
