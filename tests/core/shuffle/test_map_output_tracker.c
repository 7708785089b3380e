/* test_map_output_tracker.c - what is registered, what is missing, what a loss takes away, and
 * where a reduce task is best run. */
#include "core/shuffle/map_output_tracker.h"

#include <pthread.h>

static RushMapStatus *
status_on (const char *executor_id, const char *host, gint64 task_id, gint64 bytes_0,
           gint64 bytes_1)
{
  RushMapStatus *status = rush_map_status_new (executor_id, host, task_id, 2);

  status->sizes[0].bytes = bytes_0;
  status->sizes[1].bytes = bytes_1;
  return status;
}

static void
assert_missing (RushMapOutputTracker *tracker, gint shuffle_id, guint n, const guint *indices)
{
  g_autoptr (GArray) missing = g_array_new (FALSE, FALSE, sizeof (guint));

  rush_map_output_tracker_missing (tracker, shuffle_id, missing);
  g_assert_cmpmem (missing->data, missing->len * sizeof (guint), indices, n * sizeof (guint));
}

/* ---- the book ---- */

static void
test_register_and_get (void)
{
  RushMapOutputTracker *tracker = rush_map_output_tracker_new ();

  g_assert_false (rush_map_output_tracker_contains_shuffle (tracker, 0));
  rush_map_output_tracker_register_shuffle (tracker, 0, 3);
  g_assert_true (rush_map_output_tracker_contains_shuffle (tracker, 0));
  g_assert_cmpuint (rush_map_output_tracker_n_maps (tracker, 0), ==, 3);
  assert_missing (tracker, 0, 3, (const guint[]){ 0, 1, 2 });

  rush_map_output_tracker_register_output (tracker, 0, 1, status_on ("a", "h1", 11, 5, 6));
  g_assert_cmpuint (rush_map_output_tracker_n_available (tracker, 0), ==, 1);
  assert_missing (tracker, 0, 2, (const guint[]){ 0, 2 });
  g_autoptr (RushMapStatus) status = rush_map_output_tracker_get (tracker, 0, 1);
  g_assert_cmpint (status->map_task_id, ==, 11);
  g_assert_cmpint (status->sizes[1].bytes, ==, 6);
  g_assert_null (rush_map_output_tracker_get (tracker, 0, 0));
  g_assert_null (rush_map_output_tracker_get (tracker, 0, 99));
  g_assert_null (rush_map_output_tracker_get (tracker, 99, 0));

  /* A later attempt takes the place of an earlier one; what was handed out stays valid. */
  rush_map_output_tracker_register_output (tracker, 0, 1, status_on ("b", "h2", 12, 5, 6));
  g_assert_cmpuint (rush_map_output_tracker_n_available (tracker, 0), ==, 1);
  g_assert_cmpstr (status->executor_id, ==, "a");

  rush_map_output_tracker_unregister_shuffle (tracker, 0);
  g_assert_false (rush_map_output_tracker_contains_shuffle (tracker, 0));
  g_assert_cmpuint (rush_map_output_tracker_n_maps (tracker, 0), ==, 0);
  g_assert_cmpuint (rush_map_output_tracker_n_available (tracker, 0), ==, 0);
  rush_map_output_tracker_free (tracker);
}

/* The lineage was dropped while the last map tasks ran. */
static void
test_output_of_an_unknown_shuffle_is_dropped (void)
{
  RushMapOutputTracker *tracker = rush_map_output_tracker_new ();

  rush_map_output_tracker_register_output (tracker, 7, 0, status_on ("a", "h", 1, 0, 0));
  g_assert_cmpuint (rush_map_output_tracker_n_available (tracker, 7), ==, 0);
  rush_map_output_tracker_unregister_output (tracker, 7, 0, "a");
  rush_map_output_tracker_unregister_all (tracker, 7);
  rush_map_output_tracker_free (tracker);
}

/* ---- losses ---- */

static RushMapOutputTracker *
tracker_with_two_shuffles (void)
{
  RushMapOutputTracker *tracker = rush_map_output_tracker_new ();

  rush_map_output_tracker_register_shuffle (tracker, 0, 3);
  rush_map_output_tracker_register_output (tracker, 0, 0, status_on ("a", "h1", 1, 0, 0));
  rush_map_output_tracker_register_output (tracker, 0, 1, status_on ("b", "h2", 2, 0, 0));
  rush_map_output_tracker_register_output (tracker, 0, 2, status_on ("c", "h1", 3, 0, 0));
  rush_map_output_tracker_register_shuffle (tracker, 1, 1);
  rush_map_output_tracker_register_output (tracker, 1, 0, status_on ("a", "h1", 4, 0, 0));
  return tracker;
}

static void
test_one_output_is_lost (void)
{
  RushMapOutputTracker *tracker = tracker_with_two_shuffles ();
  gint64 epoch = rush_map_output_tracker_epoch (tracker);

  /* It has been written again elsewhere since: the news is old. */
  rush_map_output_tracker_unregister_output (tracker, 0, 0, "z");
  assert_missing (tracker, 0, 0, NULL);
  rush_map_output_tracker_unregister_output (tracker, 0, 0, "a");
  assert_missing (tracker, 0, 1, (const guint[]){ 0 });
  g_assert_cmpint (rush_map_output_tracker_epoch (tracker), >, epoch);
  rush_map_output_tracker_free (tracker);
}

static void
test_an_executor_is_lost (void)
{
  RushMapOutputTracker *tracker = tracker_with_two_shuffles ();
  gint64 epoch = rush_map_output_tracker_epoch (tracker);

  rush_map_output_tracker_remove_executor (tracker, "a");
  assert_missing (tracker, 0, 1, (const guint[]){ 0 });
  assert_missing (tracker, 1, 1, (const guint[]){ 0 });
  g_assert_cmpint (rush_map_output_tracker_epoch (tracker), ==, epoch + 1);
  rush_map_output_tracker_free (tracker);
}

static void
test_a_host_is_lost (void)
{
  RushMapOutputTracker *tracker = tracker_with_two_shuffles ();
  gint64 epoch = rush_map_output_tracker_epoch (tracker);

  rush_map_output_tracker_remove_host (tracker, "h1");
  assert_missing (tracker, 0, 2, (const guint[]){ 0, 2 });
  g_assert_cmpuint (rush_map_output_tracker_n_available (tracker, 1), ==, 0);
  g_assert_cmpint (rush_map_output_tracker_epoch (tracker), ==, epoch + 1);
  rush_map_output_tracker_free (tracker);
}

static void
test_all_outputs_are_withdrawn (void)
{
  RushMapOutputTracker *tracker = tracker_with_two_shuffles ();
  gint64 epoch = rush_map_output_tracker_epoch (tracker);

  rush_map_output_tracker_unregister_all (tracker, 0);
  assert_missing (tracker, 0, 3, (const guint[]){ 0, 1, 2 });
  g_assert_cmpuint (rush_map_output_tracker_n_available (tracker, 1), ==, 1);
  g_assert_true (rush_map_output_tracker_contains_shuffle (tracker, 0));
  g_assert_cmpint (rush_map_output_tracker_epoch (tracker), ==, epoch + 1);
  rush_map_output_tracker_free (tracker);
}

/* ---- places ---- */

static void
test_preferred_places (void)
{
  RushMapOutputTracker *tracker = rush_map_output_tracker_new ();
  char **hosts = (char **)"not touched";

  rush_map_output_tracker_register_shuffle (tracker, 0, 4);
  /* Of reduce partition 0: a has 30 of 100, b 15, c 55; of partition 1 nobody has anything. */
  rush_map_output_tracker_register_output (tracker, 0, 0, status_on ("a", "h1", 1, 10, 0));
  rush_map_output_tracker_register_output (tracker, 0, 1, status_on ("b", "h2", 2, 15, 0));
  rush_map_output_tracker_register_output (tracker, 0, 2, status_on ("a", "h1", 3, 20, 0));
  rush_map_output_tracker_register_output (tracker, 0, 3, status_on ("c", "h3", 4, 55, 0));

  g_auto (GStrv) ids = rush_map_output_tracker_preferred (tracker, 0, 0, 0.2, &hosts);
  g_assert_cmpstrv (ids, ((const char *const[]){ "a", "c", NULL }));
  g_assert_cmpstrv (hosts, ((const char *const[]){ "h1", "h3", NULL }));
  g_strfreev (hosts);
  g_assert_null (rush_map_output_tracker_preferred (tracker, 0, 0, 0.9, &hosts));
  g_assert_null (hosts);
  g_assert_null (rush_map_output_tracker_preferred (tracker, 0, 1, 0.2, &hosts));
  g_assert_null (rush_map_output_tracker_preferred (tracker, 5, 0, 0.2, &hosts));
  rush_map_output_tracker_free (tracker);
}

/* ---- threads ---- */

#define N_MAPS 64
#define N_ROUNDS 200

static void *
look_up (void *tracker)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    for (guint m = 0; m < N_MAPS; m++)
      {
        g_autoptr (RushMapStatus) status = rush_map_output_tracker_get (tracker, 0, m);
        if (status != NULL)
          g_assert_cmpint (status->sizes[0].bytes, ==, m);
      }
  return NULL;
}

static void
test_runners_look_while_the_loop_changes (void)
{
  RushMapOutputTracker *tracker = rush_map_output_tracker_new ();
  pthread_t readers[3];

  rush_map_output_tracker_register_shuffle (tracker, 0, N_MAPS);
  for (guint r = 0; r < G_N_ELEMENTS (readers); r++)
    pthread_create (&readers[r], NULL, look_up, tracker);
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      for (guint m = 0; m < N_MAPS; m++)
        rush_map_output_tracker_register_output (tracker, 0, m, status_on ("a", "h", m, m, 0));
      rush_map_output_tracker_remove_executor (tracker, "a");
    }
  for (guint r = 0; r < G_N_ELEMENTS (readers); r++)
    pthread_join (readers[r], NULL);
  g_assert_cmpuint (rush_map_output_tracker_n_available (tracker, 0), ==, 0);
  rush_map_output_tracker_free (tracker);
}

/* All or none, whatever happens to the tracker afterwards. */
static void
test_all_statuses_at_once (void)
{
  RushMapOutputTracker *tracker = rush_map_output_tracker_new ();

  g_assert_null (rush_map_output_tracker_statuses (tracker, 5));
  rush_map_output_tracker_register_shuffle (tracker, 5, 2);
  g_assert_null (rush_map_output_tracker_statuses (tracker, 5));
  for (guint m = 0; m < 2; m++)
    {
      g_assert_null (rush_map_output_tracker_statuses (tracker, 5));
      rush_map_output_tracker_register_output (tracker, 5, m,
                                               rush_map_status_new ("0", "localhost", m, 1));
    }
  g_autoptr (GPtrArray) statuses = rush_map_output_tracker_statuses (tracker, 5);
  rush_map_output_tracker_unregister_shuffle (tracker, 5);
  g_assert_null (rush_map_output_tracker_statuses (tracker, 5));
  g_assert_cmpuint (statuses->len, ==, 2);
  for (guint m = 0; m < 2; m++)
    g_assert_cmpint (((RushMapStatus *)g_ptr_array_index (statuses, m))->map_task_id, ==, m);

  rush_map_output_tracker_register_shuffle (tracker, 6, 0); /* of an RDD without partitions */
  g_autoptr (GPtrArray) none = rush_map_output_tracker_statuses (tracker, 6);
  g_assert_cmpuint (none->len, ==, 0);
  rush_map_output_tracker_free (tracker);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tracker/register_and_get", test_register_and_get);
  g_test_add_func ("/tracker/unknown_shuffle", test_output_of_an_unknown_shuffle_is_dropped);
  g_test_add_func ("/tracker/output_lost", test_one_output_is_lost);
  g_test_add_func ("/tracker/executor_lost", test_an_executor_is_lost);
  g_test_add_func ("/tracker/host_lost", test_a_host_is_lost);
  g_test_add_func ("/tracker/withdrawn", test_all_outputs_are_withdrawn);
  g_test_add_func ("/tracker/preferred", test_preferred_places);
  g_test_add_func ("/tracker/threads", test_runners_look_while_the_loop_changes);
  g_test_add_func ("/map_output_tracker/all_statuses", test_all_statuses_at_once);
  return g_test_run ();
}
