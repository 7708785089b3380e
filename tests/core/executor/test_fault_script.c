/* test_fault_script.c - fault scripts: what is read from them, what is refused and why, when faults
 * are due; and on real executors, that the results of a job are the same with and without them. */
#include "gated_job.h"

#include "core/executor/fault_script.h"

#include <glib/gstdio.h>
#include <string.h>

/* ---- reading ---- */

static void
test_fault_is_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushFault) fault = rush_fault_parse (
      "{\"do\": \"drop_shuffle\", \"shuffle\": 2, \"map\": 7, \"executor\": null, \"times\": 3,"
      " \"when\": {\"task\": 17, \"stage\": 1, \"executor\": \"0\"}}",
      "fault", &error);

  g_assert_no_error (error);
  g_assert_cmpint (fault->kind, ==, RUSH_FAULT_DROP_SHUFFLE);
  g_assert_cmpstr (fault->name, ==, "fault (drop_shuffle)");
  g_assert_cmpint (fault->shuffle, ==, 2);
  g_assert_cmpint (fault->map, ==, 7);
  g_assert_null (fault->executor);
  g_assert_cmpint (fault->times, ==, 3);
  g_assert_true (fault->has_when);
  g_assert_cmpint (fault->when.task, ==, 17);
  g_assert_cmpint (fault->when.stage, ==, 1);
  g_assert_cmpint (fault->when.attempt, ==, -1);
  g_assert_cmpstr (fault->when.executor, ==, "0");
}

static void
assert_refused (const char *text, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_fault_parse (text, "fault 2", &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, why);
}

static void
test_what_makes_no_sense_is_refused (void)
{
  assert_refused ("[]", "fault 2: a fault is an object with a member \"do\"");
  assert_refused ("{\"do\": \"explode\"}",
                  "fault 2: \"do\" must be one of kill_executor, decommission_executor, "
                  "slow_executor, fail_task, drop_shuffle, corrupt_shuffle, drop_cached");
  assert_refused ("{\"do\": \"kill_executor\"}", "fault 2 (kill_executor): it needs \"executor\"");
  assert_refused ("{\"do\": \"fail_task\", \"stage\": 1}",
                  "fault 2 (fail_task): it needs \"when\"");
  assert_refused ("{\"do\": \"kill_executor\", \"executor\": \"1\", \"factor\": 2}",
                  "fault 2 (kill_executor): it takes no \"factor\"");
  assert_refused ("{\"do\": \"kill_executor\", \"executor\": 1}",
                  "fault 2 (kill_executor): \"executor\" must be a text");
  assert_refused ("{\"do\": \"slow_executor\", \"executor\": \"1\", \"factor\": 0.5}",
                  "fault 2 (slow_executor): \"factor\" must be a number, at least 1");
  assert_refused ("{\"do\": \"drop_cached\", \"rdd\": -1}",
                  "fault 2 (drop_cached): \"rdd\" must be a whole number, at least 0");
  assert_refused (
      "{\"do\": \"fail_task\", \"when\": {\"stages\": 1}}",
      "fault 2 (fail_task): \"stages\" of \"when\" is not known; there are task, stage, "
      "stage_attempt, partition, attempt, executor");
  assert_refused ("{\"do\": \"fail_task\", \"when\": 3}",
                  "fault 2 (fail_task): \"when\" must be an object, as { \"stage\": 1 }");
  assert_refused ("{\"do\": \"fail_task\", \"when\": {}, \"times\": 0}",
                  "fault 2 (fail_task): \"times\" must be a whole number, at least 1");
}

/* ---- files ---- */

static char *
write_script (const char *text)
{
  char *path = NULL;
  gint fd = g_file_open_tmp ("faults-XXXXXX.json", &path, NULL);

  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
assert_file_refused (const char *text, const char *part)
{
  RushFaultScript *script = rush_fault_script_new ();
  g_autofree char *path = write_script (text);
  g_autoptr (GError) error = NULL;

  g_assert_false (rush_fault_script_read (script, path, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, part));
  rush_fault_script_free (script);
  g_unlink (path);
}

static void
test_errors_of_a_file_name_the_place (void)
{
  RushFaultScript *script = rush_fault_script_new ();
  g_autoptr (GError) error = NULL;

  assert_file_refused ("{\n \"faults\": [\n  oops ]}", "line 3");
  assert_file_refused ("[]", "a fault script is an object { \"faults\": [ … ] }");
  assert_file_refused ("{\"faults\": [], \"more\": 1}", "and nothing else");
  assert_file_refused ("{\"faults\": [{\"do\": \"drop_shuffle\", \"shuffle\": 0}, {}]}",
                       ", fault 2: \"do\" must be one of");
  g_assert_false (rush_fault_script_read (script, "/no/such/file.json", &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "spark.rushlight.faultScript"));
  rush_fault_script_free (script);
}

/* ---- when ---- */

static void
add (RushFaultScript *script, const char *text)
{
  g_autoptr (GError) error = NULL;
  RushFault *fault = rush_fault_parse (text, "fault", &error);

  g_assert_no_error (error);
  rush_fault_script_add (script, fault);
}

static guint
n_due (RushFaultScript *script, gint64 task_id, gint stage, guint partition, guint attempt,
       const char *executor)
{
  RushStageWork work = { .stage_id = stage };
  RushTask task = {
    .task_id = task_id, .work = &work, .partition = partition, .attempt_number = attempt
  };
  g_autoptr (GPtrArray) due = g_ptr_array_new ();

  rush_fault_script_task_starts (script, &task, executor, due);
  return due->len;
}

static void
test_faults_are_due_when_all_fits (void)
{
  RushFaultScript *script = rush_fault_script_new ();

  add (script, "{\"do\": \"fail_task\", \"when\": {\"stage\": 1, \"partition\": 3}, \"times\": 2}");
  g_assert_cmpuint (n_due (script, 0, 0, 3, 0, "1"), ==, 0);
  g_assert_cmpuint (n_due (script, 1, 1, 2, 0, "1"), ==, 0);
  g_assert_cmpuint (n_due (script, 2, 1, 3, 0, "1"), ==, 1);
  g_assert_cmpuint (n_due (script, 3, 1, 3, 1, "1"), ==, 1);
  g_assert_cmpuint (n_due (script, 4, 1, 3, 2, "1"), ==, 0); /* twice is enough */
  add (script, "{\"do\": \"fail_task\", \"when\": {\"attempt\": 1, \"executor\": \"2\"}}");
  g_assert_cmpuint (n_due (script, 5, 9, 0, 1, "1"), ==, 0);
  g_assert_cmpuint (n_due (script, 6, 9, 0, 1, "2"), ==, 1);
  rush_fault_script_free (script);
}

/* Numbers of tasks are not all used: the first from there on will do. */
static void
test_task_number_or_later (void)
{
  RushFaultScript *script = rush_fault_script_new ();

  add (script, "{\"do\": \"drop_shuffle\", \"shuffle\": 0, \"when\": {\"task\": 17}}");
  add (script, "{\"do\": \"drop_shuffle\", \"shuffle\": 1}");
  g_assert_cmpuint (n_due (script, 0, 0, 0, 0, "1"), ==, 1); /* no `when`: at the first task */
  g_assert_cmpuint (n_due (script, 16, 0, 0, 0, "1"), ==, 0);
  g_assert_cmpuint (n_due (script, 18, 0, 0, 0, "1"), ==, 1);
  g_assert_cmpuint (n_due (script, 19, 0, 0, 0, "1"), ==, 0);
  rush_fault_script_free (script);
}

/* ---- on executors ---- */

static GString *warnings;

static void
on_warning (const char *message, gpointer data)
{
  g_string_append_printf (warnings, "%s\n", message);
}

/* Runs 6 maps ═▶ 4 reduces on two executors with the faults, twice. */
static Engine *
run_with (const char *faults)
{
  g_autofree char *text = g_strdup_printf ("{\"faults\": [%s]}", faults);
  g_autofree char *path = write_script (text);
  Engine *engine = engine_new ("local-cluster[2,1,512]", "spark.rushlight.faultScript", path, NULL);
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 6, thousand_numbers, NULL);
  g_autoptr (RushRdd) shuffled = shuffled_rdd_new (rdd, 4, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_string_truncate (warnings, 0);
  rush_conf_set_warner (engine->conf, on_warning, NULL);
  g_assert_cmpint (engine_sum (engine, shuffled, &error), ==, 6000 * 5999 / 2);
  g_assert_no_error (error);
  g_assert_cmpint (engine_sum (engine, shuffled, &error), ==, 6000 * 5999 / 2);
  engine_stop (engine);
  g_unlink (path);
  return engine;
}

static guint
count (const Engine *engine, const char *words)
{
  guint n = 0;

  for (const char *at = engine->events->str; (at = strstr (at, words)) != NULL; at++)
    n++;
  return n;
}

static void
test_executor_dies_as_a_stage_starts (void)
{
  Engine *engine = run_with ("{\"do\": \"kill_executor\", \"executor\": \"1\", \"replace\": true,"
                             " \"when\": {\"stage\": 1}}");

  g_assert_cmpuint (count (engine, "executor 1 removed"), ==, 1);
  g_assert_cmpuint (count (engine, "executor 2 added"), ==, 1);
  g_assert_cmpuint (count (engine, ": Success"), >, 14); /* 6 + 4 and 4: maps ran again */
  g_assert_cmpstr (warnings->str, ==, "");
  engine_free (engine);
}

/* It ends what it runs, and goes: no task is lost. */
static void
test_executor_is_decommissioned (void)
{
  Engine *engine = run_with ("{\"do\": \"decommission_executor\", \"executor\": \"1\","
                             " \"replace\": true, \"when\": {\"executor\": \"1\"}}");

  g_assert_cmpuint (count (engine, "executor 1 removed"), ==, 1);
  g_assert_cmpuint (count (engine, "executor 2 added"), ==, 1);
  g_assert_cmpuint (count (engine, ": ExecutorLostFailure"), ==, 0);
  g_assert_cmpstr (warnings->str, ==, "");
  engine_free (engine);
}

/* Its outputs go with it, read or not: the sum is right. */
static void
test_executor_is_decommissioned_as_a_stage_starts (void)
{
  Engine *engine = run_with ("{\"do\": \"decommission_executor\", \"executor\": \"1\","
                             " \"when\": {\"stage\": 1}}");

  g_assert_cmpuint (count (engine, "executor 1 removed"), ==, 1);
  g_assert_cmpstr (warnings->str, ==, "");
  engine_free (engine);
}

static void
test_task_fails_as_often_as_asked (void)
{
  Engine *engine = run_with ("{\"do\": \"fail_task\", \"when\": {\"stage\": 0, \"partition\": 2},"
                             " \"times\": 3, \"message\": \"a bad day\"}");

  g_assert_cmpuint (count (engine, ": ExceptionFailure"), ==, 3);
  g_assert_cmpuint (count (engine, ": Success"), ==, 14);
  engine_free (engine);
}

static void
test_outputs_vanish (void)
{
  Engine *engine =
      run_with ("{\"do\": \"drop_shuffle\", \"shuffle\": 0, \"map\": 3, \"when\": {\"stage\": 1}}");

  g_assert_cmpuint (count (engine, ": FetchFailed"), >=, 1);
  g_assert_cmpuint (count (engine, ": Success"), >, 14);
  engine_free (engine);
}

static void
test_outputs_are_damaged (void)
{
  Engine *engine =
      run_with ("{\"do\": \"corrupt_shuffle\", \"shuffle\": 0, \"when\": {\"stage\": 1}}");

  g_assert_cmpuint (count (engine, ": FetchFailed"), >=, 1);
  g_assert_cmpuint (count (engine, ": Success"), >, 14);
  engine_free (engine);
}

static void
test_faults_that_find_nothing_are_told_of (void)
{
  Engine *engine = run_with ("{\"do\": \"kill_executor\", \"executor\": \"9\"},"
                             "{\"do\": \"drop_cached\", \"rdd\": 0}");

  g_assert_cmpuint (count (engine, ": Success"), ==, 14);
  g_assert_nonnull (strstr (warnings->str, "fault 1 (kill_executor): there is no executor 9 that "
                                           "could be lost or slowed down; alive: 0, 1\n"));
  g_assert_nonnull (strstr (warnings->str, "fault 2 (drop_cached): there is no such cached block"));
  engine_free (engine);
}

static void
test_faults_injected_while_jobs_run (void)
{
  Engine *engine = engine_new ("local[2,3]", NULL);
  g_autoptr (RushRdd) rdd = func_rdd_new (engine, 2, thousand_numbers, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_local_backend_inject (
      engine->backend, "{\"do\": \"fail_task\", \"when\": {\"partition\": 1}, \"times\": 2}",
      &error));
  g_assert_true (rush_local_backend_inject (
      engine->backend, "{\"do\": \"slow_executor\", \"executor\": \"driver\", \"factor\": 1.5}",
      &error));
  g_assert_no_error (error);
  g_assert_cmpint (engine_sum (engine, rdd, &error), ==, 2000 * 1999 / 2);
  g_assert_false (rush_local_backend_inject (
      engine->backend, "{\"do\": \"kill_executor\", \"executor\": \"driver\"}", &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "in local mode it is the program itself"));
  g_clear_error (&error);
  g_assert_false (rush_local_backend_inject (engine->backend,
                                             "{\"do\": \"drop_shuffle\", \"shuffle\": 5}", &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  engine_stop (engine);
  g_assert_cmpuint (count (engine, ": ExceptionFailure"), ==, 2);
  engine_free (engine);
}

#define ADD(name) g_test_add_func ("/executor/fault-script/" #name, test_##name)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  warnings = g_string_new (NULL);
  ADD (fault_is_read);
  ADD (what_makes_no_sense_is_refused);
  ADD (errors_of_a_file_name_the_place);
  ADD (faults_are_due_when_all_fits);
  ADD (task_number_or_later);
  ADD (executor_dies_as_a_stage_starts);
  ADD (executor_is_decommissioned);
  ADD (executor_is_decommissioned_as_a_stage_starts);
  ADD (task_fails_as_often_as_asked);
  ADD (outputs_vanish);
  ADD (outputs_are_damaged);
  ADD (faults_that_find_nothing_are_told_of);
  ADD (faults_injected_while_jobs_run);
  status = g_test_run ();
  g_string_free (warnings, TRUE);
  return status;
}
