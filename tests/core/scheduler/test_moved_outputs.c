/* test_moved_outputs.c - map outputs that are copied elsewhere before their executor goes.
 *
 * Purpose: what has been moved is not computed again; what is said of it too late, of another
 * attempt or of a dead executor changes nothing; and its new place can be lost as any other.
 */
#include "fixture.h"

/* What map task @map of shuffle 0 wrote can be read on @executor. */
static void
move_output (Fixture *f, guint map, gint64 map_task_id, const char *executor)
{
  RushMessage *message = rush_message_new (RUSH_MESSAGE_OUTPUT_MOVED);

  message->id = 0;
  message->map_index = map;
  message->task_id = map_task_id;
  message->text = g_strdup (executor);
  fixture_handle (f, message);
}

static gint64
writer_of (Fixture *f, guint map)
{
  g_autoptr (RushMapStatus) status = rush_map_output_tracker_get (f->tracker, 0, map);

  return status->map_task_id;
}

static void
decommission (Fixture *f, const char *executor)
{
  fixture_tell_of_executor (f, RUSH_MESSAGE_EXECUTOR_DECOMMISSIONING, executor, "to be moved");
}

/* Executor "1" has map output 0 and runs map tasks; "2" has come. */
static TestJob *
submit_with_output_on_one (Fixture **out)
{
  Fixture *f = fixture_cluster (1, 2);
  TestJob *job = fixture_submit_shuffle (f, 3, 2);

  fixture_succeed (f, 0, 0, 0);
  fixture_add_executor (f, "2", "host2", 3);
  decommission (f, "1");
  *out = f;
  return job;
}

static void
test_what_has_been_moved_is_not_computed_again (void)
{
  Fixture *f;
  TestJob *job = submit_with_output_on_one (&f);
  g_autofree char *events = NULL;

  move_output (f, 0, writer_of (f, 0), "2");
  fixture_assert_outputs (f, 0, "0@2 1@- 2@-");
  fixture_lose_executor (f, "1");
  fixture_assert_outputs (f, 0, "0@2 1@- 2@-");
  fixture_assert_partitions (f, 0, 0, "1 2"); /* those that ran there */
  events = fixture_events (f, "TaskEnd");
  g_assert_cmpstr (events, ==,
                   "TaskEnd 0.0:0 Success; TaskEnd 0.0:1 ExecutorLostFailure; "
                   "TaskEnd 0.0:2 ExecutorLostFailure");
  fixture_run_stages (f, "0.0 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

static void
test_sizes_are_those_that_were (void)
{
  Fixture *f;
  submit_with_output_on_one (&f);

  move_output (f, 0, writer_of (f, 0), "2");
  g_autoptr (RushMapStatus) status = rush_map_output_tracker_get (f->tracker, 0, 0);
  g_assert_cmpstr (status->host, ==, "host2");
  g_assert_cmpuint (status->n_partitions, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (status->sizes[i].bytes, ==, 100);
  fixture_free_busy (f);
}

static void
test_news_that_changes_nothing (void)
{
  Fixture *f;
  TestJob *job = submit_with_output_on_one (&f);

  move_output (f, 0, writer_of (f, 0) + 1, "2"); /* another attempt's */
  move_output (f, 1, writer_of (f, 0), "2");     /* not registered */
  move_output (f, 0, writer_of (f, 0), "9");     /* nobody */
  fixture_assert_outputs (f, 0, "0@1 1@- 2@-");
  fixture_lose_executor (f, "1");
  fixture_assert_partitions (f, 0, 0, "0 1 2");
  fixture_run_stages (f, "0.0 1.0");
  fixture_assert_succeeded (job);
  move_output (f, 0, 0, "2"); /* the shuffle may be gone, too */
  fixture_free (f);
}

/* The set does not know that the output is gone, but the stage sees it at its end. */
static void
test_its_new_place_is_lost_while_the_stage_runs (void)
{
  Fixture *f;
  TestJob *job = submit_with_output_on_one (&f);

  move_output (f, 0, writer_of (f, 0), "2");
  fixture_add_executor (f, "3", "host3", 3);
  fixture_lose_executor (f, "2");
  fixture_lose_executor (f, "1");
  fixture_assert_partitions (f, 0, 0, "1 2");
  fixture_succeed_all (f, 0, 0);
  fixture_assert_running (f, "0.1:0@3");
  fixture_run_stages (f, "0.1 1.0");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

/* A reader that looked it up before the move finds nothing there: the stage runs again, the map task
 * does not. */
static void
test_who_looked_it_up_before (void)
{
  Fixture *f = fixture_cluster (2, 2);
  TestJob *job = fixture_submit_shuffle (f, 2, 1);

  fixture_succeed_all (f, 0, 0);
  g_autofree char *old = fixture_place_of (f, 0, 0);
  const char *other = g_str_equal (old, "1") ? "2" : "1";
  decommission (f, old);
  for (guint map = 0; map < 2; map++)
    move_output (f, map, writer_of (f, map), other);
  fixture_lose_executor (f, old);
  if (fixture_find (f, 1, 0, 0) != NULL)
    fixture_fetch_failed (f, 1, 0, 0, 0, 0, old);
  fixture_fire_timer (f);
  g_assert_cmpuint (fixture_n_running (f, 0, 1), ==, 0);
  fixture_run_stages (f, "1.1");
  fixture_assert_succeeded (job);
  fixture_free (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/scheduler/moved_outputs/" #name, test_##name)
  ADD (what_has_been_moved_is_not_computed_again);
  ADD (sizes_are_those_that_were);
  ADD (news_that_changes_nothing);
  ADD (its_new_place_is_lost_while_the_stage_runs);
  ADD (who_looked_it_up_before);
  return g_test_run ();
}
