/* The committer alone, on bare task contexts: what is where after a commit and after an abort,
 * which of several attempts counts, and what the system refuses. */
#include "files.h"

#include "core/data/builder.h"
#include "core/executor/env.h"
#include "rdd/action/output_committer.h"
#include "rdd/action/save_as_text_file.h"
#include "rdd/source/text_file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char *top;

static RushOutputCommitter *
committer_at (const char *name)
{
  g_autofree char *path = g_build_filename (top, name, NULL);
  g_autoptr (GError) error = NULL;
  RushOutputCommitter *self = rush_output_committer_new (path, FALSE, &error);

  g_assert_no_error (error);
  return self;
}

static RushTaskContext *
task (guint partition, gint64 task_id, gint stage_attempt)
{
  RushTaskContext *ctx = rush_task_context_new ();

  ctx->stage_id = 7;
  ctx->stage_attempt = stage_attempt;
  ctx->partition = partition;
  ctx->task_id = task_id;
  return ctx;
}

static RushOutputAttempt *
write_attempt (RushOutputCommitter *committer, RushTaskContext *ctx, const char *text)
{
  g_autoptr (GError) error = NULL;
  RushOutputAttempt *attempt = rush_output_attempt_open (committer, ctx, &error);

  g_assert_no_error (error);
  g_assert_cmpint (write (attempt->fd, text, strlen (text)), ==, (gssize)strlen (text));
  return attempt;
}

/* One attempt from begin to end. */
static void
write_and_commit (RushOutputCommitter *committer, guint partition, gint64 task_id,
                  gint stage_attempt, const char *text)
{
  g_autoptr (RushTaskContext) ctx = task (partition, task_id, stage_attempt);
  g_autoptr (RushOutputAttempt) attempt = write_attempt (committer, ctx, text);
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_output_attempt_commit (attempt, &error));
  g_assert_no_error (error);
}

static void
assert_files (const char *name, const char *expected)
{
  g_autofree char *path = g_build_filename (top, name, NULL);
  g_autofree char *found = list_files (path);

  g_assert_cmpstr (found, ==, expected);
}

static void
assert_content (const char *name, const char *expected)
{
  g_autofree char *text = get_file (top, name, NULL);

  g_assert_cmpstr (text, ==, expected);
}

static void
commit_job (RushOutputCommitter *committer)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_output_committer_commit_job (committer, &error));
  g_assert_no_error (error);
}

/* ---- normal ---- */

static void
test_commit (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("commit/deep/out");

  write_and_commit (committer, 0, 10, 0, "zero\n");
  write_and_commit (committer, 12345, 11, 0, "");
  /* Nothing in place before the job has committed. */
  g_assert_false (exists (top, "commit/deep/out/part-00000"));
  g_assert_false (exists (top, "commit/deep/out/_SUCCESS"));
  commit_job (committer);
  assert_files ("commit/deep/out", "_SUCCESS part-00000 part-12345");
  assert_content ("commit/deep/out/part-00000", "zero\n");
}

/* The names that Hadoop gives, while they last. */
static void
test_names (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("names");
  g_autoptr (RushTaskContext) ctx = task (3, 41, 0);
  g_autoptr (RushOutputAttempt) attempt = write_attempt (committer, ctx, "x");

  g_assert_true (g_regex_match_simple (
      "/names/_temporary/0/_temporary/attempt_\\d{14}_\\d+_0007_m_000003_41/part-00003$",
      attempt->path, 0, 0));
  g_assert_true (rush_output_attempt_commit (attempt, NULL));
  g_autofree char *files = list_files (top);

  g_assert_true (g_regex_match_simple (
      "names/_temporary/0/task_\\d{14}_\\d+_0007_m_000003/part-00003( |$)", files, 0, 0));
  commit_job (committer);
}

static void
test_no_partitions (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("none");

  commit_job (committer);
  assert_files ("none", "_SUCCESS");
}

/* ---- several attempts ---- */

static void
test_uncommitted_attempts_leave_nothing (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("uncommitted");
  g_autoptr (RushTaskContext) first = task (0, 1, 0);
  g_autoptr (RushTaskContext) late = task (0, 3, 0);
  RushOutputAttempt *late_attempt = write_attempt (committer, late, "late\n");
  g_autoptr (GError) error = NULL;

  rush_output_attempt_free (write_attempt (committer, first, "failed\n"));
  write_and_commit (committer, 0, 2, 0, "good\n");
  commit_job (committer);
  assert_files ("uncommitted", "_SUCCESS part-00000");
  assert_content ("uncommitted/part-00000", "good\n");

  /* A speculative copy that ends behind the job changes nothing. */
  g_assert_false (rush_output_attempt_commit (late_attempt, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  rush_output_attempt_free (late_attempt);
  g_clear_error (&error);
  g_assert_null (rush_output_attempt_open (committer, first, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  assert_files ("uncommitted", "_SUCCESS part-00000");
}

static void
test_which_attempt_counts (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("which");

  write_and_commit (committer, 0, 1, 0, "first\n");
  write_and_commit (committer, 0, 2, 0, "again\n");
  write_and_commit (committer, 1, 3, 1, "newer stage attempt\n");
  write_and_commit (committer, 1, 4, 0, "older stage attempt\n");
  commit_job (committer);
  assert_files ("which", "_SUCCESS part-00000 part-00001");
  assert_content ("which/part-00000", "again\n");
  assert_content ("which/part-00001", "newer stage attempt\n");
}

/* Who is denied the commit leaves no file; when the one who was granted it fails, another may. */
static void
test_denied (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("denied");
  RushEnv env = { .commits = rush_commit_coordinator_new () };
  g_autoptr (RushTaskContext) first = task (0, 1, 0);
  g_autoptr (RushTaskContext) second = task (0, 2, 0);
  RushOutputAttempt *attempt = write_attempt (committer, second, "second\n");
  g_autoptr (GError) error = NULL;

  first->env = second->env = &env;
  rush_commit_coordinator_stage_start (env.commits, 7);
  g_assert_true (rush_commit_coordinator_may_commit (env.commits, 7, 0, 0, 1));
  g_assert_false (rush_output_attempt_commit (attempt, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_COMMIT_DENIED);
  rush_output_attempt_free (attempt);

  rush_commit_coordinator_task_ended (env.commits, 7, 0, 1, FALSE);
  attempt = write_attempt (committer, second, "second again\n");
  g_assert_true (rush_output_attempt_commit (attempt, NULL));
  rush_output_attempt_free (attempt);
  commit_job (committer);
  assert_files ("denied", "_SUCCESS part-00000");
  assert_content ("denied/part-00000", "second again\n");
  rush_commit_coordinator_free (env.commits);
}

static void
test_cancelled_task_does_not_commit (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("cancelled");
  g_autoptr (RushTaskContext) ctx = task (0, 1, 0);
  RushOutputAttempt *attempt = write_attempt (committer, ctx, "x");
  g_autoptr (GError) error = NULL;

  rush_task_context_cancel (ctx, "another attempt succeeded");
  g_assert_false (rush_output_attempt_commit (attempt, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  rush_output_attempt_free (attempt);
  commit_job (committer);
  assert_files ("cancelled", "_SUCCESS");
}

/* ---- abort ---- */

static void
test_abort (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("abort/deep/out");
  g_autoptr (RushTaskContext) ctx = task (1, 2, 0);
  g_autoptr (RushOutputAttempt) running = write_attempt (committer, ctx, "still running\n");

  write_and_commit (committer, 0, 1, 0, "committed\n");
  rush_output_committer_abort_job (committer);
  g_assert_false (exists (top, "abort"));
  /* It may go on writing, into a file that has no name any more. */
  g_assert_cmpint (write (running->fd, "x", 1), ==, 1);
  g_assert_false (rush_output_attempt_commit (running, NULL));
  g_assert_false (exists (top, "abort"));
}

/* Into a folder that may exist: what was there before stays. */
static void
test_existing_folder (void)
{
  g_autofree char *path = g_build_filename (top, "existing", NULL);
  g_autoptr (RushOutputCommitter) failing = NULL;
  g_autoptr (RushOutputCommitter) good = NULL;
  g_autoptr (GError) error = NULL;

  put_file (top, "existing/part-00000", "old\n", -1);
  put_file (top, "existing/part-00009", "old\n", -1);
  put_file (top, "existing/_temporary/other", "of another job\n", -1);
  g_assert_null (rush_output_committer_new (path, FALSE, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_EXISTS);
  g_autofree char *sentence = g_strdup_printf ("Output directory file:%s already exists", path);
  g_assert_cmpstr (error->message, ==, sentence);

  failing = rush_output_committer_new (path, TRUE, NULL);
  write_and_commit (failing, 0, 1, 0, "new\n");
  rush_output_committer_abort_job (failing);
  assert_files ("existing", "_temporary/other part-00000 part-00009");
  assert_content ("existing/part-00000", "old\n");

  good = rush_output_committer_new (path, TRUE, NULL);
  write_and_commit (good, 0, 1, 0, "new\n");
  commit_job (good);
  assert_files ("existing", "_SUCCESS _temporary/other part-00000 part-00009");
  assert_content ("existing/part-00000", "new\n");
}

/* A partition's place is taken by a folder: the job cannot be committed, and leaves nothing. */
static void
test_commit_that_fails (void)
{
  g_autofree char *path = g_build_filename (top, "blocked", NULL);
  g_autoptr (RushOutputCommitter) committer = NULL;
  g_autoptr (GError) error = NULL;

  put_file (top, "blocked/part-00001/in the way", "", 0);
  committer = rush_output_committer_new (path, TRUE, NULL);
  write_and_commit (committer, 0, 1, 0, "0\n");
  write_and_commit (committer, 1, 2, 0, "1\n");
  g_assert_false (rush_output_committer_commit_job (committer, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "part-00001"));
  assert_files ("blocked", "part-00001/in the way");
}

static void
test_below_a_file (void)
{
  g_autofree char *path = g_build_filename (top, "a file", "new", "out", NULL);
  g_autofree char *sentence =
      g_strdup_printf ("Parent path is not a directory: file:%s/a file", top);
  g_autoptr (GError) error = NULL;

  put_file (top, "a file", "x", 1);
  g_assert_null (rush_output_committer_new (path, FALSE, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_assert_cmpstr (error->message, ==, sentence);
}

/* ---- many tasks at once ---- */

#define N_THREADS 4
#define N_PARTITIONS 50

static void *
commit_all_partitions (void *committer)
{
  static atomic_int next_task;

  for (guint p = 0; p < N_PARTITIONS; p++)
    {
      g_autofree char *text = g_strdup_printf ("%u\n", p);

      write_and_commit (committer, p, atomic_fetch_add (&next_task, 1), 0, text);
    }
  return NULL;
}

/* Every partition is written by every thread, as if all were speculated. */
static void
test_threads (void)
{
  g_autoptr (RushOutputCommitter) committer = committer_at ("threads");
  pthread_t threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, commit_all_partitions, committer), ==, 0);
  for (guint i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  commit_job (committer);
  for (guint p = 0; p < N_PARTITIONS; p++)
    {
      g_autofree char *name = g_strdup_printf ("threads/part-%05u", p);
      g_autofree char *text = g_strdup_printf ("%u\n", p);

      assert_content (name, text);
    }
  g_assert_false (exists (top, "threads/_temporary"));
}

/* ---- lines ---- */

/* A batch of (line: string); NULL is a null. */
static RushIterator *
lines_of (const char *const *lines, guint n, gboolean nullable)
{
  const RushField field = { (char *)"line", &RUSH_STRING, nullable };
  g_autoptr (RushSchema) schema = rush_schema_new (1, &field);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  RushIterator *rows;
  RushBatch *batch;

  for (guint i = 0; i < n; i++)
    {
      if (lines[i] == NULL)
        g_assert_true (rush_batch_builder_append_null (builder, 0, NULL));
      else
        g_assert_true (
            rush_batch_builder_append_bytes (builder, 0, lines[i], strlen (lines[i]), NULL));
      rush_batch_builder_end_row (builder);
    }
  batch = rush_batch_builder_finish (builder, NULL);
  rows = rush_iterator_of_batches (&batch, batch != NULL ? 1 : 0);
  if (batch != NULL)
    rush_batch_unref (batch);
  return rows;
}

static gboolean
write_part (RushOutputCommitter *committer, RushTaskContext *ctx, RushIterator *taken,
            GError **error)
{
  g_autoptr (RushIterator) rows = taken;
  const RushPartFormat format = { .write = rush_write_text };

  return rush_write_part (rows, ctx, committer, &format, error);
}

static void
test_lines (void)
{
  g_autofree char *long_line = g_strnfill (1000000, 'x');
  const char *lines[] = { "a", "", "b\nc", long_line, "ä", "d\r" };
  g_autofree char *expected = g_strdup_printf ("a\n\nb\nc\n%s\nä\nd\r\n", long_line);
  g_autoptr (RushOutputCommitter) committer = committer_at ("lines");
  g_autoptr (RushTaskContext) ctx = task (0, 1, 0);
  g_autoptr (RushTaskContext) empty = task (1, 2, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (
      write_part (committer, ctx, lines_of (lines, G_N_ELEMENTS (lines), FALSE), &error));
  g_assert_true (write_part (committer, empty, lines_of (NULL, 0, FALSE), &error));
  commit_job (committer);
  assert_content ("lines/part-00000", expected);
  assert_content ("lines/part-00001", "");
  g_assert_cmpint (ctx->metrics.output_records, ==, G_N_ELEMENTS (lines));
  g_assert_cmpint (ctx->metrics.output_bytes, ==, (gint64)strlen (expected));
  g_assert_cmpint (empty->metrics.output_bytes, ==, 0);
}

static void
test_null_line (void)
{
  const char *lines[] = { "a", NULL };
  g_autoptr (RushOutputCommitter) committer = committer_at ("null");
  g_autoptr (RushTaskContext) ctx = task (0, 1, 0);
  g_autoptr (GError) error = NULL;

  g_assert_false (write_part (committer, ctx, lines_of (lines, 2, TRUE), &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "text files do not allow null rows");
  rush_output_committer_abort_job (committer);
  g_assert_false (exists (top, "null"));
}

/* A disk that takes no more than the first 300,000 bytes of a file. */
static void
test_full_disk (void)
{
  g_autofree char *long_line = g_strnfill (400000, 'x');
  const char *lines[] = { "a", long_line };
  struct rlimit before, small;
  g_autoptr (RushOutputCommitter) committer = committer_at ("full");
  g_autoptr (RushTaskContext) ctx = task (0, 1, 0);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = (struct rlimit){ 300000, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  ok = write_part (committer, ctx, lines_of (lines, 2, FALSE), &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_false (ok);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "cannot write"));
  g_assert_nonnull (strstr (error->message, "part-00000"));
  rush_output_committer_abort_job (committer);
  g_assert_false (exists (top, "full"));
}

/* What went wrong above the writer is the error, and nothing is committed. */
typedef struct
{
  RushIterator base;
} FailingIterator;

static RushBatch *
failing_next (RushIterator *self, GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT, "a broken block");
  return NULL;
}

static void
failing_close (RushIterator *self)
{
}

static void
test_rows_that_fail (void)
{
  static const RushIteratorClass failing_class = { failing_next, failing_close };
  static RushIterator failing = { &failing_class };
  g_autoptr (RushOutputCommitter) committer = committer_at ("rows");
  g_autoptr (RushTaskContext) ctx = task (0, 1, 0);
  g_autoptr (GError) error = NULL;

  g_assert_false (write_part (committer, ctx, &failing, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
  commit_job (committer);
  assert_files ("rows", "_SUCCESS");
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  top = folder_new ();
  g_test_add_func ("/output-committer/commit", test_commit);
  g_test_add_func ("/output-committer/names", test_names);
  g_test_add_func ("/output-committer/no-partitions", test_no_partitions);
  g_test_add_func ("/output-committer/uncommitted-attempts-leave-nothing",
                   test_uncommitted_attempts_leave_nothing);
  g_test_add_func ("/output-committer/which-attempt-counts", test_which_attempt_counts);
  g_test_add_func ("/output-committer/denied", test_denied);
  g_test_add_func ("/output-committer/cancelled-task-does-not-commit",
                   test_cancelled_task_does_not_commit);
  g_test_add_func ("/output-committer/abort", test_abort);
  g_test_add_func ("/output-committer/existing-folder", test_existing_folder);
  g_test_add_func ("/output-committer/commit-that-fails", test_commit_that_fails);
  g_test_add_func ("/output-committer/below-a-file", test_below_a_file);
  g_test_add_func ("/output-committer/threads", test_threads);
  g_test_add_func ("/output-committer/lines", test_lines);
  g_test_add_func ("/output-committer/null-line", test_null_line);
  g_test_add_func ("/output-committer/full-disk", test_full_disk);
  g_test_add_func ("/output-committer/rows-that-fail", test_rows_that_fail);
  status = g_test_run ();
  folder_free (top);
  return status;
}
