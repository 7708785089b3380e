/* saveAsTextFile as a whole: jobs on a real context, and what they leave on the disk in success,
 * failure and cancellation. */
#include "files.h"

#include "rdd/action/save_as_text_file.h"
#include "rdd/source/parallelize.h"
#include "rdd/source/text_file.h"
#include "rdd/transform/map_partitions.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

static char *top;

static RushContext *
context_with (const char *key, const char *value)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (GError) error = NULL;
  RushContext *context;

  rush_conf_set (conf, "spark.master", "local[2]", &error);
  g_assert_no_error (error);
  rush_conf_set (conf, "spark.app.name", "save", &error);
  g_assert_no_error (error);
  rush_conf_set (conf, "spark.local.dir", top, &error);
  g_assert_no_error (error);
  if (key != NULL)
    g_assert_true (rush_conf_set (conf, key, value, NULL));
  context = rush_context_new (conf, &error);
  g_assert_no_error (error);
  return context;
}

/* 1,000 lines in 4 partitions. */
static RushRdd *
some_lines (RushContext *context)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = g_build_filename (top, "lines.txt", NULL);

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "line %03u\n", i);
  put_file (top, "lines.txt", text->str, (gssize)text->len);
  return rush_rdd_text_file (rush_context_lineage (context), path, 4);
}

static gboolean
save (RushContext *context, RushRdd *lines, const char *name, const RushJobOptions *options,
      GError **error)
{
  g_autofree char *path = g_build_filename (top, name, NULL);

  return rush_rdd_save_as_text_file (context, lines, path, options, error);
}

static void
test_save (void)
{
  g_autoptr (RushContext) context = context_with (NULL, NULL);
  g_autoptr (RushRdd) lines = some_lines (context);
  const RushJobOptions options = { .short_form = "runJob at SparkHadoopWriter.scala:85" };
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *original = NULL;
  g_autofree char *folder = g_build_filename (top, "save/out", NULL);
  g_autofree char *files = NULL;
  g_autoptr (GError) error = NULL;

  save (context, lines, "save/out", &options, &error);
  g_assert_no_error (error);
  files = list_files (folder);
  g_assert_cmpstr (files, ==, "_SUCCESS part-00000 part-00001 part-00002 part-00003");
  for (guint p = 0; p < 4; p++)
    {
      g_autofree char *name = g_strdup_printf ("save/out/part-%05u", p);
      g_autofree char *part = get_file (top, name, NULL);

      g_string_append (all, part);
    }
  original = get_file (top, "lines.txt", NULL);
  g_assert_cmpstr (all->str, ==, original);

  g_autoptr (RushJobSummary) job = rush_job_stats_job (rush_context_job_stats (context), 0);

  g_assert_cmpstr (job->call_site, ==, "runJob at SparkHadoopWriter.scala:85");
  g_assert_cmpint (job->stages[0].metrics.output_records, ==, 1000);
  g_assert_cmpint (job->stages[0].metrics.output_bytes, ==, (gint64)all->len);
}

static void
test_no_partitions (void)
{
  g_autoptr (RushContext) context = context_with (NULL, NULL);
  g_autoptr (RushRdd) empty =
      rush_rdd_parallelize (rush_context_lineage (context), rush_text_schema (), NULL, 0);
  g_autofree char *folder = g_build_filename (top, "empty", NULL);
  g_autofree char *files = NULL;
  g_autoptr (GError) error = NULL;

  save (context, empty, "empty", NULL, &error);
  g_assert_no_error (error);
  files = list_files (folder);
  g_assert_cmpstr (files, ==, "_SUCCESS");
}

static void
test_existing (void)
{
  g_autoptr (RushContext) context = context_with (NULL, NULL);
  g_autoptr (RushContext) careless = context_with ("spark.hadoop.validateOutputSpecs", "false");
  g_autoptr (RushRdd) lines = some_lines (context);
  g_autoptr (RushRdd) careless_lines = some_lines (careless);
  g_autofree char *sentence =
      g_strdup_printf ("Output directory file:%s/existing already exists", top);
  g_autofree char *part = NULL;
  g_autoptr (GError) error = NULL;

  put_file (top, "existing/part-00000", "old\n", -1);
  g_assert_false (save (context, lines, "existing", NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_EXISTS);
  g_assert_cmpstr (error->message, ==, sentence);
  part = get_file (top, "existing/part-00000", NULL);
  g_assert_cmpstr (part, ==, "old\n");
  g_clear_error (&error);

  save (careless, careless_lines, "existing", NULL, &error);
  g_assert_no_error (error);
  g_free (part);
  part = get_file (top, "existing/part-00000", NULL);
  g_assert_true (g_str_has_prefix (part, "line 000\n"));
}

/* ---- jobs that end badly ---- */

static RushIterator *
fail_in_partition_2 (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                     GError **error)
{
  if (split != 2)
    return rows;
  rush_iterator_close (rows);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "a disk on fire");
  return NULL;
}

static void
test_failure (void)
{
  g_autoptr (RushContext) context = context_with (NULL, NULL);
  g_autoptr (RushRdd) lines = some_lines (context);
  g_autoptr (RushRdd) failing =
      rush_rdd_map_partitions (lines, rush_text_schema (), fail_in_partition_2, NULL, NULL, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_false (save (context, failing, "failure/deep/out", NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "a disk on fire"));
  g_assert_false (exists (top, "failure"));
}

/* Cancels all jobs, and waits until that has reached its own task. */
static RushIterator *
cancel_everything (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                   GError **error)
{
  rush_context_cancel_all (data, "enough");
  while (rush_task_context_check (ctx, NULL))
    sched_yield ();
  return rows;
}

static void
test_cancelled (void)
{
  g_autoptr (RushContext) context = context_with (NULL, NULL);
  g_autoptr (RushRdd) lines = some_lines (context);
  g_autoptr (RushRdd) cancelling =
      rush_rdd_map_partitions (lines, rush_text_schema (), cancel_everything, context, NULL, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_false (save (context, cancelling, "cancelled/out", NULL, &error));
  g_assert_nonnull (error);
  rush_context_stop (context);
  g_assert_false (exists (top, "cancelled"));
}

static void
test_missing_input (void)
{
  g_autoptr (RushContext) context = context_with (NULL, NULL);
  g_autofree char *nowhere = g_build_filename (top, "nowhere", NULL);
  g_autoptr (RushRdd) lines = rush_rdd_text_file (rush_context_lineage (context), nowhere, 2);
  g_autoptr (GError) error = NULL;

  g_assert_false (save (context, lines, "from nowhere", NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
  g_assert_false (exists (top, "from nowhere"));
}

static void
assert_refused (const char *path, RushCoreError code)
{
  g_autoptr (RushContext) context = context_with (NULL, NULL);
  g_autoptr (RushRdd) lines = some_lines (context);
  g_autoptr (GError) error = NULL;

  g_assert_false (rush_rdd_save_as_text_file (context, lines, path, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, (gint)code);
}

static void
test_refused_paths (void)
{
  assert_refused ("", RUSH_CORE_ERROR_INVALID_ARGUMENT);
  assert_refused ("file:out", RUSH_CORE_ERROR_INVALID_ARGUMENT);
  assert_refused ("s3a://bucket/out", RUSH_CORE_ERROR_UNSUPPORTED);
}

/* A URI, and characters that are a pattern where files are read. */
static void
test_names (void)
{
  g_autoptr (RushContext) context = context_with (NULL, NULL);
  g_autoptr (RushRdd) lines = some_lines (context);
  g_autofree char *uri = g_strdup_printf ("file:%s/x/../na*me {a}/", top);
  g_autoptr (GError) error = NULL;

  rush_rdd_save_as_text_file (context, lines, uri, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (exists (top, "na*me {a}/_SUCCESS"));
  g_assert_false (exists (top, "x"));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  top = folder_new ();
  g_test_add_func ("/save-as-text-file/save", test_save);
  g_test_add_func ("/save-as-text-file/no-partitions", test_no_partitions);
  g_test_add_func ("/save-as-text-file/existing", test_existing);
  g_test_add_func ("/save-as-text-file/failure", test_failure);
  g_test_add_func ("/save-as-text-file/cancelled", test_cancelled);
  g_test_add_func ("/save-as-text-file/missing-input", test_missing_input);
  g_test_add_func ("/save-as-text-file/refused-paths", test_refused_paths);
  g_test_add_func ("/save-as-text-file/names", test_names);
  status = g_test_run ();
  folder_free (top);
  return status;
}
