/* test_fair_pools.c - FAIR mode: pools share the slots by minShare and weight, jobs in a pool by its
 * mode; and what the file that describes pools may hold. */
#include "fixture.h"

#include <glib/gstdio.h>

#define TWO_OF_ONE                                                                                 \
  "<allocations>"                                                                                  \
  "<pool name='heavy'><schedulingMode>FAIR</schedulingMode><minShare>0</minShare>"                 \
  "<weight>3</weight></pool>"                                                                      \
  "<pool name='light'><schedulingMode>FIFO</schedulingMode><minShare>0</minShare>"                 \
  "<weight>1</weight></pool>"                                                                      \
  "<pool name='sure'><schedulingMode>FIFO</schedulingMode><minShare>2</minShare>"                  \
  "<weight>1</weight></pool>"                                                                      \
  "</allocations>"

/* ---- helpers ---- */

static GString *warnings;

static void
on_warning (const char *message, gpointer data)
{
  g_string_append_printf (warnings, "%s\n", message);
}

/* A fixture in FAIR mode with pools as @xml says; NULL: no file.  Executors are to be added. */
static Fixture *
fair_fixture (const char *xml)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  g_string_truncate (warnings, 0);
  rush_conf_set_warner (f->conf, on_warning, NULL);
  if (xml != NULL)
    {
      gint fd = g_file_open_tmp ("pools-XXXXXX.xml", &path, &error);
      g_assert_no_error (error);
      g_close (fd, NULL);
      g_file_set_contents (path, xml, -1, &error);
      g_assert_no_error (error);
    }
  g_assert_true (rush_scheduler_use_fair_pools (f->scheduler, path, &error));
  g_assert_no_error (error);
  if (path != NULL)
    g_unlink (path);
  return f;
}

static TestJob *
submit_in (Fixture *f, const char *pool, guint n)
{
  g_autoptr (RushRdd) rdd = my_rdd_new (f->lineage, n, NULL);
  TestJob *job;
  RushJobRequest *request = fixture_request (f, rdd, &job);

  request->properties = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (pool != NULL)
    g_hash_table_insert (request->properties, g_strdup ("spark.scheduler.pool"), g_strdup (pool));
  return fixture_submit_request (f, request, job);
}

/* Running tasks of stages 0, 1, …: "3 1". */
static void
assert_shares (Fixture *f, guint n_stages, const char *expected)
{
  g_autoptr (GString) shares = g_string_new (NULL);

  for (guint i = 0; i < n_stages; i++)
    g_string_append_printf (shares, "%s%u", i > 0 ? " " : "", fixture_n_running (f, (gint)i, 0));
  g_assert_cmpstr (shares->str, ==, expected);
}

/* Slots come one by one, as when tasks end one after the other. */
static void
add_slots (Fixture *f, guint n)
{
  static guint next;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", ++next);

      fixture_add_executor (f, id, id, 1);
    }
}

static void
finish (Fixture *f)
{
  while (scripted_backend_n_running (f->backend) > 0)
    {
      const RushTask *task = scripted_backend_running (f->backend, 0)->task;

      fixture_succeed (f, task->work->stage_id, task->work->stage_attempt, task->partition);
    }
  fixture_free (f);
}

/* ---- who goes first ---- */

static void
test_pools_share_by_weight (void)
{
  Fixture *f = fair_fixture (TWO_OF_ONE);

  submit_in (f, "light", 20);
  submit_in (f, "heavy", 20);
  add_slots (f, 4);
  assert_shares (f, 2, "1 3");
  add_slots (f, 4);
  assert_shares (f, 2, "2 6");
  /* A slot that comes free goes to who has lost a task by it. */
  fixture_succeed (f, 1, 0, 0);
  assert_shares (f, 2, "2 6");
  fixture_succeed (f, 0, 0, 0);
  assert_shares (f, 2, "2 6");
  g_assert_cmpstr (warnings->str, ==, "");
  finish (f);
}

static void
test_min_share_goes_before_weight (void)
{
  Fixture *f = fair_fixture (TWO_OF_ONE);

  submit_in (f, "heavy", 20);
  submit_in (f, "sure", 20);
  add_slots (f, 2);
  assert_shares (f, 2, "0 2");
  add_slots (f, 3); /* sure has its share: 0/3 < 2/1, until heavy is ahead */
  assert_shares (f, 2, "3 2");
  add_slots (f, 5);
  assert_shares (f, 2, "7 3"); /* 6/3 is as much as 2/1: heavy by its name; but 7/3 is more */
  finish (f);
}

/* Two in need: the one that is further from its share, in proportion. */
static void
test_pools_in_need_share_by_min_share (void)
{
  Fixture *f = fair_fixture ("<a><pool name='four'><minShare>4</minShare></pool>"
                             "<pool name='two'><minShare>2</minShare></pool></a>");

  submit_in (f, "two", 20);
  submit_in (f, "four", 20);
  add_slots (f, 3);
  assert_shares (f, 2, "1 2");
  add_slots (f, 3);
  assert_shares (f, 2, "2 4");
  finish (f);
}

static void
test_fifo_and_fair_within_a_pool (void)
{
  Fixture *f = fair_fixture (TWO_OF_ONE);

  submit_in (f, "light", 10);
  submit_in (f, "light", 10);
  submit_in (f, "heavy", 10);
  submit_in (f, "heavy", 10);
  add_slots (f, 8);
  assert_shares (f, 4, "2 0 3 3");
  finish (f);
}

/* One job at a time would fill all slots in FIFO mode; a short one need not wait for it. */
static void
test_short_job_does_not_wait_for_a_long_one (void)
{
  Fixture *f = fair_fixture (NULL);
  TestJob *quick;

  submit_in (f, "long", 20);
  add_slots (f, 2);
  assert_shares (f, 1, "2");
  quick = submit_in (f, "quick", 1);
  fixture_succeed (f, 0, 0, 0);
  assert_shares (f, 2, "1 1");
  fixture_succeed (f, 1, 0, 0);
  fixture_assert_succeeded (quick);
  finish (f);
}

/* What runs of a set that has failed still counts for its pool. */
static void
test_zombies_count_for_their_pool (void)
{
  Fixture *f = fair_fixture (NULL);

  TestJob *gone = submit_in (f, "a", 2);
  add_slots (f, 2);
  fixture_cancel_job (f, gone->id, NULL);
  submit_in (f, "a", 4);
  submit_in (f, "b", 4);
  add_slots (f, 2);
  assert_shares (f, 3, "2 0 2");
  finish (f);
}

/* ---- which pool ---- */

static void
test_default_pool_when_the_property_is_not_set (void)
{
  Fixture *f = fair_fixture ("<a><pool name='default'><weight>3</weight></pool></a>");

  submit_in (f, NULL, 10);
  submit_in (f, "other", 10);
  add_slots (f, 4);
  assert_shares (f, 2, "3 1");
  finish (f);
}

static void
test_unknown_pool_is_made_and_told_of_once (void)
{
  Fixture *f = fair_fixture (TWO_OF_ONE);

  submit_in (f, "mine", 4);
  submit_in (f, "mine", 4);
  g_assert_cmpstr (warnings->str, ==,
                   "A job was submitted with scheduler pool mine, which has not been configured. "
                   "This can happen when the file that pools are read from isn't set, or when that "
                   "file doesn't contain mine. Created mine with default configuration "
                   "(schedulingMode: FIFO, minShare: 0, weight: 1)\n");
  add_slots (f, 2);
  assert_shares (f, 2, "2 0");
  finish (f);
}

static void
test_fifo_scheduler_does_not_look_at_the_pool (void)
{
  Fixture *f = fixture_new (4, NULL);

  g_string_truncate (warnings, 0);
  rush_conf_set_warner (f->conf, on_warning, NULL);
  submit_in (f, "a", 4);
  submit_in (f, "b", 4);
  add_slots (f, 3);
  assert_shares (f, 2, "3 0");
  g_assert_cmpstr (warnings->str, ==, "");
  finish (f);
}

/* ---- the file ---- */

static void
test_blank_and_invalid_values_get_defaults (void)
{
  Fixture *f = fair_fixture (
      "<?xml version='1.0'?><!-- pools --><a><deeper>"
      "<pool name='odd'><schedulingMode>lifo</schedulingMode><minShare> </minShare>"
      "<weight>2x</weight></pool>"
      "<pool name='good'><schedulingMode> fair </schedulingMode><minShare>+0</minShare>"
      "<weight>\n3\n</weight><color>red</color></pool></deeper></a>");

  g_assert_nonnull (strstr (warnings->str, "Unsupported schedulingMode: LIFO found in Fair "
                                           "Scheduler configuration file: "));
  g_assert_nonnull (strstr (warnings->str, "using the default schedulingMode: FIFO for pool: odd"));
  g_assert_nonnull (strstr (warnings->str, "minShare is blank or invalid: , using the default "
                                           "minShare: 0 for pool: odd"));
  g_assert_nonnull (strstr (warnings->str, "weight is blank or invalid: 2x, using the default "
                                           "weight: 1 for pool: odd"));
  g_assert_null (strstr (warnings->str, "pool: good"));
  submit_in (f, "odd", 10);
  submit_in (f, "good", 10);
  submit_in (f, "good", 10);
  add_slots (f, 8);
  assert_shares (f, 3, "2 3 3");
  finish (f);
}

static void
assert_refused (const char *xml, gint code, const char *part)
{
  Fixture *f = fixture_new (4, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "pools.xml", NULL);

  if (xml != NULL)
    g_file_set_contents (path, xml, -1, NULL);
  g_assert_false (rush_scheduler_use_fair_pools (f->scheduler, path, &error));
  g_assert_error (error, RUSH_CORE_ERROR, code);
  g_assert_nonnull (strstr (error->message, "Error while building the fair scheduler pools from "));
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, part));
  g_unlink (path);
  g_rmdir (folder);
  fixture_free (f);
}

static void
test_file_that_is_not_there_or_no_xml_is_refused (void)
{
  assert_refused (NULL, RUSH_CORE_ERROR_NOT_FOUND, "No such file");
  assert_refused ("<allocations><pool name='a'>", RUSH_CORE_ERROR_INVALID_ARGUMENT, "line 1");
  assert_refused ("pools: none", RUSH_CORE_ERROR_INVALID_ARGUMENT, "line 1");
  assert_refused ("", RUSH_CORE_ERROR_INVALID_ARGUMENT, "empty");
}

static void
test_without_a_file_all_pools_are_alike (void)
{
  Fixture *f = fair_fixture (NULL);

  g_assert_cmpstr (warnings->str, ==, "");
  submit_in (f, "a", 10);
  submit_in (f, "b", 10);
  add_slots (f, 6);
  assert_shares (f, 2, "3 3");
  finish (f);
}

#define ADD(name) g_test_add_func ("/scheduler/fair_pools/" #name, test_##name)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  warnings = g_string_new (NULL);
  ADD (pools_share_by_weight);
  ADD (min_share_goes_before_weight);
  ADD (pools_in_need_share_by_min_share);
  ADD (fifo_and_fair_within_a_pool);
  ADD (short_job_does_not_wait_for_a_long_one);
  ADD (zombies_count_for_their_pool);
  ADD (default_pool_when_the_property_is_not_set);
  ADD (unknown_pool_is_made_and_told_of_once);
  ADD (fifo_scheduler_does_not_look_at_the_pool);
  ADD (blank_and_invalid_values_get_defaults);
  ADD (file_that_is_not_there_or_no_xml_is_refused);
  ADD (without_a_file_all_pools_are_alike);
  status = g_test_run ();
  g_string_free (warnings, TRUE);
  return status;
}
