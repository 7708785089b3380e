/* The event log as a file: where it is written, what its name promises, what can go wrong. */
#include "core/event/event_log.h"
#include "sample_run.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *dir;
  char *log;        /* dir/app */
  char *inprogress; /* dir/app.inprogress */
} Folder;

static void
folder_set_up (Folder *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->dir = g_dir_make_tmp ("rushlight-test-XXXXXX", &error);
  g_assert_no_error (error);
  self->log = g_build_filename (self->dir, SAMPLE_APP_ID, NULL);
  self->inprogress = g_strconcat (self->log, ".inprogress", NULL);
}

static void
folder_tear_down (Folder *self, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (self->dir, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->dir, name, NULL);
      g_remove (path);
    }
  g_rmdir (self->dir);
  g_free (self->dir);
  g_free (self->log);
  g_free (self->inprogress);
}

static gboolean
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static RushListener *
open_log (const char *dir, gboolean overwrite)
{
  g_autoptr (GError) error = NULL;
  RushListener *log = rush_event_log_new (dir, SAMPLE_APP_ID, overwrite, FALSE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (log);
  return log;
}

static void
write_sample (const char *dir, gboolean overwrite)
{
  RushEventBus *bus = rush_event_bus_new (10);

  rush_event_bus_add_queued (bus, open_log (dir, overwrite), NULL);
  sample_run_post (bus);
  rush_event_bus_free (bus);
}

static char **
read_lines (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (text, "\n"));
  text[strlen (text) - 1] = '\0';
  return g_strsplit (text, "\n", -1);
}

/* ---- what is in it ---- */

/* Every line an event, in the order of the run. */
static void
test_application (Folder *self, gconstpointer data)
{
  static const char *const expected[] = { "LogStart",          "ResourceProfileAdded",
                                          "ExecutorAdded",     "BlockManagerAdded",
                                          "EnvironmentUpdate", "ApplicationStart",
                                          "JobStart",          "StageSubmitted",
                                          "TaskStart",         "TaskStart",
                                          "TaskEnd",           "TaskEnd",
                                          "StageCompleted",    "StageSubmitted",
                                          "TaskStart",         "TaskStart",
                                          "TaskEnd",           "TaskEnd",
                                          "StageCompleted",    "JobEnd",
                                          "JobStart",          "StageSubmitted",
                                          "TaskStart",         "TaskStart",
                                          "TaskEnd",           "TaskEnd",
                                          "StageCompleted",    "JobEnd",
                                          "ApplicationEnd" };

  write_sample (self->dir, FALSE);
  g_auto (GStrv) lines = read_lines (self->log);
  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RushJson) json = rush_json_parse (lines[i], -1, &error);
      g_assert_no_error (error);
      const char *name = rush_json_get_string (json, "Event", "");
      g_assert_cmpstr (name + strlen ("SparkListener"), ==, expected[i]);
    }
  g_assert_false (exists (self->inprogress));
}

/* Until the end, the log has the name that says so, and holds what has been told so far. */
static void
test_in_progress (Folder *self, gconstpointer data)
{
  RushEventBus *bus = rush_event_bus_new (10);

  rush_event_bus_add_queued (bus, open_log (self->dir, FALSE), NULL);
  g_assert_true (exists (self->inprogress));
  g_assert_false (exists (self->log));
  rush_event_bus_post (bus, sample_job_end (0, 0, NULL));
  rush_event_bus_flush (bus);
  g_auto (GStrv) lines = read_lines (self->inprogress);
  g_assert_cmpuint (g_strv_length (lines), ==, 1);

  rush_event_bus_stop (bus);
  g_assert_false (exists (self->inprogress));
  g_assert_true (exists (self->log));
  rush_event_bus_free (bus);
}

/* A context that dies before its end leaves the name that says so. */
static void
test_never_finished (Folder *self, gconstpointer data)
{
  RushListener *log = open_log (self->dir, FALSE);

  log->klass->free (log);
  g_assert_true (exists (self->inprogress));
  g_assert_false (exists (self->log));
}

/* ---- where it is ---- */

static void
test_uris (Folder *self, gconstpointer data)
{
  const char *prefixes[] = { "file://", "file:", "file://localhost" };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      g_autofree char *uri = g_strconcat (prefixes[i], self->dir, NULL);
      write_sample (uri, FALSE);
      g_assert_true (exists (self->log));
      g_remove (self->log);
    }
}

static void
test_escaped_uri (Folder *self, gconstpointer data)
{
  g_autofree char *dir = g_build_filename (self->dir, "my logs", NULL);
  g_autofree char *uri = g_filename_to_uri (dir, NULL, NULL);
  g_autofree char *log = g_build_filename (dir, SAMPLE_APP_ID, NULL);
  g_assert_nonnull (strstr (uri, "%20"));
  g_assert_cmpint (g_mkdir (dir, 0700), ==, 0);

  write_sample (uri, FALSE);
  g_assert_true (exists (log));
  g_remove (log);
}

static void
assert_refused (const char *dir, const char *app_id, gboolean overwrite, RushCoreError code,
                const char *named)
{
  g_autoptr (GError) error = NULL;
  RushListener *log = rush_event_log_new (dir, app_id, overwrite, FALSE, &error);

  g_assert_null (log);
  g_assert_error (error, RUSH_CORE_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, named));
}

static void
test_folder_missing (Folder *self, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (self->dir, "a", "b", NULL);
  g_autofree char *log = g_build_filename (missing, SAMPLE_APP_ID, NULL);
  g_autofree char *parent = g_path_get_dirname (missing);
  g_autoptr (GError) error = NULL;

  assert_refused (missing, SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_NOT_FOUND, missing);
  assert_refused (missing, SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_NOT_FOUND, "spark.eventLog.dir");

  RushListener *made = rush_event_log_new (missing, SAMPLE_APP_ID, FALSE, TRUE, &error);
  g_assert_no_error (error);
  made->klass->finish (made);
  made->klass->free (made);
  g_assert_true (exists (log));
  g_remove (log);
  g_rmdir (missing);
  g_rmdir (parent);
}

static void
test_no_such_place (Folder *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->dir, "file", NULL);
  g_autofree char *below = g_build_filename (file, "x", NULL);
  g_assert_true (g_file_set_contents (file, "x", -1, NULL));

  assert_refused (file, SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_INVALID_ARGUMENT, file);
  assert_refused (below, SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_IO, below);
  assert_refused ("hdfs://host/logs", SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_UNSUPPORTED,
                  "hdfs://host/logs");
  assert_refused ("", SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_INVALID_ARGUMENT, "spark.eventLog.dir");
  assert_refused (NULL, SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                  "spark.eventLog.dir");
}

/* An id cannot lead out of the folder. */
static void
test_hostile_app_id (Folder *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = g_build_filename (self->dir, "__-__-my-app_'", NULL);
  RushListener *log = rush_event_log_new (self->dir, "../../My App$'", FALSE, FALSE, &error);

  expected[strlen (expected) - 1] = '_';
  g_assert_no_error (error);
  log->klass->finish (log);
  log->klass->free (log);
  g_assert_true (exists (expected));
}

/* ---- what is there already ---- */

static void
test_overwrite (Folder *self, gconstpointer data)
{
  write_sample (self->dir, FALSE);
  assert_refused (self->dir, SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_EXISTS, self->log);
  assert_refused (self->dir, SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_EXISTS,
                  "spark.eventLog.overwrite");
  g_assert_true (g_file_set_contents (self->log, "old", -1, NULL));
  write_sample (self->dir, TRUE);
  g_auto (GStrv) lines = read_lines (self->log);
  g_assert_cmpuint (g_strv_length (lines), >, 20);
}

static void
test_overwrite_unfinished (Folder *self, gconstpointer data)
{
  g_assert_true (g_file_set_contents (self->inprogress, "old", -1, NULL));
  assert_refused (self->dir, SAMPLE_APP_ID, FALSE, RUSH_CORE_ERROR_EXISTS, self->inprogress);
  write_sample (self->dir, TRUE);
  g_assert_false (exists (self->inprogress));
  g_assert_true (exists (self->log));
}

/* A link under the log's name is replaced, not followed. */
static void
test_link (Folder *self, gconstpointer data)
{
  g_autofree char *victim = g_build_filename (self->dir, "victim", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (victim, "mine", -1, NULL));
  g_assert_cmpint (symlink (victim, self->inprogress), ==, 0);
  write_sample (self->dir, TRUE);
  g_assert_true (g_file_get_contents (victim, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
}

/* ---- what goes wrong on the way ---- */

/* In a process of its own: a limit on the size of files makes the disk "full". */
static void
write_until_full (void)
{
  const char *dir = g_getenv ("RUSH_TEST_DIR");
  struct rlimit limit = { 4096, 4096 };
  RushEventBus *bus = rush_event_bus_new (10);

  rush_event_bus_add_queued (bus, open_log (dir, FALSE), NULL);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  sample_run_post (bus);
  sample_run_post (bus);
  rush_event_bus_free (bus);
}

static guint
count_lines_with (const char *text, const char *word)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (char **line = lines; *line != NULL; line++)
    n += strstr (*line, word) != NULL;
  return n;
}

/* Runs this program's test @path with RUSH_TEST_DIR set; returns its stderr. */
static char *
run_subprocess (const char *self_path, const char *test_path, const char *dir)
{
  const char *argv[] = { self_path, "-p", test_path, "--GTestSubprocess", NULL };
  g_auto (GStrv) env = g_environ_setenv (g_get_environ (), "RUSH_TEST_DIR", dir, TRUE);
  g_autoptr (GError) error = NULL;
  char *err = NULL;
  gint status;

  g_spawn_sync (NULL, (char **)argv, env, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &err,
                &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  return err;
}

static const char *program;

static void
test_disk_full (Folder *self, gconstpointer data)
{
  g_autofree char *err = run_subprocess (program, "/event/log/subprocess/disk-full", self->dir);

  g_assert_cmpuint (count_lines_with (err, self->inprogress), ==, 1); /* said once */
  g_assert_true (exists (self->inprogress));
  g_assert_false (exists (self->log));
}

/* Somebody took the final name meanwhile: that file stays, and so does ours under its first name.
 */
static void
finish_with_name_taken (void)
{
  const char *dir = g_getenv ("RUSH_TEST_DIR");
  g_autofree char *taken = g_build_filename (dir, SAMPLE_APP_ID, NULL);
  RushListener *log = open_log (dir, FALSE);

  g_assert_true (g_file_set_contents (taken, "theirs", -1, NULL));
  log->klass->finish (log);
  log->klass->free (log);
}

static void
test_taken (Folder *self, gconstpointer data)
{
  g_autofree char *err = run_subprocess (program, "/event/log/subprocess/taken", self->dir);
  g_autofree char *text = NULL;

  g_assert_cmpuint (count_lines_with (err, self->inprogress), ==, 1);
  g_assert_true (exists (self->inprogress));
  g_assert_true (g_file_get_contents (self->log, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "theirs");
}

static void
add (const char *path, void (*test) (Folder *, gconstpointer))
{
  g_test_add (path, Folder, NULL, folder_set_up, test, folder_tear_down);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  add ("/event/log/application", test_application);
  add ("/event/log/in-progress", test_in_progress);
  add ("/event/log/never-finished", test_never_finished);
  add ("/event/log/uris", test_uris);
  add ("/event/log/escaped-uri", test_escaped_uri);
  add ("/event/log/folder-missing", test_folder_missing);
  add ("/event/log/no-such-place", test_no_such_place);
  add ("/event/log/hostile-app-id", test_hostile_app_id);
  add ("/event/log/overwrite", test_overwrite);
  add ("/event/log/overwrite-unfinished", test_overwrite_unfinished);
  add ("/event/log/link", test_link);
  add ("/event/log/disk-full", test_disk_full);
  add ("/event/log/taken", test_taken);
  if (g_test_subprocess ())
    {
      g_test_add_func ("/event/log/subprocess/disk-full", write_until_full);
      g_test_add_func ("/event/log/subprocess/taken", finish_with_name_taken);
    }
  return g_test_run ();
}
